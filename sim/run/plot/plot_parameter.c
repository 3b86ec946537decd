/* Metrics over the one parameter of a sweep: each that has a goal, else the p99 of the clients.
 * What plots of their own show is left out: availability, and over a rate a latency that is drawn
 * with the goodput. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_results.h"
#include "plot_sweep_axis.h"
#include "plot_sweep_points.h"

#define PLOTS_MAX 6u

enum { X, VALUE, LO, HI, COLUMNS };

struct reading {
  double value[COLUMNS];
  bool saturated;
};

struct readings {
  GArray *list; /* of struct reading, by x */
  double lo, hi;
  uint32_t saturated;
};

static int by_x(const void *a, const void *b) {
  const struct reading *left = a, *right = b;
  return (left->value[X] > right->value[X]) - (left->value[X] < right->value[X]);
}

static struct readings read_all(const json_t *sweep, const struct plot_sweep_axis *axis,
                                const char *metric) {
  struct readings all = {g_array_new(FALSE, TRUE, sizeof(struct reading)), INFINITY, 0, 0};
  const json_t *points = json_object_get(sweep, "points");
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *point = json_array_get(points, i);
    const json_t *entry = plot_judged(point, metric);
    double value = plot_number(entry, "value"), lo = plot_number(entry, "lo"),
           hi = plot_number(entry, "hi");
    struct reading reading = {
        {plot_sweep_x(point, axis), value, isnan(lo) ? value : fmax(lo, 0), isnan(hi) ? value : hi},
        plot_any_saturated(point)};
    if (!isfinite(value) || isnan(reading.value[X])) continue;
    g_array_append_val(all.list, reading);
    all.saturated += reading.saturated;
    if (value > 0) all.lo = fmin(all.lo, value);
    all.hi = fmax(all.hi, reading.saturated ? value : reading.value[HI]);
  }
  g_array_sort(all.list, by_x);
  return all;
}

static void write_readings(GString *data, const struct readings *all, double factor) {
  static const char *const blocks[] = {"all", "open", "saturated"};
  for (int block = 0; block < 3; block++) {
    script_block(data, blocks[block]);
    for (guint i = 0; i < all->list->len; i++) {
      const struct reading *r = &g_array_index(all->list, struct reading, i);
      if (block > 0 && r->saturated != (block == 2)) continue;
      double row[COLUMNS];
      for (int k = 0; k < COLUMNS; k++) row[k] = r->value[k] * (k == X ? 1 : factor);
      script_row(data, row, COLUMNS);
    }
    script_gap(data, COLUMNS);
    script_block_end(data);
  }
}

static char *note_of(const struct readings *all) {
  GString *note = g_string_new("bars: 95 % intervals");
  if (all->saturated > 0) {
    g_string_append_printf(note,
                           "; hollow: at %u of %u points a client loses more than 2 %% of its load",
                           all->saturated, all->list->len);
  }
  return g_string_free(note, FALSE);
}

static void write_goal(GString *data, const struct plot_goal *goal, const struct plot_axis *y) {
  bool shown = goal != NULL && goal->limit * y->factor <= y->hi && goal->limit * y->factor >= y->lo;
  double at = shown ? goal->limit * y->factor : NAN;
  char *text = g_strdup_printf("goal %s", shown && goal->text != NULL ? goal->text : "");
  script_number(data, "GOAL", at);
  script_text(data, "GOAL_TEXT", text, 60);
  g_free(text);
}

static void draw(struct plot_page *page, const struct plot_sweep_axis *axis, const char *metric,
                 const struct plot_goal *goal, const struct readings *all) {
  bool rotate;
  double hi = all->hi;
  /* A goal so far off that it would flatten the curve is not drawn. */
  if (goal != NULL && goal->limit * 1.05 < 20 * hi) hi = fmax(hi, goal->limit * 1.05);
  struct plot_axis x = plot_sweep_axis(axis, &rotate);
  struct plot_axis y = plot_axis_fit(plot_unit_of(metric), all->lo, hi);
  GString *data = g_string_new(NULL);
  char *y_title = script_axis_title(metric, &y);
  script_axis(data, "x", &x);
  script_axis(data, "y", &y);
  script_text(data, "X_TITLE", axis->name, 60);
  script_text(data, "Y_TITLE", y_title, 44);
  script_number(data, "X_ROTATE", rotate);
  script_number(data, "LINES", axis->numbers);
  write_goal(data, goal, &y);
  write_readings(data, all, y.factor);
  struct plot_draft draft = {
      .kind = "parameter",
      .subject = metric,
      .width = 800,
      .height = rotate ? 420 : 360,
      .data = data,
      .axes = true,
      .title = g_strdup_printf("%s over %s", metric, axis->name),
      .note = note_of(all),
      .caption =
          g_strdup("The metric at each point of the sweep, with its 95 % interval; dashed: the "
                   "goal. Hollow points: the goodput of a client is more than 2 % below its "
                   "offered load, so that latencies are those of the requests that were not "
                   "lost.")};
  plot_add(page, &draft);
  g_free(y_title);
}

static bool draw_metric(struct plot_page *page, const json_t *sweep,
                        const struct plot_sweep_axis *axis, const char *metric,
                        const struct plot_goal *goal) {
  bool elsewhere = g_str_has_suffix(metric, ".availability") ||
                   (axis->rate && plot_load_shows(plot_sweep_goals(sweep), metric));
  if (elsewhere) return false;
  struct readings all = read_all(sweep, axis, metric);
  bool any = all.list->len > 1;
  if (any) draw(page, axis, metric, goal, &all);
  g_array_unref(all.list);
  return any;
}

void plot_parameter(struct plot_page *page, const json_t *sweep) {
  struct plot_sweep_axes axes = plot_sweep_axes(sweep);
  if (axes.n != 1) return; /* the plot of availability says what it takes */
  GArray *goals = plot_goals(plot_sweep_goals(sweep));
  uint32_t drawn = 0;
  for (guint i = 0; i < goals->len && drawn < PLOTS_MAX; i++) {
    const struct plot_goal *goal = &g_array_index(goals, struct plot_goal, i);
    drawn += draw_metric(page, sweep, &axes.axis[0], goal->metric, goal);
  }
  GPtrArray *clients = plot_clients(plot_sweep_metrics(sweep), false);
  for (guint i = 0; i < clients->len && goals->len == 0 && drawn < PLOTS_MAX; i++) {
    char *metric = g_strconcat(clients->pdata[i], ".latency.p99", NULL);
    drawn += draw_metric(page, sweep, &axes.axis[0], metric, NULL);
    g_free(metric);
  }
  g_ptr_array_unref(clients);
  plot_goals_free(goals);
}

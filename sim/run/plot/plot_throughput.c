/* Latency over offered load: the hockey stick of a sweep over a rate. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_knee.h"
#include "plot_results.h"
#include "plot_sweep_points.h"

enum { OFFERED, P50, P50_LO, P50_HI, P99, P99_LO, P99_HI, COLUMNS };

struct load {
  double value[COLUMNS];
  bool saturated;
};

struct loads {
  GArray *list; /* of struct load, by offered load */
  uint32_t saturated;
  uint32_t endless; /* points that are not in the list: more than 1 % of their requests failed */
  double lo, hi;
};

static int by_offered(const void *a, const void *b) {
  const struct load *left = a, *right = b;
  return (left->value[OFFERED] > right->value[OFFERED]) -
         (left->value[OFFERED] < right->value[OFFERED]);
}

static void read_percentile(struct load *load, int at, const json_t *point, const char *client,
                            const char *suffix) {
  double value = plot_metric(point, client, suffix, "value");
  double lo = plot_metric(point, client, suffix, "lo"),
         hi = plot_metric(point, client, suffix, "hi");
  load->value[at] = value;
  load->value[at + 1] = isnan(lo) ? value : fmax(lo, 0);
  load->value[at + 2] = isnan(hi) ? value : hi;
}

static struct loads read_loads(const json_t *sweep, const char *client) {
  struct loads loads = {g_array_new(FALSE, TRUE, sizeof(struct load)), 0, 0, INFINITY, 0};
  const json_t *points = json_object_get(sweep, "points");
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *point = json_array_get(points, i);
    struct load load = {.saturated = plot_is_saturated(point, client)};
    load.value[OFFERED] = plot_metric(point, client, "offered", "value");
    read_percentile(&load, P50, point, client, "latency.p50");
    read_percentile(&load, P99, point, client, "latency.p99");
    if (isnan(load.value[OFFERED])) continue;
    if (isnan(load.value[P99]) || isnan(load.value[P50])) {
      loads.endless++;
      continue;
    }
    g_array_append_val(loads.list, load);
    loads.saturated += load.saturated;
    if (load.value[P50] > 0) loads.lo = fmin(loads.lo, load.value[P50]);
    loads.hi = fmax(loads.hi, load.saturated ? load.value[P99] : load.value[P99_HI]);
  }
  g_array_sort(loads.list, by_offered);
  return loads;
}

/* Of the p99 up to the first saturated point: beyond it latency is that of the requests that are
 * not lost, and levels off at the timeout. NaN: there is none. */
static double find_knee(const struct loads *loads) {
  double *x = g_new(double, loads->list->len), *y = g_new(double, loads->list->len);
  uint32_t n = 0;
  for (guint i = 0; i < loads->list->len; i++) {
    const struct load *load = &g_array_index(loads->list, struct load, i);
    if (n > 0 && load->value[OFFERED] <= x[n - 1]) continue;
    x[n] = load->value[OFFERED];
    y[n++] = load->value[P99];
    if (load->saturated) break;
  }
  uint32_t knee = plot_knee(x, y, n);
  double at = knee == KNEE_NONE ? NAN : x[knee];
  g_free(x);
  g_free(y);
  return at;
}

static void write_load(GString *data, const struct load *load, double x, double y) {
  double row[COLUMNS];
  for (int k = 0; k < COLUMNS; k++) row[k] = load->value[k] * (k == OFFERED ? x : y);
  script_row(data, row, COLUMNS);
}

static void write_loads(GString *data, const struct loads *loads, double x, double y) {
  static const char *const blocks[] = {"all", "open", "saturated"};
  for (int block = 0; block < 3; block++) {
    script_block(data, blocks[block]);
    for (guint i = 0; i < loads->list->len; i++) {
      const struct load *load = &g_array_index(loads->list, struct load, i);
      if (block == 0 || load->saturated == (block == 2)) {
        write_load(data, load, x, y);
      } else if (block == 1) {
        script_break(data);
      }
    }
    script_gap(data, COLUMNS);
    script_block_end(data);
  }
}

static void write_goals(GString *data, const json_t *goals, const char *client, double factor,
                        double hi) {
  GArray *list = plot_goals(goals);
  double y[2];
  char *text[2];
  uint32_t n = 0;
  for (guint i = 0; i < list->len && n < 2; i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    static const char *const suffixes[] = {".latency.p50", ".latency.p99"};
    for (size_t k = 0; k < 2 && n < 2; k++) {
      char *metric = g_strconcat(client, suffixes[k], NULL);
      if (strcmp(metric, goal->metric) == 0 && !goal->above && goal->limit <= hi) {
        y[n] = goal->limit * factor;
        text[n++] = g_strdup_printf("goal %s < %s", suffixes[k] + strlen(".latency."),
                                    format_value(UNIT_SECONDS, goal->limit).text);
      }
      g_free(metric);
    }
  }
  script_numbers(data, "goal_y", y, n);
  script_texts(data, "goal_text", (const char *const *)text, n, 60);
  for (uint32_t i = 0; i < n; i++) g_free(text[i]);
  plot_goals_free(list);
}

/* The largest latency goal that is not so far off that it would flatten the curves. */
static double highest_goal(const json_t *goals, const char *client, double hi) {
  GArray *list = plot_goals(goals);
  double highest = hi;
  for (guint i = 0; i < list->len; i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    bool mine = g_str_has_prefix(goal->metric, client) &&
                g_str_has_prefix(goal->metric + strlen(client), ".latency.p");
    if (mine && goal->limit * 1.05 < 20 * hi) highest = fmax(highest, goal->limit * 1.05);
  }
  plot_goals_free(list);
  return highest;
}

static char *note_of(double knee, const struct loads *loads) {
  GString *note = g_string_new("bands: 95 % intervals");
  if (isnan(knee)) g_string_append(note, "; no knee within the sweep");
  if (loads->saturated > 0) {
    g_string_append_printf(note, "; hollow: %u of %u points lose more than 2 %% of the load",
                           loads->saturated, loads->list->len);
  }
  if (loads->endless > 0) {
    g_string_append_printf(note, "; p99 is endless at %u more point%s", loads->endless,
                           loads->endless == 1 ? "" : "s");
  }
  return g_string_free(note, FALSE);
}

static void draw(struct plot_page *page, const json_t *sweep, const char *client, bool alone,
                 const struct loads *loads) {
  static const char *const names[] = {"p50", "p99", "over 2 % lost"};
  const json_t *goals = plot_sweep_goals(sweep);
  const struct load *last = &g_array_index(loads->list, struct load, loads->list->len - 1);
  double hi = highest_goal(goals, client, loads->hi), knee = find_knee(loads);
  struct plot_axis x = plot_axis_linear(UNIT_PER_SECOND, last->value[OFFERED], 8);
  struct plot_axis y = plot_axis_fit(UNIT_SECONDS, loads->lo, hi);
  GString *data = g_string_new(NULL);
  char *x_title = script_axis_title("offered load", &x),
       *y_title = script_axis_title("latency", &y);
  char *knee_text = g_strdup_printf("knee %s", format_value(UNIT_PER_SECOND, knee).text);
  uint32_t rows;
  script_key(data, names, 3, &rows);
  script_texts(data, "name", names, 3, LABEL_WIDTH);
  script_axis(data, "x", &x);
  script_axis(data, "y", &y);
  script_text(data, "X_TITLE", x_title, 60);
  script_text(data, "Y_TITLE", y_title, 60);
  script_number(data, "KNEE", knee * x.factor);
  script_text(data, "KNEE_TEXT", knee_text, 40);
  script_number(data, "SATURATED", loads->saturated);
  write_goals(data, goals, client, y.factor, hi);
  write_loads(data, loads, x.factor, y.factor);
  struct plot_draft draft = {
      .kind = "throughput",
      .subject = client,
      .alone = alone,
      .width = 800,
      .height = 440 + 20 * rows,
      .key_rows = rows,
      .data = data,
      .axes = true,
      .title = isnan(knee) ? g_strdup_printf("Latency of %s over offered load", client)
                           : g_strdup_printf("Latency of %s over offered load: knee at %s", client,
                                             format_value(UNIT_PER_SECOND, knee).text),
      .note = note_of(knee, loads),
      .caption = g_strdup(
          "Latency at each point of the sweep, with 95 % intervals as bands. A failed request "
          "counts "
          "as endless: the curves end where more than 1 % fail. "
          "The knee is the point of the p99 curve farthest below the chord between its first and "
          "last point, both axes stretched to 0..1 (Kneedle); a curve within a tenth of its chord "
          "has none; points after the first saturated one do not count. Hollow points: goodput "
          "more than 2 % below the offered load.")};
  plot_add(page, &draft);
  g_free(x_title);
  g_free(y_title);
  g_free(knee_text);
}

void plot_throughput(struct plot_page *page, const json_t *sweep) {
  struct plot_sweep_axes axes = plot_sweep_axes(sweep);
  if (axes.n != 1 || !axes.axis[0].rate) {
    plot_skip(page, "throughput", "it takes a sweep over a rate (100/s, 200/s) and nothing else");
    return;
  }
  GPtrArray *clients = plot_clients(plot_sweep_metrics(sweep), false);
  uint32_t drawn = 0;
  for (guint i = 0; i < clients->len; i++) {
    struct loads loads = read_loads(sweep, clients->pdata[i]);
    if (loads.list->len > 1) {
      draw(page, sweep, clients->pdata[i], clients->len == 1, &loads);
      drawn++;
    }
    g_array_unref(loads.list);
  }
  if (drawn == 0) plot_skip(page, "throughput", "fewer than two points have latencies");
  g_ptr_array_unref(clients);
}

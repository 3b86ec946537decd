/* A run over time: rates, errors, latency, queues and utilisation above each other, with the faults
 * and what the components noticed of them. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_marks.h"
#include "plot_results.h"
#include "plot_text.h"

#define PANELS_MAX 5u
#define CURVES_A_PANEL 6u
#define SERIES_MAX (PANELS_MAX * CURVES_A_PANEL)
#define WINDOWS_MAX 2000u

#define PANEL 88u
#define PANEL_GAP 34u
#define KEY_NAME 12u /* columns of a name above a panel: six of them fit */
#define KEY_CHARACTER 7.3

struct panel {
  char *title, *goal_text;
  struct plot_axis axis;
  double goal; /* as drawn; NaN: none */
  uint32_t first, n;
};

struct curve {
  char *name;
  const json_t *values;
  uint32_t panel;
};

struct timeline {
  double window_s, end_s, warmup_s;
  struct plot_axis x;
  uint32_t panels, curves;
  struct plot_marks marks;
  struct panel panel[PANELS_MAX];
  struct curve curve[SERIES_MAX];
};

static double largest(const json_t *values) {
  double max = 0;
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    max = fmax(max, plot_item(values, i));
  }
  return max;
}

static double smallest(const json_t *values) {
  double min = INFINITY;
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    double value = plot_item(values, i);
    if (value > 0) min = fmin(min, value);
  }
  return min;
}

static double mean_of(const json_t *values) {
  double sum = 0;
  size_t n = 0;
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    double value = plot_item(values, i);
    if (!isnan(value)) sum += value, n++;
  }
  return n > 0 ? sum / (double)n : 0;
}

static bool is_defined(const json_t *values) {
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    if (plot_item(values, i) >= 0) return true;
  }
  return false;
}

static void add_curve(struct timeline *t, const char *name, const json_t *values) {
  uint32_t in_panel = 0;
  for (uint32_t i = 0; i < t->curves; i++) in_panel += t->curve[i].panel == t->panels;
  if (!is_defined(values) || in_panel == CURVES_A_PANEL) return;
  t->curve[t->curves++] = (struct curve){g_strdup(name), values, t->panels};
}

/* Takes the curves added since the last panel; without any there is no panel. */
static struct panel *end_panel(struct timeline *t, const char *title, enum metric_unit unit,
                               double lo, double hi) {
  uint32_t first = t->panels > 0 ? t->panel[t->panels - 1].first + t->panel[t->panels - 1].n : 0;
  if (t->curves == first) return NULL;
  struct panel *panel = &t->panel[t->panels++];
  struct plot_axis axis = plot_axis_linear(unit, hi, 3);
  *panel = (struct panel){.axis = axis, .goal = NAN, .first = first, .n = t->curves - first};
  if (lo > 0 && hi > 25 * lo) {
    panel->axis.log = true;
    panel->axis.lo = lo * 0.8 * axis.factor;
    panel->axis.hi = hi * 1.25 * axis.factor;
  }
  panel->title = script_axis_title(title, &axis);
  return panel;
}

static double curves_largest(const struct timeline *t, uint32_t from) {
  double max = 0;
  for (uint32_t i = from; i < t->curves; i++) max = fmax(max, largest(t->curve[i].values));
  return max;
}

/* --- panels --------------------------------------------------------------------------------- */

static void rate_panel(struct timeline *t, const json_t *client) {
  uint32_t from = t->curves;
  add_curve(t, "offered", json_object_get(client, "offered"));
  add_curve(t, "goodput", json_object_get(client, "goodput"));
  end_panel(t, "rate", UNIT_PER_SECOND, 0, curves_largest(t, from));
}

static void error_panel(struct timeline *t, const json_t *client) {
  const json_t *errors = json_object_get(client, "errors");
  const json_t *retries = json_object_get(client, "retries");
  GPtrArray *causes = plot_keys(errors);
  uint32_t from = t->curves;
  for (guint i = 0; i < causes->len; i++) {
    const json_t *values = json_object_get(errors, causes->pdata[i]);
    if (largest(values) > 0) add_curve(t, causes->pdata[i], values);
  }
  if (largest(retries) > 0) add_curve(t, "retries", retries);
  end_panel(t, "errors and retries", UNIT_PER_SECOND, 0, curves_largest(t, from));
  g_ptr_array_unref(causes);
}

static void latency_panel(struct timeline *t, const json_t *client, const char *name,
                          const json_t *goals) {
  const json_t *p50 = json_object_get(client, "p50"), *p99 = json_object_get(client, "p99");
  double lo = smallest(p50), hi = fmax(largest(p50), largest(p99));
  double limit = NAN;
  GArray *list = plot_goals(goals);
  char *metric = g_strconcat(name, ".latency.p99", NULL);
  for (guint i = 0; i < list->len; i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    if (strcmp(goal->metric, metric) == 0 && !goal->above && goal->limit < 20 * hi)
      limit = goal->limit;
  }
  g_free(metric);
  plot_goals_free(list);
  add_curve(t, "p50", p50);
  add_curve(t, "p99", p99);
  struct panel *panel =
      end_panel(t, "latency", UNIT_SECONDS, lo, isnan(limit) ? hi : fmax(hi, limit));
  if (panel == NULL || isnan(limit)) return;
  panel->goal = limit * panel->axis.factor;
  panel->goal_text = g_strdup_printf("goal p99 < %s", format_value(UNIT_SECONDS, limit).text);
}

struct ranked {
  const char *name;
  const json_t *values;
  double mean;
};

static int by_mean(const void *a, const void *b) {
  const struct ranked *left = a, *right = b;
  if (left->mean != right->mean) return left->mean < right->mean ? 1 : -1;
  return strcmp(left->name, right->name);
}

/* The groups and single components with the highest mean. */
static void component_panel(struct timeline *t, const json_t *components, const char *key,
                            const char *title, enum metric_unit unit) {
  GPtrArray *names = plot_keys(components);
  GArray *ranked = g_array_new(FALSE, FALSE, sizeof(struct ranked));
  for (guint i = 0; i < names->len; i++) {
    const json_t *values = json_object_get(json_object_get(components, names->pdata[i]), key);
    struct ranked r = {names->pdata[i], values, mean_of(values)};
    if (!g_str_has_suffix(r.name, "]") && largest(values) > 0) g_array_append_val(ranked, r);
  }
  g_array_sort(ranked, by_mean);
  uint32_t from = t->curves;
  for (guint i = 0; i < ranked->len && i < 5; i++) {
    const struct ranked *r = &g_array_index(ranked, struct ranked, i);
    add_curve(t, r->name, r->values);
  }
  struct panel *panel = end_panel(t, title, unit, 0, curves_largest(t, from));
  if (panel != NULL && unit == UNIT_RATIO) {
    panel->axis.hi = fmax(100, panel->axis.hi);
    panel->axis.step = 50;
  }
  g_array_unref(ranked);
  g_ptr_array_unref(names);
}

/* --- writing -------------------------------------------------------------------------------- */

static uint32_t write_panels(GString *data, const struct timeline *t) {
  const char *title[PANELS_MAX], *goal_text[PANELS_MAX];
  double number[7][PANELS_MAX];
  static const char *const names[7] = {"panel_top", "panel_lo",    "panel_hi",  "panel_step",
                                       "panel_log", "panel_first", "panel_last"};
  double goal[PANELS_MAX];
  uint32_t top = 62 + MARK_LANE * t->marks.lanes + 26;
  for (uint32_t p = 0; p < t->panels; p++) {
    const struct panel *panel = &t->panel[p];
    const double values[7] = {top + p * (PANEL + PANEL_GAP),
                              panel->axis.lo,
                              panel->axis.hi,
                              panel->axis.step,
                              panel->axis.log,
                              panel->first + 1,
                              panel->first + panel->n};
    for (int k = 0; k < 7; k++) number[k][p] = values[k];
    title[p] = panel->title;
    goal[p] = panel->goal;
    goal_text[p] = panel->goal_text != NULL ? panel->goal_text : "";
  }
  script_texts(data, "panel", title, t->panels, 40);
  script_texts(data, "panel_goal_text", goal_text, t->panels, 40);
  script_numbers(data, "panel_goal", goal, t->panels);
  for (int k = 0; k < 7; k++) script_numbers(data, names[k], number[k], t->panels);
  script_number(data, "PANEL", PANEL);
  return top + t->panels * (PANEL + PANEL_GAP) - PANEL_GAP;
}

static double key_width(const char *name, uint32_t most) {
  char *clean = plot_text_clean(name, most);
  double width = 30 + KEY_CHARACTER * plot_text_width(clean) + 16;
  g_free(clean);
  return width;
}

/* Names stand beside each other above their panel, from its right end to the left. */
static void write_key(GString *data, const struct timeline *t) {
  double x[SERIES_MAX];
  for (uint32_t p = 0; p < t->panels; p++) {
    double at = PLOT_RIGHT + 16;
    for (uint32_t i = t->panel[p].first + t->panel[p].n; i-- > t->panel[p].first;) {
      at -= key_width(t->curve[i].name, KEY_NAME);
      x[i] = at;
    }
  }
  script_numbers(data, "key_x", x, t->curves);
}

static void write_curves(GString *data, const struct timeline *t) {
  const char *name[SERIES_MAX];
  for (uint32_t i = 0; i < t->curves; i++) name[i] = t->curve[i].name;
  script_texts(data, "name", name, t->curves, KEY_NAME);
  write_key(data, t);
  script_block(data, "series");
  for (uint32_t i = 0; i < t->curves; i++) {
    const struct curve *curve = &t->curve[i];
    double factor = t->panel[curve->panel].axis.factor;
    bool gap = true;
    for (size_t k = 0; k < json_array_size(curve->values) && k < WINDOWS_MAX; k++) {
      double row[2] = {((double)k + 0.5) * t->window_s * t->x.factor,
                       plot_item(curve->values, k) * factor};
      /* One blank line is a gap; a second one would begin the next curve. */
      if (!isnan(row[1])) script_row(data, row, 2);
      if (isnan(row[1]) && !gap) script_break(data);
      gap = isnan(row[1]);
    }
    script_gap(data, 2);
  }
  script_block_end(data);
}

static char *note_of(const struct timeline *t, uint32_t faults, uint32_t undrawn) {
  GString *note = g_string_new(NULL);
  g_string_append_printf(note, "first replication; windows of %s",
                         format_duration((uint64_t)(t->window_s * 1e9 + 0.5)).text);
  if (t->warmup_s > 0) g_string_append(note, "; grey: warm-up");
  if (faults > 0) g_string_append(note, "; shaded: faults");
  if (t->marks.unnamed > 0) g_string_append_printf(note, "; %u more not named", t->marks.unnamed);
  if (undrawn > 0) g_string_append_printf(note, "; %u events without a line", undrawn);
  return g_string_free(note, FALSE);
}

static void draw(struct plot_page *page, struct timeline *t, const json_t *tree, const char *client,
                 bool alone) {
  const json_t *faults = json_object_get(tree, "faults"), *events = json_object_get(tree, "events");
  GString *data = g_string_new(NULL);
  char *x_title = script_axis_title("simulated time", &t->x);
  plot_marks_place(&t->marks, t->end_s, faults, events);
  script_axis(data, "x", &t->x);
  script_text(data, "X_TITLE", x_title, 40);
  script_number(data, "WARMUP", t->warmup_s * t->x.factor);
  uint32_t undrawn, bottom;
  uint32_t shaded = plot_marks_spans(data, t->end_s, t->x.factor, faults, events, &undrawn);
  bottom = write_panels(data, t);
  plot_marks_write(data, &t->marks);
  write_curves(data, t);
  struct plot_draft draft = {
      .kind = "timeline",
      .subject = client,
      .alone = alone,
      .width = PLOT_WIDTH,
      .height = bottom + 56,
      .title = g_strdup_printf("%s over time", client),
      .note = note_of(t, shaded, undrawn),
      .caption = g_strdup(
          "The first replication alone, its warm-up included (grey). Each value is of one window: "
          "rates per second of simulated time; latency of the requests that ended in it, with a "
          "gap "
          "where none did; queue and utilisation as means over time. Shaded: faults, from begin to "
          "end; each is named where it happens first. Dotted lines: what a component noticed. Of "
          "components those five with the highest "
          "mean are drawn, a group as one."),
      .data = data};
  plot_add(page, &draft);
  g_free(x_title);
}

static void timeline_free(struct timeline *t) {
  for (uint32_t i = 0; i < t->panels; i++) {
    g_free(t->panel[i].title);
    g_free(t->panel[i].goal_text);
  }
  for (uint32_t i = 0; i < t->curves; i++) g_free(t->curve[i].name);
  plot_marks_free(&t->marks);
}

void plot_timeline(struct plot_page *page, const json_t *results) {
  const json_t *tree = json_object_get(results, "timeline");
  const json_t *components = json_object_get(tree, "components");
  GPtrArray *clients = plot_keys(json_object_get(tree, "clients"));
  double window_s = plot_number(tree, "window_s"), windows = plot_number(tree, "windows");
  uint32_t drawn = 0;
  for (guint i = 0; i < clients->len && window_s > 0 && windows >= 1; i++) {
    const char *name = clients->pdata[i];
    const json_t *client = json_object_get(json_object_get(tree, "clients"), name);
    struct timeline t = {.window_s = window_s, .end_s = window_s * fmin(windows, WINDOWS_MAX)};
    t.warmup_s = fmin(fmax(plot_number(tree, "warmup_s"), 0), t.end_s);
    t.x = plot_axis_time(t.end_s);
    rate_panel(&t, client);
    error_panel(&t, client);
    latency_panel(&t, client, name, json_object_get(results, "goals"));
    component_panel(&t, components, "queue", "queue (requests)", UNIT_COUNT);
    component_panel(&t, components, "utilization", "utilization", UNIT_RATIO);
    if (t.panels > 0) {
      draw(page, &t, tree, name, clients->len == 1);
      drawn++;
    }
    timeline_free(&t);
  }
  if (drawn == 0) plot_skip(page, "timeline", "the results have no timeline");
  g_ptr_array_unref(clients);
}

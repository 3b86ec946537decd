#include "plot_panels.h"

#include <assert.h>
#include <math.h>

#include "format.h"
#include "plot_results.h"
#include "plot_text.h"

#define PANEL 88u
#define PANEL_GAP 34u
#define KEY_NAME 24u    /* columns of a name above a panel, where there is room */
#define KEY_TITLE 190.0 /* pixels of the panel's title */
#define KEY_CHARACTER 7.3

bool plot_panels_begin(struct plot_panels *t, const json_t *timeline) {
  double window_s = plot_number(timeline, "window_s"), windows = plot_number(timeline, "windows");
  if (!(window_s > 0 && windows >= 1)) return false;
  *t = (struct plot_panels){.window_s = window_s, .end_s = window_s * fmin(windows, WINDOWS_MAX)};
  t->warmup_s = fmin(fmax(plot_number(timeline, "warmup_s"), 0), t->end_s);
  t->x = plot_axis_time(t->end_s);
  return true;
}

double plot_values_largest(const json_t *values) {
  double max = 0;
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    max = fmax(max, plot_item(values, i));
  }
  return max;
}

double plot_values_smallest(const json_t *values) {
  double min = INFINITY;
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    double value = plot_item(values, i);
    if (value > 0) min = fmin(min, value);
  }
  return min;
}

static bool is_defined(const json_t *values) {
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    if (plot_item(values, i) >= 0) return true;
  }
  return false;
}

void plot_panels_add(struct plot_panels *t, const char *name, const json_t *values) {
  uint32_t in_panel = 0;
  for (uint32_t i = 0; i < t->curves; i++) in_panel += t->curve[i].panel == t->panels;
  if (!is_defined(values) || in_panel == CURVES_A_PANEL) return;
  t->curve[t->curves++] = (struct plot_curve){g_strdup(name), values, t->panels};
}

struct plot_panel *plot_panels_end(struct plot_panels *t, const char *title, enum metric_unit unit,
                                   double lo, double hi) {
  uint32_t first = t->panels > 0 ? t->panel[t->panels - 1].first + t->panel[t->panels - 1].n : 0;
  if (t->curves == first) return NULL;
  assert(t->panels < PANELS_MAX);
  struct plot_panel *panel = &t->panel[t->panels++];
  struct plot_axis axis = plot_axis_linear(unit, hi, 3);
  *panel = (struct plot_panel){.axis = axis, .goal = NAN, .first = first, .n = t->curves - first};
  if (lo > 0 && hi > PLOT_LOG_FROM * lo) {
    panel->axis.log = true;
    panel->axis.lo = lo * 0.8 * axis.factor;
    panel->axis.hi = hi * 1.25 * axis.factor;
  }
  panel->title = script_axis_title(title, &axis);
  return panel;
}

double plot_panels_largest(const struct plot_panels *t, uint32_t from) {
  double max = 0;
  for (uint32_t i = from; i < t->curves; i++)
    max = fmax(max, plot_values_largest(t->curve[i].values));
  return max;
}

/* --- writing -------------------------------------------------------------------------------- */

static uint32_t write_panels(GString *data, const struct plot_panels *t) {
  const char *title[PANELS_MAX], *goal_text[PANELS_MAX];
  double number[7][PANELS_MAX];
  static const char *const names[7] = {"panel_top", "panel_lo",    "panel_hi",  "panel_step",
                                       "panel_log", "panel_first", "panel_last"};
  double goal[PANELS_MAX];
  uint32_t top = 62 + 26;
  for (uint32_t p = 0; p < t->panels; p++) {
    const struct plot_panel *panel = &t->panel[p];
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

/* Columns of a name, so that all of a panel fit beside its title: 12 of six. */
static uint32_t key_columns(const struct plot_panel *panel) {
  double room = PLOT_RIGHT + 16 - KEY_TITLE - PLOT_LEFT + 72;
  return (uint32_t)CLAMP((room / panel->n - 46) / KEY_CHARACTER, 5, KEY_NAME);
}

/* Names stand beside each other above their panel, from its right end to the left. */
static void write_key(GString *data, const struct plot_panels *t) {
  double x[SERIES_MAX];
  for (uint32_t p = 0; p < t->panels; p++) {
    double at = PLOT_RIGHT + 16;
    for (uint32_t i = t->panel[p].first + t->panel[p].n; i-- > t->panel[p].first;) {
      at -= key_width(t->curve[i].name, key_columns(&t->panel[p]));
      x[i] = at;
    }
  }
  script_numbers(data, "key_x", x, t->curves);
}

static void write_curves(GString *data, const struct plot_panels *t) {
  char *name[SERIES_MAX];
  for (uint32_t i = 0; i < t->curves; i++) {
    name[i] = plot_text_clean(t->curve[i].name, key_columns(&t->panel[t->curve[i].panel]));
  }
  script_texts(data, "name", (const char *const *)name, t->curves, KEY_NAME);
  for (uint32_t i = 0; i < t->curves; i++) g_free(name[i]);
  write_key(data, t);
  script_block(data, "series");
  for (uint32_t i = 0; i < t->curves; i++) {
    const struct plot_curve *curve = &t->curve[i];
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

static char *note_of(const struct plot_panels *t, const char *first) {
  GString *note = g_string_new(NULL);
  g_string_append_printf(note, "%s; windows of %s", first,
                         format_duration((uint64_t)(t->window_s * 1e9 + 0.5)).text);
  if (t->warmup_s > 0) g_string_append(note, "; grey: warm-up");
  if (t->lanes.faults > 0) g_string_append(note, "; coloured: faults, named below");
  if (t->lanes.left_out > 0) g_string_append_printf(note, "; %u more not shown", t->lanes.left_out);
  return g_string_free(note, FALSE);
}

void plot_panels_draw(struct plot_page *page, struct plot_panels *t, const json_t *timeline,
                      const struct plot_panels_text *text) {
  const json_t *faults = json_object_get(timeline, "faults");
  const json_t *events = json_object_get(timeline, "events");
  GString *data = g_string_new(NULL);
  char *x_title = script_axis_title("simulated time", &t->x);
  plot_lanes_read(&t->lanes, t->end_s, faults, events);
  script_axis(data, "x", &t->x);
  script_text(data, "X_TITLE", x_title, 40);
  script_number(data, "WARMUP", t->warmup_s * t->x.factor);
  uint32_t bottom = write_panels(data, t) + 56;
  script_number(data, "LANES_TOP", bottom);
  plot_lanes_write(data, &t->lanes, t->end_s, t->x.factor);
  write_curves(data, t);
  struct plot_draft draft = {.kind = "timeline",
                             .subject = text->subject,
                             .alone = text->alone,
                             .width = PLOT_WIDTH,
                             .height = bottom + LANE_HEIGHT * t->lanes.n + (t->lanes.n > 0 ? 6 : 0),
                             .title = g_strdup(text->title),
                             .note = note_of(t, text->first),
                             .caption = g_strdup(text->caption),
                             .data = data};
  plot_add(page, &draft);
  g_free(x_title);
}

void plot_panels_free(struct plot_panels *t) {
  for (uint32_t i = 0; i < t->panels; i++) {
    g_free(t->panel[i].title);
    g_free(t->panel[i].goal_text);
  }
  for (uint32_t i = 0; i < t->curves; i++) g_free(t->curve[i].name);
  plot_lanes_free(&t->lanes);
}

/* A metric over two parameters of a sweep: one map for each metric with a goal, or for the first
 * client's availability and p99 when there is no goal. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_results.h"
#include "plot_sweep_points.h"
#include "plot_text.h"

#define MAPS_MAX 6u
#define SIDE_MAX 24u

struct cell {
  bool there, saturated, meets, defined;
  double value;
};

struct map {
  const char *metric;
  enum metric_unit unit;
  const struct plot_goal *goal; /* NULL: none */
  struct plot_sweep_axis x, y;
  uint32_t columns, rows;
  struct cell cell[SIDE_MAX][SIDE_MAX]; /* [y][x] */
  uint32_t saturated, met, missing;
};

static bool any_saturated(const json_t *point) {
  GPtrArray *clients = plot_clients(json_object_get(point, "metrics"), false);
  bool any = false;
  for (guint i = 0; i < clients->len; i++) any |= plot_is_saturated(point, clients->pdata[i]);
  g_ptr_array_unref(clients);
  return any;
}

static void read_cells(struct map *map, const json_t *sweep) {
  const json_t *points = json_object_get(sweep, "points");
  map->missing = map->rows * map->columns;
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *point = json_array_get(points, i);
    int x = plot_sweep_place(point, &map->x), y = plot_sweep_place(point, &map->y);
    if (x < 0 || y < 0) continue;
    struct cell *cell = &map->cell[y][x];
    const json_t *metric = json_object_get(json_object_get(point, "metrics"), map->metric);
    *cell = (struct cell){.there = true, .value = plot_number(metric, "value")};
    cell->defined = isfinite(cell->value);
    cell->saturated = any_saturated(point);
    if (map->goal != NULL && cell->defined) {
      cell->meets =
          map->goal->above ? cell->value >= map->goal->limit : cell->value <= map->goal->limit;
    }
    map->saturated += cell->saturated;
    map->met += cell->meets;
    map->missing--;
  }
}

/* What colour shows: nines of an availability, the logarithm of what spans more than a factor of
 * 25, else the value. Then stretched to 0..1. */
static double shade(const struct map *map, double value, bool log) {
  if (g_str_has_suffix(map->metric, "availability")) return fmin(plot_nines(value), 5);
  return log ? log10(value) : value;
}

static void write_cells(GString *data, const struct map *map, char **text) {
  double lo = INFINITY, hi = -INFINITY, least = INFINITY, most = -INFINITY;
  for (uint32_t y = 0; y < map->rows; y++) {
    for (uint32_t x = 0; x < map->columns; x++) {
      const struct cell *cell = &map->cell[y][x];
      if (!cell->there || !cell->defined) continue;
      least = fmin(least, cell->value);
      most = fmax(most, cell->value);
    }
  }
  bool log = least > 0 && most > 25 * least;
  for (int pass = 0; pass < 2; pass++) {
    if (pass == 1) script_block(data, "cell");
    for (uint32_t y = 0; y < map->rows; y++) {
      for (uint32_t x = 0; x < map->columns; x++) {
        const struct cell *cell = &map->cell[y][x];
        if (!cell->there || !cell->defined) continue;
        double colour = shade(map, cell->value, log);
        lo = fmin(lo, colour);
        hi = fmax(hi, colour);
        uint32_t number = y * map->columns + x;
        double row[4] = {x + 1, y + 1, hi > lo ? (colour - lo) / (hi - lo) : 0.5, number + 1};
        if (pass == 1) script_row(data, row, 4);
        if (pass == 0) {
          text[number] = g_strdup_printf("%s%s", format_value(map->unit, cell->value).text,
                                         cell->saturated ? "*" : "");
        }
      }
    }
  }
  script_gap(data, 4);
  script_block_end(data);
}

static void write_missing(GString *data, const struct map *map) {
  script_block(data, "missing");
  for (uint32_t y = 0; y < map->rows; y++) {
    for (uint32_t x = 0; x < map->columns; x++) {
      double row[2] = {x + 1, y + 1};
      if (!map->cell[y][x].there || !map->cell[y][x].defined) script_row(data, row, 2);
    }
  }
  script_gap(data, 2);
  script_block_end(data);
}

static bool differs(const struct map *map, uint32_t x, uint32_t y, uint32_t x2, uint32_t y2) {
  const struct cell *a = &map->cell[y][x], *b = &map->cell[y2][x2];
  return a->defined && b->defined && a->meets != b->meets;
}

static void write_edges(GString *data, const struct map *map) {
  script_block(data, "edge");
  for (uint32_t y = 0; map->goal != NULL && y < map->rows; y++) {
    for (uint32_t x = 0; x < map->columns; x++) {
      double right[4] = {x + 1.5, y + 0.5, 0, 1}, above[4] = {x + 0.5, y + 1.5, 1, 0};
      if (x + 1 < map->columns && differs(map, x, y, x + 1, y)) script_row(data, right, 4);
      if (y + 1 < map->rows && differs(map, x, y, x, y + 1)) script_row(data, above, 4);
    }
  }
  script_gap(data, 4);
  script_block_end(data);
}

static uint32_t write_values(GString *data, const char *name, const struct plot_sweep_axis *axis,
                             uint32_t n) {
  const char *text[SIDE_MAX] = {NULL};
  char *escaped[SIDE_MAX];
  uint32_t widest = 0;
  for (uint32_t i = 0; i < n; i++) {
    const char *value = json_string_value(json_array_get(axis->values, i));
    char *clean = plot_text_clean(value != NULL ? value : "?", 14);
    widest = MAX(widest, plot_text_width(clean));
    GString *tick = g_string_new(clean);
    g_string_replace(tick, "%", "%%", 0);
    text[i] = escaped[i] = g_string_free(tick, FALSE);
    g_free(clean);
  }
  script_texts(data, name, text, n, 40);
  for (uint32_t i = 0; i < n; i++) g_free(escaped[i]);
  return widest;
}

static char *note_of(const struct map *map) {
  GString *note = g_string_new(NULL);
  uint32_t cells = map->rows * map->columns - map->missing;
  if (map->goal != NULL) {
    char *goal = plot_text_clean(map->goal->text != NULL ? map->goal->text : "", 36);
    g_string_append_printf(note, "goal %s met at %u of %u points", goal, map->met, cells);
    if (map->met > 0 && map->met < cells) g_string_append(note, " (see line)");
    g_free(goal);
  }
  if (map->saturated > 0) {
    g_string_append_printf(note, "%s* over 2 %% of load lost", note->len > 0 ? "; " : "");
  }
  if (map->missing > 0) {
    g_string_append_printf(note, "%s? missing: %u", note->len > 0 ? "; " : "", map->missing);
  }
  return g_string_free(note, FALSE);
}

static void draw(struct plot_page *page, const struct map *map, bool alone) {
  GString *data = g_string_new(NULL);
  uint32_t cells = map->rows * map->columns;
  char **text = g_new0(char *, cells);
  uint32_t wide = write_values(data, "x_label", &map->x, map->columns);
  uint32_t tall = write_values(data, "y_label", &map->y, map->rows);
  bool rotate = wide * map->columns > 80;
  uint32_t left = 52 + 8 * MAX(tall, 3);
  write_cells(data, map, text);
  write_missing(data, map);
  write_edges(data, map);
  const char **shown = g_new(const char *, cells);
  for (uint32_t i = 0; i < cells; i++) shown[i] = text[i] != NULL ? text[i] : "";
  script_texts(data, "value", shown, cells, 20);
  script_text(data, "X_TITLE", map->x.name, 60);
  script_text(data, "Y_TITLE", map->y.name, 30);
  script_number(data, "X_ROTATE", rotate);
  script_number(data, "LEFT", left);
  double width = (800.0 - left - 24) / map->columns;
  script_number(data, "FONT", width >= 66 ? 12 : width >= 54 ? 10 : width >= 42 ? 8 : 6);
  struct plot_draft draft = {
      .kind = "heatmap",
      .subject = map->metric,
      .alone = alone,
      .width = 800,
      .height = (rotate ? 180 : 136) + MAX(map->rows * 40, 120),
      .title = g_strdup_printf("%s over %s and %s", map->metric, map->x.name, map->y.name),
      .note = note_of(map),
      .caption = g_strdup_printf(
          "The metric at each point of the sweep. Colours: viridis over %s from the smallest to "
          "the "
          "largest. The line separates points whose value meets the goal from those whose value "
          "does "
          "not. A star marks a point at which a client's goodput is more than 2 %% below its "
          "offered "
          "load, a question mark one that is missing or undefined.",
          g_str_has_suffix(map->metric, "availability")
              ? "nines (five and more are one colour)"
              : "values, or over their logarithms when they span a factor above 25,"),
      .data = data};
  plot_add(page, &draft);
  for (uint32_t i = 0; i < cells; i++) g_free(text[i]);
  g_free(text);
  g_free(shown);
}

static void draw_metric(struct plot_page *page, const json_t *sweep,
                        const struct plot_sweep_axes *axes, const char *metric,
                        const struct plot_goal *goal, bool alone) {
  struct map *map = g_new0(struct map, 1);
  bool swap = json_array_size(axes->axis[0].values) < json_array_size(axes->axis[1].values);
  *map = (struct map){.metric = metric,
                      .unit = plot_unit_of(metric),
                      .goal = goal,
                      .x = axes->axis[swap],
                      .y = axes->axis[!swap]};
  map->columns = (uint32_t)json_array_size(map->x.values);
  map->rows = (uint32_t)json_array_size(map->y.values);
  read_cells(map, sweep);
  if (map->missing < map->rows * map->columns) draw(page, map, alone);
  g_free(map);
}

static void draw_clients(struct plot_page *page, const json_t *sweep,
                         const struct plot_sweep_axes *axes) {
  static const char *const suffixes[] = {"latency.p99", "availability"};
  GPtrArray *clients = plot_clients(plot_sweep_metrics(sweep), false);
  for (guint i = 0; i < clients->len && i < MAPS_MAX / 2; i++) {
    for (size_t k = 0; k < G_N_ELEMENTS(suffixes); k++) {
      char *metric = g_strdup_printf("%s.%s", (const char *)clients->pdata[i], suffixes[k]);
      draw_metric(page, sweep, axes, metric, NULL, false);
      g_free(metric);
    }
  }
  g_ptr_array_unref(clients);
}

void plot_heatmap(struct plot_page *page, const json_t *sweep) {
  struct plot_sweep_axes axes = plot_sweep_axes(sweep);
  if (axes.n != 2) {
    plot_skip(page, "heatmap", "it takes a sweep over two parameters");
    return;
  }
  if (json_array_size(axes.axis[0].values) > SIDE_MAX ||
      json_array_size(axes.axis[1].values) > SIDE_MAX) {
    plot_skip(page, "heatmap", "a parameter has more than %u values", SIDE_MAX);
    return;
  }
  uint32_t before = page->plots->n;
  GArray *goals = plot_goals(plot_sweep_goals(sweep));
  for (guint i = 0; i < goals->len && i < MAPS_MAX; i++) {
    const struct plot_goal *goal = &g_array_index(goals, struct plot_goal, i);
    draw_metric(page, sweep, &axes, goal->metric, goal, goals->len == 1);
  }
  if (goals->len == 0) draw_clients(page, sweep, &axes);
  if (page->plots->n == before) plot_skip(page, "heatmap", "no point of the sweep is there");
  plot_goals_free(goals);
}

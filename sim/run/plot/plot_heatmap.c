/* A metric over two parameters of a sweep: one map for each metric with a goal, or for the first
 * clients' availability and p99 when there is no goal. Of a sweep over more parameters, the two
 * with most values span the maps, and there is one for each choice of the others.
 *
 * Up to 24 by 24 points each cell holds its value as text. A larger map is dense: a colour scale at
 * its side, labels at some of the values, dots in place of stars and grey in place of question
 * marks.
 */
#include <math.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_map.h"
#include "plot_text.h"

#define MAPS_MAX 6u
#define FACETS_MAX 12u
#define TEXT_SIDE 24u /* values on either axis up to which cells hold texts */
#define CELLS_MAX 10000u
#define LABELS_MAX 17u /* of a dense axis */
#define SCALE_TICKS 5u
#define DOT_EVERY 7 /* pixels between the dots of a dense map */

/* The choice of the parameters that do not span the map. */
struct held {
  uint32_t n;
  struct plot_sweep_axis axis[SWEEP_AXES_MAX];
  uint32_t at[SWEEP_AXES_MAX]; /* numbers of values */
};

/* Pixels of a map on its page. */
struct layout {
  bool dense, rotate;
  uint32_t left, right, height;
  double cell_width, cell_height;
};

/* --- cells ---------------------------------------------------------------------------------- */

static void write_cells(GString *data, const struct map *map, bool dense) {
  uint32_t cells = map->columns * map->rows;
  char **text = g_new0(char *, cells + 1);
  script_block(data, "cell");
  for (uint32_t i = 0; i < cells; i++) {
    const struct map_cell *cell = &map->cell[i];
    double row[4] = {i % map->columns + 1, i / map->columns + 1, cell->colour, i + 1};
    bool shown = cell->there && cell->defined;
    if (shown) script_row(data, row, 4);
    text[i] = shown ? g_strconcat(format_value(map->unit, cell->value).text,
                                  cell->saturated ? "*" : "", NULL)
                    : g_strdup("");
  }
  script_gap(data, 4);
  script_block_end(data);
  script_texts(data, "value", (const char *const *)text, dense ? 0 : cells, 20);
  g_strfreev(text);
}

static void write_missing(GString *data, const struct map *map) {
  script_block(data, "missing");
  for (uint32_t i = 0; i < map->columns * map->rows; i++) {
    double row[3] = {i % map->columns + 1, i / map->columns + 1, map->cell[i].endless};
    if (!map->cell[i].there || !map->cell[i].defined) script_row(data, row, 3);
  }
  script_gap(data, 3);
  script_block_end(data);
}

/* The saturated cells of a dense map are dotted, so many of them that dots stay apart. */
static void write_dots(GString *data, const struct map *map, const struct layout *layout) {
  uint32_t by_x = (uint32_t)ceil(DOT_EVERY / layout->cell_width);
  uint32_t by_y = (uint32_t)ceil(DOT_EVERY / layout->cell_height);
  script_block(data, "dot");
  for (uint32_t i = 0; layout->dense && i < map->columns * map->rows; i++) {
    uint32_t x = i % map->columns, y = i / map->columns;
    const struct map_cell *cell = &map->cell[i];
    double row[3] = {x + 1, y + 1, cell->colour};
    bool shown = cell->there && cell->defined && cell->saturated;
    if (shown && x % by_x == 0 && y % by_y == 0) script_row(data, row, 3);
  }
  script_gap(data, 3);
  script_block_end(data);
}

static bool differs(const struct map_cell *a, const struct map_cell *b) {
  bool told = b != NULL && (a->defined || a->endless) && (b->defined || b->endless);
  return told && a->meets != b->meets;
}

static void write_edges(GString *data, const struct map *map) {
  script_block(data, "edge");
  for (uint32_t y = 0; map->goal != NULL && y < map->rows; y++) {
    for (uint32_t x = 0; x < map->columns; x++) {
      const struct map_cell *cell = map_at(map, x, y);
      double right[4] = {x + 1.5, y + 0.5, 0, 1}, above[4] = {x + 0.5, y + 1.5, 1, 0};
      if (differs(cell, map_at(map, x + 1, y))) script_row(data, right, 4);
      if (differs(cell, map_at(map, x, y + 1))) script_row(data, above, 4);
    }
  }
  script_gap(data, 4);
  script_block_end(data);
}

/* --- axes and scale ------------------------------------------------------------------------- */

/* Every value has a label, or of many every second, every third, ... */
static uint32_t label_step(uint32_t n) {
  return n <= TEXT_SIDE ? 1 : (n + LABELS_MAX - 1) / LABELS_MAX;
}

static char *value_label(const struct plot_sweep_axis *axis, uint32_t i) {
  const char *value = json_string_value(json_array_get(axis->values, i));
  return plot_text_clean(value != NULL ? value : "?", 14);
}

static uint32_t widest_label(const struct plot_sweep_axis *axis, uint32_t n) {
  uint32_t widest = 0;
  for (uint32_t i = 0; i < n; i += label_step(n)) {
    char *label = value_label(axis, i);
    widest = MAX(widest, plot_text_width(label));
    g_free(label);
  }
  return widest;
}

static void write_labels(GString *data, const char *name, const struct plot_sweep_axis *axis,
                         uint32_t n) {
  char **text = g_new0(char *, n + 1);
  for (uint32_t i = 0; i < n; i++) {
    char *label = i % label_step(n) == 0 ? value_label(axis, i) : g_strdup("");
    text[i] = script_tick(label);
    g_free(label);
  }
  script_texts(data, name, (const char *const *)text, n, 40);
  g_strfreev(text);
}

static void write_scale(GString *data, const struct map *map) {
  char *text[SCALE_TICKS + 1] = {NULL};
  double at[SCALE_TICKS];
  uint32_t n = map->hi > map->lo ? SCALE_TICKS : 1; /* all alike: one colour, in the middle */
  for (uint32_t i = 0; i < n; i++) {
    at[i] = n == 1 ? 0.5 : (double)i / (n - 1);
    double value = map_value_of(map, at[i]);
    text[i] = script_tick(format_value(map->unit, value).text);
  }
  script_numbers(data, "scale_at", at, n);
  script_texts(data, "scale_label", (const char *const *)text, n, 20);
  for (uint32_t i = 0; i < n; i++) g_free(text[i]);
}

static struct layout lay_out(const struct map *map) {
  uint32_t wide = widest_label(&map->x, map->columns), tall = widest_label(&map->y, map->rows);
  uint32_t labels = (map->columns + label_step(map->columns) - 1) / label_step(map->columns);
  struct layout layout = {.dense = map->columns > TEXT_SIDE || map->rows > TEXT_SIDE,
                          .rotate = wide * labels > 80,
                          .left = 52 + 8 * MAX(tall, 3)};
  layout.right = layout.dense ? 120 : 24;
  layout.cell_width = (800.0 - layout.left - layout.right) / map->columns;
  uint32_t inside = MAX(map->rows * 40, 120);
  if (layout.dense) inside = CLAMP(map->rows * 16, 200, 480);
  layout.cell_height = (double)inside / map->rows;
  layout.height = (layout.rotate ? 180 : 136) + inside;
  return layout;
}

/* --- texts ---------------------------------------------------------------------------------- */

static char *note_of(const struct map *map, bool dense) {
  GString *note = g_string_new(NULL);
  uint32_t cells = map->rows * map->columns - map->missing;
  if (map->goal != NULL) {
    char *goal = plot_text_clean(map->goal->text != NULL ? map->goal->text : "", 36);
    g_string_append_printf(note, "the value meets %s at %u of %u points", goal, map->met, cells);
    if (map->met > 0 && map->met < cells) g_string_append(note, " (line)");
    g_free(goal);
  }
  if (map->saturated > 0) {
    g_string_append_printf(note, "%s%s over 2 %% lost", note->len > 0 ? "; " : "",
                           dense ? "dotted:" : "*");
  }
  if (map->endless > 0) {
    g_string_append_printf(note, "%sendless%s at %u", note->len > 0 ? "; " : "",
                           dense ? " (grey)" : "", map->endless);
  }
  if (map->missing > 0 || map->undefined > 0) {
    g_string_append_printf(note, "%s%s:", note->len > 0 ? "; " : "", dense ? "grey" : "?");
    if (map->missing > 0) g_string_append_printf(note, " %u missing", map->missing);
    if (map->undefined > 0) {
      g_string_append_printf(note, "%s %u undefined", map->missing > 0 ? "," : "", map->undefined);
    }
  }
  return g_string_free(note, FALSE);
}

static char *caption_of(const struct map *map, bool dense) {
  return g_strdup_printf(
      "Each square is a point of the sweep. Its colour is the value, from the smallest (dark) to "
      "the "
      "largest (light)%s. The line divides the points whose value meets the goal from the others, "
      "however sure they are. "
      "%s "
      "a point at which more than 2 %% of the requests offered were not answered ok, %s one that "
      "is "
      "missing.",
      map->nines ? "; five nines and more are one colour"
                 : ", by their logarithms where they differ by more than 25 times",
      dense ? "Dots mark" : "A star marks", dense ? "grey" : "a question mark");
}

/* "timeout=1s, servers=2"; "" if nothing is held. */
static char *say_held(const struct held *held) {
  GString *text = g_string_new(NULL);
  for (uint32_t i = 0; i < held->n; i++) {
    const char *value = json_string_value(json_array_get(held->axis[i].values, held->at[i]));
    g_string_append_printf(text, "%s%s=%s", i > 0 ? ", " : "", held->axis[i].name,
                           value != NULL ? value : "?");
  }
  return g_string_free(text, FALSE);
}

/* --- drawing -------------------------------------------------------------------------------- */

static void draw(struct plot_page *page, const struct map *map, const struct held *held,
                 bool alone) {
  GString *data = g_string_new(NULL);
  struct layout layout = lay_out(map);
  double width = layout.cell_width;
  write_labels(data, "x_label", &map->x, map->columns);
  write_labels(data, "y_label", &map->y, map->rows);
  write_cells(data, map, layout.dense);
  write_missing(data, map);
  write_dots(data, map, &layout);
  write_edges(data, map);
  write_scale(data, map);
  script_text(data, "X_TITLE", map->x.name, 60);
  script_text(data, "Y_TITLE", map->y.name, 30);
  script_number(data, "DENSE", layout.dense);
  script_number(data, "X_ROTATE", layout.rotate);
  script_number(data, "LEFT", layout.left);
  script_number(data, "RIGHT", layout.right);
  script_number(data, "FONT", width >= 66 ? 12 : width >= 54 ? 10 : width >= 42 ? 8 : 6);
  char *where = say_held(held);
  char *subject = g_strjoin(held->n > 0 ? " " : "", map->metric, where, NULL);
  struct plot_draft draft = {
      .kind = "heatmap",
      .subject = subject,
      .alone = alone && held->n == 0,
      .width = 800,
      .height = layout.height,
      .title = g_strdup_printf("%s over %s and %s%s%s", map->metric, map->x.name, map->y.name,
                               held->n > 0 ? ", at " : "", where),
      .note = note_of(map, layout.dense),
      .caption = caption_of(map, layout.dense),
      .data = data};
  plot_add(page, &draft);
  g_free(subject);
  g_free(where);
}

struct plane {
  const json_t *sweep;
  struct plot_sweep_axis x, y;
  struct held held;
};

static void draw_metric(struct plot_page *page, const struct plane *plane, const char *metric,
                        const struct plot_goal *goal, bool alone) {
  const struct held *held = &plane->held;
  struct map *map =
      map_read(plane->sweep, metric, goal, &plane->x, &plane->y, held->axis, held->at, held->n);
  if (map->missing < map->rows * map->columns) draw(page, map, held, alone);
  map_free(map);
}

static void draw_clients(struct plot_page *page, const struct plane *plane) {
  static const char *const suffixes[] = {"latency.p99", "availability"};
  GPtrArray *clients = plot_clients(plot_sweep_metrics(plane->sweep), false);
  for (guint i = 0; i < clients->len && i < MAPS_MAX / 2; i++) {
    for (size_t k = 0; k < G_N_ELEMENTS(suffixes); k++) {
      char *metric = g_strdup_printf("%s.%s", (const char *)clients->pdata[i], suffixes[k]);
      draw_metric(page, plane, metric, NULL, false);
      g_free(metric);
    }
  }
  g_ptr_array_unref(clients);
}

static void draw_plane(struct plot_page *page, const struct plane *plane) {
  GArray *goals = plot_goals(plot_sweep_goals(plane->sweep));
  for (guint i = 0; i < goals->len && i < MAPS_MAX; i++) {
    const struct plot_goal *goal = &g_array_index(goals, struct plot_goal, i);
    draw_metric(page, plane, goal->metric, goal, goals->len == 1);
  }
  if (goals->len == 0) draw_clients(page, plane);
  plot_goals_free(goals);
}

/* --- which maps ----------------------------------------------------------------------------- */

static size_t values_of(const struct plot_sweep_axis *axis) {
  return json_array_size(axis->values);
}

/* The two axes with most values span the maps, of equals the earlier ones. */
static struct plane choose(const json_t *sweep, const struct plot_sweep_axes *axes) {
  uint32_t x = 0, y = 0;
  for (uint32_t i = 1; i < axes->n; i++) {
    if (values_of(&axes->axis[i]) > values_of(&axes->axis[x])) x = i;
  }
  y = x == 0 ? 1 : 0;
  for (uint32_t i = 0; i < axes->n; i++) {
    if (i != x && values_of(&axes->axis[i]) > values_of(&axes->axis[y])) y = i;
  }
  struct plane plane = {.sweep = sweep, .x = axes->axis[x], .y = axes->axis[y]};
  for (uint32_t i = 0; i < axes->n; i++) {
    if (i != x && i != y) plane.held.axis[plane.held.n++] = axes->axis[i];
  }
  return plane;
}

/* The next choice of what is held, the last parameter fastest; false: all were made. */
static bool advance(struct held *held) {
  for (uint32_t i = held->n; i-- > 0;) {
    if (++held->at[i] < values_of(&held->axis[i])) return true;
    held->at[i] = 0;
  }
  return false;
}

void plot_heatmap(struct plot_page *page, const json_t *sweep) {
  struct plot_sweep_axes axes = plot_sweep_axes(sweep);
  if (axes.n < 2) {
    plot_skip(page, "heatmap", "it takes a sweep over two parameters");
    return;
  }
  struct plane plane = choose(sweep, &axes);
  if (values_of(&plane.x) * values_of(&plane.y) > CELLS_MAX) {
    plot_skip(page, "heatmap", "%s and %s have more than %u pairs of values", plane.x.name,
              plane.y.name, CELLS_MAX);
    return;
  }
  uint32_t before = page->plots->n, drawn = 0;
  bool more;
  do {
    draw_plane(page, &plane);
    drawn++;
    more = advance(&plane.held);
  } while (more && page->plots->n - before < FACETS_MAX);
  if (more) {
    plot_skip(page, "heatmap", "only the first %u choices of the other parameters are drawn",
              drawn);
  }
  if (page->plots->n == before) plot_skip(page, "heatmap", "no point of the sweep is there");
}

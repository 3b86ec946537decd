#include "plot_map.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "plot_axis.h"

#define NINES_MAX 5.0 /* five nines and more are one colour */

static bool is_held(const json_t *point, const struct plot_sweep_axis *held, const uint32_t *at,
                    uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (plot_sweep_place(point, &held[i]) != (int)at[i]) return false;
  }
  return true;
}

static void read_cell(struct map *map, const json_t *point) {
  int x = plot_sweep_place(point, &map->x), y = plot_sweep_place(point, &map->y);
  if (x < 0 || y < 0) return;
  struct map_cell *cell = &map->cell[(uint32_t)y * map->columns + (uint32_t)x];
  if (cell->there) return;
  const json_t *metric = plot_judged(point, map->metric);
  double value = plot_number(metric, "value");
  const char *word = plot_string(metric, "value");
  *cell = (struct map_cell){.there = true,
                            .defined = isfinite(value),
                            .endless = word != NULL && strcmp(word, "endless") == 0,
                            .value = value};
  cell->saturated = plot_any_saturated(point);
  if (map->goal != NULL) {
    cell->meets =
        map->goal->above ? cell->endless || value >= map->goal->limit : value <= map->goal->limit;
  }
  map->saturated += cell->saturated;
  map->met += cell->meets;
  map->undefined += !cell->defined && !cell->endless;
  map->endless += cell->endless;
  map->missing--;
}

/* What is stretched over the colours. */
static double shade(const struct map *map, double value) {
  if (map->nines) return fmin(plot_nines(value), NINES_MAX);
  return map->log ? log10(value) : value;
}

/* Over all points of the sweep, so that maps at different values of a third parameter compare. */
static void colour_cells(struct map *map, const json_t *points) {
  double least = INFINITY, most = -INFINITY;
  uint32_t cells = map->columns * map->rows;
  for (size_t i = 0; i < json_array_size(points); i++) {
    double value = plot_number(plot_judged(json_array_get(points, i), map->metric), "value");
    if (!isfinite(value)) continue;
    least = fmin(least, value);
    most = fmax(most, value);
  }
  map->nines = g_str_has_suffix(map->metric, "availability");
  map->log = !map->nines && least > 0 && most > PLOT_LOG_FROM * least;
  map->lo = shade(map, least);
  map->hi = shade(map, most);
  for (uint32_t i = 0; i < cells; i++) {
    struct map_cell *cell = &map->cell[i];
    if (!cell->defined) continue;
    cell->colour =
        map->hi > map->lo ? (shade(map, cell->value) - map->lo) / (map->hi - map->lo) : 0.5;
  }
}

struct map *map_read(const json_t *sweep, const char *metric, const struct plot_goal *goal,
                     const struct plot_sweep_axis *x, const struct plot_sweep_axis *y,
                     const struct plot_sweep_axis *held, const uint32_t *held_at, uint32_t n_held) {
  struct map *map = g_new0(struct map, 1);
  *map = (struct map){
      .metric = metric,
      .unit = plot_unit_of(metric),
      .goal = goal,
      .x = *x,
      .y = *y,
      .columns = (uint32_t)json_array_size(x->values),
      .rows = (uint32_t)json_array_size(y->values),
  };
  map->cell = g_new0(struct map_cell, (size_t)map->columns * map->rows);
  map->missing = map->columns * map->rows;
  const json_t *points = json_object_get(sweep, "points");
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *point = json_array_get(points, i);
    if (is_held(point, held, held_at, n_held)) read_cell(map, point);
  }
  colour_cells(map, points);
  return map;
}

void map_free(struct map *map) {
  if (map != NULL) g_free(map->cell);
  g_free(map);
}

const struct map_cell *map_at(const struct map *map, uint32_t x, uint32_t y) {
  return x < map->columns && y < map->rows ? &map->cell[y * map->columns + x] : NULL;
}

double map_value_of(const struct map *map, double colour) {
  double shown = map->lo + colour * (map->hi - map->lo);
  if (map->nines) return 1 - pow(10, -shown);
  return map->log ? pow(10, shown) : shown;
}

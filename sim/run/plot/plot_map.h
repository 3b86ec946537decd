/* A metric over two parameters of a sweep as a grid of cells, for the heat map. */
#ifndef PLOT_MAP_H
#define PLOT_MAP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "metric.h"
#include "plot_results.h"
#include "plot_sweep_points.h"

struct map_cell {
  bool there, defined; /* the point is there; the metric has a finite value at it */
  bool endless;        /* a latency of which too many requests failed */
  bool saturated;      /* plot_is_saturated for one of the clients */
  bool meets;          /* the value, not its interval, meets the goal */
  double value;
  double colour; /* 0 smallest to 1 largest; only if defined */
};

struct map {
  const char *metric;
  enum metric_unit unit;
  const struct plot_goal *goal; /* NULL: none */
  struct plot_sweep_axis x, y;  /* x has no fewer values than y */
  uint32_t columns, rows;
  struct map_cell *cell; /* columns * rows, row by row */
  uint32_t saturated, met, missing, undefined, endless;
  bool log, nines; /* what colour stands for; neither: the value itself */
  double lo, hi;   /* of what colour stands for, at colours 0 and 1 */
};

/* Of the points at which the `held` axes have the values with these numbers. To be freed with
 * map_free. */
struct map *map_read(const json_t *sweep, const char *metric, const struct plot_goal *goal,
                     const struct plot_sweep_axis *x, const struct plot_sweep_axis *y,
                     const struct plot_sweep_axis *held, const uint32_t *held_at, uint32_t n_held);
void map_free(struct map *map);

/* NULL beyond the edge. */
const struct map_cell *map_at(const struct map *map, uint32_t x, uint32_t y);

/* The value that a colour stands for. */
double map_value_of(const struct map *map, double colour);

#endif

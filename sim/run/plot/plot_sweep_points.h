/* The axes and points of a sweep as plots need them. */
#ifndef PLOT_SWEEP_POINTS_H
#define PLOT_SWEEP_POINTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct plot_sweep_axis {
  const char *name;
  const json_t *values; /* texts */
  bool numbers;         /* every value is one, in base units */
  bool rate;            /* every value is a rate: "100/s" */
};

#define SWEEP_AXES_MAX 8u

struct plot_sweep_axes {
  uint32_t n; /* axes that vary */
  struct plot_sweep_axis axis[SWEEP_AXES_MAX];
};

struct plot_sweep_axes plot_sweep_axes(const json_t *sweep);

/* The text of the axis at a point; NULL if it is missing. */
const char *plot_sweep_text(const json_t *point, const struct plot_sweep_axis *axis);

/* As a number; NaN if it is none. */
double plot_sweep_value(const json_t *point, const struct plot_sweep_axis *axis);

/* Where it stands among the axis' values; -1: nowhere. */
int plot_sweep_place(const json_t *point, const struct plot_sweep_axis *axis);

/* Metrics of the first point that is there; NULL: none is. */
const json_t *plot_sweep_metrics(const json_t *sweep);
const json_t *plot_sweep_goals(const json_t *sweep);

/* Whether a client's goodput is more than 2 % below its offered load: it is saturated, or loses
 * requests for another reason, and its latency says nothing about those. */
bool plot_is_saturated(const json_t *point, const char *client);

/* The same for any client of the point. */
bool plot_any_saturated(const json_t *point);

#endif

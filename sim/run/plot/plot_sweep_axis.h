/* The horizontal axis of a plot over one parameter of a sweep: ticks at its values, as they were
 * written. */
#ifndef PLOT_SWEEP_AXIS_H
#define PLOT_SWEEP_AXIS_H

#include <jansson.h>
#include <stdbool.h>

#include "plot_axis.h"
#include "plot_sweep_points.h"

/* Numbers lie where they are, on a logarithmic axis if the largest is at least 25 times the
 * smallest; names one beside the other. Values whose labels would touch the one before have none.
 * `rotate`: the labels are long and to be drawn aslant. */
struct plot_axis plot_sweep_axis(const struct plot_sweep_axis *axis, bool *rotate);

/* Where a point lies on that axis; NaN: nowhere. */
double plot_sweep_x(const json_t *point, const struct plot_sweep_axis *axis);

#endif

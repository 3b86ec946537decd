/* Axes for people: a unit that suits the size, round ticks, nines.
 *
 * A linear axis begins at 0 and shows value * factor in one unit, which stands in its title. A
 * logarithmic axis keeps base units, and each of its ticks names its own ("10 ms", "1 s"). */
#ifndef PLOT_AXIS_H
#define PLOT_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#include "metric.h"

#define AXIS_TICKS_MAX 24u

/* From so many times the smallest value on, an axis or a scale of colours is logarithmic. */
#define PLOT_LOG_FROM 25.0

struct plot_tick {
  double at;
  char label[72]; /* "": a small tick between two labelled ones */
};

struct plot_axis {
  bool log;
  double lo, hi, step; /* as drawn: value * factor; step: linear only */
  double factor;
  const char *unit; /* "ms"; "" for numbers and on a logarithmic axis */
  uint32_t ticks;
  struct plot_tick tick[AXIS_TICKS_MAX];
};

/* From 0 to at least `max` (0 or less: to 1), with `intervals` steps or a few more or less. */
struct plot_axis plot_axis_linear(enum metric_unit unit, double max, uint32_t intervals);

/* From the tick at or below `lo` to the one at or above `hi`, both above 0. */
struct plot_axis plot_axis_log(enum metric_unit unit, double lo, double hi);

/* Logarithmic where `lo` is above 0 and `hi` at least 25 times as large. */
struct plot_axis plot_axis_fit(enum metric_unit unit, double lo, double hi);

/* Simulated time up to `max_s`: seconds, from ten minutes on minutes, from three hours on hours,
 * from three days on days. */
struct plot_axis plot_axis_time(double max_s);

/* 1, 2, 2.5 or 5 times a power of ten that divides `range` into about `intervals`. */
double plot_step(double range, uint32_t intervals);

/* -log10(1 - availability): 3 for 99.9 %. Infinite for 1; NaN below 0 and above 1. */
double plot_nines(double availability);

/* The nines that `n` requests without a failure support: with 95 % confidence the probability of
 * failure is below 3 / n (rule of three; Hanley and Lippman-Hand, JAMA 1983). At least 0. */
double plot_nines_supported(double n);

/* From 0 to at least `max` nines, ticks named as percentages: 0 %, 90 %, 99 %, 99.9 %. */
struct plot_axis plot_axis_nines(double max);

#endif

/* How many replications it takes until the intervals are narrow enough: `precision = "2%"`.
 *
 * Law's sequential procedure (Law, "Simulation Modeling and Analysis", 5th ed., section 9.4.1):
 * replications are added until the half width of each interval is at most g / (1 + g) of its value,
 * g being the precision asked for; then the error relative to the unknown truth is at most g with
 * the interval's confidence. Stopping as soon as an interval happens to be narrow would stop on
 * luck, so there are at least PRECISION_LEAST replications, and the next look comes only after a
 * quarter more of them: at most 21 looks between 10 and 1000. Where the looks are follows from the
 * results alone, not from threads.
 *
 * Which metrics: those of the goals; where no goal has one with an interval, the mean latency of
 * each client. Of a share (a ratio) the width is compared with the distance to 0 or to 1, whichever
 * is nearer: 2 % of an availability of 99.99 % would be no demand at all. What is rare (a share, a
 * count) may take endless replications, so there a goal is content as soon as it is decided, even
 * by an interval half as wide again. (That outdoes the constant 2.67 / 1.96 with which Pocock,
 * Biometrika 64, 1977, keeps the error of 20 looks at that of one.) */
#ifndef PRECISION_H
#define PRECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "results.h"

#define PRECISION_LEAST 10u
#define PRECISION_MOST 1000u /* default of max_replications */

/* Half width of the interval relative to the value (a share: to the nearer of 0 and 1). 0 for a
 * constant, infinite without an interval. */
double precision_width(const struct estimate *estimate, enum metric_unit unit);

/* The number of replications before the next look, when `now` of them left a width that is `excess`
 * (> 1) times too large: what it takes if widths fall with 1/sqrt(n), but at least a quarter more,
 * at most twice as many, and never more than `most`. */
uint32_t precision_next(uint32_t now, double excess, uint32_t most);

/* Looks at the replications so far, between results_add and results_finish: which metric is
 * farthest from the precision wanted, and whether all have it. */
struct precision precision_look(const struct results *results, const struct scenario *scenario,
                                double wanted);

#endif

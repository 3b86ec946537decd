/* What the replications of a run say about one metric: a value and how sure it is.
 *
 * Replications are independent and identically distributed, so the mean of their values is close to
 * normal whatever happens inside one of them, and Student's t gives its 95 % interval (Law,
 * "Simulation Modeling and Analysis", 5th ed., section 9.4.1). The value itself is pooled over all
 * replications, which makes better use of rare events than the mean of the values would; the
 * interval is put around it. NaN means undefined throughout: no request, no quantile. */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "metric.h"

/* With so many more requests of one of two designs that had not ended when its run did, nobody
 * knows how the two compare: it is not the others' figures that tell. */
#define HANGS_MORE 0.01

struct estimate {
  double value;
  double lo, hi; /* NaN where there are fewer than two replications to compare */
  uint32_t n;    /* replications in which the metric is defined */
};

/* Puts the interval around `value`: half width t(0.975, n-1) * s / sqrt(n) over those of the
 * `count` values of single replications that are defined. What cannot be (a negative duration, a
 * ratio beyond 1) is cut off. */
struct estimate estimate_make(double value, const double *replication, uint32_t count,
                              enum metric_unit unit);

/* The same where values may be INFINITY, as the latency of requests that fail is. The interval is
 * that of the median of the replications' values, which rests on nothing but their order (David and
 * Nagaraja, "Order Statistics", 3rd ed., section 7.1), widened to `value`. With fewer than six
 * replications it is all that they cover, which is a little less sure than 95 %. */
struct estimate estimate_ordered(double value, const double *replication, uint32_t count);

/* From order alone, too, the interval that misses the median with a chance of at most `alpha`.
 * Where the values are too few for that it is NaN, unless all are equal. */
struct estimate estimate_median(double value, const double *list, uint32_t count, double alpha);

/* Whether none of the values is infinite. */
bool estimate_all_finite(const double *list, uint32_t count);

/* The interval of that half width, with what cannot be cut off; none if it is NaN. */
struct estimate estimate_around(double value, double half, uint32_t n, enum metric_unit unit);

/* A value about which replications say nothing more, because it is the extreme of all of them. */
struct estimate estimate_extreme(double value, const double *replication, uint32_t count);

/* The 0.975-quantile of Student's t: half the width of a 95 % interval in standard errors. */
double estimate_t975(uint32_t degrees);

/* True if the interval exists. */
bool estimate_has_interval(const struct estimate *estimate);

#endif

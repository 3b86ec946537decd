/* What each batch of one long run added to each metric.
 *
 * Models measure sums since the warm-up. At the end of each of BATCHES equal parts of the measured
 * time the sums are taken and the difference to the last ones is kept: numerators and denominators
 * as they are, of histograms the quantile of the batch's own values. */
#ifndef BATCHES_H
#define BATCHES_H

#include "batch_means.h"
#include "metric.h"

struct batches;

struct batches *batches_new(void);

/* At the end of a batch: all metrics up to now. */
void batches_add(struct batches *batches, const struct metrics *metrics);

/* Half width of the 95 % interval of a metric, by its number in the order of emission; NaN where
 * there is none: for extremes; for counts and levels, which do not grow with time (their rates do);
 * for quantiles with fewer than BATCH_BEYOND samples a batch beyond them. `value` is that of the
 * whole run. */
double batches_half_width(const struct batches *batches, uint32_t metric, double value);
#define BATCH_BEYOND 10.0

/* Correlation between the batches of a quotient; NaN if it has none. */
double batches_correlation(const struct batches *batches, uint32_t metric);

void batches_free(struct batches *batches);

#endif

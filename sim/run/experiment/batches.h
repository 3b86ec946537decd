/* What each batch of one long run added to each metric.
 *
 * Models measure sums since the warm-up. At the end of each of BATCHES equal parts of the measured
 * time the sums are taken and the difference to the last ones is kept: of quotients numerator and
 * denominator, of histograms the counts of the buckets that grew. */
#ifndef BATCHES_H
#define BATCHES_H

#include "batch_means.h"
#include "estimate.h"
#include "metric.h"

struct batches;

struct batches *batches_new(void);

/* At the end of a batch: all metrics up to now. */
void batches_add(struct batches *batches, const struct metrics *metrics);

/* The interval of a quotient by its number in the order of emission, put around its estimate over
 * the whole run. None for counts and levels, which do not grow with time (their rates have one). */
struct estimate batches_quotient(const struct batches *batches, uint32_t metric, double value,
                                 enum metric_unit unit);

/* The interval of the q-quantile of `whole`, the histogram of the whole run. The share of values
 * below the quantile is a ratio of two sums over the batches, whose half width h follows from batch
 * means; read off the histogram, its ends are those of the quantile (Asmussen and Glynn,
 * "Stochastic Simulation", III.4). The share beyond it, 1 - q, is small and skewed where few busy
 * spells make the slowest requests: its logarithm is taken for normal, so that it lies within a
 * factor of exp(h / (1 - q)), and the upper end is raised (upper_end.h). The spread of the batches'
 * own quantiles would do with less memory, but those of short batches are biased, and their
 * intervals cover far less. None if fewer than BATCH_BEYOND samples a batch lie beyond the
 * quantile.
 */
struct estimate batches_quantile(const struct batches *batches, uint32_t metric,
                                 const struct hist *whole, double q);
#define BATCH_BEYOND 10.0

/* Correlation between the batches of a quotient; NaN if it has none. */
double batches_correlation(const struct batches *batches, uint32_t metric);

void batches_free(struct batches *batches);

#endif

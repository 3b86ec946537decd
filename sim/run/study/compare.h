/* Two designs compared by common random numbers.
 *
 * Random streams are keyed by (seed, replication, component, purpose, request), so two designs that
 * run with the same seed see the same arrivals and the same work, and replication i of one is
 * paired with replication i of the other. The difference of a metric is the difference of its two
 * estimates; its interval has the half width t * s / sqrt(n), where s is the standard deviation of
 * the n paired differences and t is Student's with n - 1 degrees of freedom (Law, "Simulation
 * Modeling and Analysis", 5th ed., section 10.2.1). As in `run`, the estimate of a quantile is
 * pooled over all replications while the interval comes from the quantiles of single ones: it is
 * put around the pooled difference.
 *
 * Many metrics are compared at once, and one in 20 true equalities would be missed by chance at 95
 * % each. So there are two families, the headline metrics (those of goals, and each client's
 * availability, throughput, p50 and p99) and the others. A verdict rests on the joint interval,
 * whose level is raised so that all the intervals of a family hold together with 95 % (Bonferroni).
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "results.h"

enum finding {
  FINDING_EQUAL,   /* the same numbers in every replication */
  FINDING_LOWER,   /* the joint interval lies below 0 */
  FINDING_HIGHER,  /* the joint interval lies above 0 */
  FINDING_NONE,    /* it contains 0 */
  FINDING_UNKNOWN, /* there is no interval: an extreme, one replication, nothing measured */
};
extern const char *const finding_name[]; /* "equal", "lower" ... */

struct difference {
  const char *name;
  enum metric_unit unit;
  bool headline;
  struct estimate a, b;      /* of latencies with failed requests as endless (result.judged) */
  double failed_a, failed_b; /* the shares of these */
  const char *endless_a, *endless_b;
  double unfinished_a, unfinished_b; /* the shares that these leave out (unfinished.h) */
  struct estimate diff;              /* b - a with its own 95 % interval; n: pairs */
  struct estimate joint;             /* the same difference with the joint interval of its family */
  enum finding finding;
  double gain; /* (var(a) + var(b)) / var(a - b): how many times as many replications it would take
                  without pairing; NaN where undefined */
};

struct comparison {
  const struct results *a, *b;
  uint32_t n;
  struct difference *list; /* the metrics that both have, by name */
  uint32_t headlines, others;
  uint32_t only_a, only_b; /* metrics that the other lacks */
};

/* Compares b with a, both of which must outlive the comparison and have the same number of
 * replications. `pairs` is the number of comparisons that are to hold together: designs less one.
 */
void comparison_make(struct comparison *comparison, const struct results *a,
                     const struct results *b, uint32_t pairs);
void comparison_free(struct comparison *comparison);

/* Whether a metric is a headline of these results. */
bool compare_is_headline(const struct results *results, const char *name);

/* b - a; 0 where both are endless. */
double compare_difference(double a, double b);

/* Half the width of the two-sided interval of a mean of n values with standard deviation s, at the
 * level 1 - alpha / family; NaN for n < 2. */
double compare_half_width(double s, uint32_t n, double alpha, uint32_t family);

#define COMPARE_ALPHA 0.05

#endif

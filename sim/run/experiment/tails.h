/* The interval of a quantile that single replications are too short for.
 *
 * The 99th percentile of 20 requests is their largest: such values are biased, and an interval from
 * their spread does not cover the truth. The pooled values of all replications still tell it. Of
 * each replication the largest values are kept, so that it is known how many of them lie beyond the
 * pooled quantile. That number, of all requests, is a quotient over independent replications, whose
 * half width h follows from their spread (batch_means.h); the values at the ranks q -/+ h of the
 * pooled ones are the interval. Where requests are independent of each other these are the ranks of
 * the binomial law (David and Nagaraja, "Order Statistics", 3rd ed., section 7.1), which are the
 * narrowest that are given.
 *
 * Replications that are long enough for a quantile of their own, but not for a busy spell each that
 * reaches beyond it, are alike where they have none: of M/M/1 at 0.9, 4,500 requests each, the
 * spread of ten covers the truth in 88 of 100 experiments, that of twenty in 76. How many
 * independent spells there were follows from the spread of the numbers beyond the quantile. Where
 * they are fewer than eight a replication, which is where this spread is more than a third of its
 * mean, the interval is that of the number beyond, the logarithm of whose odds is taken for normal,
 * however long the replications are. With more spells both intervals are much the same, which is
 * why the limit lies there: where they differ, choosing by a number that is itself uncertain
 * favours the wider one and covers too often (with a limit of one spell, p99 of nine such
 * replications in 97 of 100).
 *
 * Where the quantile is a value that many requests have, such as a time that is constant or a
 * timeout, the ranks tell the interval, too: it is that value alone if both ends of it are.
 *
 * Replications are summed up in TAIL_PARTS parts, which keeps the memory bounded. Everything is a
 * sum or an extreme of whole numbers: the order of arrival does not show. */
#ifndef TAILS_H
#define TAILS_H

#include <stdbool.h>

#include "estimate.h"
#include "hist.h"

#define TAIL_PARTS 50u
/* With fewer samples beyond it in a replication, on average, a quantile is told by the pooled ones.
 * Of few replications the spread of their numbers beyond it says less than that of their quantiles:
 * then replications speak for themselves down to TAIL_SHORT_OF_FEW samples; of fewer than five
 * neither spread says much. */
#define TAIL_SHORT 100.0
#define TAIL_SHORT_OF_FEW 20.0
#define TAIL_FEW 30u
#define TAIL_FEWEST 5u

struct tails;

struct tails *tails_new(uint32_t hists);
void tails_free(struct tails *tails);

/* Says that the `q`-quantile of that histogram will be asked for; before values are added. */
void tails_expect(struct tails *tails, uint32_t hist, double q);

/* What replication `index` measured, and how many requests beside failed. Settles `values`. */
void tails_add(struct tails *tails, uint32_t hist, uint32_t index, struct hist *values,
               double failed);

struct tail_question {
  uint32_t hist;
  const struct hist *whole; /* all replications together */
  uint32_t replications;
  double q;
  bool with_failed; /* of all requests, the failed ones beyond all others */
};

/* Gives `e`, which has its value, the interval; false, and nothing done, where replications are
 * long enough for their own quantiles and these are not of values that are alike. Where too few
 * samples lie beyond the quantile to tell an upper end, there is no interval and *at_least is its
 * lower end; else *at_least is NaN. */
bool tails_interval(const struct tails *tails, const struct tail_question *question,
                    struct estimate *e, double *at_least);

/* How many independent busy spells the values beyond the quantile are worth; of many requests that
 * were slow together it is far less than their number. NaN where it is not known: of fewer than
 * TAIL_FEWEST replications, and of few samples a replication, unless they clearly came together.
 */
double tails_spells(const struct tails *tails, const struct tail_question *question, double value);

/* The requests that carry half of the sum of all latencies (`power` 1), or of their squares (2),
 * which is what the latencies vary by: what share of all they are, and how many busy spells they
 * are worth. */
struct tail_carriers {
  double share, spells;
};

/* False: it is not known, as above. */
bool tails_carriers(struct tails *tails, const struct tail_question *question, int power,
                    struct tail_carriers *carriers);

#endif

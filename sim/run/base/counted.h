/* How sure a number is that was counted, from the count alone: shares of trials and rare events.
 *
 * Where no failure was seen in n requests, replications agree that there is none, and an interval
 * over them would be of no width. But the true share may be up to 1 - 0.05^(1/n), about 3/n (the
 * rule of three: Hanley and Lippman-Hand, JAMA 249, 1983), with a chance of 5 % to see nothing. Of
 * k that were seen, Wilson's interval is given (J. Am. Stat. Assoc. 22, 1927), with the lower ends
 * of few taken from Poisson's law, since Wilson's cover too little there (Brown, Cai and DasGupta,
 * "Interval Estimation for a Binomial Proportion", Statistical Science 16, 2001, section 4.1.1).
 *
 * Both take the trials as independent. Those of one replication seldom are, so this is the least
 * width that an interval has: where the replications differ by more, theirs holds. */
#ifndef COUNTED_H
#define COUNTED_H

#include "estimate.h"

/* From this many events on, the spread of the replications tells enough about a count. */
#define COUNTED_RARE 30

/* Widens the estimate of `count` / `of`, both summed over the replications, to what the count alone
 * allows, and gives it an interval if it has none. A ratio's `of` are trials. Of other units `of`
 * is time, or replications, and there only few events count, and not those that are constant: as
 * many in each replication. */
void counted_widen(struct estimate *estimate, double count, double of, enum metric_unit unit);

/* The share of `part` in `whole`, both counted in each of the `count` replications. */
struct estimate counted_share(const double *part, const double *whole, uint32_t count);

#endif

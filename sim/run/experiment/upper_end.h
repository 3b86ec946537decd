/* The upper end of a quantile's interval, which lies farther away than the lower one.
 *
 * Where few busy spells make the slowest requests, the quantiles of single replications are skewed:
 * most miss the longest spells, and are alike. Student's t then misses the truth above its interval
 * far more often than below. What is nearly symmetrical is how many requests lie beyond the
 * quantile. By the delta method a half width h of the quantile is h / e of that number, where e is
 * the mean excess: by how much those beyond it are beyond it (McNeil, Frey and Embrechts,
 * "Quantitative Risk Management", 2nd ed., section 5.2.2). Fewer beyond it by that part, in a tail
 * that goes on as it does there, put the quantile at -e log(1 - h / e) above the value, instead of
 * h. Where h is small the two are the same. No upper end is put above all that was ever seen. */
#ifndef UPPER_END_H
#define UPPER_END_H

#include "estimate.h"
#include "hist.h"

/* Of the q-quantile of `whole`, with the interval from Student's t, in seconds. */
void upper_end_raise(struct estimate *estimate, const struct hist *whole, double q);

#endif

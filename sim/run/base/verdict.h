/* Whether a goal is met, when the value is only known up to an interval.
 *
 * A goal passes when the whole 95 % interval satisfies it, fails when the whole interval violates
 * it, and is undecided where the interval straddles the limit: then the run has not seen enough to
 * tell, and another seed might say the opposite. The value alone decides where there is nothing to
 * straddle: no interval, one of width zero, a limit that is the end of what is possible (`<= 0`,
 * `>= 100%`: one failure seen is one too many), and `==`, which is meant for constants. */
#ifndef VERDICT_H
#define VERDICT_H

#include "estimate.h"
#include "scenario.h"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNDECIDED };

/* What an undecided goal counts as in the end: --undecided. */
enum undecided { UNDECIDED_TELLS, UNDECIDED_PASSES, UNDECIDED_FAILS };

/* An undefined value (NaN) fails. */
enum verdict verdict_of(const struct goal *goal, const struct estimate *estimate);

/* Whether the value alone, taken as exact, meets the goal; NaN does not. */
bool verdict_by_value(const struct goal *goal, double value);

/* Where an interval lies: all of it meets the goal, none of it does, or it straddles the limit. */
enum verdict verdict_by_interval(const struct goal *goal, double lo, double hi);

/* "pass", "fail", "undecided": as in --json. */
const char *verdict_name(enum verdict verdict);

/* The worse of two: fail, then undecided, then pass. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

/* Undecided turned into what the user wants it to count as. */
enum verdict verdict_settle(enum verdict verdict, enum undecided undecided);

/* About how many replications would decide a goal that `now` of them left undecided: a round
 * number, from the width's fall with 1/sqrt(n) (with 1/n where nothing was seen, as of failures of
 * 100 %), with half as many again for safety. 0: more than 100,000, so near lies the value to the
 * limit. */
uint32_t verdict_replications(const struct goal *goal, const struct estimate *estimate,
                              uint32_t now);

#endif

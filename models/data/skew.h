/* The fault `skew`: a copy's clock is ahead of the true time while it lasts, and steps back when it
 * ends.
 *
 * Clocks count in two places. Without a primary, or where all copies lead, a write has the time of
 * the copy that takes it as its stamp, and the later stamp wins. Where copies elect their primary
 * they measure by their clocks how long ago they heard of each other: whether there is a leader,
 * and whether a leader's lease still holds. Timers run by themselves and are not disturbed. */
#ifndef SKEW_H
#define SKEW_H

#include "fault_def.h"

extern const struct fault_def fault_skew;

#endif

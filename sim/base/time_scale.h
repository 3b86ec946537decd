/* Times that are multiplied, divided or added, and may leave what 64 bits hold.
 *
 * A conversion of a double that is too large gives any number at all, and a sum wraps: 20 s of work
 * slowed by 1e9 would end at once. So each such time ends at TIME_LONG, 146 years, as the draws of
 * distributions do; no run lasts that long. */
#ifndef TIME_SCALE_H
#define TIME_SCALE_H

#include "dist.h"

#define TIME_LONG (UINT64_C(1) << 62)

/* time_ns * factor, to the nearest nanosecond. */
static inline uint64_t time_scale(uint64_t time_ns, double factor) {
  return dist_whole((double)time_ns * factor);
}

/* The sum of two times of at most TIME_LONG. */
static inline uint64_t time_sum(uint64_t a_ns, uint64_t b_ns) {
  return a_ns + b_ns < TIME_LONG ? a_ns + b_ns : TIME_LONG;
}

#endif

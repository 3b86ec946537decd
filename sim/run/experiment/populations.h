/* Whether the replications of a run fall into two kinds, such as those that recovered and those
 * that never did. Their mean is then a value that no run has, and an interval around it says
 * nothing about the next one.
 *
 * The sorted values are cut at the largest gap. Two populations are named where at least three
 * values lie on either side, the gap is twice as wide as either group, and it matters: ten
 * percentage points of a share, half of the lower mean of all else. Of shares two values will do
 * where the gap is four times as wide. Even heavy tails seldom do that, since their largest values
 * are as far apart from each other as from the rest; the test counts how often. */
#ifndef POPULATIONS_H
#define POPULATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "metric.h"

struct populations {
  uint32_t low, high; /* how many replications; 0: there is one population */
  double low_mean, high_mean;
};

/* Undefined values (NaN) are left out. False, and all 0, where there is one. */
bool populations_find(const double *value, uint32_t count, enum metric_unit unit,
                      struct populations *out);

#endif

#include "populations.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"

#define LEAST_VALUES 3u /* in either group */
#define LEAST_SHARES 2u /* the same of shares, which have no heavy tails, and .. */
#define GAP_OF_GROUP 2.0
#define GAP_OF_SHARES 4.0 /* .. by how many times the gap is then wider than a group */
#define GAP_OF_SHARE 0.1
#define GAP_OF_VALUE 0.5

static int by_size(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static double mean(const double *value, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += value[i];
  return sum / n;
}

/* How many values lie below the largest gap. */
static uint32_t cut(const double *sorted, uint32_t n) {
  uint32_t at = 1;
  for (uint32_t i = 2; i < n; i++) {
    if (sorted[i] - sorted[i - 1] > sorted[at] - sorted[at - 1]) at = i;
  }
  return at;
}

static bool divided(const double *sorted, uint32_t n, uint32_t low, enum metric_unit unit) {
  double gap = sorted[low] - sorted[low - 1];
  double widest = fmax(sorted[low - 1] - sorted[0], sorted[n - 1] - sorted[low]);
  double matters = unit == UNIT_RATIO ? GAP_OF_SHARE : GAP_OF_VALUE * fabs(mean(sorted, low));
  uint32_t fewer = low < n - low ? low : n - low;
  bool by_values = fewer >= LEAST_VALUES && gap > GAP_OF_GROUP * widest;
  bool by_shares = unit == UNIT_RATIO && fewer >= LEAST_SHARES && gap > GAP_OF_SHARES * widest;
  return gap > matters && (by_values || by_shares);
}

bool populations_find(const double *value, uint32_t count, enum metric_unit unit,
                      struct populations *out) {
  *out = (struct populations){0};
  double *sorted = mem_alloc((count + 1) * sizeof *sorted);
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (isfinite(value[i])) sorted[n++] = value[i];
  }
  qsort(sorted, n, sizeof *sorted, by_size);
  uint32_t low = n >= 2 * LEAST_SHARES ? cut(sorted, n) : 0;
  if (low > 0 && divided(sorted, n, low, unit)) {
    *out = (struct populations){low, n - low, mean(sorted, low), mean(sorted + low, n - low)};
  }
  free(sorted);
  return out->low > 0;
}

#include "estimate.h"

#include <math.h>

#include "detmath.h"

static uint32_t count_defined(const double *value, uint32_t count) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++) n += !isnan(value[i]);
  return n;
}

/* Standard deviation of the `n` defined values, n >= 2; two passes, so that it is 0 for equals. */
static double deviation(const double *value, uint32_t count, uint32_t n) {
  double sum = 0, squares = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!isnan(value[i])) sum += value[i];
  }
  double mean = sum / n;
  for (uint32_t i = 0; i < count; i++) {
    if (!isnan(value[i])) squares += (value[i] - mean) * (value[i] - mean);
  }
  return sqrt(squares / (n - 1));
}

static bool all_equal(const double *value, uint32_t count) {
  double first = NAN;
  for (uint32_t i = 0; i < count; i++) {
    if (isnan(value[i])) continue;
    if (!isnan(first) && value[i] != first) return false;
    first = value[i];
  }
  return true;
}

struct estimate estimate_make(double value, const double *replication, uint32_t count,
                              enum metric_unit unit) {
  struct estimate e = estimate_extreme(value, replication, count);
  if (e.n < 2 || isnan(value)) return e;
  /* The mean of equal values may be off by a rounding; the interval of a constant is exactly it. */
  double half = 0;
  if (!all_equal(replication, count)) {
    half = det_student_quantile(0.975, e.n - 1) * deviation(replication, count, e.n) / sqrt(e.n);
  }
  return estimate_around(value, half, e.n, unit);
}

struct estimate estimate_around(double value, double half, uint32_t n, enum metric_unit unit) {
  struct estimate e = {value, value - half, value + half, n};
  if (value >= 0 && e.lo < 0) e.lo = 0;
  if (unit == UNIT_RATIO && value <= 1 && e.hi > 1) e.hi = 1;
  return e;
}

struct estimate estimate_extreme(double value, const double *replication, uint32_t count) {
  return (struct estimate){value, NAN, NAN, count_defined(replication, count)};
}

bool estimate_has_interval(const struct estimate *estimate) {
  return !isnan(estimate->lo);
}

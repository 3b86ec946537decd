#include "estimate.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
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

/* The quantiles of few degrees of freedom, as det_student_quantile gives them: a report has
 * hundreds of thousands of intervals, and each quantile takes the root of a series. */
#define TABLE 40u
static const double t975[TABLE] = {
    12.70620473617473,  4.3026527297494548, 3.1824463052837122, 2.776445105197789,
    2.5705818356363186, 2.4469118511449666, 2.3646242515927867, 2.3060041352041654,
    2.2621571627982071, 2.2281388519862726, 2.2009851600916415, 2.1788128296672262,
    2.1603686564627931, 2.1447866879178012, 2.1314495455597759, 2.1199052992212537,
    2.1098155778333183, 2.1009220402410365, 2.0930240544083114, 2.0859634472658639,
    2.0796138447276826, 2.0738730679040258, 2.0686576104190473, 2.0638985616280268,
    2.0595385527532954, 2.0555294386428735, 2.0518305164802881, 2.048407141795245,
    2.0452296421327003, 2.0422724563012391, 2.0395134463964086, 2.0369333434600994,
    2.0345152974493406, 2.0322445093177226, 2.0301079282503389, 2.0280940009804489,
    2.0261924630291093, 2.0243941639119694, 2.0226909200367622, 2.0210753903062755,
};

double estimate_t975(uint32_t degrees) {
  return degrees >= 1 && degrees <= TABLE ? t975[degrees - 1]
                                          : det_student_quantile(0.975, degrees);
}

struct estimate estimate_make(double value, const double *replication, uint32_t count,
                              enum metric_unit unit) {
  struct estimate e = estimate_extreme(value, replication, count);
  if (e.n < 2 || isnan(value)) return e;
  /* The mean of equal values may be off by a rounding; the interval of a constant is exactly it. */
  double half = 0;
  if (!all_equal(replication, count)) {
    half = estimate_t975(e.n - 1) * deviation(replication, count, e.n) / sqrt(e.n);
  }
  return estimate_around(value, half, e.n, unit);
}

/* How many of `n` values in order lie outside, at each end, of the interval of their median that
 * misses it with a chance of at most `alpha`; -1: so many do not suffice. The chance that at most k
 * of n lie below the median is that of k heads in n throws. */
static int32_t ranks_outside(uint32_t n, double alpha) {
  double left = alpha / 2, log_chance = -(double)n * det_log(2);
  int32_t outside = -1;
  for (uint32_t heads = 0; 2 * heads + 1 < n; heads++) {
    left -= det_exp(log_chance);
    if (left < 0) break;
    outside = (int32_t)heads;
    log_chance += det_log((double)(n - heads) / (heads + 1));
  }
  return outside;
}

static int by_size(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

bool estimate_all_finite(const double *list, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (isinf(list[i])) return false;
  }
  return true;
}

static struct estimate ordered(double value, const double *list, uint32_t count, double alpha,
                               bool at_least_all) {
  struct estimate e = estimate_extreme(value, list, count);
  if (e.n < 2 || isnan(value)) return e;
  double *sorted = mem_alloc(e.n * sizeof *sorted);
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!isnan(list[i])) sorted[n++] = list[i];
  }
  qsort(sorted, n, sizeof *sorted, by_size);
  int32_t outside = ranks_outside(n, alpha);
  if (outside < 0 && (at_least_all || sorted[0] == sorted[n - 1])) outside = 0;
  if (outside >= 0) {
    e.lo = fmin(sorted[outside], value);
    e.hi = fmax(sorted[n - 1 - (uint32_t)outside], value);
  }
  free(sorted);
  return e;
}

struct estimate estimate_ordered(double value, const double *replication, uint32_t count) {
  return ordered(value, replication, count, 0.05, true);
}

struct estimate estimate_median(double value, const double *list, uint32_t count, double alpha) {
  return ordered(value, list, count, alpha, false);
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

#include "batch_means.h"

#include <math.h>
#include <stdbool.h>

#include "estimate.h"

/* Rests below this part of the value are roundings of sums, not randomness. */
#define ROUNDING 1e-12

static double sum(const double *value, uint32_t n) {
  double total = 0;
  for (uint32_t i = 0; i < n; i++) total += value[i];
  return total;
}

static bool defined(const double *den, uint32_t n) {
  uint32_t filled = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (den[i] < 0) return false;
    filled += den[i] > 0;
  }
  return filled >= 2;
}

double batch_ratio_half_width(const double *num, const double *den, uint32_t n) {
  if (!defined(den, n)) return NAN;
  double whole = sum(num, n) / sum(den, n), mean_den = sum(den, n) / n, squares = 0;
  for (uint32_t i = 0; i < n; i++) {
    double rest = num[i] - whole * den[i];
    squares += rest * rest;
  }
  double half = estimate_t975(n - 1) * sqrt(squares / (n - 1) / n) / mean_den;
  return half > ROUNDING * fabs(whole) ? half : 0;
}

double batch_correlation(const double *num, const double *den, uint32_t n) {
  double half = batch_ratio_half_width(num, den, n);
  if (!(half > 0)) return NAN;
  double whole = sum(num, n) / sum(den, n), squares = 0, products = 0, before = 0;
  for (uint32_t i = 0; i < n; i++) {
    double rest = num[i] - whole * den[i];
    squares += rest * rest;
    products += rest * before;
    before = rest;
  }
  return products / squares;
}

/* A law and what it is held against, for the tests of those that draw from it. */
#ifndef LAW_KIT_H
#define LAW_KIT_H

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "dist.h"
#include "rng.h"

#define SEED UINT64_C(20250106)
#define DRAWS 100000
#define Z_MAX 4.5
#define KS_MAX 2.5 /* sqrt(n) D exceeds it with probability 2 exp(-2 * 2.5^2) = 7e-6 */

static inline struct stream named_stream(const char *purpose) {
  return rng_stream(SEED, 0, "test_dist", purpose);
}

/* A law under test with its distribution function and closed forms. */
struct law {
  const char *name;
  struct dist dist;
  double (*cdf)(const double *arguments, double x); /* NULL for discrete laws */
  double arguments[3];
  double mean, cv2; /* closed forms, computed here independently */
};

static inline double uniform_cdf(const double *a, double x) {
  return gsl_cdf_flat_P(x, a[0], a[1]);
}

static inline int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Kolmogorov and Smirnov's sqrt(n) D of sorted values. */
static inline double ks_statistic(const struct law *law, const double *sorted, size_t n) {
  double worst = 0;
  for (size_t i = 0; i < n; i++) {
    double p = law->cdf(law->arguments, sorted[i]);
    worst = fmax(worst, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
  }
  return worst * sqrt((double)n);
}

#endif

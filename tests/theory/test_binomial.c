/* Aim: the bounds that the statistical tests use are exact: ranks of order statistics (case V109)
 * and the budget of false alarms (case V117), against published numbers and the GNU Scientific
 * Library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "binomial.h"

static void assert_near(double value, double expected, double tolerance) {
  if (fabs(value - expected) <= tolerance) return;
  fail_msg("%.12g is not within %g of %.12g", value, tolerance, expected);
}

static void cdf_agrees_with_gsl(void **state) {
  (void)state;
  static const struct {
    unsigned n;
    double p;
  } laws[] = {{1, 0.5}, {10, 0.05}, {1000, 0.95}, {10000, 0.99}, {10000, 0.999}, {100000, 0.3}};
  for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
    unsigned n = laws[i].n, step = n / 97 + 1;
    for (unsigned k = 0; k <= n; k += step) {
      double gsl = gsl_cdf_binomial_P(k, laws[i].p, n);
      assert_near(binomial_cdf(k, n, laws[i].p), gsl, 1e-9);
    }
  }
}

/* V109, from the binomial law: ranks, and the probability that they enclose the quantile. */
static void ranks_of_quantiles(void **state) {
  (void)state;
  static const struct {
    uint64_t n;
    double q;
    uint64_t lower, upper;
    double coverage;
  } cases[] = {{1000, 0.95, 936, 964, 0.958095},
               {10000, 0.99, 9880, 9920, 0.955755},
               {10000, 0.999, 9983, 9997, 0.975457}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ranks r = quantile_ranks(cases[i].n, cases[i].q, 0.95);
    assert_int_equal(r.lower, cases[i].lower);
    assert_int_equal(r.upper, cases[i].upper);
    assert_near(r.coverage, cases[i].coverage, 5e-7);
  }
  assert_int_equal(quantile_bound_samples(0.99, 0.95), 299);
  assert_int_equal(quantile_bound_samples(0.999, 0.95), 2995);
  /* With 100 values none is above the 99.9 % quantile for sure. */
  assert_int_equal(quantile_ranks(100, 0.999, 0.95).upper, 101);
}

/* V117: how often a suite that is right would be called wrong. */
static void false_alarms(void **state) {
  (void)state;
  assert_near(100 * 2 * gsl_cdf_ugaussian_Q(4), 0.006334, 5e-7);
  assert_near(0.01 / 300, 3.33333e-05, 1e-10);
  static const struct {
    uint64_t n;
    double low, high;
  } bands[] = {{400, 0.92, 0.975}, {1000, 0.931, 0.967}, {10000, 0.9443, 0.9555}};
  for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
    struct band b = binomial_band(bands[i].n, 0.95, 0.01);
    assert_near(b.low, bands[i].low, 1e-12);
    assert_near(b.high, bands[i].high, 1e-12);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cdf_agrees_with_gsl),
      cmocka_unit_test(ranks_of_quantiles),
      cmocka_unit_test(false_alarms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

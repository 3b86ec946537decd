/* Aim: the half widths from batches are those of the textbook, by hand and against the interval of
 * replications; what has no spread has no width; dependence is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "batch_means.h"
#include "estimate.h"
#include "rng.h"

static void assert_near(double value, double expected, double relative) {
  if (fabs(value - expected) <= relative * fabs(expected)) return;
  fail_msg("%.17g is not %.17g", value, expected);
}

/* R = 8/3, rests -2/3 and 2/3, s = sqrt(8/9), t(0.975, 1) = 12.7062047364 (tables). */
static void ratio_by_hand(void **state) {
  (void)state;
  const double num[] = {2, 6}, den[] = {1, 2};
  assert_near(batch_ratio_half_width(num, den, 2), 12.7062047364 * sqrt(8.0 / 9) * sqrt(2) / 3,
              1e-9);
}

/* With equal denominators it is the interval of that many independent values. */
static void equal_batches_are_like_replications(void **state) {
  (void)state;
  const double num[] = {3, 1, 4, 1, 5, 9, 2, 6}, den[] = {2, 2, 2, 2, 2, 2, 2, 2};
  double value[8], mean = 0;
  for (int i = 0; i < 8; i++) mean += (value[i] = num[i] / 2) / 8;
  struct estimate e = estimate_make(mean, value, 8, UNIT_COUNT);
  assert_near(batch_ratio_half_width(num, den, 8), e.hi - mean, 1e-12);
}

/* A batch without requests counts as one that says nothing, not as one of value 0. */
static void empty_batches(void **state) {
  (void)state;
  const double num[] = {4, 0, 4, 0}, den[] = {2, 0, 2, 0};
  assert_true(batch_ratio_half_width(num, den, 4) == 0);
  const double once[] = {4, 0, 0, 0}, one[] = {2, 0, 0, 0}, back[] = {3, -1, 2, 2};
  assert_true(isnan(batch_ratio_half_width(once, one, 4)));
  assert_true(isnan(batch_ratio_half_width(num, back, 4)));
}

static void constants_have_no_width(void **state) {
  (void)state;
  double num[BATCHES], den[BATCHES], before = 0;
  for (uint32_t i = 0; i < BATCHES; i++) { /* differences of sums, as they come: with roundings */
    double total = 0.1 * (i + 1) * 0.7;
    num[i] = total - before;
    before = total;
    den[i] = 0.7;
  }
  assert_true(batch_ratio_half_width(num, den, BATCHES) == 0);
  assert_true(isnan(batch_correlation(num, den, BATCHES)));
}

/* A slow drift is alike from batch to batch, a zigzag the contrary, independent values neither
 * (20 draws of a fixed stream). */
static void correlation_tells(void **state) {
  (void)state;
  double drift[BATCHES], zigzag[BATCHES], random[BATCHES], den[BATCHES];
  struct draws draws = draws_begin(rng_stream(1, 0, "test", "correlation"), 0, 0);
  for (uint32_t i = 0; i < BATCHES; i++) {
    drift[i] = 100 + i;
    zigzag[i] = 100 + i % 2;
    random[i] = draws_unit(&draws);
    den[i] = 1;
  }
  assert_true(batch_correlation(drift, den, BATCHES) > 0.8);
  assert_true(batch_correlation(zigzag, den, BATCHES) < -0.9);
  assert_true(fabs(batch_correlation(random, den, BATCHES)) < 0.5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ratio_by_hand),     cmocka_unit_test(equal_batches_are_like_replications),
      cmocka_unit_test(empty_batches),     cmocka_unit_test(constants_have_no_width),
      cmocka_unit_test(correlation_tells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

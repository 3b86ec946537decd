/* Aim: the interval of what was counted is the published one; it covers the truth as often as it
 * says, at any share; nothing seen is not taken for certainty; and an interval over replications is
 * never made narrower. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "counted.h"
#include "results.h"

static struct estimate counted(double count, double of, enum metric_unit unit) {
  struct estimate e = {count / of, NAN, NAN, 1};
  counted_widen(&e, count, of, unit);
  return e;
}

static void assert_interval(struct estimate e, double lo, double hi, double tolerance) {
  if (fabs(e.lo - lo) <= tolerance && fabs(e.hi - hi) <= tolerance) return;
  fail_msg("%.9g .. %.9g is not %.9g .. %.9g", e.lo, e.hi, lo, hi);
}

/* Newcombe, Statistics in Medicine 17, 1998, table I, method 3. */
static void shares_as_published(void **state) {
  (void)state;
  assert_interval(counted(81, 263, UNIT_RATIO), 0.2553, 0.3662, 5e-5);
  assert_interval(counted(15, 148, UNIT_RATIO), 0.0624, 0.1605, 5e-5);
  assert_interval(counted(133, 148, UNIT_RATIO), 0.8395, 0.9376, 5e-5);
  /* Of one in 29 Wilson's upper end, and Poisson's lower one: 0.0513 expected events. */
  assert_interval(counted(1, 29, UNIT_RATIO), 0.051293 / 29, 0.1718, 5e-5);
}

/* The rule of three: 1 - 0.05^(1/n). */
static void nothing_seen(void **state) {
  (void)state;
  assert_interval(counted(0, 20, UNIT_RATIO), 0, 0.139108, 1e-6);
  assert_interval(counted(5000, 5000, UNIT_RATIO), 1 - 2.994835 / 5000, 1, 1e-8);
  assert_interval(counted(0, 10, UNIT_COUNT), 0, 0.2995732, 1e-6);
  assert_interval(counted(0, 60, UNIT_PER_SECOND), 0, 0.0499289, 1e-6);
  struct estimate all_alike = {1, 1, 1, 10};
  counted_widen(&all_alike, 5190, 5190, UNIT_RATIO);
  assert_true(all_alike.lo < 0.99995 && all_alike.lo > 0.999 && all_alike.hi == 1);
}

/* The chance that the interval of a binomial number holds the truth, exactly. Intervals of single
 * shares cover unevenly; none far too little, and together as often as they say. */
static void covers_as_often_as_it_says(void **state) {
  (void)state;
  double sum = 0;
  int shares = 0;
  for (double p = 0.0001; p < 0.6; p *= 1.07, shares++) {
    double covered = 0, n = 1000, log_chance = n * log1p(-p);
    for (int k = 0; k <= 1000; k++) {
      struct estimate e = counted(k, n, UNIT_RATIO);
      if (e.lo <= p && p <= e.hi) covered += exp(log_chance);
      log_chance += log(p / (1 - p)) + log((n - k) / (k + 1.0));
    }
    if (covered < 0.91) fail_msg("a share of %g is covered in %g", p, covered);
    sum += covered;
  }
  assert_true(sum / shares > 0.945 && sum / shares < 0.97);
}

/* Replications that differ by more than chance make the wider interval; those that are all alike,
 * or fewer than it takes, do not make a narrower one. */
static void the_wider_one_holds(void **state) {
  (void)state;
  struct estimate wide = {0.5, 0.2, 0.8, 4};
  counted_widen(&wide, 500, 1000, UNIT_RATIO);
  assert_true(wide.lo == 0.2 && wide.hi == 0.8);
  struct estimate narrow = {0.5, 0.4999, 0.5001, 4};
  counted_widen(&narrow, 500, 1000, UNIT_RATIO);
  assert_interval(narrow, 0.46907, 0.53093, 1e-5);
}

/* Many events, and a number that is the same in each replication, are left to the replications. */
static void counts_only_while_rare(void **state) {
  (void)state;
  struct estimate few = {0.4, 0.3, 0.5, 10};
  counted_widen(&few, 4, 10, UNIT_COUNT);
  assert_true(few.lo < 0.2 && few.hi > 1);
  struct estimate many = {40, 39, 41, 10}, constant = {1, 1, 1, 10};
  counted_widen(&many, 400, 10, UNIT_COUNT);
  counted_widen(&constant, 10, 10, UNIT_COUNT);
  assert_true(many.lo == 39 && many.hi == 41);
  assert_true(constant.lo == 1 && constant.hi == 1);
}

static void shares_of_a_cause(void **state) {
  (void)state;
  const double errors[] = {0, 10, 20}, requests[] = {100, 100, 100}, none[] = {0, 0, 0};
  struct estimate e = counted_share(errors, requests, 3);
  assert_true(e.value == 0.1 && e.n == 3);
  assert_interval(e, 0, 0.1 + 4.302652730 * 0.1 / sqrt(3), 1e-6);
  e = counted_share(requests, requests, 3); /* every request, in every replication */
  assert_interval(e, 1 - 2.995 / 300, 1, 1e-4);
  assert_true(isnan(counted_share(none, none, 3).value));
}

/* Two replications without a failure: alike, and still not certain. Times are not counted. */
static void results_know_what_was_counted(void **state) {
  (void)state;
  struct results r;
  results_begin(&r, 2);
  for (uint32_t i = 0; i < 2; i++) {
    struct metrics m = {0};
    metric_counted(&m, UNIT_RATIO, 50, 50, "c.availability");
    metric_counted(&m, UNIT_COUNT, 0, 1, "c.errors.timeout");
    metric_quotient(&m, UNIT_RATIO, 50, 50, "s.uptime");
    results_add(&r, i, &m, NULL, 0, 0, 0);
    metrics_free(&m);
  }
  results_finish(&r);
  const struct result *all = results_find(&r, "c.availability");
  assert_interval(all->estimate, pow(0.05, 0.01), 1, 1e-9);
  assert_true(all->judged.lo == all->estimate.lo);
  assert_interval(results_find(&r, "c.errors.timeout")->estimate, 0, -log(0.05) / 2, 1e-9);
  assert_true(results_find(&r, "s.uptime")->estimate.lo == 1);
  results_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_as_published),           cmocka_unit_test(nothing_seen),
      cmocka_unit_test(covers_as_often_as_it_says),    cmocka_unit_test(the_wider_one_holds),
      cmocka_unit_test(counts_only_while_rare),        cmocka_unit_test(shares_of_a_cause),
      cmocka_unit_test(results_know_what_was_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

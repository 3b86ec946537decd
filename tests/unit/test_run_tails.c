/* Aim: many replications that are too short for a quantile of their own still tell it: the interval
 * of the pooled values covers the truth as often as it says, also where the requests of a
 * replication are alike; what too few samples cannot tell is not told; the order of arrival does
 * not show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "rng.h"
#include "tails.h"

#define SEED UINT64_C(20261129)

struct pooled {
  struct tails *tails;
  struct hist whole;
  uint32_t replications;
};

static void begin(struct pooled *p, double q) {
  *p = (struct pooled){.tails = tails_new(1)};
  hist_init(&p->whole, 65536, NULL);
  tails_expect(p->tails, 0, q);
}

static void add(struct pooled *p, uint32_t index, const uint64_t *value, uint32_t n,
                double failed) {
  struct hist one;
  hist_init(&one, 0, NULL);
  for (uint32_t i = 0; i < n; i++) hist_add(&one, value[i]);
  tails_add(p->tails, 0, index, &one, failed);
  hist_merge(&p->whole, &one);
  hist_free(&one);
  p->replications++;
}

static bool ask(struct pooled *p, double q, bool with_failed, double value, struct estimate *e,
                double *at_least) {
  hist_settle(&p->whole);
  *e = (struct estimate){isnan(value) ? hist_quantile(&p->whole, q) / 1e9 : value, NAN, NAN,
                         p->replications};
  const struct tail_question question = {0, &p->whole, p->replications, q, with_failed};
  return tails_interval(p->tails, &question, e, at_least);
}

static void end(struct pooled *p) {
  tails_free(p->tails);
  hist_free(&p->whole);
}

/* How many of `trials` intervals of the p99 of 100 replications of 20 exponential values cover the
 * truth. With `alike` a replication's values are all three times as long, or none. */
static uint32_t covered(uint32_t trials, bool alike, double truth) {
  uint32_t covered = 0;
  struct draws draws = draws_begin(rng_stream(SEED, 0, "test_tails", "values"), 0, 0);
  for (uint32_t t = 0; t < trials; t++) {
    struct pooled p;
    struct estimate e;
    double at_least;
    begin(&p, 0.99);
    for (uint32_t r = 0; r < 100; r++) {
      uint64_t value[20];
      double scale = alike && draws_unit(&draws) < 0.5 ? 3e7 : 1e7;
      for (uint32_t i = 0; i < 20; i++) {
        value[i] = (uint64_t)(-log(1 - draws_unit(&draws)) * scale);
      }
      add(&p, r, value, 20, 0);
    }
    assert_true(ask(&p, 0.99, false, NAN, &e, &at_least));
    assert_true(estimate_has_interval(&e) && isnan(at_least));
    covered += e.lo <= truth && truth <= e.hi;
    end(&p);
  }
  print_message("seed %llu: %u of %u covered\n", (unsigned long long)SEED, covered, trials);
  return covered;
}

/* 95 % of 400, and three standard errors (4.4) below; a little more by the binomial floor. */
static void covers_the_truth(void **state) {
  (void)state;
  uint32_t n = covered(400, false, 0.01 * log(100));
  assert_true(n >= 367 && n <= 396);
}

/* e^-x / 2 + e^(-x/3) / 2 = 0.01 at x = 11.73727. The ranks of independent values would cover far
 * less. */
static void covers_where_requests_are_alike(void **state) {
  (void)state;
  uint32_t n = covered(400, true, 0.1173727);
  assert_true(n >= 367 && n <= 396);
}

/* Of 115 requests of a replication 20 fail on average: in every other one 40, or in all as many.
 * The quantile 0.7 of all of them is that of the 80.5th of the 95 answered. */
static double width_with_failures(bool uneven) {
  struct pooled p;
  struct estimate e;
  double at_least;
  begin(&p, 0.7);
  for (uint32_t r = 0; r < 120; r++) {
    uint64_t value[95];
    for (uint64_t i = 0; i < 95; i++) value[i] = (10000 + (i * 37 + r * 11) % 95 * 100) * 1000;
    add(&p, r, value, 95, !uneven ? 20 : r % 2 ? 40 : 0);
  }
  assert_true(ask(&p, 0.7, true, 0.01805, &e, &at_least));
  assert_true(estimate_has_interval(&e));
  end(&p);
  return e.hi - e.lo;
}

/* Failed requests are beyond all others: where their number differs between replications, a
 * quantile of all requests is less sure. */
static void failures_are_beyond_all(void **state) {
  (void)state;
  double even = width_with_failures(false), uneven = width_with_failures(true);
  print_message("width %g s where as many fail in each, %g s where not\n", even, uneven);
  assert_true(uneven > 2 * even);
}

static void order_of_arrival_does_not_show(void **state) {
  (void)state;
  struct pooled a, b;
  struct estimate of_a, of_b;
  double at_least;
  begin(&a, 0.99);
  begin(&b, 0.99);
  for (uint32_t r = 0; r < 120; r++) {
    uint32_t i = (r * 77) % 120;
    uint64_t of_r[3] = {1000 + r * 37, 5000 + r * 11, 900 * (r % 7)};
    uint64_t of_i[3] = {1000 + i * 37, 5000 + i * 11, 900 * (i % 7)};
    add(&a, r, of_r, 3, 0);
    add(&b, i, of_i, 3, 0);
  }
  assert_true(ask(&a, 0.95, false, NAN, &of_a, &at_least));
  assert_true(ask(&b, 0.95, false, NAN, &of_b, &at_least));
  assert_true(of_a.lo == of_b.lo && of_a.hi == of_b.hi && of_a.lo < of_a.hi);
  end(&a);
  end(&b);
}

/* 200 values have two beyond their p99: the chance that all are below the true one is 13 %. */
static void too_few_have_no_upper_end(void **state) {
  (void)state;
  struct pooled p;
  struct estimate e;
  double at_least;
  begin(&p, 0.99);
  for (uint32_t r = 0; r < 10; r++) {
    uint64_t value[20];
    for (uint32_t i = 0; i < 20; i++) value[i] = 1000000 + 1000 * (i * 10 + r);
    add(&p, r, value, 20, 0);
  }
  assert_true(ask(&p, 0.99, false, NAN, &e, &at_least));
  assert_false(estimate_has_interval(&e));
  assert_true(at_least < e.value && at_least > 0.001);
  assert_true(ask(&p, 0.9, false, NAN, &e, &at_least));
  assert_true(estimate_has_interval(&e) && e.lo < e.value && e.hi > e.value);
  end(&p);
}

/* A replication with 150 samples beyond the quantile speaks for itself. */
static void long_ones_are_left_alone(void **state) {
  (void)state;
  static uint64_t value[1500];
  struct pooled p;
  struct estimate e;
  double at_least;
  begin(&p, 0.9);
  for (uint32_t i = 0; i < 1500; i++) value[i] = 1000 * i;
  for (uint32_t r = 0; r < 4; r++) add(&p, r, value, 1500, 0);
  assert_false(ask(&p, 0.9, false, NAN, &e, &at_least));
  end(&p);
}

/* With 30 samples beyond it ten replications speak for themselves, and forty are pooled; with 10
 * beyond it ten are pooled, too. */
static void few_speak_for_themselves_sooner(void **state) {
  (void)state;
  static uint64_t value[300];
  struct pooled p;
  struct estimate e;
  double at_least;
  for (uint32_t i = 0; i < 300; i++) value[i] = 1000 * i + 1;
  for (uint32_t n = 10; n <= 40; n += 30) {
    begin(&p, 0.9);
    for (uint32_t r = 0; r < n; r++) add(&p, r, value, 300, 0);
    assert_int_equal(ask(&p, 0.9, false, NAN, &e, &at_least), n == 40);
    end(&p);
  }
  begin(&p, 0.9);
  for (uint32_t r = 0; r < 10; r++) add(&p, r, value, 100, 0);
  assert_true(ask(&p, 0.9, false, NAN, &e, &at_least));
  end(&p);
}

/* One in 50 requests fails: beyond the p99 of all there are only failed ones, and beyond p95 both.
 */
static void failed_ones_are_beyond_all(void **state) {
  (void)state;
  struct pooled p;
  struct estimate e;
  double at_least;
  begin(&p, 0.99);
  for (uint32_t r = 0; r < 40; r++) {
    uint64_t value[49];
    for (uint32_t i = 0; i < 49; i++) value[i] = 1000000 + 1000 * ((i * 40 + r * 7) % 1960);
    add(&p, r, value, 49, 1);
  }
  assert_true(ask(&p, 0.99, true, INFINITY, &e, &at_least));
  assert_true(isinf(e.lo) && isinf(e.hi));
  double of_all = hist_quantile(&p.whole, 0.95 / 0.98) / 1e9;
  assert_true(ask(&p, 0.95, true, of_all, &e, &at_least));
  assert_true(e.lo < of_all && e.hi > of_all && isfinite(e.hi));
  assert_true(ask(&p, 0.985, true, INFINITY, &e, &at_least));
  assert_true(isinf(e.hi)); /* 30 of 2000 are beyond, 40 failed */
  end(&p);
}

/* Ten replications of `n` values, of which n / 10 in all are long: in `with` of them, as many in
 * each. */
static bool in_spells(uint32_t n, uint32_t with, struct estimate *e, double *spells) {
  static uint64_t value[90000];
  struct pooled p;
  double at_least;
  begin(&p, 0.99);
  for (uint32_t r = 0; r < 10; r++) {
    uint32_t high = r < with ? n / 10 / with : 0;
    for (uint32_t i = 0; i < n; i++) {
      value[i] = i < high ? 20000000 + 20000 * i + r : 1000000 + 9000000ul * i / n + r;
    }
    add(&p, r, value, n, 0);
  }
  bool told = ask(&p, 0.99, false, NAN, e, &at_least);
  const struct tail_question question = {0, &p.whole, 10, 0.99, false};
  *spells = tails_spells(p.tails, &question, e->value);
  end(&p);
  return told;
}

/* In three of ten, 150 in each: the numbers beyond have the variance (3 x 105^2 + 7 x 45^2) / 9, so
 * that they are worth 450^2 / (10 x 5250) = 3.86 events. Their logarithm is known to t(9) /
 * sqrt(3.86) = 1.15: the lower end has 450 e^1.15 = 1424 beyond it, 974 of them short ones. */
static void few_spells_are_few_samples(void **state) {
  (void)state;
  struct estimate e;
  double spells;
  assert_false(in_spells(4500, 10, &e, &spells));
  assert_true(spells > 10);
  assert_true(in_spells(4500, 3, &e, &spells));
  print_message("%g spells, %g .. %g s\n", spells, e.lo, e.hi);
  assert_true(fabs(spells - 3.857) < 0.05);
  /* The short values are 2 us apart in each of the ten. */
  assert_true(fabs(e.lo - (0.001 + 2e-6 * (4500 - 95.9))) < 0.01 * e.lo);
  assert_true(e.hi > 0.0205 && e.hi < 0.0230001);
}

/* Eight of ten have long ones: 36 spells. The numbers beyond vary by half of their mean,
 * so that these tell the interval, and not the quantiles of the replications. */
static void spells_tell_up_to_eight_each(void **state) {
  (void)state;
  struct estimate e;
  double spells;
  assert_true(in_spells(4500, 8, &e, &spells));
  print_message("%g spells, %g .. %g s\n", spells, e.lo, e.hi);
  assert_true(spells > 10 && spells < 40);
}

/* As few spells are as few in a replication of twenty times as many requests. */
static void long_ones_have_few_spells_too(void **state) {
  (void)state;
  struct estimate e;
  double spells;
  assert_true(in_spells(90000, 3, &e, &spells));
  print_message("%g spells, %g .. %g s\n", spells, e.lo, e.hi);
  assert_true(fabs(spells - 3.857) < 0.05 && e.lo < 0.0101);
  assert_false(in_spells(90000, 10, &e, &spells));
}

/* Ten replications of 1000 values, of which 100 in all are beyond: ten in each are no spells, 50 in
 * each of two are worth 10^2 / (10 x 444) = 2.25. */
static void short_ones_have_few_spells_too(void **state) {
  (void)state;
  struct estimate e;
  double spells;
  in_spells(1000, 2, &e, &spells);
  print_message("%g spells\n", spells);
  assert_true(fabs(spells - 2.25) < 0.05);
  in_spells(1000, 10, &e, &spells);
  assert_true(isnan(spells));
}

/* All values of five in ten replications are long. The numbers beyond the median, 1000 or none, are
 * known to t(9) / 3 = 0.754 of their mean, and the logarithm of their odds to twice that: the ends
 * have 81.88 % and 18.12 % of the values beyond them. */
static void a_median_has_two_ends(void **state) {
  (void)state;
  uint64_t value[1000];
  struct pooled p;
  struct estimate e;
  double at_least;
  begin(&p, 0.5);
  for (uint32_t r = 0; r < 10; r++) {
    for (uint32_t i = 0; i < 1000; i++) value[i] = (r < 5 ? 20000000 : 1000000) + 9000 * i + r;
    add(&p, r, value, 1000, 0);
  }
  assert_true(ask(&p, 0.5, false, NAN, &e, &at_least));
  print_message("%g .. %g s\n", e.lo, e.hi);
  assert_true(fabs(e.lo - (0.001 + 0.009 * 0.3624)) < 0.01 * e.lo);
  assert_true(e.hi > 0.020 + 0.009 * 0.63);
  end(&p);
}

/* One request in a hundred takes 1 s, the others 1 ms: it carries 91 % of the sum. In all of ten
 * replications alike these are many, in two of them they are worth two spells: their numbers vary
 * by twice their mean. */
static void few_carry_the_sum(void **state) {
  (void)state;
  for (uint32_t with = 2; with <= 10; with += 8) {
    static uint64_t value[5000];
    struct pooled p;
    begin(&p, 0.99);
    for (uint32_t r = 0; r < 10; r++) {
      uint32_t slow = r < with ? 500 / with : 0;
      for (uint32_t i = 0; i < 5000; i++) value[i] = i < slow ? 1000000000 : 1000000;
      add(&p, r, value, 5000, 0);
    }
    hist_settle(&p.whole);
    const struct tail_question question = {0, &p.whole, 10, 0.99, false};
    struct tail_carriers of_sum, of_squares;
    assert_true(tails_carriers(p.tails, &question, 1, &of_sum));
    assert_true(tails_carriers(p.tails, &question, 2, &of_squares));
    print_message("%g of them, %g spells\n", of_sum.share, of_sum.spells);
    assert_true(fabs(of_sum.share - 0.01) < 1e-9 && fabs(of_squares.share - 0.01) < 1e-9);
    assert_true(with == 2 ? fabs(of_sum.spells - 2.25) < 0.01 : of_sum.spells > 1000);
    end(&p);
  }
}

static void nothing_was_answered(void **state) {
  (void)state;
  struct pooled p;
  struct estimate e;
  double at_least;
  begin(&p, 0.99);
  for (uint32_t r = 0; r < 10; r++) add(&p, r, NULL, 0, 20);
  assert_true(ask(&p, 0.99, true, INFINITY, &e, &at_least));
  assert_true(isinf(at_least) || isinf(e.lo));
  end(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(covers_the_truth),
      cmocka_unit_test(covers_where_requests_are_alike),
      cmocka_unit_test(failures_are_beyond_all),
      cmocka_unit_test(order_of_arrival_does_not_show),
      cmocka_unit_test(too_few_have_no_upper_end),
      cmocka_unit_test(long_ones_are_left_alone),
      cmocka_unit_test(few_speak_for_themselves_sooner),
      cmocka_unit_test(failed_ones_are_beyond_all),
      cmocka_unit_test(few_spells_are_few_samples),
      cmocka_unit_test(spells_tell_up_to_eight_each),
      cmocka_unit_test(long_ones_have_few_spells_too),
      cmocka_unit_test(short_ones_have_few_spells_too),
      cmocka_unit_test(a_median_has_two_ends),
      cmocka_unit_test(few_carry_the_sum),
      cmocka_unit_test(nothing_was_answered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Aim: the value and the interval of a metric are what the textbook says, merging replications
 * loses nothing, and neither the order in which they arrive nor their number of threads shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detmath.h"
#include "estimate.h"
#include "json.h"
#include "results.h"
#include "warmup.h"

static void assert_near(double value, double expected, double tolerance) {
  if (fabs(value - expected) <= tolerance) return;
  fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
}

/* --- intervals ------------------------------------------------------------------------------ */

/* 1, 2, 3, 4: s = sqrt(5/3), t(0.975, 3) = 3.182446305284263 (tables), half = t s / 2. */
static void interval_by_hand(void **state) {
  (void)state;
  const double values[] = {1, 2, 3, 4};
  struct estimate e = estimate_make(2.6, values, 4, UNIT_SECONDS);
  double half = 3.182446305284263 * sqrt(5.0 / 3) / 2;
  assert_near(e.value, 2.6, 0);
  assert_near(e.lo, 2.6 - half, 1e-8);
  assert_near(e.hi, 2.6 + half, 1e-8);
  assert_int_equal(e.n, 4);
}

/* The published t of 2 values is 12.706: an interval over two replications is wide. */
static void interval_of_two(void **state) {
  (void)state;
  const double values[] = {10, NAN, 12, NAN};
  struct estimate e = estimate_make(11, values, 4, UNIT_COUNT);
  assert_int_equal(e.n, 2);
  assert_near(e.hi - 11, 12.706204736 * sqrt(2) / sqrt(2), 1e-6);
  assert_near(e.lo, 0, 0); /* cut off: a count is not negative */
}

static void interval_of_a_ratio_ends_at_one(void **state) {
  (void)state;
  const double values[] = {0.99, 1, 1, 1};
  struct estimate e = estimate_make(0.9975, values, 4, UNIT_RATIO);
  assert_near(e.hi, 1, 0);
  assert_true(e.lo < 0.9975 && e.lo > 0.98);
}

static void interval_of_a_constant_is_the_constant(void **state) {
  (void)state;
  const double values[] = {0.1, 0.1, 0.1};
  struct estimate e = estimate_make(0.1, values, 3, UNIT_SECONDS);
  assert_true(e.lo == 0.1 && e.hi == 0.1);
}

/* Aim: the table of quantiles is what the function says, at both ends of it and beyond. */
static void quantiles_of_student(void **state) {
  (void)state;
  for (uint32_t degrees = 1; degrees < 60; degrees++) {
    assert_true(estimate_t975(degrees) == det_student_quantile(0.975, degrees));
  }
}

static void no_interval_without_two_values(void **state) {
  (void)state;
  const double one[] = {5, NAN, NAN}, none[] = {NAN, NAN};
  struct estimate e = estimate_make(5, one, 3, UNIT_SECONDS);
  assert_true(e.value == 5 && e.n == 1 && !estimate_has_interval(&e));
  e = estimate_make(NAN, none, 2, UNIT_SECONDS);
  assert_true(isnan(e.value) && e.n == 0 && !estimate_has_interval(&e));
}

/* Which values in order bound the median at 95 %: tables of the sign test, as in Conover,
 * "Practical Nonparametric Statistics", 3rd ed., section 3.2: the 2nd and 9th of 10, the 6th and
 * 15th of 20. */
static void interval_from_order(void **state) {
  (void)state;
  double list[20];
  for (int i = 0; i < 20; i++) list[i] = (i * 7) % 20 + 1;
  struct estimate e = estimate_ordered(10, list, 20);
  assert_true(e.lo == 6 && e.hi == 15 && e.value == 10);
  for (int i = 0; i < 10; i++) list[i] = i < 8 ? i + 1 : INFINITY;
  e = estimate_ordered(4, list, 10);
  assert_true(e.lo == 2 && isinf(e.hi));
  e = estimate_ordered(INFINITY, list, 10);
  assert_true(e.lo == 2 && isinf(e.value) && isinf(e.hi));
  /* Five values are too few, but for those that do not differ at all. */
  e = estimate_ordered(2, list, 5);
  assert_true(e.lo == 1 && e.hi == 5);
  assert_true(isnan(estimate_median(2, list, 5, 0.05).lo));
  assert_true(estimate_median(2, list, 6, 0.05).lo == 1);
  for (int i = 0; i < 5; i++) list[i] = INFINITY;
  assert_true(isinf(estimate_median(INFINITY, list, 5, 0.05).lo));
}

/* --- merging -------------------------------------------------------------------------------- */

#define REPLICATIONS 5u

struct made {
  struct metrics metrics;
  struct hist hist;
  struct check check[2];
};

/* Replication r answers r of 10 (r + 1) requests, the k-th of which takes 1000 r + k us; the last
 * one has none at all. */
static void make(struct made *made, uint32_t r) {
  *made = (struct made){0};
  hist_init(&made->hist, 64, NULL);
  bool any = r + 1 < REPLICATIONS;
  for (uint32_t k = 0; any && k < 10 * (r + 1); k++) hist_add(&made->hist, 1000000 * r + 1000 * k);
  metric_quotient(&made->metrics, UNIT_RATIO, any ? r : 0, any ? 10 * (r + 1) : 0, "u.ratio");
  metric_quotient(&made->metrics, UNIT_COUNT, r, 1, "u.average");
  metric_quantile(&made->metrics, &made->hist, 0.5, "u.p50");
  metric_quantile(&made->metrics, &made->hist, 0.99, "u.p99");
  metric_extreme(&made->metrics, METRIC_MAX, UNIT_COUNT, any, r, "u.max");
  metric_extreme(&made->metrics, METRIC_MIN, UNIT_COUNT, any, r + 3, "u.min");
  metric_quotient(&made->metrics, UNIT_COUNT, 0.1, 1, "a.tenth");
  made->check[0] = (struct check){.name = "always", .pass = true};
  made->check[1] = (struct check){.name = "later", .pass = r < 2};
  snprintf(made->check[0].detail, sizeof made->check[0].detail, "always %u", r);
  snprintf(made->check[1].detail, sizeof made->check[1].detail, "later %u", r);
}

static void merge(struct results *results, const uint32_t order[REPLICATIONS]) {
  results_begin(results, REPLICATIONS);
  for (uint32_t i = 0; i < REPLICATIONS; i++) {
    struct made made;
    make(&made, order[i]);
    results_add(results, order[i], &made.metrics, made.check, 2, 100 + order[i], 7 * order[i]);
    metrics_free(&made.metrics);
    hist_free(&made.hist);
  }
  results_finish(results);
}

static const uint32_t forwards[REPLICATIONS] = {0, 1, 2, 3, 4};

static void merging_by_hand(void **state) {
  (void)state;
  struct results r;
  merge(&r, forwards);
  assert_int_equal(r.n, 7);
  assert_int_equal(r.events, 510);
  assert_string_equal(r.list[0].name, "a.tenth"); /* sorted */
  assert_near(results_value(&r, "u.ratio"), 6.0 / 100, 1e-15);
  assert_int_equal(results_find(&r, "u.ratio")->estimate.n, 4);
  assert_true(isnan(results_find(&r, "u.ratio")->replication[4]));
  assert_near(results_find(&r, "u.ratio")->replication[1], 1.0 / 20, 0);
  assert_near(results_value(&r, "u.average"), 2, 0);
  assert_near(results_value(&r, "u.max"), 3, 0);
  assert_near(results_value(&r, "u.min"), 3, 0);
  assert_false(estimate_has_interval(&results_find(&r, "u.max")->estimate));
  assert_null(results_find(&r, "u.none"));
  assert_true(isnan(results_value(&r, "u.none")));
  results_free(&r);
}

/* 100 values in all; the 50th and the 99th of them in order, counted by hand: replication 2 has the
 * 31st to the 60th, replication 3 the 61st to the 100th. */
static void quantiles_are_those_of_all_values_together(void **state) {
  (void)state;
  struct results r;
  merge(&r, forwards);
  const struct result *p50 = results_find(&r, "u.p50"), *p99 = results_find(&r, "u.p99");
  assert_int_equal(hist_count(p50->hist), 100);
  assert_ptr_equal(p50->hist, p99->hist); /* one histogram, merged once */
  assert_near(p50->estimate.value, 0.002019, 1e-9);
  assert_near(p99->estimate.value, 0.003038, 1e-9);
  assert_near(result_samples_beyond(p99), 1, 1e-8);
  results_free(&r);
}

static void checks_pass_only_if_they_pass_everywhere(void **state) {
  (void)state;
  struct results r;
  merge(&r, forwards);
  assert_int_equal(r.checks, 2);
  assert_true(r.check[0].pass);
  assert_string_equal(r.check[0].detail, "always 0");
  assert_false(r.check[1].pass);
  assert_int_equal(r.check[1].fails, 3);
  assert_int_equal(r.check[1].shown_from, 3);
  assert_string_equal(r.check[1].detail, "later 2");
  assert_false(results_checks_passed(&r));
  results_free(&r);
}

static char *as_json(const struct results *results) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  json_t *tree = json_results(results);
  json_write(tree, out);
  json_decref(tree);
  fclose(out);
  return text;
}

static void order_of_arrival_does_not_show(void **state) {
  (void)state;
  const uint32_t orders[][REPLICATIONS] = {{4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {1, 4, 0, 3, 2}};
  struct results r;
  merge(&r, forwards);
  char *expected = as_json(&r);
  results_free(&r);
  for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
    merge(&r, orders[i]);
    char *text = as_json(&r);
    assert_string_equal(text, expected);
    free(text);
    results_free(&r);
  }
  free(expected);
}

/* Room for two, then for three, then for all: what comes out is the same, and so is the estimate
 * that is made on the way. */
static void growing_does_not_show(void **state) {
  (void)state;
  struct results r;
  merge(&r, forwards);
  char *expected = as_json(&r);
  results_free(&r);
  results_begin(&r, 2);
  for (uint32_t i = 0; i < REPLICATIONS; i++) {
    const uint32_t room[REPLICATIONS] = {2, 2, 3, 5, 5};
    const uint32_t order[REPLICATIONS] = {1, 0, 2, 4, 3};
    struct made made;
    make(&made, order[i]);
    if (room[i] > r.replications) results_grow(&r, room[i]);
    results_add(&r, order[i], &made.metrics, made.check, 2, 100 + order[i], 7 * order[i]);
    metrics_free(&made.metrics);
    hist_free(&made.hist);
    if (i != 2) continue;
    struct estimate e = results_so_far(&r, results_find(&r, "u.average"));
    assert_true(e.value == 1 && e.n == 3); /* of 0, 1, 2 */
    assert_null(results_find(&r, "u.none"));
  }
  struct estimate p50 = results_so_far(&r, results_find(&r, "u.p50"));
  results_finish(&r);
  assert_true(p50.value == results_value(&r, "u.p50"));
  char *text = as_json(&r);
  assert_string_equal(text, expected);
  free(text);
  free(expected);
  results_free(&r);
}

static void fingerprint_depends_on_the_order_of_replications(void **state) {
  (void)state;
  struct results r;
  struct metrics none = {0};
  uint64_t seen[2];
  for (uint32_t way = 0; way < 2; way++) {
    results_begin(&r, 2);
    results_add(&r, 0, &none, NULL, 0, 1, way ? 11 : 22);
    results_add(&r, 1, &none, NULL, 0, 1, way ? 22 : 11);
    results_finish(&r);
    seen[way] = r.fingerprint;
    results_free(&r);
  }
  assert_true(seen[0] != seen[1]);
}

static void json_numbers_are_short_and_exact(void **state) {
  (void)state;
  struct results r;
  merge(&r, forwards);
  char *text = as_json(&r);
  assert_non_null(strstr(text,
                         "\"a.tenth\": {\n      \"hi\": 0.1,\n      \"lo\": 0.1,\n"
                         "      \"n\": 5,\n      \"value\": 0.1\n    },"));
  assert_non_null(strstr(text,
                         "\"u.max\": {\n      \"hi\": null,\n      \"lo\": null,\n"
                         "      \"n\": 4,\n      \"value\": 3.0\n    },"));
  json_error_t error;
  json_t *read = json_loads(text, 0, &error);
  assert_non_null(read);
  json_t *p99 = json_object_get(json_object_get(read, "metrics"), "u.p99");
  assert_true(json_real_value(json_object_get(p99, "value")) == results_value(&r, "u.p99"));
  json_decref(read);
  free(text);
  results_free(&r);
}

/* --- warm-up -------------------------------------------------------------------------------- */

/* A transient of 100 observations, then noise around a constant (a fixed small pattern). */
static void mser_cuts_a_transient(void **state) {
  (void)state;
  double series[WARMUP_SLICES];
  for (uint32_t i = 0; i < WARMUP_SLICES; i++) series[i] = 10 + (double)(i * 7 % 11) / 10;
  for (uint32_t i = 0; i < 100; i++) series[i] = 0.1 * i;
  uint32_t cut = warmup_mser5(series, WARMUP_SLICES);
  assert_true(cut >= 95 && cut <= 105);
  assert_int_equal(cut % 5, 0);
}

static void mser_keeps_all_of_a_constant(void **state) {
  (void)state;
  double series[WARMUP_SLICES];
  for (uint32_t i = 0; i < WARMUP_SLICES; i++) series[i] = 0.3;
  assert_int_equal(warmup_mser5(series, WARMUP_SLICES), 0);
  assert_int_equal(warmup_mser5(series, 4), 0);
}

static void growth_is_told(void **state) {
  (void)state;
  double series[WARMUP_SLICES];
  for (uint32_t i = 0; i < WARMUP_SLICES; i++) series[i] = i;
  struct spec spec = {0};
  struct warmup w = warmup_choose(series, 1000000, &spec);
  assert_true(w.at_limit && w.automatic);
  assert_int_equal(w.ns, 500000);
}

/* Ten settled replications, then ten that begin a third lower; differences by hand. */
static void drift_is_found(void **state) {
  (void)state;
  struct warmup_levels levels[10];
  for (uint32_t i = 0; i < 10; i++) {
    levels[i] = (struct warmup_levels){10 + (double)(i * 7 % 10) - 4.5, 10, 0};
  }
  assert_false(warmup_find_drift(levels, 10).found); /* mean difference 0 */
  for (uint32_t i = 0; i < 10; i++) levels[i].early = 6.5 + (double)(i % 2) / 3;
  struct warmup_drift drift = warmup_find_drift(levels, 10);
  assert_true(drift.found);
  assert_near(drift.relative, -1.0 / 3, 1e-12);
  assert_true(drift.lost == 0);
  for (uint32_t i = 0; i < 10; i++) levels[i].lost = 2; /* with who waits for each: 4 of 3.3 */
  assert_near(warmup_find_drift(levels, 10).lost, 2, 1e-12);
  for (uint32_t i = 0; i < 10; i++) levels[i].lost = 0.5;
  assert_true(warmup_find_drift(levels, 10).lost == 0);
  assert_false(warmup_find_drift(levels, 4).found); /* too few */
  for (uint32_t i = 0; i < 10; i++) levels[i].early = 9.5 + (double)(i % 2) / 3;
  assert_false(warmup_find_drift(levels, 10).found); /* sure, but of no account */
  levels[3].early = NAN;
  assert_false(warmup_find_drift(levels, 10).found);
}

static void warmup_ends_before_the_first_scheduled_fault(void **state) {
  (void)state;
  double series[WARMUP_SLICES];
  for (uint32_t i = 0; i < WARMUP_SLICES; i++) series[i] = i < 200 ? 0 : 1 + i % 3;
  const struct fault_spec faults[] = {
      {.name = "crash b", .at_ns = 70},
      {.name = "crash a", .at_ns = 50},
      {.name = "crash now and then", .recurring = true},
  };
  struct spec spec = {.faults = 3, .fault = faults};
  struct warmup w = warmup_choose(series, 2000, &spec);
  assert_int_equal(w.ns, 50);
  assert_int_equal(w.wanted_ns, 200);
  assert_string_equal(w.cut_by, "crash a");
  assert_false(w.at_limit);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(interval_by_hand),
      cmocka_unit_test(interval_of_two),
      cmocka_unit_test(interval_of_a_ratio_ends_at_one),
      cmocka_unit_test(interval_of_a_constant_is_the_constant),
      cmocka_unit_test(quantiles_of_student),
      cmocka_unit_test(no_interval_without_two_values),
      cmocka_unit_test(interval_from_order),
      cmocka_unit_test(merging_by_hand),
      cmocka_unit_test(quantiles_are_those_of_all_values_together),
      cmocka_unit_test(checks_pass_only_if_they_pass_everywhere),
      cmocka_unit_test(order_of_arrival_does_not_show),
      cmocka_unit_test(growing_does_not_show),
      cmocka_unit_test(fingerprint_depends_on_the_order_of_replications),
      cmocka_unit_test(json_numbers_are_short_and_exact),
      cmocka_unit_test(mser_cuts_a_transient),
      cmocka_unit_test(mser_keeps_all_of_a_constant),
      cmocka_unit_test(growth_is_told),
      cmocka_unit_test(drift_is_found),
      cmocka_unit_test(warmup_ends_before_the_first_scheduled_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

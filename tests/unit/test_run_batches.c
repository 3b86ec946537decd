/* Aim: one replication has intervals from the batches of its measured time; taking them changes
 * nothing in the run; what cannot soundly have one has none; and doubts about them are told. All
 * runs have seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "batches.h"
#include "results_kit.h"

static struct results run(const struct scenario *scenario, uint32_t replications) {
  return kit_run(scenario, (struct experiment_options){.replications = replications});
}

static bool has_interval(const struct results *r, const char *metric) {
  const struct result *result = results_find(r, metric);
  assert_non_null(result);
  return estimate_has_interval(&result->estimate);
}

/* Sums that a model would report at the end of batch b, which has 10 (b + 1) requests of b + 1 s
 * each, and 1000 values of the same law. */
static void differences_are_taken(void **state) {
  (void)state;
  struct batches *batches = batches_new();
  struct hist hist;
  hist_init(&hist, 0, NULL);
  double requests = 0, seconds = 0;
  double num[BATCHES], den[BATCHES];
  for (uint32_t b = 0; b < BATCHES; b++) {
    struct metrics m = {0};
    num[b] = 10.0 * (b + 1) * (b + 1);
    den[b] = 10.0 * (b + 1);
    requests += den[b];
    seconds += num[b];
    for (uint32_t i = 0; i < 1000; i++) hist_add(&hist, (uint64_t)1e9 * (i + 1));
    metric_quotient(&m, UNIT_SECONDS, seconds, requests, "u.mean");
    metric_quotient(&m, UNIT_COUNT, requests, 1, "u.requests");
    metric_quotient(&m, UNIT_COUNT, b, 1, "u.level");
    metric_quantile(&m, &hist, 0.9, "u.p90");
    metric_quantile(&m, &hist, 0.999, "u.p999");
    metric_extreme(&m, METRIC_MAX, UNIT_SECONDS, true, b, "u.max");
    metric_quotient(&m, UNIT_RATIO, requests / 2, requests, "u.half");
    batches_add(batches, &m);
    metrics_free(&m);
    if (b + 1 == BATCHES) break;
    struct estimate early = batches_quotient(batches, 0, 1, UNIT_SECONDS); /* not all there yet */
    assert_false(estimate_has_interval(&early));
  }
  double mean = seconds / requests, half = batch_ratio_half_width(num, den, BATCHES);
  struct estimate e = batches_quotient(batches, 0, mean, UNIT_SECONDS);
  assert_true(half > 0 && e.value == mean && e.hi == mean + half && e.lo == mean - half);
  assert_true(batches_correlation(batches, 0) == batch_correlation(num, den, BATCHES));
  for (uint32_t i = 1; i < 3; i++) { /* a count, a level */
    e = batches_quotient(batches, i, 19, UNIT_COUNT);
    assert_true(e.value == 19 && !estimate_has_interval(&e));
    assert_true(isnan(batches_correlation(batches, i)));
  }
  /* Every batch has the same share below the quantile. */
  e = batches_quantile(batches, 3, &hist, 0.9);
  assert_true(e.lo == e.value && e.hi == e.value && fabs(e.value - 900) < 9);
  e = batches_quantile(batches, 4, &hist, 0.999); /* rests on one sample a batch */
  assert_false(estimate_has_interval(&e));
  e = batches_quotient(batches, 6, 0.5, UNIT_RATIO);
  assert_true(e.lo == 0.5 && e.hi == 0.5);
  batches_free(batches);
  hist_free(&hist);
}

/* In every other batch 80 of 100 values are 1 s, else all 100; the others are 1 to 100 s. So the
 * share beyond the quantile varies: of the 95 % quantile, in the batches 0.05 -/+ 0.05, so that h =
 * t(0.975, 19) sqrt(20 / 19) 0.05 / sqrt(20) and it lies within a factor of exp(h / 0.05) = 1.62.
 * The upper end of 380 s is raised: those beyond 300 s are beyond it by 105 s on average, and
 * -105 s log(1 - 80 / 105) is 151 s. */
static void share_is_read_off(void **state) {
  (void)state;
  struct batches *batches = batches_new();
  struct hist hist;
  hist_init(&hist, 4000, NULL);
  for (uint32_t b = 0; b < BATCHES; b++) {
    struct metrics m = {0};
    for (uint32_t i = 0; i < 200; i++) {
      uint64_t tail = b % 2 == 0 ? 0 : i < 160 ? 0 : 10 * (i - 159);
      hist_add(&hist, (uint64_t)1e9 * (100 + tail));
    }
    metric_quantile(&m, &hist, 0.95, "u.p95");
    batches_add(batches, &m);
    metrics_free(&m);
  }
  /* 400 of 4000 are beyond 100 s, 10 each of 110 s .. 500 s; below the quantile are all of the even
   * batches and 0.9 of the others. */
  struct estimate e = batches_quantile(batches, 0, &hist, 0.95);
  double h = 2.093024054408263 * sqrt(20.0 / 19) * 0.05 / sqrt(20);
  double lo = ceil((1 - 0.05 * exp(h / 0.05)) * 4000); /* rank */
  assert_true(e.value == 300);
  assert_true(fabs(e.lo - (100 + 10 * ceil((lo - 3600) / 10))) <= 10);
  assert_true(fabs(e.hi - 451) <= 10);
  batches_free(batches);
  hist_free(&hist);
}

static uint64_t next_bits(uint64_t *state) { /* xorshift64, Marsaglia 2003 */
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

static double exponential_of(uint64_t *state, double mean) {
  return -mean * log((double)((next_bits(state) >> 11) + 1) / 9007199254740993.0);
}

/* One run of M/M/1 at a load of 0.9, of 36,000 requests, as Lindley's recursion gives it. */
static struct estimate p99_of_run(uint64_t seed) {
  struct batches *batches = batches_new();
  struct hist hist;
  hist_init(&hist, 40000, NULL);
  uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  double wait = exponential_of(&state, 0.09); /* near the steady state */
  for (uint32_t b = 0; b < BATCHES; b++) {
    struct metrics m = {0};
    for (uint32_t i = 0; i < 36000 / BATCHES; i++) {
      double work = exponential_of(&state, 0.01);
      hist_add(&hist, (uint64_t)((wait + work) * 1e9));
      wait = fmax(0, wait + work - exponential_of(&state, 1 / 90.0));
    }
    metric_quantile(&m, &hist, 0.99, "u.p99");
    batches_add(batches, &m);
    metrics_free(&m);
  }
  struct estimate e = batches_quantile(batches, 0, &hist, 0.99);
  batches_free(batches);
  hist_free(&hist);
  return e;
}

/* p99 at 90 % load, of which a dozen busy spells make the slowest percent: 0.1 s x ln 100. Of 150
 * intervals at least 130 contain it (92 to 95 % do, and a standard error is 2 points), and each run
 * has one. With
 * q -/+ h read off as it is, and none where q + h reaches 1, 17 % of the runs had one, and 54 % of
 * these contained it. */
static void intervals_of_tails_cover(void **state) {
  (void)state;
  uint32_t covers = 0;
  for (uint64_t seed = 1; seed <= 150; seed++) {
    struct estimate e = p99_of_run(seed);
    assert_true(estimate_has_interval(&e));
    covers += e.lo <= 0.1 * log(100) && 0.1 * log(100) <= e.hi;
  }
  if (covers < 130) fail_msg("%u of 150 contain it", covers);
}

static const char mm1[] =
    "client \"c\" { arrivals = poisson \"50/s\", target = \"s\" }\n"
    "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
    "run { duration = \"1000s\", warmup = \"20s\" }\n";

/* Truth of M/M/1: mean 20 ms, p99 20 ms * ln 100. The widths are near those that theory gives for
 * one run of 980 s: the asymptotic variance of the mean wait is 29 / mu^2 (rho = 0.5; Daley 1968),
 * so s.e. = 10 ms * sqrt(29 / 49000), and the half width 2.09 of it (within a factor of 2). */
static void intervals_of_one_run(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results r = run(s, 1);
  assert_int_equal(r.interval, INTERVAL_BATCH_MEANS);
  const struct estimate *mean = &results_find(&r, "s.wait.mean")->estimate;
  assert_true(mean->lo < 0.01 && mean->hi > 0.01);
  double half = (mean->hi - mean->lo) / 2, theory = 2.093 * 0.01 * sqrt(29.0 / 49000);
  assert_true(half > theory / 2 && half < theory * 2);
  const struct estimate *p99 = &results_find(&r, "c.latency.p99")->estimate;
  assert_true(p99->lo < 0.02 * log(100) && p99->hi > 0.02 * log(100));
  assert_true(has_interval(&r, "s.utilization") && has_interval(&r, "c.throughput"));
  assert_true(has_interval(&r, "s.queue.mean") && has_interval(&r, "c.availability"));
  assert_false(has_interval(&r, "c.requests")); /* a count: its rate has one */
  assert_false(has_interval(&r, "c.in_flight.end"));
  assert_false(has_interval(&r, "c.latency.max"));
  assert_false(has_interval(&r, "c.latency.p999")); /* 49 samples beyond it are too few */
  assert_int_equal(r.warnings, 0);
  results_free(&r);
  scenario_free(s);
}

/* The first of two replications is the one that stopped at the batches. */
static void batches_change_nothing(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"50/s\", target = \"s\", timeout = \"50ms\" }\n"
      "service \"s\" { workers = 2, discipline = \"ps\", on = { work(exponential \"10ms\"),\n"
      "  call \"d\" } }\n"
      "database \"d\" { workers = 1, read = exponential \"5ms\" }\n"
      "run { duration = \"100s\", warmup = \"7s\" }\n");
  struct results one = run(s, 1), two = run(s, 2);
  assert_int_equal(two.interval, INTERVAL_REPLICATIONS);
  for (uint32_t i = 0; i < one.n; i++) {
    double a = one.list[i].estimate.value, b = two.list[i].replication[0];
    if (isnan(a) && isnan(b)) continue;
    if (a != b) fail_msg("%s: %.17g and %.17g", one.list[i].name, a, b);
  }
  results_free(&one);
  results_free(&two);
  scenario_free(s);
}

static void constants_stay_constant(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"100/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = \"3ms\" }\n"
      "goal \"c.latency.p95 <= 3ms\"\n"
      "goal \"c.latency.mean <= 3ms\"\n"
      "goal \"c.errors.timeout == 0\"\n"
      "run { duration = \"100s\", warmup = \"1s\" }\n");
  struct results r = run(s, 1);
  const struct estimate *p95 = &results_find(&r, "c.latency.p95")->estimate;
  assert_true(p95->lo == 0.003 && p95->hi == 0.003);
  const struct estimate *mean = &results_find(&r, "c.latency.mean")->estimate;
  assert_true(mean->lo == mean->hi);
  assert_true(results_goals_met(&r));
  results_free(&r);
  scenario_free(s);
}

static void doubts_are_told(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"50/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "fault { crash \"s\", at = \"50s\", lasts = \"2s\" }\n"
      "run { duration = \"100s\", warmup = \"20s\" }\n");
  struct results r = run(s, 1);
  assert_int_equal(r.warnings, 1);
  assert_non_null(strstr(r.warning[0], "a scheduled fault makes unlike"));
  results_free(&r);
  scenario_free(s);
  /* Busy 98 % of 20 s: a queue remembers far longer than a batch lasts. */
  s = kit_scenario(
      "client \"c\" { arrivals = poisson \"98/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "run { duration = \"25s\", warmup = \"5s\" }\n");
  r = run(s, 1);
  assert_int_equal(r.warnings, 1);
  assert_non_null(strstr(r.warning[0], "the interval of c.latency.mean is too narrow"));
  results_free(&r);
  scenario_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(differences_are_taken),    cmocka_unit_test(share_is_read_off),
      cmocka_unit_test(intervals_of_tails_cover), cmocka_unit_test(intervals_of_one_run),
      cmocka_unit_test(batches_change_nothing),   cmocka_unit_test(constants_stay_constant),
      cmocka_unit_test(doubts_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

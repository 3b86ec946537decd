/* Aim: an antithetic pair is one observation: its metrics are those of both halves merged, a check
 * that fails in one half fails; an experiment over pairs is the same on any number of threads, and
 * estimates the same with narrower intervals. All runs have seed 1. */
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

#include "arena.h"
#include "observation.h"
#include "results_kit.h"

/* --- by hand -------------------------------------------------------------------------------- */

static struct observation half(double num, double den, double most, double least, bool any,
                               struct hist *hist, uint64_t value) {
  struct observation o = {.events = 10, .fingerprint = value, .levels = {num, den}};
  hist_init(hist, 100, NULL);
  hist_add(hist, value);
  metric_quotient(&o.metrics, UNIT_RATIO, num, den, "s.share");
  metric_extreme(&o.metrics, METRIC_MAX, UNIT_COUNT, any, most, "s.most");
  metric_extreme(&o.metrics, METRIC_MIN, UNIT_COUNT, any, least, "s.least");
  metric_quantile(&o.metrics, hist, 0.5, "s.p50");
  metric_quantile(&o.metrics, hist, 1, "s.p100");
  return o;
}

static void add_check(struct observation *o, const char *name, bool pass, const char *detail) {
  o->check = mem_resize(o->check, (o->checks + 1) * sizeof *o->check);
  struct check *check = &o->check[o->checks++];
  memset(check, 0, sizeof *check);
  check->pass = pass;
  snprintf(check->name, sizeof check->name, "%s", name);
  snprintf(check->detail, sizeof check->detail, "%s", detail);
}

static double value_of(const struct observation *o, uint32_t metric) {
  return metric_value(&o->metrics.list[metric]);
}

static void metrics_merge(void **state) {
  (void)state;
  struct hist ha, hb, hc;
  struct observation a = half(1, 4, 7, 3, true, &ha, 5), b = half(2, 1, 9, 2, true, &hb, 8);
  struct observation nothing = half(0, 0, 0, 0, false, &hc, 1000);
  observation_merge(&a, &b);
  assert_true(value_of(&a, 0) == 0.6); /* (1 + 2) / (4 + 1), not the mean of 0.25 and 2 */
  assert_true(value_of(&a, 1) == 9 && value_of(&a, 2) == 2);
  assert_true(hist_count(&ha) == 2); /* two metrics share it; it is merged once */
  assert_true(value_of(&a, 3) == 5e-9 && value_of(&a, 4) == 8e-9);
  assert_true(a.events == 20 && a.levels.early == 1.5 && a.levels.late == 2.5);
  uint64_t fingerprint = a.fingerprint;
  observation_merge(&a, &nothing); /* an extreme of nothing changes none */
  assert_true(value_of(&a, 1) == 9 && value_of(&a, 2) == 2 && a.fingerprint != fingerprint);
  observation_merge(&nothing, &b);
  assert_true(value_of(&nothing, 1) == 9 && value_of(&nothing, 2) == 2);
  observation_free(&a);
  observation_free(&b);
  observation_free(&nothing);
  hist_free(&ha);
  hist_free(&hb);
  hist_free(&hc);
}

static void checks_merge(void **state) {
  (void)state;
  struct observation a = {0}, b = {0};
  add_check(&a, "both", true, "a");
  add_check(&a, "second fails", true, "a");
  add_check(&a, "first fails", false, "a");
  add_check(&a, "both fail", false, "a");
  add_check(&b, "both fail", false, "b");
  add_check(&b, "new", true, "b");
  add_check(&b, "second fails", false, "b");
  add_check(&b, "first fails", true, "b");
  add_check(&b, "both", true, "b");
  observation_merge(&a, &b);
  static const struct check wanted[] = {{"both", true, "a"},
                                        {"second fails", false, "b"},
                                        {"first fails", false, "a"},
                                        {"both fail", false, "a"},
                                        {"new", true, "b"}};
  assert_int_equal(a.checks, 5);
  for (uint32_t i = 0; i < 5; i++) {
    assert_string_equal(a.check[i].name, wanted[i].name);
    assert_string_equal(a.check[i].detail, wanted[i].detail);
    assert_true(a.check[i].pass == wanted[i].pass);
  }
  observation_free(&a);
  observation_free(&b);
}

/* --- experiments ---------------------------------------------------------------------------- */

#define MM1                                                        \
  "client \"c\" { arrivals = poisson \"70/s\", target = \"s\" }\n" \
  "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
#define RUN "duration = \"40s\", warmup = \"0s\", replications = 40"

/* The first half sees as many requests too few as the second sees too many: the sum of two Poisson
 * numbers hardly varies. Of independent pairs the interval would be 1/sqrt(2) of one half's. */
static void pairs_narrow_intervals(void **state) {
  (void)state;
  struct scenario *single = kit_scenario(MM1 "run { " RUN " }"),
                  *paired = kit_scenario(MM1 "run { " RUN ", antithetic = true }");
  struct results a = kit_run(single, (struct experiment_options){0}),
                 b = kit_run(paired, (struct experiment_options){0});
  static const struct {
    const char *metric;
    double truth, most;
  } metrics[] = {{"c.offered", 70, 0.6}, {"s.utilization", 0.7, 0.7}};
  for (size_t i = 0; i < 2; i++) {
    struct estimate one = results_find(&a, metrics[i].metric)->estimate,
                    two = results_find(&b, metrics[i].metric)->estimate;
    print_message("%s: half width %g alone, %g in pairs\n", metrics[i].metric, one.hi - one.value,
                  two.hi - two.value);
    assert_int_equal(two.n, 40);
    assert_true(two.hi - two.lo < metrics[i].most * (one.hi - one.lo) / sqrt(2));
    assert_true(fabs(two.value - metrics[i].truth) < 1.5 * (two.hi - two.lo));
  }
  assert_true(results_checks_passed(&b));
  assert_true(b.fingerprint != a.fingerprint);
  double events = (double)b.events / (double)a.events;
  assert_true(events > 1.95 && events < 2.05);
  results_free(&a);
  results_free(&b);
  scenario_free(single);
  scenario_free(paired);
}

static void threads_do_not_show(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(MM1 "run { " RUN ", antithetic = true }");
  struct results one = kit_run(s, (struct experiment_options){.jobs = 1}),
                 four = kit_run(s, (struct experiment_options){.jobs = 4});
  char *a = kit_json(&one), *b = kit_json(&four);
  assert_string_equal(a, b);
  assert_non_null(strstr(a, "\"antithetic\": true"));
  free(a);
  free(b);
  results_free(&one);
  results_free(&four);
  scenario_free(s);
}

/* Half of all calls fail, by u < 1/2, at a fault or on a path: a call that fails in one half of the
 * pair does not in the other, so that of both together exactly half fail, whatever the seed. */
static void faults_and_paths_are_turned(void **state) {
  (void)state;
  static const char *const harms[] = {
      "fault { error { \"s\", ratio = \"50%\" }, at = \"0s\" }\n",
      "path { from = \"c\", to = \"s\", loss = \"50%\", one_way = true }\n"};
  for (size_t i = 0; i < 2; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = constant \"10/s\", target = \"s\", timeout = \"1ms\" }\n"
             "service \"s\" {}\n%s"
             "run { duration = \"10s\", warmup = \"0s\", replications = 3, antithetic = true }",
             harms[i]);
    struct scenario *s = kit_scenario(text);
    struct results r = kit_run(s, (struct experiment_options){0});
    const struct result *availability = results_find(&r, "c.availability");
    for (uint32_t k = 0; k < 3; k++) assert_true(availability->replication[k] == 0.5);
    results_free(&r);
    scenario_free(s);
  }
}

static void one_pair_has_no_interval(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(MM1 "run { " RUN ", antithetic = true }");
  struct results r = kit_run(s, (struct experiment_options){.replications = 1});
  const struct result *mean = results_find(&r, "c.latency.mean");
  assert_false(estimate_has_interval(&mean->estimate));
  assert_true(r.interval == INTERVAL_REPLICATIONS);
  assert_string_equal(r.warning[r.warnings - 1],
                      "a single antithetic pair has no intervals: use -r 10");
  results_free(&r);
  scenario_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(metrics_merge),
      cmocka_unit_test(checks_merge),
      cmocka_unit_test(pairs_narrow_intervals),
      cmocka_unit_test(threads_do_not_show),
      cmocka_unit_test(faults_and_paths_are_turned),
      cmocka_unit_test(one_pair_has_no_interval),
  };
  return cmocka_run_group_tests_name("run_observation", tests, NULL, NULL);
}

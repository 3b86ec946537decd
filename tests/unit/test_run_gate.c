/* Aim: a regression gate alarms as rarely as it promises when nothing changed, notices a planted
 * slowdown, and fails only for what is worse. Seeds are stated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "json.h"
#include "results_kit.h"

#define RUN(duration) "run { duration = \"" duration "\", warmup = \"1s\", replications = 5 }\n"
#define SHOP_FOR(work, duration)                                                        \
  "client \"c\" { arrivals = poisson \"300/s\", target = \"s\", timeout = \"20ms\" }\n" \
  "service \"s\" { workers = 2, work = exponential \"" work "\" }\n" RUN(duration)
#define SHOP(work) SHOP_FOR(work, "20s")

static struct base base_of(const struct results *results) {
  struct base base;
  struct error err;
  json_t *tree = json_results(results);
  if (!base_from_tree(tree, "base.json", &base, &err)) fail_msg("%s", err.text);
  json_decref(tree);
  return base;
}

/* The number of metrics that fail. */
static uint32_t failures(const struct results *before, const struct results *after, double margin) {
  struct base base = base_of(before);
  struct gate gate;
  gate_make(&gate, &base, after, 0.05, margin);
  assert_int_equal(gate.paired, before->seed == after->seed);
  uint32_t failed = gate.failed;
  gate_free(&gate);
  base_free(&base);
  return failed;
}

static const struct gate_line *find(const struct gate *gate, const char *metric) {
  for (uint32_t i = 0; i < gate->n; i++) {
    if (strcmp(gate->line[i].metric, metric) == 0) return &gate->line[i];
  }
  fail_msg("no line for %s", metric);
  return NULL;
}

/* --- how often it alarms --------------------------------------------------------------------- */

/* 200 pairs of seeds (1 with 1001, ...): at most 5 % alarms are promised. Four tests share them and
 * their metrics are correlated, so that the true rate lies below: 0 to 16 alarms; 17 or more have a
 * probability below 2 % if the rate is exactly 5 %, and no alarm at all one of 3e-5. */
static void false_alarms_are_as_rare_as_promised(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(SHOP_FOR("4ms", "8s"));
  uint32_t alarms = 0;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    struct results before = kit_run_seed(s, seed), after = kit_run_seed(s, 1000 + seed);
    alarms += failures(&before, &after, 0) > 0;
    results_free(&before);
    results_free(&after);
  }
  print_message("%u false alarms in 200\n", alarms);
  if (alarms < 1 || alarms > 16) fail_msg("%u false alarms in 200", alarms);
  scenario_free(s);
}

/* 5 % more work. Paired, it is always seen; with other seeds nearly always. */
static void slowdown_is_noticed(void **state) {
  (void)state;
  struct scenario *before = kit_scenario(SHOP("4ms")), *after = kit_scenario(SHOP("4.2ms"));
  uint32_t paired = 0, independent = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct results usual = kit_run_seed(before, seed), slow = kit_run_seed(after, seed),
                   other = kit_run_seed(after, 1000 + seed);
    paired += failures(&usual, &slow, 0) > 0;
    independent += failures(&usual, &other, 0) > 0;
    /* The other way round it is faster, which is no regression. */
    assert_int_equal(failures(&slow, &usual, 0), 0);
    /* A margin of 30 % allows it. */
    assert_int_equal(failures(&usual, &slow, 0.3), 0);
    results_free(&usual);
    results_free(&slow);
    results_free(&other);
  }
  print_message("noticed paired: %u of 40, independent: %u of 40\n", paired, independent);
  assert_int_equal(paired, 40);
  assert_true(independent >= 32);
  scenario_free(before);
  scenario_free(after);
}

static void unchanged_is_exactly_unchanged(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(SHOP("4ms"));
  struct results a = kit_run_seed(s, 7);
  struct base base = base_of(&a);
  struct gate gate;
  gate_make(&gate, &base, &a, 0.05, 0);
  assert_int_equal(gate.n, 4);
  assert_int_equal(gate.failed, 0);
  for (uint32_t i = 0; i < gate.n; i++) {
    if (gate.line[i].verdict == GATE_UNKNOWN) { /* endless in both */
      assert_true(isinf(gate.line[i].base) && isinf(gate.line[i].now));
      continue;
    }
    assert_true(gate.line[i].paired && gate.line[i].diff.value == 0);
    assert_true(gate.line[i].bound == 0 && gate.line[i].verdict == GATE_PASS);
  }
  gate_free(&gate);
  base_free(&base);
  results_free(&a);
  scenario_free(s);
}

/* Calls that take a millisecond to the nanosecond are no slower where more of the others are
 * retried, though they lie elsewhere in the bucket of the histogram; twice as long is slower. */
#define FLAKY(time, p)                                                                         \
  "client \"c\" { arrivals = poisson \"1000/s\", target = \"s\", retry = { attempts = 8 } }\n" \
  "service \"s\" { on = { work \"" time "\", fail { p = \"" p "\" } } }\n" RUN("20s")

static void no_worsening_within_a_bucket(void **state) {
  (void)state;
  static const char *const text[] = {FLAKY("1ms", "20%"), FLAKY("1ms", "25%"), FLAKY("2ms", "25%")};
  struct scenario *s[3];
  struct results r[3];
  for (uint32_t i = 0; i < 3; i++) {
    s[i] = kit_scenario(text[i]);
    r[i] = kit_run_seed(s[i], 7);
  }
  struct base base = base_of(&r[0]);
  for (uint32_t i = 1; i < 3; i++) {
    struct gate gate;
    gate_make(&gate, &base, &r[i], 0.05, 0);
    const struct gate_line *line = find(&gate, "c.latency.p50");
    assert_true(line->paired && line->diff.value > 0);
    assert_int_equal(line->verdict, i == 1 ? GATE_PASS : GATE_WORSE);
    gate_free(&gate);
  }
  base_free(&base);
  for (uint32_t i = 0; i < 3; i++) {
    results_free(&r[i]);
    scenario_free(s[i]);
  }
}

/* Requests that fail make p99 endless, whatever that of the others is; getting better is no
 * regression. Paired with the base, and not. */
static void failed_requests_are_a_regression(void **state) {
  (void)state;
  struct scenario *good = kit_scenario(SHOP("2ms")), *bad = kit_scenario(SHOP("12ms"));
  struct results fine = kit_run_seed(good, 1);
  assert_true(isfinite(results_find(&fine, "c.latency.p99")->judged.value));
  for (uint64_t seed = 1; seed <= 2; seed++) {
    struct results poor = kit_run_seed(bad, seed);
    struct base base = base_of(&fine), poor_base = base_of(&poor);
    struct gate gate;
    gate_make(&gate, &base, &poor, 0.05, 0);
    const struct gate_line *line = find(&gate, "c.latency.p99");
    assert_int_equal(line->paired, seed == 1);
    assert_true(isinf(line->now) && line->verdict == GATE_WORSE);
    gate_free(&gate);
    gate_make(&gate, &poor_base, &fine, 0.05, 0);
    line = find(&gate, "c.latency.p99");
    assert_true(isinf(line->base) && line->verdict == GATE_PASS);
    assert_int_equal(gate.unknown, 0);
    gate_free(&gate);
    /* Both are broken: that nothing changed is not known. */
    gate_make(&gate, &poor_base, &poor, 0.05, 0);
    line = find(&gate, "c.latency.p99");
    assert_true(line->verdict == GATE_UNKNOWN && gate.unknown > 0);
    char *sentence = gate_sentence(line);
    assert_non_null(strstr(sentence, "endless in both"));
    g_free(sentence);
    gate_free(&gate);
    base_free(&poor_base);
    base_free(&base);
    results_free(&poor);
  }
  results_free(&fine);
  scenario_free(good);
  scenario_free(bad);
}

/* --- by hand --------------------------------------------------------------------------------- */

static const struct goal goals[] = {
    {"s.load < 90%", "s.load", GOAL_LT, 0.9, UNIT_RATIO, NULL, 1},
    {"s.served >= 5/s", "s.served", GOAL_GE, 5, UNIT_PER_SECOND, NULL, 2},
    {"s.shards == 2", "s.shards", GOAL_EQ, 2, UNIT_COUNT, NULL, 3},
};

static struct results make(double load, double served, double shards, double step) {
  const double loads[] = {load, load + step, load + 2 * step},
               served_s[] = {served, served + step, served + 2 * step},
               shards_s[] = {shards, shards, shards};
  const struct kit_row rows[] = {{"s.load", METRIC_QUOTIENT, UNIT_RATIO, loads},
                                 {"s.served", METRIC_QUOTIENT, UNIT_PER_SECOND, served_s},
                                 {"s.shards", METRIC_QUOTIENT, UNIT_COUNT, shards_s}};
  struct results r = kit_results(rows, 3, 3, goals, 3);
  r.seed = 1;
  r.duration_ns = 1000000000;
  return r;
}

/* Means 0.51 and 0.61 of 3, both with s = 0.01: the standard error is sqrt(2/3) 0.01, Welch's
 * degrees of freedom 4, t(1 - 0.05/3, 4) = 3.186309 (R: qt(1 - 0.05/3, 4)). */
static void welch_by_hand(void **state) {
  (void)state;
  struct results a = make(0.5, 10, 2, 0.01), b = make(0.6, 11, 2, 0.01);
  b.seed = 2;
  struct base base = base_of(&a);
  struct gate gate;
  gate_make(&gate, &base, &b, 0.05, 0);
  const struct gate_line *line = find(&gate, "s.load");
  assert_false(line->paired);
  double se = 0.01 * sqrt(2.0 / 3);
  assert_true(fabs(line->bound - (0.1 - 3.186309 * se)) < 1e-6);
  assert_true(fabs(line->diff.hi - (0.1 + 2.776445 * se)) < 1e-6);
  assert_int_equal(line->verdict, GATE_WORSE);
  assert_int_equal(find(&gate, "s.served")->verdict, GATE_PASS); /* more is better */
  assert_int_equal(gate.failed, 1);
  gate_free(&gate);
  gate_make(&gate, &base, &b, 0.05, 0.09); /* 9 points are allowed; 7.4 are certain */
  assert_int_equal(gate.failed, 0);
  gate_free(&gate);
  base_free(&base);
  results_free(&a);
  results_free(&b);
}

static void directions_and_what_is_missing(void **state) {
  (void)state;
  struct results a = make(0.5, 10, 2, 0.01), b = make(0.4, 9, 3, 0.01), none = make(0.5, NAN, 2, 0);
  struct base base = base_of(&a), without = base_of(&none);
  struct gate gate;
  gate_make(&gate, &base, &b, 0.05, 0);
  assert_int_equal(find(&gate, "s.load")->verdict, GATE_PASS);    /* lower is better */
  assert_int_equal(find(&gate, "s.served")->verdict, GATE_WORSE); /* less is worse */
  assert_int_equal(find(&gate, "s.shards")->verdict, GATE_WORSE); /* any change is */
  gate_free(&gate);
  gate_make(&gate, &base, &none, 0.05, 0);
  assert_int_equal(find(&gate, "s.served")->verdict, GATE_GONE);
  assert_int_equal(gate.failed, 1);
  gate_free(&gate);
  gate_make(&gate, &without, &a, 0.05, 0);
  assert_int_equal(find(&gate, "s.served")->verdict, GATE_NEW);
  assert_int_equal(gate.failed, 0);
  gate_free(&gate);
  base_free(&base);
  base_free(&without);
  results_free(&a);
  results_free(&b);
  results_free(&none);
}

static void strange_bases_are_refused(void **state) {
  (void)state;
  static const char *const texts[] = {
      "{}", "[]", "{\"schema\": 1, \"metrics\": {}}",
      "{\"schema\": 2, \"seed\": 1, \"replications\": 1, \"simulated_s\": 1.0, \"metrics\": {}, "
      "\"fingerprint\": \"\"}",
      "{\"schema\": 1, \"seed\": -1, \"replications\": 1, \"simulated_s\": 1.0, \"metrics\": {}, "
      "\"fingerprint\": \"\"}"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct base base;
    struct error err = {0};
    json_t *tree = json_loads(texts[i], 0, NULL);
    assert_non_null(tree);
    if (base_from_tree(tree, "base.json", &base, &err)) fail_msg("accepted: %s", texts[i]);
    assert_non_null(strstr(err.text, "base.json"));
    json_decref(tree);
  }
  /* Nonsense inside of the metrics is as if it were not there. */
  struct base base;
  struct error err;
  json_t *tree = json_loads(
      "{\"schema\": 1, \"seed\": 1, \"replications\": 1, \"simulated_s\": 1.0, \"fingerprint\": "
      "\"\", "
      "\"metrics\": {\"x\": 5, \"y\": {\"value\": \"a\", \"n\": -1, \"values\": {\"a\": 1}}, "
      "\"z\": {\"value\": 1.5, \"values\": [1, null, \"a\"]}}}",
      0, NULL);
  assert_true(base_from_tree(tree, "base.json", &base, &err));
  assert_true(isnan(base_find(&base, "x")->value) && isnan(base_find(&base, "y")->value));
  assert_int_equal(base_find(&base, "y")->n, 0);
  assert_int_equal(base_find(&base, "z")->values, 3);
  assert_true(isnan(base_find(&base, "z")->replication[2]));
  assert_null(base_find(&base, "w"));
  json_decref(tree);
  base_free(&base);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(false_alarms_are_as_rare_as_promised),
      cmocka_unit_test(slowdown_is_noticed),
      cmocka_unit_test(unchanged_is_exactly_unchanged),
      cmocka_unit_test(no_worsening_within_a_bucket),
      cmocka_unit_test(failed_requests_are_a_regression),
      cmocka_unit_test(welch_by_hand),
      cmocka_unit_test(directions_and_what_is_missing),
      cmocka_unit_test(strange_bases_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

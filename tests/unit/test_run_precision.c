/* Aim: replications are added until the intervals are narrow enough and no longer, the same ones at
 * any number of threads, and with the results of a run that was asked for their number. Seed 1. */
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

#include "precision.h"
#include "results_kit.h"

static char *as_json(struct results results) {
  results.precision.wanted = 0; /* the one block that a fixed number does not have */
  return kit_json(&results);
}

static const char mm1[] =
    "client \"c\" { arrivals = poisson \"70/s\", target = \"s\" }\n"
    "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
    "run { duration = \"30s\", warmup = \"5s\", replications = 4, precision = \"6%\" }\n";

/* --- the rule ------------------------------------------------------------------------------- */

static double width(double value, double lo, double hi, enum metric_unit unit) {
  return precision_width(&(struct estimate){value, lo, hi, 10}, unit);
}

static void widths_by_hand(void **state) {
  (void)state;
  assert_true(width(4, 3, 5, UNIT_SECONDS) == 0.25);
  assert_true(width(4, 3, 5, UNIT_COUNT) == 0.25);
  assert_true(width(4, 0, 9, UNIT_COUNT) == 1.25);   /* cut off at 0 */
  assert_true(width(0.75, 0.5, 1, UNIT_RATIO) == 1); /* from 1 */
  assert_true(width(0.25, 0, 0.5, UNIT_RATIO) == 1); /* from 0 */
  assert_true(width(1, 1, 1, UNIT_RATIO) == 0);
  assert_true(width(0, 0, 0, UNIT_PER_SECOND) == 0);
  assert_true(isinf(width(1, NAN, NAN, UNIT_SECONDS)));
}

static void steps_are_not_small_and_not_large(void **state) {
  (void)state;
  assert_int_equal(precision_next(10, 1.01, 1000), 13);
  assert_int_equal(precision_next(100, 1.2, 1000), 144);
  assert_int_equal(precision_next(100, 7, 1000), 200);
  assert_int_equal(precision_next(100, INFINITY, 1000), 200);
  assert_int_equal(precision_next(900, 7, 1000), 1000);
}

/* --- experiments ---------------------------------------------------------------------------- */

static void reached_and_not_by_far(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results r = kit_run(s, (struct experiment_options){0});
  const struct estimate *e = &results_find(&r, "c.latency.mean")->estimate;
  double half = (e->hi - e->lo) / 2 / e->value;
  assert_true(r.replications > 10 && r.replications < 500);
  assert_true(half <= 0.06 / 1.06);
  assert_true(half > 0.06 / 1.06 / 2); /* at most twice as many at a look */
  assert_true(r.precision.met && fabs(r.precision.reached - half) < 1e-12);
  /* The value is to be near the truth: a half width of 6 % of the truth may be 6/106 of a value
   * that lies 6 % above it. */
  assert_true(fabs(r.precision.excess - half * 1.06 / 0.06) < 1e-12);
  assert_string_equal(r.precision.metric, "c.latency.mean");
  assert_int_equal(r.warnings, 0);
  results_free(&r);
  scenario_free(s);
}

static void same_as_that_number_on_any_threads(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results r = kit_run(s, (struct experiment_options){.jobs = 1});
  uint32_t n = r.replications;
  char *expected = as_json(r);
  results_free(&r);
  for (uint32_t jobs = 2; jobs <= 5; jobs += 3) {
    r = kit_run(s, (struct experiment_options){.jobs = jobs});
    char *text = as_json(r);
    assert_string_equal(text, expected);
    free(text);
    results_free(&r);
  }
  /* A number without a precision is the number. */
  r = kit_run(s, (struct experiment_options){.replications = n});
  assert_int_equal(r.replications, n);
  assert_true(r.precision.wanted == 0);
  char *text = as_json(r);
  assert_string_equal(text, expected);
  free(text);
  free(expected);
  results_free(&r);
  scenario_free(s);
}

static void the_limit_is_kept_and_told(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results r =
      kit_run(s, (struct experiment_options){.precision = 0.001, .max_replications = 17});
  assert_int_equal(r.replications, 17);
  assert_false(r.precision.met);
  assert_int_equal(r.warnings, 1);
  assert_non_null(strstr(r.warning[0], "not reached with 17 replications: c.latency.mean"));
  results_free(&r);
  scenario_free(s);
}

static void goals_say_which_metrics(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"70/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "goal \"c.throughput > 10/s\"\n"
      "goal \"c.latency.max > 1ms\"\n" /* extremes have no interval: left out */
      "run { duration = \"30s\", warmup = \"5s\", precision = \"50%\" }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_int_equal(r.replications, 10); /* never fewer, however narrow */
  assert_true(r.precision.met && strcmp(r.precision.metric, "c.throughput") == 0);
  results_free(&r);
  scenario_free(s);
}

/* One request in a thousand fails: to know this rare share to 1 % would take 40000 of them. A goal
 * on it that is decided is content; one that is not goes on. */
static void rare_shares_stop_when_decided(void **state) {
  (void)state;
  static const char text[] =
      "client \"c\" { arrivals = poisson \"100/s\", target = \"s\" }\n"
      "service \"s\" { work = \"1ms\" }\n"
      "fault { error { \"s\", ratio = \"0.1%%\" }, at = \"0s\" }\n"
      "goal \"c.availability >= %s\"\n"
      "run { duration = \"30s\", warmup = \"1s\", precision = \"1%%\", max_replications = 40 }\n";
  char file[512];
  snprintf(file, sizeof file, text, "99%");
  struct scenario *s = kit_scenario(file);
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_int_equal(r.replications, 10);
  assert_true(r.precision.met && r.precision.metric == NULL);
  results_free(&r);
  scenario_free(s);
  snprintf(file, sizeof file, text, "99.9%");
  s = kit_scenario(file);
  r = kit_run(s, (struct experiment_options){0});
  assert_int_equal(r.replications, 40);
  assert_false(r.precision.met);
  results_free(&r);
  scenario_free(s);
}

static void constants_are_precise(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n"
      "service \"s\" { work = \"1ms\" }\n"
      "run { duration = \"10s\", warmup = \"1s\", precision = \"0.01%\" }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_int_equal(r.replications, 10);
  assert_true(r.precision.met && r.precision.reached == 0);
  results_free(&r);
  scenario_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(widths_by_hand),
      cmocka_unit_test(steps_are_not_small_and_not_large),
      cmocka_unit_test(reached_and_not_by_far),
      cmocka_unit_test(same_as_that_number_on_any_threads),
      cmocka_unit_test(the_limit_is_kept_and_told),
      cmocka_unit_test(goals_say_which_metrics),
      cmocka_unit_test(rare_shares_stop_when_decided),
      cmocka_unit_test(constants_are_precise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

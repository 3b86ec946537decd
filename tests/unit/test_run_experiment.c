/* Aim: an experiment gives the same results on any number of threads, its numbers agree with
 * queueing theory, and what cannot be answered is said. All runs have seed 1 unless stated. */
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

#include "results_kit.h"

static const char mm1[] =
    "client \"c\" { arrivals = poisson \"70/s\", target = \"s\" }\n"
    "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
    "goal \"c.latency.mean < 40ms\"\n"
    "run { duration = \"1000s\", warmup = \"20s\", replications = 8 }\n";

/* --- theory --------------------------------------------------------------------------------- */

static void assert_within(const struct results *r, const char *metric, double expected,
                          double relative) {
  double value = results_value(r, metric);
  if (fabs(value - expected) <= relative * expected) return;
  fail_msg("%s is %g, not %g within %g %%", metric, value, expected, relative * 100);
}

/* M/M/1 with arrival rate 70/s and service rate 100/s: the time in the system is exponential with
 * mean 1 / (100 - 70) s. */
static void numbers_agree_with_theory(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_int_equal(r.replications, 8);
  assert_int_equal(results_find(&r, "c.latency.mean")->estimate.n, 8);
  assert_within(&r, "c.throughput", 70, 0.01);
  assert_within(&r, "s.utilization", 0.7, 0.01);
  assert_within(&r, "c.latency.mean", 1.0 / 30, 0.03);
  assert_within(&r, "c.latency.p50", log(2) / 30, 0.03);
  assert_within(&r, "c.latency.p99", log(100) / 30, 0.05);
  assert_within(&r, "s.queue.mean", 0.7 * 0.7 / 0.3, 0.06);
  assert_true(results_goals_met(&r));
  assert_true(results_checks_passed(&r));
  assert_true(r.checks >= 3);
  results_free(&r);
  scenario_free(s);
}

/* 95 % intervals cover the truth in about 95 of 100 experiments (seeds 1 to 100): fewer than 85 or
 * all of them has a probability below 1e-2 each. */
static void intervals_cover_the_truth(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"50/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "run { duration = \"60s\", warmup = \"2s\", replications = 5 }\n");
  int covered = 0;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    struct results r = kit_run(s, (struct experiment_options){.has_seed = true, .seed = seed});
    const struct estimate *e = &results_find(&r, "c.latency.mean")->estimate;
    covered += e->lo <= 0.02 && 0.02 <= e->hi;
    results_free(&r);
  }
  if (covered < 85 || covered > 99) fail_msg("%d of 100 intervals cover the truth", covered);
  scenario_free(s);
}

/* --- determinism ---------------------------------------------------------------------------- */

static void threads_do_not_show(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results r = kit_run(s, (struct experiment_options){.jobs = 1, .replications = 7});
  char *expected = kit_json(&r);
  uint64_t fingerprint = r.fingerprint;
  results_free(&r);
  for (uint32_t jobs = 2; jobs <= 8; jobs *= 2) {
    r = kit_run(s, (struct experiment_options){.jobs = jobs, .replications = 7});
    char *text = kit_json(&r);
    assert_string_equal(text, expected);
    assert_true(r.fingerprint == fingerprint);
    free(text);
    results_free(&r);
  }
  r = kit_run(s, (struct experiment_options){.replications = 7, .has_seed = true, .seed = 2});
  assert_true(r.fingerprint != fingerprint);
  results_free(&r);
  free(expected);
  scenario_free(s);
}

/* Replications are independent of how many there are: the first ones stay the same. */
static void more_replications_keep_the_first_ones(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(mm1);
  struct results few = kit_run(s, (struct experiment_options){.replications = 2});
  struct results many = kit_run(s, (struct experiment_options){.replications = 4});
  const double *a = results_find(&few, "c.latency.p99")->replication;
  const double *b = results_find(&many, "c.latency.p99")->replication;
  assert_true(a[0] == b[0] && a[1] == b[1] && b[1] != b[2]);
  results_free(&few);
  results_free(&many);
  scenario_free(s);
}

/* --- warm-up and limits --------------------------------------------------------------------- */

static void warmup_is_found(void **state) {
  (void)state;
  /* Everybody takes 10 s, so it takes 10 s until the system is full. */
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"100/s\", target = \"s\" }\n"
      "service \"s\" { work = \"10s\" }\n"
      "run { duration = \"100s\", replications = 2 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_true(r.warmup.automatic);
  assert_false(r.warmup.at_limit);
  if (fabs((double)r.warmup.ns / 1e9 - 10) > 0.5) fail_msg("%g s", (double)r.warmup.ns / 1e9);
  assert_int_equal(r.warnings, 0);
  results_free(&r);
  scenario_free(s);
}

/* Where the rate changes by the clock there is no steady state to wait for. */
static void no_warmup_of_a_changing_rate(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant(profile { { \"0s\", \"100/s\" }, { \"80s\", \"50/s\" } "
      "}), "
      "target = \"s\" }\n"
      "service \"s\" { work = \"10s\" }\n"
      "run { duration = \"100s\", replications = 2 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_true(r.warmup.automatic);
  assert_int_equal(r.warmup.ns, 0);
  assert_string_equal(r.warmup.changing, "c");
  results_free(&r);
  scenario_free(s);
}

/* The crash at 30 s empties the system; a pilot that saw it would put the warm-up behind it. */
static void pilot_sees_no_faults(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"100/s\", target = \"s\" }\n"
      "service \"s\" { work = \"10s\" }\n"
      "fault { crash \"s\", at = \"30s\", lasts = \"15s\" }\n"
      "run { duration = \"100s\", replications = 2 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_null(r.warmup.cut_by);
  if (fabs((double)r.warmup.ns / 1e9 - 10) > 0.5) fail_msg("%g s", (double)r.warmup.ns / 1e9);
  results_free(&r);
  scenario_free(s);
}

/* 10 requests a second, of which only those after the warm-up count. */
static void warmup_is_left_out(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n"
      "service \"s\" { work = \"10ms\" }\n"
      "run { duration = \"100s\", warmup = \"60s\", replications = 2 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_false(r.warmup.automatic);
  assert_true(results_value(&r, "c.requests") == 400);
  assert_true(results_value(&r, "c.throughput") == 10);
  results_free(&r);
  scenario_free(s);
}

static void overload_is_told(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"150/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "run { duration = \"100s\", replications = 2 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_true(r.warmup.at_limit);
  assert_int_equal(r.warnings, 1);
  assert_non_null(strstr(r.warning[0], "no steady state"));
  results_free(&r);
  scenario_free(s);
}

/* A queue of 9 calls on average that takes seconds to build up; after 20 s it has. */
static void short_warmups_are_told(void **state) {
  (void)state;
  static const char text[] =
      "client \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "run { duration = \"%s\", warmup = \"%s\", replications = 100 }\n";
  static const struct {
    const char *duration, *warmup, *warning;
  } cases[] = {{"20s", "0s", "fewer calls in flight"},
               {"60s", "20s", NULL},
               {"60s", "40s", "takes 67 % of the run"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char file[512];
    snprintf(file, sizeof file, text, cases[i].duration, cases[i].warmup);
    struct scenario *s = kit_scenario(file);
    struct results r = kit_run(s, (struct experiment_options){0});
    uint32_t others = 0; /* that its slowest requests came in few busy spells is another matter */
    for (uint32_t w = 0; w < r.warnings; w++) others += strstr(r.warning[w], "busy spell") == NULL;
    assert_int_equal(others, cases[i].warning != NULL);
    if (cases[i].warning != NULL) assert_non_null(strstr(r.warning[0], cases[i].warning));
    results_free(&r);
    scenario_free(s);
  }
}

/* Ten times 40 s of M/M/1 at 0.95, which remembers for 15 s, have a handful of long queues in all,
 * and at 0.9 seem to have some more; at 0.5 they have many. */
static void few_spells_are_told(void **state) {
  (void)state;
  static const char *const rate[] = {"95/s", "90/s", "50/s"};
  for (uint32_t i = 0; i < 3; i++) {
    char file[512];
    snprintf(file, sizeof file,
             "client \"c\" { arrivals = poisson \"%s\", target = \"s\" }\n"
             "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
             "run { duration = \"80s\", warmup = \"40s\", replications = 10 }\n",
             rate[i]);
    struct scenario *s = kit_scenario(file);
    struct results r = kit_run(s, (struct experiment_options){0});
    bool told = false;
    for (uint32_t w = 0; w < r.warnings; w++) {
      print_message("%s: %s\n", rate[i], r.warning[w]);
      told |= strstr(r.warning[w], "the interval of c.latency.p99 rests on") != NULL;
    }
    assert_int_equal(told, i < 2);
    const struct result *p99 = results_find(&r, "c.latency.p99");
    assert_int_equal(p99->few_spells > 0, i < 2);
    const struct result *p999 = results_find(&r, "c.latency.p999"); /* which has no warning */
    if (estimate_has_interval(&p999->estimate)) assert_true(p999->few_spells > 0);
    assert_true(results_find(&r, "c.latency.p50")->few_spells == 0 || i < 2);
    results_free(&r);
    scenario_free(s);
  }
}

/* The pilot, which has no faults, must not be counted among the replications. */
static void pilot_is_not_a_replication(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n"
      "service \"s\" { work = \"10ms\" }\n"
      "fault { crash \"s\", at = \"0s\", lasts = \"1000s\" }\n"
      "run { duration = \"10s\", replications = 2 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  assert_true(results_value(&r, "c.availability") == 0);
  assert_int_equal(r.warmup.ns, 0);
  assert_true(isnan(results_value(&r, "c.latency.p99")));
  results_free(&r);
  scenario_free(s);
}

struct seen {
  double last;
  uint32_t calls;
};

static void on_progress(void *data, double fraction) {
  struct seen *seen = data;
  assert_true(fraction >= seen->last && fraction <= 1);
  seen->last = fraction;
  seen->calls++;
}

static void progress_goes_from_nothing_to_all(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n"
      "service \"s\" { work = \"10ms\" }\n"
      "run { duration = \"100s\", replications = 3 }\n");
  struct seen seen = {0};
  struct results r =
      kit_run(s, (struct experiment_options){.progress = on_progress, .progress_data = &seen});
  assert_true(seen.calls > 10);
  assert_true(seen.last == 1);
  results_free(&r);
  scenario_free(s);
}

/* Work is exponential with a mean of 36 ms and users give up after 50 ms: within 20 ms are
 * 1 - exp(-20/36) of all requests, within an hour 1 - exp(-50/36), since those that failed are not.
 * About 120,000 requests: 4.5 standard errors of a share are 0.0065. An operation has its own
 * share, and what is no duration is refused. */
static void shares_within_a_time(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client 'c' { arrivals = poisson '500/s', target = 's', timeout = '50ms', mix = { a = 0.5, b "
      "= "
      "0.5 } }\n"
      "service 's' { workers = 100000, on = { default = { work(exponential '36ms') } } }\n"
      "goal 'c.within.20ms > 1%'\ngoal 'c.within.1h > 1%'\ngoal 'c.op.a.within.20ms > 1%'\n"
      "run { duration = '60s', warmup = '0s', replications = 4 }\n");
  struct results r = kit_run_seed(s, 1);
  assert_float_equal(results_value(&r, "c.within.20ms"), 1 - exp(-20 / 36.0), 0.0065);
  assert_float_equal(results_value(&r, "c.within.1h"), 1 - exp(-50 / 36.0), 0.0065);
  assert_float_equal(results_value(&r, "c.op.a.within.20ms"), 1 - exp(-20 / 36.0), 0.0095);
  assert_float_equal(results_value(&r, "c.within.1h"), results_value(&r, "c.availability"), 1e-12);
  assert_null(results_find(&r, "c.op.b.within.20ms"));
  results_free(&r);
  scenario_free(s);
}

/* Requests come like clockwork and none fails: each replication has the same goodput. But of 2000
 * up to 1 - 0.05^(1/2000) may fail. */
static void goodput_is_no_surer_than_its_share(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client 'c' { arrivals = constant '100/s', target = 's' }\n"
      "service 's' { work = '1ms' }\n"
      "run { duration = '11s', warmup = '1s', replications = 2 }\n");
  struct results r = kit_run_seed(s, 1);
  static const char *const name[] = {"c.goodput", "c.throughput"};
  for (size_t i = 0; i < 2; i++) {
    const struct estimate *e = &results_find(&r, name[i])->estimate;
    assert_float_equal(e->value, 100, 1e-9);
    assert_float_equal(e->lo, 100 * pow(0.05, 1 / 2000.0), 1e-6);
    assert_float_equal(e->hi, 100, 1e-9);
  }
  results_free(&r);
  scenario_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(goodput_is_no_surer_than_its_share),
      cmocka_unit_test(numbers_agree_with_theory),
      cmocka_unit_test(intervals_cover_the_truth),
      cmocka_unit_test(threads_do_not_show),
      cmocka_unit_test(more_replications_keep_the_first_ones),
      cmocka_unit_test(warmup_is_found),
      cmocka_unit_test(no_warmup_of_a_changing_rate),
      cmocka_unit_test(pilot_sees_no_faults),
      cmocka_unit_test(warmup_is_left_out),
      cmocka_unit_test(overload_is_told),
      cmocka_unit_test(short_warmups_are_told),
      cmocka_unit_test(few_spells_are_told),
      cmocka_unit_test(pilot_is_not_a_replication),
      cmocka_unit_test(progress_goes_from_nothing_to_all),
      cmocka_unit_test(shares_within_a_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

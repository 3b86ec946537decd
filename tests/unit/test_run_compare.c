/* Aim: paired differences, their intervals and verdicts are what the textbook says; a design
 * against itself differs by exactly nothing; what one mechanism buys can be asked for by name. */
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

#include "compare.h"
#include "compare_report.h"
#include "results_kit.h"
#include "study.h"

static void assert_near(double value, double expected, double tolerance) {
  if (fabs(value - expected) <= tolerance) return;
  fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
}

/* --- by hand --------------------------------------------------------------------------------- */

static const struct goal goals[] = {
    {"c.hit_ratio > 1%", "c.hit_ratio", GOAL_GT, 0.01, UNIT_RATIO, NULL, 1}};

struct row {
  double ratio, rate, same, most;
};

/* Results of replications made by hand; one metric belongs to a goal. */
static struct results make(const struct row *row, uint32_t n) {
  double value[4][16];
  assert_true(n <= 16);
  for (uint32_t i = 0; i < n; i++) {
    const double of[4] = {row[i].ratio, row[i].rate, row[i].same, row[i].most};
    for (uint32_t k = 0; k < 4; k++) value[k][i] = of[k];
  }
  const struct kit_row rows[] = {{"c.hit_ratio", METRIC_QUOTIENT, UNIT_RATIO, value[0]},
                                 {"s.rate", METRIC_QUOTIENT, UNIT_PER_SECOND, value[1]},
                                 {"s.same", METRIC_QUOTIENT, UNIT_COUNT, value[2]},
                                 {"s.most", METRIC_MAX, UNIT_SECONDS, value[3]}};
  return kit_results(rows, 4, n, goals, 1);
}

static const struct difference *find(const struct comparison *c, const char *name) {
  for (uint32_t i = 0; i < c->n; i++) {
    if (strcmp(c->list[i].name, name) == 0) return &c->list[i];
  }
  fail_msg("no difference of %s", name);
  return NULL;
}

/* Differences of the rate: 1, 2, 3, 4, as in the interval of a single metric: mean 2.5, s =
 * sqrt(5/3), t(0.975, 3) = 3.182446305284263. The joint interval of three others at 95 % has
 * t(1 - 0.05/6, 3) = 4.856657 (R: qt(1 - 0.05/6, 3)), that of two pairs as much for one headline
 * as t(1 - 0.05/4, 3) = 4.176535. */
static void interval_by_hand(void **state) {
  (void)state;
  struct results a =
      make((struct row[]){{0.1, 10, 5, 1}, {0.2, 30, 5, 2}, {0.3, 20, 5, 3}, {0.4, 40, 5, 4}}, 4);
  struct results b =
      make((struct row[]){{0.2, 11, 5, 1}, {0.4, 32, 5, 2}, {0.6, 23, 5, 3}, {0.8, 44, 5, 5}}, 4);
  struct comparison c;
  comparison_make(&c, &a, &b, 2);
  assert_int_equal(c.headlines, 1);
  assert_int_equal(c.others, 3);
  const struct difference *d = find(&c, "s.rate");
  double s = sqrt(5.0 / 3);
  assert_near(d->diff.value, 2.5, 1e-12);
  assert_near(d->diff.hi, 2.5 + 3.182446305284263 * s / 2, 1e-7);
  assert_near(d->diff.lo, 2.5 - 3.182446305284263 * s / 2, 1e-7);
  assert_int_equal(d->diff.n, 4);
  assert_int_equal(d->finding, FINDING_NONE); /* though 0 is outside of its own interval */
  assert_true(d->diff.lo > 0 && d->joint.lo < 0);
  /* Variances of 10 30 20 40 and 11 32 23 44: 166.667 and 195 (their difference: 1.667). */
  assert_near(d->gain, (500.0 / 3 + 585.0 / 3) / (5.0 / 3), 1e-9);

  d = find(&c, "c.hit_ratio");
  assert_true(d->headline);
  assert_near(d->joint.hi - 0.25, 4.176535 * s / 10 / 2, 1e-6);
  comparison_free(&c);
  comparison_make(&c, &a, &b, 1);
  assert_near(find(&c, "s.rate")->joint.hi - 2.5, 4.856657 * s / 2, 1e-5);
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
}

static void verdicts(void **state) {
  (void)state;
  struct results a = make((struct row[]){{0.10, 10, 5, 1}, {0.2, NAN, 5, 2}, {0.3, NAN, 5, 3}}, 3);
  struct results b = make((struct row[]){{0.11, 11, 5, 1}, {0.21, 12, 5, 2}, {0.31, NAN, 5, 4}}, 3);
  struct comparison c, back;
  comparison_make(&c, &a, &b, 1);
  comparison_make(&back, &b, &a, 1);
  assert_int_equal(find(&c, "c.hit_ratio")->finding, FINDING_HIGHER);
  assert_int_equal(find(&back, "c.hit_ratio")->finding, FINDING_LOWER);
  assert_int_equal(find(&c, "s.same")->finding, FINDING_EQUAL);
  assert_true(find(&c, "s.same")->diff.lo == 0 && find(&c, "s.same")->diff.hi == 0);
  /* Defined in one replication of both: no interval. An extreme has none either. */
  assert_int_equal(find(&c, "s.rate")->finding, FINDING_UNKNOWN);
  assert_int_equal(find(&c, "s.rate")->diff.n, 1);
  assert_int_equal(find(&c, "s.most")->finding, FINDING_UNKNOWN);
  assert_near(find(&c, "s.most")->diff.value, 1, 0);
  char *text = compare_sentence(find(&c, "c.hit_ratio"), 'B');
  assert_string_equal(text, "B is 1.0 points higher (20.0 %, then 21.0 %)");
  free(text);
  comparison_free(&c);
  comparison_free(&back);
  results_free(&a);
  results_free(&b);
}

/* The quantiles of single replications agree, the estimate does not: the difference is not certain.
 */
static void difference_without_spread(void **state) {
  (void)state;
  struct results a = make((struct row[]){{0.1, 10, 5, 1}, {0.1, 10, 5, 2}}, 2);
  struct results b = make((struct row[]){{0.1, 10, 5, 1}, {0.1, 10, 5, 2}}, 2);
  for (uint32_t i = 0; i < b.n; i++) {
    if (strcmp(b.list[i].name, "s.rate") == 0) b.list[i].judged.value = 10.5;
  }
  struct comparison c;
  comparison_make(&c, &a, &b, 1);
  const struct difference *d = find(&c, "s.rate");
  assert_int_equal(d->finding, FINDING_NONE);
  assert_true(d->diff.lo == 0 && d->diff.hi == 0.5);
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
}

#define WITH_TIMEOUT(timeout)                                                        \
  "client \"c\" { arrivals = poisson \"50/s\", target = \"s\", timeout = \"" timeout \
  "\" }\n"                                                                           \
  "service \"s\" { workers = 1000, work = exponential \"18ms\" }\n"                  \
  "goal \"c.latency.p99 < 200ms\"\n"                                                 \
  "run { duration = \"30s\", warmup = \"0s\", replications = 8 }\n"

/* With a timeout of 20 ms about a third fails, at 500 ms none: p99 of the one is endless, although
 * of the requests that it answers it is the smaller. The median differs by nothing: it is answered
 * in both. */
static void failed_requests_are_not_fast(void **state) {
  (void)state;
  struct scenario *hasty = kit_scenario(WITH_TIMEOUT("20ms"));
  struct scenario *patient = kit_scenario(WITH_TIMEOUT("500ms"));
  struct results a = kit_run_seed(hasty, 3), b = kit_run_seed(patient, 3);
  struct comparison c;
  comparison_make(&c, &a, &b, 1);
  const struct difference *p99 = find(&c, "c.latency.p99"), *p50 = find(&c, "c.latency.p50");
  assert_true(isinf(p99->a.value) && isfinite(p99->b.value));
  assert_int_equal(p99->finding, FINDING_LOWER);
  assert_int_equal(p50->finding, FINDING_EQUAL);
  assert_true(p99->failed_a > 0.2 && p99->failed_b == 0);
  assert_true(results_value(&a, "c.latency.p99") < results_value(&b, "c.latency.p99"));
  assert_int_equal(a.goal[0].verdict, VERDICT_FAIL);
  assert_int_equal(b.goal[0].verdict, VERDICT_PASS);
  char *sentence = compare_sentence(p99, 'B');
  assert_non_null(strstr(sentence, "B is faster (endless, then "));
  assert_non_null(strstr(sentence, "that failed in A count as endless"));
  free(sentence);
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
  scenario_free(hasty);
  scenario_free(patient);
}

/* A year of planned crashes says nothing, unless a goal asks for it. Those of recurring faults do.
 */
static void no_year_of_planned_faults(void **state) {
  (void)state;
  static const struct {
    const char *fault, *goal;
    bool told;
  } tries[] = {
      {"", "", true},
      {"fault { crash \"s\", at = \"5s\", lasts = \"1s\" }\n", "", false},
      {"fault { crash \"s\", mttf = exponential \"10s\", mttr = exponential \"1s\" }\n", "", true},
      {"fault { crash \"s\", at = \"5s\", lasts = \"1s\" }\n", "goal \"c.downtime < 10h\"\n",
       true}};
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s",
             "client \"c\" { arrivals = poisson \"50/s\", target = \"s\" }\n"
             "service \"s\" { work = exponential \"2ms\" }\n"
             "run { duration = \"20s\", warmup = \"0s\", replications = 2 }\n",
             tries[i].fault, tries[i].goal);
    struct scenario *s = kit_scenario(text);
    struct results a = kit_run_seed(s, 1), b = kit_run_seed(s, 2);
    struct comparison c;
    comparison_make(&c, &a, &b, 1);
    bool told = false;
    for (uint32_t k = 0; k < c.n; k++) told |= strcmp(c.list[k].name, "c.downtime") == 0;
    assert_true(told == tries[i].told);
    assert_true(c.only_a + c.only_b == 0);
    comparison_free(&c);
    results_free(&a);
    results_free(&b);
    scenario_free(s);
  }
}

/* --- real runs ------------------------------------------------------------------------------- */

#define SERVICE(work) "service \"s\" { workers = 1, work = exponential \"" work "\" }\n"
#define CLIENT "client \"c\" { arrivals = poisson \"50/s\", target = \"s\" }\n"
#define RUN "run { duration = \"30s\", warmup = \"2s\", replications = 5 }\n"

static void itself_is_equal(void **state) {
  (void)state;
  struct scenario *s = kit_scenario_changed(CLIENT SERVICE("10ms") RUN, NULL);
  struct results a = kit_run_seed(s, 1), b = kit_run_seed(s, 1);
  struct comparison c;
  comparison_make(&c, &a, &b, 1);
  assert_true(c.n > 20 && c.headlines == 4 && c.only_a + c.only_b == 0);
  for (uint32_t i = 0; i < c.n; i++) {
    const struct difference *d = &c.list[i];
    if (d->finding != FINDING_EQUAL) fail_msg("%s differs", d->name);
    if (!isnan(d->a.value)) assert_true(d->diff.value == 0 && d->diff.lo == 0 && d->diff.hi == 0);
  }
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
  scenario_free(s);
}

/* Four of five calls take a millisecond to the nanosecond, with and without retries: their median
 * differs by less than can be known, since the histogram keeps no such times apart. */
#define FLAKY(retry)                                             \
  "client 'u' { arrivals = poisson '1000/s', target = 's'" retry \
  " }\n"                                                         \
  "service 's' { on = { work '1ms', fail { p = '20%' } } }\n"    \
  "run { duration = '20s', warmup = '1s', replications = 5 }\n"

static void no_difference_within_a_bucket(void **state) {
  (void)state;
  struct scenario *with =
      kit_scenario_changed(FLAKY(", retry = { attempts = 3, backoff = '10ms' }"), NULL);
  struct scenario *without = kit_scenario_changed(FLAKY(""), NULL);
  struct results a = kit_run_seed(with, 1), b = kit_run_seed(without, 1);
  struct comparison c;
  comparison_make(&c, &a, &b, 1);
  const struct difference *d = find(&c, "u.latency.p50");
  assert_int_equal(d->finding, FINDING_NONE);
  assert_true(d->diff.lo <= 0 && d->diff.hi >= 0);
  assert_true(d->diff.hi - d->diff.lo < 2 * 0.008 * 1e-3);
  assert_int_equal(find(&c, "u.availability")->finding, FINDING_LOWER);
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
  scenario_free(with);
  scenario_free(without);
}

/* M/M/1 at 50/s with means of 10 ms and 10.5 ms: 1/(100 - 50) and 1/(95.238 - 50), 2.105 ms apart.
 * The 95 % interval covers it in about 95 of 100 seeds (fewer than 88 or all: below 1e-2 each), and
 * pairing is worth much more than nothing. */
static void intervals_cover_the_difference(void **state) {
  (void)state;
  struct scenario *fast = kit_scenario_changed(CLIENT SERVICE("10ms") RUN, NULL);
  struct scenario *slow = kit_scenario_changed(CLIENT SERVICE("10.5ms") RUN, NULL);
  double truth = 1 / (1 / 0.0105 - 50) - 0.02, gain = 0;
  int covered = 0, joint = 0;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    struct results a = kit_run_seed(fast, seed), b = kit_run_seed(slow, seed);
    struct comparison c;
    comparison_make(&c, &a, &b, 1);
    const struct difference *d = find(&c, "c.latency.mean");
    covered += d->diff.lo <= truth && truth <= d->diff.hi;
    joint += d->joint.lo <= truth && truth <= d->joint.hi;
    gain += d->gain / 100;
    comparison_free(&c);
    results_free(&a);
    results_free(&b);
  }
  if (covered < 88 || covered > 99) fail_msg("%d of 100 intervals cover the truth", covered);
  assert_true(joint >= covered);
  if (gain < 20) fail_msg("pairing is worth %.1f times the replications", gain);
  scenario_free(fast);
  scenario_free(slow);
}

/* Aim: two replications that can tell nothing are said to be too few, and no bound is named that is
 * wider than the values. */
static void too_few_to_tell(void **state) {
  (void)state;
  const double near[] = {0.020, 0.030}, far[] = {0.030, 0.021};
  const struct kit_row a_row = {"c.latency.mean", METRIC_QUOTIENT, UNIT_SECONDS, near};
  const struct kit_row b_row = {"c.latency.mean", METRIC_QUOTIENT, UNIT_SECONDS, far};
  struct results a = kit_results(&a_row, 1, 2, NULL, 0), b = kit_results(&b_row, 1, 2, NULL, 0);
  struct comparison c;
  comparison_make(&c, &a, &b, 1);
  char *sentence = compare_sentence(&c.list[0], 'B');
  assert_string_equal(
      sentence, "25.0 ms, then 25.5 ms: 2 replications are too few to tell whether they differ");
  free(sentence);
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
}

/* Both answer all that they answer: who still waits in one stands beside it. */
static void who_waits_for_ever(void **state) {
  (void)state;
#define TWO_SERVERS                                              \
  "client 'u' { arrivals = poisson '100/s', target = 'lb' }\n"   \
  "load_balancer 'lb' { backends = 'web' }\n"                    \
  "service 'web' { instances = 2, work = exponential '10ms' }\n" \
  "run { duration = '60s', warmup = '10s', replications = 2 }\n"
  struct scenario *sa = kit_scenario(TWO_SERVERS);
  struct scenario *sb = kit_scenario(TWO_SERVERS "fault { hang 'web[2]', at = '30s' }\n");
  struct results a = kit_run_seed(sa, 1), b = kit_run_seed(sb, 1);
  struct comparison c;
  comparison_make(&c, &a, &b, 1);
  uint32_t told = 0;
  for (uint32_t i = 0; i < c.n; i++) {
    if (strcmp(c.list[i].name, "u.availability") != 0) continue;
    char *sentence = compare_sentence(&c.list[i], 'B');
    print_message("%s\n", sentence);
    const char *first =
        strstr(sentence, " of the requests had not ended in B when its run did; of ");
    assert_true(first != NULL && first - sentence < 10); /* before anything is called equal */
    assert_null(strstr(sentence, "in A"));
    free(sentence);
    told++;
  }
  assert_int_equal(told, 1);
  comparison_free(&c);
  results_free(&a);
  results_free(&b);
  scenario_free(sa);
  scenario_free(sb);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(too_few_to_tell),
      cmocka_unit_test(interval_by_hand),
      cmocka_unit_test(verdicts),
      cmocka_unit_test(difference_without_spread),
      cmocka_unit_test(failed_requests_are_not_fast),
      cmocka_unit_test(no_year_of_planned_faults),
      cmocka_unit_test(itself_is_equal),
      cmocka_unit_test(no_difference_within_a_bucket),
      cmocka_unit_test(intervals_cover_the_difference),
      cmocka_unit_test(who_waits_for_ever),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

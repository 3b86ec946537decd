/* Aim: the report says what was measured, by component, in 80 columns, and what failed and why. The
 * results are made by hand, so that the text depends on nothing but the report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_def.h"
#include "report.h"
#include "sim.h"

static const struct param no_params[] = {{0}};
static const uint32_t target = 1; /* the whole configuration of the client: web */
static const struct param one_target[] = {{.name = "target", .type = PARAM_REF}, {0}};
static const struct kind source = {.name = "client", .params = one_target, .is_source = true};
static const struct kind server = {.name = "service", .params = no_params};
static struct component_spec components[] = {
    {.name = "shop", .kind = &source, .config = &target, .instances = 1},
    {.name = "web", .kind = &server, .instances = 2},
};
static const char *const ops[] = {"default", "browse", "buy"};
static const struct scenario_param params[] = {
    {.name = "rate", .value = "900/s", .fallback = "900/s", .doc = "", .type = VALUE_TEXT}};
static const struct scenario scenario = {
    .name = "shop\033[31m",
    .question = "Does it hold? More is told elsewhere.",
    .spec = {.components = 2, .component = components, .ops = 3, .op = ops},
    .params = 1,
    .param = params,
};
static const struct goal goals[] = {
    {"shop.availability >= 99.9%", "shop.availability", GOAL_GE, 0.999, UNIT_RATIO, NULL, 1},
    {"shop.latency.p99 < 250ms", "shop.latency.p99", GOAL_LT, 0.25, UNIT_SECONDS, NULL, 2},
    {"shop.latency.p50 < 250ms", "shop.latency.p50", GOAL_LT, 0.25, UNIT_SECONDS, NULL, 3},
    {"web.hit_ratio > 0", "web.hit_ratio", GOAL_GT, 0, UNIT_RATIO, NULL, 4},
};

/* Of web, where a test wants them. */
static double came;       /* calls in a replication, three of ten to the first member */
static uint32_t many = 2; /* members, of which the seventh is busy */

static void measure_members(struct metrics *m) {
  if (came > 0) {
    metric_quotient(m, UNIT_COUNT, came, 1, "web.arrivals");
    metric_quotient(m, UNIT_COUNT, came * 0.3, 1, "web[1].arrivals");
    metric_quotient(m, UNIT_COUNT, came * 0.7, 1, "web[2].arrivals");
  }
  for (uint32_t i = 3; i <= many; i++) {
    metric_quotient(m, UNIT_RATIO, i == 7 ? 9.9 : 8, 10, "web[%u].utilization", i);
  }
}

/* `r` makes the two replications differ a little, `skew` the two members. */
static void measure(struct metrics *m, struct hist *hist, double r, double skew) {
  for (uint32_t i = 0; i < 1000; i++) hist_add(hist, 400000u * i);
  metric_quotient(m, UNIT_PER_SECOND, 900 + r, 1, "shop.offered");
  metric_quotient(m, UNIT_COUNT, 270000, 1, "shop.requests");
  metric_quotient(m, UNIT_PER_SECOND, 900, 1, "shop.ended");
  metric_quotient(m, UNIT_PER_SECOND, 899.5, 1, "shop.throughput");
  metric_quotient(m, UNIT_PER_SECOND, 899.5, 1, "shop.goodput"); /* the same: not told twice */
  metric_quotient(m, UNIT_RATIO, 99.95 + r / 100, 100, "shop.availability");
  metric_quotient(m, UNIT_COUNT, 135, 1, "shop.errors.timeout");
  metric_quotient(m, UNIT_COUNT, 0, 1, "shop.errors.refused");
  metric_quotient(m, UNIT_COUNT, 0, 1, "shop.retries");
  metric_quantile(m, hist, 0.5, "shop.latency.p50");
  metric_quantile(m, hist, 0.99, "shop.latency.p99");
  metric_quotient(m, UNIT_PER_SECOND, 855, 1, "shop.op.browse.throughput");
  metric_quotient(m, UNIT_PER_SECOND, 45, 1, "shop.op.buy.throughput");
  metric_quotient(m, UNIT_RATIO, 8, 10, "web.utilization");
  metric_quotient(m, UNIT_RATIO, 8 - skew, 10, "web[1].utilization");
  metric_quotient(m, UNIT_RATIO, 8 + skew, 10, "web[2].utilization");
  measure_members(m);
  metric_quotient(m, UNIT_PER_SECOND, 900, 1, "web.arrival_rate");
  metric_quotient(m, UNIT_RATIO, 1, 1, "web.uptime");
  metric_quotient(m, UNIT_RATIO, 0, 0, "web.hit_ratio");
  metric_quotient(m, UNIT_COUNT, 12, 1, "web.evictions");
  metric_quotient(m, UNIT_COUNT, 0, 1, "web.cancelled");
}

static struct results make(double skew, bool physics) {
  struct results results;
  results_begin(&results, 2);
  results.scenario = &scenario;
  results.seed = 1;
  results.duration_ns = 300 * NS_PER_S;
  results.warmup = (struct warmup){.ns = 10 * NS_PER_S, .automatic = true};
  for (uint32_t i = 0; i < 2; i++) {
    struct metrics metrics = {0};
    struct hist hist;
    hist_init(&hist, 2000, NULL);
    measure(&metrics, &hist, i == 0 ? -1 : 1, skew);
    struct check check = {.name = "little:web", .pass = physics || i == 0, .detail = "1 = 2"};
    results_add(&results, i, &metrics, &check, 1, 500000, 7);
    metrics_free(&metrics);
    hist_free(&hist);
  }
  results_finish(&results);
  results.wall_s = 0.5;
  results.fingerprint = 0x123;
  results_judge(&results, goals, sizeof goals / sizeof goals[0]);
  return results;
}

static char *print(struct results *results, bool members, bool unicode) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct term term = {.out = out, .unicode = unicode};
  report_print(results, &(struct report_options){.members = members}, &term);
  fclose(out);
  results_free(results);
  return text;
}

static void the_whole_report(void **state) {
  (void)state;
  struct results results = make(0, true);
  char *text = print(&results, false, false);
  assert_string_equal(
      text,
      "shop?[31m: Does it hold?\n"
      "with rate=900/s\n"
      "seed 1, 2 replications of 5 min, the first 10 s left out as warm-up (MSER-5)\n"
      "1.00M events in 500 ms (2.00M/s), fingerprint 0000000000000123\n"
      "\n"
      "shop client --------------------------------------------------------------------\n"
      "  offered           900/s  887 .. 913/s\n"
      "  throughput        900/s  898.4 .. 900.0/s\n"
      "  ended             900/s  900 .. 900/s\n"
      "  availability   99.950 %  99.823 .. 100.000 %  3.3 nines: 4.38 h a year\n"
      "  latency p50      200 ms  200 .. 200 ms\n"
      "  latency p99      396 ms  394.0 .. 397.6 ms    rests on 20 samples\n"
      "  error timeout   0.050 %  0.044 .. 0.056 %     27.0/min\n"
      "\n"
      "  operation  throughput  availability  p50  p95  p99  p99.9\n"
      "  browse          855/s\n"
      "  buy            45.0/s\n"
      "\n"
      "components ---------------------------------------------------------------------\n"
      "           util.  arrivals\n"
      "  web x2  80.0 %     900/s\n"
      "\n"
      "  web.evictions  12  12 .. 12\n"
      "\n"
      "why ----------------------------------------------------------------------------\n"
      "  0.050 % of the requests of shop failed (timeout).\n"
      "  web has little room left: its workers are busy 80.0 % of the time.\n"
      "\n"
      "goals 2 of 4 failed, 1 undecided -----------------------------------------------\n"
      "  ?     shop.availability >= 99.9%  99.950 %  99.823 .. 100.000 %\n"
      "        undecided; at this rate 4.38 h a year are lost, the goal allows 8.76 h\n"
      "  FAIL  shop.latency.p99 < 250ms      396 ms  394.0 .. 397.6 ms\n"
      "        58.2 % above the limit\n"
      "  ok    shop.latency.p50 < 250ms      200 ms  200 .. 200 ms\n"
      "  FAIL  web.hit_ratio > 0                  -\n"
      "        no data\n"
      "  Undecided: the interval straddles the limit. Add replications (-r 20 should\n"
      "  do) or run longer.\n"
      "\n"
      "physics: 1 check passed\n"
      "warning: goal \"shop.latency.p99 < 250ms\" rests on 20 samples beyond its\n"
      "  quantile: run longer\n");
  free(text);
}

/* A fault that is planned once makes the run unlike a year; one that comes again and again does
 * not. */
static void no_year_of_a_planned_fault(void **state) {
  (void)state;
  struct fault_spec fault = {.type = &fault_crash, .name = "crash web"};
  struct scenario faulty = scenario;
  faulty.spec.faults = 1;
  faulty.spec.fault = &fault;
  for (int planned = 0; planned < 2; planned++) {
    fault.recurring = !planned;
    struct results results = make(0, true);
    results.scenario = &faulty;
    char *text = print(&results, false, false);
    assert_non_null(
        strstr(text, planned ? "100.000 %  3.3 nines\n" : "3.3 nines: 4.38 h a year\n"));
    assert_true((strstr(text, "a year") == NULL) == planned);
    free(text);
  }
}

/* A goal is not cut: where two differ may be in its middle. */
static void goals_are_told_in_full(void **state) {
  (void)state;
  static const struct goal longer[] = {
      {"shop.op.browse.availability >= 99.9% during crash web[2]", "shop.availability", GOAL_GE,
       0.99, UNIT_RATIO, NULL, 1},
      {"web.hit_ratio > 0", "web.hit_ratio", GOAL_GT, 0, UNIT_RATIO, NULL, 4},
  };
  struct results results = make(0, true);
  results_judge(&results, longer, 2);
  char *text = print(&results, false, false);
  assert_non_null(
      strstr(text,
             "  ok    shop.op.browse.availability >= 99.9% during crash web[2]\n"
             "                                                   99.950 %  99.823 .. 100.000 %\n"));
  assert_non_null(strstr(text, "\n  FAIL  web.hit_ratio > 0                                 -\n"));
  free(text);
}

static void members_are_listed_when_they_differ_or_asked_for(void **state) {
  (void)state;
  struct results results = make(0, true);
  char *text = print(&results, false, true);
  assert_null(strstr(text, "web[1]"));
  free(text);
  results = make(0, true);
  text = print(&results, true, true);
  assert_non_null(strstr(text, "    web[1]  80.0 %"));
  free(text);
  results = make(0.9, true);
  text = print(&results, false, true);
  assert_non_null(strstr(text, "    web[2]  89.0 %"));
  free(text);
}

/* Aim: that four of ten calls more come to one than to the other is chance, of a thousand it is
 * not; of many members those are listed that matter. */
static void members_are_not_listed_by_chance_or_all(void **state) {
  (void)state;
  for (came = 10; came <= 1000; came *= 100) {
    struct results results = make(0, true);
    char *text = print(&results, false, true);
    assert_true((strstr(text, "web[1]") != NULL) == (came == 1000));
    free(text);
  }
  came = 0;
  many = components[1].instances = 30;
  for (int all = 0; all < 2; all++) {
    struct results results = make(0, true);
    char *text = print(&results, all, true);
    assert_non_null(strstr(text, "web[7]"));
    assert_non_null(strstr(text, " 99.0 %"));
    assert_true((strstr(text, "web[30]") != NULL) == all);
    assert_true((strstr(text, "Of the 30 of web the busiest are shown") != NULL) == !all);
    free(text);
  }
  many = 7; /* of 30: the others were never started */
  for (int all = 0; all < 2; all++) {
    struct results results = make(0, true);
    char *text = print(&results, all, true);
    assert_non_null(strstr(text, "web[6]"));
    assert_true((strstr(text, "web[8]") != NULL) == all);
    assert_true((strstr(text, "Of the 30 of web 23 were never there.") != NULL) == !all);
    free(text);
  }
  many = components[1].instances = 2;
}

static void failed_physics_is_loud(void **state) {
  (void)state;
  struct results results = make(0, false);
  char *text = print(&results, false, true);
  assert_non_null(strstr(text, "physics: 1 of 1 checks FAILED"));
  assert_non_null(strstr(text, "  little:web, in 1 of 2 replications, first in 2: 1 = 2\n"));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_whole_report),
      cmocka_unit_test(no_year_of_a_planned_fault),
      cmocka_unit_test(goals_are_told_in_full),
      cmocka_unit_test(members_are_listed_when_they_differ_or_asked_for),
      cmocka_unit_test(members_are_not_listed_by_chance_or_all),
      cmocka_unit_test(failed_physics_is_loud),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

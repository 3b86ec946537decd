/* Aim: who still waits when a run ends stands beside each figure that leaves him out, in each kind
 * of load, and who merely happens to be under way then is no news. Seed 1. */
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

#include "besides.h"
#include "diagnosis_kit.h"
#include "unfinished.h"

static void assert_said(const char *text, const char *what) {
  if (strstr(text, what) == NULL) fail_msg("\"%s\" is not in \"%s\"", what, text);
}

#define SERVERS                               \
  "load_balancer 'lb' { backends = 'web' }\n" \
  "service 'web' { instances = 2, work = exponential '10ms' }\n"

/* One of two servers hangs in the second half: a quarter of all, within five deviations of a
 * Poisson count of 2 * 2500; of those sent while it does, half. A goal on availability that holds
 * only without them is undecided, and one that holds with them as failed, too, is met. */
static void who_waits_for_ever(void **state) {
  (void)state;
  struct seen s = see("client 'u' { arrivals = poisson '100/s', target = 'lb' }\n" SERVERS
                      "fault { hang 'web[2]', at = '110s' }\n"
                      "goal 'u.availability >= 99%'\n"
                      "goal 'u.latency.p50 < 1s'\n"
                      "goal { 'u.availability >= 99%', during = 'hang web[2]' }\n"
                      "goal 'u.availability >= 60%'\n"
                      "run { duration = '210s', warmup = '10s', replications = 2 }\n");
  const struct result *r = results_find(&s.results, "u.availability");
  assert_true(r->estimate.value == 1);
  assert_float_equal(r->unfinished, 0.25, 5 * 0.25 / sqrt(5000));
  assert_true(results_find(&s.results, "u.latency.p99")->unfinished == r->unfinished);
  assert_true(results_find(&s.results, "web.availability")->unfinished == 0);
  const struct goal_result *goal = s.results.goal;
  assert_true(goal[0].unjudged == r->unfinished);
  /* They count in it, and so are not left out. */
  assert_string_equal(goal[1].endless, "that had not ended");
  assert_true(goal[1].unjudged == 0 && goal[1].failed > 0.2);
  assert_float_equal(goal[2].unjudged, 0.5, 5 * 0.5 / sqrt(10000));
  assert_string_equal(unfinished_when(goal[2].goal->metric), "when the fault did");
  assert_int_equal(goal[0].verdict, VERDICT_UNDECIDED);
  assert_said(goal[0].reason, "% if those that had not ended never do");
  assert_int_equal(goal[1].verdict, VERDICT_PASS);
  assert_int_equal(goal[2].verdict, VERDICT_UNDECIDED);
  assert_int_equal(goal[3].verdict, VERDICT_PASS);
  assert_true(goal[3].unjudged > 0 && goal[3].reason == NULL);
  char *besides = besides_say(&s.results);
  assert_said(besides, " of the requests of u not ended when the run was over");
  free(besides);
  assert_said(s.diagnosis.failed,
              " of those sent, had not ended when the run did: all were held up");
  assert_said(s.diagnosis.time, "of the answered requests of u");
  assert_false(s.diagnosis.healthy);
  forget(&s);
}

/* Others fail, too: they are kept apart. */
static void who_fails_besides(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '100/s', target = 'lb' }\n"
          "load_balancer 'lb' { backends = 'web' }\n"
          "service 'web' { instances = 2, on = { work '10ms', fail { 'denied', p = '10%' } } }\n"
          "fault { hang 'web[2]', at = '110s' }\n"
          "goal 'u.latency.p50 < 1s'\n"
          "run { duration = '210s', warmup = '10s', replications = 2 }\n");
  double share = results_find(&s.results, "u.latency.p50")->unfinished;
  assert_float_equal(share, 0.25, 5 * 0.25 / sqrt(5000));
  assert_string_equal(s.results.goal[0].endless, "that failed or had not ended");
  char *without = unfinished_without(0.1, share);
  assert_said(without, "without the 10.0 % that failed and the 2");
  free(without);
  assert_said(s.diagnosis.failed, " of those sent, had not ended");
  forget(&s);
}

/* All of 40 users end up waiting, and send nothing more: they are few of all requests, and all that
 * there are. */
static void who_sends_nothing_more(void **state) {
  (void)state;
  struct seen s = see(
      "client 'u' { arrivals = closed { users = 40, think = exponential '2s' }, target = 's' }\n"
      "service 's' { workers = 4, work = exponential '10ms' }\n"
      "fault { hang 's', at = '110s' }\n"
      "run { duration = '210s', warmup = '10s', replications = 2 }\n");
  const struct result *r = results_find(&s.results, "u.availability");
  double requests = results_value(&s.results, "u.requests");
  assert_true(results_value(&s.results, "u.in_flight.end") == 40);
  assert_float_equal(r->unfinished, 40 / (requests + 40), 0.01 * r->unfinished + 0.0001);
  assert_said(s.diagnosis.failed, "40 requests of u, ");
  forget(&s);
}

/* Journeys of which a step hangs, and the operation of that step alone. */
static void which_part_waits(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '5/s', target = 's',\n"
          "  journey = { request 'a', request { 'a', times = 2 }, request 'b' } }\n"
          "service 's' { on = { a = { work '1ms' }, b = { work '1ms', call 'db' } } }\n"
          "database 'db' { read = '1ms', write = '1ms' }\n"
          "fault { hang 'db', at = '110s' }\n"
          "run { duration = '210s', warmup = '10s', replications = 2 }\n");
  assert_float_equal(results_find(&s.results, "u.journey.availability")->unfinished, 0.5, 0.06);
  assert_float_equal(results_find(&s.results, "u.op.b.latency.p99")->unfinished, 0.5, 0.06);
  assert_true(results_find(&s.results, "u.op.a.availability")->unfinished == 0);
  forget(&s);
}

static double share_of(const char *text) {
  struct seen s = see(text);
  const struct result *r = results_find(&s.results, "u.availability");
  double share = r->unfinished;
  forget(&s);
  return share;
}

/* Long times in a short run, failures that take long, users who are always under way. */
static void who_is_always_under_way(void **state) {
  (void)state;
  assert_true(share_of("client 'u' { arrivals = poisson '50/s', target = 's' }\n"
                       "service 's' { workers = 1000, work = exponential '4s' }\n"
                       "run { duration = '80s', warmup = '40s', replications = 2 }\n") == 0);
  assert_true(
      share_of("client 'u' { arrivals = poisson '100/s', target = 'lb', timeout = '2s' }\n" SERVERS
               "fault { hang 'web[2]', at = '30s' }\n"
               "run { duration = '70s', warmup = '10s', replications = 2 }\n") == 0);
  assert_true(
      share_of("client 'u' { arrivals = closed { users = 50, think = '1ms' }, target = 's' }\n"
               "service 's' { workers = 2, work = exponential '20ms' }\n"
               "run { duration = '70s', warmup = '10s', replications = 2 }\n") == 0);
  /* Twice what is served: half of it waits. */
  double half = share_of(
      "client 'u' { arrivals = constant '100/s', target = 's' }\n"
      "service 's' { workers = 1, work = '20ms' }\n"
      "run { duration = '110s', warmup = '10s', replications = 2 }\n");
  assert_float_equal(half, 0.5, 0.05);
}

/* Tries of three seconds in all that are pending when a fault of ten ends are done soon after; of
 * those that hang for all of it, and go on then, most are not in its figures. */
static void what_is_pending_when_a_fault_ends(void **state) {
  (void)state;
  static const struct {
    const char *client, *fault;
    bool told;
  } cases[] = {
      {", timeout = '1s', retry = { attempts = 3 }", "drop { 's', ratio = '100%' }", false},
      {"", "hang 's'", true}};
  for (size_t i = 0; i < 2; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             "client 'u' { arrivals = poisson '100/s', target = 's'%s }\n"
             "service 's' { work = '1ms' }\n"
             "fault { %s, at = '20s', lasts = '10s', name = 'f' }\n"
             "goal { 'u.availability >= 0%%', during = 'f' }\n"
             "run { duration = '60s', warmup = '10s', replications = 2 }\n",
             cases[i].client, cases[i].fault);
    struct seen s = see(text);
    const struct goal_result *goal = s.results.goal;
    print_message("%g not ended\n", goal->unjudged);
    assert_int_equal(goal->unjudged > 0, cases[i].told);
    assert_true(results_find(&s.results, "u.availability")->unfinished == 0);
    forget(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_waits_for_ever),
      cmocka_unit_test(who_fails_besides),
      cmocka_unit_test(who_sends_nothing_more),
      cmocka_unit_test(which_part_waits),
      cmocka_unit_test(who_is_always_under_way),
      cmocka_unit_test(what_is_pending_when_a_fault_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

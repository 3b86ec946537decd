/* Aim: the reason that is said is the one there is, where what requests were doing at last hides
 * it: standstills, the one member that is slow, a wait that used up the time before the work began;
 * and that nobody came is said. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "diagnosis_kit.h"

static void assert_said(const char *text, const char *said) {
  if (strstr(text, said) == NULL) fail_msg("\"%s\" is not in \"%s\"", said, text);
}

static void assert_not_said(const char *text, const char *said) {
  if (strstr(text, said) != NULL) fail_msg("\"%s\" is in \"%s\"", said, text);
}

/* Two of each 22 s: those who come in the first of them fail, or wait where nobody gives up. */
#define STANDS(timeout, instances, load)                               \
  "client 'u' { arrivals = poisson '" load "', target = 'web'" timeout \
  " }\n"                                                               \
  "service 'web' { workers = 8, work = '10ms', instances = " instances \
  ",\n  pauses = { every = '20s', lasts = '2s' } }\n"                  \
  "run { duration = '230s', warmup = '10s', replications = 2 }\n"

static void standstills_are_the_reason(void **state) {
  (void)state;
  struct seen s = see(STANDS(", timeout = '1s'", "1", "100/s"));
  assert_said(s.diagnosis.failed, "; web stood still for 9.1 % of the time, 2.00 s at a time.");
  assert_not_said(s.diagnosis.time, "stood still"); /* once is enough */
  forget(&s);
  s = see(STANDS("", "2", "100/s"));
  assert_said(s.diagnosis.time, "; each member of web stood still for 9.1 % of the time, 2.00 s");
  forget(&s);
  /* Workers who are always busy are what is waited for, and not 200 ms of each 8 s. */
  s = see(
      "client 'u' { arrivals = poisson '770/s', target = 'web' }\n"
      "service 'web' { workers = 8, work = '10ms', pauses = { every = '8s', lasts = '200ms' } }\n"
      "run { duration = '60s', warmup = '10s', replications = 2 }\n");
  assert_true(results_value_of(&s.results, "web", "utilization") >= 0.95);
  assert_said(s.diagnosis.time, "waiting for a worker of web");
  assert_not_said(s.diagnosis.time, "stood still");
  forget(&s);
}

/* A quarter of 100/s of 40 ms keep two workers busy for half of the time, and those of the one that
 * takes four times as long for twice of it. */
#define FOUR(fault)                                                           \
  "client 'u' { arrivals = poisson '100/s', target = 'lb' }\n"                \
  "load_balancer 'lb' { backends = 'web', algorithm = 'round_robin' }\n"      \
  "service 'web' { instances = 4, workers = 2, work = exponential '40ms' }\n" \
  "goal 'u.latency.p99 < 1s'\n" fault RUN

static void the_member_that_is_busy(void **state) {
  (void)state;
  struct seen s = see(FOUR("fault { slow { 'web[3]', factor = 4 }, at = '0s' }\n"));
  assert_said(s.diagnosis.saturates, "web[3] is saturated: its workers are busy 100 %");
  forget(&s);
  s = see(FOUR(""));
  assert_said(s.diagnosis.saturates, "web is the busiest: the busiest member's workers are busy 5");
  forget(&s);
}

/* One lock lets 30 of 31/s through: who gets it at last has little time left for the work. */
static void the_time_was_spent_elsewhere(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '31/s', target = 'web', timeout = '500ms' }\n"
          "service 'web' { workers = 64, on = { lock { 'etcd', lease = '10s', timeout = '5s' },\n"
          "  work '30ms', unlock() } }\n"
          "lock_service 'etcd' { work = '1ms' }\n" RUN);
  assert_said(s.diagnosis.failed, "were being worked on at web when the time was up");
  assert_said(s.diagnosis.failed, "; of the time until then 9");
  assert_said(s.diagnosis.failed, " % was waiting for locks of etcd.");
  forget(&s);
}

static void nobody_came(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = burst { 5, at = '100s' }, target = 'web' }\n"
          "service 'web' { workers = 1, work = '10ms' }\n" RUN);
  assert_string_equal(s.diagnosis.failed, "u sent no request in the measured time.");
  assert_string_equal(s.diagnosis.time, "");
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(standstills_are_the_reason), cmocka_unit_test(the_member_that_is_busy),
      cmocka_unit_test(the_time_was_spent_elsewhere), cmocka_unit_test(nobody_came)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

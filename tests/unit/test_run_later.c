/* Aim: where requests only publish, the report says when the work that they leave is done; a fault
 * that is over at once is told; a limit that turns requests away is no lack of room. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <string.h>

#include "diagnosis_kit.h"

static void assert_said(const char *text, const char *what) {
  if (strstr(text, what) == NULL) fail_msg("\"%s\" is not in \"%s\"", what, text);
}

static const char *sentence_on(const struct seen *s, enum rule rule) {
  for (uint32_t i = 0; i < s->diagnosis.findings.n; i++) {
    const struct finding *f = &s->diagnosis.findings.list[i];
    if (f->rule == rule) return f->sentence;
  }
  return "";
}

/* Half as fast for 20 of 100 s, the worker has 800 messages more than it can do in that time. */
static void work_that_is_left(void **state) {
  (void)state;
  struct seen s =
      see("client 'shop' { arrivals = poisson '80/s', target = 'api' }\n"
          "service 'api' { on = { work '2ms', publish 'orders' } }\n"
          "topic 'orders' { }\n"
          "service 'billing' { workers = 10, on = { work(exponential '100ms') },\n"
          "  subscribe = { 'orders', ack = 'after', prefetch = 10 } }\n"
          "fault { slow { 'billing', factor = 2 }, at = '30s', lasts = '20s' }\n"
          "run { duration = '100s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.time, "100 % is service at api. billing is done with a message ");
  assert_said(s.diagnosis.time, " after it was published at the median, ");
  assert_said(sentence_on(&s, RULE_WORKERS), " they are busy all the time");
  forget(&s);
}

static void a_fault_that_is_over_at_once(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '100/s', target = 'c', keys = zipf { n = 1000, s = "
          "0.9 } }\n"
          "cache 'c' { origin = 'db', capacity = 1000 }\n"
          "database 'db' { read = '1ms', write = '1ms' }\n"
          "fault { flush 'c', at = '30s' }\n"
          "run { duration = '60s', warmup = '0s', replications = 1 }\n");
  assert_string_equal(sentence_on(&s, RULE_STRUCK), "The fault 'flush c' struck at 30 s.");
  assert_false(s.diagnosis.healthy);
  forget(&s);
}

static void a_limit_that_is_meant(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '100/s', target = 'api' }\n"
          "service 'api' { workers = 2, on = { limit { '60/s', burst = 5 }, work(exponential "
          "'20ms') } }\n"
          "run { duration = '60s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.saturates, "api is the busiest: ");
  assert_null(strstr(s.diagnosis.saturates, "fail already"));
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(work_that_is_left),
      cmocka_unit_test(a_fault_that_is_over_at_once),
      cmocka_unit_test(a_limit_that_is_meant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Aim: the sentence on what a control scaled says between how many members, and what it cost where
 * it lagged behind the load. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "diagnosis_kit.h"

static struct seen see_scaled(const char *load, const char *start) {
  char text[700];
  snprintf(text, sizeof text,
           "client 'users' { arrivals = poisson(%s), target = 'lb', timeout = '2s' }\n"
           "load_balancer 'lb' { backends = 'web' }\n"
           "service 'web' { workers = 4, work = exponential '100ms', start = '%s' }\n"
           "control 'hpa' { watch = 'web.utilization', target = '60%%', every = '10s', "
           "act = scale { 'web', from = 2, to = 12 } }\n"
           "run { duration = '10min', warmup = '0s', replications = 1 }\n",
           load, start);
  return see(text);
}

static void assert_said(const struct seen *s, const char *what) {
  if (strstr(s->diagnosis.scaled, what) == NULL) {
    fail_msg("\"%s\" is not in \"%s\"", what, s->diagnosis.scaled);
  }
}

/* Four times the load within ten seconds, and members that take a minute to start: nearly all that
 * fails does so while they do. */
static void a_rise_that_is_too_fast(void **state) {
  (void)state;
  struct seen s = see_scaled(
      "profile { { '0min', '40/s' }, { '4min', '40/s' }, { '250s', "
      "'160/s' }, { '10min', '160/s' } }",
      "1min");
  assert_said(&s, "hpa scaled web between 2 and ");
  assert_said(&s, " times up, ");
  assert_said(&s, "It lagged behind the load for ");
  assert_said(&s, "% of the failures came in that time, and p99 of users was ");
  forget(&s);
}

/* A little more load, which two members carry; the third takes three minutes to start. */
static void a_start_that_is_waited_for(void **state) {
  (void)state;
  struct seen s = see_scaled(
      "profile { { '0min', '40/s' }, { '4min', '40/s' }, { '250s', '60/s' }, { '10min', '60/s' } }",
      "3min");
  assert_said(&s, "It lagged behind the load for ");
  forget(&s);
}

static void a_load_that_stays(void **state) {
  (void)state;
  struct seen s = see_scaled("'30/s'", "1s");
  assert_string_equal(s.diagnosis.scaled, "hpa left web at 2 members. It kept up with the load.");
  forget(&s);
}

static void nothing_where_nobody_scales(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '40/s', target = 'web' }\n"
          "service 'web' { work = '1ms' }\n"
          "run { duration = '20s', warmup = '0s', replications = 1 }\n");
  assert_string_equal(s.diagnosis.scaled, "");
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_rise_that_is_too_fast),
      cmocka_unit_test(a_start_that_is_waited_for),
      cmocka_unit_test(a_load_that_stays),
      cmocka_unit_test(nothing_where_nobody_scales),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

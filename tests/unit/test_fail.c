/* Aim: an error has the cause that its handler says: for the client's counts, for what is tried
 * again, and for fallbacks by cause; who is in between fails by itself. */
#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (got != value) fail_msg("%s is %g instead of %g:\n%s", name, got, value, text);
}

#define ASK "client \"c\" { arrivals = constant \"1/s\", target = \"s\", "

static void test_causes(void **state) {
  (void)state;
  static const char *const causes[] = {"failed", "denied", "rate_limited", "shed"};
  for (int i = 0; i < 4; i++) {
    char text[200], name[40];
    snprintf(text, sizeof text, ASK "} service \"s\" { on = { fail \"%s\" } }", causes[i]);
    snprintf(name, sizeof name, "c.errors.%s", causes[i]);
    expect(text, name, 10);
    expect(text, "c.availability", 0);
  }
  expect(ASK "} service \"s\" { on = { fail() } }", "c.errors.failed", 10);
  expect(ASK "} service \"s\" { on = { fail { p = 1 } } }", "c.errors.failed", 10);
  expect(ASK "} service \"s\" { on = { fail { \"denied\", p = 0 } } }", "c.errors.denied", 0);
}

static void test_retries(void **state) {
  (void)state;
  const char *again = ASK
      "retry = { attempts = 3, backoff = \"1ms\", budget = \"100%\" } }\n"
      "service \"s\" { on = { fail \"shed\" } }";
  const char *denied = ASK
      "retry = { attempts = 3, backoff = \"1ms\", budget = \"100%\" } }\n"
      "service \"s\" { on = { fail \"denied\" } }";
  const char *all_the_same = ASK
      "retry = { attempts = 3, backoff = \"1ms\", budget = \"100%\", on = { \"denied\" } } }\n"
      "service \"s\" { on = { fail \"denied\" } }";
  expect(again, "s.arrivals", 30);
  expect(denied, "s.arrivals", 10);
  expect(all_the_same, "s.arrivals", 30);
}

static void test_fallbacks(void **state) {
  (void)state;
  const char *caught = ASK
      "} service \"t\" { on = { fail \"denied\" } }\n"
      "service \"s\" { on = { call { \"t\", fallback = { denied = {} } } } }";
  const char *other = ASK
      "} service \"t\" { on = { fail \"denied\" } }\n"
      "service \"s\" { on = { call { \"t\", fallback = { shed = {} } } } }";
  const char *passed_on = ASK
      "} service \"t\" { on = { fail \"denied\" } }\n"
      "service \"s\" { on = { call { \"t\", fallback = { denied = { fail \"denied\" } } } } }";
  expect(caught, "c.availability", 1);
  expect(other, "c.errors.failed", 10);
  expect(passed_on, "c.errors.denied", 10);
}

/* Of calls to every member one fallback is taken for all, once, whatever failed; by cause it cannot
 * be said, for several may differ. */
static void test_fallback_of_each(void **state) {
  (void)state;
#define EACH(FALLBACK)                                              \
  ASK "} service \"s\" { on = { call { \"t\", each = true" FALLBACK \
      " } } }\n"                                                    \
      "service \"t\" { instances = 3, on = { fail() } } service \"u\" {}\n"
  expect(EACH(", fallback = { call \"u\", fail() }"), "c.errors.failed", 10);
  expect(EACH(", fallback = { call \"u\" }"), "c.degraded", 1);
  expect(EACH(", fallback = { call \"u\" }"), "u.arrivals", 10);
  expect(EACH(", fallback = { call \"u\" }"), "t.arrivals", 30);
  assert_non_null(strstr(mistake(EACH(", fallback = { shed = {} }")), "is one list of steps"));
}

/* Aim: a second best answer that is kept stays one, and those who waited for it have it, too. */
static void test_kept_and_degraded(void **state) {
  (void)state;
#define CACHED(KEEPS)                                                         \
  "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"k\" }\n"    \
  "client \"d\" { arrivals = constant \"1/s\", target = \"k\" }\n"            \
  "cache \"k\" { origin = \"s\"" KEEPS                                        \
  " }\n"                                                                      \
  "service \"s\" { on = { work \"10ms\", call { \"t\", fallback = {} } } }\n" \
  "service \"t\" { on = { fail() } }\n"
  expect(CACHED(", single_flight = true"), "c.degraded", 1);
  expect(CACHED(", single_flight = true"), "d.degraded", 1);
  expect(CACHED(", single_flight = true"), "s.arrivals", 1);
}

/* Aim: of calls to every member those that failed are made again, to the same member; the places of
 * a pool are for all together. At 1 s the second member fails until 1.15 s. */
static void test_policy_of_each(void **state) {
  (void)state;
#define EVERY(POLICY, REST)                                       \
  ASK "} service \"s\" { on = { call { \"t\", each = true" POLICY \
      " } } }\n"                                                  \
      "service \"t\" { instances = 4, work = \"10ms\" }\n"        \
      "fault { error \"t[2]\", at = \"500ms\", lasts = \"650ms\" }\n" REST
  const char *again = EVERY(", retry = { attempts = 3, backoff = \"100ms\" }", "");
  expect(again, "c.availability", 1);
  expect(again, "t[1].arrivals", 10);
  expect(again, "t[2].arrivals", 12);
  expect(again, "t[3].arrivals", 10);
  expect(again, "s.t.retries", 2);
  expect(again, "c.latency.max", 0.21);
  expect(EVERY("", ""), "c.errors.failed", 1);
  /* One after the other, but at 1 s one is over at once. */
  const char *one = EVERY(", pool = { size = 1, queue = 3 }", "");
  expect(one, "c.latency.max", 0.04);
  expect(one, "c.errors.failed", 1);
  expect(EVERY(", pool = { size = 3 }", ""), "c.errors.failed", 10); /* the fourth is refused */
  const char *hedged = EVERY(", hedge = { after = \"1s\" }", "");
  assert_non_null(strstr(mistake(hedged), "would ask the same member"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_causes),
                                     cmocka_unit_test(test_retries),
                                     cmocka_unit_test(test_fallbacks),
                                     cmocka_unit_test(test_fallback_of_each),
                                     cmocka_unit_test(test_kept_and_degraded),
                                     cmocka_unit_test(test_policy_of_each)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

/* Aim: a user gives a request up when the patience drawn for it is at an end, whatever its tries
 * are doing then; nobody further down knows of it beforehand. */
#include <math.h>

#include "test_script_load.h"

#define ONE(N, REST) \
  "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"s\", " REST " }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 20);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: of three at once the first is answered, the second begun and then given up, the third taken
 * out of the queue. */
static void test_hang_up(void **state) {
  (void)state;
  const char *text = ONE(
      "3",
      "patience = \"1s\"") "service \"s\" { workers = 1, work = \"700ms\", cancel = \"queued\" }";
  expect(text, "c.errors.timeout", 2);
  expect(text, "c.gave_up", 2);
  expect(text, "s.cancelled", 1);
  expect(text, "s.busy.mean", 1.4 / 20);
  const char *timed = ONE(
      "3", "patience = \"2s\", timeout = \"1s\"") "service \"s\" { workers = 1, work = \"700ms\" }";
  expect(timed, "c.errors.timeout", 2);
  expect(timed, "c.gave_up", 0);
}

/* Aim: patience is for all tries together, pauses included. */
static void test_tries(void **state) {
  (void)state;
#define TRIES(PATIENCE)                                                                   \
  ONE("1", "patience = \"" PATIENCE "\", retry = { attempts = 10, backoff = \"100ms\" }") \
  "service \"s\" { on = { work \"300ms\", fail() } }"
  expect(TRIES("1s"), "c.errors.timeout", 1);
  expect(TRIES("1s"), "c.retries", 2);
  expect(TRIES("1s"), "c.gave_up", 1);
  expect(TRIES("1s"), "s.arrivals", 3);
  expect(TRIES("750ms"), "c.errors.timeout", 1); /* in a pause */
  expect(TRIES("750ms"), "s.arrivals", 2);
  expect(TRIES("5s"), "c.errors.failed", 1);
  expect(TRIES("5s"), "c.gave_up", 0);
}

/* Aim: what a service calls has all the time it wants, unlike with a deadline. */
static void test_not_told(void **state) {
  (void)state;
#define TOLD(KEY)                                                                             \
  ONE("1", KEY " = \"100ms\", retry = { attempts = 2 }")                                      \
  "service \"s\" { cancel = \"never\", on = { call { \"t\", retry = { attempts = 2 } } } }\n" \
  "service \"t\" { work = \"1s\" }"
  expect(TOLD("patience"), "c.errors.timeout", 1);
  expect(TOLD("patience"), "s.completions", 1);
  expect(TOLD("patience"), "s.late", 1);
  expect(TOLD("deadline"), "s.completions", 0);
}

/* Aim: a share of 1 - 1/e is out of patience within its mean, four standard errors. */
static void test_drawn(void **state) {
  (void)state;
  const char *text =
      ONE("10000", "patience = exponential \"100ms\"") "service \"s\" { work = \"100ms\" }";
  double share = metric_of(text, "c.gave_up", 20) / 10000;
  if (!(fabs(share - 0.6321206) < 4 * sqrt(0.632 * 0.368 / 10000))) fail_msg("%g", share);
}

/* Aim: a probe that is a request is given up after its timeout, also where nothing else is: the
 * service stops the work on it. */
static void test_probe(void **state) {
  (void)state;
  const char *text = ONE("1", "mix = { default = 1 }")
      "service \"s\" { workers = 2, work = \"3s\", cancel = \"running\" }\n"
      "control \"k\" { probe = \"s\", op = \"default\", every = \"1s\", timeout = \"100ms\" }\n";
  expect(text, "s.completions", 1);
}

static void test_mistake(void **state) {
  (void)state;
  const char *got = mistake(ONE("1", "patience = \"0ms\"") "service \"s\" {}");
  if (!strstr(got, "patience")) fail_msg("%s", got);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hang_up), cmocka_unit_test(test_tries), cmocka_unit_test(test_not_told),
      cmocka_unit_test(test_drawn),   cmocka_unit_test(test_probe), cmocka_unit_test(test_mistake),
  };
  return cmocka_run_group_tests_name("patience", tests, folder_make, folder_remove);
}

/* Aim: health checks that are requests wait where calls wait, and find out what a host that answers
 * hides; on schedules computed by hand, and against a queue's known times. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, uint64_t seconds, double value) {
  double got = metric_of(text, name, seconds);
  if (!(fabs(got - value) <= 1e-9 * (1 + fabs(value)))) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Ten calls a second to two members, of which one takes a second for what takes a millisecond, from
 * 4.5 s on. It is checked at 1, 3, 5 ... s, the other one at 2, 4, 6 ... s. */
#define CHECKED(BALANCER, FAULT)                                                               \
  "client \"c\" { arrivals = constant \"10/s\", target = \"lb\", mix = { page = 1 }, "         \
  "timeout = \"200ms\" }\n" BALANCER                                                           \
  "service \"s\" { instances = 2, on = { page = { work \"1ms\" }, health = { work \"1ms\" }, " \
  "default = {} } }\n"                                                                         \
  "fault { " FAULT ", at = \"4500ms\" }\n"
#define BALANCER(KEYS)                                                                          \
  "load_balancer \"lb\" { backends = { \"s\" }, health_check = { interval = \"2s\", fall = 2, " \
  "first = \"even\", timeout = \"500ms\" " KEYS "} }\n"
#define SLOW "slow { \"s[1]\", factor = 1000 }"

/* Aim: the host of a slow member answers; a request does not come back in time at 5 s and at 7 s,
 * which is known at 7.5 s: of the calls from 4.5 s on every second one is late till then. */
static void test_slow_is_seen(void **state) {
  (void)state;
  const char *host = CHECKED(BALANCER(""), SLOW);
  expect(host, "lb.checks_failed", 20, 0);
  assert_true(metric_of(host, "c.errors.timeout", 20) > 70);
  const char *asked = CHECKED(BALANCER(", op = \"health\""), SLOW);
  expect(asked, "c.errors.timeout", 20, 15);
  expect(asked, "lb.ejections", 20, 1);
  expect(asked, "lb.checks_failed", 20, 8); /* 5, 7 ... 19 s; the last one at 19.5 s */
  /* A check is a call there: 9 of each beside the pages of 19 s. */
  expect(asked, "s.arrivals", 19, 190 + 18);
  expect(host, "s.arrivals", 19, 190);
}

/* Aim: a name asks the same. It is no longer given once the second check has failed. */
static void test_of_a_name(void **state) {
  (void)state;
#define NAME(KEYS)                                                                       \
  "client \"c\" { arrivals = constant \"10/s\", target = \"n\", mix = { page = 1 }, "    \
  "timeout = \"200ms\" }\n"                                                              \
  "dns \"n\" { backends = { \"s\", \"t\" }, algorithm = \"failover\", health_check = { " \
  "interval = \"2s\", fall = 2, first = \"even\", timeout = \"500ms\" " KEYS             \
  "} }\n"                                                                                \
  "service \"s\" { on = { page = { work \"1ms\" }, health = { work \"1ms\" } } }\n"      \
  "service \"t\" { on = { page = { work \"1ms\" }, health = { work \"1ms\" } } }\n"      \
  "fault { slow { \"s\", factor = 1000 }, at = \"4500ms\" }\n"
  expect(NAME(""), "n.failovers", 20, 0);
  expect(NAME(", op = \"health\""), "n.failovers", 20, 1);
  expect(NAME(", op = \"health\""), "c.errors.timeout", 20, 30); /* 4.5 s to 7.5 s */
}

/* Aim: an error that spares probes spares these, too; one that does not is seen at 5 and 7 s. */
static void test_errors_spare_them(void **state) {
  (void)state;
  const char *op =
      CHECKED(BALANCER(", op = \"health\""), "error { \"s[1]\", ratio = 1, spares = \"probes\" }");
  expect(op, "lb.checks_failed", 20, 0);
  const char *met = CHECKED(BALANCER(", op = \"health\""), "error { \"s[1]\", ratio = 1 }");
  expect(met, "c.errors.failed", 20, 13); /* every second one of 4.5 to 7 s */
}

/* Aim: a balancer that crashes forgets what it has counted, and hears no answers to what it asked
 * before. Down from 5.6 to 6.1 s, after one failed, it asks at 7.1 and 9.1 s; down from 5.2 to 5.3
 * s, while it waits for an answer, at 6.3 and 8.3 s. */
static void test_crash_forgets(void **state) {
  (void)state;
  const char *counted =
      CHECKED(BALANCER(", op = \"health\""),
              SLOW) "fault { crash \"lb\", at = \"5600ms\", lasts = \"500ms\" }\n";
  expect(counted, "lb.ejections", 9, 0);
  expect(counted, "lb.ejections", 10, 1);
  expect(counted, "lb.checks_failed", 10, 3);
  const char *waiting =
      CHECKED(BALANCER(", op = \"health\""),
              SLOW) "fault { crash \"lb\", at = \"5200ms\", lasts = \"100ms\" }\n";
  expect(waiting, "lb.ejections", 8, 0);
  expect(waiting, "lb.ejections", 9, 1);
  expect(waiting, "lb.checks_failed", 9, 2);
}

/* Aim: a check of an M/M/1 queue takes as long as its calls do, exponential with rate mu - lambda:
 * with 80 of 100 calls a second, exp(-2) of the checks take more than 100 ms. Checks come each
 * second, and the queue remembers about one: 5000 of them are as good as some 2300, so that their
 * share has a standard error of 0.007. */
static void test_waits_as_calls_do(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = poisson \"80/s\", target = \"s\", mix = { page = 1 } }\n"
      "client \"idle\" { arrivals = burst { 1, at = \"0s\" }, target = \"lb\", mix = { page = 1 } "
      "}\n"
      "load_balancer \"lb\" { backends = { \"s\" }, panic = \"100%\", health_check = { op = "
      "\"health\", interval = \"1s\", timeout = \"100ms\" } }\n"
      "service \"s\" { workers = 1, on = { page = { work(exponential \"10ms\") }, "
      "health = { work(exponential \"10ms\") } } }\n";
  double share = metric_of(text, "lb.checks_failed", 5000) / 5000;
  if (fabs(share - exp(-2)) > 4 * 0.007) fail_msg("%g of the checks failed", share);
}

/* Aim: what nobody answers is refused, with a remedy. */
static void test_mistakes(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"10/s\", target = \"lb\", mix = { page = 1 } }\n"
      "load_balancer \"lb\" { backends = \"s\", health_check = { op = \"page2\" } }\n"
      "service \"s\" { on = { page = {} } }\n"
      "client \"d\" { arrivals = constant \"10/s\", target = \"t\", mix = { page2 = 1 } }\n"
      "service \"t\" {}\n";
  const char *got = mistake(text);
  if (!strstr(got, "health_check: service \"s\" has no handler for op = \"page2\"; add page2 = ")) {
    fail_msg("%s", got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_slow_is_seen),      cmocka_unit_test(test_of_a_name),
      cmocka_unit_test(test_errors_spare_them), cmocka_unit_test(test_crash_forgets),
      cmocka_unit_test(test_waits_as_calls_do), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

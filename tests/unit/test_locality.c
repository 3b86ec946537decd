/* Aim: calls stay in a balancer's zone as far as every backend stays equally busy, or as far as
 * there is one; and a choice by old load reports runs to the one that was idle. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value, double within) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) <= within)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* A balancer in each of three zones, and backends a, b, c in them; 30,000 calls. */
#define ZONES(A, AWARE, REST)                                               \
  "region \"r\" { zones = { \"a\", \"b\", \"c\" } }\n"                      \
  "client \"u\" { arrivals = constant \"300/s\", target = \"lb\" }\n"       \
  "load_balancer \"lb\" { instances = 3, zone = { \"a\", \"b\", \"c\" },\n" \
  "  backends = { \"wa\", \"wb\", \"wc\" }, zone_aware = " AWARE            \
  ",\n"                                                                     \
  "  health_check = { interval = \"1s\", fall = 1 } }\n"                    \
  "service \"wa\" { zone = \"a\", instances = " A                           \
  ", work = \"1ms\" }\n"                                                    \
  "service \"wb\" { zone = \"b\", work = \"1ms\" }\n"                       \
  "service \"wc\" { zone = \"c\", work = \"1ms\" }\n" REST

/* Aim: of six backends four are in zone a. Its balancer keeps all of its calls, the others half of
 * theirs: (1 + 1/2 + 1/2) / 3 stay, and each backend gets a sixth. Four standard errors. */
static void test_even(void **state) {
  (void)state;
  const char *text = ZONES("4", "{}", "");
  expect(text, "lb.local", 2.0 / 3, 4 * sqrt(2.0 / 9 / 30000));
  expect(text, "wb.arrivals", 5000, 4 * sqrt(30000 * 5.0 / 36));
  expect(text, "wa.arrivals", 20000, 4 * sqrt(30000 * 2.0 / 9));
}

/* Aim: zones of equal strength keep everything; below `least` they do not matter. */
static void test_least(void **state) {
  (void)state;
  expect(ZONES("1", "{ least = 3 }", ""), "lb.local", 1, 0);
  double none = metric_of(ZONES("1", "{ least = 4 }", ""), "lb.local", 100);
  if (!isnan(none)) fail_msg("zones mattered: %g", none);
  expect(ZONES("1", "{ least = 4 }", ""), "wb.arrivals", 10000, 2);
}

/* Aim: with "last" calls leave zone b only when its backend is out of use, then as backends are
 * spread. */
static void test_last(void **state) {
  (void)state;
  expect(ZONES("4", "{ spill = \"last\" }", ""), "lb.local", 1, 0);
  const char *down =
      ZONES("4", "{ spill = \"last\", least = 1 }", "fault { crash \"wb\", at = \"1ms\" }\n");
  expect(down, "lb.local", 2.0 / 3, 0.02);
  expect(down, "wc.arrivals", 10000 * (1 + 1.0 / 5), 300);
}

#define REPORTS(ALGORITHM, EVERY)                                                \
  "client \"u\" { arrivals = burst { 3, at = \"100ms\" }, target = \"lb\" }\n"   \
  "client \"v\" { arrivals = burst { 10, at = \"1500ms\" }, target = \"lb\" }\n" \
  "load_balancer \"lb\" { backends = \"w\", algorithm = \"" ALGORITHM            \
  "\",\n"                                                                        \
  "  reports = { every = \"" EVERY                                               \
  "\" } }\n"                                                                     \
  "service \"w\" { instances = 4, on = { sleep \"10s\" } }\n"

/* Aim: all ten calls between two reports go to the one that had none at the last; when reports come
 * too late to tell, nobody seems busy, and ties take turns. */
static void test_herd(void **state) {
  (void)state;
  expect(REPORTS("least_connections", "1s"), "w[4].arrivals", 10, 0);
  expect(REPORTS("least_connections", "5s"), "w[4].arrivals", 3, 0);
  expect(REPORTS("least_connections", "1s"), "lb.reports", 4 * 100, 4);
}

static void wrong(const char *text, const char *part) {
  const char *got = mistake(text);
  if (!strstr(got, part)) fail_msg("%s", got);
}

static void test_mistakes(void **state) {
  (void)state;
  wrong(ZONES("1", "{ spil = \"last\" }", ""), "did you mean 'spill'");
  wrong(
      "client \"u\" { arrivals = poisson \"1/s\", target = \"lb\" }\n"
      "load_balancer \"lb\" { backends = \"w\", zone_aware = {} }\nservice \"w\" {}\n",
      "give it a zone");
  wrong(REPORTS("least_connections", "0s"), "every");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_even), cmocka_unit_test(test_least),    cmocka_unit_test(test_last),
      cmocka_unit_test(test_herd), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("locality", tests, folder_make, folder_remove);
}

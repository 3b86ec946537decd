/* Aim: work takes as much longer as `slows` says from the instant at which the number of calls
 * changes, in a pause nothing goes on, and after a start work is slow and gets faster; on schedules
 * computed by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) <= 2e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

#define AT_ONCE(N, AT, REST) \
  "client \"c\" { arrivals = burst { " N ", at = \"" AT "\" }, target = \"s\" }\n" REST
#define LATER(AT) "client \"d\" { arrivals = burst { 1, at = \"" AT "\" }, target = \"s\" }\n"

/* Aim: n calls take 1 + sigma (n - 1) + kappa n (n - 1) times as long; one that begins slows down
 * the other from there on, and one that ends frees it. */
static void test_usl(void **state) {
  (void)state;
  expect(AT_ONCE("2", "1s", "service \"s\" { work = \"10ms\", slows = usl { sigma = 0.5 } }"),
         "c.latency.max", 0.015);
  expect(AT_ONCE("3", "1s", "service \"s\" { work = \"10ms\", slows = usl { kappa = 0.25 } }"),
         "c.latency.max", 0.025);
  const char *apart = AT_ONCE(
      "1", "1s", LATER("1005ms") "service \"s\" { work = \"10ms\", slows = usl { sigma = 1 } }");
  expect(apart, "c.latency.max", 0.015);
  expect(apart, "d.latency.max", 0.015);
  expect(AT_ONCE("2", "1s",
                 "service \"s\" { workers = 1, discipline = \"ps\", work = \"10ms\", slows = usl { "
                 "sigma = 1 } }"),
         "c.latency.max", 0.04);
  expect(AT_ONCE("2", "1s",
                 "service \"s\" { workers = 1, work = \"10ms\", slows = usl { sigma = 1 } }"),
         "c.latency.max", 0.02);
}

static void test_curve(void **state) {
  (void)state;
  const char *text = AT_ONCE(
      "3", "1s",
      "service \"s\" { workers = 2, work = \"10ms\", slows = curve { { 0, 1 }, { 1, 4 } } }");
  expect(text, "c.latency.max", 0.065);
  expect(text, "c.latency.mean", (0.04 + 0.04 + 0.065) / 3);
}

/* Aim: a slow fault and a hang act on work that has a pace as on any other. */
static void test_faults(void **state) {
  (void)state;
  const char *slow =
      AT_ONCE("2", "1s",
              "service \"s\" { work = \"10ms\", slows = usl { sigma = 1 } }\n"
              "fault { slow { \"s\", factor = 3 }, at = \"1010ms\", lasts = \"1s\" }");
  expect(slow, "c.latency.max", 0.04);
  const char *hang = AT_ONCE("2", "1s",
                             "service \"s\" { work = \"10ms\", slows = usl { sigma = 1 } }\n"
                             "fault { hang \"s\", at = \"1010ms\", lasts = \"1s\" }");
  expect(hang, "c.latency.max", 1.02);
}

#define EVERY "pauses = { every = \"20ms\", lasts = \"10ms\""

/* Aim: pauses come 20 ms after the last one; 1 s is 10 ms after a pause. */
static void test_pauses(void **state) {
  (void)state;
  const char *work = AT_ONCE("1", "1s", "service \"s\" { work = \"15ms\", " EVERY " } }");
  expect(work, "c.latency.max", 0.025);
  expect(work, "s.pauses", 333);
  expect(work, "s.pause.max", 0.01);
  assert_true(fabs(metric_of(work, "s.paused", 10) - 1.0 / 3) < 1e-3);
  const char *comes = AT_ONCE("1", "1013ms", "service \"s\" { work = \"5ms\", " EVERY " } }");
  expect(comes, "c.latency.max", 0.012);
}

/* Aim: an answer that comes in a pause waits for its end, and so do a sleep and what needs no work;
 * also where the worker is free meanwhile. */
static void test_nothing_goes_on(void **state) {
  (void)state;
  static const char *const io[] = {"blocking", "async"};
  for (int i = 0; i < 2; i++) {
    char text[400];
    snprintf(text, sizeof text,
             AT_ONCE("1", "1s",
                     "service \"s\" { io = \"%s\", on = { call \"b\" }, " EVERY
                     " } }\nservice \"b\" { work = \"15ms\" }"),
             io[i]);
    expect(text, "c.latency.max", 0.02);
    snprintf(text, sizeof text,
             AT_ONCE("1", "1s",
                     "service \"s\" { io = \"%s\", on = { work \"1ms\", call \"b\" }, " EVERY
                     " } }\nservice \"b\" { work = \"15ms\" }"),
             io[i]);
    expect(text, "c.latency.max", 0.02);
    snprintf(
        text, sizeof text,
        AT_ONCE("1", "1s", "service \"s\" { io = \"%s\", on = { sleep \"12ms\" }, " EVERY " } }"),
        io[i]);
    expect(text, "c.latency.max", 0.02);
  }
  expect(AT_ONCE("1", "1013ms", "service \"s\" { on = { branch { p = 0, fail() } }, " EVERY " } }"),
         "c.latency.max", 0.007);
}

/* Aim: calls that are there make a pause longer, whether they are served or wait. */
static void test_per_load(void **state) {
  (void)state;
  const char *text = AT_ONCE(
      "6", "1s", "service \"s\" { workers = 2, work = \"30ms\", " EVERY ", per_load = 0.5 } }");
  expect(text, "s.pause.max", 0.01 * (1 + 0.5 * 3));
}

static void test_crash_ends_pause(void **state) {
  (void)state;
  const char *text =
      AT_ONCE("1", "5s",
              "service \"s\" { work = \"10ms\", pauses = { every = \"2s\", lasts = \"10s\" } "
              "}\nfault { crash \"s\", at = \"3s\", lasts = \"1s\" }");
  expect(text, "c.latency.max", 0.01);
  expect(text, "s.pauses", 2);
}

static void test_warm(void **state) {
  (void)state;
  const char *text =
      AT_ONCE("1", "500ms", LATER("2500ms") "service \"s\" { work = \"10ms\", warm = { lasts = \"1s\", factor = 3 } }\n"
                                            "fault { crash \"s\", at = \"1s\", lasts = \"1s\" }");
  expect(text, "c.latency.max", 0.01);
  expect(text, "d.latency.max", 0.02);
  expect(AT_ONCE("1", "3s",
                 "service \"s\" { work = \"10ms\", warm = { lasts = \"1s\", factor = 3 } }\n"
                 "fault { crash \"s\", at = \"1s\", lasts = \"1s\" }"),
         "c.latency.max", 0.01);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *keys, *says;
  } cases[] = {
      {"slows = usl { }", "slows nothing"},
      {"slows = usl { sigma = 2 }", "sigma"},
      {"slows = curve { { 0, 1 } }", "2"},
      {"workers = 2, slows = curve { { 0.5, 1 }, { 0.5, 2 } }", "busier than the point before"},
      {"slows = curve { { 0, 1 }, { 1, 2 } }", "at least 2 'workers'"},
      {"workers = 1, slows = curve { { 0, 1 }, { 1, 2 } }", "at least 2 'workers'"},
      {"slows = 3", "usl { sigma"},
      {"pauses = { every = \"1s\" }", "lasts"},
      {"pauses = { every = \"1s\", lasts = \"1s\", per_load = 1 }", "give 'workers'"},
      {"warm = { lasts = \"1s\", factor = 0.5 }", "factor"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, AT_ONCE("1", "1s", "service \"s\" { work = \"1ms\", %s }\n"),
             cases[i].keys);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].keys, got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_usl),
      cmocka_unit_test(test_curve),
      cmocka_unit_test(test_faults),
      cmocka_unit_test(test_pauses),
      cmocka_unit_test(test_nothing_goes_on),
      cmocka_unit_test(test_per_load),
      cmocka_unit_test(test_crash_ends_pause),
      cmocka_unit_test(test_warm),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("pace", tests, folder_make, folder_remove);
}

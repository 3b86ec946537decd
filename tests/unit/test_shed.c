/* Aim: the step `shed` turns calls away by the queue before they wait, by the wait as a worker
 * takes them up, those of lower classes first; what is said of it that means nothing is refused. */
#include <math.h>

#include "test_script_load.h"

#define USERS(RATE)                            \
  "client \"c\" { arrivals = constant \"" RATE \
  "\", target = \"s\", users = 1000,\n"        \
  "  tier = { free = 0.8, paid = 0.2 } }\n"

static double value_of(const char *text, const char *name) {
  return metric_of(text, name, 100);
}

static void expect(const char *text, const char *name, double value) {
  double got = value_of(text, name);
  if (!(fabs(got - value) <= 1e-9)) fail_msg("%s is %g instead of %g:\n%s", name, got, value, text);
}

/* Aim: of ten at once one is worked on, and others are let in while no more than half of a queue of
 * 6 waits: four. */
static void test_by_queue(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\" }\n"
      "service \"s\" { workers = 1, queue = 6,\n"
      "  on = { shed { when = \"queue > 50%\" }, work \"1s\" } }";
  expect(text, "c.errors.shed", 5);
  expect(text, "s.shed", 5);
  expect(text, "s.completions", 5);
}

/* Aim: half again as much comes as can be done: those who pay lose nothing, by queue or by wait,
 * and nothing that could be done is given away. */
static void test_classes(void **state) {
  (void)state;
  const char *queue = USERS("150/s") "service \"s\" { workers = 1, queue = 40, on = {\n"
                                     "  shed { when = \"queue > 20\", keep = { \"paid\", \"free\" } },"
                                     " work \"10ms\" } }";
  expect(queue, "c.tier.paid.availability", 1);
  assert_true(value_of(queue, "c.goodput") > 99);
  const char *wait = USERS("150/s") "service \"s\" { workers = 1, on = {\n"
                                    "  shed { when = \"wait > 20ms\", keep = { \"paid\", \"free\" } },"
                                    " work \"10ms\" } }";
  assert_true(value_of(wait, "c.tier.paid.availability") > 0.999);
  assert_true(value_of(wait, "c.goodput") > 97);
  double shed = value_of(wait, "s.shed"), mean = value_of(wait, "s.wait.mean");
  if (shed < 4000 || shed > 5200 || !(mean > 0.02 && mean < 4))
    fail_msg("%g shed, wait %g", shed, mean);
}

/* Aim: with enough workers nobody is turned away. */
static void test_idle(void **state) {
  (void)state;
  const char *text = USERS("50/s") "service \"s\" { workers = 1, queue = 10, on = {\n"
                                   "  shed { when = \"wait > 1ms\" }, shed { when = \"queue > 1%\" },"
                                   " work \"10ms\" } }";
  expect(text, "c.availability", 1);
}

/* Aim: who waits, but not too long, is not turned away: a queue that never empties keeps each call
 * waiting for 30 ms. */
static void test_short_waits(void **state) {
  (void)state;
  const char *text =
      "client \"b\" { arrivals = burst { 3, at = \"0.5s\" }, target = \"s\" }\n"
      "client \"c\" { arrivals = constant \"100/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1,\n"
      "  on = { shed { when = \"wait > 50ms\" }, work \"10ms\" } }";
  assert_true(value_of(text, "s.wait.mean") > 0.02);
  expect(text, "s.shed", 0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *service, *says;
  } cases[] = {
      {"workers = 1, on = { shed { when = \"queue > 50%\" }, work \"1ms\" }", "a share of 'queue'"},
      {"on = { shed { when = \"queue > 50\" }, work \"1ms\" }", "never sees a queue"},
      {"workers = 1, on = { work \"1ms\", shed { when = \"queue > 5\" } }", "stands before all"},
      {"workers = 1, on = { shed { when = \"load > 5\" }, work \"1ms\" }", "wait > 20ms"},
      {"workers = 1, on = { shed { when = \"queue > 5\", interval = \"1s\" } }", "is for when"},
      {"workers = 1, on = { shed { when = \"queue > 5\", keep = { \"golden\" } } }", "golden"},
      {"workers = 1, on = { shed { when = \"queue > 5\", keep = { \"s\" } } }",
       "'keep' names 's', which is no operation and no tier"},
      {"workers = 1, on = { shed { when = \"queue > 5\", keep = { \"s\" }, by = \"client\" } }",
       "no client"},
      {"workers = 1, on = { shed { when = \"queue > 5\", by = \"client\" } }", "give keep"},
      {"workers = 1, discipline = \"priority\", priority = { \"free\" }, by = \"caller\"",
       "no component that calls"},
      {"workers = 1, discipline = \"ps\", on = { shed { when = \"wait > 5ms\" } }", "nobody waits"},
      {"workers = 1, on = { branch { p = 0.5, shed { when = \"queue > 5\" } } }",
       "not within another step"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, "%sservice \"s\" { %s }\n", USERS("1/s"), cases[i].service);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].service, got);
  }
}

/* `c` asks ten times at 1 s, through `p`; `d` once half a second later, through `q`. */
#define TWO(SERVICE)                                                           \
  "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"p\" }\n"    \
  "client \"d\" { arrivals = burst { 1, at = \"1500ms\" }, target = \"q\" }\n" \
  "service \"p\" { on = { call \"s\" } }\n"                                    \
  "service \"q\" { on = { call \"s\" } }\n"                                    \
  "service \"s\" { workers = 1, " SERVICE " }"
#define KEEPS(WHO, BY)                                                                    \
  TWO("queue = 6, on = { shed { when = \"queue > 2\", keep = { \"" WHO "\" }, by = \"" BY \
      "\" }, "                                                                            \
      "work \"1s\" }")

/* Aim: by client or caller those named are kept until the queue of 6 is full, others while no more
 * than 2 wait; and served first, after the one that has the worker until 2 s. */
static void test_who_asks(void **state) {
  (void)state;
  expect(KEEPS("d", "client"), "s.shed", 6);
  expect(KEEPS("d", "client"), "d.goodput", 0.01);
  expect(KEEPS("q", "caller"), "s.shed", 6);
  expect(KEEPS("c", "client"), "s.shed", 1);
  expect(KEEPS("p", "caller"), "d.goodput", 0);
  expect(KEEPS("d", "caller"), "s.shed", 7); /* it does not call `s` itself */
#define FIRST(BY) TWO("work = \"1s\", discipline = \"priority\", " BY)
  expect(FIRST("by = \"client\", priority = { \"d\" }"), "d.latency.mean", 1.5);
  expect(FIRST("by = \"caller\", priority = { \"q\" }"), "d.latency.mean", 1.5);
  expect(FIRST("by = \"caller\", priority = { \"p\" }"), "d.latency.mean", 10.5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_queue), cmocka_unit_test(test_classes),
      cmocka_unit_test(test_idle),     cmocka_unit_test(test_short_waits),
      cmocka_unit_test(test_who_asks), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("shed", tests, folder_make, folder_remove);
}

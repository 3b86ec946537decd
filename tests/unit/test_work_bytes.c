/* Aim: work by the byte is the same whoever still waits for its answer: while the caller waits,
 * after it gave up, was cut off or crashed, behind reply(), behind a proxy, and tried again. */
#include <math.h>

#include "test_script_load.h"

/* 60 s in which `calls` calls keep a worker of "s" busy for `work_s` each. */
static void expect(const char *text, double calls, double work_s) {
  double busy_s = 60 * metric_of(text, "s.busy.mean", 60);
  if (!(fabs(busy_s - calls * work_s) <= 1e-9 * busy_s)) {
    fail_msg("busy for %.12g s instead of %g x %g s:\n%s", busy_s, calls, work_s, text);
  }
}

/* The first call comes at 0 s, the last one has ended by 60 s. */
#define CLIENT(MORE)                                                                      \
  "client \"c\" { arrivals = burst { 10, at = \"1s\" }, request = \"100kB\", response = " \
  "\"10kB\"" MORE " }\n"
#define OF_REQUEST "work { \"0ms\", per_byte = \"1us\", of = \"request\" }"
#define OF_ANSWER "work { \"0ms\", per_byte = \"1us\", of = \"answer\" }"
#define S(STEPS) "service \"s\" { workers = 100, on = { " STEPS " } }\n"

static void test_while_the_caller_waits(void **state) {
  (void)state;
  expect(CLIENT(", target = \"s\"") S(OF_REQUEST), 10, 0.1);
  expect(CLIENT(", target = \"s\"") S("work \"10ms\", work { \"0ms\", per_byte = \"1us\" }"), 10,
         0.12);
}

static void test_behind_the_reply(void **state) {
  (void)state;
  expect(CLIENT(", target = \"s\"") S("reply(), " OF_REQUEST), 10, 0.1);
  expect(CLIENT(", target = \"s\"") S("reply(), " OF_REQUEST ", " OF_ANSWER), 10, 0.11);
  /* It is as small as it was made before, and smaller from then on. */
  expect(CLIENT(", target = \"s\"") S("compress { ratio = 0.5 }, reply(), " OF_ANSWER), 10, 0.005);
  expect(CLIENT(", target = \"s\"") S("compress { ratio = 0.5 }, reply(), "
                                      "compress { ratio = 0.2, per_byte = \"1us\" }, " OF_ANSWER),
         10, 0.006);
}

#define CALLS "call { \"s\", request = \"50kB\", response = \"20kB\", timeout = \"5ms\" }"

static void test_caller_gave_up(void **state) {
  (void)state;
  expect(CLIENT(", target = \"s\", timeout = \"5ms\"") S("work \"10ms\", " OF_REQUEST), 10, 0.11);
  expect(CLIENT(", target = \"m\"") "service \"m\" { workers = 100, on = { " CALLS
                                    " } }\n" S("work \"10ms\", " OF_REQUEST),
         10, 0.06);
  expect(CLIENT(", target = \"m\"") "service \"m\" { workers = 100, on = { " CALLS
                                    " } }\n" S("work \"10ms\", " OF_ANSWER),
         10, 0.03);
  /* While it waits for a worker. */
  expect(CLIENT(", target = \"m\"") "service \"m\" { workers = 100, on = { " CALLS
                                    " } }\n"
                                    "service \"s\" { workers = 1, on = { " OF_REQUEST " } }\n",
         10, 0.05);
  /* A balancer between them. */
  expect(CLIENT(", target = \"m\"")
         "service \"m\" { workers = 100, on = { call { \"lb\", request = \"50kB\", timeout = \"5ms\" } } }\n"
         "load_balancer \"lb\" { backends = \"s\" }\n" S("work \"10ms\", " OF_REQUEST),
         10, 0.06);
}

static void test_caller_crashed(void **state) {
  (void)state;
  expect(CLIENT(", target = \"m\"")
         "service \"m\" { workers = 100, on = { call { \"s\", request = \"50kB\" } } }\n"
         S("work \"100ms\", " OF_REQUEST) "fault { crash \"m\", at = \"1050ms\", lasts = \"1s\" }\n",
         10, 0.15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_while_the_caller_waits), cmocka_unit_test(test_behind_the_reply),
      cmocka_unit_test(test_caller_gave_up), cmocka_unit_test(test_caller_crashed)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

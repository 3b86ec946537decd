/* Aim: either side closes a connection that nobody uses, and a call of the last round trip before
 * the called side's news is reset. 50 ms each way: opening takes 100 ms, a call 100 ms. */
#include <math.h>

#include "test_script_load.h"

#define ASK(RATE, KEEP, IDLE)                                                          \
  "client \"c\" { arrivals = constant \"" RATE                                         \
  "\", target = \"s\" }\n"                                                             \
  "service \"s\" { accept = { " IDLE                                                   \
  " } }\n"                                                                             \
  "path { from = \"c\", to = \"s\", latency = \"50ms\", transport = \"tcp\", connect " \
  "= { keep = \"" KEEP "\" } }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 20);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: answered after 200 ms, 0.8 s later a call is in time; answered after 100 ms, the next one,
 * 0.9 s later, arrives just when the connection is closed. */
static void test_last_round_trip(void **state) {
  (void)state;
  const char *text = ASK("1/s", "60s", "idle = \"1s\"");
  expect(text, "c.errors.reset", 6);
  expect(text, "path.c.s.raced", 6);
  expect(text, "path.c.s.opened", 7);
  const char *longer = ASK("1/s", "60s", "idle = \"1001ms\"");
  expect(longer, "c.errors.reset", 0);
  expect(longer, "path.c.s.opened", 1);
}

/* Aim: either may close first, and a later call opens another one. */
static void test_who_closes(void **state) {
  (void)state;
  const char *server = ASK("0.5/s", "60s", "idle = \"1s\"");
  expect(server, "path.c.s.raced", 0);
  expect(server, "path.c.s.opened", 10);
  expect(server, "path.c.s.open", 1.1 / 2);
  const char *caller = ASK("0.5/s", "500ms", "idle = \"1s\"");
  expect(caller, "path.c.s.opened", 10);
  expect(caller, "path.c.s.open", 0.6 / 2);
  const char *neither = ASK("0.5/s", "60s", "most = 9");
  expect(neither, "path.c.s.opened", 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_last_round_trip),
      cmocka_unit_test(test_who_closes),
  };
  return cmocka_run_group_tests_name("keep", tests, folder_make, folder_remove);
}

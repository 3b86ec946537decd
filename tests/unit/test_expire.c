/* Aim: with an expired certificate no new connection is opened by TLS, while open ones and resumed
 * sessions go on; it is over when another certificate is there. */
#include <math.h>

#include "test_script_load.h"

#define ASK(CONNECT, FAULT)                                                                        \
  "client \"c\" { arrivals = constant \"1/s\", target = \"a\", timeout = \"900ms\" }\n"            \
  "service \"a\" { on = { call \"s\" } }\n"                                                        \
  "service \"s\" { accept = { } }\n"                                                               \
  "path { from = \"a\", to = \"s\", latency = \"10ms\", transport = \"tcp\", connect = { " CONNECT \
  " } }\nfault { expire \"" FAULT "\", at = \"4500ms\", lasts = \"10s\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 20);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: of 20 requests those of the seconds 5 to 14 need a new connection. */
static void test_new_ones(void **state) {
  (void)state;
  const char *each = ASK("tls = \"1.3\"", "s");
  expect(each, "c.errors.failed", 10);
  expect(each, "path.a.s.failed", 10);
  expect(each, "s.arrivals", 10);
  expect(each, "s.accept.held", 10 * 0.01 / 20 + 10 * 0.03 / 20);
  expect(ASK("tls = \"1.2\"", "s"), "c.errors.failed", 10);
  expect(ASK("tls = \"none\"", "s"), "c.errors.failed", 0);
}

static void test_others(void **state) {
  (void)state;
  expect(ASK("tls = \"1.3\", keep = \"60s\"", "s"), "c.errors.failed", 0);
  expect(ASK("tls = \"1.3\", resume = \"100%\"", "s"), "c.errors.failed", 0);
  expect(ASK("tls = \"1.3\"", "a"), "c.errors.failed", 0);
  expect(ASK("tls = \"1.3\", mutual = true", "a"), "c.errors.failed", 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_new_ones),
      cmocka_unit_test(test_others),
  };
  return cmocka_run_group_tests_name("expire", tests, folder_make, folder_remove);
}

/* Aim: a caller that asks whether a certificate has been revoked pays a round trip for it, of the
 * responder's way, and goes on or does not when there is no answer. */
#include <math.h>

#include "test_script_load.h"

static void near(const char *text, const char *name, uint64_t seconds, double value) {
  double got = metric_of(text, name, seconds);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* A request each second, a connection for each; 10 ms to the server, 30 ms to the responder. */
#define ASK(CONNECT)                                                                               \
  "client \"c\" { arrivals = constant \"1/s\", target = \"s\" }\n"                                 \
  "service \"s\" {}\nservice \"ca\" {}\n"                                                          \
  "path { from = \"c\", to = \"ca\", latency = \"30ms\" }\n"                                       \
  "path { from = \"c\", to = \"s\", latency = \"10ms\", transport = \"tcp\", connect = { " CONNECT \
  " } }\n"
#define OWN(CONNECT)                                                                               \
  "client \"c\" { arrivals = constant \"1/s\", target = \"s\" }\nservice \"s\" {}\n"               \
  "path { from = \"c\", to = \"s\", latency = \"10ms\", transport = \"tcp\", connect = { " CONNECT \
  " } }\n"

/* Aim: without a responder one more round trip of the path; TCP, TLS 1.3 and the request take
 * three. */
static void test_far_as_server(void **state) {
  (void)state;
  near(OWN("tls = \"1.3\""), "c.latency.max", 10, 0.06);
  near(OWN("tls = \"1.3\", check = \"ocsp\""), "c.latency.max", 10, 0.08);
  near(OWN("tls = \"1.2\", check = \"ocsp\""), "c.latency.max", 10, 0.10);
  near(OWN("tls = \"1.3\", check = \"ocsp\""), "path.c.s.checks", 10, 10);
  near(OWN("tls = \"1.3\", check = \"ocsp\", resume = 1"), "c.latency.max", 10, 0.06);
  near(OWN("tls = \"1.3\", check = \"ocsp\", check_keep = \"3500ms\""), "path.c.s.checks", 10, 3);
  near(OWN("tls = \"1.3\", check = \"ocsp\", check_keep = \"3500ms\""), "c.latency.min", 10, 0.06);
}

/* Aim: a responder is asked over its own way, once while its answer is remembered. */
static void test_responder(void **state) {
  (void)state;
  near(ASK("tls = \"1.3\", check = \"ocsp\", responder = \"ca\""), "c.latency.max", 10, 0.12);
  near(ASK("tls = \"1.3\", check = \"ocsp\", responder = \"ca\""), "c.latency.min", 10, 0.12);
  near(ASK("tls = \"1.2\", check = \"ocsp\", responder = \"ca\""), "c.latency.max", 10, 0.14);
  const char *keeps =
      ASK("tls = \"1.3\", check = \"ocsp\", responder = \"ca\", check_keep = \"1h\"");
  near(keeps, "path.c.s.checks", 10, 1);
  near(keeps, "c.latency.min", 10, 0.06);
}

/* Aim: while the responder is cut off who asks waits for its time and goes on, or is denied. */
static void test_fails(void **state) {
  (void)state;
#define CUT "fault { partition { \"c\", \"ca\" }, at = \"0s\" }\n"
  const char *soft =
      ASK("tls = \"1.3\", check = \"ocsp\", responder = \"ca\", check_timeout = \"500ms\"") CUT;
  near(soft, "c.latency.max", 10, 0.56);
  near(soft, "c.availability", 10, 1);
  near(soft, "path.c.s.unchecked", 10, 10);
  const char *hard =
      ASK("tls = \"1.3\", check = \"ocsp\", responder = \"ca\", check_timeout = "
          "\"500ms\", hard = true") CUT;
  near(hard, "c.errors.denied", 10, 10);
  const char *refused =
      ASK("tls = \"1.3\", check = \"ocsp\", responder = \"ca\", hard = true") "fault { crash \"ca\", at "
                                                                             "= \"0s\" }\n";
  near(refused, "c.errors.denied", 10, 10);
}

static void expect_mistake(const char *text, const char *part) {
  const char *message = mistake(text);
  if (!strstr(message, part)) fail_msg("\"%s\" has no \"%s\"", message, part);
}

static void test_mistakes(void **state) {
  (void)state;
  expect_mistake(OWN("check = \"ocsp\""), "tls");
  expect_mistake(OWN("tls = \"1.3\", check = \"crl\""), "ocsp");
  expect_mistake(OWN("tls = \"1.3\", check = \"ocsp\", responder = \"no\""), "\"no\"");
  expect_mistake(OWN("tls = \"1.3\", check = \"ocsp\", hard = true"), "responder");
  expect_mistake(OWN("tls = \"1.3\", check_keep = \"1h\""), "check");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_far_as_server),
      cmocka_unit_test(test_responder),
      cmocka_unit_test(test_fails),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

/* Aim: on a journey each request waits for the one before it and for the pause between them; it
 * succeeds when all of them do that are not optional, and is counted as a whole. */
#include <math.h>

#include "test_script_load.h"

#define SHOP(JOURNEY, REST)                                                                \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"s\", journey = " JOURNEY \
  ", " REST                                                                                \
  "}\n"                                                                                    \
  "service \"s\" { on = {\n"                                                               \
  "  a = { work \"100ms\" }, b = { work \"300ms\" }, bad = { work \"50ms\", fail() } } }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: the time of a journey is the sum of its requests and pauses; what it waited for is the
 * requests' share of it. */
static void test_sum(void **state) {
  (void)state;
  const char *text = SHOP(
      "{ pause \"1s\", request \"a\", pause \"2s\", pause \"3s\", request { \"b\", times = 3, "
      "pause = \"4s\" }, request \"a\" }",
      "");
  expect(text, "c.journey.latency.mean", 1 + 0.1 + 2 + 3 + 3 * 0.3 + 2 * 4 + 0.1);
  expect(text, "c.journey.waiting", 0.1 + 3 * 0.3 + 0.1);
  expect(text, "c.journey.requests", 1);
  expect(text, "c.journey.availability", 1);
  expect(text, "c.op.a.requests", 2);
  expect(text, "c.op.b.requests", 3);
  expect(text, "c.journeys", 15.1 / 100);
  expect(text, "c.in_flight", 1.1 / 100);
}

/* Aim: the first failure ends the journey, with its cause; an optional request's does not. */
static void test_failure(void **state) {
  (void)state;
  const char *ends = SHOP("{ request \"a\", request \"bad\", request \"b\" }", "");
  expect(ends, "c.journey.availability", 0);
  expect(ends, "c.journey.errors.failed", 1);
  expect(ends, "c.journeys.end", 0);
  expect(ends, "c.op.b.requests", 0);
  const char *late = SHOP("{ request \"a\", request \"b\" }", "timeout = \"200ms\"");
  expect(late, "c.journey.errors.timeout", 1);
  const char *goes_on = SHOP(
      "{ request { \"bad\", optional = true }, request \"b\", request { \"bad\", optional = true } "
      "}",
      "retry = { attempts = 2, backoff = \"100ms\" }");
  expect(goes_on, "c.journey.availability", 1);
  expect(goes_on, "c.journey.retries", 2);
  expect(goes_on, "c.journey.latency.mean", 0.7);
}

/* Aim: a user of a closed client thinks between journeys, not between requests. */
static void test_closed(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = closed { users = 1, think = \"9s\" }, target = \"s\",\n"
      "  journey = { request \"a\", pause \"800ms\", request \"a\" } }\n"
      "service \"s\" { work = \"100ms\" }\n";
  expect(text, "c.journey.requests", 10);
  expect(text, "c.requests", 20);
}

/* Aim: success is the product of the steps' and the number of requests has the stated mean, within
 * four standard errors. */
static void test_product(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"200/s\", target = \"s\",\n"
      "  journey = { request { \"a\", times = 3 }, request { \"b\", times = geometric(4) } } }\n"
      "service \"s\" { on = { a = { branch { p = \"2%\", fail() } }, b = { branch { p = \"5%\", "
      "fail() } } } }\n";
  double n = 20000;
  /* sum over k of q (1-q)^(k-1) 0.95^k with q = 1/4 */
  double b = 0.25 * 0.95 / (1 - 0.75 * 0.95), p = pow(0.98, 3) * b;
  double got = metric_of(text, "c.journey.availability", 100);
  if (!(fabs(got - p) < 4 * sqrt(p * (1 - p) / n))) fail_msg("%g, not %g", got, p);
  double tried = metric_of(text, "c.op.b.requests", 100), began = pow(0.98, 3) * n;
  double each = 1 / (1 - 0.75 * 0.95); /* tries of b until one fails or none is left */
  if (!(fabs(tried / began - each) < 0.1)) fail_msg("%g, not %g", tried / began, each);
}

/* Aim: all requests of a journey are of one user: of 50 journeys of 20 requests no more than 50
 * users are heard of. */
static void test_one_user(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 50, at = \"1s\" }, target = \"s\", users = 1000000,\n"
      "  journey = { request { \"a\", times = 20 } } }\n"
      "service \"s\" { work = \"1ms\" }\n";
  expect(text, "c.users", 50);
  expect(text, "c.requests", 1000);
}

/* Aim: `most` is about journeys under way. */
static void test_most(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"s\", most = 2,\n"
      "  journey = { request \"a\", pause \"1s\", request \"a\" } }\n"
      "service \"s\" { work = \"1ms\" }\n";
  expect(text, "c.journey.requests", 2);
  expect(text, "c.dropped", 3);
}

static void wrong(const char *text, const char *part) {
  const char *got = mistake(text);
  if (!strstr(got, part)) fail_msg("%s", got);
}

static void test_mistakes(void **state) {
  (void)state;
  wrong(SHOP("{}", ""), "journey");
  wrong(SHOP("{ request \"a\", pause \"1s\" }", ""), "ends with a pause");
  wrong(SHOP("{ request { \"a\", pause = \"1s\" } }", ""), "say times");
  wrong(SHOP("{ work \"1s\" }", ""), "a request such as");
  wrong(SHOP("{ request { \"a\", times = 0 } }", ""), "times");
  wrong(SHOP("{ request { \"a\", tmies = 2 } }", ""), "did you mean 'times'");
  wrong(SHOP("{ request \"a\" }", "mix = { a = 1 }"), "leave 'mix' out");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sum),      cmocka_unit_test(test_failure),
      cmocka_unit_test(test_closed),   cmocka_unit_test(test_product),
      cmocka_unit_test(test_one_user), cmocka_unit_test(test_most),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("journey", tests, folder_make, folder_remove);
}

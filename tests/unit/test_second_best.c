/* Aim: who calls and runs no steps, a client, a balancer or a cache, can have something at hand
 * instead of an answer: the caller hears of no failure, and of how many that is true. */
#include "test_script_load.h"

/* Ten seconds, ten a second, of which one may pass. */
#define ONE_IN_TEN "service \"s\" { on = { limit { \"1/s\" } } }\n"
#define ASKS(REST) "client \"c\" { arrivals = constant \"10/s\", target = \"" REST " }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (got != value) fail_msg("%s is %g instead of %g:\n%s", name, got, value, text);
}

static void test_client(void **state) {
  (void)state;
  const char *all = ASKS("s\", fallback = {}") ONE_IN_TEN;
  expect(all, "c.availability", 1);
  expect(all, "c.degraded", 0.9);
  expect(all, "c.fallbacks", 90);
  expect(all, "s.limited", 90);
  const char *by_cause = ASKS("s\", fallback = { rate_limited = {} }") ONE_IN_TEN;
  expect(by_cause, "c.fallbacks", 90);
  const char *other = ASKS("s\", fallback = { timeout = {} }") ONE_IN_TEN;
  expect(other, "c.fallbacks", 0);
  expect(other, "c.errors.rate_limited", 90);
  /* Only what is left after all tries is replaced: each of two comes to the limit. */
  const char *retried =
      ASKS("s\", fallback = {}, retry = { attempts = 2, backoff = \"1ms\" }") ONE_IN_TEN;
  expect(retried, "c.fallbacks", 90);
  expect(retried, "s.limited", 180);
  /* Who has lost patience is content with it, and has given up all the same. */
  const char *impatient =
      ASKS("s\", fallback = {}, patience = \"5ms\"") "service \"s\" { work = \"9ms\" }\n";
  expect(impatient, "c.gave_up", 100);
  expect(impatient, "c.availability", 1);
}

static void test_balancer(void **state) {
  (void)state;
  const char *limited =
      ASKS("b\"") "load_balancer \"b\" { backends = \"s\", fallback = {} }\n" ONE_IN_TEN;
  expect(limited, "c.degraded", 0.9);
  expect(limited, "b.fallbacks", 90);
  /* Nor is one missed where there is no backend: half of the time it is down. */
  const char *down = ASKS("b\"") "load_balancer \"b\" { backends = \"s\", fallback = {} }\n"
      "service \"s\" {}\nfault { crash \"s\", at = \"4950ms\", lasts = \"20s\" }\n";
  expect(down, "c.availability", 1);
  expect(down, "c.degraded", 0.5);
}

static void test_cache(void **state) {
  (void)state;
#define CACHED(KEYS)                                                                             \
  "client \"c\" { arrivals = constant \"10/s\", target = \"k\", keys = uniform_keys { n = 1 }, " \
  "mix = { read = 0.5, write = 0.5 } }\n"                                                        \
  "cache \"k\" { origin = \"d\", ttl = \"1ms\", fallback = {}" KEYS                              \
  " }\ndatabase \"d\" { }\nfault { error { \"d\", ratio = 1 }, at = \"0s\" }\n"
  static const char *const keys[] = {CACHED(""), CACHED(", single_flight = false"),
                                     CACHED(", negative = \"250ms\"")};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    double reads = metric_of(keys[i], "c.op.read.requests", 10);
    expect(keys[i], "k.fallbacks", reads);
    expect(keys[i], "c.op.read.degraded", 1);
    expect(keys[i], "c.op.write.availability", 0); /* a write is done or not */
  }
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const texts[] = {
      ASKS("s\", fallback = { sleep \"1ms\" }") "service \"s\" {}\n",
      ASKS("s\"") "load_balancer \"s\" { backends = \"t\", fallback = { fail() } }\nservice \"t\" {}\n",
      ASKS("s\"") "cache \"s\" { origin = \"t\", fallback = { timeout = { fail() } } }\nservice \"t\" {}\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *said = mistake(texts[i]);
    if (!strstr(said, "'fallback' takes no steps here")) fail_msg("%s", said);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_client), cmocka_unit_test(test_balancer),
                                     cmocka_unit_test(test_cache), cmocka_unit_test(test_mistakes)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

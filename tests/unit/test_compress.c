/* Aim: a compressed answer costs work by the byte and is smaller on the wire, also behind a proxy
 * that passes it on and after a second compression; what is called meanwhile keeps its own size. */
#include <math.h>

#include "metric.h"
#include "test_script_load.h"

#define SECONDS UINT64_C(1000000000)

/* The client's mean latency, in ms, of one request a second without any chance. */
static double latency_ms(const char *text) {
  struct scenario *s = load(text);
  struct sim *sim = sim_new(&s->spec, 1, 0, 0, 10 * SECONDS, true);
  assert_true(sim_run(sim, 10 * SECONDS));
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  double value = NAN;
  for (uint32_t i = 0; i < metrics.n; i++) {
    if (!strcmp(metrics.list[i].name, "c.latency.mean")) {
      value = metrics.list[i].num / metrics.list[i].den;
    }
  }
  metrics_free(&metrics);
  sim_free(sim);
  scenario_free(s);
  return value * 1e3;
}

#define CLIENT "client \"c\" { arrivals = constant \"1/s\", target = \"s\", response = \"10kB\" }\n"
#define WIRE "path { from = \"c\", to = \"s\", bandwidth = \"8Mbit/s\" }\n"

static void expect(const char *text, double ms) {
  double got = latency_ms(text);
  if (!(fabs(got - ms) < 0.001 * ms)) fail_msg("%g ms instead of %g:\n%s", got, ms, text);
}

static void test_size_and_work(void **state) {
  (void)state;
  expect(CLIENT WIRE "service \"s\" { on = { work \"1ms\" } }", 11);
  expect(CLIENT WIRE "service \"s\" { on = { compress { ratio = 0.25 } } }", 2.5);
  /* 10 kB of 100 ns each, then 2.5 kB on the wire. */
  expect(CLIENT WIRE "service \"s\" { on = { compress { ratio = 0.25, per_byte = \"100ns\" } } }",
         3.5);
  expect(CLIENT WIRE
         "service \"s\" { on = { compress { ratio = 0.5 }, compress { ratio = 0.5, per_byte "
         "= \"100ns\" } } }",
         3);
}

static void test_behind_proxies(void **state) {
  (void)state;
  expect(CLIENT WIRE
         "load_balancer \"s\" { backends = \"t\" }\n"
         "service \"t\" { on = { compress { ratio = 0.25 } } }",
         2.5);
  /* What a service calls has the size that the service says, whatever becomes of its own answer. */
  expect(CLIENT WIRE
         "path { from = \"s\", to = \"t\", bandwidth = \"8Mbit/s\" }\n"
         "service \"s\" { on = { compress { ratio = 0.5 }, call { \"t\", response = \"4kB\" } } }\n"
         "service \"t\" {}",
         9);
}

/* Aim: what a cache keeps is as small as it came, for hits, for those who waited for one call to
 * the origin, and after a refresh on the cache's own account, also through a proxy. */
static void test_kept(void **state) {
  (void)state;
#define KEPT(CAPACITY, REST, BEHIND)                                  \
  CLIENT "cache \"s\" { capacity = " CAPACITY ", origin = \"o\"" REST \
         " }\n"                                                       \
         "path { from = \"c\", to = \"s\", bandwidth = \"8Mbit/s\" }\n" BEHIND
#define SMALLER "service \"o\" { on = { compress { ratio = 0.25 } } }"
#define BETWEEN                                \
  "load_balancer \"o\" { backends = \"p\" }\n" \
  "service \"p\" { on = { compress { ratio = 0.25 } } }"
  expect(KEPT("9", "", SMALLER), 2.5);
  expect(KEPT("\"1MB\"", ", single_flight = true", SMALLER), 2.5);
  expect(KEPT("9", ", ttl = \"2500ms\", stale = \"10s\"", SMALLER), 2.5);
  expect(KEPT("\"1MB\"", ", ttl = \"2500ms\", stale = \"10s\"", BETWEEN), 2.5);
  /* Two at once have the same small answer, one behind the other on the wire. */
  expect(
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"s\", response = \"10kB\" }\n"
      "cache \"s\" { capacity = 9, origin = \"o\", single_flight = true }\n" WIRE
      "service \"o\" { on = { work \"1ms\", compress { ratio = 0.25 } } }",
      (3.5 + 6) / 2);
  /* The first of ten is a miss, and what is refreshed stays. */
  expect(KEPT("\"1MB\"", ", ttl = \"2500ms\", stale = \"10s\"",
              "service \"o\" {}\npath { from = \"s\", to = \"o\", latency = \"5ms\" }"),
         11);
}

static void test_refused(void **state) {
  (void)state;
  assert_non_null(strstr(
      mistake(
          CLIENT
          "service \"s\" { on = { compress { ratio = 0.5, per_byte = exponential \"5ns\" } } }"),
      "per_byte"));
  assert_non_null(
      strstr(mistake(CLIENT "service \"s\" { on = { compress {} } }"), "'ratio' is missing"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_size_and_work),
      cmocka_unit_test(test_behind_proxies),
      cmocka_unit_test(test_kept),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

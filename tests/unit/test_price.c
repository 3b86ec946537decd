/* Aim: what is there costs for the time that it is there, and what is used for its use, in known
 * cases; components add up to the total; a price that would mean nothing is refused. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 60);
  if (!(fabs(got - value) <= 1e-12 * fabs(value)))
    fail_msg("%s is %.17g instead of %.17g:\n%s", name, got, value, text);
}

static void refuse(const char *text, const char *because) {
  const char *why = mistake(text);
  if (!strstr(why, because)) fail_msg("\"%s\" instead of \"%s\"", why, because);
}

#define TEN "client \"c\" { arrivals = constant \"1/s\", target = \"f\", response = \"2MB\" }\n"
#define F(MORE) TEN "service \"f\" { work = \"100ms\", " MORE " }\n"

/* Aim: time, calls and bytes each cost what they should; requests share the cost. 60 calls of one
 * minute begin, the first at 1 s or 0 s, and end before it is over. */
static void test_parts(void **state) {
  (void)state;
  double n = metric_of(F("price = \"1/h\""), "f.completions", 60);
  assert_true(n >= 59 && n <= 60);
  expect(F("price = \"0.36/h\""), "f.cost.hour", 0.36);
  expect(F("instances = 3, price = \"0.36/h\""), "cost.hour", 1.08);
  expect(F("price = \"0.60/min\""), "cost.request", 0.6 / n);
  expect(F("price = { per_call = 0.5 }"), "cost.request", 0.5);
  expect(F("price = { per_call = 0.5 }"), "cost.hour", 0.5 * n * 60);
  expect(F("price = { per_GB = 3 }"), "f.cost.request", 0.006);
  expect(F("price = { \"6/h\", per_call = 0.5, per_GB = 3 }"), "cost.request", 0.506 + 0.1 / n);
  expect(F("price = \"0/h\""), "cost.hour", 0);
}

/* Aim: a path costs for the time and for the bytes that cross it, either way or one way alone, over
 * connections too, and is part of the total. 1 MB there and 2 MB back, at 3 a GB. */
static void test_paths(void **state) {
  (void)state;
#define WAY(MORE)                                                                              \
  "client \"c\" { arrivals = constant \"1/s\", target = \"f\", request = \"1MB\", response = " \
  "\"2MB\" }\nservice \"f\" { work = \"100ms\" }\npath { " MORE " }\n"
#define PER_GB "price = { per_GB = 3 }"
  expect(WAY("from = \"c\", to = \"f\", " PER_GB), "path.c.f.cost.request", 0.009);
  expect(WAY("from = \"f\", to = \"c\", " PER_GB), "path.f.c.cost.request", 0.009);
  expect(WAY("from = \"c\", to = \"f\", " PER_GB), "cost.request", 0.009);
  expect(WAY("from = \"c\", to = \"f\", one_way = true, " PER_GB), "cost.request", 0.003);
  expect(WAY("from = \"f\", to = \"c\", one_way = true, " PER_GB), "cost.request", 0.006);
  expect(WAY("from = \"c\", to = \"f\", bandwidth = \"1Gbit/s\", " PER_GB), "cost.request", 0.009);
  expect(WAY("from = \"c\", to = \"f\", transport = \"tcp\", " PER_GB), "cost.request", 0.009);
  expect(WAY("from = \"c\", to = \"f\", price = \"0.36/h\""), "path.c.f.cost.hour", 0.36);
  expect(WAY("from = \"c\", to = \"f\", price = \"0.36/h\" }\nservice \"g\" { price = \"1/h\" }\n"
             "client \"d\" { arrivals = constant \"1/s\", target = \"g\""),
         "cost.hour", 1.36);
  refuse(WAY("from = \"c\", to = \"f\", price = { per_call = 1 }"), "a path answers no calls");
}

/* Aim: each call is rounded up to 100 ms by itself, and one that takes no time is one unit. */
static void test_rounding(void **state) {
  (void)state;
  static const struct {
    const char *work;
    double units;
  } of[] = {{"100ms", 1}, {"100001us", 2}, {"1ms", 1}, {"0ms", 1}, {"950ms", 10}, {"999ms", 10}};
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    char text[512];
    snprintf(text, sizeof text,
             TEN "service \"f\" { work = \"%s\", price = { per_100ms = 0.5 } }\n", of[i].work);
    expect(text, "cost.request", 0.5 * of[i].units);
  }
  /* The time in which it waits for others counts, and so does a start. */
  expect(TEN
         "service \"f\" { on = { work \"50ms\", call \"db\" }, price = { per_100ms = 1 } }\n"
         "database \"db\" { read = \"160ms\", read_ops = { \"default\" } }\n",
         "f.cost.request", 3);
  expect(
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"f\" }\n"
      "client \"d\" { arrivals = burst { 1, at = \"5s\" }, target = \"f\" }\n"
      "service \"f\" { instances = on_demand { cold = \"250ms\", idle = \"10s\" }, "
      "work = \"100ms\", price = { per_100ms = 1 } }\n",
      "cost.request", (4 + 4 + 1) / 3.0);
}

/* Aim: what comes and goes costs for the time it is there; instances on demand from the first call
 * until they go. */
static void test_there(void **state) {
  (void)state;
  expect(TEN
         "load_balancer \"f\" { instances = 2, backends = \"g\", price = \"60/h\" }\n"
         "service \"g\" { }\n"
         "fault { stop \"f[2]\", at = \"15s\", lasts = \"30s\" }\n",
         "cost.hour", 60 + 30);
  expect(
      F("instances = 2, price = \"60/h\" }\nfault { stop \"f[2]\", at = \"15s\", lasts = \"30s\""),
      "cost.hour", 60 + 30);
  expect(
      "client \"c\" { arrivals = burst { 1, at = \"10s\" }, target = \"f\" }\n"
      "service \"f\" { instances = on_demand { cold = \"1s\", idle = \"4s\" }, work = \"1s\", "
      "price = \"60/h\" }\n",
      "cost.hour", 6);
}

/* Aim: calls that are turned away cost nothing; those that fail do. */
static void test_turned_away(void **state) {
  (void)state;
  const char *full =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"f\" }\n"
      "service \"f\" { workers = 1, queue = 1, work = \"1s\", price = { per_call = 1 } }\n";
  expect(full, "c.errors.refused", 3);
  expect(full, "cost.hour", 120);
  expect(TEN
         "service \"f\" { on = { fail \"failed\" }, price = { per_call = 1 } }\n"
         "service \"g\" { work = \"1s\" }\n"
         "client \"d\" { arrivals = burst { 4, at = \"1s\" }, target = \"g\" }\n",
         "cost.request", 60 / 4.0);
}

/* Aim: the bytes of an answer cost also where nobody waits for it any more, at each that gives it:
 * 10 calls of 2 MB, 3 a GB. */
static void test_bytes_for_nobody(void **state) {
  (void)state;
#define HASTY \
  "client \"c\" { arrivals = burst { 10, at = \"1s\" }, response = \"2MB\", timeout = \"5ms\", "
#define BYTES "price = { per_GB = 3 } }\n"
  const double hour = 10 * 0.006 * 60;
  expect(HASTY "target = \"f\" }\nservice \"f\" { work = \"50ms\", " BYTES, "f.cost.hour", hour);
  expect(HASTY "target = \"f\" }\nservice \"f\" { work = \"50ms\", price = { per_call = 3 } }\n",
         "f.cost.hour", 10 * 3 * 60);
  const char *chain = HASTY "target = \"lb\" }\nload_balancer \"lb\" { backends = \"f\", " BYTES
                            "service \"f\" { work = \"50ms\", " BYTES;
  expect(chain, "f.cost.hour", hour);
  expect(chain, "lb.cost.hour", hour);
  expect(
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"m\" }\n"
      "service \"m\" { on = { call { \"f\", response = \"2MB\" } } }\n"
      "service \"f\" { work = \"50ms\", " BYTES
      "fault { crash \"m\", at = \"1020ms\", lasts = \"1s\" }\n",
      "f.cost.hour", hour);
}

/* Aim: parts add up to the whole. */
static void test_sum(void **state) {
  (void)state;
  const char *text = TEN
      "load_balancer \"f\" { backends = \"web\", price = { \"0.02/h\", per_GB = 0.01 } }\n"
      "service \"web\" { instances = 2, work = exponential \"300ms\", price = { per_100ms = 1e-4 } "
      "}\n";
  for (int k = 0; k < 2; k++) {
    const char *what = k ? "cost.request" : "cost.hour";
    char lb[64], web[64];
    snprintf(lb, sizeof lb, "f.%s", what);
    snprintf(web, sizeof web, "web.%s", what);
    double sum = metric_of(text, lb, 60) + metric_of(text, web, 60);
    expect(text, what, sum);
    assert_true(metric_of(text, lb, 60) > 0 && metric_of(text, web, 60) > 0);
  }
}

static void test_refused(void **state) {
  (void)state;
  refuse(
      "client \"c\" { arrivals = poisson \"1/s\", target = \"f\", price = \"1/h\" }\n"
      "service \"f\" { }\n",
      "a client costs nothing");
  refuse(F("price = { per_cal = 1 }"), "did you mean 'per_call'");
  refuse(F("price = { }"), "is empty");
  refuse(F("price = 3"), "expected a price");
  refuse(F("price = \"0.1\""), "a price for a time");
  refuse(F("price = \"-1/h\""), "negative");
  refuse(F("io = \"async\", workers = 1, price = { per_100ms = 1 }"), "leave io = \"async\" out");
  refuse(TEN "service \"f\" { host = \"h\" }\nhost \"h\" { cpus = 1, price = { per_call = 1 } }\n",
         "a host answers no calls");
  refuse(TEN "database \"f\" { read_ops = { \"default\" }, price = { per_100ms = 1 } }\n",
         "is for services");
  refuse("goal \"c.cost.hour < 1\"\n" F("price = \"1/h\""), "'c' has no price");
  refuse("goal \"cost.hour < 1\"\n" F("queue = 5, workers = 1"), "nothing has a price");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_paths),
      cmocka_unit_test(test_rounding),
      cmocka_unit_test(test_there),
      cmocka_unit_test(test_turned_away),
      cmocka_unit_test(test_sum),
      cmocka_unit_test(test_bytes_for_nobody),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

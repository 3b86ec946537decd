/* Aim: what the composition of a request says at a percentile is the truth, within a tenth of each
 * part, where the truth is known: two queues in a row, a wait for the slower of two, a call that is
 * hedged, reads of which some come from a cache, and times that are all alike. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#include "breakdown.h"
#include "results_kit.h"

struct at {
  struct scenario *scenario;
  struct results results;
  struct composition c;
};

/* The composition at q of the client u. */
static struct at composed(const char *text, double q, const char *metric) {
  struct at at = {.scenario = kit_scenario(text)};
  at.results = kit_run(at.scenario, (struct experiment_options){.jobs = 2, .timeline = true});
  const struct blame *blame = &at.results.blame[spec_find(&at.scenario->spec, "u")];
  at.c = breakdown_at(blame, q, results_value(&at.results, metric));
  return at;
}

static void forget(struct at *at) {
  composition_free(&at->c);
  results_free(&at->results);
  scenario_free(at->scenario);
}

/* All that is spent at a component. */
static double spent(const struct at *at, const char *name) {
  double sum = 0;
  for (uint32_t i = 0; i < at->c.n; i++) {
    char *owner = breakdown_owner(&at->scenario->spec, &at->c.share[i]);
    if (strcmp(owner, name) == 0) sum += at->c.share[i].seconds;
    g_free(owner);
  }
  return sum;
}

static void assert_near(const struct at *at, const char *name, double truth) {
  double measured = spent(at, name);
  print_message("%s: %.5f s of %.5f, in truth %.5f (%u requests)\n", name, measured,
                at->c.latency_s, truth, at->c.requests);
  if (!(fabs(measured / truth - 1) < 0.1)) fail_msg("%s: %g, not %g", name, measured, truth);
}

/* Of x with the density f on 0 .. t that is followed by an exponential time of that rate, and t in
 * all: the density of t, and with `mean` its product with the mean of x. */
static double followed(double (*f)(double), double rate, double t, bool mean) {
  enum { STEPS = 20000 };
  double sum = 0;
  for (int i = 0; i < STEPS; i++) {
    double x = t * (i + 0.5) / STEPS;
    sum += f(x) * rate * exp(-rate * (t - x)) * (mean ? x : 1);
  }
  return sum * t / STEPS;
}

/* Two M/M/1 in a row are independent, and a request's time in each is exponential (Burke; Reich,
 * Annals of Mathematical Statistics 28, 1957): of t in all, 1 / d - t / (e^(d t) - 1) is spent at
 * the one whose rate is larger by d. */
static void two_queues_in_a_row(void **state) {
  (void)state;
  struct at at = composed(
      "client 'u' { arrivals = poisson '100/s', target = 'front' }\n"
      "service 'front' { on = { call 'a', call 'b' } }\n"
      "service 'a' { workers = 1, work = exponential '5ms' }\n"
      "service 'b' { workers = 1, work = exponential '6ms' }\n"
      "run { duration = '600s', warmup = '10s', replications = 4 }\n",
      0.99, "u.latency.p99");
  double d = (1 / 0.005 - 100) - (1 / 0.006 - 100), t = at.c.latency_s;
  double quicker = 1 / d - t / (exp(d * t) - 1);
  assert_near(&at, "a", quicker);
  assert_near(&at, "b", t - quicker);
  forget(&at);
}

/* The longer of two is the first with the odds f1(t) F2(t) : f2(t) F1(t). */
static void the_slower_of_two(void **state) {
  (void)state;
  struct at at = composed(
      "client 'u' { arrivals = poisson '400/s', target = 'front' }\n"
      "service 'front' { on = { parallel { call 'a', call 'b' } } }\n"
      "service 'a' { work = exponential '10ms' }\n"
      "service 'b' { work = exponential '9ms' }\n"
      "run { duration = '300s', warmup = '5s', replications = 4 }\n",
      0.95, "u.latency.p95");
  double t = at.c.latency_s, a = 1 / 0.01, b = 1 / 0.009;
  double first = a * exp(-a * t) * (1 - exp(-b * t)), second = b * exp(-b * t) * (1 - exp(-a * t));
  assert_near(&at, "a", t * first / (first + second));
  assert_near(&at, "b", t * second / (first + second));
  forget(&at);
}

/* Of 10 ms on average; after 20 ms there are two tries, and the end comes twice as fast. */
static double hedged(double x) {
  return x < 0.02 ? 100 * exp(-100 * x) : 200 * exp(-2 - 200 * (x - 0.02));
}

static void a_hedged_call(void **state) {
  (void)state;
  struct at at = composed(
      "client 'u' { arrivals = poisson '400/s', target = 'front' }\n"
      "service 'front' { on = { call { 'a', hedge = { after = '20ms', most = 1 } },\n"
      "  call 'b' } }\n"
      "service 'a' { work = exponential '10ms' }\n"
      "service 'b' { work = exponential '6ms' }\n"
      "run { duration = '300s', warmup = '5s', replications = 4 }\n",
      0.99, "u.latency.p99");
  double t = at.c.latency_s, rate = 1 / 0.006;
  double first = followed(hedged, rate, t, true) / followed(hedged, rate, t, false);
  assert_near(&at, "a", first);
  assert_near(&at, "b", t - first);
  forget(&at);
}

static double of_disk(double x) {
  return 100 * exp(-100 * x);
}

/* Hits take no time at the store. What misses is a share of all, and most of the slow ones. */
static void reads_through_a_cache(void **state) {
  (void)state;
  struct at at = composed(
      "client 'u' { arrivals = poisson '400/s', target = 'front',\n"
      "  keys = uniform_keys { n = 1000 } }\n"
      "service 'front' { on = { call 'c', work(exponential '5ms') } }\n"
      "cache 'c' { capacity = 900, origin = 'db', policy = 'random', hit_time = '0s' }\n"
      "database 'db' { workers = 1000, read = exponential '10ms' }\n"
      "run { duration = '300s', warmup = '20s', replications = 4 }\n",
      0.95, "u.latency.p95");
  double t = at.c.latency_s, rate = 1 / 0.005, hits = results_value(&at.results, "c.hit_ratio");
  double missed = (1 - hits) * followed(of_disk, rate, t, false);
  double at_store =
      (1 - hits) * followed(of_disk, rate, t, true) / (missed + hits * rate * exp(-rate * t));
  assert_near(&at, "db", at_store);
  assert_near(&at, "front", t - at_store);
  forget(&at);
}

/* Nine of ten take 4 ms and are in one bucket, in the middle of which the median is said to be. */
static void times_that_are_alike(void **state) {
  (void)state;
  struct at at = composed(
      "client 'u' { arrivals = constant '100/s', target = 's', mix = { a = 0.9, b = 0.1 } }\n"
      "service 's' { on = { a = { work '4ms' }, b = { work '100ms' } } }\n"
      "run { duration = '30s', warmup = '0s', replications = 2 }\n",
      0.5, "u.latency.p50");
  composition_free(&at.c);
  at.c = breakdown_at(&at.results.blame[spec_find(&at.scenario->spec, "u")], 0.5, 0.0040068);
  assert_true(fabs(at.c.latency_s - 0.004) < 1e-12);
  forget(&at);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_queues_in_a_row),  cmocka_unit_test(the_slower_of_two),
      cmocka_unit_test(a_hedged_call),        cmocka_unit_test(reads_through_a_cache),
      cmocka_unit_test(times_that_are_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Aim: a run over time shows each window as it was: rates, latencies, queue, utilisation and who
 * was up; the end of the warm-up and of what histograms keep exactly leave no trace; faults and
 * events stand where they happened. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "results_kit.h"
#include "timeline.h"

struct ran {
  struct scenario *scenario;
  struct results results;
};

static struct ran run(const char *text) {
  struct ran ran = {.scenario = kit_scenario(text)};
  struct experiment_options options = {.jobs = 2, .timeline = true};
  ran.results = kit_run(ran.scenario, options);
  assert_true(results_checks_passed(&ran.results));
  assert_non_null(ran.results.timeline);
  return ran;
}

static void ran_free(struct ran *ran) {
  results_free(&ran->results);
  scenario_free(ran->scenario);
}

static const float *series(const struct ran *ran, const char *component, uint32_t member,
                           enum series_what what, enum outcome cause) {
  const struct timeline *t = ran->results.timeline;
  uint32_t id = spec_find(&ran->scenario->spec, component);
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component == id && s->member == member && s->what == what && s->cause == cause) {
      return s->value;
    }
  }
  return NULL;
}

static void assert_windows(const float *value, uint32_t from, uint32_t to, double expected) {
  assert_non_null(value);
  for (uint32_t w = from; w < to; w++) {
    if (!(fabs((double)value[w] - expected) <= 1e-6 + 0.01 * fabs(expected))) { /* or NaN */
      fail_msg("window %u: %g, not %g", w, (double)value[w], expected);
    }
  }
}

static const float *meter(const struct ran *ran, const char *component, const char *name) {
  const struct timeline *t = ran->results.timeline;
  uint32_t id = spec_find(&ran->scenario->spec, component);
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component == id && s->what == SERIES_METER && !strcmp(s->meter->name, name)) {
      return s->value;
    }
  }
  return NULL;
}

/* Ten requests a window of 100 ms, about one key that is good for 4 s and then asked for again. The
 * cache is empty while it lies crashed, from 10 to 15 s. The warm-up leaves no trace. */
static void meters_over_time(void **state) {
  (void)state;
  struct ran ran = run(
      "client 'u' { arrivals = constant '100/s', target = 'c', keys = uniform_keys { n = 1 } }\n"
      "cache 'c' { origin = 'db', ttl = '4s' }\n"
      "database 'db' {}\n"
      "fault { crash 'c', at = '10s', lasts = '5s' }\n"
      "run { duration = '20s', warmup = '5050ms', replications = 1 }\n");
  const float *hits = meter(&ran, "c", "hits"), *ratio = meter(&ran, "c", "hit_ratio");
  const float *entries = meter(&ran, "c", "entries");
  assert_windows(hits, 1, 39, 100);
  assert_windows(ratio, 1, 39, 1);
  assert_windows(ratio, 41, 79, 1);
  assert_windows(hits, 50, 51, 100);
  assert_windows(entries, 1, 79, 1);
  assert_true(hits[0] < 95 && ratio[0] < 0.95f); /* one miss in the first */
  assert_windows(hits, 101, 149, 0);
  assert_windows(entries, 101, 149, 0);
  assert_true(isnan(ratio[120]));
  assert_windows(entries, 151, 189, 1);
  ran_free(&ran);
}

/* One request a window of 100 ms, each 50 ms of work; crashed from 5 s to 7 s. */
static void each_window(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"10/s\", target = \"s\" }\n"
          "service \"s\" { workers = 1, work = \"50ms\" }\n"
          "fault { crash \"s\", at = \"5s\", lasts = \"2s\" }\n"
          "run { duration = \"20s\", warmup = \"3.05s\", replications = 2 }\n");
  const struct timeline *t = ran.results.timeline;
  assert_int_equal(t->looks, 200);
  assert_windows(series(&ran, "u", 0, SERIES_OFFERED, 0), 0, 200, 10);
  const float *goodput = series(&ran, "u", 0, SERIES_GOODPUT, 0);
  assert_windows(goodput, 0, 50, 10);
  assert_windows(goodput, 50, 70, 0);
  assert_windows(goodput, 70, 200, 10);
  assert_windows(series(&ran, "u", 0, SERIES_ERRORS, OUTCOME_REFUSED), 50, 70, 10);
  assert_windows(series(&ran, "u", 0, SERIES_ERRORS, OUTCOME_REFUSED), 70, 200, 0);
  assert_null(series(&ran, "u", 0, SERIES_ERRORS, OUTCOME_TIMEOUT));
  const float *p99 = series(&ran, "u", 0, SERIES_P99, 0);
  assert_windows(p99, 0, 50, 0.05);
  for (int w = 50; w < 70; w++) assert_true(isnan(p99[w]));
  assert_windows(p99, 70, 200, 0.05);
  assert_windows(series(&ran, "s", 0, SERIES_UTILIZATION, 0), 0, 50, 0.5);
  assert_windows(series(&ran, "s", 0, SERIES_UTILIZATION, 0), 50, 70, 0);
  assert_windows(series(&ran, "s", 0, SERIES_UP, 0), 0, 50, 1);
  assert_windows(series(&ran, "s", 0, SERIES_UP, 0), 50, 70, 0);
  assert_windows(series(&ran, "s", 0, SERIES_UP, 0), 70, 200, 1);
  assert_int_equal(t->periods, 1);
  assert_true(t->period[0].from_ns == 5 * NS_PER_S && t->period[0].until_ns == 7 * NS_PER_S);
  ran_free(&ran);
}

/* Two clients' requests come at once: one of them waits 4 ms of every 100 ms. */
static void queues(void **state) {
  (void)state;
  struct ran ran =
      run("client \"a\" { arrivals = constant \"10/s\", target = \"s\" }\n"
          "client \"b\" { arrivals = constant \"10/s\", target = \"s\" }\n"
          "service \"s\" { workers = 1, work = \"4ms\" }\n"
          "run { duration = \"20s\", warmup = \"1s\", replications = 1 }\n");
  assert_windows(series(&ran, "s", 0, SERIES_QUEUE, 0), 0, 200, 0.04);
  assert_windows(series(&ran, "s", 0, SERIES_UTILIZATION, 0), 0, 200, 0.08);
  ran_free(&ran);
}

/* One of two servers is away for a while, in the warm-up and later: what those do who are there is
 * told of these, not of places where nobody is. */
static void who_is_there(void **state) {
  (void)state;
  struct ran ran =
      run("client 'u' { arrivals = constant '20/s', target = 'lb' }\n"
          "load_balancer 'lb' { backends = 's' }\n"
          "service 's' { instances = 2, workers = 1, work = '20ms' }\n"
          "fault { stop 's[2]', at = '1s', lasts = '1s' }\n"
          "fault { stop 's[2]', at = '5s', lasts = '5s' }\n"
          "run { duration = '20s', warmup = '3.05s', replications = 1 }\n");
  const float *busy = series(&ran, "s", 0, SERIES_UTILIZATION, 0);
  assert_windows(busy, 2, 9, 0.2);
  assert_windows(busy, 11, 19, 0.4);
  assert_windows(busy, 22, 49, 0.2);
  assert_windows(busy, 51, 99, 0.4);
  assert_windows(busy, 102, 199, 0.2);
  assert_true(isnan(series(&ran, "s", 2, SERIES_UTILIZATION, 0)[60]));
  ran_free(&ran);
}

/* More requests than a client keeps one by one; a window sees only its own. */
static void long_run(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"1000/s\", target = \"s\" }\n"
          "service \"s\" { work = \"1ms\" }\n"
          "fault { slow { \"s\", factor = 3 }, at = \"30s\", lasts = \"2s\" }\n"
          "run { duration = \"40s\", warmup = \"2.5s\", replications = 1 }\n");
  const float *p50 = series(&ran, "u", 0, SERIES_P50, 0);
  assert_windows(p50, 0, 150, 0.001);
  assert_windows(p50, 150, 160, 0.003);
  assert_windows(p50, 161, 200, 0.001);
  ran_free(&ran);
}

/* What the windows say adds up to what the metrics say. */
static void sums(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = poisson \"300/s\", target = \"s\", timeout = \"20ms\",\n"
          "  mix = { one = 0.5, two = 0.5 }, retry = { attempts = 2, backoff = \"1ms\" } }\n"
          "service \"s\" { workers = 1, work = exponential \"3ms\" }\n"
          "run { duration = \"100s\", warmup = \"10s\", replications = 1 }\n");
  static const struct {
    enum series_what what;
    const char *metric;
    bool rate;
  } same[] = {{SERIES_OFFERED, "u.offered", true},
              {SERIES_GOODPUT, "u.goodput", true},
              {SERIES_ENDED, "u.ended", true},
              {SERIES_RETRIES, "u.retries", false}};
  for (int i = 0; i < 4; i++) {
    const float *value = series(&ran, "u", 0, same[i].what, 0);
    double sum = 0;
    for (int w = 20; w < 200; w++) sum += (double)value[w] * 0.5;
    double metric = results_value(&ran.results, same[i].metric) * (same[i].rate ? 90 : 1);
    if (fabs(sum - metric) > 0.01) fail_msg("%s: %g, not %g", same[i].metric, sum, metric);
  }
  ran_free(&ran);
}

/* The balancer says when it takes a server out and back: three checks a second fail from 2 s on. */
static void events(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"10/s\", target = \"lb\" }\n"
          "load_balancer \"lb\" { backends = \"s\",\n"
          "  health_check = { interval = \"1s\", timeout = \"500ms\", fall = 3, rise = 2,\n"
          "  first = \"even\" } }\n"
          "service \"s\" { instances = 2, work = \"5ms\" }\n"
          "fault { crash \"s[2]\", at = \"2.5s\", lasts = \"10s\" }\n"
          "run { duration = \"20s\", warmup = \"1s\", replications = 1 }\n");
  const struct timeline *t = ran.results.timeline;
  assert_int_equal(t->happenings, 2);
  assert_string_equal(t->happening[0].what, "marked down");
  assert_string_equal(t->happening[1].what, "marked up");
  assert_int_equal(t->happening[0].member, 2);
  assert_true(t->happening[0].at_ns == 5 * NS_PER_S);
  assert_true(t->happening[1].at_ns == 14 * NS_PER_S);
  assert_windows(series(&ran, "s", 2, SERIES_UP, 0), 25, 125, 0);
  assert_windows(series(&ran, "s", 1, SERIES_UP, 0), 0, 200, 1);
  assert_windows(series(&ran, "s", 0, SERIES_UP, 0), 25, 125, 0.5);
  ran_free(&ran);
}

/* Of twenty clients sixteen are kept: those of which requests fail, then the first by name. */
static void clients_that_fail_are_kept(void **state) {
  (void)state;
  struct ran ran =
      run("for i = 1, 20 do\n"
          "  client('c' .. i) { arrivals = constant '10/s', target = 's' .. i }\n"
          "  service('s' .. i) { work = '1ms' }\n"
          "end\n"
          "fault { crash 's9', at = '2s', lasts = '1s' }\n"
          "run { duration = '10s', replications = 1 }\n");
  assert_non_null(series(&ran, "c9", 0, SERIES_GOODPUT, OUTCOME_OK));
  assert_non_null(series(&ran, "c4", 0, SERIES_GOODPUT, OUTCOME_OK));
  assert_null(series(&ran, "c5", 0, SERIES_GOODPUT, OUTCOME_OK));
  ran_free(&ran);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clients_that_fail_are_kept),
      cmocka_unit_test(each_window),
      cmocka_unit_test(meters_over_time),
      cmocka_unit_test(queues),
      cmocka_unit_test(long_run),
      cmocka_unit_test(who_is_there),
      cmocka_unit_test(sums),
      cmocka_unit_test(events),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

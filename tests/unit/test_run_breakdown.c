/* Aim: the latency of a request is taken apart as it happened, to the nanosecond: queueing,
 * service, network, retries, back-off, faults, whatever is waited for at once or in turn. A delay
 * that is put into a component is found there with its size. Which requests are followed depends on
 * keys alone, and their number is bounded. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "breakdown.h"
#include "experiment.h"
#include "trace.h"

struct ran {
  struct scenario *scenario;
  struct results results;
};

static struct ran run_with(const char *text, const struct setting *setting, uint32_t settings) {
  char path[] = "/tmp/archsim-test-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  size_t size = strlen(text);
  assert_true(write(fd, text, size) == (ssize_t)size);
  close(fd);
  struct error err;
  struct ran ran = {.scenario = scenario_load(path, setting, settings, &err)};
  unlink(path);
  if (ran.scenario == NULL) fail_msg("%s", err.text);
  struct experiment_options options = {.jobs = 2, .timeline = true};
  if (!experiment_run(ran.scenario, &options, &ran.results, &err)) fail_msg("%s", err.text);
  assert_true(results_checks_passed(&ran.results));
  return ran;
}

static struct ran run(const char *text) {
  return run_with(text, NULL, 0);
}

static void ran_free(struct ran *ran) {
  results_free(&ran->results);
  scenario_free(ran->scenario);
}

static const struct blame *blame_of(const struct ran *ran, const char *client) {
  return &ran->results.blame[spec_find(&ran->scenario->spec, client)];
}

static double share_of(const struct ran *ran, const struct composition *c, const char *owner,
                       enum part part) {
  for (uint32_t i = 0; i < c->n; i++) {
    char *name = breakdown_owner(&ran->scenario->spec, &c->share[i]);
    bool found = strcmp(name, owner) == 0 && c->share[i].part == part;
    g_free(name);
    if (found) return c->share[i].seconds;
  }
  return 0;
}

struct expected {
  const char *component;
  enum part part;
  double seconds;
};

/* The composition has these parts and no others. */
static void assert_parts(const struct ran *ran, struct composition c, double latency_s,
                         const struct expected *expected, uint32_t n) {
  assert_true(c.requests > 0);
  if (fabs(c.latency_s - latency_s) > 1e-12) fail_msg("latency %.9f", c.latency_s);
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    double seconds = share_of(ran, &c, expected[i].component, expected[i].part);
    if (fabs(seconds - expected[i].seconds) > 1e-12) {
      fail_msg("%s %s: %.9f s, not %.9f", expected[i].component, part_defs[expected[i].part].name,
               seconds, expected[i].seconds);
    }
    sum += expected[i].seconds;
  }
  assert_int_equal(c.n, n);
  assert_true(fabs(sum - latency_s) < 1e-12);
  composition_free(&c);
}

#define RUN_ONCE "run { duration = \"10s\", warmup = \"0s\", replications = 1 }\n"

/* --- what happens in a row ------------------------------------------------------------------ */

/* Aim: the textbook's 220 ms: network 50, processing 20, database 100, the way back 50. What is
 * under way is so on a path, and not at the component that it comes to. */
static void two_hundred_and_twenty(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"1/s\", target = \"web\", zone = \"far\" }\n"
          "service \"web\" { zone = \"near\", on = { default = { work \"20ms\", call \"db\" } } }\n"
          "database \"db\" { zone = \"near\", read = \"100ms\" }\n"
          "path { from = \"far\", to = \"near\", latency = \"50ms\" }\n" RUN_ONCE);
  static const struct expected parts[] = {
      {"path.far.near", PART_NETWORK, 0.1}, {"web", PART_SERVICE, 0.02}, {"db", PART_SERVICE, 0.1}};
  static const double quantile[] = {NAN, 0.5, 0.95, 0.99, 0.999};
  for (int i = 0; i < 5; i++) {
    assert_parts(&ran, breakdown_at(blame_of(&ran, "u"), quantile[i], NAN), 0.22, parts, 3);
  }
  ran_free(&ran);
}

/* Aim: a call that goes where a name led takes the caller's path; one without a path, and a delay
 * by a fault, is at the component called. */
static void whose_way(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"1/s\", target = \"n\", zone = \"a\" }\n"
          "client \"v\" { arrivals = constant \"1/s\", target = \"w\" }\n"
          "dns \"n\" { backends = { \"s\" }, ttl = \"60s\" }\n"
          "service \"s\" { zone = \"a\", work = \"1ms\" }\n"
          "service \"w\" { work = \"1ms\" }\n"
          "fault { delay { \"w\", by = \"3ms\" }, at = \"0s\" }\n"
          "path { from = \"a\", to = \"a\", latency = \"5ms\" }\n" RUN_ONCE);
  assert_parts(
      &ran, breakdown_at(blame_of(&ran, "u"), NAN, NAN), 0.011,
      (const struct expected[]){{"path.a.a", PART_NETWORK, 0.01}, {"s", PART_SERVICE, 0.001}}, 2);
  assert_parts(&ran, breakdown_at(blame_of(&ran, "v"), NAN, NAN), 0.004,
               (const struct expected[]){{"w", PART_NETWORK, 0.003}, {"w", PART_SERVICE, 0.001}},
               2);
  ran_free(&ran);
}

/* Aim: b comes when a has the worker, so it waits for it; pauses and work after a call count. */
static void queue_and_sleep(void **state) {
  (void)state;
  struct ran ran =
      run("client \"a\" { arrivals = constant \"1/s\", target = \"s\" }\n"
          "client \"b\" { arrivals = constant \"1/s\", target = \"front\" }\n"
          "service \"front\" { on = { default = { work \"4ms\", call \"s\", sleep \"7ms\", work "
          "\"1ms\" } } }\n"
          "service \"s\" { workers = 1, work = \"10ms\" }\n" RUN_ONCE);
  assert_parts(&ran, breakdown_at(blame_of(&ran, "b"), NAN, NAN), 0.028,
               (const struct expected[]){{"front", PART_SERVICE, 0.005},
                                         {"front", PART_SLEEP, 0.007},
                                         {"s", PART_QUEUE, 0.006},
                                         {"s", PART_SERVICE, 0.01}},
               4);
  ran_free(&ran);
}

/* Aim: of calls made at once the one that is waited for counts: the slowest, or with need = 1 the
 * fastest. */
static void fan_out(void **state) {
  (void)state;
  const char *text =
      "client \"u\" { arrivals = constant \"1/s\", target = \"page\" }\n"
      "service \"page\" { on = { default = { work \"1ms\", parallel { call \"a\", call \"b\", call "
      "\"c\"%s } } } "
      "}\n"
      "service \"a\" { work = \"10ms\" }\n"
      "service \"b\" { on = { default = { work \"5ms\", call \"c\" } } }\n"
      "service \"c\" { work = \"20ms\" }\n" RUN_ONCE;
  char all[1024], one[1024];
  snprintf(all, sizeof all, text, "");
  snprintf(one, sizeof one, text, ", need = 1");
  struct ran ran = run(all);
  assert_parts(
      &ran, breakdown_at(blame_of(&ran, "u"), NAN, NAN), 0.026,
      (const struct expected[]){
          {"page", PART_SERVICE, 0.001}, {"b", PART_SERVICE, 0.005}, {"c", PART_SERVICE, 0.02}},
      3);
  ran_free(&ran);
  ran = run(one);
  assert_parts(&ran, breakdown_at(blame_of(&ran, "u"), NAN, NAN), 0.011,
               (const struct expected[]){{"page", PART_SERVICE, 0.001}, {"a", PART_SERVICE, 0.01}},
               2);
  ran_free(&ran);
}

/* Aim: what waits for a place in the pool of a service, or for its turn at a limit, is no work of
 * that service. Of two requests at the same time the second waits. */
static void gates(void **state) {
  (void)state;
#define TWO(ON)                                                        \
  "client \"a\" { arrivals = constant \"1/s\", target = \"front\" }\n" \
  "client \"b\" { arrivals = constant \"1/s\", target = \"front\" }\n" \
  "service \"front\" { on = { " ON                                     \
  " } }\n"                                                             \
  "service \"db\" { work = \"10ms\" }\n" RUN_ONCE
  struct ran ran =
      run(TWO("work \"1ms\", call { \"db\", pool = { size = 1, queue = \"unlimited\" } }"));
  assert_parts(
      &ran, breakdown_at(blame_of(&ran, "b"), NAN, NAN), 0.021,
      (const struct expected[]){
          {"front", PART_SERVICE, 0.001}, {"front", PART_POOL, 0.01}, {"db", PART_SERVICE, 0.01}},
      3);
  ran_free(&ran);
  ran = run(TWO("limit { \"50/s\", burst = 1, algorithm = \"leaky_bucket\" }, call \"db\""));
  assert_parts(&ran, breakdown_at(blame_of(&ran, "b"), NAN, NAN), 0.03,
               (const struct expected[]){{"front", PART_LIMIT, 0.02}, {"db", PART_SERVICE, 0.01}},
               2);
  ran_free(&ran);
}

/* --- what goes wrong ------------------------------------------------------------------------ */

/* Aim: an attempt into a hang is time lost on the fault, the pause is back-off, the second attempt
 * counts as usual. The request of 1 s: attempt 1.000 to 1.030, pause to 1.040, work 5 ms. */
static void hang_timeout_backoff(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"1/s\", target = \"s\", timeout = \"30ms\",\n"
          "  retry = { attempts = 2, backoff = \"10ms\" } }\n"
          "service \"s\" { work = \"5ms\" }\n"
          "fault { hang \"s\", at = \"990ms\", lasts = \"45ms\" }\n"
          "run { duration = \"1.9s\", warmup = \"500ms\", replications = 1 }\n");
  assert_parts(&ran, breakdown_at(blame_of(&ran, "u"), NAN, NAN), 0.045,
               (const struct expected[]){
                   {"s", PART_FAULT, 0.03}, {"u", PART_BACKOFF, 0.01}, {"s", PART_SERVICE, 0.005}},
               3);
  ran_free(&ran);
}

/* Aim: work that takes three times as long: a third is service, the rest is the fault's. A slowdown
 * in the middle of the work splits it. */
static void slow(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"1/s\", target = \"s\" }\n"
          "service \"s\" { work = \"10ms\" }\n"
          "fault { slow { \"s\", factor = 3 }, at = \"1.004s\", lasts = \"5s\" }\n"
          "run { duration = \"1.9s\", warmup = \"500ms\", replications = 1 }\n");
  assert_parts(&ran, breakdown_at(blame_of(&ran, "u"), NAN, NAN), 0.022,
               (const struct expected[]){{"s", PART_SERVICE, 0.01}, {"s", PART_FAULT, 0.012}}, 2);
  ran_free(&ran);
}

/* Aim: attempts that failed and were followed by another are time lost on retrying, where it was
 * lost; the last attempt of a request that fails in the end is not. */
static void failed_attempts(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = constant \"1/s\", target = \"front\",\n"
          "  retry = { attempts = 2, backoff = \"3ms\" } }\n"
          "service \"front\" { on = { default = { work \"1ms\", call \"s\" } } }\n"
          "service \"s\" { on = { default = { work \"10ms\", fail() } } }\n" RUN_ONCE);
  assert_int_equal(breakdown_followed(blame_of(&ran, "u"), FOLLOWED_OK), 0);
  assert_parts(&ran, breakdown_failed(blame_of(&ran, "u")), 0.025,
               (const struct expected[]){{"front", PART_RETRY, 0.001},
                                         {"s", PART_RETRY, 0.01},
                                         {"u", PART_BACKOFF, 0.003},
                                         {"front", PART_SERVICE, 0.001},
                                         {"s", PART_SERVICE, 0.01}},
               5);
  ran_free(&ran);
}

/* --- an injected delay ---------------------------------------------------------------------- */

/* Three systems, each component of which can be given 20 ms more, by a parameter; the balancer,
 * which takes no time itself, by the way to it, there and back. */
static const char chain[] =
    "local lb, web, db = param { \"lb\", \"0ms\" }, param { \"web\", \"0ms\" }, param { \"db\", "
    "\"0ms\" }\n"
    "client \"u\" { arrivals = poisson \"50/s\", target = \"LB\" }\n"
    "service \"LB\" { on = { default = { work(lb), call \"WEB\" } } }\n"
    "service \"WEB\" { on = { default = { work(exponential \"2ms\"), sleep(web), call \"DB\" } } "
    "}\n"
    "service \"DB\" { on = { default = { work(exponential \"3ms\"), work(db) } } }\n"
    "run { duration = \"40s\", warmup = \"1s\", replications = 2 }\n";
static const char forked[] =
    "local page, a, b = param { \"page\", \"0ms\" }, param { \"a\", \"30ms\" }, param { \"b\", "
    "\"30ms\" }\n"
    "local c = param { \"c\", \"0ms\" }\n"
    "client \"u\" { arrivals = poisson \"50/s\", target = \"PAGE\" }\n"
    "service \"PAGE\" { on = { default = { work(page), call \"A\", call \"B\" } } }\n"
    "service \"A\" { instances = 3, work = a }\n"
    "service \"B\" { on = { default = { call \"C\", work(b) } } }\n"
    "service \"C\" { on = { default = { work(exponential \"1ms\"), work(c) } } }\n"
    "run { duration = \"40s\", warmup = \"1s\", replications = 2 }\n";
static const char store[] =
    "local cache_time, db_time, api = param { \"cache_time\", \"1ms\" }, param { \"db_time\", "
    "\"5ms\" }, param { \"api\", \"1ms\" }\n"
    "local way = param { \"way\", \"1ms\" }\n"
    "client \"u\" { arrivals = poisson \"50/s\", target = \"LB\", keys = uniform_keys { n = 10000 "
    "}, zone = \"home\" }\n"
    "path { from = \"home\", to = \"edge\", latency = way }\n"
    "load_balancer \"LB\" { backends = \"API\", zone = \"edge\" }\n"
    "service \"API\" { instances = 2, on = { default = { work(api), call \"CACHE\" } } }\n"
    "cache \"CACHE\" { capacity = 1, origin = \"DB\", hit_time = cache_time }\n"
    "database \"DB\" { read = db_time }\n"
    "run { duration = \"40s\", warmup = \"1s\", replications = 2 }\n";

static const struct injection {
  const char *scenario, *param, *value, *component; /* or a path */
} injections[] = {
    {chain, "lb", "20ms", "LB"},
    {chain, "web", "20ms", "WEB"},
    {chain, "db", "20ms", "DB"},
    {forked, "page", "20ms", "PAGE"},
    {forked, "a", "50ms", "A"},
    {forked, "b", "50ms", "B"},
    {forked, "c", "20ms", "C"},
    {store, "cache_time", "21ms", "CACHE"},
    {store, "db_time", "25ms", "DB"},
    {store, "api", "21ms", "API"},
    {store, "way", "11ms", "path.home.edge"},
};

/* Without queues nothing but the delay changes, and the same requests are followed. */
static void injected_delays(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof injections / sizeof *injections; i++) {
    const struct injection *inject = &injections[i];
    struct setting setting = {inject->param, inject->value};
    struct ran before = run(inject->scenario), after = run_with(inject->scenario, &setting, 1);
    struct composition a = breakdown_at(blame_of(&before, "u"), NAN, NAN);
    struct composition b = breakdown_at(blame_of(&after, "u"), NAN, NAN);
    const struct spec *spec = &before.scenario->spec;
    for (uint32_t c = 0; c < spec->components + spec->paths; c++) {
      const char *owner = c < spec->components ? spec->component[c].name : "path.home.edge";
      double more = 0;
      for (int part = 0; part < PARTS; part++) {
        more += share_of(&after, &b, owner, (enum part)part) -
                share_of(&before, &a, owner, (enum part)part);
      }
      bool here = strcmp(owner, inject->component) == 0;
      /* A request that is in flight at either end is followed in one run and not in the other. */
      if (fabs(more - (here ? 0.02 : 0)) > 0.0002) {
        fail_msg("20 ms at %s: %+.6f s at %s", inject->component, more, owner);
      }
    }
    composition_free(&a);
    composition_free(&b);
    ran_free(&before);
    ran_free(&after);
  }
}

/* --- who is followed ------------------------------------------------------------------------ */

/* Aim: many requests: the number kept is bounded, at least half of what is allowed is used, and the
 * composition at a quantile is near it. */
static void bounded(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = poisson \"1000/s\", target = \"s\" }\n"
          "service \"s\" { workers = 2, work = exponential \"1ms\" }\n"
          "run { duration = \"60s\", warmup = \"5s\", replications = 3 }\n");
  const struct blame *blame = blame_of(&ran, "u");
  assert_in_range(blame->fair, 3 * TRACE_LIMIT / 2 - 150, 3 * TRACE_LIMIT);
  assert_in_range(blame->samples, blame->fair + 1, 9 * TRACE_LIMIT / 2);
  struct composition mean = breakdown_at(blame, NAN, NAN), p99 = breakdown_at(blame, 0.99, NAN);
  double sigma = 0.0012 / sqrt(blame->fair); /* the latency's deviation is about its mean */
  assert_true(fabs(mean.latency_s - results_value(&ran.results, "u.latency.mean")) < 4 * sigma);
  assert_true(fabs(p99.latency_s / results_value(&ran.results, "u.latency.p99") - 1) < 0.25);
  assert_true(fabs(share_of(&ran, &mean, "s", PART_SERVICE) - 0.001) < 4 * 0.001 / sqrt(1500));
  /* What all requests have as their quantile decides, not what the followed have. */
  struct composition above = breakdown_at(blame, 0.99, 1.3 * p99.latency_s);
  struct composition least = breakdown_at(blame, 0.99, 1e-9);
  assert_true(fabs(above.latency_s / (1.3 * p99.latency_s) - 1) < 0.15);
  assert_true(least.latency_s < 0.1 * mean.latency_s);
  composition_free(&above);
  composition_free(&least);
  composition_free(&mean);
  composition_free(&p99);
  uint32_t n;
  struct traffic_share *calls = breakdown_calls(blame, &n);
  assert_int_equal(n, 1);
  assert_true(calls[0].calls == 1 && calls[0].failed == 0);
  free(calls);
  ran_free(&ran);
}

/* Aim: a request that took two attempts is kept as readily as one that took one. Half of the first
 * attempts fail. */
static void retried_ones_too(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = poisson \"1000/s\", target = \"s\",\n"
          "  retry = { attempts = 20, backoff = \"10ms\" } }\n"
          "service \"s\" { on = { default = { work \"1ms\", fail { p = \"50%\" } } } }\n"
          "run { duration = \"60s\", warmup = \"5s\", replications = 3 }\n");
  const struct blame *blame = blame_of(&ran, "u");
  assert_in_range(blame->fair, 3 * TRACE_LIMIT / 2 - 150, 3 * TRACE_LIMIT);
  assert_in_range(blame->samples, blame->fair + 1, 9 * TRACE_LIMIT / 2);
  struct composition mean = breakdown_at(blame, NAN, NAN);
  /* One pause on average; the number of failures in a row is geometric, its variance 2. */
  double tolerance = 4 * 0.01 * sqrt(2.0 / blame->fair);
  assert_true(fabs(share_of(&ran, &mean, "u", PART_BACKOFF) - 0.01) < tolerance);
  composition_free(&mean);
  ran_free(&ran);
}

static void add(struct blame *blame, uint64_t hash) {
  struct blame one = {.below = UINT64_MAX, .failed = UINT64_MAX, .limit = 1, .samples = 1};
  one.sample = &(struct blame_sample){.hash = hash, .latency_ns = hash >> 3};
  blame_merge(blame, &one);
}

/* Aim: merging in another order keeps the same samples. */
static void any_order(void **state) {
  (void)state;
  struct blame a = {.below = UINT64_MAX, .failed = UINT64_MAX, .limit = 50}, b = a;
  for (uint64_t i = 0; i < 1000; i++) add(&a, rng_mix(i));
  for (uint64_t i = 1000; i-- > 0;) add(&b, rng_mix(i));
  assert_true(a.below == b.below);
  assert_int_equal(a.samples, b.samples);
  assert_in_range(a.fair, 10, 50);
  for (uint32_t i = 0; i < a.samples; i++) {
    assert_true(a.sample[i].hash == b.sample[b.samples - 1 - i].hash);
  }
  blame_free(&a);
  blame_free(&b);
}

static bool fails(uint64_t i) {
  return i % 5 == 0;
}

/* One replication's: a hundred hashes below a limit, of which the slow and the failed ones go on to
 * further ones. */
static struct blame some(uint64_t seed) {
  uint64_t below = UINT64_MAX >> (2 + seed % 3), tail = UINT64_MAX >> (seed % 3);
  struct blame b = {.below = below,
                    .tail = tail,
                    .failed = tail >> seed % 2,
                    .cut_ns = 700 + seed % 7 * 20,
                    .limit = 1000};
  struct blame_sample *list = calloc(400, sizeof *list);
  for (uint64_t i = 0; i < 400; i++) {
    struct blame_sample s = {.hash = rng_mix(seed * 1000 + i),
                             .latency_ns = rng_mix(i) % 1000,
                             .outcome = fails(i) ? OUTCOME_TIMEOUT : OUTCOME_OK};
    bool slow = !fails(i) && s.hash <= tail && s.latency_ns >= b.cut_ns;
    bool beside = fails(i) && s.hash > below && s.hash <= b.failed;
    if (s.hash <= below || slow || beside) list[b.samples++] = s;
    b.fair += s.hash <= below;
    b.beside += beside;
  }
  b.sample = list;
  return b;
}

static int by_hash(const void *left, const void *right) {
  const struct blame_sample *a = left, *b = right;
  return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Aim: with each replication that keeps less, what was merged before is looked at again, also where
 * there is room for all of it. */
static void one_that_keeps_less(void **state) {
  (void)state;
  struct blame a = {.below = UINT64_MAX, .failed = UINT64_MAX, .limit = 100000};
  for (uint64_t k = 0; k < 40; k++) {
    struct blame one = some(k);
    blame_merge(&a, &one);
    free(one.sample);
    for (uint32_t i = 0; i < a.samples; i++) {
      const struct blame_sample *s = &a.sample[i];
      bool slow = s->hash <= a.tail && s->latency_ns >= a.cut_ns;
      assert_true(s->hash <= a.below || (s->outcome != OUTCOME_OK ? s->hash <= a.failed : slow));
    }
  }
  assert_in_range(a.samples, 1000, 100000);
  blame_free(&a);
}

/* Aim: the same of replications that differ in what they keep for being slow; all that the limits
 * of the whole allow is there, and nothing else. */
static void any_order_of_slow_ones(void **state) {
  (void)state;
  struct blame a = {.below = UINT64_MAX, .failed = UINT64_MAX, .limit = 500}, b = a;
  uint32_t wanted = 0;
  for (int round = 0; round < 2; round++) {
    for (uint64_t i = 0; i < 40; i++) {
      struct blame one = some(round == 0 ? i : 39 - i);
      blame_merge(round == 0 ? &a : &b, &one);
      free(one.sample);
    }
  }
  assert_true(a.below == b.below && a.tail == b.tail && a.cut_ns == b.cut_ns);
  assert_true(a.cut_ns == 820 && a.tail == 4 * a.below + 3);
  assert_true(a.failed == b.failed && a.failed > a.below && a.beside == b.beside && a.beside > 0);
  assert_in_range(a.fair, 250, 500);
  assert_int_equal(a.samples, b.samples);
  qsort(a.sample, a.samples, sizeof *a.sample, by_hash);
  qsort(b.sample, b.samples, sizeof *b.sample, by_hash);
  for (uint32_t i = 0; i < a.samples; i++) assert_true(a.sample[i].hash == b.sample[i].hash);
  for (uint64_t k = 0; k < 40; k++) {
    for (uint64_t i = 0; i < 400; i++) {
      uint64_t hash = rng_mix(k * 1000 + i), latency = rng_mix(i) % 1000;
      bool slow = hash <= a.tail && latency >= a.cut_ns;
      wanted += hash <= a.below || (fails(i) ? hash <= a.failed : slow);
    }
  }
  assert_int_equal(a.samples, wanted);
  blame_free(&a);
  blame_free(&b);
}

/* Aim: the parts at p99 are within a tenth of the truth, from the slow ones that are followed for
 * being slow; those of the rest are not moved by these. Two stations without waits: of a time t in
 * all, E[X | X + Y = t] = t / (1 - exp(-d t)) - 1 / d is spent at the slower one, where d is what
 * the rates differ by (a time with a density proportional to exp(d x) on 0 .. t). */
static void truth_at_p99(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = poisson \"400/s\", target = \"s\" }\n"
          "service \"s\" { on = { work(exponential \"10ms\"), call \"t\" } }\n"
          "service \"t\" { work = exponential \"5ms\" }\n"
          "run { duration = \"120s\", warmup = \"5s\", replications = 4 }\n");
  const struct blame *blame = blame_of(&ran, "u");
  double p99 = results_value(&ran.results, "u.latency.p99");
  struct composition c = breakdown_at(blame, 0.99, p99), mean = breakdown_at(blame, NAN, NAN);
  double d = 1 / 0.005 - 1 / 0.01, t = c.latency_s, slower = t / (1 - exp(-d * t)) - 1 / d;
  print_message("  %u requests about p99; at s %.4f s, in truth %.4f; at t %.4f, in truth %.4f\n",
                c.requests, share_of(&ran, &c, "s", PART_SERVICE), slower,
                share_of(&ran, &c, "t", PART_SERVICE), t - slower);
  assert_true(c.requests > 4 * TRACE_LIMIT / 50); /* twice as many as of the fair choice alone */
  assert_true(fabs(t / p99 - 1) < 0.05);
  assert_true(fabs(share_of(&ran, &c, "s", PART_SERVICE) / slower - 1) < 0.1);
  assert_true(fabs(share_of(&ran, &c, "t", PART_SERVICE) / (t - slower) - 1) < 0.1);
  assert_true(fabs(mean.latency_s / 0.015 - 1) < 4 * 0.0112 / 0.015 / sqrt(blame->fair));
  assert_int_equal(mean.requests, blame->fair);
  /* Their weights put the slow ones where they belong: without what is known of all requests. */
  struct composition by_rank = breakdown_at(blame, 0.99, NAN);
  assert_true(fabs(by_rank.latency_s / p99 - 1) < 0.05);
  composition_free(&by_rank);
  composition_free(&mean);
  composition_free(&c);
  ran_free(&ran);
}

/* Aim: where few fail, enough of those that failed are followed to tell where, and they are a fair
 * choice of these; where most fail, they are not too many. At s fail 0.5 %, at t 1 % of the rest,
 * after 10 ms. */
static void failed_ones_too(void **state) {
  (void)state;
  struct ran ran =
      run("client \"u\" { arrivals = poisson \"1000/s\", target = \"s\" }\n"
          "service \"s\" { on = { default = { fail { p = \"0.5%\" }, call \"t\" } } }\n"
          "service \"t\" { on = { default = { work \"10ms\", fail { p = \"1%\" } } } }\n"
          "run { duration = \"60s\", warmup = \"5s\", replications = 3 }\n");
  const struct blame *blame = blame_of(&ran, "u");
  uint32_t failed = breakdown_followed(blame, FOLLOWED_FAILED), n;
  assert_in_range(failed, 0.015 * 2.5 * blame->fair, 0.015 * 6 * blame->fair);
  assert_false(breakdown_mostly_failed(blame));
  struct composition c = breakdown_failed(blame), mean = breakdown_at(blame, NAN, NAN);
  double late = 0.995 * 0.01 / (0.005 + 0.995 * 0.01), sigma = sqrt(late * (1 - late) / failed);
  assert_int_equal(c.requests, failed);
  assert_true(fabs(share_of(&ran, &c, "t", PART_SERVICE) / 0.01 - late) < 3 * sigma);
  assert_true(mean.requests <= blame->fair);
  struct failure_share *origin = breakdown_origins(blame, FOLLOWED_FAILED, false, &n);
  assert_int_equal(n, 2);
  assert_true(fabs(origin[0].share - late) < 3 * sigma);
  free(origin);
  composition_free(&mean);
  composition_free(&c);
  ran_free(&ran);
  ran =
      run("client \"u\" { arrivals = poisson \"1000/s\", target = \"s\" }\n"
          "service \"s\" { on = { default = { work \"1ms\", fail { p = \"60%\" } } } }\n"
          "run { duration = \"60s\", warmup = \"5s\", replications = 1 }\n");
  blame = blame_of(&ran, "u");
  assert_true(breakdown_mostly_failed(blame));
  assert_in_range(blame->beside, 0, TRACE_LIMIT / 2);
  ran_free(&ran);
  /* More of the failed ones are kept, which does not make them the most. */
  ran =
      run("client \"u\" { arrivals = poisson \"100/s\", target = \"s\" }\n"
          "service \"s\" { on = { default = { work \"1ms\", fail { p = \"40%\" } } } }\n"
          "run { duration = \"60s\", warmup = \"5s\", replications = 1 }\n");
  assert_false(breakdown_mostly_failed(blame_of(&ran, "u")));
  ran_free(&ran);
}

/* Of exponential times with a mean of 10 ms those beyond p99 take 10 ms * (1 + ln 100) on average,
 * each 10 ms more or less: five standard errors of as many as are kept. */
static void beyond_a_quantile(void **state) {
  (void)state;
  struct ran ran =
      run("client 'u' { arrivals = poisson '1000/s', target = 's' }\n"
          "service 's' { work = exponential '10ms' }\n"
          "run { duration = '100s', warmup = '0s', replications = 2 }\n");
  double p99 = results_value(&ran.results, "u.latency.p99");
  struct composition c = breakdown_beyond(blame_of(&ran, "u"), 0.99, p99);
  assert_true(c.requests >= 40);
  assert_float_equal(c.latency_s, 0.01 * (1 + log(100)), 5 * 0.01 / sqrt(c.requests));
  composition_free(&c);
  ran_free(&ran);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_hundred_and_twenty),
      cmocka_unit_test(whose_way),
      cmocka_unit_test(queue_and_sleep),
      cmocka_unit_test(fan_out),
      cmocka_unit_test(gates),
      cmocka_unit_test(hang_timeout_backoff),
      cmocka_unit_test(slow),
      cmocka_unit_test(failed_attempts),
      cmocka_unit_test(injected_delays),
      cmocka_unit_test(bounded),
      cmocka_unit_test(retried_ones_too),
      cmocka_unit_test(any_order),
      cmocka_unit_test(any_order_of_slow_ones),
      cmocka_unit_test(one_that_keeps_less),
      cmocka_unit_test(truth_at_p99),
      cmocka_unit_test(failed_ones_too),
      cmocka_unit_test(beyond_a_quantile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

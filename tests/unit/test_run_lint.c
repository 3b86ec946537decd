/* Aim: what the linter takes for known follows from the stated numbers: rates, loads, times and
 * patience against values computed by hand, and never more than is certain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call_patience.h"
#include "dist_bounds.h"
#include "dist_make.h"
#include "lint.h"

#define MS 1e6 /* ns */
#define RUN "run { duration = \"100s\", warmup = \"10s\" }\n"

static struct scenario *load(const char *text) {
  char path[] = "/tmp/archsim-test-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  size_t size = strlen(text);
  assert_true(write(fd, text, size) == (ssize_t)size);
  close(fd);
  struct error err;
  struct scenario *scenario = scenario_load(path, NULL, 0, &err);
  unlink(path);
  if (scenario == NULL) fail_msg("%s", err.text);
  return scenario;
}

struct view {
  struct scenario *scenario;
  struct call_graph *graph;
  double *patience;
};

static struct view look(const char *text) {
  struct view view = {.scenario = load(text)};
  view.graph = call_graph_new(&view.scenario->spec);
  call_graph_measure(view.graph, 0, view.scenario->run.duration_ns);
  view.patience = call_patience(view.graph);
  return view;
}

static void look_away(struct view *view) {
  call_graph_free(view->graph);
  scenario_free(view->scenario);
}

static uint32_t find(const struct view *view, const char *component, const char *op) {
  uint32_t id = spec_find(&view->scenario->spec, component);
  uint32_t node = node_find(view->graph, id, spec_find_op(&view->scenario->spec, op));
  assert_int_not_equal(node, NO_NODE);
  return node;
}

static void rate_is(const struct view *view, const char *component, const char *op, double wanted) {
  double rate = view->graph->node[find(view, component, op)].rate_per_s;
  if (fabs(rate - wanted) > 1e-6) fail_msg("%s/%s: %g/s, not %g/s", component, op, rate, wanted);
}

static void load_is(const struct view *view, const char *component, double wanted) {
  double found = view->graph->load[spec_find(&view->scenario->spec, component)];
  if (fabs(found - wanted) > 1e-9) fail_msg("%s: load %.12g, not %g", component, found, wanted);
}

/* --- rates ----------------------------------------------------------------------------------- */

/* Two instances of a client send 100/s each; 60 % look, 40 % buy. Backends of 3 and 1 members share
 * 3 : 1. A quarter of the looks asks for more, each buy makes two calls at once. */
static const char shop[] =
    "client \"c\" { instances = 2, arrivals = poisson \"100/s\", target = \"lb\",\n"
    "  mix = { look = 0.6, buy = 0.4 } }\n"
    "load_balancer \"lb\" { backends = { \"big\", \"small\" } }\n"
    "local on = { look = { work \"2ms\", branch { p = \"25%\", call \"more\" } },\n"
    "  buy = { work \"5ms\", parallel { call { \"stock\", times = 2 } }, sleep \"1ms\",\n"
    "    reply(), work \"3ms\" } }\n"
    "service \"big\" { instances = 3, workers = 8, on = on }\n"
    "service \"small\" { workers = 8, io = \"async\", on = on }\n"
    "service \"more\" { workers = 2, work = exponential \"4ms\" }\n"
    "service \"stock\" { workers = 4, work = \"10ms\" }\n" RUN;

static void test_rates(void **state) {
  (void)state;
  struct view v = look(shop);
  rate_is(&v, "lb", "look", 120);
  rate_is(&v, "lb", "buy", 80);
  rate_is(&v, "big", "look", 90);
  rate_is(&v, "small", "buy", 20);
  rate_is(&v, "more", "look", 30);
  rate_is(&v, "stock", "buy", 160);
  load_is(&v, "more", 30 * 0.004);
  load_is(&v, "stock", 160 * 0.010);
  /* Blocking: look holds 2 + 1/4 4 ms, buy 5 + 10 + 1 + 3 ms. Async: the work alone. */
  load_is(&v, "big", 90 * 0.003 + 60 * 0.019);
  load_is(&v, "small", 30 * 0.002 + 20 * 0.008);
  /* After the answer nobody waits. */
  assert_true(fabs(v.graph->node[find(&v, "big", "buy")].mean_ns - 16 * MS) < 1);
  assert_true(fabs(v.graph->node[find(&v, "lb", "look")].mean_ns - 3 * MS) < 1);
  look_away(&v);
}

/* A surge of factor 5 in a tenth of the time adds 40 % to the mean and is the peak; of one member
 * of two it is a factor of 3; one that chance begins is not known. */
static void test_surges(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { instances = 2, arrivals = poisson \"100/s\", target = \"s\" }\n"
      "service \"s\" { workers = 8, work = \"1ms\" }\n"
      "fault { surge { \"c\", factor = 5 }, at = \"50s\", lasts = \"10s\" }\n"
      "fault { surge { \"c[2]\", factor = 5 }, at = \"90s\" }\n"
      "fault { surge { \"c\", factor = 9 }, mttf = \"50s\", mttr = \"10s\" }\n" RUN);
  rate_is(&v, "s", "default", 200 * (1 + 0.1 * 4 + 0.1 * 2));
  call_graph_load(v.graph, RATE_PEAK);
  rate_is(&v, "s", "default", 1000);
  look_away(&v);
}

/* A component that is saturated passes on no more than it can do. */
static void test_saturation(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { arrivals = poisson \"300/s\", target = \"a\" }\n"
      "service \"a\" { workers = 2, io = \"async\", on = { default = { work \"10ms\", call \"b\" } "
      "} }\n"
      "service \"b\" { workers = 1, work = \"1ms\" }\n" RUN);
  load_is(&v, "a", 3);
  rate_is(&v, "b", "default", 200);
  load_is(&v, "b", 0.2);
  look_away(&v);
}

/* What is not known counts as nothing: hits of a cache, users of a closed client, fallbacks, and
 * what a balancer that prefers the idle gives to which of its backends. */
static void test_unknown(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { arrivals = poisson \"100/s\", target = \"kv\", keys = uniform_keys { n = 9 "
      "},\n"
      "  mix = { read = 0.9, write = 0.1 } }\n"
      "client \"d\" { arrivals = closed { users = 50, think = \"1s\" }, target = \"lb\" }\n"
      "cache \"kv\" { origin = \"db\", hit_time = \"1ms\" }\n"
      "database \"db\" { workers = 2, read = \"5ms\", write = \"7ms\" }\n"
      "load_balancer \"lb\" { algorithm = \"least_connections\", backends = { \"x\", \"y\" } }\n"
      "service \"x\" { on = { default = { call { \"y\", fallback = { call \"z\" } } } } }\n"
      "service \"y\" { work = \"3ms\" }\n"
      "service \"z\" { work = \"3ms\" }\n" RUN);
  rate_is(&v, "kv", "read", 90);
  rate_is(&v, "db", "read", 0);
  rate_is(&v, "db", "write", 10);
  load_is(&v, "db", 10 * 0.007);
  rate_is(&v, "lb", "default", 0);
  const struct call_node *kv = &v.graph->node[find(&v, "kv", "read")];
  uint32_t end = kv->outline.steps - 1; /* a hit or a miss, every read ends */
  assert_true(kv->certain[end] && !kv->certain[end - 1] && kv->possible[end - 1]);
  const struct call_node *x = &v.graph->node[find(&v, "x", "default")];
  assert_true(fabs(x->mean_ns - 3 * MS) < 1); /* y, and not z */
  assert_true(fabs(v.graph->node[find(&v, "kv", "read")].mean_ns - 1 * MS) < 1);
  look_away(&v);
}

/* Who prefers the idle gives more to the faster backend: how much is not known. */
static void test_unknown_shares(void **state) {
  (void)state;
#define TWO(algorithm)                                               \
  "client \"c\" { arrivals = poisson \"100/s\", target = \"lb\" }\n" \
  "load_balancer \"lb\" { algorithm = \"" algorithm                  \
  "\", backends = { \"x\", \"y\" } }\n"                              \
  "service \"x\" { workers = 1, work = \"1ms\" }\n"                  \
  "service \"y\" { instances = 3, workers = 1, work = \"9ms\" }\n" RUN
  struct view v = look(TWO("least_connections"));
  rate_is(&v, "y", "default", 0);
  look_away(&v);
  v = look(TWO("random"));
  rate_is(&v, "y", "default", 75);
  look_away(&v);
}

/* Under processor sharing a call that waits leaves the worker to the others. */
static void test_processor_sharing(void **state) {
  (void)state;
#define SHARED(discipline)                                              \
  "client \"c\" { arrivals = poisson \"100/s\", target = \"a\" }\n"     \
  "service \"a\" { workers = 1, queue = 50, discipline = \"" discipline \
  "\", on = { default = { work \"2ms\", call \"b\" } } }\nservice \"b\" { work = \"8ms\" }\n" RUN
  struct view v = look(SHARED("fifo"));
  load_is(&v, "a", 1);
  look_away(&v);
  v = look(SHARED("ps"));
  load_is(&v, "a", 0.2);
  look_away(&v);
}

/* Of a call whose timeout is near its mean, only what it takes each time is certain. */
static void test_cut_means(void **state) {
  (void)state;
#define CUT(timeout)                                                      \
  "client \"c\" { arrivals = poisson \"10/s\", target = \"a\" }\n"        \
  "service \"a\" { on = { default = { call { \"b\", timeout = \"" timeout \
  "\" } } } }\n"                                                          \
  "service \"b\" { on = { default = { work \"1ms\", work(exponential \"9ms\") } } }\n" RUN
  struct view v = look(CUT("100ms"));
  assert_true(fabs(v.graph->node[find(&v, "a", "default")].mean_ns - 10 * MS) < 1);
  look_away(&v);
  v = look(CUT("99ms"));
  assert_true(fabs(v.graph->node[find(&v, "a", "default")].mean_ns - 1 * MS) < 1);
  look_away(&v);
}

/* Calls that go round in a circle with a probability of 1/2 make each visit two. */
static void test_circle(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { arrivals = poisson \"10/s\", target = \"a\" }\n"
      "service \"a\" { on = { default = { work \"1ms\", branch { p = \"50%\", call \"b\" } } } }\n"
      "service \"b\" { on = { default = { call { \"a\", timeout = \"1s\" } } } }\n" RUN);
  rate_is(&v, "a", "default", 20);
  rate_is(&v, "b", "default", 10);
  assert_true(v.patience[find(&v, "a", "default")] <= 1000 * MS);
  look_away(&v);
}

/* --- times ----------------------------------------------------------------------------------- */

static void test_bounds(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { arrivals = poisson \"10/s\", target = \"a\", zone = \"p\" }\n"
      "service \"a\" { zone = \"q\", on = { default = { work \"5ms\", work(exponential \"10ms\"),\n"
      "  work(exponential \"1ms\"), branch { p = \"10%\", work \"99ms\" } } } }\n"
      "path { from = \"p\", to = \"q\", latency = \"20ms\" }\n" RUN);
  struct call_bound b = call_bound(v.graph, find(&v, "c", "default"), 0.99);
  assert_true(fabs(b.least_ns - 45 * MS) < 1); /* there, back and the constant work */
  assert_true(fabs(b.gain_ns - 10 * MS * log(100)) < 100);
  assert_true(fabs(b.far_ns - 10 * MS * log(10000)) < 100);
  assert_true(fabs(v.graph->node[find(&v, "c", "default")].mean_ns - 65.9 * MS) < 1);
  look_away(&v);
}

/* A timeout that cuts off the slow ones leaves the constant part. */
static void test_bounds_with_timeout(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { arrivals = poisson \"10/s\", target = \"a\", timeout = \"60ms\" }\n"
      "service \"a\" { on = { default = { work \"5ms\", work(exponential \"10ms\") } } }\n" RUN);
  struct call_bound b = call_bound(v.graph, find(&v, "c", "default"), 0.99);
  assert_true(fabs(b.least_ns - 5 * MS) < 1);
  assert_true(b.gain_ns == 0);
  look_away(&v);
}

/* Quantiles of mixtures and of the others: never above the true one. */
static void test_quantiles(void **state) {
  (void)state;
  struct dist exponential, uniform, mixture, parts[2];
  struct arena *arena = arena_new();
  struct error err;
  assert_true(dist_exponential(&exponential, 10, &err));
  assert_true(dist_uniform(&uniform, 2, 4, &err));
  assert_true(fabs(dist_quantile_least(&exponential, 0.5) - 10 * log(2)) < 1e-9);
  assert_true(fabs(dist_quantile_least(&uniform, 0.75) - 3.5) < 1e-12);
  parts[0] = uniform;
  parts[1] = exponential;
  assert_true(dist_mixture(&mixture, arena, 2, (double[]){0.5, 0.5}, parts, &err));
  /* 1 - p = 1 %: 2 % of the exponential part alone exceed this. */
  assert_true(fabs(dist_quantile_least(&mixture, 0.99) - 10 * log(50)) < 1e-9);
  assert_true(dist_quantile_least(&mixture, 0.2) >= 0);
  assert_true(dist_quantile_least(&mixture, 0.2) <= 2.5);
  arena_free(arena);
}

/* --- patience -------------------------------------------------------------------------------- */

static void test_patience(void **state) {
  (void)state;
  struct view v = look(
      "client \"c\" { arrivals = poisson \"10/s\", target = \"lb\", timeout = \"9s\",\n"
      "  mix = { one = 0.5, two = 0.5 } }\n"
      "load_balancer \"lb\" { backends = \"a\", connect_retries = 2 }\n"
      "service \"a\" { on = {\n"
      "  one = { call { \"b\", timeout = \"100ms\", fallback = { call { \"d\", timeout = \"50ms\" "
      "} } },\n"
      "    call { \"d\", timeout = \"30ms\" } },\n"
      "  two = { parallel { call { \"b\", timeout = \"100ms\" }, call { \"d\", timeout = \"70ms\" "
      "} },\n"
      "    reply(), call { \"d\", timeout = \"5s\" } } } }\n"
      "service \"b\" { work = \"1ms\" }\n"
      "service \"d\" { work = \"1ms\" }\n" RUN);
  /* Through the balancer, which has no timeout of its own; calls at once wait together; nobody
   * waits after the answer; a refused connection tried again waits no longer. */
  assert_true(v.patience[find(&v, "lb", "one")] == 180 * MS);
  assert_true(v.patience[find(&v, "lb", "two")] == 100 * MS);
  assert_true(v.patience[find(&v, "c", "one")] == 9000 * MS);
  const char *words = call_patience_words(v.graph, v.patience, find(&v, "lb", "one"));
  if (strcmp(words, "100 ms for b, then 50.0 ms for d, then 30.0 ms for d") != 0) {
    fail_msg("%s", words);
  }
  look_away(&v);
}

/* --- the rules' own judgement ---------------------------------------------------------------- */

static uint32_t findings(const char *text, const char *rule) {
  struct scenario *scenario = load(text);
  struct lint *lint = lint_scenario(scenario);
  uint32_t n = 0;
  for (uint32_t i = 0; i < lint->findings; i++) n += !strcmp(lint->finding[i].rule->id, rule);
  lint_free(lint);
  scenario_free(scenario);
  return n;
}

/* Each pair lies just on either side of a rule's limit. */
static void test_limits(void **state) {
  (void)state;
#define MM1(rate)                             \
  "client \"c\" { arrivals = poisson \"" rate \
  "\", target = \"s\" }\n"                    \
  "service \"s\" { workers = 1, work = exponential \"10ms\" }\n" RUN
  assert_int_equal(findings(MM1("99.9/s"), "overload-unbounded"), 0);
  assert_int_equal(findings(MM1("100/s"), "overload-unbounded"), 1);
  /* 90 s x 10 replications x 1.2/s = 1080 requests, of 1.1/s 990. */
#define GOAL "goal \"c.latency.p99 < 10s\"\n"
  assert_int_equal(findings(MM1("1.2/s") GOAL, "quantile-of-few"), 0);
  assert_int_equal(findings(MM1("1.1/s") GOAL, "quantile-of-few"), 1);
  /* Of 1080 requests, 2.97 may fail at 99.725 %, and 3.02 at 99.72 %; a goal of all is judged by
   * what was seen. */
  assert_int_equal(findings(MM1("1.2/s") "goal \"c.availability >= 99.725%\"", "share-of-few"), 1);
  assert_int_equal(findings(MM1("1.2/s") "goal \"c.availability >= 99.72%\"", "share-of-few"), 0);
  assert_int_equal(findings(MM1("1.2/s") "goal \"c.availability >= 100%\"", "share-of-few"), 0);
  assert_int_equal(findings(MM1("1.2/s") "goal \"c.availability < 99.9%\"", "share-of-few"), 0);
  assert_int_equal(findings(MM1("1.2/s") "goal \"c.within.1s >= 99.9%\"", "share-of-few"), 1);
  assert_int_equal(findings(MM1("1.2/s") "goal \"c.downtime < 1h\"", "share-of-few"), 1);
  /* While a fault holds: 40 s x 10 x 1.2/s = 480 requests, of which 0.62 % may fail. */
#define CRASH(at, lasts) "fault { crash \"s\", at = \"" at "\", lasts = " lasts " }\n"
#define DURING(goal) "goal { \"" goal "\", during = \"crash s\" }\n"
#define AFTER "goal { recovers = \"c.goodput\", within = \"20s\", after = \"crash s\" }\n"
  static const struct {
    const char *text, *rule;
    uint32_t n;
  } spells[] = {
      {MM1("1.2/s") CRASH("40s", "\"40s\"") DURING("c.availability >= 99.3%"), "share-of-few", 0},
      {MM1("1.2/s") CRASH("40s", "\"40s\"") DURING("c.availability >= 99.4%"), "share-of-few", 1},
      {MM1("2.6/s") CRASH("40s", "\"40s\"") DURING("c.latency.p99 < 9s"), "quantile-of-few", 0},
      {MM1("2.4/s") CRASH("40s", "\"40s\"") DURING("c.latency.p99 < 9s"), "quantile-of-few", 1},
#define AGAIN(up, down) "fault { crash \"s\", mttf = \"" up "\", mttr = \"" down "\" }\n"
      /* A quarter of 90 s, ten times. */
      {MM1("1.4/s") AGAIN("15s", "5s") DURING("c.availability >= 99%"), "share-of-few", 0},
      {MM1("1.3/s") AGAIN("15s", "5s") DURING("c.availability >= 99%"), "share-of-few", 1},
      {MM1("9/s") CRASH("0s", "\"10s\"") DURING("c.availability > 1%"), "goal-beside-fault", 1},
      {MM1("9/s") CRASH("0s", "\"11s\"") DURING("c.availability > 1%"), "goal-beside-fault", 0},
      {MM1("9/s") CRASH("100s", "\"11s\"") DURING("c.availability > 1%"), "goal-beside-fault", 1},
      {MM1("9/s") CRASH("10s", "\"20s\"") AFTER, "goal-beside-fault", 1},
      {MM1("9/s") CRASH("11s", "\"20s\"") AFTER, "goal-beside-fault", 0},
      {MM1("9/s") CRASH("50s", "exponential \"20s\"") AFTER, "goal-beside-fault", 0},
      {MM1("9/s") CRASH("50s", "exponential \"40s\"") AFTER, "goal-beside-fault", 1},
      {MM1("9/s") AGAIN("15s", "2s") AFTER, "goal-beside-fault", 1},
      {MM1("9/s") AGAIN("25s", "2s") AFTER, "goal-beside-fault", 0},
  };
  for (size_t i = 0; i < sizeof spells / sizeof *spells; i++) {
    if (findings(spells[i].text, spells[i].rule) == spells[i].n) continue;
    fail_msg("%s: %s is not found %u times", spells[i].text, spells[i].rule, spells[i].n);
  }
  /* The quantile 99 % of the work alone is 46.05 ms. */
  assert_int_equal(findings(MM1("9/s") "goal \"c.latency.p99 < 47ms\"", "goal-out-of-reach"), 0);
  assert_int_equal(findings(MM1("9/s") "goal \"c.latency.p99 < 46ms\"", "goal-out-of-reach"), 1);
  assert_int_equal(findings(MM1("9/s") "goal \"c.latency.mean < 9ms\"", "goal-out-of-reach"), 1);
  assert_int_equal(findings(MM1("9/s") "goal \"c.latency.mean > 9ms\"", "goal-out-of-reach"), 0);
  /* A tight timeout leaves the fast ones. */
  static const char tight[] =
      "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = \"20ms\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "goal \"c.latency.mean < 9ms\"\n" RUN;
  assert_int_equal(findings(tight, "goal-out-of-reach"), 0);
  /* Half of the work takes 6.93 ms or more. */
#define HASTY(timeout)                                                              \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = \"" timeout \
  "\" }\nservice \"s\" { workers = 1, work = exponential \"10ms\" }\n" RUN
  assert_int_equal(findings(HASTY("7ms"), "timeout-below-work"), 0);
  assert_int_equal(findings(HASTY("6.9ms"), "timeout-below-work"), 1);
  /* A call that gives up in time lets its caller answer in time. */
  static const char cut[] =
      "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = \"100ms\" }\n"
      "service \"s\" { on = { default = { call { \"far\", timeout = \"20ms\", fallback = {} } } } "
      "}\n"
      "service \"far\" { work = \"200ms\" }\n" RUN;
  assert_int_equal(findings(cut, "timeout-below-work"), 1);
}

/* Ten closed users cannot fill 128 workers; a pool behind a smaller one is as small. */
static void test_pools(void **state) {
  (void)state;
#define POOLS(arrivals, front)                                                                     \
  "client \"c\" { arrivals = " arrivals                                                            \
  ", target = \"front\", timeout = \"1s\" }\n"                                                     \
  "service \"front\" { " front                                                                     \
  ", on = { default = { work \"1ms\", call \"api\" } } }\n"                                        \
  "service \"api\" { workers = 128, on = { default = { parallel { call \"db\", call \"db\" } } } " \
  "}\n"                                                                                            \
  "database \"db\" { workers = 4, connections = 100, read = \"1ms\" }\n" RUN
  static const char id[] = "pool-exceeds-connections";
  assert_int_equal(findings(POOLS("poisson \"9/s\"", "io = \"blocking\""), id), 1);
  assert_int_equal(findings(POOLS("poisson \"9/s\"", "workers = 51"), id), 1);
  assert_int_equal(findings(POOLS("poisson \"9/s\"", "workers = 50"), id), 0);
  assert_int_equal(
      findings(POOLS("closed { users = 50, think = \"1s\" }", "io = \"blocking\""), id), 0);
}

/* Who has fewer places than workers never wants more connections; a balancer has places, too. Those
 * of callers farther up are not looked at. */
static void test_places(void **state) {
  (void)state;
#define PLACES(front, back)                                                         \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"a\", timeout = \"1s\" }\n" \
  "service \"a\" { instances = 2, workers = 99, on = {\n"                           \
  "  one = { call { \"lb\", pool = { size = " front                                 \
  " } } },\n"                                                                       \
  "  default = { call { \"lb\", pool = { size = " front                             \
  " } } } } }\n"                                                                    \
  "load_balancer \"lb\" { backends = \"db\"" back                                   \
  " }\ndatabase \"db\" { connections = 30, read = \"1ms\" }\n" RUN
  static const char id[] = "pool-exceeds-connections";
  assert_int_equal(findings(PLACES("9", ", pool = { size = 30 }"), id), 0);
  assert_int_equal(findings(PLACES("9", ", pool = { size = 31 }"), id), 1);
}

static void test_calls_at_once(void **state) {
  (void)state;
#define AT_ONCE(times)                                                                        \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"a\", timeout = \"1s\" }\n"           \
  "service \"a\" { workers = 10, on = { default = { parallel { call { \"db\", times = " times \
  " } } } } }\ndatabase \"db\" { connections = 30, read = \"1ms\" }\n" RUN
  assert_int_equal(findings(AT_ONCE("3"), "pool-exceeds-connections"), 0);
  assert_int_equal(findings(AT_ONCE("4"), "pool-exceeds-connections"), 1);
}

/* Three members: the second one's checks come at 6.67 s, 16.67 s and so on. Those at 46.67, 56.67
 * and 66.67 s fail, so that a third of the requests fails for 25.67 s of 90 s: 9.506 %. A client
 * that tries twice meets the member twice with 1/9: 3.169 %. */
static void test_health_check(void **state) {
  (void)state;
#define CHECKED(client, goal) FAULTY(client, goal, "crash")
#define FAULTY(client, goal, fault)                                         \
  "client \"c\" { " client                                                  \
  ", target = \"lb\", timeout = \"1s\" }\n"                                 \
  "load_balancer \"lb\" { backends = \"web\",\n"                            \
  "  health_check = { interval = \"10s\", timeout = \"1s\", fall = 3 } }\n" \
  "service \"web\" { instances = 3, workers = 4, work = \"20ms\" }\n"       \
  "fault { " fault                                                          \
  " \"web[2]\", at = \"41s\", lasts = \"40s\" }\n"                          \
  "goal \"c.availability >= " goal "\"\n" RUN
#define TWICE ", retry = { attempts = 2, backoff = \"1ms\" }"
  static const char id[] = "health-check-slow";
  assert_int_equal(findings(CHECKED("arrivals = poisson \"9/s\"", "90.45%"), id), 0);
  assert_int_equal(findings(CHECKED("arrivals = poisson \"9/s\"", "90.53%"), id), 1);
  assert_int_equal(findings(CHECKED("arrivals = poisson \"9/s\"" TWICE, "96.80%"), id), 0);
  assert_int_equal(findings(CHECKED("arrivals = poisson \"9/s\"" TWICE, "96.86%"), id), 1);
  /* A hang shows in timeouts, which only some retry. */
#define CAUSE(cause) ", retry = { attempts = 2, backoff = \"1ms\", on = { \"" cause "\" } }"
  const char *tried = FAULTY("arrivals = poisson \"9/s\"" CAUSE("timeout"), "95%", "hang");
  const char *final = FAULTY("arrivals = poisson \"9/s\"" CAUSE("refused"), "95%", "hang");
  assert_int_equal(findings(tried, id), 0);
  assert_int_equal(findings(final, id), 1);
  assert_int_equal(
      findings(CHECKED("arrivals = closed { users = 9, think = \"1s\" }", "99.9%"), id), 0);
}

/* A balancer that tries again elsewhere leaves nothing to notice, if it does so after what the
 * fault causes, and if its caller still waits. */
static void test_next_backend(void **state) {
  (void)state;
#define NEXT_TRY(more, fault)                                                               \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"lb\", timeout = \"1s\" }\n"        \
  "load_balancer \"lb\" { backends = \"web\", health_check = { interval = \"10s\" }, " more \
  " }\n"                                                                                    \
  "service \"web\" { instances = 3, workers = 4, work = \"20ms\" }\n"                       \
  "fault { " fault                                                                          \
  " \"web[2]\", at = \"41s\", lasts = \"40s\" }\n"                                          \
  "goal \"c.availability >= 95%\"\n" RUN
  static const char id[] = "health-check-slow";
#define RETRY(cause) "retry = { attempts = 2, backoff = \"0ms\", on = { \"" cause "\" } }"
  assert_int_equal(findings(NEXT_TRY("", "crash"), id), 1);
  assert_int_equal(findings(NEXT_TRY("connect_retries = 1", "crash"), id), 0);
  assert_int_equal(findings(NEXT_TRY(RETRY("refused"), "crash"), id), 0);
  assert_int_equal(findings(NEXT_TRY(RETRY("timeout"), "crash"), id), 1);
  assert_int_equal(findings(NEXT_TRY("timeout = \"100ms\", " RETRY("timeout"), "hang"), id), 0);
  assert_int_equal(findings(NEXT_TRY("timeout = \"2s\", " RETRY("timeout"), "hang"), id), 1);
}

/* Policies of balancers and caches are looked at like those of clients. */
static void test_policies_in_between(void **state) {
  (void)state;
#define BETWEEN(policy)                                                                           \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"lb\", keys = uniform_keys { n = 9 } }\n" \
  "load_balancer \"lb\" { backends = \"k\", " policy                                              \
  " }\n"                                                                                          \
  "cache \"k\" { origin = \"s\", " policy " }\nservice \"s\" { work = \"1ms\" }\n" RUN
  const char *late = BETWEEN("timeout = \"100ms\", hedge = { after = \"200ms\" }");
  const char *inverted = BETWEEN("timeout = \"2s\", deadline = \"1s\"");
  assert_int_equal(findings(late, "hedge-too-late"), 2);
  assert_int_equal(findings(inverted, "deadline-inverted"), 2);
}

/* No call is lost by a hang that ends, by what nobody waits for, or behind a timeout. */
static void test_swallowed(void **state) {
  (void)state;
#define DROPS(steps, fault)                                       \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"a\" }\n" \
  "service \"a\" { on = { default = { work \"1ms\", " steps       \
  " } } }\n"                                                      \
  "service \"b\" { work = \"1ms\" }\nfault { " fault " }\n" RUN
  static const char id[] = "no-timeout";
#define DROP "drop { \"b\", ratio = \"9%\" }, at = \"20s\""
  assert_int_equal(findings(DROPS("call \"b\"", DROP), id), 1);
  assert_int_equal(findings(DROPS("call { \"b\", timeout = \"1s\" }", DROP), id), 0);
  assert_int_equal(findings(DROPS("call { \"b\", deadline = \"1s\" }", DROP), id), 0);
  assert_int_equal(findings(DROPS("reply(), call \"b\"", DROP), id), 0);
  assert_int_equal(findings(DROPS("call \"b\"", "partition { \"a\", \"b\" }, at = \"20s\""), id),
                   1);
  assert_int_equal(findings(DROPS("call \"b\"", "hang \"b\", at = \"20s\""), id), 1);
  assert_int_equal(findings(DROPS("call \"b\"", "hang \"b\", at = \"20s\", lasts = \"9s\""), id),
                   0);
  assert_int_equal(findings(DROPS("call \"b\"", "hang \"b\", mttf = \"20s\", mttr = \"200s\""), id),
                   0);
}

/* Copies that no call goes to may be cut off: the first one takes all, unless another one may be
 * read or become primary. */
static void test_swallowed_by_copies(void **state) {
  (void)state;
#define COPIES(more, fault)                                                                \
  "region \"r\" { zones = { \"x\", \"y\" } }\n"                                            \
  "client \"c\" { arrivals = poisson \"9/s\", target = \"a\", zone = \"x\" }\n"            \
  "service \"a\" { zone = \"x\", on = { default = { work \"1ms\", call \"b\" } } }\n"      \
  "database \"b\" { copies = { n = 2, zone = { \"x\", \"y\" }" more " } }\nfault { " fault \
  ", at = \"20s\" }\n" RUN
  static const char id[] = "no-timeout";
  assert_int_equal(findings(COPIES("", "partition { \"x\", \"y\" }"), id), 0);
  assert_int_equal(findings(COPIES("", "partition { \"b[1]\", \"b[2]\" }"), id), 0);
  assert_int_equal(findings(COPIES("", "drop { \"b[2]\", ratio = \"9%\" }"), id), 0);
  assert_int_equal(findings(COPIES("", "drop { \"b[1]\", ratio = \"9%\" }"), id), 1);
  assert_int_equal(findings(COPIES("", "drop { \"b\", ratio = \"9%\" }"), id), 1);
  assert_int_equal(findings(COPIES("", "drop { \"x\", ratio = \"9%\" }"), id), 1);
  assert_int_equal(findings(COPIES(", read = \"any\"", "partition { \"x\", \"y\" }"), id), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rates),
      cmocka_unit_test(test_surges),
      cmocka_unit_test(test_saturation),
      cmocka_unit_test(test_unknown),
      cmocka_unit_test(test_circle),
      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_bounds_with_timeout),
      cmocka_unit_test(test_quantiles),
      cmocka_unit_test(test_patience),
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_pools),
      cmocka_unit_test(test_places),
      cmocka_unit_test(test_swallowed),
      cmocka_unit_test(test_swallowed_by_copies),
      cmocka_unit_test(test_next_backend),
      cmocka_unit_test(test_policies_in_between),
      cmocka_unit_test(test_unknown_shares),
      cmocka_unit_test(test_processor_sharing),
      cmocka_unit_test(test_cut_means),
      cmocka_unit_test(test_calls_at_once),
      cmocka_unit_test(test_health_check),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Aim: every feature of the scenario language arrives in the spec as written, and every kind of
 * mistake is reported with file, line, key and remedy. */
#include <math.h>

#include "fault_def.h"
#include "program.h"
#include "test_script_load.h"

/* The rest of a scenario around what a case is about. */
#define CLIENT "client \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n"
#define SERVICE "service \"s\" { work = \"1ms\" }\n"

/* --- examples of the design ----------------------------------------------------------------- */

static const char shop[] =
    "-- Does the shop keep its goals\n"
    "-- when one of three servers dies?\n"
    "\n"
    "-- Not part of the question.\n"
    "local rate = param { \"rate\", \"900/s\", doc = \"offered load\" }\n"
    "client \"shoppers\" {\n"
    "  arrivals = poisson(rate),\n"
    "  target   = \"lb\", timeout = \"1s\",\n"
    "  mix      = { browse = 0.95, buy = 0.05 },\n"
    "  keys     = zipf { n = 100000, s = 0.99 },\n"
    "  retry    = { attempts = 3, backoff = exponential { base = \"50ms\", cap = \"1s\", jitter = "
    "\"full\" }, budget = \"20%\" },\n"
    "}\n"
    "load_balancer \"lb\" { algorithm = \"least_connections\", backends = \"web\",\n"
    "  health_check = { interval = \"2s\", timeout = \"1s\", fall = 3, rise = 2 } }\n"
    "service \"web\" { instances = 3, workers = 8, queue = 64,\n"
    "  on = { browse = { work(exponential \"8ms\"), call \"redis\" },\n"
    "         buy    = { work(exponential \"8ms\"), call { \"db\", op = \"write\" } } } }\n"
    "cache \"redis\" { capacity = 10000, policy = \"lru\", ttl = \"60s\", origin = \"db\" }\n"
    "database \"db\" { workers = 32, read = lognormal { p50 = \"3ms\", p99 = \"20ms\" }, write = "
    "exponential \"6ms\" }\n"
    "fault { crash \"web[2]\", at = \"60s\", lasts = \"30s\" }\n"
    "goal \"shoppers.availability >= 99.9%\"\n"
    "goal \"shoppers.latency.p99   <250ms\"\n"
    "run  { duration = \"5m\", warmup = \"auto\", replications = 10 }\n";

static void check_shop_client(const struct scenario *s) {
  const struct arrivals *arrivals = value(s, "shoppers", "arrivals");
  assert_int_equal(arrivals->kind, ARRIVALS_POISSON);
  assert_true(arrivals->rate_per_s == 900);
  assert_int_equal(*(const uint32_t *)value(s, "shoppers", "target"), spec_find(&s->spec, "lb"));
  assert_int_equal(whole(s, "shoppers", "timeout"), NS_PER_S);
  const struct mix *mix = value(s, "shoppers", "mix");
  assert_int_equal(mix->n, 2);
  assert_string_equal(s->spec.op[mix->part[0].op], "browse");
  assert_true(mix->part[0].share == 0.95);
  assert_string_equal(s->spec.op[mix->part[1].op], "buy");
  const struct keys *keys = value(s, "shoppers", "keys");
  assert_true(keys->kind == KEYS_ZIPF && keys->n == 100000 && keys->s == 0.99);
  assert_true(*(const bool *)value(s, "shoppers", "retry"));
  assert_int_equal(whole(s, "shoppers", "retry.attempts"), 3);
  const struct backoff *backoff = value(s, "shoppers", "retry.backoff");
  assert_true(backoff->exponential && backoff->base_ns == 50000000 && backoff->cap_ns == NS_PER_S);
  assert_true(backoff->factor == 2 && backoff->jitter == JITTER_FULL);
  assert_true(((const struct budget *)value(s, "shoppers", "retry.budget"))->share == 0.2);
  uint32_t causes = *(const uint32_t *)value(s, "shoppers", "retry.on");
  assert_true(causes & 1u << OUTCOME_TIMEOUT && causes & 1u << OUTCOME_FAILED);
  assert_false(causes & 1u << OUTCOME_OK);
}

static void check_shop_servers(const struct scenario *s) {
  const struct refs *backends = value(s, "lb", "backends");
  assert_int_equal(backends->n, 1);
  assert_int_equal(backends->id[0], spec_find(&s->spec, "web"));
  assert_true(*(const bool *)value(s, "lb", "health_check"));
  assert_int_equal(whole(s, "lb", "health_check.interval"), 2 * NS_PER_S);
  assert_int_equal(s->spec.component[spec_find(&s->spec, "web")].instances, 3);
  assert_int_equal(whole(s, "web", "workers"), 8);
  const struct handlers *on = value(s, "web", "on");
  assert_int_equal(on->n, 2);
  assert_string_equal(s->spec.op[on->handler[0].op], "browse");
  const struct program *browse = &on->handler[0].program, *buy = &on->handler[1].program;
  assert_int_equal(browse->steps, 3);
  assert_int_equal(browse->step[0].kind, STEP_WORK);
  assert_true(browse->step[0].dist.kind == DIST_EXPONENTIAL && browse->step[0].dist.a == 8e6);
  assert_int_equal(browse->step[1].kind, STEP_CALL);
  assert_int_equal(browse->step[2].kind, STEP_END);
  assert_int_equal(browse->call[0].component, spec_find(&s->spec, "redis"));
  assert_int_equal(browse->call[0].op, OP_INHERIT);
  assert_true(browse->call[0].policy.timeout_ns == TIME_NEVER && browse->call[0].times == 1);
  assert_int_equal(buy->call[0].op, spec_find_op(&s->spec, "write"));
  assert_int_equal(whole(s, "redis", "ttl"), 60 * NS_PER_S);
  assert_int_equal(((const struct dist *)value(s, "db", "read"))->kind, DIST_LOGNORMAL);
}

static void test_shop(void **state) {
  (void)state;
  struct scenario *s = load(shop);
  assert_string_equal(s->name, "s");
  assert_string_equal(s->question, "Does the shop keep its goals when one of three servers dies?");
  assert_int_equal(s->spec.components, 5);
  for (uint32_t i = 1; i < s->spec.components; i++) {
    assert_true(strcmp(s->spec.component[i - 1].name, s->spec.component[i].name) < 0);
  }
  assert_string_equal(s->spec.op[0], "default");
  assert_int_equal(s->spec.ops, 4);
  check_shop_client(s);
  check_shop_servers(s);
  assert_int_equal(s->params, 1);
  assert_string_equal(s->param[0].name, "rate");
  assert_string_equal(s->param[0].value, "900/s");
  assert_string_equal(s->param[0].doc, "offered load");
  assert_int_equal(s->goals, 2);
  assert_string_equal(s->goal[0].metric, "shoppers.availability");
  assert_true(s->goal[0].op == GOAL_GE && s->goal[0].limit == 0.999);
  assert_string_equal(s->goal[1].text, "shoppers.latency.p99 <250ms");
  assert_true(s->goal[1].op == GOAL_LT && s->goal[1].limit == 0.25);
  assert_int_equal(s->goal[1].line, 22);
  assert_int_equal(s->spec.faults, 1);
  assert_string_equal(s->spec.fault[0].name, "crash web[2]");
  assert_int_equal(s->spec.fault[0].target.kind, TARGET_MEMBER);
  assert_int_equal(s->spec.fault[0].target.member, 2);
  assert_true(s->spec.fault[0].at_ns == 60 * NS_PER_S && s->spec.fault[0].lasts.a == 30e9);
  assert_true(!s->spec.fault[0].forever && !s->spec.fault[0].recurring);
  assert_true(s->run.duration_ns == 300 * NS_PER_S && s->run.warmup_auto);
  assert_int_equal(s->run.replications, 10);
  assert_int_equal(s->run.seed, 1);
  scenario_free(s);
}

static void test_smallest(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "run { duration = \"1000s\", warmup = \"50s\", replications = 4 }\n");
  assert_string_equal(s->question, "");
  assert_true(!s->run.warmup_auto && s->run.warmup_ns == 50 * NS_PER_S);
  assert_int_equal(s->run.replications, 4);
  assert_int_equal(whole(s, "s", "queue"), PARAM_UNLIMITED);
  assert_int_equal(whole(s, "c", "timeout"), PARAM_UNLIMITED);
  assert_false(*(const bool *)value(s, "c", "retry"));
  assert_int_equal(whole(s, "c", "retry.attempts"), 3); /* defaults of what is absent */
  assert_int_equal(((const struct mix *)value(s, "c", "mix"))->n, 0);
  assert_int_equal(((const struct keys *)value(s, "c", "keys"))->kind, KEYS_NONE);
  assert_int_equal(((const struct handlers *)value(s, "s", "on"))->n, 0);
  assert_int_equal(s->spec.component[0].instances, 1);
  assert_int_equal(s->spec.component[0].zones, 0);
  scenario_free(s);
  s = load(CLIENT SERVICE);
  assert_true(s->run.duration_ns == 60 * NS_PER_S && s->run.warmup_auto);
  assert_true(s->run.replications == 10 && s->run.seed == 1);
  scenario_free(s);
}

/* --- examples of the kinds ------------------------------------------------------------------ */

extern const struct kind *const registry[];

static void test_examples_of_kinds(void **state) {
  (void)state;
  for (int i = 0; registry[i]; i++) {
    scenario_free(load(registry[i]->example));
  }
}

/* --- order ---------------------------------------------------------------------------------- */

/* Whatever the order of declarations, the spec is the same. */
static void test_order_of_declarations(void **state) {
  (void)state;
  static const char *const parts[] = {
      "client \"c\" { arrivals = poisson \"9/s\", target = \"b\", mix = { x = 0.5, y = 0.5 } }\n",
      "service \"b\" { on = { y = { call { \"a\", op = \"z\" } }, x = { call \"a\" } } }\n",
      "service \"a\" { zone = { \"z2\", \"z1\" }, on = { default = { work \"1ms\" } } }\n",
      "region \"r\" { zones = { \"z1\", \"z2\" } }\n",
      "path { from = \"c\", to = \"r\", latency = \"1ms\" }\n",
      "path { from = \"b\", to = \"a\", latency = \"1ms\" }\n",
      "fault { hang \"b\", at = \"5s\" } fault { crash \"a\", at = \"1s\" }\n",
  };
  enum { PARTS_N = sizeof parts / sizeof *parts };
  for (int first = 0; first < PARTS_N; first++) {
    char text[2000] = "";
    for (int i = 0; i < PARTS_N; i++) {
      strncat(text, parts[(first + i) % PARTS_N], sizeof text - strlen(text) - 1);
    }
    struct scenario *s = load(text);
    const struct spec *spec = &s->spec;
    assert_string_equal(spec->component[0].name, "a");
    assert_string_equal(spec->component[1].name, "b");
    assert_int_equal(spec->ops, 4);
    assert_string_equal(spec->op[1], "x");
    assert_string_equal(spec->op[2], "y");
    assert_string_equal(spec->op[3], "z");
    const struct handlers *on = value(s, "b", "on");
    assert_true(on->handler[0].op == 1 && on->handler[1].op == 2);
    assert_int_equal(on->handler[1].program.call[0].op, 3);
    assert_string_equal(spec->zone[0].name, "z1");
    assert_true(spec->zone[0].region == 0 && spec->zone[1].region == 0);
    assert_true(spec->component[0].zone[0] == 1 && spec->component[0].zone[1] == 0);
    assert_true(spec->path[0].from.kind == PLACE_COMPONENT && spec->path[0].from.id == 0);
    assert_int_equal(spec->path[1].to.kind, PLACE_REGION);
    assert_string_equal(spec->fault[0].name, "crash a");
    scenario_free(s);
  }
}

/* --- distributions -------------------------------------------------------------------------- */

struct law {
  const char *text;
  enum dist_kind kind;
  double mean, cv2; /* mean in ms */
};

static const struct law laws[] = {
    {"\"5ms\"", DIST_CONSTANT, 5, 0},
    {"constant \"5ms\"", DIST_CONSTANT, 5, 0},
    {"uniform { \"1ms\", \"3ms\" }", DIST_UNIFORM, 2, 1.0 / 12},
    {"uniform { low = \"0ms\", high = \"2ms\" }", DIST_UNIFORM, 1, 1.0 / 3},
    {"exponential \"8ms\"", DIST_EXPONENTIAL, 8, 1},
    {"exponential { mean = \"8ms\" }", DIST_EXPONENTIAL, 8, 1},
    {"normal { mean = \"100ms\", sd = \"1ms\" }", DIST_NORMAL, 100, 1e-4},
    {"lognormal { mean = \"5ms\", cv = 2 }", DIST_LOGNORMAL, 5, 4},
    {"lognormal { mean = \"5ms\", cv2 = 4 }", DIST_LOGNORMAL, 5, 4},
    {"lognormal { mean = \"5ms\", sigma = 1 }", DIST_LOGNORMAL, 5, 1.718281828459045},
    {"lognormal { p50 = \"5ms\", sigma = 1 }", DIST_LOGNORMAL, 8.24360635350064, 1.718281828459045},
    {"lognormal { mu = 0, sigma = 1 }", DIST_LOGNORMAL, 1648.72127070013, 1.718281828459045},
    {"lognormal { p50 = \"5ms\", mean = \"8.24360635350064ms\" }", DIST_LOGNORMAL, 8.24360635350064,
     1.718281828459045},
    {"gamma { mean = \"10ms\", shape = 2 }", DIST_GAMMA, 10, 0.5},
    {"erlang { mean = \"10ms\", stages = 4 }", DIST_GAMMA, 10, 0.25},
    {"weibull { mean = \"10ms\", shape = 1 }", DIST_WEIBULL, 10, 1},
    {"weibull { scale = \"10ms\", shape = 1 }", DIST_WEIBULL, 10, 1},
    {"pareto { min = \"1ms\", shape = 3 }", DIST_PARETO, 1.5, 1.0 / 3},
    {"hyperexponential { mean = \"10ms\", cv2 = 4 }", DIST_HYPEREXP, 10, 4},
    {"hyperexponential { { 0.5, \"5ms\" }, { 0.5, \"15ms\" } }", DIST_HYPEREXP, 10, 1.5},
    {"mixture { { 0.5, \"5ms\" }, { \"50%\", \"15ms\" } }", DIST_MIXTURE, 10, 0.25},
    {"mixture { { 1, mixture { { 1, exponential \"3ms\" } } } }", DIST_MIXTURE, 3, 1},
    {"shifted { by = \"2ms\", exponential \"2ms\" }", DIST_SHIFTED, 4, 0.25},
    {"empirical { min = \"0ms\", max = \"2ms\" }", DIST_EMPIRICAL, 1, 1.0 / 3},
    {"empirical { p50 = \"1ms\", min = \"0ms\", max = \"2ms\" }", DIST_EMPIRICAL, 1, 1.0 / 3},
    {"empirical { csv = \"times.csv\", unit = \"ms\" }", DIST_SAMPLES, 2, 1.0 / 6},
    {"empirical { csv = \"times.csv\", column = 2, unit = \"s\" }", DIST_SAMPLES, 5000, 0},
};

static void test_distributions(void **state) {
  (void)state;
  write_file("times.csv", "took,other\n1, 5\n# a remark\n\n2,5\n\"3\",5\n");
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    char text[400];
    snprintf(text, sizeof text, CLIENT "service \"s\" { work = %s }", laws[i].text);
    struct scenario *s = load(text);
    const struct dist *dist = value(s, "s", "work");
    double mean = dist_mean(dist) / 1e6, cv2 = dist_cv2(dist);
    if (dist->kind != laws[i].kind || fabs(mean / laws[i].mean - 1) > 1e-9 ||
        fabs(cv2 - laws[i].cv2) > 1e-9 * (1 + laws[i].cv2)) {
      fail_msg("%s: kind %d, mean %.12g ms, cv2 %.12g", laws[i].text, dist->kind, mean, cv2);
    }
    scenario_free(s);
  }
  /* Quantiles are not to be read off the moments. */
  struct scenario *s =
      load(CLIENT "service \"s\" { work = lognormal { p50 = \"3ms\", p99 = \"20ms\" } }");
  const struct dist *dist = value(s, "s", "work");
  assert_true(fabs(dist->a - log(3e6)) < 1e-12);
  assert_true(fabs(dist->b - log(20.0 / 3) / 2.3263478740408408) < 1e-12);
  scenario_free(s);
  s = load(CLIENT "service \"s\" { work = empirical { p50 = \"3ms\", p999 = \"70ms\" } }");
  dist = value(s, "s", "work");
  assert_true(dist->points[1].p == 0.5 && dist->points[2].p == 0.999);
  scenario_free(s);
}

/* --- traffic -------------------------------------------------------------------------------- */

static void test_traffic(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"a\" { arrivals = constant \"60/min\", target = \"s\", keys = uniform_keys { n = 7 "
      "},\n"
      "  retry = { backoff = constant \"100ms\", on = { \"timeout\", \"shed\" } } }\n"
      "client \"b\" { arrivals = closed { users = 100, think = exponential \"5s\" }, target = "
      "\"s\",\n"
      "  keys = uniform { n = 9 }, request = \"2kB\", response = exponential \"1KiB\",\n"
      "  retry = { backoff = \"20ms\", on = \"reset\" } }\n"
      "client \"d\" { arrivals = closed { users = 1 }, target = \"s\", retry = false,\n"
      "  mix = { low = \"40%\", default = 0.6 } }\n"
      "service \"s\" { workers = 1, discipline = \"priority\", priority = { \"default\", \"low\" } "
      "}\n");
  const struct arrivals *a = value(s, "a", "arrivals"), *b = value(s, "b", "arrivals");
  assert_true(a->kind == ARRIVALS_CONSTANT && a->rate_per_s == 1);
  assert_true(b->kind == ARRIVALS_CLOSED && b->users == 100);
  assert_true(b->think.kind == DIST_EXPONENTIAL && b->think.a == 5e9);
  const struct arrivals *d = value(s, "d", "arrivals");
  assert_true(d->think.kind == DIST_CONSTANT && d->think.a == 0);
  const struct keys *keys = value(s, "a", "keys");
  assert_true(keys->kind == KEYS_UNIFORM && keys->n == 7);
  keys = value(s, "b", "keys");
  assert_true(keys->kind == KEYS_UNIFORM && keys->n == 9);
  const struct backoff *backoff = value(s, "a", "retry.backoff");
  assert_true(!backoff->exponential && backoff->base_ns == 100000000);
  backoff = value(s, "b", "retry.backoff");
  assert_true(!backoff->exponential && backoff->base_ns == 20000000 && backoff->cap_ns == 20000000);
  assert_int_equal(*(const uint32_t *)value(s, "a", "retry.on"),
                   1u << OUTCOME_TIMEOUT | 1u << OUTCOME_SHED);
  assert_int_equal(*(const uint32_t *)value(s, "b", "retry.on"), 1u << OUTCOME_RESET);
  assert_true(((const struct dist *)value(s, "b", "request"))->a == 2000);
  assert_true(((const struct dist *)value(s, "b", "response"))->a == 1024);
  assert_false(*(const bool *)value(s, "d", "retry"));
  const struct mix *mix = value(s, "d", "mix");
  assert_true(mix->part[0].op == OP_DEFAULT && mix->part[0].share == 0.6);
  const struct priorities *priority = value(s, "s", "priority");
  assert_true(priority->n == 2 && priority->ops[0] == OP_DEFAULT && priority->ops[1] == 1);
  scenario_free(s);
}

/* Aim: a limit of calls at once that begins low may fall as low, unless something else is said. */
static void test_least_of_gradient(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"a\" { arrivals = poisson \"9/s\", target = \"s\", pool = { size = gradient {} } }\n"
      "client \"b\" { arrivals = poisson \"9/s\", target = \"s\",\n"
      "  pool = { size = gradient { start = 10, most = 200 } } }\n"
      "client \"d\" { arrivals = poisson \"9/s\", target = \"s\",\n"
      "  pool = { size = gradient { start = 10, least = 4 } } }\n"
      "service \"s\" {}\n");
  const struct concurrency_config *size = value(s, "a", "pool.size");
  assert_true(size->start == 20 && size->least == 20);
  size = value(s, "b", "pool.size");
  assert_true(size->start == 10 && size->least == 10);
  size = value(s, "d", "pool.size");
  assert_true(size->start == 10 && size->least == 4);
  scenario_free(s);
}

/* --- programs ------------------------------------------------------------------------------- */

static void expect_step(const struct program *program, uint32_t at, enum step_kind kind,
                        uint16_t target) {
  if (at >= program->steps) fail_msg("there is no step %u", at);
  if (program->step[at].kind != kind || program->step[at].target != target) {
    fail_msg("step %u is %d to %u", at, program->step[at].kind, program->step[at].target);
  }
}

static void test_steps(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", mix = { x = 0.5, y = 0.5 } }\n"
      "service \"s\" { on = {\n"
      "  x = {\n"
      "    work \"1ms\",\n" /* 0 */
      "    call { \"t\", op = \"y\", timeout = \"50ms\", request = \"1kB\", response = \"2kB\",\n"
      "      fallback = { sleep \"2ms\", call { \"t\", fallback = {} } } },\n" /* 1 2, 3 4 5 */
      "    branch { p = \"30%\", work \"3ms\", otherwise = { fail() } },\n"    /* 6 7 8 9 */
      "    branch { op = \"y\", p = 0.5, reply() },\n"                         /* 10 11 */
      "    parallel { call \"t\", call { \"t\", times = 100 }, need = 95 },\n" /* 12 */
      "    fail { p = \"1%\" },\n"                                             /* 13 14 */
      "  },\n"                                                                 /* 15 */
      "  default = {} } }\n"
      "service \"t\" { on = { work \"1ms\" } }\n");
  const struct handlers *on = value(s, "s", "on");
  assert_int_equal(on->n, 2);
  assert_int_equal(on->handler[0].op, -1);
  assert_int_equal(on->handler[0].program.steps, 1);
  const struct program *p = &on->handler[1].program;
  assert_int_equal(p->steps, 16);
  expect_step(p, 0, STEP_WORK, 0);
  expect_step(p, 1, STEP_CALL, 3);
  expect_step(p, 2, STEP_JUMP, 6);
  expect_step(p, 3, STEP_SLEEP, 0);
  expect_step(p, 4, STEP_CALL, 6);
  expect_step(p, 5, STEP_JUMP, 6);
  expect_step(p, 6, STEP_BRANCH, 9);
  expect_step(p, 7, STEP_WORK, 0);
  expect_step(p, 8, STEP_JUMP, 10);
  expect_step(p, 9, STEP_FAIL, 0);
  expect_step(p, 10, STEP_BRANCH, 12);
  expect_step(p, 11, STEP_REPLY, 0);
  expect_step(p, 12, STEP_PARALLEL, 0);
  expect_step(p, 13, STEP_BRANCH, 15);
  expect_step(p, 14, STEP_FAIL, 0);
  expect_step(p, 15, STEP_END, 0);
  assert_true(p->step[0].ordinal == 0 && p->step[7].ordinal == 1 && p->step[3].ordinal == 0);
  assert_true(p->step[6].chance == 0.3 && p->step[6].op == -1);
  assert_true(p->step[10].chance == 0.5 && p->step[10].op == spec_find_op(&s->spec, "y"));
  assert_true(p->step[13].chance == 0.01);
  assert_true(p->call[0].policy.timeout_ns == 50000000 && p->call[0].request.a == 1000 &&
              p->call[0].response.a == 2000);
  assert_int_equal(p->call[0].op, spec_find_op(&s->spec, "y"));
  const struct step *parallel = &p->step[12];
  assert_true(parallel->count == 2 && parallel->need == 95);
  assert_int_equal(p->call[parallel->first + 1].times, 100);
  const struct handlers *list = value(s, "t", "on");
  assert_true(list->n == 1 && list->handler[0].op == -1);
  scenario_free(s);
}

/* --- places and faults ---------------------------------------------------------------------- */

static void test_paths(void **state) {
  (void)state;
  struct scenario *s = load(
      CLIENT
      "service \"s\" { instances = 3, zone = { \"eu-1\", \"eu-2\" } }\n"
      "region \"eu\" { zones = { \"eu-1\", \"eu-2\" } }\n"
      "path { from = \"eu\", to = \"c\", latency = exponential \"45ms\", bandwidth = \"1Gbit/s\",\n"
      "  loss = \"0.1%\" }\n"
      "path { from = \"eu-2\", to = \"eu-1\", one_way = true }\n"
      "path { from = \"eu-1\", to = \"eu-2\", one_way = true, latency = \"1ms\" }\n");
  assert_int_equal(s->spec.paths, 3);
  const struct path_spec *path = s->spec.path;
  assert_true(path[0].from.kind == PLACE_COMPONENT && path[0].to.kind == PLACE_REGION);
  assert_true(!path[0].one_way && path[0].bits_per_s == 1e9 && path[0].loss == 0.001);
  assert_true(path[0].latency.kind == DIST_EXPONENTIAL);
  assert_true(path[1].from.id == 0 && path[1].to.id == 1 && path[1].one_way);
  assert_true(path[2].from.id == 1 && path[2].bits_per_s == 0);
  assert_int_equal(s->spec.component[spec_find(&s->spec, "s")].zones, 2);
  scenario_free(s);
}

static const struct fault_spec *fault_named(const struct scenario *s, const char *name) {
  for (uint32_t i = 0; i < s->spec.faults; i++) {
    if (!strcmp(s->spec.fault[i].name, name)) return &s->spec.fault[i];
  }
  fail_msg("there is no fault %s", name);
  return NULL;
}

static void test_faults(void **state) {
  (void)state;
  struct scenario *s =
      load(CLIENT
           "service \"s\" { instances = 3, zone = \"z\" } region \"r\" { zones = "
           "\"z\" }\n"
           "fault { crash \"s\", at = \"1s\" }\n"
           "fault { crash \"s\", at = \"9s\", lasts = exponential \"1s\" }\n"
           "fault { hang \"s[*]\", mttf = exponential \"30d\", mttr = \"10min\" }\n"
           "fault { slow { \"s[3]\", factor = 5 }, at = \"1s\", name = \"gray\" }\n"
           "fault { drop { \"z\", ratio = \"10%\" }, at = \"1s\" }\n"
           "fault { error { \"r\", ratio = 0.05 }, at = \"1s\" }\n"
           "fault { partition { \"c\", \"z\", one_way = true }, at = \"1s\" }\n"
           "fault { slow { \"c\", \"s\", factor = 3 }, at = \"1s\" }\n"
           "fault { stop \"s[1]\", at = \"1s\", lasts = \"2s\" }\n"
           "fault { join \"s[2]\", at = \"1s\" }\n"
           "fault { delay { \"s\", by = exponential \"20ms\" }, at = \"1s\" }\n");
  assert_int_equal(s->spec.faults, 11);
  assert_true(fault_named(s, "stop s[1]")->type == &fault_stop);
  assert_true(fault_named(s, "join s[2]")->type == &fault_join);
  assert_true(fault_named(s, "crash s")->forever && fault_named(s, "crash s")->at_ns == NS_PER_S);
  const struct fault_spec *f = fault_named(s, "crash s at 9s");
  assert_true(!f->forever && f->lasts.kind == DIST_EXPONENTIAL && f->at_ns == 9 * NS_PER_S);
  f = fault_named(s, "hang s[*]");
  assert_true(f->type == &fault_hang && f->recurring && f->target.kind == TARGET_EACH);
  assert_true(f->mttf.a == 2592e12 && f->lasts.a == 600e9);
  f = fault_named(s, "gray");
  assert_true(f->type == &fault_slow && f->factor == 5 && f->target.member == 3 && !f->on_path);
  f = fault_named(s, "drop z");
  assert_true(f->type == &fault_drop && f->ratio == 0.1 && f->target.kind == TARGET_ZONE);
  f = fault_named(s, "error r");
  assert_true(f->type == &fault_error && f->ratio == 0.05 && f->target.kind == TARGET_REGION);
  f = fault_named(s, "partition c z");
  assert_true(f->on_path && f->one_way && f->other.kind == TARGET_ZONE);
  f = fault_named(s, "delay s");
  assert_true(f->type == &fault_delay && f->by.kind == DIST_EXPONENTIAL && !f->on_path);
  f = fault_named(s, "slow c s");
  assert_true(f->on_path && f->factor == 3 && f->other.kind == TARGET_COMPONENT);
  scenario_free(s);
}

/* Aim: faults without a name get the same names, whatever the order in which they are declared:
 * the first by its content the plain one, further ones with their time, equal ones a number. */
static void test_names_of_faults(void **state) {
  (void)state;
  static const char *const fault[] = {
      "fault { crash \"s\", mttf = exponential \"10s\", mttr = \"1s\" }\n",
      "fault { crash \"s\", mttf = exponential \"30s\", mttr = \"2s\" }\n",
      "fault { crash \"s\", mttf = exponential \"30s\", mttr = \"3s\" }\n",
      "fault { crash \"s\", at = \"9s\" }\n",
  };
  enum { FAULTS = sizeof fault / sizeof fault[0] };
  for (int first = 0; first < FAULTS; first++) {
    for (int way = 1; way < FAULTS; way += 2) { /* forwards and backwards from each */
      char text[1024];
      int n = snprintf(text, sizeof text, "%s", CLIENT SERVICE);
      for (int i = 0; i < FAULTS; i++) {
        const char *one = fault[(first + way * i) % FAULTS];
        n += snprintf(text + n, sizeof text - (size_t)n, "%s", one);
      }
      struct scenario *s = load(text);
      assert_true(fault_named(s, "crash s")->at_ns == 9 * NS_PER_S);
      assert_true(fault_named(s, "crash s mttf exponential(mean 10s)")->lasts.a == 1e9);
      assert_true(fault_named(s, "crash s mttf exponential(mean 30s)")->lasts.a == 2e9);
      assert_true(fault_named(s, "crash s mttf exponential(mean 30s) #2")->lasts.a == 3e9);
      scenario_free(s);
    }
  }
}

/* --- parameters of the command line --------------------------------------------------------- */

static void test_settings(void **state) {
  (void)state;
  write_file("s.lua",
             "local text, number, flag = param { \"text\", \"90/s\" }, param { \"number\", 3 },\n"
             "  param { \"flag\", false }\n"
             "assert(math.type(number) == \"integer\" or number == 2.5)\n"
             "client \"c\" { arrivals = poisson(text), target = \"s\", retry = flag and {} }\n"
             "service \"s\" { instances = number }\n");
  const struct setting right[] = {{"flag", "true"}, {"number", "7"}, {"text", "5k/s"}};
  struct error err = {"no message"};
  struct scenario *s = scenario_load("s.lua", right, 3, &err);
  if (s == NULL) fail_msg("%s", err.text);
  assert_true(((const struct arrivals *)value(s, "c", "arrivals"))->rate_per_s == 5000);
  assert_int_equal(s->spec.component[1].instances, 7);
  assert_true(*(const bool *)value(s, "c", "retry"));
  assert_string_equal(s->param[0].value, "5k/s");
  assert_string_equal(s->param[1].value, "7");
  assert_string_equal(s->param[1].fallback, "3");
  assert_string_equal(s->param[2].value, "true");
  scenario_free(s);
  static const struct {
    struct setting setting;
    const char *says;
  } wrong[] = {
      {{"nunber", "1"},
       "s.lua: -s nunber: the scenario has no such parameter; did you mean "
       "'number'?; it declares text, number, flag"},
      {{"number", "x"}, "s.lua:1: -s number=x: expected a number, as the default in the scenario"},
      {{"number", "0x10"}, "expected a number"},
      {{"number", "1e999"}, "expected a number"},
      {{"flag", "yes"}, "s.lua:2: -s flag=yes: expected true or false"},
      {{"text", "5k"}, "s.lua:4: poisson in arrivals of client \"c\": \"5k\": unknown unit 'k'"},
      {{"text", "\n"}, "the value contains a control character"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_null(scenario_load("s.lua", &wrong[i].setting, 1, &err));
    if (!strstr(err.text, wrong[i].says)) fail_msg("%s", err.text);
  }
  const struct setting twice[] = {{"number", "1"}, {"number", "2"}};
  assert_null(scenario_load("s.lua", twice, 2, &err));
  assert_non_null(strstr(err.text, "-s number is given twice"));
}

/* --- include, the library of Lua ------------------------------------------------------------ */

static void test_include(void **state) {
  (void)state;
  assert_int_equal(system("mkdir -p parts && ln -sf /etc/hostname outside.lua"), 0);
  write_file("parts/common.lua",
             "service \"s\" { work = \"1ms\" }\n"
             "return include \"numbers.lua\"\n");
  write_file("parts/numbers.lua", "return { rate = \"90/s\" }\n");
  struct scenario *s = load(
      "local common = include \"parts/common.lua\"\n"
      "client \"c\" { arrivals = poisson(common.rate), target = \"s\" }\n");
  assert_string_equal(s->spec.component[1].file, "parts/common.lua");
  scenario_free(s);
  write_file("parts/wrong.lua", "\nservice \"s\" {\n  wrok = \"1ms\" }\n");
  assert_string_equal(mistake(CLIENT "include \"parts/wrong.lua\""),
                      "parts/wrong.lua:3: key 'wrok' of service \"s\": unknown; did you mean "
                      "'work'?");
  assert_non_null(strstr(mistake("include \"outside.lua\""), "outside the scenario's folder"));
}

/* The same tables give the same order and the same numbers, whatever the addresses. */
static void test_deterministic_library(void **state) {
  (void)state;
  struct scenario *s =
      load(CLIENT SERVICE
           "local seen = \"\"\n"
           "for k, v in pairs { b = 1, a = 2, [3] = 3, [1] = 4, [2.5] = 5, [true] = 6 } do\n"
           "  seen = seen .. tostring(k) .. \"=\" .. v .. \" \"\n"
           "end\n"
           "assert(seen == \"true=6 1=4 2.5=5 3=3 a=2 b=1 \", seen)\n"
           "assert(tostring({}) == \"table\" and tostring(pairs) == \"function\")\n"
           "assert(tostring(exponential \"1ms\") == \"exponential\")\n"
           "assert(string.format(\"%s %d %5.1f %%\", {}, 3, 2.25) == \"table 3   2.2 %\")\n"
           "local r = math.random(1, 1000000)\n"
           "assert(r == 1 + math.floor(r - 1) and math.random() < 1)\n"
           "param { \"drawn\", r }\n"
           "assert(math.pow(2, 10) == 1024 and math.pow(-2, 3) == -8 and math.pow(2, -1) == 0.5)\n"
           "assert(math.abs(math.pow(2, 0.5) - 1.4142135623730951) < 1e-15)\n"
           "assert(math.pow(0, 0.5) == 0 and math.pow(-1, 0.5) ~= math.pow(-1, 0.5))\n"
           "assert(math.abs(math.exp(1) - 2.718281828459045) < 1e-15 and math.log(8, 2) == 3)\n"
           "assert(math.abs(math.sin(1) - 0.8414709848078965) < 1e-11)\n");
  struct scenario *again = load("param { \"drawn\", math.random(1, 1000000) }\n" CLIENT SERVICE);
  assert_string_equal(s->param[0].value, again->param[0].value);
  scenario_free(s);
  scenario_free(again);
}

/* --- mistakes ------------------------------------------------------------------------------- */

/* Quantities compute in their own unit. */
static void test_computing(void **state) {
  (void)state;
  scenario_free(load(
      "local n, t = param { \"n\", 4 }, param { \"t\", \"20s\" }\n"
      "assert(\"4ms\" / n == \"1ms\" and n * t == \"80s\" and \"1s\" / \"20ms\" == 50)\n"
      "assert(\"8.7ms\" * 2 == \"17.4ms\" and \"1s\" - \"250ms\" == \"0.75s\")\n"
      "assert(\"50%\" * t == \"10s\" and \"1GiB\" + \"1KiB\" == \"1.00000095367431640625GiB\"\n"
      "       or \"1GiB\" + \"1KiB\" == \"1.0000009536743164GiB\")\n"
      "assert(\"10\" + 5 == 15)\n"
      "client \"c\" { arrivals = poisson(\"90/s\" * 2), target = \"s\" }\n"
      "service \"s\" { work = \"4ms\" / n }\n"
      "service \"spare\" { only_if = n > 4 }\n"
      "run { duration = n * t, warmup = t / 10 }"));
}

/* Aim: peers that look for those that failed do so though no client calls them. */
static void test_peers_alone(void **state) {
  (void)state;
#define PEERS(HOW) \
  "peers \"p\" { instances = 9, " HOW " }\nfault { crash \"p[7]\", at = \"30s\" }\n"
  assert_int_equal(metric_of(PEERS("detector = phi { 8 }"), "p.suspicions", 60), 8);
  assert_int_equal(metric_of(PEERS("swim = {}"), "p.suspicions", 90), 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shop),
      cmocka_unit_test(test_smallest),
      cmocka_unit_test(test_examples_of_kinds),
      cmocka_unit_test(test_order_of_declarations),
      cmocka_unit_test(test_distributions),
      cmocka_unit_test(test_traffic),
      cmocka_unit_test(test_least_of_gradient),
      cmocka_unit_test(test_steps),
      cmocka_unit_test(test_computing),
      cmocka_unit_test(test_paths),
      cmocka_unit_test(test_faults),
      cmocka_unit_test(test_names_of_faults),
      cmocka_unit_test(test_settings),
      cmocka_unit_test(test_peers_alone),
      cmocka_unit_test(test_include),
      cmocka_unit_test(test_deterministic_library),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

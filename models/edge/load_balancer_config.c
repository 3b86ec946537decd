#include "load_balancer_config.h"

#include <math.h>

#include "first_check.h"
#include "limit_gates.h"
#include "outbound_params.h"
#include "probe_op.h"

extern const struct algorithm algorithm_round_robin, algorithm_weighted;

const struct algorithm *load_balancer_algorithm(const struct load_balancer_config *config) {
  const struct algorithm *named = algorithms[config->algorithm];
  bool weighs = config->weights.n > 0 || config->slow_start_ns > 0;
  return named == &algorithm_round_robin && weighs ? &algorithm_weighted : named;
}

double load_balancer_weight(const struct load_balancer_config *config, uint32_t component) {
  for (uint32_t i = 0; i < config->weights.n; i++) {
    if (config->weights.weight[i].of == component) return config->weights.weight[i].weight;
  }
  return 1;
}

static bool is_backend(const struct load_balancer_config *config, uint32_t component) {
  for (uint32_t i = 0; i < config->backends.n; i++) {
    if (config->backends.id[i] == component) return true;
  }
  return false;
}

void load_balancer_add_version(void *of, uint32_t from, uint32_t to, struct arena *arena) {
  struct load_balancer_config *config = of;
  if (config->backends.n != 1 || config->backends.id[0] != from) return;
  uint32_t *both = arena_alloc(arena, 2 * sizeof *both);
  both[0] = from;
  both[1] = to;
  config->backends = (struct refs){2, both};
}

void load_balancer_place(struct component_spec *component, struct arena *arena) {
  struct load_balancer_config *config = (struct load_balancer_config *)component->config;
  uint32_t n = config->weights.n;
  if (config->backends.n > 0 || n == 0) return;
  uint32_t *id = arena_alloc(arena, n * sizeof *id);
  for (uint32_t i = 0; i < n; i++) id[i] = config->weights.weight[i].of;
  config->backends = (struct refs){n, id};
}

static bool weights_valid(const struct spec *spec, const struct load_balancer_config *config,
                          struct error *err) {
  const struct algorithm *algorithm = load_balancer_algorithm(config);
  if (config->weights.n > 0 && !algorithm->weighs) {
    return error_set(err, "'weights' are not read with algorithm = \"%s\"", algorithm->name);
  }
  double all = 0;
  for (uint32_t i = 0; i < config->weights.n; i++) {
    const struct component_weight *weight = &config->weights.weight[i];
    if (!is_backend(config, weight->of)) {
      return error_set(err, "weights: \"%s\" is none of the backends",
                       spec->component[weight->of].name);
    }
  }
  for (uint32_t i = 0; i < config->backends.n; i++) {
    all += load_balancer_weight(config, config->backends.id[i]);
  }
  if (all > 0 || config->backends.n == 0) return true;
  return error_set(err, "weights: all are 0, so no backend would get any call; give one more");
}

/* What only some algorithms read. */
static bool algorithm_valid(const struct load_balancer_config *config, struct error *err) {
  const struct algorithm *algorithm = load_balancer_algorithm(config);
  if (config->choices > ALGORITHM_MAX_CHOICES) {
    return error_set(err, "choices must be at most %d", ALGORITHM_MAX_CHOICES);
  }
  if (config->choices != 2 && algorithm->compares != COMPARES_CHOICES) {
    return error_set(err,
                     "'choices' is read only with algorithm = \"power_of_two\", \"latency\" and "
                     "\"shuffle_shard\"");
  }
  if (config->by != WHOM_KEY && !algorithm->hashes) {
    return error_set(err,
                     "'by' is read only with algorithm = \"hash\", \"consistent_hash\", "
                     "\"maglev\" and \"shuffle_shard\"");
  }
  if (config->slow_start_ns > 0 && !algorithm->ramps) {
    return error_set(err, "'slow_start' is not read with algorithm = \"%s\"", algorithm->name);
  }
  return true;
}

/* What looks at requests, at layer 4. */
static bool layer_valid(const struct load_balancer_config *config, struct error *err) {
  if (config->layer == 7) return true;
  if (config->layer != 4) return error_set(err, "layer is 4, connections, or 7, requests");
  bool by_request = load_balancer_algorithm(config)->hashes &&
                    (config->by == WHOM_KEY || config->by == WHOM_USER || config->by == WHOM_TIER);
  const char *what = config->route.n > 0            ? "route"
                     : config->on.program.steps > 0 ? "on"
                     : config->calls.retry.given    ? "retry"
                     : config->connect_retries > 0  ? "connect_retries"
                     : config->calls.hedge.given    ? "hedge"
                     : config->sticky_ns > 0        ? "sticky"
                     : by_request                   ? "by"
                                                    : NULL;
  if (what == NULL) return true;
  return error_set(err,
                   "'%s' needs to see requests, and at layer 4 a balancer sees connections alone; "
                   "leave it out%s, or layer",
                   what, by_request ? " (by = \"caller\" is an address)" : "");
}

/* Zones that are chosen before the algorithm chooses. */
static bool zones_valid(const struct spec *spec, const struct component_spec *component,
                        struct error *err) {
  const struct load_balancer_config *config = component->config;
  const struct algorithm *algorithm = load_balancer_algorithm(config);
  if (!config->zone_aware.given) return true;
  if (algorithm->hashes || algorithm->by_level || algorithm->by_distance) {
    return error_set(err,
                     "'zone_aware' leaves algorithm = \"%s\" no choice among all backends; take "
                     "round_robin, random, least_connections, power_of_two or latency",
                     algorithm->name);
  }
  if (component->zones == 0) {
    return error_set(err, "'zone_aware' needs to know where the balancer is; give it a zone");
  }
  for (uint32_t i = 0; i < config->backends.n; i++) {
    const struct component_spec *to = &spec->component[config->backends.id[i]];
    if (to->zones > 0) continue;
    return error_set(err, "'zone_aware' needs to know where \"%s\" is; give it a zone", to->name);
  }
  return true;
}

static bool reports_valid(const struct load_balancer_config *config, struct error *err) {
  if (!config->reports.given) return true;
  if (config->layer == 4) {
    return error_set(err, "'reports' are of calls, and at layer 4 a balancer compares connections");
  }
  return true;
}

static bool limits_valid(const struct load_balancer_config *config, struct error *err) {
  for (uint32_t i = 0; i < config->on.program.steps; i++) {
    if (config->on.program.step[i].kind == STEP_LIMIT) continue;
    return error_set(err, "on: each instance of a balancer counts by itself: leave 'store' out");
  }
  return true;
}

static bool targets_valid(const struct spec *spec, const struct component_spec *component,
                          struct error *err) {
  const struct load_balancer_config *config = component->config;
  for (uint32_t i = 0; i < config->route.n; i++) {
    if (config->route.route[i].to != component - spec->component) continue;
    return error_set(err,
                     "route: \"%s\" is this balancer itself, so calls could go round for ever; "
                     "name what stands behind it",
                     component->name);
  }
  if (config->backends.n > 0 || config->route.n > 0) return true;
  return error_set(err,
                   "key 'backends' is missing; give the name of a component, or 'weights' "
                   "or 'route' of several");
}

static bool checks_valid(const struct spec *spec, const struct load_balancer_config *config,
                         struct error *err) {
  const struct health_config *health = &config->health;
  if (!health->given) return true;
  if (health->timeout_ns > health->interval_ns) {
    return error_set(err,
                     "health_check: timeout is longer than interval, so checks would overlap; "
                     "shorten timeout or lengthen interval");
  }
  for (uint32_t i = 0; i < config->backends.n; i++) {
    if (!probe_op_valid(spec, config->backends.id[i], health->op, "health_check", err)) {
      return false;
    }
  }
  return true;
}

bool load_balancer_validate(const struct spec *spec, const struct component_spec *component,
                            struct error *err) {
  const struct load_balancer_config *config = component->config;
  uint64_t n = 0;
  if (!second_best_valid(&config->fallback, err)) return false;
  for (uint32_t i = 0; i < config->backends.n; i++) {
    if (config->backends.id[i] == component - spec->component) {
      return error_set(err,
                       "backends: \"%s\" is this balancer itself, so calls could go round for "
                       "ever; name what stands behind it",
                       component->name);
    }
    n += spec->component[config->backends.id[i]].instances;
  }
  if (n > MAX_BACKENDS)
    return error_set(
        err, "backends: at most %d are possible; name fewer, or one component with instances",
        MAX_BACKENDS);
  if (!targets_valid(spec, component, err) || !layer_valid(config, err)) return false;
  if (!limits_valid(config, err) || !reports_valid(config, err)) return false;
  if (!zones_valid(spec, component, err)) return false;
  if (!algorithm_valid(config, err) || !weights_valid(spec, config, err)) return false;
  if (!checks_valid(spec, config, err)) return false;
  if (config->connect_retries > 0 && config->calls.retry.given) {
    return error_set(err,
                     "'connect_retries' and 'retry' exclude each other: it is short for retry = { "
                     "attempts = %llu, backoff = \"0ms\", on = { \"refused\" } }",
                     (unsigned long long)config->connect_retries + 1);
  }
  struct outbound_config policy = load_balancer_policy(config);
  return outbound_valid(&policy, err);
}

static uint32_t route_of(const struct load_balancer_config *config, int op) {
  for (uint32_t i = 0; i < config->route.n; i++) {
    if (config->route.route[i].op == op) return config->route.route[i].to;
  }
  return REF_NONE;
}

static struct outline_call *outline_one(const struct load_balancer_config *config,
                                        struct outline *out, uint32_t to, int op) {
  struct outline_call *call = outline_add_call(out, to, op, config->calls.timeout_ns);
  outbound_outline(&config->calls, call);
  if (config->connect_retries > 0) {
    call->attempts = 1 + config->connect_retries;
    call->after_refusal = true;
  }
  return call;
}

/* What it looks at when it chooses, and how it finds out whom to leave out. */
static void outline_choice(const struct load_balancer_config *config, struct outline *out) {
  const struct algorithm *algorithm = load_balancer_algorithm(config);
  enum compares compares = algorithm->compares;
  out->spreads = true;
  if (algorithm->hashes) whom_outline(config->by, out);
  out->by_user |= config->sticky_ns > 0;
  out->by_connection = config->layer == 4;
  out->prefers_idle = compares != COMPARES_NONE || config->bounded > 0;
  out->compares = compares == COMPARES_ALL       ? PARAM_UNLIMITED
                  : compares == COMPARES_CHOICES ? config->choices
                                                 : 0;
  out->reports_ns = config->reports.given ? config->reports.every_ns : 0;
  out->zones_from = config->zone_aware.given ? (uint32_t)config->zone_aware.least : 0;
  out->outlier = (struct outline_outlier){config->outlier.given, config->outlier.failures,
                                          config->outlier.eject_ns};
  out->health = (struct outline_health){.given = config->health.given,
                                        .interval_ns = config->health.interval_ns,
                                        .timeout_ns = config->health.timeout_ns,
                                        .fall = config->health.fall,
                                        .op = config->health.op,
                                        .panics = config->panic > 0};
}

/* Round robin and random give each instance the same share; who prefers the idle ones gives more
 * to those that are faster. */
static void outline_backends(const struct spec *spec, const struct load_balancer_config *config,
                             int op, struct outline *out) {
  const struct algorithm *algorithm = load_balancer_algorithm(config);
  double members = 0;
  for (uint32_t i = 0; i < config->backends.n; i++) {
    uint32_t to = config->backends.id[i];
    members += spec->component[to].instances * load_balancer_weight(config, to);
  }
  bool unknown = algorithm->by_level || algorithm->by_distance || out->prefers_idle;
  outline_add(out, OUTLINE_CHOICE);
  for (uint32_t i = 0; i < config->backends.n; i++) {
    uint32_t to = config->backends.id[i];
    double weight = spec->component[to].instances * load_balancer_weight(config, to);
    struct outline_call *call = outline_one(config, out, to, op);
    if (config->backends.n > 1) call->share = unknown ? NAN : weight / members;
  }
}

void load_balancer_outline(const struct spec *spec, const struct component_spec *component, int op,
                           struct outline *out) {
  const struct load_balancer_config *config = component->config;
  const struct program *limits = &config->on.program;
  uint32_t to = route_of(config, op);
  bool ends = to == REF_NONE && config->backends.n == 0;
  uint32_t end = limits->steps + !ends;
  if (to == REF_NONE && !ends) outline_choice(config, out);
  for (uint32_t i = 0; i < limits->steps; i++) {
    limits_outline(limits->step[i].limit, end, out, outline_add(out, OUTLINE_BRANCH));
  }
  if (to != REF_NONE) {
    outline_add(out, OUTLINE_CALLS);
    outline_one(config, out, to, op);
  } else if (!ends) {
    outline_backends(spec, config, op, out);
  }
  outline_add(out, OUTLINE_END);
}

struct outbound_config load_balancer_policy(const struct load_balancer_config *config) {
  struct outbound_config policy = config->calls;
  if (config->connect_retries > 0) {
    policy.retry = (struct retry_config){
        .given = true, .attempts = 1 + config->connect_retries, .on = 1u << OUTCOME_REFUSED};
  }
  return policy;
}

#define AT(field) offsetof(struct load_balancer_config, field)
#define AT_HEALTH(field) offsetof(struct health_config, field)

static const struct param health_params[] = {
    {.name = "interval",
     .type = PARAM_DURATION,
     .offset = AT_HEALTH(interval_ns),
     .fallback = "2s",
     .min = 1,
     .max = 1e18,
     .doc = "Time between two checks of a backend (HAProxy: 2 s)."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT_HEALTH(timeout_ns),
     .fallback = "1s",
     .min = 1,
     .max = 1e18,
     .doc = "A check not answered by then has failed (Kubernetes: 1 s)."},
    {.name = "fall",
     .type = PARAM_COUNT,
     .offset = AT_HEALTH(fall),
     .fallback = "3",
     .min = 1,
     .max = 1000,
     .doc = "Failed checks in a row that take a backend out (HAProxy: 3)."},
    {.name = "rise",
     .type = PARAM_COUNT,
     .offset = AT_HEALTH(rise),
     .fallback = "2",
     .min = 1,
     .max = 1000,
     .doc = "Good checks in a row that take it back (HAProxy: 2)."},
    {.name = "first",
     .type = PARAM_ENUM,
     .offset = AT_HEALTH(first),
     .fallback = "random",
     .choices = first_check_choices,
     .doc = "When the checks of a backend begin: each at a random moment within the first "
            "interval (the kubelet; Envoy's initial_jitter), or even: spread over the first "
            "interval in the order of the backends (HAProxy)."},
    {.name = "op",
     .type = PARAM_OP_KNOWN,
     .offset = AT_HEALTH(op),
     .doc =
         "A check is a request of this operation: it waits in the backend's queue, takes what its "
         "handler takes, and counts as a call there (HAProxy's httpchk, Envoy's http_health_check: "
         "a path). Not said: the host answers, however busy it is."},
    {0},
};

static const char *const spill_choices[] = {"even", "last", NULL};

static const struct param zone_aware_params[] = {
    {.name = "spill",
     .type = PARAM_ENUM,
     .offset = offsetof(struct locality_config, spill),
     .fallback = "even",
     .choices = spill_choices,
     .doc = "When calls leave their zone: even: as many as keep every backend equally busy, by the "
            "shares of backends in use and of balancers in each zone (Envoy's zone aware routing); "
            "last: when no backend of the zone is in use (Kubernetes' trafficDistribution = "
            "PreferClose)."},
    {.name = "least",
     .type = PARAM_COUNT,
     .offset = offsetof(struct locality_config, least),
     .fallback = "6",
     .min = 1,
     .max = MAX_BACKENDS,
     .doc = "With fewer backends in use zones do not matter (Envoy's min_cluster_size: 6)."},
    {0},
};

static const struct param reports_params[] = {
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = offsetof(struct reports_config, every_ns),
     .required = true,
     .min = 1,
     .max = 1e18,
     .doc = "Time between two reports, which all backends make at once (gRPC takes weights from "
            "ORCA reports once a second)."},
    {0},
};

static const char *const steps_of_front[] = {"limit", NULL};

const struct param load_balancer_params[] = {
    {.name = "algorithm",
     .type = PARAM_ENUM,
     .offset = AT(algorithm),
     .fallback = "round_robin",
     .choices = algorithm_names,
     .doc = "How a backend is chosen (nginx, HAProxy: round robin)."},
    {.name = "backends",
     .type = PARAM_REFS,
     .offset = AT(backends),
     .doc = "Components whose instances share the calls. If not said, those that `weights` name; "
            "not needed where all calls have a `route`."},
    {.name = "route",
     .type = PARAM_ROUTES,
     .offset = AT(route),
     .doc =
         "Operations that go to a component of their own, { api = \"api_lb\", admin = "
         "\"admin\" }, as paths do at a balancer of layer 7; the others go to the `backends`, or "
         "fail where there are none. Limits, timeout and `retry` are for all; what is about "
         "backends is not for these."},
    {.name = "on",
     .type = PARAM_STEPS,
     .offset = AT(on),
     .choices = steps_of_front,
     .doc = "Limits that calls have to pass before anything else: { limit { \"100/s\" } }. Each "
            "instance of the balancer counts by itself."},
    {.name = "layer",
     .type = PARAM_COUNT,
     .offset = AT(layer),
     .fallback = "7",
     .off = "7",
     .min = 4,
     .max = 7,
     .doc = "7: each request goes where the algorithm says. 4: each connection does, and its "
            "requests follow it for as long as it is open and the backend in use (AWS's network "
            "load balancer, HAProxy's mode tcp). The connections are those of a path with "
            "transport = \"tcp\" that leads to the balancer; what comes without one is a "
            "connection of its own."},
    {.name = "choices",
     .type = PARAM_COUNT,
     .offset = AT(choices),
     .fallback = "2",
     .min = 1,
     .max = ALGORITHM_MAX_CHOICES,
     .needs = "algorithm = power_of_two|latency|shuffle_shard",
     .doc = "For power_of_two and latency: how many different backends are drawn, of which the one "
            "with the fewest calls, or the least cost, gets the call (Envoy, HAProxy: 2). For "
            "shuffle_shard: how many make up a shard (Amazon Route 53: 4 of 2048)."},
    {.name = "by",
     .type = PARAM_ENUM,
     .offset = AT(by),
     .fallback = "key",
     .choices = whom_names,
     .needs = "algorithm = hash|consistent_hash|maglev|shuffle_shard",
     .doc =
         "For hash, consistent_hash, maglev, shuffle_shard: what of a request is hashed: the "
         "data that it is "
         "about (the client's `keys`), the user who sends it (`users`), the tier of that user, "
         "the component that "
         "sent it first (client), or the instance that calls the balancer (caller). With all every "
         "request is alike: one instance gets them while it is in use, as an active one with "
         "others "
         "standing by, or with `bounded` as many as it may have, the next one the rest."},
    {.name = "weights",
     .type = PARAM_WEIGHTS,
     .offset = AT(weights),
     .min = 0,
     .max = 1e6,
     .doc = "How many times the calls of others each instance of a component gets, { v1 = 9, v2 = "
            "1 }; 1 where it is not named, and at 0 it gets none (HAProxy). round_robin and "
            "weighted spread them evenly (nginx's smooth weighted round robin); random and hash "
            "give each its share; "
            "least_connections compares calls under way a weight, and those that have as few "
            "take turns by weight (nginx's least_conn); power_of_two draws by weight and "
            "compares calls under way a weight (HAProxy); consistent_hash and maglev give points "
            "and entries."},
    {.name = "points",
     .type = PARAM_COUNT,
     .offset = AT(points),
     .fallback = "160",
     .min = 1,
     .max = 10000,
     .needs = "algorithm = consistent_hash",
     .doc = "For consistent_hash: points on the ring of each instance, times its weight (nginx: "
            "160)."},
    {.name = "bounded",
     .type = PARAM_NUMBER,
     .offset = AT(bounded),
     .min = 1,
     .max = 1000,
     .needs = "algorithm = consistent_hash",
     .doc = "For consistent_hash: no instance gets a call that would be more than so many times "
            "its share of those under way; the next one on the ring has room (HAProxy's "
            "hash-balance-factor, 1.25 for example)."},
    {.name = "panic",
     .type = PARAM_RATIO,
     .offset = AT(panic),
     .fallback = "0%",
     .min = 0,
     .max = 1,
     .needs = "backends or weights",
     .doc = "While a smaller share of the backends is in use, calls go to all of them, in use or "
            "not: health checks may be wrong, and the rest would be overloaded (Envoy: 50 %; at "
            "0 %, the default, calls are refused when none is in use, as with HAProxy)."},
    {.name = "overprovisioning",
     .type = PARAM_NUMBER,
     .offset = AT(overprovisioning),
     .fallback = "1.4",
     .min = 1,
     .max = 100,
     .needs = "algorithm = priority",
     .doc = "For priority: a level takes all its calls while the share of it that is in use, times "
            "this, is 100 % (Envoy: 1.4, so 72 %); else so many percent."},
    {.name = "zone_aware",
     .type = PARAM_GROUP,
     .offset = AT(zone_aware),
     .group = zone_aware_params,
     .needs = "backends or weights",
     .doc = "Calls stay in the zone of the balancer's instance as far as `spill` says. While "
            "backends panic, zones do not matter."},
    {.name = "reports",
     .type = PARAM_GROUP,
     .offset = AT(reports),
     .group = reports_params,
     .needs = "algorithm = least_connections|power_of_two|latency",
     .doc = "What the algorithm compares is the number of calls at each backend, from whatever "
            "balancer, as last reported, in place of its own calls under way. What it sends "
            "meanwhile does not change that: all balancers follow the same old news, and run to "
            "the one that was idle (the periodic updates of Mitzenmacher, How useful is old "
            "information?, 2000)."},
    {.name = "slow_start",
     .type = PARAM_DURATION,
     .offset = AT(slow_start_ns),
     .fallback = "0s",
     .max = 1e18,
     .needs = "backends or weights",
     .doc = "A backend that comes into use has a tenth of its weight for a tenth of this time, "
            "and then evenly more, up to all of it at the end (Envoy's slow start; HAProxy's "
            "slowstart). With round_robin, weighted, random, least_connections, power_of_two and "
            "latency."},
    {.name = "sticky",
     .type = PARAM_DURATION,
     .offset = AT(sticky_ns),
     .fallback = "0s",
     .max = 1e18,
     .needs = "backends or weights",
     .doc = "A user's calls go to the same backend until none has come for so long, as with a "
            "cookie, while that backend is in use. What a session holds is in the memory of the "
            "backend: a crash loses it."},
    {.name = "connect_retries",
     .type = PARAM_COUNT,
     .offset = AT(connect_retries),
     .fallback = "0",
     .min = 0,
     .max = 59,
     .doc = "How often a call that a backend refused is sent to another one, at once: short for "
            "retry = { attempts = 1 + this, backoff = \"0ms\", on = { \"refused\" } } (HAProxy: 3 "
            "times). The backend has done nothing yet, so this is always safe."},
    OUTBOUND_PARAMS(struct load_balancer_config, calls),
    SECOND_BEST_PARAM(struct load_balancer_config, fallback),
    {.name = "health_check",
     .type = PARAM_GROUP,
     .offset = AT(health),
     .group = health_params,
     .needs = "backends or weights",
     .doc = "Active checks. Without them, and without `outlier`, every backend is used whatever "
            "happens to it."},
    {.name = "outlier",
     .type = PARAM_GROUP,
     .offset = AT(outlier),
     .group = outlier_params,
     .needs = "backends or weights",
     .doc =
         "Passive checks: a backend whose calls fail one after the other gets none for a while."},
    {0},
};

/* dns: a name that stands for components; callers remember what it named until that expires. */
#include <math.h>

#include "abandon.h"
#include "arena.h"
#include "asker.h"
#include "call.h"
#include "fault_def.h"
#include "first_check.h"
#include "outbound.h"
#include "outline.h"
#include "probe_op.h"
#include "sim.h"
#include "time_scale.h"
#include "timeline.h"
#include "timer.h"

enum dns_algorithm { DNS_ROUND_ROBIN, DNS_RANDOM, DNS_NEAREST, DNS_FAILOVER };

struct dns_config {
  struct refs backends;
  uint32_t algorithm;
  uint64_t ttl_ns;
  struct dist lookup;
  struct dns_health {
    bool given;
    uint64_t interval_ns, timeout_ns, fall, rise;
    uint32_t first; /* enum first_check */
    int op;         /* -1: a check that the host answers */
  } health;
};

/* A component that the name may stand for: one of its instances speaks for it. */
struct backend {
  struct component *component;
  bool healthy;
  uint64_t failures, successes, probes, key;
  struct timer check;
};

/* What a calling member remembers, or has asked for. */
struct record {
  uint64_t known_ns, until_ns;
  uint32_t which, epoch; /* of the caller: its next life knows nothing */
};

struct dns_state {
  const struct dns_config *config;
  struct stream choice, lookup;
  uint32_t n, turn;
  struct backend *backend;
  struct record *record; /* by calling member */
  uint64_t lookups, remembered, stale, failovers;
};

/* --- answers -------------------------------------------------------------------------------- */

static bool usable(const struct dns_state *dns, uint32_t which) {
  return dns->backend[which].healthy;
}

/* The `rank`-th of those in use; all are, if none is healthy: an answer is better than none. */
static uint32_t nth_usable(const struct dns_state *dns, uint32_t rank) {
  for (uint32_t i = 0; i < dns->n; i++) {
    if (usable(dns, i) && rank-- == 0) return i;
  }
  return rank % dns->n;
}

static uint32_t count_usable(const struct dns_state *dns) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < dns->n; i++) n += usable(dns, i);
  return n;
}

static uint32_t nearest(struct sim *sim, const struct dns_state *dns, const struct member *caller) {
  uint32_t best = 0;
  double best_ns = INFINITY;
  for (uint32_t i = 0; i < dns->n; i++) {
    double ns = network_mean_ns(sim, caller, dns->backend[i].component->member);
    if (!usable(dns, i) || ns >= best_ns) continue;
    best_ns = ns;
    best = i;
  }
  return best;
}

static uint32_t choose(struct sim *sim, struct dns_state *dns, const struct member *caller,
                       const struct frame *call) {
  uint32_t n = count_usable(dns);
  switch ((enum dns_algorithm)dns->config->algorithm) {
    case DNS_ROUND_ROBIN:
      return nth_usable(dns, n ? dns->turn++ % n : 0);
    case DNS_RANDOM: {
      struct draws draws = draws_begin(dns->choice, call->key, 0);
      return nth_usable(dns, n ? (uint32_t)draws_below(&draws, n) : 0);
    }
    case DNS_NEAREST:
      return nearest(sim, dns, caller);
    case DNS_FAILOVER:
      return nth_usable(dns, 0);
  }
  return 0;
}

/* --- calls ---------------------------------------------------------------------------------- */

static void forward(struct sim *sim, struct member *member, struct frame *call, uint32_t which) {
  struct dns_state *dns = member->state;
  struct frame *child = call_new(sim, member, call);
  dns->stale += !usable(dns, which);
  outbound_send_plain(sim, child, component_pick(dns->backend[which].component, child), TIME_NEVER);
}

/* Now, or when the caller has the answer, which others of its calls may wait for, too. */
static void go(struct sim *sim, struct member *member, struct frame *call,
               const struct record *record) {
  if (record->known_ns <= sim->now_ns) {
    forward(sim, member, call, record->which);
    return;
  }
  call->pc = (uint16_t)record->which;
  call_sleep(sim, member, call, record->known_ns - sim->now_ns);
}

static void dns_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct dns_state *dns = member->state;
  const struct member *caller = asker_of(sim, call); /* it may have given up on the way */
  struct record *record = &dns->record[caller->id];
  if (sim->now_ns < record->until_ns && record->epoch == caller->epoch) {
    dns->remembered++;
    go(sim, member, call, record);
    return;
  }
  dns->lookups++;
  uint32_t which = choose(sim, dns, caller, call);
  uint64_t lookup_ns = dist_draw_keyed(&dns->config->lookup, &dns->lookup, call->key, 0);
  uint64_t known_ns = time_sum(sim->now_ns, lookup_ns);
  uint64_t ttl_ns = dns->config->ttl_ns; /* without one each call asks */
  *record =
      (struct record){known_ns, ttl_ns ? time_sum(known_ns, ttl_ns) : 0, which, caller->epoch};
  go(sim, member, call, record);
}

static void dns_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  forward(sim, member, call, call->pc);
}

static enum heed dns_heeds(const void *config) {
  (void)config;
  return HEED_PASS_ON;
}

static void dns_on_cancel(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  if (frame_state(call) == FRAME_WAITING) call_pass_on(sim, call);
}

/* --- health checks -------------------------------------------------------------------------- */

static void check(struct sim *sim, struct member *member, uint32_t which) {
  struct dns_state *dns = member->state;
  struct backend *b = &dns->backend[which];
  timer_set(sim, member, &b->check, dns->config->health.interval_ns, 0, which);
  probe_send(sim, member, b->component->member, dns->config->health.op, (uint16_t)which,
             b->key + b->probes++, dns->config->health.timeout_ns);
}

static void dns_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  check(sim, member, timer->data);
}

static void dns_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                          struct frame *probe, enum outcome outcome) {
  (void)parent;
  struct dns_state *dns = member->state;
  struct backend *b = &dns->backend[probe->site];
  bool good = outcome == OUTCOME_OK, was = b->healthy;
  b->successes = good ? b->successes + 1 : 0;
  b->failures = good ? 0 : b->failures + 1;
  if (b->healthy && b->failures >= dns->config->health.fall) b->healthy = false;
  if (!b->healthy && b->successes >= dns->config->health.rise) b->healthy = true;
  if (b->healthy == was) return;
  dns->failovers += was;
  sim_note(sim, member, b->component->member, was ? "no longer named" : "named again");
}

static void dns_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                         struct frame *call, enum outcome outcome) {
  if (parent == NULL) { /* a check that is a request */
    dns_on_answer(sim, member, parent, call, outcome);
    return;
  }
  if (sim->ledger) ledger_pass_on(sim, call, parent);
  if (outcome == OUTCOME_RATE_LIMITED) call_tell_when(sim, call, parent);
  call_reply(sim, parent, outcome);
}

static void dns_start(struct sim *sim, struct member *member) {
  struct dns_state *dns = member->state;
  const struct dns_health *health = &dns->config->health;
  if (!health->given) return;
  struct stream begins = sim_stream(sim, member->component, "checks begin");
  for (uint32_t i = 0; i < dns->n; i++) {
    struct backend *b = &dns->backend[i];
    uint64_t delay_ns = first_check_ns(health->first, health->interval_ns, i, dns->n, &begins,
                                       b->key, member->epoch);
    timer_set(sim, member, &b->check, delay_ns, 0, i);
  }
}

static void dns_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                         bool begins) {
  if (fault == &fault_crash && !begins) dns_start(sim, member);
}

/* --- life ----------------------------------------------------------------------------------- */

static void dns_init(struct sim *sim, struct member *member) {
  struct dns_state *dns = member->state;
  column_want(sim, COLUMN_CALLER);
  dns->config = member->component->config;
  dns->choice = sim_stream(sim, member->component, "choice");
  dns->lookup = sim_stream(sim, member->component, "lookup");
  dns->n = dns->config->backends.n;
  dns->backend = arena_lines(sim->arena, dns->n, sizeof *dns->backend);
  dns->record = arena_lines(sim->arena, sim->members, sizeof *dns->record);
  for (uint32_t i = 0; i < dns->n; i++) {
    struct component *to = &sim->component[dns->config->backends.id[i]];
    uint64_t key = rng_mix(rng_mix(member->component->name_hash + member->index) + to->name_hash);
    dns->backend[i] = (struct backend){.component = to, .healthy = true, .key = key};
  }
}

static bool dns_validate(const struct spec *spec, const struct component_spec *component,
                         struct error *err) {
  const struct dns_config *config = component->config;
  for (uint32_t i = 0; config->health.given && i < config->backends.n; i++) {
    if (!probe_op_valid(spec, config->backends.id[i], config->health.op, "health_check", err)) {
      return false;
    }
  }
  return true;
}

static void dns_outline(const struct spec *spec, const struct component_spec *component, int op,
                        struct outline *out) {
  (void)spec;
  const struct dns_config *config = component->config;
  out->spreads = true;
  out->health = (struct outline_health){.given = config->health.given,
                                        .interval_ns = config->health.interval_ns,
                                        .timeout_ns = config->health.timeout_ns,
                                        .fall = config->health.fall,
                                        .op = config->health.op,
                                        .panics = true};
  outline_add(out, OUTLINE_CHOICE);
  for (uint32_t i = 0; i < config->backends.n; i++) {
    struct outline_call *call = outline_add_call(out, config->backends.id[i], op, TIME_NEVER);
    if (config->backends.n > 1) call->share = NAN;
  }
  outline_add(out, OUTLINE_END);
}

static uint32_t dns_data_behind(const struct component_spec *component) {
  const struct dns_config *config = component->config;
  return config->backends.n ? config->backends.id[0] : REF_NONE;
}

/* --- parameters ----------------------------------------------------------------------------- */

#define AT(field) offsetof(struct dns_config, field)
#define AT_HEALTH(field) offsetof(struct dns_health, field)

static const char *const algorithm_choices[] = {"round_robin", "random", "nearest", "failover",
                                                NULL};

static const struct param health_params[] = {
    {.name = "interval",
     .type = PARAM_DURATION,
     .offset = AT_HEALTH(interval_ns),
     .fallback = "30s",
     .min = 1,
     .max = 1e18,
     .doc = "Time between two checks of a component (Amazon Route 53: 30 s)."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT_HEALTH(timeout_ns),
     .fallback = "4s",
     .min = 1,
     .max = 1e18,
     .doc = "A check not answered by then has failed (Route 53 connects within 4 s)."},
    {.name = "fall",
     .type = PARAM_COUNT,
     .offset = AT_HEALTH(fall),
     .fallback = "3",
     .min = 1,
     .max = 1000,
     .doc = "Failed checks in a row after which it is named no more (Route 53: 3)."},
    {.name = "rise",
     .type = PARAM_COUNT,
     .offset = AT_HEALTH(rise),
     .fallback = "3",
     .min = 1,
     .max = 1000,
     .doc = "Good checks in a row after which it is named again (Route 53: 3)."},
    {.name = "first",
     .type = PARAM_ENUM,
     .offset = AT_HEALTH(first),
     .fallback = "random",
     .choices = first_check_choices,
     .doc = "When the checks of a component begin: each at a random moment within the first "
            "interval (the kubelet; Envoy's initial_jitter), or even: spread over the first "
            "interval in the order of the components (HAProxy)."},
    {.name = "op",
     .type = PARAM_OP_KNOWN,
     .offset = AT_HEALTH(op),
     .doc =
         "A check is a request of this operation: it waits in the component's queue, takes what "
         "its "
         "handler takes, and counts as a call there (HAProxy's httpchk, Envoy's http_health_check: "
         "a path). Not said: the host answers, however busy it is."},
    {0},
};

static const struct param dns_params[] = {
    {.name = "backends",
     .type = PARAM_REFS,
     .offset = AT(backends),
     .required = true,
     .doc = "Components that the name may stand for."},
    {.name = "algorithm",
     .type = PARAM_ENUM,
     .offset = AT(algorithm),
     .fallback = "round_robin",
     .choices = algorithm_choices,
     .doc =
         "Which of those in use is named: each in turn; any; the one with the shortest path from "
         "the caller; or the first of the list (failover)."},
    {.name = "ttl",
     .type = PARAM_DURATION,
     .offset = AT(ttl_ns),
     .fallback = "0ms",
     .max = INFINITY,
     .doc = "How long a caller remembers an answer, right or wrong by then. Each calling instance "
            "remembers by itself."},
    {.name = "lookup",
     .type = PARAM_TIME_DIST,
     .offset = AT(lookup),
     .fallback = "0ms",
     .doc = "How long it takes to ask, when nothing is remembered."},
    {.name = "health_check",
     .type = PARAM_GROUP,
     .offset = AT(health),
     .group = health_params,
     .doc = "Checks the components and names only those in use; all, if none is."},
    {0},
};

static const struct meter dns_meters[] = {
    {"lookups", METER_COUNT, offsetof(struct dns_state, lookups), 0,
     "Calls whose caller had to ask."},
    {"remembered", METER_COUNT, offsetof(struct dns_state, remembered), 0,
     "Calls whose caller remembered the answer, or had asked for it already."},
    {"stale", METER_COUNT, offsetof(struct dns_state, stale), 0,
     "Calls to a component that the name no longer stood for."},
    {"failovers", METER_COUNT, offsetof(struct dns_state, failovers), 0,
     "Times a component was named no more."},
    {0},
};

const struct kind kind_dns = {
    .name = "dns",
    .summary =
        "A name that stands for components; callers remember the answer until its TTL is "
        "over.",
    .doc =
        "A caller of the name reaches one of its components, over the path between these two: "
        "the name is no station on the way and takes no time, but for `lookup`. Each calling "
        "instance remembers what the name stood for until `ttl` is over, or it crashes or is "
        "stopped; calls that it makes while it asks wait for that answer. Until then it goes "
        "there, even when health checks have found out that nobody answers. So a failover "
        "takes as long as detection, fall x interval at most, and then up to the TTL. A client of "
        "one instance has one memory: users that remember by themselves are as many instances. "
        "Checks come from where the name is declared; with `op` they are requests. Left out: "
        "resolvers between caller and "
        "name that remember too, answers of several addresses, negative answers, callers that "
        "ignore the TTL.",
    .example =
        "client \"users\" { instances = 50, arrivals = poisson \"1/s\", target = \"shop\", "
        "timeout = \"2s\" }\n"
        "dns \"shop\" { backends = { \"eu\", \"us\" }, algorithm = \"failover\", ttl = \"60s\",\n"
        "  health_check = { interval = \"30s\", fall = 3 } }\n"
        "service \"eu\" { work = \"5ms\" }\n"
        "service \"us\" { work = \"5ms\" }\n"
        "fault { crash \"eu\", at = \"100s\", lasts = \"300s\" }\n"
        "run { duration = \"600s\", warmup = \"10s\", replications = 4 }\n",
    .by_name = true,
    .probes = true,
    .bypass = "backends",
    .params = dns_params,
    .meters = dns_meters,
    .config_size = sizeof(struct dns_config),
    .state_size = sizeof(struct dns_state),
    .validate = dns_validate,
    .outline = dns_outline,
    .data_behind = dns_data_behind,
    .init = dns_init,
    .start = dns_start,
    .on_call = dns_on_call,
    .on_reply = dns_on_reply,
    .on_answer = dns_on_answer,
    .on_timer = dns_on_timer,
    .on_due = dns_on_due,
    .on_cancel = dns_on_cancel,
    .heeds = dns_heeds,
    .on_fault = dns_on_fault,
};

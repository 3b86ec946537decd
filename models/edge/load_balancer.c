/* load_balancer: spreads calls over backends and stops using those that fail health checks. */
#include <stdlib.h>

#include "abandon.h"
#include "arena.h"
#include "call.h"
#include "checks.h"
#include "choose.h"
#include "column.h"
#include "conditional.h"
#include "fault_def.h"
#include "front.h"
#include "health.h"
#include "held.h"
#include "life.h"
#include "outbound_params.h"
#include "sim.h"
#include "timeline.h"

/* --- calls ---------------------------------------------------------------------------------- */

/* One call more is under way to the backend. Which one a call went to last is in its pc, which one
 * a try went to in the site of that. */
static void assign(struct load_balancer_state *lb, struct frame *call, struct frame *forwarded,
                   uint32_t which) {
  lb->busy[which].active++;
  forwarded->site = call->pc = (uint16_t)which;
}

/* Answers a call, with something else if there is that. */
static void give(struct sim *sim, struct load_balancer_state *lb, struct frame *call,
                 enum outcome outcome) {
  call_reply(sim, call, second_best(lb->second_best, call, outcome, &lb->fallbacks));
}

static void to_backend(struct sim *sim, struct member *member, struct frame *call) {
  struct load_balancer_state *lb = member->state;
  uint32_t which = sim->holds ? held_site(sim, member, call) : HELD_NOWHERE;
  if (which == HELD_NOWHERE && lb->healthy_n == 0) {
    lb->no_backend++;
    give(sim, lb, call, OUTCOME_REFUSED);
    return;
  }
  if (__builtin_expect(which == HELD_NOWHERE, 1)) which = choose_first(sim, lb, call);
  struct member *to = lb->busy[which].member;
  struct frame *forwarded = call_new(sim, member, call);
  assign(lb, call, forwarded, which);
  if (__builtin_expect(lb->has_policy, 0)) {
    tried_clear(sim, &lb->tried, call);
    tried_add(sim, &lb->tried, call, call->pc);
    outbound_send_to(sim, lb->backend[which].out, forwarded, to);
  } else {
    outbound_send_plain(sim, forwarded, to, lb->timeout_ns);
  }
}

static __attribute__((noinline)) void through_front(struct sim *sim, struct member *member,
                                                    struct frame *call) {
  if (!front_passes(sim, member, call) || front_routes(sim, member, call)) return;
  struct load_balancer_state *lb = member->state;
  if (divide_has_backend(lb, call)) {
    to_backend(sim, member, call);
  } else {
    lb->no_backend++;
    give(sim, lb, call, OUTCOME_REFUSED);
  }
}

static void load_balancer_on_call(struct sim *sim, struct member *member, struct frame *call) {
  const struct load_balancer_state *lb = member->state;
  if (__builtin_expect(lb->has_front, 0)) {
    call->pc = 0;
    through_front(sim, member, call);
  } else {
    to_backend(sim, member, call);
  }
}

/* A call that a limit made wait goes on. */
static void load_balancer_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  call->pc++;
  through_front(sim, member, call);
}

static struct outbound *load_balancer_pick_again(struct sim *sim, struct member *member,
                                                 struct frame *call, struct frame *forwarded,
                                                 struct member **to) {
  struct load_balancer_state *lb = member->state;
  if (lb->healthy_n == 0 || !divide_has_backend(lb, call)) {
    lb->no_backend++;
    return NULL;
  }
  uint32_t which = choose_again(sim, lb, call, forwarded);
  assign(lb, call, forwarded, which);
  tried_add(sim, &lb->tried, call, which);
  *to = lb->backend[which].member;
  return lb->backend[which].out;
}

static void load_balancer_retried(struct sim *sim, struct member *member,
                                  const struct frame *forwarded) {
  (void)sim, (void)forwarded;
  ((struct load_balancer_state *)member->state)->reconnects++;
}

static void listen(struct sim *sim, struct member *member, uint32_t which, uint64_t sent_ns,
                   enum outcome outcome);

/* One call less is under way to the backend; none that was sent before a crash counts. */
static void forget(struct load_balancer_state *lb, uint32_t which) {
  if (lb->busy[which].active > 0) lb->busy[which].active--;
}

static void load_balancer_heard(struct sim *sim, struct member *member,
                                const struct frame *forwarded, enum outcome outcome) {
  struct load_balancer_state *lb = member->state;
  uint64_t sent_ns = outbound_sent_ns(sim, forwarded);
  if (lb->listens) listen(sim, member, forwarded->site, sent_ns, outcome);
}

static void load_balancer_over(struct sim *sim, struct member *member,
                               const struct frame *forwarded) {
  (void)sim;
  forget(member->state, forwarded->site);
}

/* Those who look at the calls under way choose otherwise when one is given up; a policy makes no
 * further tries of it and has its place again. */
static enum heed load_balancer_heeds(const void *from) {
  const struct load_balancer_config *config = from;
  struct outbound_config policy = load_balancer_policy(config);
  if (!outbound_is_plain(&policy)) return HEED_STOP;
  return load_balancer_algorithm(config)->compares ? HEED_STOP : HEED_PASS_ON;
}

static void load_balancer_on_cancel(struct sim *sim, struct member *member, struct frame *call) {
  struct load_balancer_state *lb = member->state;
  lb->given_up++;
  if (frame_state(call) == FRAME_WAITING) {
    if (!lb->has_policy && call->pc != FRONT_ROUTED) forget(lb, call->pc);
    call_abandon_made(sim, call);
  }
  call->due_ns = TIME_NEVER; /* a timer of a limit comes to nothing */
  call_reply(sim, call, OUTCOME_RESET);
}

static void load_balancer_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                                   struct frame *call, enum outcome outcome) {
  struct load_balancer_state *lb = member->state;
  if (__builtin_expect(parent == NULL, 0)) { /* a check that is a request */
    health_answer(sim, member, parent, call, outcome);
    return;
  }
  if (__builtin_expect(lb->has_policy, 0)) {
    if (outbound_takes(sim, call, outcome)) return;
  } else if (parent->pc != FRONT_ROUTED) {
    forget(lb, parent->pc);
    if (lb->listens) listen(sim, member, parent->pc, call->sent_ns, outcome);
  }
  if (sim->ledger) ledger_pass_on(sim, call, parent);
  compare_pass_on(sim, call, parent);
  bool broke = outcome == OUTCOME_REFUSED || outcome == OUTCOME_RESET;
  if (broke && lb->by_connection) bound_set(sim, &lb->bound, parent, BOUND_TO_NONE);
  if (lb->sticks && outcome == OUTCOME_OK && parent->pc != FRONT_ROUTED) {
    const struct member *by = lb->backend[call->site].member;
    sticky_note(sim, &lb->sessions, column_get(sim, parent, COLUMN_USER), call->site, by,
                call->sent_ns);
  }
  if (outcome == OUTCOME_RATE_LIMITED) call_tell_when(sim, call, parent);
  give(sim, lb, parent, outcome);
}

/* --- passive checks ------------------------------------------------------------------------- */

static void observe(struct sim *sim, struct member *member, uint32_t which, enum outcome outcome) {
  struct load_balancer_state *lb = member->state;
  const struct outlier_config *config = &lb->config->outlier;
  struct backend *b = &lb->backend[which];
  if (!outlier_observe(config, &b->outlier, outcome)) return;
  struct eligible eligible = count_eligible(lb);
  if (eligible.ejected >= outlier_most(config, eligible.n)) return;
  uint64_t lasts_ns = outlier_eject(config, &b->outlier, sim->now_ns);
  timer_set(sim, member, &b->back, lasts_ns, DUE_RETURN, which);
  lb->outliers++;
  list_healthy(sim, lb);
  sim_note(sim, member, b->member, "ejected");
}

/* A try at a backend ended. */
static void listen(struct sim *sim, struct member *member, uint32_t which, uint64_t sent_ns,
                   enum outcome outcome) {
  struct load_balancer_state *lb = member->state;
  const struct algorithm *algorithm = lb->algorithm;
  if (algorithm->hear) algorithm->hear(lb->memory, which, sim->now_ns - sent_ns, sim->now_ns);
  if (lb->config->outlier.given) observe(sim, member, which, outcome);
}

static void ejection_over(struct sim *sim, struct member *member, uint32_t which) {
  struct load_balancer_state *lb = member->state;
  struct backend *b = &lb->backend[which];
  outlier_return(&b->outlier);
  list_healthy(sim, lb);
  sim_note(sim, member, b->member, "back in use");
}

/* --- load reports --------------------------------------------------------------------------- */

/* Calls at a backend, from whatever balancer. One that is not there tells nothing, and what it told
 * last stands. */
static void take_reports(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  for (uint32_t i = 0; i < lb->n; i++) {
    const struct member *m = lb->busy[i].member;
    if (m->down || m->hung || !m->listed) continue;
    lb->seen[i] = (struct busy){lb->busy[i].member, m->flow.arrivals - m->flow.ok - m->flow.errors};
    lb->reports++;
  }
  timer_set(sim, member, &lb->report, lb->config->reports.every_ns, DUE_REPORT, 0);
}

/* --- events --------------------------------------------------------------------------------- */

static void load_balancer_start(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  health_start(sim, member);
  if (lb->config->reports.given) take_reports(sim, member);
}

static void load_balancer_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  switch ((enum due)timer->what) {
    case DUE_CHECK: /* a fault of this instant comes first, whenever the check was planned */
      timer_set(sim, member, timer, 0, DUE_CHECK_NOW, timer->data);
      return;
    case DUE_CHECK_NOW:
      health_check(sim, member, timer->data);
      return;
    case DUE_RETURN:
      ejection_over(sim, member, timer->data);
      return;
    case DUE_REPORT:
      take_reports(sim, member);
      return;
  }
}

/* A backend entered the register or left it, or something may happen to it. One that is new in the
 * register is believed healthy, and nothing is held against it. */
static void load_balancer_on_peer(struct sim *sim, struct member *member, struct member *about) {
  struct load_balancer_state *lb = member->state;
  for (uint32_t i = 0; i < lb->n; i++) {
    struct backend *b = &lb->backend[i];
    if (b->member != about) continue;
    health_wake(sim, member, i);
    if (b->listed == about->listed) continue;
    b->listed = about->listed;
    b->healthy = true;
    b->outlier = (struct outlier){0};
    timer_stop(&b->back);
    b->failures = b->successes = 0;
    list_healthy(sim, lb);
  }
}

/* A balancer that comes back knows nothing of what it sent and believes all backends healthy. */
static void load_balancer_on_fault(struct sim *sim, struct member *member,
                                   const struct fault_def *fault, bool begins) {
  struct load_balancer_state *lb = member->state;
  for (uint32_t i = 0; fault == &fault_hang && i < lb->n; i++) health_wake(sim, member, i);
  if (fault != &fault_crash) return;
  if (begins) {
    for (uint32_t i = 0; i < lb->n; i++) {
      struct backend *b = &lb->backend[i];
      lb->busy[i].active = b->failures = b->successes = 0;
      b->healthy = true;
      health_end_quiet(sim, b, lb->config->health.interval_ns);
      b->outlier = (struct outlier){0};
    }
    if (lb->algorithm->forget) lb->algorithm->forget(lb->memory, lb->n);
    limits_clear(&lb->limits);
    list_healthy(sim, lb);
  } else {
    load_balancer_start(sim, member);
  }
}

/* --- life ----------------------------------------------------------------------------------- */

/* Its backends do the same work: the first speaks for all. */
static uint32_t load_balancer_data_behind(const struct component_spec *component) {
  const struct load_balancer_config *config = component->config;
  return config->backends.n ? config->backends.id[0] : REF_NONE;
}

static const struct touches load_balancer_touches[EVENT_MEMBER + 1] = {
    [EVENT_ARRIVE] = {2, 1, 1, true}, [EVENT_REPLY] = {1, 1, 0, true},
    [EVENT_TIMER] = {4, 1, 1, true},  [EVENT_TIMEOUT] = {4, 1, 1, true},
    [EVENT_CANCEL] = {1, 1, 0, true},
};

static void load_balancer_init(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  lb->config = member->component->config;
  lb->choices = (uint32_t)lb->config->choices;
  lb->second_best = second_best_causes(&lb->config->fallback);
  lb->bounded = lb->config->bounded;
  for (uint32_t i = 0; i < lb->config->backends.n; i++) {
    lb->n += sim->component[lb->config->backends.id[i]].members;
  }
  lb->backend = arena_lines(sim->arena, lb->n, sizeof *lb->backend);
  lb->busy = arena_lines(sim->arena, lb->n, sizeof *lb->busy);
  lb->healthy = arena_alloc(sim->arena, lb->n * sizeof *lb->healthy);
  lb->others = arena_alloc(sim->arena, lb->n * sizeof *lb->others);
  struct outbound_config *policy = arena_alloc(sim->arena, sizeof *policy);
  *policy = load_balancer_policy(lb->config);
  lb->policy = policy;
  lb->has_policy = lb->is_choosy = !outbound_is_plain(policy);
  lb->by_connection = lb->config->layer == 4;
  lb->timeout_ns = lb->config->calls.timeout_ns;
  tried_init(&lb->tried, lb->n);
  lb->groups = lb->config->backends.n;
  lb->group = arena_alloc(sim->arena, lb->groups * sizeof *lb->group);
  uint32_t n = 0;
  for (uint32_t i = 0; i < lb->config->backends.n; i++) {
    struct component *group = &sim->component[lb->config->backends.id[i]];
    struct outbound *out = outbound_new(sim, member, group, group->spec->name, policy,
                                        (struct outbound_hooks){.pick = load_balancer_pick_again,
                                                                .retried = load_balancer_retried,
                                                                .heard = load_balancer_heard,
                                                                .over = load_balancer_over});
    lb->group[i] = out;
    component_watch(sim, member, group);
    for (uint32_t k = 0; k < group->members; k++) {
      struct member *to = &group->member[k];
      lb->busy[n].member = to;
      lb->backend[n++] = (struct backend){.member = to,
                                          .out = out,
                                          .healthy = true,
                                          .listed = to->listed,
                                          .checks = health_key(member, to)};
    }
  }
  choose_init(sim, member);
  list_healthy(sim, lb);
  front_init(sim, member);
}

static void load_balancer_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct load_balancer_state *lb = member->state;
  tried_free(&lb->tried);
  sticky_free(&lb->sessions);
  limits_free(&lb->limits);
  bound_free(&lb->bound);
}

static void load_balancer_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  limits_check(&((struct load_balancer_state *)member->state)->limits, member, out);
}

#define STATE(field) offsetof(struct load_balancer_state, field)

static const struct meter load_balancer_meters[] = {
    {"no_backend", METER_COUNT, STATE(no_backend), 0,
     "Calls, and further tries of calls, refused because no backend was healthy."},
    {"fallbacks", METER_COUNT, STATE(fallbacks), 0,
     "Calls that failed and had something at hand instead (`fallback`)."},
    {"reconnects", METER_COUNT, STATE(reconnects), 0,
     "Further tries of calls that had failed (`connect_retries`, `retry`), of all backends."},
    {"given_up", METER_COUNT, STATE(given_up), 0,
     "Calls ended because nobody waited for them any more."},
    {"checks_failed", METER_COUNT, STATE(probes_failed), 0, "Health checks that failed."},
    {"ejections", METER_COUNT, STATE(ejections), 0, "Times a backend was taken out."},
    {"outliers", METER_COUNT, STATE(outliers), 0,
     "Times a backend was taken out because its calls failed (`outlier`)."},
    {"diverted", METER_COUNT, STATE(diverted), 0,
     "Calls that did not go to their place on the ring because it had its share (`bounded`)."},
    {"panic", METER_MEAN_LEVEL, STATE(panicking), 0,
     "Levels that panic, or 1 for all backends together (`panic`)"},
    {"local", METER_RATIO, STATE(locality.local), STATE(locality.crossed),
     "Share of the calls that stayed in the zone of the balancer, while zones matter "
     "(`zone_aware`)."},
    {"reports", METER_COUNT, STATE(reports), 0, "Load reports taken from backends (`reports`)."},
    {"sessions", METER_COUNT, STATE(sessions.begun), 0,
     "Sessions that began at a backend (`sticky`)."},
    {"sessions_lost", METER_COUNT, STATE(sessions.lost), 0,
     "Users who found their session gone: its backend was not in use, or had crashed."},
    {"limited", METER_COUNT, STATE(limits.refused), 0, "Calls that a `limit` refused (`on`)."},
    {"delayed", METER_COUNT, STATE(limits.delayed), 0, "Calls that a `limit` made wait (`on`)."},
    {"limit.remaining", METER_MEAN, STATE(limits.left), STATE(limits.told),
     "How many more calls a caller could make at once, as a `limit` tells on each answer "
     "(X-RateLimit-Remaining): the mean; 0 where it refuses."},
    {"unrouted", METER_COUNT, STATE(unrouted), 0,
     "Calls of operations without a route where there are no backends either (`route`)."},
    {"connections", METER_COUNT, STATE(connections), 0,
     "Connections that were given a backend, some more than once (`layer`)."},
    {"healthy_backends", METER_MEAN_LEVEL, STATE(in_use), 0, "Backends in use"},
    {"withheld_backends", METER_MEAN_LEVEL, STATE(withheld), 0,
     "Backends that are there and out of use for failed checks or calls"},
    {0},
};

static bool load_balancer_has_meter(const void *config, const struct meter *meter) {
  const struct load_balancer_config *c = config;
  if (meter->at == STATE(fallbacks)) return c->fallback.n > 0;
  if (meter->at == STATE(diverted)) return c->bounded > 0;
  if (meter->at == STATE(locality.local)) return c->zone_aware.given;
  if (meter->at == STATE(reports)) return c->reports.given;
  if (meter->at == STATE(panicking)) return c->panic > 0;
  if (meter->at == STATE(withheld)) return c->health.given || c->outlier.given;
  size_t limits = STATE(limits);
  if (meter->at >= limits && meter->at < limits + sizeof(struct limits)) {
    return c->on.program.steps > 0;
  }
  if (meter->at == STATE(unrouted)) return c->backends.n == 0;
  if (meter->at == STATE(connections)) return c->layer == 4;
  bool of_sessions = meter->at == STATE(sessions.begun) || meter->at == STATE(sessions.lost);
  return !of_sessions || c->sticky_ns > 0;
}

static const struct metric_def load_balancer_metrics[] = {
    OUTBOUND_METRICS,
    {0},
};

const struct kind kind_load_balancer = {
    .name = "load_balancer",
    .summary = "Spreads calls over backends and stops using those that fail health checks.",
    .doc =
        "Limits come first (`on`), then routes (`route`). Passes each call on to one instance of "
        "its backends and the answer back, errors "
        "included; it takes no time and has no limit of its own. least_connections looks at the "
        "calls it has itself sent and not got back; ties go round robin. power_of_two draws "
        "`choices` different backends. hash gives the same data, or what else `by` names, to the "
        "same backend while the same ones are in use; when one leaves, most of the data go "
        "elsewhere (HAProxy's map-based hash, nginx's hash without consistent). consistent_hash "
        "and maglev move little but what that one had: the first looks for the next of `points` "
        "on a ring (Karger et al. 1997; nginx, Envoy's ring hash), the second in a table of 65537 "
        "entries that all fill in turns (Eisenbud et al. 2016; Envoy). shuffle_shard gives each "
        "value "
        "`choices` backends of its own, of which the one with the fewest calls gets the call, and "
        "never another one, even when all of them are out of use. latency draws `choices` and "
        "takes the one with the least product of its calls under way and what its answers take, "
        "an average that jumps up and forgets within 10 s (Finagle's and Envoy's peak EWMA); an "
        "error that comes at once counts as a quick answer. nearest looks at the paths from the "
        "balancer. priority takes the components in `backends` for levels: what the first cannot "
        "take spills over to the next one (Envoy; round robin within a level). Each instance of a "
        "balancer has its own ring, table and turn, the ring and table the same as every other. "
        "What a "
        "client may say about its calls a balancer may say, "
        "too: "
        "`retry` (nginx's proxy_next_upstream, Envoy's retry policy), `hedge`, `breaker`, `pool`. "
        "Each further try goes to a backend that has not had the call, if one is in use, else to "
        "another than the last one, chosen by the same algorithm. While the breaker towards one "
        "component is open, calls go to the backends of the others; where there are none it turns "
        "them away (Envoy's overflow does so at once). Breaker, pool and budgets are "
        "kept by each balancer for each "
        "component among its backends, not for each instance: what takes out single instances is "
        "`outlier` (Envoy has circuit breakers by cluster and outlier detection by host, too). A "
        "call waits for a place with the backend that was chosen for it. The deadline of a request "
        "is passed on (Envoy, with grpc-timeout). When a caller gives up, the balancer gives "
        "up its own call and forgets it (Envoy, nginx, HAProxy); this matters, and is modelled, "
        "where it counts calls under way or something behind it takes such calls out.\n"
        "A health check crosses the network like a call and is answered by the backend's host: "
        "it fails when that is down, hung, cut off or swallows calls, not when it is merely "
        "busy; with `op` it is a request, which a slow or busy backend answers late, so that under "
        "load the backends are taken out that are busiest (`panic` is against that). When in the "
        "interval a backend is checked differs from one replication to the next "
        "and between the instances of a group (`first`), so a fault at a given time is seen "
        "sooner or later. When every backend is out, calls are "
        "refused (HAProxy's 503). Each instance of a group checks by itself. A "
        "balancer that crashed comes back with all backends in use. It knows at once, as from a "
        "register, "
        "which instances join, stop or are absent; not which crash, nor that one starts after a "
        "crash.\n"
        "A backend that refuses or fails at once always has the fewest calls, so least_connections "
        "and power_of_two give it more than its share (HAProxy's leastconn and Envoy's "
        "least-request do too). `outlier` takes it out after a few failures; what a backend fails "
        "at once is what the balancer sees first. Envoy brings ejected hosts back on a sweep every "
        "10 s, here it is when their time is over. With `layer = 4` it balances connections: "
        "an algorithm that compares backends then looks at their open connections, a connection "
        "whose backend leaves use or breaks is given another one (HAProxy ends it), and what is "
        "sent on to the backends goes over connections of its own. With `zone_aware` the zone of a "
        "call is drawn first, by the shares of the balancers and of the backends in use in each "
        "zone, then the algorithm chooses there; a further try goes to any zone, and a balancer "
        "that is down still counts as one. Left out: load reports that come late or get lost, "
        "backup "
        "servers and other fallbacks, limits by instance (HAProxy's maxconn), "
        "success rates compared between backends.",
    .example =
        "client \"users\" { arrivals = poisson \"150/s\", target = \"lb\", timeout = \"1s\" }\n"
        "load_balancer \"lb\" { algorithm = \"least_connections\", backends = \"web\",\n"
        "  health_check = { interval = \"2s\", timeout = \"1s\", fall = 3, rise = 2 } }\n"
        "service \"web\" { instances = 3, workers = 1, work = exponential \"10ms\" }\n"
        "fault { crash \"web[2]\", at = \"30s\", lasts = \"20s\" }\n"
        "run { duration = \"90s\", warmup = \"10s\", replications = 4 }\n",
    .probes = true,
    .bypass = "backends",
    .place = load_balancer_place,
    .params = load_balancer_params,
    .meters = load_balancer_meters,
    .has_meter = load_balancer_has_meter,
    .metrics = load_balancer_metrics,
    .config_size = sizeof(struct load_balancer_config),
    .state_size = sizeof(struct load_balancer_state),
    .validate = load_balancer_validate,
    .outline = load_balancer_outline,
    .data_behind = load_balancer_data_behind,
    .divide = divide,
    .add_version = load_balancer_add_version,
    .init = load_balancer_init,
    .start = load_balancer_start,
    .on_call = load_balancer_on_call,
    .on_reply = load_balancer_on_reply,
    .on_answer = health_answer,
    .on_timer = load_balancer_on_timer,
    .on_due = load_balancer_on_due,
    .on_cancel = load_balancer_on_cancel,
    .heeds = load_balancer_heeds,
    .check = load_balancer_check,
    .on_fault = load_balancer_on_fault,
    .on_peer = load_balancer_on_peer,
    .destroy = load_balancer_destroy,
    .touches = load_balancer_touches,
};

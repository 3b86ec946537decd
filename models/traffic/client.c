/* client: users who send requests, and what they experience. */
#include <math.h>

#include "arena.h"
#include "call.h"
#include "client_state.h"
#include "fault_def.h"
#include "held.h"
#include "spell.h"
#include "trace.h"

/* A request's key is base + (attempt << 58 | number), where the number holds the user in its upper
 * bits: retries and users draw from their own parts of every stream. */
enum { ATTEMPT_SHIFT = 58 };
static_assert(ARRIVALS_MAX_USERS >> (ATTEMPT_SHIFT - ARRIVALS_USER_SHIFT) == 0,
              "a number of a request leaves its attempts alone");

/* What ended well is counted by its latency. */
static inline void count_end(struct op_stats *stats, enum outcome outcome, uint64_t latency_ns) {
  if (outcome == OUTCOME_OK) {
    hist_add(&stats->latency, latency_ns);
  } else {
    stats->ended[outcome]++;
  }
}

/* --- sending -------------------------------------------------------------------------------- */

static uint8_t draw_op(const struct client_state *c, uint64_t key) {
  const struct mix *mix = mix_of(c->config);
  if (mix->n == 0) return OP_DEFAULT;
  if (mix->n == 1) return mix->part[0].op;
  struct draws draws = draws_begin(c->mix, key, 0);
  double u = draws_unit(&draws);
  for (uint32_t i = 0; i + 1 < mix->n; i++) {
    u -= mix->part[i].share;
    if (u < 0) return mix->part[i].op;
  }
  return mix->part[mix->n - 1].op;
}

static uint32_t draw_item(const struct client_state *c, uint64_t key) {
  if (c->config->keys.kind == KEYS_NONE) return 0;
  struct draws draws = draws_begin(c->keys, key, 0);
  return (uint32_t)key_law_draw(&c->law, &draws);
}

/* Of the request that was first sent with this key. */
static uint64_t patience_ns(const struct client_state *c, uint64_t key) {
  struct draws draws = draws_begin(c->patience, key, 0);
  return dist_draw_whole(&c->config->patience, &draws);
}

static __attribute__((noinline)) void send_impatient(struct sim *sim, struct client_state *c,
                                                     struct frame *call) {
  uint64_t patience = patience_ns(c, call->key);
  if (c->out) {
    outbound_send_until(sim, c->out, call, sim->now_ns + patience);
    return;
  }
  call_send(sim, call, component_pick(c->target, call),
            patience < c->timeout_ns ? patience : c->timeout_ns);
}

static void send(struct sim *sim, struct client_state *c, struct frame *call) {
  if (__builtin_expect(c->is_impatient, 0)) {
    send_impatient(sim, c, call);
    return;
  }
  if (__builtin_expect(c->out != NULL, 0)) {
    outbound_send(sim, c->out, call);
  } else {
    call_send(sim, call, component_pick(c->target, call), c->timeout_ns);
  }
}

/* Whose request it is: of `sender`, where that is known, else drawn by the key. */
static void give_user(struct sim *sim, struct client_state *c, struct frame *call, uint64_t key,
                      uint64_t sender) {
  if (column_wanted(sim, COLUMN_IDENTITY)) {
    column_set(sim, call, COLUMN_IDENTITY, rng_mix(call->key) | 1);
  }
  if (!c->has_users) return;
  uint32_t tier = users_give(sim, &c->users, call, key, sender);
  if (tier != USERS_NO_TIER) c->stats[c->ops + tier].offered++;
}

static __attribute__((noinline)) void draw_request(struct sim *sim, struct client_state *c,
                                                   struct frame *call, uint64_t number) {
  call->op = draw_op(c, call->key);
  call->item = draw_item(c, call->key);
  uint64_t sender = number >> ARRIVALS_USER_SHIFT;
  const struct arrival_trace *trace = c->config->arrivals.trace;
  if (trace) {
    uint64_t row = arrivals_row(trace, number);
    if (trace->op) call->op = trace->op[row];
    if (trace->item) call->item = trace->item[row];
    if (trace->user) sender = trace->user[row];
  }
  give_user(sim, c, call, call->key, sender);
}

/* Whose session a request goes on: that of its journey, if there are such. */
static uint32_t stay_of_call(const struct sim *sim, const struct client_state *c,
                             const struct frame *call) {
  if (!journeys_are(&c->journeys)) return stay_of(sim, call);
  return c->journeys.slot[journey_of(sim, call)].stay;
}

static void send_on_session(struct sim *sim, struct client_state *c, struct frame *call) {
  struct member *to = stay_use(sim, &c->stays, stay_of_call(sim, c, call), call, c->target);
  if (to == NULL) {
    send(sim, c, call);
  } else if (c->out && c->is_impatient) { /* whose tries are its own affair */
    send_impatient(sim, c, call);
  } else if (c->out) {
    outbound_send_to(sim, c->out, call, to);
  } else {
    uint64_t least_ns = c->is_impatient ? patience_ns(c, call->key) : TIME_NEVER;
    call_send(sim, call, to, least_ns < c->timeout_ns ? least_ns : c->timeout_ns);
  }
}

/* --- journeys ------------------------------------------------------------------------------- */

static void send_on_journey(struct sim *sim, struct member *member, struct frame *call) {
  struct client_state *c = member->state;
  uint64_t number = c->journeys.slot[journey_of(sim, call)].number;
  const struct arrival_trace *trace = c->config->arrivals.trace;
  uint64_t sender = trace && trace->user ? trace->user[arrivals_row(trace, number)]
                                         : number >> ARRIVALS_USER_SHIFT;
  call->item = draw_item(c, call->key);
  give_user(sim, c, call, c->base + number, sender);
  stats_for(c, call->op)->offered++;
  level_up(&c->in_flight, sim->now_ns);
  trace_begin(sim, c->follow, member, call);
  if (!stays_are(&c->stays)) {
    send(sim, c, call);
  } else if (stay_takes(sim, member, &c->stays, stay_of_call(sim, c, call), call)) {
    send_on_session(sim, c, call);
  }
}

static void begin_journey(struct sim *sim, struct member *member, uint64_t number) {
  struct client_state *c = member->state;
  uint32_t slot = journey_begin(sim, &c->journeys, number);
  if (stays_are(&c->stays)) {
    c->journeys.slot[slot].stay = stay_of_number(sim, &c->stays, number);
  }
  journey_stats(c)->offered++;
  uint64_t pause_ns;
  struct frame *call = journey_next(sim, member, &c->journeys, slot, &pause_ns);
  if (pause_ns > 0) {
    c->journeys.pausing++;
    call_sleep(sim, member, call, pause_ns);
  } else {
    send_on_journey(sim, member, call);
  }
}

static uint64_t told_to_wait(const struct sim *sim, struct client_state *c,
                             const struct frame *call);

/* A request has ended: the next one comes, or the journey is over. Also where no time passes the
 * next one is an event of its own, so that a long journey is not as deep. */
static void journey_answered(struct sim *sim, struct member *member, struct frame *call,
                             enum outcome outcome) {
  struct client_state *c = member->state;
  uint32_t slot = journey_of(sim, call);
  struct journey_state *journey = &c->journeys.slot[slot];
  journey->waited_ns += sim->now_ns - call->sent_ns;
  journey->degraded |= (call->flags & CALL_DEGRADED) != 0 && outcome == OUTCOME_OK;
  uint64_t least_ns = told_to_wait(sim, c, call), pause_ns;
  if (outcome == OUTCOME_OK || journey_is_optional(&c->journeys, slot)) {
    struct frame *next = journey_next(sim, member, &c->journeys, slot, &pause_ns);
    if (next) {
      c->journeys.pausing++;
      call_sleep(sim, member, next, pause_ns > least_ns ? pause_ns : least_ns);
      return;
    }
    outcome = OUTCOME_OK;
  }
  struct op_stats *stats = journey_stats(c);
  stats->degraded += journey->degraded && outcome == OUTCOME_OK;
  count_end(stats, outcome, sim->now_ns - journey->began_ns);
  uint64_t key = c->base + journey->number;
  if (stays_are(&c->stays)) stay_answered(sim, member, &c->stays, journey->stay);
  journey_end(sim, &c->journeys, slot, outcome);
  arrivals_answered(sim, member, &c->arrivals, key, least_ns);
}

/* --- sessions ------------------------------------------------------------------------------- */

static void ask_on_session(struct sim *sim, struct member *member, uint32_t stay, uint64_t key) {
  struct client_state *c = member->state;
  struct frame *call = call_new(sim, member, NULL);
  call->key = key;
  draw_request(sim, c, call, stay_number(&c->stays, stay));
  stats_for(c, call->op)->offered++;
  level_up(&c->in_flight, sim->now_ns);
  trace_begin(sim, c->follow, member, call);
  stay_mark(sim, call, stay);
  if (stay_takes(sim, member, &c->stays, stay, call)) send_on_session(sim, c, call);
}

static void client_on_session(struct sim *sim, struct member *member, struct frame *session,
                              uint64_t in_ns) {
  struct client_state *c = member->state;
  stay_opens(sim, member, &c->stays, session, in_ns);
}

static void stay_is_due(struct sim *sim, struct member *member, struct timer *timer) {
  struct client_state *c = member->state;
  struct frame *call;
  uint64_t key;
  uint32_t stay = timer->data;
  switch (stay_due(sim, member, &c->stays, timer, &call, &key)) {
    case STAY_NOTHING:
      return;
    case STAY_MAY_SEND:
      send_on_session(sim, c, call);
      return;
    case STAY_ASKS:
      ask_on_session(sim, member, stay, key);
      return;
  }
}

static bool client_stays(const void *config) {
  return ((const struct client_config *)config)->session.given;
}

static __attribute__((noinline)) void new_request(struct sim *sim, struct member *member,
                                                  uint64_t number) {
  struct client_state *c = member->state;
  if (__builtin_expect(journeys_are(&c->journeys), 0)) {
    begin_journey(sim, member, number);
    return;
  }
  if (__builtin_expect(stays_are(&c->stays), 0)) {
    ask_on_session(sim, member, stay_of_number(sim, &c->stays, number), c->base + number);
    return;
  }
  struct frame *call = call_new(sim, member, NULL);
  call->key = c->base + number;
  if (c->draws_request) draw_request(sim, c, call, number);
  stats_for(c, call->op)->offered++;
  level_up(&c->in_flight, sim->now_ns);
  trace_begin(sim, c->follow, member, call);
  send(sim, c, call);
}

/* --- when ----------------------------------------------------------------------------------- */

static void client_start(struct sim *sim, struct member *member) {
  struct client_state *c = member->state;
  c->has_users = users_start(sim, &c->users);
  c->draws_request |= c->has_users || column_wanted(sim, COLUMN_IDENTITY);
  c->plain = c->only_stats && !c->draws_request && !c->is_impatient && !c->out &&
             c->second_best == 0 && !c->arrivals.sent_by_user && !stays_are(&c->stays);
  c->only_counts = c->plain && c->config->obeys == OBEYS_NOTHING;
  if (c->plain && !c->holds_back && c->target->members == 1) c->plain_to = c->target->member;
  arrivals_start(sim, member, &c->arrivals);
}

/* Of closed users, or of so many users that one of them has to be free. */
static __attribute__((noinline)) void held_back(struct sim *sim, struct member *member,
                                                uint32_t user) {
  struct client_state *c = member->state;
  if (c->arrivals.busy && !arrivals_crowd_asks(sim, member, &c->arrivals, user)) return;
  uint64_t number = arrivals_take(sim, member, &c->arrivals, user);
  uint64_t under_way =
      journeys_are(&c->journeys) ? c->journeys.under_way.value : c->in_flight.value;
  if (under_way >= c->config->most) {
    c->dropped++;
  } else {
    new_request(sim, member, number);
  }
}

static __attribute__((noinline)) void ask_otherwise(struct sim *sim, struct member *member,
                                                    uint32_t user) {
  struct client_state *c = member->state;
  if (c->holds_back) {
    held_back(sim, member, user);
  } else {
    new_request(sim, member, arrivals_next(sim, member, &c->arrivals));
  }
}

/* With a thousand clients a good part of all requests is followed: so they touch no more lines. */
static __attribute__((noinline)) void send_followed(struct sim *sim, struct member *member,
                                                    uint64_t number) {
  struct client_state *c = member->state;
  struct frame *call = call_new(sim, member, NULL);
  call->key = c->base + number;
  trace_begin_followed(sim, member, call);
  call_send(sim, call, c->plain_to, c->timeout_ns);
}

/* A plain request of which the number is taken and the next one is scheduled. How many were offered
 * follows from their numbers: see client_results.c. */
static inline void begin_plainly(struct sim *sim, struct member *member, uint64_t number) {
  struct client_state *c = member->state;
  level_up(&c->in_flight, sim->now_ns);
  if (trace_follows(c->follow, c->base + number)) {
    send_followed(sim, member, number);
  } else {
    call_begin(sim, member, c->base + number, c->plain_to, c->timeout_ns);
  }
}

/* The next request is far away, or more gaps have to be drawn. */
static __attribute__((noinline)) void ask_plainly(struct sim *sim, struct member *member) {
  struct client_state *c = member->state;
  uint64_t number = arrivals_next(sim, member, &c->arrivals);
  begin_plainly(sim, member, number);
}

/* What comes most often calls others at its end or not at all, see client_on_reply. One test for
 * all that most clients have not. */
static void client_on_event(struct sim *sim, struct member *member, uint32_t user) {
  struct client_state *c = member->state;
  if (__builtin_expect(c->plain_to == NULL, 0)) {
    ask_otherwise(sim, member, user);
    return;
  }
  uint64_t delay_ns;
  if (!arrivals_gap(&c->arrivals, &delay_ns) || !fel_is_near(&sim->fel, sim->now_ns + delay_ns)) {
    ask_plainly(sim, member);
    return;
  }
  uint64_t number = arrivals_take_gap(sim, member, &c->arrivals, delay_ns);
  begin_plainly(sim, member, number);
}

/* --- answers -------------------------------------------------------------------- */

/* How long the answer says to wait, for those who heed that; 0: it does not say. */
static uint64_t told_to_wait(const struct sim *sim, struct client_state *c,
                             const struct frame *call) {
  if (__builtin_expect(c->config->obeys == OBEYS_NOTHING, 1)) return 0;
  uint64_t told_ns = column_get(sim, call, COLUMN_RETRY_IN);
  c->obeyed += told_ns > 0;
  return told_ns;
}

/* Another attempt at a request will be made. */
static void client_retried(struct sim *sim, struct member *member, const struct frame *call) {
  struct client_state *c = member->state;
  told_to_wait(sim, c, call);
  stats_for(c, call->op)->retries++;
  struct op_stats *of_tier = tier_stats(sim, c, call);
  if (of_tier) of_tier->retries++;
  if (journeys_are(&c->journeys)) journey_stats(c)->retries++;
}

/* A pause of a journey is over; it keeps no other call back. */
static void client_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  struct client_state *c = member->state;
  c->journeys.pausing--;
  call->sent_ns = sim->now_ns;
  send_on_journey(sim, member, call);
}

static __attribute__((noinline)) void count_tier(const struct sim *sim, struct client_state *c,
                                                 const struct frame *call, enum outcome outcome) {
  struct op_stats *stats = tier_stats(sim, c, call);
  if (stats == NULL) return;
  stats->degraded += call->flags & CALL_DEGRADED && outcome == OUTCOME_OK;
  count_end(stats, outcome, sim->now_ns - call->sent_ns);
}

static inline void count_answer(struct sim *sim, struct client_state *c, const struct frame *call,
                                enum outcome outcome) {
  struct op_stats *stats = stats_for(c, call->op);
  if (__builtin_expect(call->flags & (CALL_TRACED | CALL_DEGRADED), 0)) {
    if (call->flags & CALL_TRACED) trace_request_end(sim, call, outcome);
    stats->degraded += call->flags & CALL_DEGRADED && outcome == OUTCOME_OK;
  }
  count_end(stats, outcome, sim->now_ns - call->sent_ns);
}

/* Of a client that only counts: it looks at nothing beyond the beginning of the state. */
static __attribute__((noinline)) void answered_plainly(struct sim *sim, struct client_state *c,
                                                       const struct frame *call,
                                                       enum outcome outcome) {
  count_answer(sim, c, call, outcome);
  level_down(&c->in_flight, sim->now_ns);
}

static __attribute__((noinline)) void answered(struct sim *sim, struct member *member,
                                               struct frame *call, enum outcome outcome) {
  struct client_state *c = member->state;
  if (__builtin_expect(stays_are(&c->stays), 0) && held_is_session(sim, call)) {
    stay_ended(sim, member, &c->stays, call, outcome);
    return;
  }
  if (__builtin_expect(c->out != NULL, 0) && outbound_takes(sim, call, outcome)) return;
  bool timed_out = outcome == OUTCOME_TIMEOUT;
  outcome = second_best(c->second_best, call, outcome, &c->fallbacks);
  count_answer(sim, c, call, outcome);
  if (__builtin_expect(c->has_users, 0)) count_tier(sim, c, call, outcome);
  level_down(&c->in_flight, sim->now_ns);
  uint64_t key = __builtin_expect(c->out != NULL, 0) ? outbound_key(sim, call) : call->key;
  if (__builtin_expect(c->is_impatient, 0) && timed_out) {
    c->gave_up += sim->now_ns - call->sent_ns >= patience_ns(c, key);
  }
  if (__builtin_expect(journeys_are(&c->journeys), 0)) {
    journey_answered(sim, member, call, outcome);
    return;
  }
  if (stays_are(&c->stays)) stay_answered(sim, member, &c->stays, stay_of(sim, call));
  uint64_t least_ns = c->users.are_closed ? told_to_wait(sim, c, call) : 0;
  arrivals_answered(sim, member, &c->arrivals, key, least_ns);
}

/* What comes most often needs no call but one at the end: nothing is saved for later. */
static void client_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                            struct frame *call, enum outcome outcome) {
  (void)parent;
  struct client_state *c = member->state;
  struct op_stats *stats = c->only_stats;
  bool quick = c->plain && outcome == OUTCOME_OK && hist_has_room(&stats->latency) &&
               !(call->flags & (CALL_TRACED | CALL_DEGRADED));
  if (__builtin_expect(!quick, 0)) {
    if (c->only_counts) {
      answered_plainly(sim, c, call, outcome);
    } else {
      answered(sim, member, call, outcome);
    }
    return;
  }
  hist_add(&stats->latency, sim->now_ns - call->sent_ns);
  level_down(&c->in_flight, sim->now_ns);
}

static void client_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  if (stay_timer(timer)) {
    stay_is_due(sim, member, timer);
  } else {
    spell_due(sim, timer);
  }
}

static void client_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                            bool begins) {
  (void)begins;
  struct client_state *c = member->state;
  if (fault == &fault_surge) arrivals_surge(sim, member, &c->arrivals);
}

/* A thousand clients' gaps and latencies are in no cache. */
static const struct touches client_touches[EVENT_MEMBER + 1] = {
    [EVENT_REPLY] = {1, 1, 0, false},
    [EVENT_TIMER] = {2, 1, 0, true},
    [EVENT_TIMEOUT] = {2, 1, 0, true},
    [EVENT_MEMBER] = {2, 0, 0, true},
};

static void client_fetch(const struct sim *sim, const struct member *member,
                         enum event_kind event) {
  (void)sim;
  const struct client_state *c = member->state;
  if (event == EVENT_MEMBER) {
    uint32_t left = c->arrivals.gaps_left;
    __builtin_prefetch(&c->arrivals.gap[left > 0 ? left - 1 : 0], 1);
  } else if (event == EVENT_REPLY && c->only_stats) {
    const struct hist *latency = &c->only_stats->latency;
    __builtin_prefetch(latency->value + latency->values, 1);
  }
}

static void client_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member; /* loading refuses this */
  call_reply(sim, call, OUTCOME_REFUSED);
}

static double client_message_bytes(struct sim *sim, struct member *member, struct frame *parent,
                                   struct frame *call, bool answer) {
  (void)parent;
  const struct client_state *c = member->state;
  const struct arrival_trace *trace = c->config->arrivals.trace;
  if (answer && trace && trace->answer) {
    return (double)trace->answer[arrivals_row(trace, outbound_key(sim, call) - c->base)];
  }
  struct draws draws = draws_begin(answer ? c->response : c->request, call->key, 0);
  return dist_draw(answer ? &c->config->response : &c->config->request, &draws);
}

/* --- life ----------------------------------------------------------------------------------- */

static void client_init(struct sim *sim, struct member *member) {
  struct client_state *c = member->state;
  const struct component *self = member->component;
  c->config = self->config;
  c->target = &sim->component[c->config->target];
  c->follow = trace_follow_of(sim, self);
  c->base = member->index == 1 ? self->name_hash : rng_mix(self->name_hash + member->index);
  arrivals_init(sim, member, &c->arrivals, &c->config->arrivals, c->base);
  c->mix = sim_stream(sim, self, "mix");
  c->keys = sim_stream(sim, self, "keys");
  c->is_impatient = client_is_impatient(c->config);
  c->patience = sim_stream(sim, self, "patience");
  c->request = sim_stream(sim, self, "request");
  c->response = sim_stream(sim, self, "response");
  key_law_init(&c->law, &c->config->keys);
  c->timeout_ns = c->config->calls.timeout_ns;
  c->second_best = second_best_causes(&c->config->fallback);
  struct outbound_config *policy = arena_alloc(sim->arena, sizeof *policy);
  *policy = client_policy(c->config);
  if (policy->obeys) column_want(sim, COLUMN_RETRY_IN);
  c->out = outbound_new(sim, member, c->target, c->target->spec->name, policy,
                        (struct outbound_hooks){.retried = client_retried});
  c->users.are_closed = c->config->arrivals.kind == ARRIVALS_CLOSED;
  users_init(sim, member, &c->users, users_of(c->config), &c->config->tier, c->base);
  c->users.are_told = c->config->arrivals.trace && c->config->arrivals.trace->user;
  c->stays.are_closed = c->users.are_closed;
  stays_init(sim, member, &c->stays, &c->config->session, c->target, c->timeout_ns, c->base);
  const struct mix *mix = mix_of(c->config);
  c->holds_back = c->users.are_closed || c->config->most != PARAM_UNLIMITED;
  journeys_init(sim, member, &c->journeys, &c->config->journey, c->base);
  c->draws_request = mix->n || c->config->keys.kind != KEYS_NONE || c->config->arrivals.trace;
  c->ops = mix->n ? mix->n : 1;
  c->parts = c->ops + c->config->tier.n + journeys_are(&c->journeys);
  c->stats = arena_lines(sim->arena, c->parts, sizeof *c->stats);
  c->only_stats = c->ops == 1 ? c->stats : NULL;
  for (uint32_t i = 0; i < c->parts; i++) {
    hist_init(&c->stats[i].latency, EXACT_LATENCIES, sim->arena);
    client_watch_limits(sim, member, &c->stats[i].latency);
  }
  for (uint32_t i = 0; i < c->ops; i++) {
    c->stats_of[mix->n ? mix->part[i].op : OP_DEFAULT] = &c->stats[i];
  }
}

static void client_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct client_state *c = member->state;
  for (uint32_t i = 0; i < c->parts; i++) hist_free(&c->stats[i].latency);
  journeys_free(&c->journeys);
  stays_free(&c->stays);
}

static void client_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  const struct client_state *c = member->state;
  if (!journeys_are(&c->journeys)) return;
  journeys_check(&c->journeys, member, c->in_flight.value, out);
}

static void client_reset(struct sim *sim, struct member *member) {
  struct client_state *c = member->state;
  level_reset(&c->in_flight, sim->now_ns);
  c->sent_before = c->arrivals.number;
  if (c->has_users) users_reset(&c->users);
  if (journeys_are(&c->journeys)) journeys_reset(sim, &c->journeys);
  for (uint32_t i = 0; i < c->parts; i++) {
    struct op_stats *s = &c->stats[i];
    hist_clear(&s->latency);
    *s = (struct op_stats){.latency = s->latency};
  }
}

const struct kind kind_client = {
    .name = "client",
    .summary = "Users who send requests, and what they experience.",
    .doc =
        "An open client (all arrivals but closed) sends requests at its rate whatever happens to "
        "earlier ones, so latency counts from the moment a request was meant to be sent and a "
        "stalled server is seen by everybody who arrives meanwhile. Where the rate changes, the "
        "gaps between requests are the same draws, put on the clock by the integral of the rate. "
        "With a journey each arrival is a user who comes and makes its requests one after the "
        "other. "
        "Requests count as they do without; the metrics `journey` are of journeys as wholes: their "
        "latency runs from the beginning to the last answer, pauses included. Left out of "
        "journeys: "
        "ways that fork, users who come back to one that failed.\n"
        "A closed client has a fixed number of "
        "users, each with at most one request in flight; user u of n starts u/n of a think time "
        "after the beginning.\n"
        "Each request draws an operation from the mix and a key from `keys`. An attempt that is "
        "not "
        "answered within `timeout` has failed for the client, but the server still works on it. A "
        "retry repeats the same operation on the same key after a pause; the request's latency "
        "runs on. Who has lost `patience` comes again like anybody else. Left out: users who stay "
        "away "
        "once they have given up.\n"
        "With a `session` a user holds a connection at one member while it works. It opens it on "
        "the way that any call takes, learns that it is open after the mean time of the way back, "
        "and sends its requests on it: balancers send them where the session is. It takes one of "
        "the places that the component says (`sessions`) until its time is over, or until it is "
        "reset: by a crash, or at the end of the `drain` of a member that stops, until which "
        "requests on it are taken. Then its user comes again. With a `journey` the user makes its "
        "requests on the session, and opens another one if its time is over before that. Over a "
        "path with transport = "
        "\"tcp\" it keeps a connection to itself. Left out: retries of requests wait for no "
        "session, what keeps a connection alive, and messages by which a server asks its users to "
        "move on.",
    .example =
        "client \"users\" {\n"
        "  arrivals = poisson \"90/s\",\n"
        "  target = \"web\",\n"
        "  timeout = \"1s\",\n"
        "  retry = { attempts = 3, backoff = exponential { base = \"50ms\", cap = \"1s\", "
        "jitter = \"full\" } },\n"
        "}\n"
        "service \"web\" { workers = 2, work = exponential \"10ms\" }\n"
        "run { duration = \"100s\", warmup = \"10s\", replications = 4 }\n",
    .params = client_params,
    .meters = client_meters,
    .has_meter = client_has_meter,
    .uses_meter = client_uses_meter,
    .metrics = client_metrics,
    .config_size = sizeof(struct client_config),
    .state_size = sizeof(struct client_state),
    .is_source = true,
    .validate = client_validate,
    .outline = client_outline,
    .init = client_init,
    .start = client_start,
    .on_call = client_on_call,
    .on_reply = client_on_reply,
    .on_timer = client_on_timer,
    .on_event = client_on_event,
    .on_due = client_on_due,
    .stays = client_stays,
    .on_session = client_on_session,
    .on_fault = client_on_fault,
    .own_faults = (const struct fault_def *const[]){&fault_surge, NULL},
    .message_bytes = client_message_bytes,
    .reset = client_reset,
    .check = client_check,
    .touches = client_touches,
    .fetch = client_fetch,
    .watch = client_watch,
    .watch_latency = client_watch_latency,
    .collect = client_collect,
    .destroy = client_destroy,
};

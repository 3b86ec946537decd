#include "outbound.h"

#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "arena.h"
#include "backoff.h"
#include "column.h"
#include "engine.h"
#include "fault.h"
#include "held.h"
#include "outbound_state.h"
#include "trace.h"

/* Answers after which a quantile of their times is known well enough to hedge by. */
#define ANSWERS_TO_HEDGE 100u

/* --- tries and errands ---------------------------------------------------------------------- */

void push_try_event(struct sim *sim, const struct frame *call, uint64_t at_ns) {
  fel_push(&sim->fel, event_make(at_ns, frame_slot(sim, call) << 4 | EVENT_TRY, call->stamp));
}

static struct try *try_new(struct sim *sim, const struct frame *call) {
  struct outbounds *o = sim->outbounds;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= o->tries) {
    o->try = mem_resize(o->try, sim->calls.ready * sizeof *o->try);
    memset(o->try + o->tries, 0xff, (sim->calls.ready - o->tries) * sizeof *o->try);
    o->tries = sim->calls.ready;
  }
  o->try[slot] = (struct try){.stamp = call->stamp,
                              .errand = NO_ERRAND,
                              .next = SLOT_NONE,
                              .due_ns = TIME_NEVER,
                              .hedge_ns = TIME_NEVER,
                              .key = call->key,
                              .deadline_ns = TIME_NEVER,
                              .told_ns = TIME_NEVER};
  return &o->try[slot];
}

static uint32_t errand_new(struct sim *sim) {
  struct outbounds *o = sim->outbounds;
  uint32_t id = o->free_errand;
  if (id != NO_ERRAND) {
    o->free_errand = o->errand[id].next_free;
    return id;
  }
  if (o->errands == o->errand_room) {
    o->errand_room = o->errand_room ? 2 * o->errand_room : 64;
    o->errand = mem_resize(o->errand, o->errand_room * sizeof *o->errand);
  }
  return o->errands++;
}

static void errand_free(struct sim *sim, uint32_t id) {
  struct outbounds *o = sim->outbounds;
  o->errand[id].out = NULL;
  o->errand[id].next_free = o->free_errand;
  o->free_errand = id;
}

static struct errand *errand_at(const struct sim *sim, uint32_t id) {
  return &sim->outbounds->errand[id];
}

static void add_try(struct sim *sim, uint32_t id, struct frame *call) {
  struct errand *e = errand_at(sim, id);
  struct try *try = try_known(sim, call);
  try->errand = id;
  try->out = e->out;
  try->key = e->key;
  try->deadline_ns = e->deadline_ns;
  try->told_ns = e->told_ns;
  try->next = e->first;
  e->first = frame_slot(sim, call);
  e->pending++;
}

static void remove_try(struct sim *sim, uint32_t slot) {
  struct try *try = &sim->outbounds->try[slot];
  struct errand *e = errand_at(sim, try->errand);
  uint32_t *link = &e->first;
  while (*link != slot) link = &sim->outbounds->try[*link].next;
  *link = try->next;
  if (try->phase != PHASE_LATE) e->pending--;
  try->errand = NO_ERRAND;
}

/* The frame on whose behalf an unsent or late try is made; false: it is gone. */
static bool still_wanted(struct sim *sim, const struct outbound *out, const struct frame *call) {
  if (call->flags & CALL_ROOT) return true;
  const struct frame *parent = call_parent(sim, call);
  return parent && (!out->hooks.wants || out->hooks.wants(sim, out->from, parent, call->site));
}

/* Those for whom it is made are gone, further up, whether its callee was told or does not listen. A
 * session is marked from the beginning. */
static bool is_unwanted(const struct sim *sim, const struct frame *call) {
  const struct frame *parent = call->flags & CALL_ROOT ? NULL : call_parent(sim, call);
  return (call->flags | (parent ? parent->flags : 0)) & CALL_UNWANTED &&
         !held_is_session(sim, call);
}

/* Ends a call that was made and not sent; its maker hears of it as of any other. */
static void fail(struct sim *sim, struct frame *call, enum outcome outcome) {
  call->pending = (uint16_t)outcome;
  call_finish(sim, call);
}

uint64_t outbound_sent_ns(const struct sim *sim, const struct frame *call) {
  const struct try *try = try_known(sim, call);
  return try ? try->from_ns : call->sent_ns;
}

uint64_t outbound_key(const struct sim *sim, const struct frame *call) {
  const struct try *try = sim->outbounds ? try_known(sim, call) : NULL;
  return try ? try->key : call->key;
}

/* --- a try ends ----------------------------------------------------------------------------- */

/* What a try held is free again. */
static void let_go(struct sim *sim, const struct try *try, const struct frame *call) {
  struct outbound *out = try->out;
  if (try->generation != out->generation) return;
  if (try->to && out->hooks.over) out->hooks.over(sim, out->from, call);
  if (try->placed) pool_leave(sim, out->pool, try);
}

/* Nobody will know how it ended. */
static void drop_try(struct sim *sim, struct frame *call) {
  struct try *try = try_known(sim, call);
  struct outbound *out = try->out;
  bool current = try->generation == out->generation;
  if (out->breaker && try->phase != PHASE_PAUSING && try->phase != PHASE_LATE) {
    breaker_give_back(out->breaker, try->epoch);
  }
  if (try->phase == PHASE_WAITING && current) pool_quit(sim, out->pool, call);
  if (try->phase == PHASE_GATHERING && current) batch_quit(sim, out->batch, call);
  let_go(sim, try, call);
}

/* It was taken out, as those were gone for whom it was made: that says nothing of the component. */
static bool was_unwanted(const struct sim *sim, const struct frame *call, enum outcome outcome) {
  return outcome == OUTCOME_RESET && call->flags & CALL_UNWANTED && !held_is_session(sim, call);
}

static void hear(struct sim *sim, const struct frame *call, const struct try *try,
                 enum outcome outcome) {
  struct outbound *out = try->out;
  if (was_unwanted(sim, call, outcome)) {
    if (out->breaker) breaker_give_back(out->breaker, try->epoch);
    return;
  }
  uint64_t took_ns = sim->now_ns - try->from_ns;
  if (out->throttle && try->generation == out->generation) {
    bool failed = outcome != OUTCOME_OK && causes_have(out->config->throttle.on, outcome);
    throttle_record(out->throttle, sim->now_ns, failed);
  }
  if (out->breaker) {
    bool failed = outcome != OUTCOME_OK && causes_have(out->config->breaker.on, outcome);
    breaker_record(out->breaker, sim->now_ns, try->epoch, failed, took_ns);
  }
  if (out->retry_budget) retry_budget_result(out->retry_budget, outcome == OUTCOME_OK);
  if (out->hedge_budget) retry_budget_result(out->hedge_budget, outcome == OUTCOME_OK);
  if (try->generation != out->generation) return;
  if (out->pool) pool_heard(sim, out->pool, try, outcome);
  if (out->hooks.heard) out->hooks.heard(sim, out->from, call, outcome);
}

/* The errand is over: its other tries are given up. */
static void end_errand(struct sim *sim, uint32_t id) {
  struct errand *e = errand_at(sim, id);
  while (e->first != SLOT_NONE) {
    struct frame *other = frame_at(sim, e->first);
    drop_try(sim, other);
    remove_try(sim, e->first);
    call_abandon(sim, call_ref(sim, other));
  }
  errand_free(sim, id);
}

void outbound_forget(struct sim *sim, const struct frame *call) {
  struct try *try = try_known(sim, call);
  if (!try || try->errand == NO_ERRAND) return;
  uint32_t id = try->errand;
  struct errand *e = errand_at(sim, id);
  drop_try(sim, (struct frame *)call);
  remove_try(sim, frame_slot(sim, call));
  if (e->first == SLOT_NONE) errand_free(sim, id);
}

/* --- sending -------------------------------------------------------------------------------- */

/* Its maker chooses where a further try goes. False: there is nowhere, now or later. */
static bool choose(struct sim *sim, struct frame *call, struct try *try) {
  struct frame *parent = call->flags & CALL_ROOT ? NULL : frame_at(sim, call->parent);
  struct outbound *out = try->out;
  out = out->hooks.pick(sim, out->from, parent, call, &try->to);
  if (!out) {
    if (!try->hedge) errand_at(sim, try->errand)->final = true;
    return false;
  }
  try->out = out;
  try->generation = out->generation;
  return true;
}

/* When an attempt sent now is joined by another try; TIME_NEVER: not at all. */
static uint64_t hedge_after_ns(struct outbound *out) {
  const struct after *after = &out->config->hedge.after;
  if (after->quantile <= 0) return after->ns;
  uint64_t known = hist_count(out->answers);
  if (known < ANSWERS_TO_HEDGE) return TIME_NEVER;
  if (known >= out->hedge_known + ANSWERS_TO_HEDGE) { /* it moves slowly: not each time */
    out->hedge_known = known;
    out->hedge_after_ns = (uint64_t)(hist_quantile(out->answers, after->quantile) + 0.5);
  }
  return out->hedge_after_ns;
}

static void plan_hedge(struct sim *sim, struct outbound *out, const struct errand *e,
                       struct frame *call, struct try *try) {
  if (!out->config->hedge.given || e->hedges >= out->config->hedge.most) return;
  uint64_t after_ns = hedge_after_ns(out);
  if (after_ns == TIME_NEVER) return;
  try->hedge_ns = sim->now_ns + after_ns;
  push_try_event(sim, call, try->hedge_ns);
}

/* How long a call sent now may take at most. */
static uint64_t time_left(const struct sim *sim, uint64_t deadline_ns) {
  if (deadline_ns == TIME_NEVER) return TIME_NEVER;
  return deadline_ns > sim->now_ns ? deadline_ns - sim->now_ns : 0;
}

/* Sends a try that all layers let through. */
static void launch(struct sim *sim, struct frame *call) {
  struct try *try = try_known(sim, call);
  struct outbound *out = try->out;
  struct errand *e = errand_at(sim, try->errand);
  uint64_t left_ns = time_left(sim, try->deadline_ns), timeout_ns = out->config->timeout_ns;
  out->count.tries++;
  out->count.hedges += try->hedge; /* one that waits in a pool for nothing is none */
  try->phase = PHASE_OUT;
  try->from_ns = sim->now_ns;
  try->due_ns = TIME_NEVER;
  if (timeout_ns >= left_ns) {
    timeout_ns = left_ns;
  } else if (out->config->retry.given && out->config->retry.late == LATE_ACCEPT) {
    try->due_ns = sim->now_ns + timeout_ns;
    push_try_event(sim, call, try->due_ns);
    timeout_ns = left_ns;
  }
  if (!try->hedge) {
    e->attempt_ns = sim->now_ns;
    plan_hedge(sim, out, e, call, try);
  }
  call_send(sim, call, try->to ? try->to : component_pick(out->to, call), timeout_ns);
}

/* Whether too many of those before it failed, for this one to be sent. */
static __attribute__((noinline)) bool throttled(struct sim *sim, const struct outbound *out,
                                                const struct frame *call) {
  double chance = throttle_chance(out->throttle, sim->now_ns);
  if (chance <= 0) return false;
  struct draws draws = draws_begin(out->throttling, call->key ^ out->to->name_hash, 0);
  if (draws_unit(&draws) >= chance) return false;
  throttle_away(out->throttle, sim->now_ns);
  return true;
}

/* What it has to pass when nothing turns it away any more. */
static void ask_for_place(struct sim *sim, struct frame *call) {
  struct try *try = try_known(sim, call);
  struct outbound *out = try->out;
  bool refused = false, late = try->deadline_ns <= sim->now_ns;
  if (late) {
    out->count.out_of_time++;
    if (out->breaker) breaker_give_back(out->breaker, try->epoch);
    fail(sim, call, OUTCOME_TIMEOUT);
  } else if (!out->pool || pool_enter(sim, out, call, &refused)) {
    launch(sim, call);
  } else if (refused) {
    if (out->breaker) breaker_give_back(out->breaker, try->epoch);
    fail(sim, call, OUTCOME_REFUSED);
  }
}

/* A try, made and not sent, goes through the layers. */
static void begin_try(struct sim *sim, struct frame *call) {
  struct try *try = try_known(sim, call);
  try->generation = try->out->generation;
  if (try->deadline_ns <= sim->now_ns) {
    try->out->count.out_of_time++;
    fail(sim, call, OUTCOME_TIMEOUT);
    return;
  }
  if (!try->to && try->out->hooks.pick && !choose(sim, call, try)) {
    fail(sim, call, OUTCOME_REFUSED);
    return;
  }
  struct outbound *out = try->out;
  if (out->throttle && throttled(sim, out, call)) {
    fail(sim, call, OUTCOME_SHED);
  } else if (out->breaker && !breaker_admit(out->breaker, sim->now_ns, &try->epoch)) {
    fail(sim, call, OUTCOME_CIRCUIT_OPEN);
  } else if (out->batch) {
    batch_enter(sim, out->batch, call);
  } else {
    ask_for_place(sim, call);
  }
}

/* The deadline of the request on whose behalf a call is made. */
static uint64_t inherited_deadline(const struct sim *sim, const struct frame *call) {
  if (call->flags & CALL_ROOT) return TIME_NEVER;
  const struct try *above = try_known(sim, frame_at(sim, call->parent));
  return above ? above->told_ns : TIME_NEVER;
}

bool outbound_out_of_time(const struct sim *sim, const struct frame *call) {
  return sim->outbounds && inherited_deadline(sim, call) <= sim->now_ns;
}

void outbound_send_within(struct sim *sim, struct frame *call, struct member *to,
                          uint64_t timeout_ns) {
  uint64_t deadline_ns = inherited_deadline(sim, call);
  if (deadline_ns == TIME_NEVER) {
    call_send(sim, call, to, timeout_ns);
    return;
  }
  frame_set_state(sim, frame_at(sim, call->parent), FRAME_WAITING);
  try_new(sim, call)->told_ns = deadline_ns; /* for what it calls in turn */
  uint64_t left_ns = time_left(sim, deadline_ns);
  if (left_ns == 0) {
    fail(sim, call, OUTCOME_TIMEOUT);
  } else {
    call_send(sim, call, to, timeout_ns < left_ns ? timeout_ns : left_ns);
  }
}

/* The key that further tries are numbered from. Who passes a request on gives it the key that it
 * has; the maker of the request numbers its own tries from the same one. */
static uint64_t further_key(const struct sim *sim, const struct outbound *out,
                            const struct frame *call) {
  bool passed_on = !(call->flags & CALL_ROOT) && frame_at(sim, call->parent)->key == call->key;
  return passed_on ? call->key ^ out->from->component->name_hash : call->key;
}

/* `until_ns`: the maker of the call waits no longer, and tells nobody beforehand. */
static void begin_errand(struct sim *sim, struct outbound *out, struct frame *call,
                         struct member *to, uint64_t until_ns) {
  if (!(call->flags & CALL_ROOT)) frame_set_state(sim, frame_at(sim, call->parent), FRAME_WAITING);
  uint64_t deadline_ns = inherited_deadline(sim, call);
  if (out->config->deadline_ns != TIME_NEVER) {
    uint64_t own_ns = sim->now_ns + out->config->deadline_ns;
    if (own_ns < deadline_ns) deadline_ns = own_ns;
  }
  uint32_t id = errand_new(sim);
  *errand_at(sim, id) =
      (struct errand){.out = out,
                      .first = SLOT_NONE,
                      .key = call->key,
                      .further = further_key(sim, out, call),
                      .sent_ns = call->sent_ns,
                      .deadline_ns = until_ns < deadline_ns ? until_ns : deadline_ns,
                      .told_ns = deadline_ns,
                      .item = call->item,
                      .site = call->site,
                      .op = call->op};
  try_new(sim, call)->to = to;
  add_try(sim, id, call);
  out->count.errands++;
  if (out->retry_budget) retry_budget_request(out->retry_budget);
  if (out->hedge_budget) retry_budget_request(out->hedge_budget);
  begin_try(sim, call);
}

void outbound_send_to(struct sim *sim, struct outbound *out, struct frame *call,
                      struct member *to) {
  begin_errand(sim, out, call, to, TIME_NEVER);
}

void outbound_send(struct sim *sim, struct outbound *out, struct frame *call) {
  begin_errand(sim, out, call, NULL, TIME_NEVER);
}

void outbound_send_until(struct sim *sim, struct outbound *out, struct frame *call,
                         uint64_t until_ns) {
  begin_errand(sim, out, call, NULL, until_ns);
}

/* --- further tries -------------------------------------------------------------------------- */

/* The further tries of a request draw as others would: each has a key of its own, whatever
 * happened to those before. It is first taken to go where the one before went. */
static struct frame *another_try(struct sim *sim, uint32_t id, const struct frame *old,
                                 struct outbound *out) {
  const struct errand *e = errand_at(sim, id);
  bool root = old->flags & CALL_ROOT;
  struct frame *call = call_new(sim, e->out->from, root ? NULL : frame_at(sim, old->parent));
  uint64_t hedges = e->out->config->hedge.given ? e->out->config->hedge.most : 0;
  call->key = key_attempt(e->further, e->attempt * (1 + hedges) + e->hedges);
  call->item = e->item;
  call->op = e->op;
  call->site = e->site;
  if (root && sim->columns) columns_inherit(sim, old, call);
  if (column_wanted(sim, COLUMN_IDENTITY)) {
    column_set(sim, call, COLUMN_IDENTITY, column_get(sim, old, COLUMN_IDENTITY));
  }
  if (root) call->sent_ns = e->sent_ns; /* who asked has been waiting since then */
  if (root && old->flags & CALL_TRACED) trace_retry(sim, old, call);
  try_new(sim, call);
  add_try(sim, id, call);
  try_known(sim, call)->out = out;
  return call;
}

static bool may_retry(struct sim *sim, const struct errand *e, struct outbound *out,
                      const struct frame *call, enum outcome outcome) {
  const struct retry_config *retry = &out->config->retry;
  if (!retry->given || e->final || e->attempt + 1 >= retry->attempts) return false;
  if (!causes_have(retry->on, outcome)) return false;
  if (retry->when_told && column_get(sim, call, COLUMN_RETRY_IN) == 0) return false;
  if (e->deadline_ns <= sim->now_ns || is_unwanted(sim, call)) return false;
  if (!still_wanted(sim, out, call)) return false;
  if (retry_budget_take(out->retry_budget)) return true;
  out->count.over_budget++;
  return false;
}

/* `out`: whose layers the failed try went through. */
static bool retry(struct sim *sim, uint32_t id, struct outbound *out, const struct frame *old,
                  enum outcome outcome) {
  struct errand *e = errand_at(sim, id);
  if (!may_retry(sim, e, out, old, outcome)) return false;
  uint64_t pause_key = e->further + ((uint64_t)e->attempt << 58); /* as backoff_ns wants it */
  e->attempt++;
  e->hedges = 0;
  out->count.retries++;
  if (out->hooks.retried) out->hooks.retried(sim, out->from, old);
  uint64_t pause_ns = backoff_ns(&out->config->retry.backoff, out->backoff, pause_key, e->attempt);
  uint64_t told_ns = out->config->obeys ? column_get(sim, old, COLUMN_RETRY_IN) : 0;
  if (told_ns > pause_ns) pause_ns = told_ns;
  struct frame *call = another_try(sim, id, old, out);
  struct try *try = try_known(sim, call);
  try->phase = PHASE_PAUSING;
  trace_mark(sim, call, PART_BACKOFF);
  try->due_ns = sim->now_ns + pause_ns;
  if (try->deadline_ns < try->due_ns) try->due_ns = try->deadline_ns;
  push_try_event(sim, call, try->due_ns);
  return true;
}

static void hedge(struct sim *sim, struct frame *first) {
  struct try *try = try_known(sim, first);
  uint32_t id = try->errand;
  struct errand *e = errand_at(sim, id);
  struct outbound *out = try->out;
  if (!still_wanted(sim, out, first) || is_unwanted(sim, first)) return;
  if (!retry_budget_take(out->hedge_budget)) return;
  e->hedges++;
  plan_hedge(sim, out, e, first, try);
  struct frame *call = another_try(sim, id, first, out); /* `try` and `e` may have moved */
  try_known(sim, call)->hedge = true;
  begin_try(sim, call);
}

/* --- the end of a try ----------------------------------------------------------------------- */

static void note_answer(struct sim *sim, const struct errand *e, const struct try *try) {
  struct outbound *out = try->out;
  if (try->hedge) out->count.hedges_won++;
  if (try->phase == PHASE_LATE) out->count.late++;
  /* A late one is of an earlier attempt. */
  uint64_t since_ns = try->phase == PHASE_LATE ? try->from_ns : e->attempt_ns;
  if (out->answers) hist_add(out->answers, sim->now_ns - since_ns);
}

bool outbound_takes_it(struct sim *sim, struct frame *call, enum outcome outcome) {
  struct try *try = try_known(sim, call);
  if (!try || try->errand == NO_ERRAND) return false;
  uint32_t id = try->errand;
  struct errand *e = errand_at(sim, id);
  bool late = try->phase == PHASE_LATE;
  if (try->phase == PHASE_OUT) hear(sim, call, try, outcome);
  if (outcome == OUTCOME_OK) note_answer(sim, e, try);
  struct try ended = *try;
  remove_try(sim, frame_slot(sim, call));
  let_go(sim, &ended, call);
  if (outcome != OUTCOME_OK) {
    if (e->pending > 0 || late) return true;
    if (retry(sim, id, ended.out, call, outcome)) return true;
  }
  end_errand(sim, id);
  return false;
}

/* A try has had its time; its answer would still count. */
static void turn_late(struct sim *sim, struct frame *call) {
  uint32_t id = try_known(sim, call)->errand;
  struct outbound *out = try_known(sim, call)->out;
  bool vanished = frame_state(call) == FRAME_LOST, others = errand_at(sim, id)->pending > 1;
  enum outcome outcome = vanished ? (enum outcome)call->pending : OUTCOME_TIMEOUT;
  hear(sim, call, try_known(sim, call), outcome);
  if (!others && !retry(sim, id, out, call, outcome)) {
    errand_at(sim, id)->final = true;
    try_known(sim, call)->phase = PHASE_HEARD;
    call_timeout(sim, call); /* nothing follows: the errand ends */
    return;
  }
  struct try *try = try_known(sim, call); /* it may have moved */
  try->phase = PHASE_LATE;
  try->hedge_ns = TIME_NEVER;
  errand_at(sim, id)->pending--;
}

/* It waits no longer: for its place, its batch, or the end of a pause. */
static void stop_waiting(struct sim *sim, struct frame *call, enum outcome outcome) {
  struct try *try = try_known(sim, call);
  struct outbound *out = try->out;
  if (try->phase == PHASE_WAITING) pool_quit(sim, out->pool, call);
  if (try->phase == PHASE_GATHERING) batch_quit(sim, out->batch, call);
  if (try->phase != PHASE_PAUSING && out->breaker) breaker_give_back(out->breaker, try->epoch);
  try->phase = PHASE_PAUSING; /* it holds nothing */
  fail(sim, call, outcome);
}

static bool waits(const struct try *try) {
  return try->phase == PHASE_PAUSING || try->phase == PHASE_GATHERING ||
         try->phase == PHASE_WAITING;
}

void outbound_unwanted(struct sim *sim, const struct frame *call) {
  const struct try *try = try_known(sim, call);
  if (try && try->errand != NO_ERRAND && waits(try)) push_try_event(sim, call, sim->now_ns);
}

void outbound_event(struct sim *sim, struct frame *call) {
  struct try *try = try_known(sim, call);
  if (!try || try->errand == NO_ERRAND) return;
  struct outbound *out = try->out;
  bool sent = try->phase == PHASE_OUT || try->phase == PHASE_LATE;
  if (!still_wanted(sim, out, call)) {
    if (!sent) call_end_unheard(sim, call, &sim->calls.orphaned);
    return;
  }
  if (out->from->hung) {
    faults_defer(sim, out->from,
                 event_make(sim->now_ns, frame_slot(sim, call) << 4 | EVENT_TRY, call->stamp));
    return;
  }
  if (waits(try) && is_unwanted(sim, call)) {
    stop_waiting(sim, call, OUTCOME_RESET);
    return;
  }
  switch ((enum phase)try->phase) {
    case PHASE_NEW:
    case PHASE_LATE:
    case PHASE_HEARD:
      return;
    case PHASE_PAUSING:
      begin_try(sim, call);
      return;
    case PHASE_GATHERING:
      batch_due(sim, out->batch, call);
      return;
    case PHASE_GATHERED:
      ask_for_place(sim, call);
      return;
    case PHASE_READY:
      launch(sim, call);
      return;
    case PHASE_WAITING:
      if (try->due_ns > sim->now_ns) return;
      stop_waiting(sim, call, try->deadline_ns <= sim->now_ns ? OUTCOME_TIMEOUT : OUTCOME_REFUSED);
      return;
    case PHASE_OUT:
      if (try->due_ns <= sim->now_ns) {
        turn_late(sim, call);
      } else if (try->hedge_ns <= sim->now_ns) {
        try->hedge_ns = TIME_NEVER;
        hedge(sim, call);
      }
      return;
  }
}

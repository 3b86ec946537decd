#include "call.h"

#include "abandon.h"
#include "asker.h"
#include "engine.h"
#include "fault.h"
#include "frame_pool.h"
#include "held.h"
#include "message.h"
#include "network.h"
#include "network/access.h"
#include "network/connection.h"
#include "outbound.h"
#include "present.h"
#include "price.h"
#include "time_scale.h"
#include "trace.h"

const char *const outcome_name[OUTCOMES] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_TIMEOUT] = "timeout",
    [OUTCOME_REFUSED] = "refused",
    [OUTCOME_RESET] = "reset",
    [OUTCOME_UNREACHABLE] = "unreachable",
    [OUTCOME_SHED] = "shed",
    [OUTCOME_RATE_LIMITED] = "rate_limited",
    [OUTCOME_CIRCUIT_OPEN] = "circuit_open",
    [OUTCOME_FAILED] = "failed",
    [OUTCOME_DENIED] = "denied",
};

/* Deliveries and answers nested deeper than this go through the event list, to spare the stack. */
enum { DEPTH_LIMIT = 48, ANSWERS_LIMIT = 1000 };

/* Of a frame that may be a call on behalf of another. */
static void frame_end(struct sim *sim, struct frame *frame) {
  sim_assert(sim, frame_callee(frame), frame_may_become(frame, FRAME_FREE),
             "a call that somebody has cannot end");
  if (sim->calls.kin && !(frame->flags & CALL_ROOT)) kin_remove(sim, frame);
  frame_free(sim, frame);
}

/* --- making and sending --------------------------------------------------------------------- */

struct frame *call_new(struct sim *sim, struct member *from, struct frame *parent) {
  sim_assert(sim, from->id, !parent || frame_callee(parent) == from->id,
             "a call is made on behalf of one that is not here");
  struct frame *call = frame_alloc(sim, from, parent);
  frame_set_place(call, from->id, FRAME_MADE);
  call->sent_ns = sim->now_ns;
  call->site = 0;
  if (parent) {
    call->parent = frame_slot(sim, parent);
    call->parent_stamp = parent->stamp;
    call->key = parent->key;
    call->item = parent->item;
    call->op = parent->op;
    call->flags = parent->flags & (CALL_TRACED | CALL_UNWANTED);
    if (__builtin_expect(call->flags & CALL_TRACED, 0)) trace_child(sim, parent, call);
    if (__builtin_expect(sim->calls.kin != NULL, 0)) kin_add(sim, parent, call);
    if (__builtin_expect(sim->columns != NULL, 0)) asker_inherit(sim, from, parent, call);
  } else {
    call->parent = from->id;
    call->key = 0;
    call->item = 0;
    call->op = OP_DEFAULT;
    call->flags = CALL_ROOT;
  }
  return call;
}

void call_end_unheard(struct sim *sim, struct frame *call, uint64_t *counter) {
  if (sim->outbounds) outbound_forget(sim, call);
  if (sim->connections) connections_forget(sim, call);
  ++*counter;
  frame_end(sim, call);
}

/* Nobody waits for it: not any more, or never did (a one-way message). */
static __attribute__((cold, noinline)) void end_unwaited(struct sim *sim, struct frame *call) {
  bool one_way = (call->flags & CALL_MESSAGE) && (call->flags & CALL_DETACHED);
  call_end_unheard(sim, call, one_way ? &sim->calls.told : &sim->calls.late);
}

static __attribute__((cold, noinline)) void lose(struct sim *sim, struct frame *call,
                                                 enum outcome cause, enum part where) {
  sim->calls.lost++;
  frame_set_state(sim, call, FRAME_LOST);
  call->pending = cause;
  trace_mark(sim, call, where);
  if (call->flags & CALL_ABANDONED) {
    end_unwaited(sim, call);
    return;
  }
  const struct kind *maker = call->flags & CALL_ROOT ? sim->member[call->parent].kind : NULL;
  uint64_t missed_ns = maker && maker->missed_ns ? maker->missed_ns(sim, call) : TIME_NEVER;
  if (missed_ns != TIME_NEVER) push_frame_event(sim, call, missed_ns, EVENT_TIMEOUT);
}

/* Nobody is in the register, and who looks there finds no address: only those who look after
 * the member itself reach it. */
static bool has_no_address(const struct sim *sim, const struct member *to,
                           const struct frame *call) {
  if (to->listed || to->component->choices > 0 || call->flags & CALL_MESSAGE) return false;
  return !(call->flags & CALL_ROOT) || !sim->member[call->parent].kind->probes;
}

/* What reaches a member while a fault is active, `again` after a hang. True: dealt with. */
static __attribute__((cold, noinline)) bool impaired_arrival(struct sim *sim, struct member *to,
                                                             struct frame *call, bool again) {
  bool off = to->down || to->phase != MEMBER_UP || has_no_address(sim, to, call);
  if (off && sim->holds) off = !held_is_here(sim, to, call);
  if (to->hung && !off) {
    if (call->flags & CALL_TRACED) trace_deferred(sim, call, to);
    if (!(call->flags & CALL_MESSAGE)) to->flow.arrivals++;
    frame_set_state(sim, call, FRAME_HELD_UP);
    faults_defer(sim, to,
                 event_make(sim->now_ns, frame_slot(sim, call) << 4 | EVENT_ARRIVE, call->stamp));
    return true;
  }
  enum outcome at_once = again ? OUTCOME_RESET : OUTCOME_REFUSED; /* its connection had been open */
  enum outcome verdict = off ? at_once : faults_gate(sim, to, call);
  if (verdict == OUTCOME_OK) return false;
  if (call->flags & CALL_MESSAGE) {
    message_lost(sim, call);
  } else {
    to->flow.arrivals++;
    to->flow.errors += !(call->flags & CALL_DETACHED);
  }
  if (verdict == OUTCOME_TIMEOUT) {
    lose(sim, call, OUTCOME_TIMEOUT, PART_FAULT);
  } else {
    if (verdict == OUTCOME_REFUSED && call->flags & CALL_TRACED) trace_met_nobody(sim, call);
    call_reply_uncounted(sim, call, verdict);
  }
  return true;
}

static inline void deliver(struct sim *sim, struct member *to, struct frame *call, bool again) {
  if (__builtin_expect(to->impaired, 0) && impaired_arrival(sim, to, call, again)) return;
  if (__builtin_expect(call->flags & (CALL_MESSAGE | CALL_TRACED | CALL_UNWANTED), 0)) {
    if (call->flags & CALL_MESSAGE) {
      message_arrived(sim, to, call);
      return;
    }
    trace_mark(sim, call, PART_SERVICE); /* unless the kind says otherwise */
    to->flow.arrivals++;
    if (call->flags & CALL_UNWANTED && unwanted_arrival(sim, to, call)) return;
    to->flow.arrivals--;
  }
  to->flow.arrivals++;
  to->kind->on_call(sim, to, call);
}

void call_deliver(struct sim *sim, struct frame *call) {
  struct member *to = &sim->member[frame_callee(call)];
  bool again = frame_state(call) == FRAME_HELD_UP;
  if (again && !(call->flags & CALL_MESSAGE)) to->flow.arrivals--;
  if (__builtin_expect(again, 0)) frame_set_state(sim, call, FRAME_TRAVELLING);
  deliver(sim, to, call, again && !(call->flags & CALL_MESSAGE));
}

/* Where no time passes between sending and arriving. */
static inline void arrive_at_once(struct sim *sim, struct member *to, struct frame *call) {
  if (__builtin_expect(sim->depth >= DEPTH_LIMIT, 0)) {
    push_frame_event(sim, call, 0, EVENT_ARRIVE);
    return;
  }
  sim->depth++;
  deliver(sim, to, call, false);
  sim->depth--;
}

static __attribute__((noinline)) void arrive(struct sim *sim, struct member *to,
                                             struct frame *call) {
  arrive_at_once(sim, to, call);
}

struct member *call_sender(const struct sim *sim, const struct frame *call) {
  struct member *maker = call_maker_if_alive(sim, call);
  while (maker && maker->kind->by_name && !(call->flags & CALL_ROOT)) {
    call = frame_at(sim, call->parent);
    maker = call_maker_if_alive(sim, call);
  }
  return maker;
}

static bool is_asked_by_name(const struct member *to, const struct frame *call) {
  return to->kind->by_name && !(call->flags & CALL_MESSAGE);
}

/* No rule lets it pass: it vanishes, or goes there and is turned back. */
static __attribute__((cold, noinline)) bool blocked(struct sim *sim, const struct member *maker,
                                                    const struct member *to, struct frame *call) {
  enum passage passage = access_check(sim, maker, to, call);
  if (passage == PASSES) return false;
  if (call->flags & CALL_MESSAGE) message_lost(sim, call);
  uint64_t there_ns, back_ns = 0;
  enum outcome crossed = network_cross(sim, maker, to, call, false, &there_ns);
  if (crossed == OUTCOME_OK) crossed = network_cross(sim, to, maker, call, true, &back_ns);
  if (crossed == OUTCOME_OK && passage == DROPPED) crossed = OUTCOME_TIMEOUT;
  if (crossed != OUTCOME_OK) {
    lose(sim, call, crossed, PART_LOST);
    return true;
  }
  trace_mark(sim, call, PART_NETWORK);
  frame_set_state(sim, call, FRAME_REPLYING);
  call->pending = OUTCOME_DENIED;
  push_frame_event(sim, call, time_sum(there_ns, back_ns), EVENT_REPLY);
  return true;
}

/* More may happen to it than a constant delay. */
static __attribute__((noinline)) void cross(struct sim *sim, struct member *to,
                                            struct frame *call) {
  uint64_t delay_ns;
  struct member *maker = call_sender(sim, call);
  if (maker == NULL) maker = call_maker(sim, call);
  if (is_asked_by_name(to, call)) {
    arrive_at_once(sim, to, call);
    return;
  }
  if (__builtin_expect(sim->access != NULL, 0) && blocked(sim, maker, to, call)) return;
  if (sim->connections && connections_carry(sim, maker, to, call)) return;
  enum outcome crossed = network_cross(sim, maker, to, call, false, &delay_ns);
  if (__builtin_expect(crossed != OUTCOME_OK, 0)) {
    lose(sim, call, crossed, PART_LOST);
  } else if (delay_ns == 0) {
    arrive_at_once(sim, to, call);
  } else {
    push_frame_event(sim, call, delay_ns, EVENT_ARRIVE);
  }
}

/* Everything that is called here is called last, so that nothing needs to be saved for later. */
static __attribute__((noinline)) void send_by_network(struct sim *sim, struct member *to,
                                                      struct frame *call, uint32_t maker) {
  if (__builtin_expect(sim->calls.lists != NULL, 0)) present_sent(sim, call, to);
  if (__builtin_expect(sim->bill != NULL, 0)) price_sent(sim, to, call);
  uint64_t delay_ns = sim->network ? network_constant_ns(sim, maker, frame_callee(call)) : 0;
  if (__builtin_expect(delay_ns - 1 < TIME_NEVER - 1, 1)) {
    push_frame_event(sim, call, delay_ns, EVENT_ARRIVE);
  } else if (delay_ns == 0) {
    arrive(sim, to, call);
  } else {
    cross(sim, to, call);
  }
}

/* A call that is followed or has a timeout. */
static __attribute__((noinline)) void send_noted(struct sim *sim, struct member *to,
                                                 struct frame *call, uint32_t maker,
                                                 uint64_t timeout_ns) {
  if (call->flags & CALL_TRACED) trace_sent(sim, call);
  if (timeout_ns != TIME_NEVER) push_frame_event(sim, call, timeout_ns, EVENT_TIMEOUT);
  if (sim->by_way) {
    send_by_network(sim, to, call, maker);
  } else {
    arrive(sim, to, call);
  }
}

void call_send(struct sim *sim, struct frame *call, struct member *to, uint64_t timeout_ns) {
  if (!(call->flags & CALL_ROOT)) frame_set_state(sim, frame_at(sim, call->parent), FRAME_WAITING);
  sim_assert(sim, frame_callee(call), frame_state(call) == FRAME_MADE, "a call is sent twice");
  uint32_t maker = frame_callee(call);
  frame_set_place(call, member_id(sim, to), FRAME_TRAVELLING);
  if (__builtin_expect(call->flags & CALL_TRACED || timeout_ns != TIME_NEVER, 0)) {
    send_noted(sim, to, call, maker, timeout_ns);
  } else if (sim->by_way) {
    send_by_network(sim, to, call, maker);
  } else {
    arrive_at_once(sim, to, call);
  }
}

/* Nothing is under way at this instant, so that nothing is nested. And nobody has had the call
 * before, so that its state needs no look. */
void call_begin(struct sim *sim, const struct member *from, uint64_t key, struct member *to,
                uint64_t timeout_ns) {
  struct frame *call = frame_alloc(sim, from, NULL);
  uint32_t maker = from->id;
  call->parent = maker;
  call->key = key;
  call->sent_ns = sim->now_ns;
  call->item = 0;
  call->site = 0;
  call->op = OP_DEFAULT;
  call->flags = CALL_ROOT;
  frame_set_place(call, member_id(sim, to), FRAME_TRAVELLING);
  if (__builtin_expect(timeout_ns != TIME_NEVER, 0)) {
    send_noted(sim, to, call, maker, timeout_ns);
  } else if (sim->by_way) {
    send_by_network(sim, to, call, maker);
  } else {
    deliver(sim, to, call, false);
  }
}

void call_post(struct sim *sim, struct frame *call, struct member *from, struct member *to,
               uint64_t timeout_ns) {
  if (!(call->flags & CALL_ROOT)) frame_set_state(sim, frame_at(sim, call->parent), FRAME_WAITING);
  frame_set_place(call, to->id, FRAME_TRAVELLING);
  if (sim->calls.lists) present_sent(sim, call, to);
  if (call->flags & CALL_TRACED) trace_sent(sim, call);
  if (timeout_ns != TIME_NEVER) push_frame_event(sim, call, timeout_ns, EVENT_TIMEOUT);
  uint64_t delay_ns = 0;
  enum outcome crossed = OUTCOME_OK;
  if (sim->connections && from != to && connections_carry(sim, from, to, call)) return;
  if (sim->network && from != to) crossed = network_cross(sim, from, to, call, false, &delay_ns);
  if (crossed == OUTCOME_OK) {
    push_frame_event(sim, call, delay_ns, EVENT_ARRIVE);
  } else {
    message_lost(sim, call);
    lose(sim, call, crossed, PART_LOST);
  }
}

/* --- answering ------------------------------------------------------------------------------ */

/* Of a followed call, one whose answer is second best, or a message. */
static __attribute__((cold, noinline)) void hear_marked(struct sim *sim, struct member *maker,
                                                        struct frame *parent, struct frame *call,
                                                        enum outcome outcome) {
  if (call->flags & CALL_TRACED) trace_answered(sim, call, outcome);
  if (call->flags & CALL_DEGRADED && parent && outcome == OUTCOME_OK) {
    parent->flags |= CALL_DEGRADED;
  }
  if (call->flags & CALL_MESSAGE) {
    message_answered(sim, maker, parent, call, outcome);
  } else {
    maker->kind->on_reply(sim, maker, parent, call, outcome);
  }
}

static inline void finish(struct sim *sim, struct frame *call, enum outcome outcome) {
  if (__builtin_expect(call->flags & CALL_ABANDONED, 0)) {
    end_unwaited(sim, call);
    return;
  }
  struct frame *parent = NULL;
  struct member *maker;
  if (call->flags & CALL_ROOT) {
    maker = &sim->member[call->parent];
  } else {
    parent = call_parent(sim, call);
    if (!parent) {
      call_end_unheard(sim, call, &sim->calls.orphaned); /* its maker ended first */
      return;
    }
    maker = &sim->member[frame_callee(parent)];
  }
  if (__builtin_expect(maker->hung, 0)) {
    call->pending = (uint16_t)outcome;
    if (call->flags & CALL_TRACED) trace_deferred(sim, call, maker);
    faults_defer(sim, maker,
                 event_make(sim->now_ns, frame_slot(sim, call) << 4 | EVENT_REPLY, call->stamp));
    return;
  }
  sim->calls.answered++;
  if (__builtin_expect(call->flags & (CALL_TRACED | CALL_DEGRADED | CALL_MESSAGE), 0)) {
    hear_marked(sim, maker, parent, call, outcome);
  } else {
    maker->kind->on_reply(sim, maker, parent, call, outcome);
  }
  if (__builtin_expect(parent && sim->calls.kin, 0)) kin_remove(sim, call);
  frame_free(sim, call);
}

void call_finish(struct sim *sim, struct frame *call) {
  finish(sim, call, (enum outcome)call->pending);
}

/* A proxy passes on what it got. */
static void pass_answer_bytes(struct sim *sim, const struct member *maker, struct frame *call) {
  if (!column_wanted(sim, COLUMN_ANSWER) || maker->kind->message_bytes) return;
  struct frame *parent = call->flags & CALL_ROOT ? NULL : call_parent(sim, call);
  if (parent == NULL) return;
  column_set(sim, parent, COLUMN_ANSWER, column_get(sim, call, COLUMN_ANSWER));
}

void call_tell_when(struct sim *sim, const struct frame *from, const struct frame *to) {
  if (!column_wanted(sim, COLUMN_RETRY_IN)) return;
  column_set(sim, to, COLUMN_RETRY_IN, column_get(sim, from, COLUMN_RETRY_IN));
}

void call_tell_same(struct sim *sim, const struct frame *from, struct frame *to) {
  to->flags |= from->flags & CALL_DEGRADED;
  call_tell_when(sim, from, to);
  if (!column_wanted(sim, COLUMN_ANSWER)) return;
  column_set(sim, to, COLUMN_ANSWER, column_get(sim, from, COLUMN_ANSWER));
}

/* Counted apart from deliveries: the answer to the last of a long chain of calls, which were not
 * all sent at this instant, may end all of them. */
static inline void answer_at_once(struct sim *sim, struct frame *call, enum outcome outcome) {
  if (call->flags & CALL_ROOT) { /* nobody is further up */
    finish(sim, call, outcome);
    return;
  }
  if (__builtin_expect(sim->answers_depth >= ANSWERS_LIMIT, 0)) {
    call->pending = (uint16_t)outcome;
    push_frame_event(sim, call, 0, EVENT_REPLY);
    return;
  }
  sim->answers_depth++;
  finish(sim, call, outcome);
  sim->answers_depth--;
}

static __attribute__((noinline)) void answer(struct sim *sim, struct frame *call,
                                             enum outcome outcome) {
  answer_at_once(sim, call, outcome);
}

/* As `cross`. Nobody hears an answer to a call that was given up, but the wire carries it all the
 * same. */
static __attribute__((noinline)) void cross_back(struct sim *sim, struct frame *call,
                                                 enum outcome outcome) {
  struct member *maker = call_sender(sim, call);
  uint64_t delay_ns = 0;
  struct member *callee = &sim->member[frame_callee(call)];
  bool to_itself = maker == callee && call->flags & CALL_MESSAGE;
  if (is_asked_by_name(callee, call)) {
    answer_at_once(sim, call, outcome);
    return;
  }
  if (sim->connections && !to_itself && connections_carry_back(sim, maker, call)) return;
  if (maker && !to_itself && !(call->flags & CALL_DETACHED)) {
    enum outcome crossed = network_cross(sim, callee, maker, call, true, &delay_ns);
    if (call->flags & CALL_ABANDONED) {
      delay_ns = 0;
    } else if (__builtin_expect(crossed != OUTCOME_OK, 0)) {
      lose(sim, call, crossed, PART_LOST);
      return;
    }
  }
  if (delay_ns == 0) {
    answer_at_once(sim, call, outcome);
  } else {
    push_frame_event(sim, call, delay_ns, EVENT_REPLY);
  }
}

/* As send_by_network. */
static __attribute__((noinline)) void answer_by_network(struct sim *sim, struct frame *call,
                                                        enum outcome outcome) {
  trace_mark(sim, call, PART_RETURN);
  call->pending = (uint16_t)outcome;
  uint32_t maker = call_maker_id(sim, call);
  if (__builtin_expect(
          maker == MEMBER_NONE || call->flags & (CALL_DETACHED | CALL_ABANDONED | CALL_MESSAGE),
          0)) {
    cross_back(sim, call, outcome);
    return;
  }
  if (__builtin_expect(sim->columns != NULL, 0)) pass_answer_bytes(sim, &sim->member[maker], call);
  uint64_t delay_ns = network_constant_ns(sim, frame_callee(call), maker);
  if (__builtin_expect(delay_ns - 1 < TIME_NEVER - 1, 1)) {
    push_frame_event(sim, call, delay_ns, EVENT_REPLY);
  } else if (delay_ns == 0) {
    answer(sim, call, outcome);
  } else {
    cross_back(sim, call, outcome);
  }
}

/* An answer that is more than a word to its caller: a network carries it, or somebody further up
 * may have given up. Those whose own caller did are counted by count_unusual. */
static __attribute__((noinline)) void answer_by_way(struct sim *sim, struct frame *call,
                                                    enum outcome outcome) {
  bool heard = !(call->flags & (CALL_ROOT | CALL_DETACHED | CALL_MESSAGE | CALL_ABANDONED));
  if (heard && outcome == OUTCOME_OK && sim->patience_ends && call_is_in_vain(sim, call)) {
    sim->late[frame_callee(call)]++;
  }
  if (__builtin_expect(sim->bill != NULL, 0)) price_answered(sim, call, outcome);
  if (sim->network != NULL) {
    answer_by_network(sim, call, outcome);
  } else {
    answer_at_once(sim, call, outcome);
  }
}

static inline void reply(struct sim *sim, struct frame *call, enum outcome outcome) {
  frame_set_state(sim, call, FRAME_REPLYING);
  if (__builtin_expect(sim->answers_by_way, 0)) {
    answer_by_way(sim, call, outcome);
  } else {
    answer_at_once(sim, call, outcome);
  }
}

void call_reply_uncounted(struct sim *sim, struct frame *call, enum outcome outcome) {
  reply(sim, call, outcome);
}

/* A message, a call that was counted before, or one whose caller has given up. */
static __attribute__((noinline)) void count_unusual(struct sim *sim, const struct frame *call,
                                                    enum outcome outcome) {
  struct member *callee = &sim->member[frame_callee(call)];
  if (call->flags & CALL_MESSAGE) {
    message_ended(sim, call, frame_state(call) == FRAME_RESETTING);
  } else if (!(call->flags & CALL_DETACHED)) {
    callee->flow.ok += outcome == OUTCOME_OK;
    callee->flow.errors += outcome != OUTCOME_OK;
    sim->late[callee->id] += outcome == OUTCOME_OK;
  }
}

static inline void count(struct sim *sim, const struct frame *call, enum outcome outcome) {
  if (__builtin_expect(!(call->flags & (CALL_DETACHED | CALL_MESSAGE | CALL_ABANDONED)), 1)) {
    struct flow *flow = &sim->member[frame_callee(call)].flow;
    flow->ok += outcome == OUTCOME_OK;
    flow->errors += outcome != OUTCOME_OK;
  } else {
    count_unusual(sim, call, outcome);
  }
}

static __attribute__((noinline)) void reply_by_way(struct sim *sim, struct frame *call,
                                                   enum outcome outcome) {
  count(sim, call, outcome);
  frame_set_state(sim, call, FRAME_REPLYING);
  answer_by_way(sim, call, outcome);
}

static __attribute__((noinline)) void reply_otherwise(struct sim *sim, struct frame *call,
                                                      enum outcome outcome) {
  count(sim, call, outcome);
  frame_set_state(sim, call, FRAME_REPLYING);
  answer_at_once(sim, call, outcome);
}

/* Whether an answer only has to be told to a source. */
static inline bool is_only_told(const struct sim *sim, const struct frame *call) {
  uint32_t special = CALL_DETACHED | CALL_MESSAGE | CALL_ABANDONED | CALL_TRACED | CALL_DEGRADED;
  return (call->flags & (special | CALL_ROOT)) == CALL_ROOT && !sim->member[call->parent].hung;
}

/* Each way in a function of its own, so that each saves what it needs. */
void call_reply(struct sim *sim, struct frame *call, enum outcome outcome) {
  if (sim->answers_by_way) {
    reply_by_way(sim, call, outcome);
  } else if (__builtin_expect(is_only_told(sim, call), 1)) {
    struct member *maker = &sim->member[call->parent];
    count(sim, call, outcome);
    frame_set_state(sim, call, FRAME_REPLYING);
    sim->calls.answered++;
    maker->kind->on_reply(sim, maker, NULL, call, outcome);
    frame_free(sim, call);
  } else {
    reply_otherwise(sim, call, outcome);
  }
}

/* What is worked on behind the answer has the caller and the sizes that it had before. */
static void rest_inherits(struct sim *sim, struct frame *call, const struct frame *rest) {
  asker_inherit(sim, NULL, call, rest);
  if (!column_wanted(sim, COLUMN_ASKED)) return;
  column_set(sim, rest, COLUMN_ASKED, column_get(sim, call, COLUMN_ASKED));
  column_set(sim, rest, COLUMN_EXPECTED, dist_whole(call_bytes(sim, call, true)));
}

struct frame *call_detach(struct sim *sim, struct frame *call) {
  sim_assert(sim, frame_callee(call), frame_may_become(call, FRAME_REPLYING),
             "a call that was answered has no rest");
  struct frame *rest = frame_alloc(sim, &sim->member[frame_callee(call)], call);
  uint32_t stamp = rest->stamp;
  *rest = *call;
  rest->stamp = stamp;
  if (sim->columns != NULL) rest_inherits(sim, call, rest);
  rest->flags |= CALL_ABANDONED | CALL_ROOT | CALL_DETACHED; /* nobody waits for it */
  rest->flags &= (uint8_t) ~(CALL_TRACED | CALL_MESSAGE | CALL_UNWANTED);
  rest->parent = frame_callee(call);
  return rest;
}

void call_set_answer_bytes(struct sim *sim, struct frame *call, double bytes) {
  column_set(sim, call, COLUMN_ANSWER, bytes < 1 ? 1 : dist_whole(bytes));
}

void call_keep_bytes(struct sim *sim, struct frame *call) {
  column_set(sim, call, COLUMN_ASKED, dist_whole(call_bytes(sim, call, false)));
  column_set(sim, call, COLUMN_EXPECTED, dist_whole(call_bytes(sim, call, true)));
}

/* Nobody can be asked any more who made the call. */
static __attribute__((cold, noinline)) double kept_bytes(const struct sim *sim,
                                                         const struct frame *call, bool answer) {
  enum column_id column = answer ? COLUMN_EXPECTED : COLUMN_ASKED;
  return column_wanted(sim, column) ? (double)column_get(sim, call, column) : 0;
}

/* It has no caller: the rest of a handler, or a message whose answer is asked for. */
static bool is_apart(const struct frame *call, bool answer) {
  return call->flags & CALL_DETACHED && (answer || !(call->flags & CALL_MESSAGE));
}

double call_bytes(struct sim *sim, struct frame *call, bool answer) {
  bool told = answer && column_wanted(sim, COLUMN_ANSWER);
  for (struct frame *at = call;;) {
    uint64_t bytes = told ? column_get(sim, at, COLUMN_ANSWER) : 0;
    if (bytes > 0) return (double)bytes;
    struct member *maker = is_apart(at, answer) ? NULL : call_maker_if_alive(sim, at);
    if (!maker) return kept_bytes(sim, call, answer);
    struct frame *parent = at->flags & CALL_ROOT ? NULL : frame_at(sim, at->parent);
    const struct kind *kind = maker->kind;
    if (kind->message_bytes) return kind->message_bytes(sim, maker, parent, at, answer);
    if (!parent) return 0;
    at = parent;
  }
}

/* --- time passing --------------------------------------------------------------------------- */

void call_work_impaired(struct sim *sim, struct member *member, struct frame *frame,
                        uint64_t work_ns) {
  frame_set_state(sim, frame, FRAME_WORKING);
  trace_mark(sim, frame, member->hung ? PART_FAULT : PART_SERVICE);
  if (member->slow != 1) work_ns = time_scale(work_ns, member->slow);
  frame->due_ns = member->hung ? ~work_ns /* stands still */ : sim->now_ns + work_ns;
  if (!member->hung) push_frame_event(sim, frame, work_ns, EVENT_TIMER);
}

void call_sleep(struct sim *sim, struct member *member, struct frame *frame, uint64_t time_ns) {
  (void)member;
  if (frame_state(frame) != FRAME_MADE) frame_set_state(sim, frame, FRAME_SLEEPING);
  trace_mark(sim, frame, PART_SLEEP);
  frame->due_ns = sim->now_ns + time_ns;
  push_frame_event(sim, frame, time_ns, EVENT_TIMER);
}

void call_timer(struct sim *sim, struct frame *frame, uint64_t due_ns) {
  if (frame->due_ns != due_ns) return; /* put off by a fault, or its call was lost */
  struct member *member = &sim->member[frame_callee(frame)];
  if (__builtin_expect(member->hung, 0)) {
    if (frame_state(frame) == FRAME_MADE) {
      faults_defer(sim, member,
                   event_make(due_ns, frame_slot(sim, frame) << 4 | EVENT_TIMER, frame->stamp));
      return;
    }
    /* Work stands still already, so this is a sleep: it ends when the hang does. */
    frame_set_state(sim, frame, FRAME_WORKING);
    trace_mark(sim, frame, PART_FAULT);
    frame->due_ns = ~UINT64_C(0);
    return;
  }
  frame->due_ns = TIME_NEVER; /* another timer of the same instant is not its own */
  member->kind->on_timer(sim, member, frame);
}

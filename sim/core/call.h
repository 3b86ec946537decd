/* Calls, as kinds make and handle them: new, sent, worked on, answered.
 *
 * A hop that costs no time is delivered at once, inside call_send or call_reply. A component must
 * therefore bring its own state in order first and send or reply last. */
#ifndef CALL_H
#define CALL_H

#include "part.h"
#include "sim.h"

/* From now on a frame is in this part of its request's time, if the request is followed. The engine
 * sees to the usual ones: queue, service, network, sleep; kinds say what it cannot know. */
__attribute__((cold, noinline)) void trace_mark_followed(struct sim *sim, struct frame *frame,
                                                         enum part part);
static inline void trace_mark(struct sim *sim, struct frame *frame, enum part part) {
  if (__builtin_expect(frame->flags & CALL_TRACED, 0)) trace_mark_followed(sim, frame, part);
}

/* A new call made by `from`, on behalf of `parent` (NULL: on its own account). Key, item and
 * operation are the parent's, or 0; sent_ns is now. The caller sets what differs, then sends. */
struct frame *call_new(struct sim *sim, struct member *from, struct frame *parent);

/* Sends a new call to `to`. Unless `timeout_ns` is TIME_NEVER, on_reply comes with
 * OUTCOME_TIMEOUT (or _UNREACHABLE, where a partition swallowed it) if no answer came by then. The
 * parent waits from now on. Do this last: the answer may arrive before it returns. */
void call_send(struct sim *sim, struct frame *call, struct member *to, uint64_t timeout_ns);

/* call_new on a member's own account and call_send, of a request with this key, at an event of the
 * member. */
void call_begin(struct sim *sim, const struct member *from, uint64_t key, struct member *to,
                uint64_t timeout_ns);

/* As call_send, but it never arrives before this returns, and takes no way to who sends it. For
 * messages. */
void call_post(struct sim *sim, struct frame *call, struct member *from, struct member *to,
               uint64_t timeout_ns);

/* Answers a call that `callee` handles. Do this last. */
__attribute__((noinline)) void call_reply(struct sim *sim, struct frame *call,
                                          enum outcome outcome);

/* Answers OK now although the callee goes on working: returns a frame on nobody's account that
 * takes the call's place with the callee. The answer is sent by call_reply(call) afterwards. */
struct frame *call_detach(struct sim *sim, struct frame *call);

__attribute__((cold, noinline)) void call_work_impaired(struct sim *sim, struct member *member,
                                                        struct frame *frame, uint64_t work_ns);

/* Lets `work_ns` of work pass for a frame that `member` handles, stretched by slow faults and
 * stopped by hangs; then on_timer. */
static inline void call_work(struct sim *sim, struct member *member, struct frame *frame,
                             uint64_t work_ns) {
  if (__builtin_expect(member->impaired, 0)) {
    call_work_impaired(sim, member, frame, work_ns);
    return;
  }
  frame_set_state(sim, frame, FRAME_WORKING);
  trace_mark(sim, frame, PART_SERVICE);
  frame->due_ns = sim->now_ns + work_ns;
  fel_push(&sim->fel,
           event_make(frame->due_ns, frame_slot(sim, frame) << 4 | EVENT_TIMER, frame->stamp));
}

/* The same in two steps where that needs no call, for those who save registers by it. */
static inline bool call_works_plainly(const struct sim *sim, const struct member *member,
                                      const struct frame *frame, uint64_t work_ns) {
  return !member->impaired && !(frame->flags & CALL_TRACED) &&
         fel_is_near(&sim->fel, sim->now_ns + work_ns);
}
static inline void call_work_plainly(struct sim *sim, struct frame *frame, uint64_t work_ns) {
  frame_set_state(sim, frame, FRAME_WORKING);
  frame->due_ns = sim->now_ns + work_ns;
  fel_push_near(&sim->fel,
                event_make(frame->due_ns, frame_slot(sim, frame) << 4 | EVENT_TIMER, frame->stamp));
}

/* Lets time pass for a frame; then on_timer. For a frame made by call_new and not sent, the member
 * that made it is told. */
void call_sleep(struct sim *sim, struct member *member, struct frame *frame, uint64_t time_ns);

/* What call_detach left with the callee: it was answered for. */
static inline bool call_is_rest(const struct frame *call) {
  uint32_t rest = CALL_DETACHED | CALL_ROOT;
  return (call->flags & (rest | CALL_MESSAGE)) == rest && call->parent == frame_callee(call);
}

/* The frame on whose behalf a call was made; NULL: its maker has done with it, or it is lost. Not
 * for calls on a member's own account. */
static inline struct frame *call_parent(const struct sim *sim, const struct frame *call) {
  struct frame *parent = frame_at(sim, call->parent);
  return parent->stamp == call->parent_stamp && frame_is_handled(parent) ? parent : NULL;
}

/* The member that made a call. */
static inline struct member *call_maker(const struct sim *sim, const struct frame *call) {
  return &sim->member[call->flags & CALL_ROOT ? call->parent
                                              : frame_callee(frame_at(sim, call->parent))];
}

/* Bytes of the message that carries a call or its answer, asked of its maker. */
double call_bytes(struct sim *sim, struct frame *call, bool answer);

/* The callee will ask call_bytes() also when the caller may have given up or has its answer; it has
 * wanted COLUMN_ASKED and COLUMN_EXPECTED, and says so when the call comes. */
void call_keep_bytes(struct sim *sim, struct frame *call);

/* The answer of a call will have this size, whatever its caller expects; the kind has wanted
 * COLUMN_ANSWER. Who passes the answer on, as a proxy does, passes its size on. */
void call_set_answer_bytes(struct sim *sim, struct frame *call, double bytes);

/* Who passes a refusal on passes on when to come again. */
void call_tell_when(struct sim *sim, const struct frame *from, const struct frame *to);

/* Another call has the answer that `from` got: as large, second best or not, and with the same word
 * about when to come again. */
void call_tell_same(struct sim *sim, const struct frame *from, struct frame *to);

#endif

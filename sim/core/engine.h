/* What the engine's own files share and kinds do not see: events and the frames' pool. */
#ifndef ENGINE_H
#define ENGINE_H

#include "sim.h"
#include "station.h"

/* sim.c */
void sim_dispatch(struct sim *sim, const struct event *event); /* as if it had just come up */

/* call.c */
void call_deliver(struct sim *sim, struct frame *call);
void call_finish(struct sim *sim, struct frame *call);
void call_timer(struct sim *sim, struct frame *frame, uint64_t due_ns);
__attribute__((cold, noinline)) void call_end_unheard(struct sim *sim, struct frame *call,
                                                      uint64_t *counter);
static inline void push_frame_event(struct sim *sim, const struct frame *frame, uint64_t delay_ns,
                                    enum event_kind kind) {
  fel_push(&sim->fel,
           event_make(sim->now_ns + delay_ns, frame_slot(sim, frame) << 4 | kind, frame->stamp));
}
/* As call_reply, for answers that the member's host gives and not its model. */
void call_reply_uncounted(struct sim *sim, struct frame *call, enum outcome outcome);

/* The member that made a call, or MEMBER_NONE if the frame on whose behalf it did so is gone. */
static inline uint32_t call_maker_id(const struct sim *sim, const struct frame *call) {
  if (call->flags & CALL_ROOT) return call->parent;
  const struct frame *parent = frame_at(sim, call->parent);
  return parent->stamp == call->parent_stamp ? frame_callee(parent) : MEMBER_NONE;
}

/* The same; NULL if it is gone. */
static inline struct member *call_maker_if_alive(const struct sim *sim, const struct frame *call) {
  uint32_t maker = call_maker_id(sim, call);
  return maker == MEMBER_NONE ? NULL : &sim->member[maker];
}

/* From where a call is sent: its maker, or who called that by name. NULL: it is gone. */
struct member *call_sender(const struct sim *sim, const struct frame *call);

/* Whether an event is one that the member scheduled for itself; for fel_drop. */
bool event_is_of(const void *member, const struct event *event);

/* collect.c */
__attribute__((cold, noinline)) void collect_reset(struct sim *sim); /* end of warm-up */

/* The records of messages that topics took: messages/delivery.h. */
void deliveries_free(struct sim *sim);

#endif

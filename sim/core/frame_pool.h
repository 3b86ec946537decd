/* The frames of all calls in flight lie in one range of addresses, which belongs to the simulation:
 * a call takes a free slot, or one more, and gives it back with its end. */
#ifndef FRAME_POOL_H
#define FRAME_POOL_H

#include "sim.h"

void calls_init(struct calls *calls);
void calls_free(struct calls *calls);

/* No slot is free, or lists are kept. */
__attribute__((noinline)) struct frame *frame_otherwise(struct sim *sim, const struct member *from,
                                                        const struct frame *parent);

/* A frame for a call that is with `from` at first. */
static inline struct frame *frame_alloc(struct sim *sim, const struct member *from,
                                        const struct frame *parent) {
  struct calls *calls = &sim->calls;
  calls->made++;
  if (__builtin_expect(calls->free_list >= calls->quick_slots, 0)) {
    return frame_otherwise(sim, from, parent);
  }
  struct frame *frame = frame_at(sim, calls->free_list);
  calls->free_list = frame->next;
  return frame;
}

static inline void frame_free(struct sim *sim, struct frame *frame) {
  frame->stamp++;
  frame_set_place(frame, frame_callee(frame), FRAME_FREE);
  frame->next = sim->calls.free_list;
  sim->calls.free_list = frame_slot(sim, frame);
  sim->calls.freed++;
}

#endif

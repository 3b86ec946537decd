/* How a service runs the handlers of its calls: a call goes from step to step until it has to wait
 * or ends, and its worker then takes up the next one. */
#ifndef SERVICE_RUN_H
#define SERVICE_RUN_H

#include "service_calls.h"
#include "service_state.h"

/* Ends a call: its worker takes up the next one, which is returned and to be run, or NULL. */
struct frame *service_end(struct sim *sim, struct member *member, struct frame *call,
                          enum outcome outcome);

/* Ends one that has no worker and that nobody waits for any more. */
void service_take_out(struct sim *sim, struct member *member, struct frame *call);

/* A loop, not a recursion: a worker may take up many short calls at one instant. */
void service_run(struct sim *sim, struct member *member, struct frame *call);

/* A step whose calls are judged is over, or is not. */
void service_decide(struct sim *sim, struct member *member, struct frame *call,
                    const struct step *step, enum verdict verdict, enum outcome outcome);

/* In an event loop a call that waits needs no worker: the next one takes it up. */
struct frame *service_release_worker(struct sim *sim, struct service_state *s, struct frame *call);

/* While a call waits for a step's calls, its due_ns counts those that have failed, and above bit 31
 * those that were never made; while they are still being sent, nothing is decided. */
#define STILL_SENDING (UINT64_C(1) << 63)

/* In place of a step: the call is to end with the outcome in `pending`. */
#define PC_ENDS (UINT16_MAX - 1) /* the one above stands before the first step */

static inline struct frame *service_await_one(struct sim *sim, struct service_state *s,
                                              struct frame *call) {
  frame_set_state(sim, call, FRAME_WAITING);
  call->pending = 1;
  call->due_ns = 0;
  return service_release_worker(sim, s, call);
}

/* Starts the work that was drawn ahead for a call out of the queue; false if there is none, since
 * the call begins with something else or waited later on its way. */
static inline bool service_start_drawn(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  if (call->pc > 0 || !s->plan[call->op].works_first) return false;
  station_work(sim, member, &s->station, call, station_drawn(call));
  return true;
}

/* What a worker does with the call that it takes up next; NULL: nothing. */
static inline void service_take_up(struct sim *sim, struct member *member, struct frame *next) {
  if (next && !service_start_drawn(sim, member, next)) service_run(sim, member, next);
}

#endif

/* Giving up: a caller that waits for a call no longer, and how those further down learn of it.
 *
 * A caller gives up when its timeout comes (call_timeout), or by itself: call_abandon. From then on
 * on_reply does not come for the call. Work that is done for it goes on unless somebody cares: a
 * message, which takes the network's time and can be lost in a partition, tells the callee
 * (kind.on_cancel), which may end the call, and give up or pass this on to the calls that it made
 * on its behalf. So the news reaches, over any number of hops, the queue that the last call waits
 * in. A call that the news overtakes, or finds held up before a hung member, is taken out when it
 * is delivered. What was taken out counts as an error of the callee and is answered with
 * OUTCOME_RESET, which only a caller hears that passed the news on without giving up itself; its
 * policy learns nothing from it about the callee. When a caller crashes, the end of its connections
 * is such news.
 *
 * Envoy, nginx and gRPC pass on a reset of the caller like this; see kind_service for what a
 * service does.
 *
 * Only where some component acts on the news (kind.heeds gives HEED_STOP), and somebody may give up
 * at all (has a timeout, a policy, checks, several calls at once, or breaks), does the engine
 * remember which calls were made on behalf of which (struct kin), and only components that lie
 * before such a one are told (component.told). Elsewhere all of this costs nothing. */
#ifndef ABANDON_H
#define ABANDON_H

#include "sim.h"

/* A call, whatever its frame is used for later. */
struct call_ref {
  uint32_t slot, stamp;
};

static inline struct call_ref call_ref(const struct sim *sim, const struct frame *call) {
  return (struct call_ref){frame_slot(sim, call), call->stamp};
}

/* Its maker gives a call up; one that was made and not sent ends at once. False: it has ended, or
 * was given up before. */
bool call_abandon(struct sim *sim, struct call_ref ref);

/* Gives up all calls made on behalf of one that this component handles and is about to end. */
void call_abandon_made(struct sim *sim, struct frame *call);

/* Tells those who work on calls made on behalf of `call` that nobody waits for them any more. Their
 * maker still takes their answers, unless it is gone. */
void call_pass_on(struct sim *sim, struct frame *call);

/* Whether somebody further up, on whose behalf its caller made it, has given up. */
bool call_is_in_vain(const struct sim *sim, const struct frame *call);

/* --- for the engine and stations ------------------------------------------------------------- */

/* Links beside a frame; a slot of 0 is none. */
struct kin {
  uint32_t child;          /* the call last made on its behalf; void if that is another's by now */
  uint32_t elder, younger; /* others made on behalf of the same one */
  uint32_t ahead;          /* in a queue; void for the first */
};

/* Decides who is told, before any member is made ready. */
void abandon_init(struct sim *sim);
void abandon_grow(struct calls *calls, uint32_t before); /* `ready` was that and has grown */
void abandon_free(struct calls *calls);

__attribute__((noinline)) void kin_add(struct sim *sim, struct frame *parent, struct frame *child);
__attribute__((noinline)) void kin_remove(struct sim *sim, struct frame *child);

/* Events. */
__attribute__((noinline)) void call_timeout(struct sim *sim, struct frame *call);
__attribute__((cold, noinline)) void call_cancel(struct sim *sim, struct frame *call);

/* A call that is delivered after the news that nobody waits for it. True: it was taken out. */
__attribute__((cold, noinline)) bool unwanted_arrival(struct sim *sim, struct member *to,
                                                      struct frame *call);

#endif

/* The calls that certain members handle, or made and have not sent, at one instant: for faults,
 * which hit all of them at once.
 *
 * They are listed by member, and those of one member in the order in which their callers sent them,
 * by key where that is the same. The order is the spec's: where a frame lies in the pool depends on
 * what other components do, so nothing may happen in the order of slots.
 *
 * Where a fault may ask, each member has a list of the frames that name it as their callee, in
 * whatever state, and one of the calls that it made on its own account. Links stand beside the
 * frames. A frame that ends stays in its lists until its slot is used again or somebody looks, so
 * that only making and sending know of them. Without such a fault there are none, and no call pays
 * for them. */
#ifndef PRESENT_H
#define PRESENT_H

#include "sim.h"

struct present_call {
  uint32_t member, slot, stamp;
  uint64_t sent_ns, key;
};

struct present {
  uint32_t n, capacity;
  struct present_call *call;
};

/* Keeps lists from now on; before the first call is made. */
void present_keep(struct sim *sim);
void present_grow(struct calls *calls, uint32_t before); /* `ready` was that and has grown */
void present_end(struct calls *calls);

/* A call was made by `from`, on its own account unless there is a parent; is on its way to `to`. */
void present_made(struct sim *sim, const struct member *from, const struct frame *parent,
                  struct frame *call);
void present_sent(struct sim *sim, struct frame *call, const struct member *to);

/* `members`: ids, rising. `made`, unless it is NULL: the calls that the members made on their own
 * account and wait for, by maker. Both are to be freed with present_free. */
void present_find(struct sim *sim, const uint32_t *members, uint32_t n, struct present *out,
                  struct present *made);
void present_free(struct present *present);

/* The calls of one member: its first, and how many. */
struct present present_of(const struct present *present, uint32_t member);

/* Its frame; NULL if the call has ended since. */
struct frame *present_frame(const struct sim *sim, const struct present_call *call);

#endif

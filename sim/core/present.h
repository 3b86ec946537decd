/* The calls that certain members handle, or made and have not sent, at one instant: for faults,
 * which hit all of them at once.
 *
 * They are listed by member, and those of one member in the order in which their callers sent them,
 * by key where that is the same. The order is the spec's: where a frame lies in the pool depends on
 * what other components do, so nothing may happen in the order of slots.
 *
 * No member keeps a list of its calls, since that would cost every call something. One walk over
 * the frames in use finds those of any number of members. */
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

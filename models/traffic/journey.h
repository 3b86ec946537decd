/* Journeys: requests of a user that follow from each other, with pauses between them.
 *
 * A journey under way has a slot, which its request carries in a column, while it is in flight as
 * well as while it sleeps through the pause before it. So a journey has exactly one request at any
 * time. It succeeds when all its requests did, those that are optional apart; the first other one
 * that fails ends it, with that cause. Its time runs from when it was meant to begin until its last
 * answer, pauses included. What is drawn for it depends on its own number alone. */
#ifndef JOURNEY_H
#define JOURNEY_H

#include "column.h"
#include "sim.h"

struct checks;

struct journey_state {
  uint64_t number; /* of the arrival that it is: all that is drawn for it hangs on it */
  uint64_t began_ns, waited_ns;
  uint32_t step, left; /* requests of the step that are still to end; 0: not begun */
  uint32_t sent, drawn;
  uint32_t next_free; /* slot + 1 */
  uint32_t stay;      /* whose session it is on, where there are sessions */
  bool degraded;
};

struct journeys {
  const struct journey *what; /* what->n == 0: none */
  struct stream pauses, times;
  uint64_t base;
  struct journey_state *slot;
  uint32_t slots, capacity, free; /* free: slot + 1; 0: none */
  struct level under_way;
  uint64_t pausing;       /* of those */
  uint64_t begun, over;   /* since the beginning of the run */
  uint64_t waited_ns, ok; /* of those that succeeded: for answers */
};

static inline bool journeys_are(const struct journeys *j) {
  return j->what->n > 0;
}

void journeys_init(struct sim *sim, struct member *member, struct journeys *j,
                   const struct journey *what, uint64_t base);
void journeys_free(struct journeys *j);
void journeys_reset(struct sim *sim, struct journeys *j); /* end of warm-up */

/* One that begins now; its slot. */
uint32_t journey_begin(struct sim *sim, struct journeys *j, uint64_t number);

/* The request that comes next; NULL: the journey is at its end. Made by the member, with its key
 * and operation, and not sent; it is to sleep first if *pause_ns is not 0. */
struct frame *journey_next(struct sim *sim, struct member *member, struct journeys *j,
                           uint32_t slot, uint64_t *pause_ns);

/* Of which journey a request of the member is part. */
uint32_t journey_of(const struct sim *sim, const struct frame *call);

/* Whether it may go on when its present request fails. */
bool journey_is_optional(const struct journeys *j, uint32_t slot);

void journey_end(struct sim *sim, struct journeys *j, uint32_t slot, enum outcome outcome);

/* in_flight: requests that are under way. */
void journeys_check(const struct journeys *j, const struct member *member, uint64_t in_flight,
                    struct checks *out);

#endif

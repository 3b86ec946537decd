/* Instances that come with the calls (instances = on_demand { ... }): functions of a cloud.
 *
 * All of them are one member of the service, whose workers are as many as they could have together:
 * they have no names, no faults of their own and no place. A call takes the one that worked last,
 * of those that have room first one that is at work, since the others shall be able to go. If none
 * has room, a new one begins to start, and the call waits until it is ready; of those that start
 * only one that nobody else waits for could be sooner, so that others join it only when there may
 * be no more. One that nothing was asked of for a time goes. */
#ifndef ENVIRONMENTS_H
#define ENVIRONMENTS_H

#include "meter.h"
#include "sim.h"
#include "timer.h"

struct environments {
  const struct on_demand *config; /* NULL: there are none, and all below is empty */
  struct stream cold;
  uint64_t made;              /* so far; counts draws */
  uint32_t capacity, unused;  /* unused: first of a list */
  struct environment *all;    /* number 0 is nobody's */
  uint32_t first[3], last[3]; /* lists: at work with room, idle, starting with room */
  uint64_t running;           /* calls */
  struct timer expiry;
  struct level there, idle; /* environments */
  uint64_t cold_starts, warm_starts;
  struct hist cold_time;
};

void environments_init(struct sim *sim, struct environments *pool, const struct on_demand *config,
                       struct component *component);
void environments_free(struct environments *pool);

/* `call` is about to begin: whether it has to wait first, for which it was put to sleep. */
bool environment_awaited(struct sim *sim, struct member *member, struct environments *pool,
                         struct frame *call);
/* It has ended. */
void environment_left(struct sim *sim, struct member *member, struct environments *pool,
                      const struct frame *call);

void environments_expire(struct sim *sim, struct member *member, struct environments *pool);

/* All are gone, with their calls. */
void environments_clear(struct sim *sim, struct environments *pool);

#endif

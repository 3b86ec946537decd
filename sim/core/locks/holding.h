/* Holding: who really holds a lock, which the service that gives it away cannot know.
 *
 * A holder has a lock from when it hears that it has it until it is done with it, ends or crashes,
 * whatever the lock service believes meanwhile. Stores say what they do for holders. From that
 * alone, and from no opinion of the protocol between them, it is known
 *
 *   two holders   somebody takes a lock that another one still has
 *   stale writes  a store does a write for a holder after it has done something, a read or a
 *                 write, for one that was given the same lock later (Kleppmann, How to do
 *                 distributed locking, 2016)
 *
 * A lock is one of a lock service, and of one key there. A call that is made while its maker, or
 * who called that, has a lock carries which one, and the how manieth holder of it that is
 * (COLUMN_HELD); so a late one is known for what it is when its holder is gone. Invariant: holders
 * of a lock are numbered from 1 in the order in which it was given to them. */
#ifndef HOLDING_H
#define HOLDING_H

#include "meter.h"
#include "sim.h"

/* Kept by the member of the lock service that has the key. */
struct holding_meters {
  uint64_t two_holders, stale_writes;
  struct level shared; /* locks that have more than one holder */
};

/* In the init of a kind whose members hold locks, or give them. */
void holding_want(struct sim *sim);

/* A lock is given to somebody; returns what COLUMN_HELD is to say. */
uint64_t holding_give(struct sim *sim, uint32_t service, uint32_t item,
                      struct holding_meters *meters);
/* Its holder hears of it, and is done with it. */
void holding_take(struct sim *sim, uint64_t held);
void holding_leave(struct sim *sim, uint64_t held);

/* A store has done a read or a write; sim->holding is not NULL. */
void holding_done(struct sim *sim, uint32_t store, const struct frame *call, bool writes);
/* The same of a write that is put into a log now, and counts when it is known to stay there:
 * whether it is stale; it counts. */
bool holding_is_stale(struct sim *sim, uint32_t store, const struct frame *call);
void holding_counts(struct sim *sim, uint32_t store, const struct frame *call, bool stale);

#endif

/* Fencing: a store remembers the greatest token under which it was called, of each lock, and does
 * no write that has a smaller one (Kleppmann, How to do distributed locking, 2016). Reads count
 * too: who has read under a lock will write by what it saw. What it remembers is on its disk, and
 * written together with the data. Calls that have no token pass. */
#ifndef FENCING_H
#define FENCING_H

#include "sim.h"

struct fencing;

struct fencing *fencing_new(struct sim *sim);

/* A read or a write is about to be done; whether it may be. */
bool fencing_lets_do(struct sim *sim, struct fencing *fencing, const struct frame *call,
                     bool writes);

#endif

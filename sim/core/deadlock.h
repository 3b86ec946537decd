/* Calls that can never go on: they wait for a worker, and all workers that they could get are held
 * by calls that wait, directly or over others, for calls like them.
 *
 * What is stuck is the largest set of calls of which each one waits only for others of the set (the
 * usual detection by reduction: R. Holt, "Some deadlock properties of computer systems", 1972).
 * A caller that gives up some time (a timeout, a hedge) is not waiting for ever. A place in a
 * caller's pool is taken to become free, so a deadlock of pools is not found. */
#ifndef DEADLOCK_H
#define DEADLOCK_H

#include "sim.h"

/* Whether it can be part of one: its calls hold a limited number of workers while they wait for
 * calls of their own. Depends on the spec alone. */
bool deadlock_possible(struct sim *sim, const struct component *component);

/* Calls that are stuck in the queues of each component now, by its id. The list is malloc'd; NULL:
 * none anywhere. Looks at all calls in flight several times. */
uint64_t *deadlock_count(struct sim *sim);

#endif

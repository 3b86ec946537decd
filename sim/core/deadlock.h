/* Calls that can never go on: they wait for a worker, or for a place in their caller's pool, and
 * all that they could get are held by calls that wait, directly or over others, for calls like
 * them.
 *
 * What is stuck is the largest set of calls of which each one waits only for others of the set (the
 * usual detection by reduction: R. Holt, "Some deadlock properties of computer systems", 1972). It
 * is found by taking out those that can go on and whom that lets go on, each once.
 * A caller that gives up some time (a timeout, a hedge) is not waiting for ever. */
#ifndef DEADLOCK_H
#define DEADLOCK_H

#include "sim.h"

struct pool_config;

/* Whether it can be part of one: its calls hold a limited number of workers while they wait for
 * calls of their own. Depends on the spec alone. What it needs for a while is `scratch`'s: one for
 * all that are asked about. */
bool deadlock_possible(struct sim *sim, const struct component *component, struct arena *scratch);

/* The same of a pool: the calls that hold its places can lead to such calls of the same caller, and
 * who waits for one does so for ever. */
bool deadlock_possible_in_pool(struct sim *sim, const struct component *caller,
                               const struct component *callee, const struct pool_config *pool);

/* Calls that are stuck in the queues of each component now, by its id; those that wait for a place
 * are left in struct pool. The list is malloc'd; NULL: none anywhere. Looks at each call in flight
 * a few times. */
uint64_t *deadlock_count(struct sim *sim);

#endif

/* Places that are never given back: workers, and connections of a caller's pool, held by calls that
 * wait for a message which was lost, while nobody gives them up (no timeout, no deadline).
 *
 * Each such loss takes one place for good, so that a partition of two seconds may leave a system
 * without any. What waits for those places in turn is not counted: it is held up by them. */
#ifndef LEAKS_H
#define LEAKS_H

#include "sim.h"

/* Whether calls of `caller`, to `callee` alone where it is not NULL, can be lost at all, and are
 * not given up. Depends on the spec alone; `scratch` as for deadlock_possible. */
bool leak_possible(struct sim *sim, const struct component *caller, const struct component *callee,
                   struct arena *scratch);

/* Workers of each component that are held for good now, by its id; places are left in struct pool.
 * The list is malloc'd; NULL: no message was lost for good. */
uint64_t *leaks_count(struct sim *sim);

#endif

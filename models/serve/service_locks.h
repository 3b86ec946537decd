/* The locks that one member of a service has, taken by the step `lock` (lease.h): it notes what it
 * was given, renews leases and gives locks back. A handler has one lock at a time; one that takes
 * another gives the first one back. A crash forgets them all, and tells nobody. */
#ifndef SERVICE_LOCKS_H
#define SERVICE_LOCKS_H

#include "program.h"
#include "service_config.h"
#include "sim.h"

struct held;

struct locker {
  struct held **held; /* by number - 1 */
  struct held *unused;
  uint32_t n, capacity;
  uint64_t in_use;
};

/* Whether some handler takes a lock. */
bool service_takes_locks(const struct service_config *config);

void locker_init(struct sim *sim);
void locker_free(struct locker *locker);

/* `child` is about to ask for a lock; it was answered well, and `call` has the lock. */
void locker_asks(struct sim *sim, const struct frame *child, const struct program_call *spec);
void locker_takes(struct sim *sim, struct member *member, struct locker *locker,
                  const struct frame *call, const struct frame *child,
                  const struct program_call *spec);

/* It gives back what it has, if anything. */
void locker_leaves(struct sim *sim, struct member *member, struct locker *locker,
                   const struct frame *call);

/* `call` is answered, and `rest` is what is still to be done. */
void locker_goes_on(struct sim *sim, const struct frame *call, const struct frame *rest);

/* A timer went off: whether it was to renew a lease. `paused`: the member stands still. */
bool locker_due(struct sim *sim, struct member *member, struct locker *locker, struct timer *timer,
                bool paused);

void locker_crash(struct sim *sim, struct locker *locker);

#endif

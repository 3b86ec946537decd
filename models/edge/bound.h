/* The backends that connections are bound to, for a balancer of layer 4: all calls that come on one
 * connection go to the backend that was chosen when it was opened. Connections are known by number
 * and stamp, so that one that was closed is forgotten by itself. */
#ifndef BOUND_H
#define BOUND_H

#include <stdint.h>

#include "sim.h"

#define BOUND_TO_NONE UINT32_MAX

struct bound {
  uint32_t room; /* connections that there is room for, by number */
  struct bound_to {
    uint32_t stamp, which;
  } * to;
};

void bound_free(struct bound *bound);

/* The backend of the connection that a call came on, or BOUND_TO_NONE. */
uint32_t bound_find(const struct sim *sim, const struct bound *bound, const struct frame *call);

/* From now on it is this one, or none. False: the call came without a connection. */
bool bound_set(const struct sim *sim, struct bound *bound, const struct frame *call,
               uint32_t which);

/* How many open connections are bound to each of n backends. */
void bound_count(const struct sim *sim, const struct bound *bound, uint32_t n, uint64_t *open);

#endif

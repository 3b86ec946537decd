/* What a balancer does with a call before it chooses a backend: limits, and routes by operation. */
#ifndef FRONT_H
#define FRONT_H

#include "load_balancer_state.h"

/* In the pc of a call, and the site of its tries: it went by a route and no backend was chosen. */
#define FRONT_ROUTED UINT16_MAX

void front_init(struct sim *sim, struct member *member);

/* Goes on with the limits at call->pc. False: the call waits, or has been refused. */
bool front_passes(struct sim *sim, struct member *member, struct frame *call);

/* True: its operation has a route, and it was sent there, or there is neither route nor backend. */
bool front_routes(struct sim *sim, struct member *member, struct frame *call);

#endif

/* Connections that nobody uses: how long either side keeps them.
 *
 * The caller closes one after `keep` of the path, the called side after `accept.idle`. Of the
 * second the caller learns one way later, so that a call of the last round trip before it finds
 * the other side closed, and is reset. */
#ifndef KEEP_H
#define KEEP_H

#include "sim.h"

/* Its last call is over. It may be closed at once. */
void keep_idle(struct sim *sim, uint32_t id);

/* It has been idle for long, or was, when this was planned. */
void keep_is_over(struct sim *sim, uint32_t id);

/* A call has just taken it. True: the other side is closing it, and the call will be reset. */
bool keep_meets_closing(struct sim *sim, uint32_t id);

#endif

/* Whose request something was made for: its user, the user's tier and the client, kept for what is
 * done when that request may have ended, as with a message that waits in a topic.
 *
 * Kept only where somebody reads one of these columns; elsewhere it is empty, and telling it costs
 * nothing. */
#ifndef WHOSE_H
#define WHOSE_H

#include "sim.h"

struct whose {
  uint64_t user, tier, client; /* as in their columns; 0: nobody's */
};

/* From a kind's start on: whether anybody reads any of it. */
bool whose_is_read(const struct sim *sim);

struct whose whose_of(const struct sim *sim, const struct frame *call);

/* A call that its maker has just made is on behalf of that request. */
void whose_tell(struct sim *sim, const struct whose *whose, const struct frame *call);

#endif

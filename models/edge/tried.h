/* Which backends a balancer has given each of its calls to, so that a further try goes to another.
 *
 * Of up to 64 backends the set is a word in the call's frame: its due_ns, which a call that waits
 * has no other use for. Of more, each slot of a frame has a set beside it. A set is emptied when
 * the call comes. */
#ifndef TRIED_H
#define TRIED_H

#include "sim.h"

struct tried {
  uint32_t words; /* of a set */
  uint64_t *set;  /* by slot; NULL: they are in the frames */
  uint32_t slots;
};

void tried_init(struct tried *tried, uint32_t backends);
void tried_free(struct tried *tried);

void tried_clear(const struct sim *sim, struct tried *tried, struct frame *call);
void tried_add(const struct sim *sim, struct tried *tried, struct frame *call, uint32_t backend);
bool tried_has(const struct sim *sim, struct tried *tried, struct frame *call, uint32_t backend);

#endif

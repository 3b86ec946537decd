/* Writes that are done only if nobody has written since: compare and set (optimistic concurrency
 * control: Kung and Robinson, On Optimistic Methods for Concurrency Control, 1981).
 *
 * A read brings the version of its datum back to who asked, over whatever passed the call on
 * (COLUMN_SEEN); a write that is to be done only on that version has it with it (COLUMN_EXPECTS).
 * Both name the component whose version it is: of others they say nothing. */
#ifndef CONDITIONAL_H
#define CONDITIONAL_H

#include "column.h"
#include "sim.h"

enum { COMPARE_SHIFT = 40 };

/* What a write expects whose handler has read nothing. */
#define COMPARE_UNREAD UINT64_MAX

static inline uint64_t compare_name(uint32_t component, uint64_t version) {
  return (uint64_t)(component + 1) << COMPARE_SHIFT | version;
}

/* Whether a name is that of a version of the component. */
static inline bool compare_is_of(uint64_t name, uint32_t component) {
  return name >> COMPARE_SHIFT == (uint64_t)component + 1;
}

/* What the answer of a call has seen, its caller has seen. */
static inline void compare_pass_on(struct sim *sim, const struct frame *from,
                                   const struct frame *to) {
  if (__builtin_expect(sim->columns == NULL, 1) || !column_wanted(sim, COLUMN_SEEN)) return;
  uint64_t seen = column_get(sim, from, COLUMN_SEEN);
  if (seen) column_set(sim, to, COLUMN_SEEN, seen);
}

#endif

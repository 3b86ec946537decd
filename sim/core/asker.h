/* Who made a call, where that may have given up since and work for others in the place of the frame
 * on whose behalf it did so; and where a name was asked for, who asked for it.
 *
 * Kept in COLUMN_CALLER, which who asks here has wanted in its init. */
#ifndef ASKER_H
#define ASKER_H

#include "column.h"
#include "sim.h"

/* NULL: it is not known. */
struct member *asker_of(const struct sim *sim, const struct frame *call);

/* Its member_identity(); 0: it is not known. */
uint64_t asker_identity(const struct sim *sim, const struct frame *call);

/* `from` makes a call for `parent`, which has the columns of that, and its maker; NULL: it is the
 * rest of that, and has the same. */
void asker_inherit(struct sim *sim, const struct member *from, const struct frame *parent,
                   const struct frame *call);

#endif

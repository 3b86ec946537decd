/* The versions of a store's data, for writes with `if_unchanged`: each write makes a new one. They
 * are on disk with the data and belong to the component: what a member has is known to all, so that
 * a datum may move.
 *
 * A conditional write without a read before it expects that the datum was never written.
 *
 * With copies the versions are those of the history (history.h), and each copy shows its own. The
 * primary compares with the newest that its log has, answered or not, so that of two writes on one
 * version never both are done; one who has read an old copy
 * fails. */
#ifndef UNCHANGED_H
#define UNCHANGED_H

#include "sim.h"

struct copy;
struct unchanged;

/* NULL: no write of the scenario to the member's component has a condition. */
struct unchanged *unchanged_new(struct sim *sim, const struct member *member);

/* A read is done: its answer tells the version. */
void unchanged_read(struct sim *sim, const struct unchanged *u, const struct frame *call);

/* Whether a write may be done, which is counted as one then. */
bool unchanged_write(struct sim *sim, struct unchanged *u, const struct frame *call);

/* That write is lost with its data, unless they are in a safe place as of a time that is not before
 * it: `safe_ns` tells, and whose data it is. They are: who has read what is lost fails, and a datum
 * that is not there any more was never written. */
void unchanged_may_lose(struct sim *sim, struct unchanged *u, const struct frame *call,
                        const uint64_t *safe_ns);
void unchanged_lose(struct unchanged *u, const uint64_t *safe_ns);

/* The same of a copy, which shows a reader that version; and of the primary. A call without a data
 * key is about none in particular, and always done. */
void unchanged_read_copy(struct sim *sim, const struct unchanged *u, const struct frame *call,
                         uint32_t version);
bool unchanged_at_primary(struct sim *sim, const struct unchanged *u, const struct copy *copy,
                          const struct frame *call);

void unchanged_free(struct unchanged *u, const struct member *member);

#endif

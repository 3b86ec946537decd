/* How large a scenario may be in all: what is within these limits can be run on a common machine.
 *
 * They are against slips such as a missing unit or a loop too many, and keep a stranger's scenario
 * from taking the machine's memory before anything is simulated. */
#ifndef EXTENT_H
#define EXTENT_H

#include "loader.h"

#define MEMBERS_MAX 100000u /* of all components */

/* What clients count apart: each operation of a mix, each tier. An entry has about forty metrics,
 * which take 15 kB in a run of one thread; and counts in every instance, which take 1 kB. */
#define COUNTED_MAX 50000u
#define COUNTED_MEMBERS_MAX 500000u

/* When all components are read. Says what is too much, and where most of it is. */
bool extent_check(struct loader *loader);

#endif

/* When checks at intervals begin.
 *
 * A fault comes at any moment between two checks, so that how long it goes unseen differs from one
 * fault to the next by up to an interval. Checks that began at the same moments in each run would
 * see a fault at a given time equally late in all of them, and results would look surer than they
 * are. */
#ifndef FIRST_CHECK_H
#define FIRST_CHECK_H

#include <stdint.h>

#include "param.h"
#include "rng.h"

enum first_check { FIRST_CHECK_RANDOM, FIRST_CHECK_EVEN };

extern const char *const first_check_choices[];

/* From the start of the member that checks until the first check of `which` of `n`, at most one
 * interval. The key says who checks whom, `start` which start this is. */
uint64_t first_check_ns(enum first_check how, uint64_t interval_ns, uint32_t which, uint32_t n,
                        const struct stream *stream, uint64_t key, uint32_t start);

#endif

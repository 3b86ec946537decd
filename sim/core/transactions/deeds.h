/* What is there of a request whose transaction is tried again, over all of its tries. A later try
 * makes whole what an earlier one left half, where a store knows by its key (idempotency) a write
 * that it has done before; where it does not, that write is there twice and the others once. */
#ifndef DEEDS_H
#define DEEDS_H

#include "transaction.h"

struct deed {
  uint64_t request;                  /* never 0 */
  struct transaction_meters *counts; /* who has counted `half` of it last */
  uint8_t half;                      /* by how many times some part is there oftener than another */
  uint8_t times[TRANSACTION_PARTS];  /* that a part is there */
};

struct deeds {
  struct deed *table; /* open addressing */
  uint32_t n, buckets;
};

/* That of a request, which is made if there is none. Good until the next call. */
struct deed *deeds_of(struct arena *arena, struct deeds *deeds, uint64_t request);

#endif

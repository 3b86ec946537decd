/* Where the failure of a followed request began: the call at the end of the chain of failed calls,
 * or, where somebody's patience ran out, the place where the request was at that moment. */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "frame.h"
#include "part.h"

struct sim;

struct origin {
  uint32_t component; /* that was called; for a call that was never sent, its maker */
  enum outcome cause;
  enum part part; /* of a timeout: what the request was doing there; else PART_OTHER */
};

/* Of a request that has failed and whose root span this is. A failed call is followed down to the
 * last of its own calls that failed, unless one that went well ended after it; a call that was
 * given up, to a call of its own that had not ended. */
struct origin origin_of(const struct sim *sim, uint32_t root);

#endif

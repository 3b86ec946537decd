/* Priority levels of backends: which share of the calls each gets, in whole percent, as Envoy works
 * it out.
 *
 * A level whose share in use, times the overprovisioning, is 100 % or more is whole and takes
 * what comes to it; else so many percent, and the rest goes to the next one. When all of them
 * together are not whole, their shares are raised to 100 %, and a level of which less than the
 * panic threshold is in use gives calls to all of its backends, in use or not. */
#ifndef LEVELS_H
#define LEVELS_H

#include <stdbool.h>
#include <stdint.h>

struct levels {
  uint32_t n;
  const uint32_t *of;       /* level by backend */
  uint32_t *in_use, *total; /* backends, by level */
  uint32_t *part;           /* percent that each can take */
  uint32_t *load;           /* percent that it gets; they add up to 100 */
  bool *panics;
};

/* Fills part, load and panics; n is at least 1. `panic`: threshold, a share; 0: none. */
void levels_share(struct levels *levels, double overprovisioning, double panic);

#endif

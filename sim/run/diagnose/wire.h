/* How busy the wires of paths were that have a bandwidth: messages queue for them. */
#ifndef WIRE_H
#define WIRE_H

#include "results.h"

/* One way of a path. */
struct wire {
  const char *from, *to;
  double bits_per_s, busy; /* busy: share of the time; NaN: not measured */
  double dropped;          /* share of what came; NaN: there is room for all */
};

/* Of path number `path` of the spec. */
struct wire wire_of(const struct results *results, uint32_t path, bool backwards);

/* The busiest that requests of the client can cross, or of all (REF_NONE); NaN as `busy` if there
 * is none. */
struct wire wire_busiest(const struct results *results, uint32_t client);

#endif

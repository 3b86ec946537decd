/* How busy the wires of paths were that have a bandwidth: messages queue for them. */
#ifndef WIRE_H
#define WIRE_H

#include "finding.h"
#include "results.h"

/* One way of a path. */
struct wire {
  const char *from, *to;
  double bits_per_s, busy; /* busy: share of the time; NaN: not measured */
  double dropped;          /* share of what came; NaN: there is room for all */
  double buffer;           /* bytes that find room before it; 0: all */
};

/* Of path number `path` of the spec. */
struct wire wire_of(const struct results *results, uint32_t path, bool backwards);

/* The busiest that requests of the client can cross, or of all (REF_NONE); NaN as `busy` if there
 * is none. */
struct wire wire_busiest(const struct results *results, uint32_t client);

/* Adds those that are nearly always in use, or dropped something. */
void wires_look(const struct results *results, struct finding_list *list);

/* "A smaller buffer from a to b helps, too: when it is full, its 10 MB take 1.00 s to send." Of
 * the busiest that the client's requests cross, where that is a tenth of their p99 or more; else
 * "". To be freed with g_free. */
char *wire_buffer_helps(const struct results *results, uint32_t client);

#endif

/* Schedules of random faults among the members of one component, and calls to it meanwhile: what
 * must hold whatever fails is tried on many of them. */
#ifndef MISHAPS_H
#define MISHAPS_H

#include "harness.h"

struct mishaps {
  const char *component;
  uint32_t members, n; /* of the faults a third each are crashes, hangs, partitions */
  uint32_t within_ms, longest_ms;
};

/* The same for the same seed. */
void mishaps_add(struct scene *scene, const struct mishaps *mishaps, uint64_t seed);

/* A read or a write every 10 ms, about one of three data. */
void mishaps_shots(struct shot *shots, uint32_t n, const char *to, uint64_t timeout_ns,
                   uint64_t seed);

#endif

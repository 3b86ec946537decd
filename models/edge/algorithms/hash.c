/* hash: the same data, or the same user, go to the same backend. */
#include "algorithm.h"

/* A good mix, then a share of the range: as even as the hashed values are many. When one backend
 * leaves, most of the others' data go elsewhere, as with HAProxy's map-based hash and nginx without
 * `consistent`. */
static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  if (from->weight) return candidates_at(c, from->weight, rng_unit(rng_mix(from->hashed)));
  return c->which[rng_mix(from->hashed) % c->n];
}

const struct algorithm algorithm_hash = {
    .name = "hash", .hashes = true, .weighs = true, .pick = pick};

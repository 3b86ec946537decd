/* consistent_hash: backends have points on a ring (ring.h); a value goes to the first one behind
 * it.
 *
 * With a bound no backend gets more than `bounded` times its share of the calls under way: who is
 * full is passed over, along the ring (Mirrokni, Thorup, Zadimoghaddam 2018; HAProxy's
 * hash-balance-factor). */
#include <math.h>

#include "algorithm.h"
#include "ring.h"

static uint64_t points_of(const struct backends *backends, uint32_t which) {
  double points = (double)backends->points * weight_of(backends->weight, which);
  return points > 0 && points < 1 ? 1 : (uint64_t)(points + 0.5);
}

static void *prepare(struct arena *arena, const struct backends *backends) {
  uint64_t room = 0;
  for (uint32_t i = 0; i < backends->n; i++) room += points_of(backends, i);
  struct ring *ring = ring_new(arena, room);
  for (uint32_t i = 0; i < backends->n; i++) {
    ring_add(ring, i, backends->identity[i], points_of(backends, i));
  }
  ring_close(ring);
  return ring;
}

/* What a weight of 1 may have under way, this call included. */
static double allowance(const struct choosing *from, const struct candidates *c) {
  double active = 1, weight = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    active += (double)from->busy[c->which[i]].active;
    weight += weight_of(from->weight, c->which[i]);
  }
  return from->bounded * active / weight;
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  const struct ring *ring = from->memory;
  double allowed = from->bounded > 0 ? allowance(from, c) : INFINITY;
  bool past = false;
  uint64_t first = ring_find(ring, rng_mix(from->hashed));
  for (uint64_t i = 0; i < ring->n; i++) {
    uint64_t at = first + i < ring->n ? first + i : first + i - ring->n;
    uint32_t which = ring->point[at].which;
    if (!candidates_have(c, which)) continue;
    double most = ceil(allowed * weight_of(from->weight, which));
    if ((double)from->busy[which].active < most) {
      if (past) (*from->diverted)++;
      return which;
    }
    past = true;
  }
  return c->which[0]; /* never: not all can have more than their share */
}

const struct algorithm algorithm_consistent_hash = {
    .name = "consistent_hash", .hashes = true, .weighs = true, .prepare = prepare, .pick = pick};

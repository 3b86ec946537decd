/* consistent_hash: backends have points on a ring; a value goes to the first point behind it.
 *
 * When a backend leaves, only its own values move, to those behind its points (Karger et al. 1997).
 * With a bound no backend gets more than `bounded` times its share of the calls under way: who is
 * full is passed over, along the ring (Mirrokni, Thorup, Zadimoghaddam 2018; HAProxy's
 * hash-balance-factor). */
#include <math.h>
#include <stdlib.h>

#include "algorithm.h"

struct point {
  uint64_t at;
  uint32_t which;
};

struct ring {
  uint64_t n;
  struct point *point;
};

static int by_place(const void *a, const void *b) {
  const struct point *first = a, *second = b;
  if (first->at != second->at) return first->at < second->at ? -1 : 1;
  return (first->which > second->which) - (first->which < second->which);
}

static uint64_t points_of(const struct backends *backends, uint32_t which) {
  double points = (double)backends->points * weight_of(backends->weight, which);
  return points > 0 && points < 1 ? 1 : (uint64_t)(points + 0.5);
}

static void *prepare(struct arena *arena, const struct backends *backends) {
  struct ring *ring = arena_alloc(arena, sizeof *ring);
  for (uint32_t i = 0; i < backends->n; i++) ring->n += points_of(backends, i);
  ring->point = arena_alloc(arena, ring->n * sizeof *ring->point);
  uint64_t n = 0;
  for (uint32_t i = 0; i < backends->n; i++) {
    uint64_t points = points_of(backends, i);
    for (uint64_t k = 0; k < points; k++) {
      ring->point[n++] = (struct point){rng_mix(rng_mix(backends->identity[i]) + k), i};
    }
  }
  qsort(ring->point, n, sizeof *ring->point, by_place);
  return ring;
}

/* The first point at or behind a place. */
static uint64_t find(const struct ring *ring, uint64_t at) {
  uint64_t low = 0, high = ring->n;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (ring->point[middle].at < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < ring->n ? low : 0;
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
  uint64_t first = find(ring, rng_mix(from->hashed));
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

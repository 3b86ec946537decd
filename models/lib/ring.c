#include "ring.h"

#include <stdlib.h>

#include "rng.h"

struct ring *ring_new(struct arena *arena, uint64_t room) {
  struct ring *ring = arena_alloc(arena, sizeof *ring);
  ring->point = arena_alloc(arena, room * sizeof *ring->point);
  return ring;
}

void ring_add(struct ring *ring, uint32_t which, uint64_t identity, uint64_t points) {
  uint64_t seed = rng_mix(identity);
  for (uint64_t k = 0; k < points; k++) {
    ring->point[ring->n++] = (struct ring_point){rng_mix(seed + k), which};
  }
}

static int by_place(const void *a, const void *b) {
  const struct ring_point *first = a, *second = b;
  if (first->at != second->at) return first->at < second->at ? -1 : 1;
  return (first->which > second->which) - (first->which < second->which);
}

void ring_close(struct ring *ring) {
  qsort(ring->point, ring->n, sizeof *ring->point, by_place);
}

uint64_t ring_find(const struct ring *ring, uint64_t at) {
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

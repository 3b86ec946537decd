#include "deeds.h"

#include "arena.h"
#include "rng.h"

static struct deed *bucket_of(const struct deeds *deeds, uint64_t request) {
  uint32_t mask = deeds->buckets - 1, i = (uint32_t)rng_mix(request) & mask;
  while (deeds->table[i].request && deeds->table[i].request != request) i = (i + 1) & mask;
  return &deeds->table[i];
}

static void grow(struct arena *arena, struct deeds *deeds) {
  const struct deed *old = deeds->table;
  uint32_t n = deeds->buckets;
  deeds->buckets = n ? 2 * n : 64;
  deeds->table = arena_alloc(arena, deeds->buckets * sizeof *deeds->table);
  for (uint32_t i = 0; i < n; i++) {
    if (old[i].request) *bucket_of(deeds, old[i].request) = old[i];
  }
}

struct deed *deeds_of(struct arena *arena, struct deeds *deeds, uint64_t request) {
  if (2 * deeds->n >= deeds->buckets) grow(arena, deeds);
  struct deed *deed = bucket_of(deeds, request);
  deeds->n += deed->request == 0;
  deed->request = request;
  return deed;
}

/* shuffle_shard: each value has a shard of `choices` backends of its own, which it shares as a
 * whole with few others; of these the least busy one gets the call (C. MacCarthaigh, Workload
 * isolation using shuffle-sharding, Amazon Builders' Library).
 *
 * Of a value the backends with the highest hashes make up the shard (Thaler, Ravishankar 1998):
 * each set is equally likely, all balancers agree on it, and a backend that comes or goes changes
 * the shards of nobody else. Where all of it is out of use the calls meet what is there: going
 * elsewhere is what the shards are to prevent. */
#include "algorithm.h"

struct hashes {
  uint32_t n;
  const uint64_t *of; /* by number */
};

static void *prepare(struct arena *arena, const struct backends *backends) {
  struct hashes *hashes = arena_alloc(arena, sizeof *hashes);
  uint64_t *of = arena_alloc(arena, backends->n * sizeof *of);
  for (uint32_t i = 0; i < backends->n; i++) of[i] = rng_mix(backends->identity[i]);
  *hashes = (struct hashes){backends->n, of};
  return hashes;
}

/* The backends of a value, those with the highest hashes first; how many. */
static uint32_t shard_of(const struct choosing *from, uint32_t *which) {
  const struct hashes *hashes = from->memory;
  uint64_t value = rng_mix(from->hashed), high[ALGORITHM_MAX_CHOICES];
  uint32_t n = 0;
  for (uint32_t i = 0; i < hashes->n; i++) {
    uint64_t hash = rng_mix(hashes->of[i] + value);
    if (n == from->choices && hash <= high[n - 1]) continue;
    uint32_t k = n < from->choices ? n++ : n - 1;
    for (; k > 0 && high[k - 1] < hash; k--) {
      high[k] = high[k - 1];
      which[k] = which[k - 1];
    }
    high[k] = hash;
    which[k] = i;
  }
  return n;
}

/* Of equal ones each is as likely. */
static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  uint32_t shard[ALGORITHM_MAX_CHOICES], best[ALGORITHM_MAX_CHOICES];
  uint32_t n = shard_of(from, shard), equal = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!candidates_have(c, shard[i])) continue;
    uint64_t active = from->busy[shard[i]].active;
    if (equal > 0 && active > from->busy[best[0]].active) continue;
    if (equal > 0 && active < from->busy[best[0]].active) equal = 0;
    best[equal++] = shard[i];
  }
  if (equal == 0) return shard[draws_below(draws, n)];
  return best[draws_below(draws, equal)];
}

const struct algorithm algorithm_shuffle_shard = {.name = "shuffle_shard",
                                                  .hashes = true,
                                                  .compares = COMPARES_CHOICES,
                                                  .prepare = prepare,
                                                  .pick = pick};

#include "fel.h"

#include <stdlib.h>

#include "arena.h"

/* Below this many events a look at each owner costs more than moving the event. */
enum { FEL_SWEEP_MIN = 32 };

void fel_init(struct fel *fel, bool (*is_dead)(const void *, const struct event *),
              const void *owner) {
  memset(fel, 0, sizeof *fel);
  fel->is_dead = is_dead;
  fel->owner = owner;
  for (uint32_t b = 0; b <= 64; b++) fel_grow(&fel->bucket[b]);
}

void fel_free(struct fel *fel) {
  for (uint32_t b = 0; b <= 64; b++) free(fel->bucket[b].list);
  memset(fel, 0, sizeof *fel);
}

void fel_grow(struct fel_bucket *bucket) {
  bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 8;
  bucket->list = mem_resize(bucket->list, bucket->capacity * sizeof *bucket->list);
}

/* Drops dead events, keeping the order of the others. */
static void sweep(struct fel *fel, struct fel_bucket *bucket) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < bucket->n; i++) {
    if (!fel->is_dead(fel->owner, &bucket->list[i])) bucket->list[kept++] = bucket->list[i];
  }
  fel->pending -= bucket->n - kept;
  bucket->n = kept;
}

bool fel_redistribute(struct fel *fel, uint32_t b, uint64_t until_ns) {
  struct fel_bucket *bucket = &fel->bucket[b];
  if (fel->is_dead && bucket->n >= FEL_SWEEP_MIN) {
    sweep(fel, bucket);
    if (bucket->n == 0) {
      fel->nonempty &= ~(UINT64_C(1) << (b - 1));
      return true;
    }
  }
  const struct event *list = bucket->list;
  uint32_t n = bucket->n;
  uint64_t first = list[0].time_ns;
  for (uint32_t i = 1; i < n; i++) {
    if (list[i].time_ns < first) first = list[i].time_ns;
  }
  if (first >= until_ns) return false;
  fel->last_ns = first;
  bucket->n = 0;
  fel->nonempty &= ~(UINT64_C(1) << (b - 1));
  fel->pending -= n;                                       /* fel_push counts them again */
  for (uint32_t i = 0; i < n; i++) fel_push(fel, list[i]); /* never into this bucket */
  return true;
}

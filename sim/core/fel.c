#include "fel.h"

#include <stdlib.h>

#include "arena.h"

/* Below this many events a look at each owner costs more than moving the event. */
enum { FEL_SWEEP_MIN = 32 };

/* A look that found less than a quarter dead was not worth it: skip this many. */
enum { FEL_SWEEPS_SKIPPED = 15 };

static void grow(struct fel_bucket *bucket) {
  bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 8;
  bucket->list = mem_resize(bucket->list, bucket->capacity * sizeof *bucket->list);
}

static inline uint32_t bucket_of(const struct fel *fel, uint64_t time_ns) {
  uint64_t differs = time_ns ^ fel->last_ns;
  return differs ? 64 - (uint32_t)__builtin_clzll(differs) : 0;
}

static inline void push(struct fel *fel, struct event event) {
  assert(event.time_ns >= fel->last_ns);
  uint32_t b = bucket_of(fel, event.time_ns);
  struct fel_bucket *bucket = &fel->bucket[b];
  if (__builtin_expect(bucket->n == bucket->capacity, 0)) grow(bucket);
  bucket->list[bucket->n++] = event;
  fel->nonempty |= b ? UINT64_C(1) << (b - 1) : 0;
  fel->pending++;
}

void fel_push_radix(struct fel *fel, struct event event) {
  push(fel, event);
}

void fel_init(struct fel *fel, bool (*is_dead)(const void *, const struct event *),
              const void *owner) {
  memset(fel, 0, sizeof *fel);
  fel->is_dead = is_dead;
  fel->owner = owner;
  for (uint32_t b = 0; b <= 64; b++) grow(&fel->bucket[b]);
}

void fel_free(struct fel *fel) {
  for (uint32_t b = 0; b <= 64; b++) free(fel->bucket[b].list);
  memset(fel, 0, sizeof *fel);
}

/* Drops dead events, keeping the order of the others. */
static void sweep(struct fel *fel, struct fel_bucket *bucket) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < bucket->n; i++) {
    if (!fel->is_dead(fel->owner, &bucket->list[i])) bucket->list[kept++] = bucket->list[i];
  }
  if (bucket->n - kept < bucket->n / 4) fel->sweeps_to_skip = FEL_SWEEPS_SKIPPED;
  fel->pending -= bucket->n - kept;
  bucket->n = kept;
}

/* Moves the bucket's events below it; false when the earliest of them is not before `until`. */
static bool redistribute(struct fel *fel, uint32_t b, uint64_t until_ns) {
  struct fel_bucket *bucket = &fel->bucket[b];
  if (fel->is_dead && bucket->n >= FEL_SWEEP_MIN && fel->sweeps_to_skip) {
    fel->sweeps_to_skip--;
  } else if (fel->is_dead && bucket->n >= FEL_SWEEP_MIN) {
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
  fel->pending -= n;                                   /* pushing counts them again */
  for (uint32_t i = 0; i < n; i++) push(fel, list[i]); /* never this bucket */
  return true;
}

void fel_to_radix(struct fel *fel) {
  fel->radix = true;
  for (uint32_t i = fel->near_n; i-- > 0;) push(fel, fel->near[i]); /* earliest first */
  fel->near_n = 0;
}

/* Buckets hold ties in order, and earlier buckets earlier times: a stable insertion keeps both. */
void fel_to_near(struct fel *fel) {
  fel->radix = false;
  struct fel_bucket *zero = &fel->bucket[0];
  for (uint32_t i = fel->head; i < zero->n; i++) fel_push(fel, zero->list[i]);
  fel->head = zero->n = 0;
  for (uint32_t b = 1; b <= 64; b++) {
    struct fel_bucket *bucket = &fel->bucket[b];
    for (uint32_t i = 0; i < bucket->n; i++) fel_push(fel, bucket->list[i]);
    bucket->n = 0;
  }
  fel->nonempty = 0;
  fel->pending = 0;
}

bool fel_pop_radix(struct fel *fel, uint64_t until_ns, struct event *out) {
  if (fel->pending <= FEL_NEAR_MIN) {
    fel_to_near(fel);
    return fel_pop(fel, until_ns, out);
  }
  for (;;) {
    struct fel_bucket *zero = &fel->bucket[0];
    if (fel->head < zero->n) {
      if (fel->last_ns >= until_ns) return false;
      *out = zero->list[fel->head++];
      if (fel->head == zero->n) fel->head = zero->n = 0;
      fel->pending--;
      return true;
    }
    if (!fel->nonempty) return false;
    uint32_t b = 1 + (uint32_t)__builtin_ctzll(fel->nonempty);
    struct fel_bucket *bucket = &fel->bucket[b];
    if (bucket->n == 1) {
      if (bucket->list[0].time_ns >= until_ns) return false;
      *out = bucket->list[0];
      fel->last_ns = out->time_ns;
      bucket->n = 0;
      fel->nonempty &= fel->nonempty - 1;
      fel->pending--;
      return true;
    }
    if (!redistribute(fel, b, until_ns)) return false;
  }
}

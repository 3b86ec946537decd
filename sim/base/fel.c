#include "fel.h"

#include <stdlib.h>

#include "arena.h"

/* Below this many events a look at each owner costs more than moving the event. */
enum { FEL_SWEEP_MIN = 32 };

/* A bucket with so many events is swept when it is full. */
enum { FEL_SWEEP_FULL = 1024 };

/* A look that found less than a quarter dead was not worth it: skip this many. */
enum { FEL_SWEEPS_SKIPPED = 15 };

static void grow(struct fel_bucket *bucket) {
  bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 8;
  bucket->list = mem_grow(bucket->list, bucket->capacity, sizeof *bucket->list, "scheduled events",
                          "lower the load, bound queues, or shorten timeouts");
}

void fel_init(struct fel *fel, bool (*is_dead)(const void *, const struct event *),
              const void *owner) {
  memset(fel, 0, sizeof *fel);
  fel->near_limit_ns = UINT64_MAX;
  for (uint32_t i = 0; i < FEL_GUARDS; i++) fel->near[i].time_ns = UINT64_MAX;
  fel->near_end = fel->near + FEL_GUARDS;
  fel->is_dead = is_dead;
  fel->owner = owner;
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
  if (bucket->n - kept < bucket->n / 4) bucket->sweeps_to_skip = FEL_SWEEPS_SKIPPED;
  fel->far_n -= bucket->n - kept;
  bucket->n = kept;
}

/* A full bucket that is large is swept before it grows, and grows only if more than half of it
 * lives: timeouts of calls that were answered do not pile up until they are due. */
static __attribute__((cold, noinline)) void make_room(struct fel *fel, struct fel_bucket *bucket) {
  bool may_sweep = fel->is_dead && bucket->n >= FEL_SWEEP_FULL && bucket != &fel->bucket[0];
  if (may_sweep) sweep(fel, bucket);
  if (!may_sweep || bucket->n > bucket->capacity / 2) grow(bucket);
}

static inline void push(struct fel *fel, struct event event) {
  assert(event.time_ns >= fel->reference_ns);
  uint64_t differs = event.time_ns ^ fel->reference_ns;
  uint32_t b = differs ? 64 - (uint32_t)__builtin_clzll(differs) : 0;
  struct fel_bucket *bucket = &fel->bucket[b];
  if (__builtin_expect(bucket->n == bucket->capacity, 0)) make_room(fel, bucket);
  event_copy(&bucket->list[bucket->n++], &event);
  fel->nonempty |= b ? UINT64_C(1) << (b - 1) : 0;
  fel->far_n++;
}

void fel_push_far(struct fel *fel, struct event event) {
  push(fel, event);
}

static uint32_t lowest_bucket(const struct fel *fel) {
  return fel->bucket[0].n ? 0 : 1 + (uint32_t)__builtin_ctzll(fel->nonempty);
}

/* Empties the heap; returns its events in order of buckets, to be freed. */
static __attribute__((cold, noinline)) struct event *take_all(struct fel *fel, uint64_t *n) {
  struct event *list = mem_alloc(fel->far_n * sizeof *list);
  *n = 0;
  for (uint32_t b = 0; b <= 64; b++) {
    struct fel_bucket *bucket = &fel->bucket[b];
    for (uint32_t i = b ? 0 : fel->zero_head; i < bucket->n; i++) list[(*n)++] = bucket->list[i];
    bucket->n = 0;
  }
  fel->zero_head = 0;
  fel->far_n = fel->nonempty = 0;
  return list;
}

/* The heap's reference goes back to the time last popped. As a rule that moves no event that is in
 * the heap: all of them differ from both references in the same highest bit, because they lie
 * beyond the bucket from which the near future was taken, and the time last popped in it. Only when
 * the near future was made and nothing of it popped yet (a run that ended before it) may that time
 * lie before the bucket; then all are placed again. */
void fel_spill(struct fel *fel) {
  struct event *moved = NULL;
  uint64_t moved_n = 0;
  if (fel->far_n > 0) {
    uint32_t b = lowest_bucket(fel);
    uint64_t back = fel->reference_ns ^ fel->last_ns;
    if (back >> (b ? b - 1 : 0) != 0) moved = take_all(fel, &moved_n);
  }
  fel->reference_ns = fel->near_limit_ns = fel->last_ns;
  while (fel->near_end > fel->near + FEL_GUARDS) push(fel, *--fel->near_end); /* earliest first */
  for (uint64_t i = 0; i < moved_n; i++) push(fel, moved[i]);
  free(moved);
}

static void maybe_sweep(struct fel *fel, struct fel_bucket *bucket) {
  if (!fel->is_dead || bucket->n < FEL_SWEEP_MIN) return;
  if (bucket->sweeps_to_skip) {
    bucket->sweeps_to_skip--;
  } else {
    sweep(fel, bucket);
  }
}

/* The events of a bucket that are still in the heap. */
static uint32_t first_of(const struct fel *fel, uint32_t b) {
  return b ? 0 : fel->zero_head;
}

static void empty(struct fel *fel, uint32_t b) {
  fel->far_n -= fel->bucket[b].n - first_of(fel, b);
  fel->bucket[b].n = 0;
  if (b == 0) fel->zero_head = 0;
  if (b) fel->nonempty &= ~(UINT64_C(1) << (b - 1));
}

/* First time that is in no bucket up to b; UINT64_MAX stands for all time. */
static uint64_t bucket_end(const struct fel *fel, uint32_t b) {
  if (b == 0) return fel->reference_ns + 1;
  uint64_t prefix = fel->reference_ns >> (b - 1) | 1;
  return b == 64 ? UINT64_MAX : (prefix + 1) << (b - 1);
}

/* The bucket's events become the near future. */
static void take(struct fel *fel, uint32_t b) {
  struct fel_bucket *bucket = &fel->bucket[b];
  uint32_t i = first_of(fel, b), n = bucket->n;
  uint64_t end = bucket_end(fel, b);
  empty(fel, b);
  fel->near_limit_ns = UINT64_MAX; /* so that none of them goes back */
  for (; i < n; i++) {
    if (fel->soon && fel->far_n) fel->soon(fel->owner, &bucket->list[i], 0);
    fel_push(fel, bucket->list[i]);
  }
  if (fel->far_n) {
    fel->near_limit_ns = end;
    fel->reference_ns = end - 1;
  }
}

/* Moves the events of bucket b below it. */
static void redistribute(struct fel *fel, uint32_t b) {
  struct fel_bucket *bucket = &fel->bucket[b];
  const struct event *list = bucket->list;
  uint32_t n = bucket->n;
  uint64_t first = list[0].time_ns;
  for (uint32_t i = 1; i < n; i++) {
    if (list[i].time_ns < first) first = list[i].time_ns;
  }
  empty(fel, b);
  fel->reference_ns = first;
  for (uint32_t i = 0; i < n; i++) push(fel, list[i]); /* never this bucket */
}

/* Bucket 0 may hold any number of events of one instant; the near future takes them in pieces. What
 * is scheduled for this instant meanwhile queues behind the rest. */
static void take_some(struct fel *fel) {
  const struct event *list = fel->bucket[0].list + fel->zero_head;
  fel->near_limit_ns = UINT64_MAX;
  for (uint32_t i = 0; i < FEL_NEAR_FILL; i++) fel_push(fel, list[i]);
  fel->zero_head += FEL_NEAR_FILL;
  fel->far_n -= FEL_NEAR_FILL;
  fel->near_limit_ns = fel->reference_ns;
}

bool fel_refill(struct fel *fel) {
  while (fel->far_n > 0) {
    uint32_t b = lowest_bucket(fel);
    if (b) maybe_sweep(fel, &fel->bucket[b]);
    uint32_t n = fel->bucket[b].n - first_of(fel, b);
    if (n == 0) {
      empty(fel, b);
    } else if (n <= FEL_NEAR_FILL) {
      take(fel, b);
      return true;
    } else if (b == 0) {
      take_some(fel);
      return true;
    } else {
      redistribute(fel, b);
    }
  }
  fel->near_limit_ns = UINT64_MAX;
  return false;
}

void fel_visit(const struct fel *fel, void (*visit)(void *, const struct event *), void *context) {
  for (const struct event *e = fel->near + FEL_GUARDS; e < fel->near_end; e++) visit(context, e);
  for (uint32_t b = 0; b <= 64; b++) {
    const struct fel_bucket *bucket = &fel->bucket[b];
    for (uint32_t i = first_of(fel, b); i < bucket->n; i++) visit(context, &bucket->list[i]);
  }
}

void fel_drop(struct fel *fel, bool (*drop)(const void *, const struct event *),
              const void *context) {
  struct event *near_end = fel->near + FEL_GUARDS;
  for (const struct event *e = fel->near + FEL_GUARDS; e < fel->near_end; e++) {
    if (!drop(context, e)) *near_end++ = *e;
  }
  fel->near_end = near_end;
  for (uint32_t b = 0; b <= 64; b++) {
    struct fel_bucket *bucket = &fel->bucket[b];
    uint32_t kept = first_of(fel, b);
    for (uint32_t i = kept; i < bucket->n; i++) {
      if (!drop(context, &bucket->list[i])) bucket->list[kept++] = bucket->list[i];
    }
    fel->far_n -= bucket->n - kept;
    bucket->n = kept; /* an empty one is passed over when its turn comes */
  }
}

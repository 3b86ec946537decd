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
  for (uint32_t b = 0; b < FEL_BUCKETS; b++) free(fel->bucket[b].list);
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

/* Place and value of the highest digit in which a time differs from the reference; 0: none. */
static inline uint32_t bucket_of(uint64_t reference_ns, uint64_t time_ns) {
  uint64_t differs = time_ns ^ reference_ns;
  uint32_t place = (63 - (uint32_t)__builtin_clzll(differs | 1)) / FEL_DIGIT;
  uint32_t digit = (uint32_t)(time_ns >> place * FEL_DIGIT) % FEL_DIGITS;
  return differs ? place * FEL_DIGITS + digit : 0;
}

static inline void push(struct fel *fel, struct event event) {
  assert(event.time_ns >= fel->reference_ns);
  uint32_t b = bucket_of(fel->reference_ns, event.time_ns);
  struct fel_bucket *bucket = &fel->bucket[b];
  if (__builtin_expect(bucket->n == bucket->capacity, 0)) make_room(fel, bucket);
  event_copy(&bucket->list[bucket->n++], &event);
  fel->nonempty[b / 64] |= UINT64_C(1) << b % 64;
  fel->far_n++;
}

void fel_push_otherwise(struct fel *fel, uint64_t time_ns, uint64_t what) {
  if (time_ns >= fel->near_limit_ns) {
    push(fel, (struct event){time_ns, what});
  } else {
    fel_push_near(fel, (struct event){time_ns, what});
    fel_spill(fel); /* it is full now */
  }
}

/* The heap is not empty. */
static uint32_t lowest_bucket(const struct fel *fel) {
  uint32_t word = 0;
  while (fel->nonempty[word] == 0) word++;
  return word * 64 + (uint32_t)__builtin_ctzll(fel->nonempty[word]);
}

/* The bits of a time below the digit that the bucket stands for. */
static uint32_t bits_of(uint32_t b) {
  return b / FEL_DIGITS * FEL_DIGIT;
}

/* Empties the heap; returns its events in order of buckets, to be freed. */
static __attribute__((cold, noinline)) struct event *take_all(struct fel *fel, uint64_t *n) {
  struct event *list = mem_alloc(fel->far_n * sizeof *list);
  *n = 0;
  for (uint32_t b = 0; b < FEL_BUCKETS; b++) {
    struct fel_bucket *bucket = &fel->bucket[b];
    for (uint32_t i = b ? 0 : fel->zero_head; i < bucket->n; i++) list[(*n)++] = bucket->list[i];
    bucket->n = 0;
  }
  fel->zero_head = 0;
  fel->far_n = 0;
  memset(fel->nonempty, 0, sizeof fel->nonempty);
  return list;
}

/* The heap's reference goes back to the time last popped. As a rule that moves no event that is in
 * the heap: it is in its bucket for a digit that is greater than the reference's, so than that of
 * an earlier time, and all above are the same, because the time last popped lies in one of the
 * buckets from which the near future was taken, or in front of them. Only when the near future was
 * made and nothing of it popped yet (a run that ended before it) may the times differ above; then
 * all are placed again. */
void fel_spill(struct fel *fel) {
  struct event *moved = NULL;
  uint64_t moved_n = 0;
  if (fel->far_n > 0) {
    uint32_t b = lowest_bucket(fel);
    uint64_t back = fel->reference_ns ^ fel->last_ns;
    uint32_t differing = b ? bits_of(b) + FEL_DIGIT : 0; /* bits in which they may differ */
    if (differing < 64 && back >> differing != 0) moved = take_all(fel, &moved_n);
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
  fel->nonempty[b / 64] &= ~(UINT64_C(1) << b % 64);
}

/* First time that is in no bucket up to b; UINT64_MAX stands for all time. */
static uint64_t bucket_end(const struct fel *fel, uint32_t b) {
  if (b == 0) return fel->reference_ns + 1;
  uint64_t digits = fel->reference_ns >> bits_of(b);
  uint64_t end = ((digits | (FEL_DIGITS - 1)) - (FEL_DIGITS - 1) + b % FEL_DIGITS + 1)
                 << bits_of(b);
  return end ? end : UINT64_MAX;
}

/* The heap's first events, FEL_NEAR_FILL at most and those of its lowest bucket at least, become
 * the near future. The latest go first, so that the others have no way to go past them. */
static void take(struct fel *fel) {
  uint32_t chosen[FEL_NEAR_FILL + 1], buckets = 0, n = 0;
  uint64_t end = 0;
  while (fel->far_n > 0 && buckets <= FEL_NEAR_FILL) {
    uint32_t b = lowest_bucket(fel), more = fel->bucket[b].n - first_of(fel, b);
    if (n + more > FEL_NEAR_FILL) break;
    n += more;
    end = bucket_end(fel, b);
    chosen[buckets++] = b;
    fel->far_n -= more;
    fel->nonempty[b / 64] &= ~(UINT64_C(1) << b % 64);
  }
  fel->near_limit_ns = UINT64_MAX; /* so that none of them goes back */
  while (buckets-- > 0) {
    struct fel_bucket *bucket = &fel->bucket[chosen[buckets]];
    for (uint32_t i = first_of(fel, chosen[buckets]); i < bucket->n; i++) {
      fel_push(fel, bucket->list[i]);
    }
    bucket->n = 0;
    if (chosen[buckets] == 0) fel->zero_head = 0;
  }
  if (fel->far_n) {
    fel->near_limit_ns = end;
    fel->reference_ns = end - 1;
    if (fel->soon) fel->soon(fel->owner, fel->near + FEL_GUARDS, fel_near_n(fel));
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
  if (fel->later && n <= FEL_LATER_MAX) fel->later(fel->owner, list, n);
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
      take(fel);
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
  for (uint32_t b = 0; b < FEL_BUCKETS; b++) {
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
  for (uint32_t b = 0; b < FEL_BUCKETS; b++) {
    struct fel_bucket *bucket = &fel->bucket[b];
    uint32_t kept = first_of(fel, b);
    for (uint32_t i = kept; i < bucket->n; i++) {
      if (!drop(context, &bucket->list[i])) bucket->list[kept++] = bucket->list[i];
    }
    fel->far_n -= bucket->n - kept;
    bucket->n = kept; /* an empty one is passed over when its turn comes */
  }
}

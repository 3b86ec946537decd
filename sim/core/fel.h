/* The event list: pending events in order of time, equal times in the order of scheduling.
 *
 * A monotone radix heap over integer time. An event is in bucket b when b - 1 is the highest bit in
 * which its time differs from the time last popped (bucket 0: equal). Buckets are plain arrays.
 * When the lowest bucket that is not empty is reached, its earliest time becomes the last popped
 * time and its events move, in order, to lower buckets. Two events of the same time are always in
 * the same bucket, and moves keep their order, so ties stay first-in first-out without a sequence
 * number. Scheduling before the last popped time is a programmer's mistake.
 *
 * Cancellation is lazy: events carry a stamp which their owner compares. While a large bucket is
 * redistributed, events whose owner says that they are dead are dropped.
 */
#ifndef FEL_H
#define FEL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct event {
  uint64_t time_ns;
  uint32_t ref; /* kind in the low 4 bits, slot or member above */
  uint32_t arg; /* stamp, or what the kind of event wants */
};

struct fel_bucket {
  struct event *list;
  uint32_t n, capacity;
};

struct fel {
  uint64_t last_ns;  /* time of the event last popped */
  uint64_t nonempty; /* bit b - 1: bucket b holds events (b = 1 .. 64) */
  uint32_t head;     /* first event of bucket 0 not yet popped */
  uint64_t pending;  /* events held, dead ones included */
  /* Says whether an event may be dropped unseen; NULL: none. */
  bool (*is_dead)(const void *owner, const struct event *event);
  const void *owner;
  struct fel_bucket bucket[65];
};

void fel_init(struct fel *fel, bool (*is_dead)(const void *, const struct event *),
              const void *owner);
void fel_free(struct fel *fel);

void fel_grow(struct fel_bucket *bucket); /* makes room for one more */

static inline uint32_t fel_bucket_of(const struct fel *fel, uint64_t time_ns) {
  uint64_t differs = time_ns ^ fel->last_ns;
  return differs ? 64 - (uint32_t)__builtin_clzll(differs) : 0;
}

static inline void fel_push(struct fel *fel, struct event event) {
  assert(event.time_ns >= fel->last_ns);
  uint32_t b = fel_bucket_of(fel, event.time_ns);
  struct fel_bucket *bucket = &fel->bucket[b];
  if (__builtin_expect(bucket->n == bucket->capacity, 0)) fel_grow(bucket);
  bucket->list[bucket->n++] = event;
  fel->nonempty |= b ? UINT64_C(1) << (b - 1) : 0;
  fel->pending++;
}

/* Moves the bucket's events below it; false when the earliest of them is not before `until`. */
bool fel_redistribute(struct fel *fel, uint32_t b, uint64_t until_ns);

/* Pops the earliest event if it lies before `until_ns`. */
static inline bool fel_pop(struct fel *fel, uint64_t until_ns, struct event *out) {
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
    if (!fel_redistribute(fel, b, until_ns)) return false;
  }
}

#endif

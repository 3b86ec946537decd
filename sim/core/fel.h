/* The event list: pending events in order of time, equal times in the order of scheduling.
 *
 * Two structures, one in use at a time. While few events are pending they stand in one sorted
 * array, the earliest at its end: nothing beats insertion sort there. When it is full everything
 * moves to a monotone radix heap over integer time, and back when few are left.
 *
 * Radix heap: an event is in bucket b when b - 1 is the highest bit in which its time differs from
 * the time last popped (bucket 0: equal). Buckets are plain arrays. When the lowest bucket that is
 * not empty is reached, its earliest time becomes the last popped time and its events move, in
 * order, to lower buckets. Two events of the same time are always in the same bucket, and moves
 * keep their order, so ties stay first-in first-out without a sequence number. Scheduling before
 * the last popped time is a programmer's mistake.
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
  uint64_t what; /* low half: kind in the lowest 4 bits, slot or member above; high half: stamp, or
                    what that kind of event wants */
};

/* Two words, and copied word by word: a 16-byte load right after two smaller stores would wait for
 * the store buffer. */
static inline struct event event_make(uint64_t time_ns, uint32_t ref, uint32_t arg) {
  return (struct event){time_ns, (uint64_t)arg << 32 | ref};
}

static inline uint32_t event_ref(const struct event *event) {
  return (uint32_t)event->what;
}

static inline uint32_t event_arg(const struct event *event) {
  return (uint32_t)(event->what >> 32);
}

static inline void event_copy(struct event *to, const struct event *from) {
  to->time_ns = from->time_ns;
  to->what = from->what;
}

struct fel_bucket {
  struct event *list;
  uint32_t n, capacity;
};

enum {
  FEL_NEAR_MAX = 24, /* the sorted array holds no more; measured, see scripts/bench */
  FEL_NEAR_MIN = 6,  /* the radix heap hands back to it when no more are pending */
};

struct fel {
  bool radix; /* which of the two is in use */
  uint32_t near_n;
  struct event near[FEL_NEAR_MAX]; /* latest first */
  uint64_t last_ns;                /* time of the event last popped */
  uint64_t nonempty;               /* bit b - 1: bucket b holds events (b = 1 .. 64) */
  uint32_t head;                   /* first event of bucket 0 not yet popped */
  uint64_t pending;                /* events held, dead ones included */
  /* Says whether an event may be dropped unseen; NULL: none. */
  bool (*is_dead)(const void *owner, const struct event *event);
  const void *owner;
  uint32_t sweeps_to_skip; /* the last look found few dead events */
  struct fel_bucket bucket[65];
};

void fel_init(struct fel *fel, bool (*is_dead)(const void *, const struct event *),
              const void *owner);
void fel_free(struct fel *fel);

__attribute__((noinline)) void fel_push_radix(struct fel *fel, struct event event);

/* Moves everything to the radix heap. */
__attribute__((noinline)) void fel_to_radix(struct fel *fel);

static inline void fel_push(struct fel *fel, struct event event) {
  if (fel->radix) {
    fel_push_radix(fel, event);
    return;
  }
  struct event *at = &fel->near[fel->near_n++];
  for (; at > fel->near && at[-1].time_ns <= event.time_ns; at--) event_copy(at, at - 1);
  event_copy(at, &event);
  if (__builtin_expect(fel->near_n == FEL_NEAR_MAX, 0)) fel_to_radix(fel);
}

/* Moves what is left to the sorted array, if that is little. */
__attribute__((noinline)) void fel_to_near(struct fel *fel);

__attribute__((noinline)) bool fel_pop_radix(struct fel *fel, uint64_t until_ns, struct event *out);

/* Events held, dead ones included. */
static inline uint64_t fel_pending(const struct fel *fel) {
  return fel->radix ? fel->pending : fel->near_n;
}

/* Pops the earliest event if it lies before `until_ns`. */
static inline bool fel_pop(struct fel *fel, uint64_t until_ns, struct event *out) {
  if (!fel->radix) {
    if (fel->near_n == 0 || fel->near[fel->near_n - 1].time_ns >= until_ns) return false;
    event_copy(out, &fel->near[--fel->near_n]);
    fel->last_ns = out->time_ns;
    return true;
  }
  return fel_pop_radix(fel, until_ns, out);
}

#endif

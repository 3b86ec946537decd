/* The event list: pending events in order of time, equal times in the order of scheduling.
 *
 * Two parts. The near future stands in a small sorted array, the earliest event at its end: nothing
 * beats insertion sort there, and while few events are pending it holds them all. What lies beyond
 * its limit stands in a monotone radix heap over integer time, written in digits of four bits:
 * which bucket an event is in, the highest digit says in which its time differs from a reference
 * time that never decreases while the heap is filled, by its place and what it is (bucket 0: none
 * differs). Buckets are plain arrays, the lower before the higher. When the array is empty the
 * lowest buckets that fit become the near future; if not even the first does, its events move, in
 * order, to lower buckets. When the array is full it goes back into the heap.
 *
 * Two events of the same time are always in the same part and the same bucket, and moves keep their
 * order, so ties stay first-in first-out without a sequence number.
 *
 * Chosen by measurement (`scripts/bench`, one core of a shared EPYC, hold model with exponential
 * times, ns a hold; "dead": each event also schedules a timeout that is dead when it comes up; with
 * digits of one bit, see docs/performance.md for what four changed):
 *
 *   pending            4-ary heap   radix heap   this
 *        10               20.7         21.9      11.5
 *    10,000               74.6         37.0      39.7
 * 1,000,000              503.1         55.2      55.8
 *        10, dead         95.3         23.6      23.5
 *    10,000, dead        337.8         38.2      58.9
 * 1,000,000, dead        834.0         93.7     110.3
 *
 * Cancellation is lazy: events carry a stamp which their owner compares. When a large bucket is
 * full or is redistributed, events whose owner says that they are dead are dropped. */
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

static inline struct event event_make(uint64_t time_ns, uint32_t ref, uint32_t arg) {
  return (struct event){time_ns, (uint64_t)arg << 32 | ref};
}

static inline uint32_t event_ref(const struct event *event) {
  return (uint32_t)event->what;
}

static inline uint32_t event_arg(const struct event *event) {
  return (uint32_t)(event->what >> 32);
}

/* Word by word: a 16-byte load right after two smaller stores would wait for the store buffer. */
static inline void event_copy(struct event *to, const struct event *from) {
  to->time_ns = from->time_ns;
  to->what = from->what;
}

enum {
  FEL_DIGIT = 4, /* bits: more move an event less often, and have more buckets to keep */
  FEL_DIGITS = 1 << FEL_DIGIT,
  FEL_BUCKETS = 64 / FEL_DIGIT * FEL_DIGITS,
};

struct fel_bucket {
  struct event *list;
  uint32_t n, capacity;
  uint32_t sweeps_to_skip; /* the last look found few dead events here */
};

enum {
  FEL_NEAR_MAX = 48,  /* the sorted array is full */
  FEL_NEAR_FILL = 24, /* at most this many become the near future at once */
  FEL_GUARDS = 2,     /* what fel_push looks at before it knows that it need not */
  /* So many events' data stay in the processor's cache until they are due; of a bucket with more,
   * those that follow it are still so large that they are told of. */
  FEL_LATER_MAX = FEL_DIGITS * FEL_NEAR_FILL,
};

struct fel {
  uint64_t near_limit_ns; /* all events before it are in `near`, all others in the heap */
  uint64_t last_ns;       /* time of the event last popped */
  struct event *near_end; /* behind the earliest event of `near` */
  struct event near[FEL_GUARDS + FEL_NEAR_MAX]; /* guards, later than any; then latest first */
  uint64_t reference_ns;                        /* of the heap */
  uint64_t nonempty[FEL_BUCKETS / 64];          /* a bit for each bucket that may hold events */
  uint32_t zero_head;                           /* first event of bucket 0 not yet taken */
  uint64_t far_n;                               /* events in the heap, dead ones included */
  /* Says whether an event may be dropped unseen; NULL: none. */
  bool (*is_dead)(const void *owner, const struct event *event);
  /* Told of the n events that are the near future from now on: a chance to fetch into the
   * processor's cache what they will need. Not called while these are all. NULL: nobody cares. */
  void (*soon)(const void *owner, const struct event *event, uint32_t n);
  /* Told of events that come after those, in no order: some dozens up to FEL_LATER_MAX. */
  void (*later)(const void *owner, const struct event *event, uint32_t n);
  const void *owner;
  struct fel_bucket bucket[FEL_BUCKETS];
};

void fel_init(struct fel *fel, bool (*is_dead)(const void *, const struct event *),
              const void *owner);
void fel_free(struct fel *fel);

/* Where the event belongs if it does not go straight into the near future. In two words: a struct
 * would come through memory, to be read at once, which waits for the stores. */
__attribute__((noinline)) void fel_push_otherwise(struct fel *fel, uint64_t time_ns, uint64_t what);

/* Moves the near future back to the heap. */
__attribute__((noinline)) void fel_spill(struct fel *fel);

/* Whether an event of this time goes into the near future and leaves room there: so what follows
 * calls no function, and who does nothing else needs to save no registers. */
static inline bool fel_is_near(const struct fel *fel, uint64_t time_ns) {
  return __builtin_expect(time_ns < fel->near_limit_ns, 1) &&
         __builtin_expect(fel->near_end < fel->near + FEL_GUARDS + FEL_NEAR_MAX - 1, 1);
}

/* Puts two events in order: `late` is not before `early`. Which one comes first nobody can
 * foretell, so this is no branch. */
static inline void fel_order_plain(struct event *early, struct event *late) {
  uint64_t all = 0 - (uint64_t)(early->time_ns >= late->time_ns);
  uint64_t time_swap = (early->time_ns ^ late->time_ns) & all;
  uint64_t what_swap = (early->what ^ late->what) & all;
  early->time_ns ^= time_swap;
  early->what ^= what_swap;
  late->time_ns ^= time_swap;
  late->what ^= what_swap;
}

/* The same by conditional moves, which compilers do not make of it (8 % of a run of M/M/1). */
#ifdef __x86_64__
static inline void fel_order(struct event *early, struct event *late) {
  uint64_t kept;
  __asm__(
      "cmp %[late_ns], %[early_ns]\n\t"
      "mov %[early_ns], %[kept]\n\t"
      "cmovae %[late_ns], %[early_ns]\n\t"
      "cmovae %[kept], %[late_ns]\n\t"
      "mov %[early_what], %[kept]\n\t"
      "cmovae %[late_what], %[early_what]\n\t"
      "cmovae %[kept], %[late_what]"
      : [early_ns] "+r"(early->time_ns), [early_what] "+r"(early->what),
        [late_ns] "+r"(late->time_ns), [late_what] "+r"(late->what), [kept] "=&r"(kept)
      :
      : "cc");
}
#else
static inline void fel_order(struct event *early, struct event *late) {
  fel_order_plain(early, late);
}
#endif

/* fel_push of an event for which fel_is_near. */
static inline void fel_push_near(struct fel *fel, struct event event) {
  struct event *at = fel->near_end++, early = event, late = at[-1];
  bool much_later = at[-2].time_ns <= event.time_ns;
  fel_order(&early, &late); /* of equal times the one that was there is the earlier */
  event_copy(at, &early);
  event_copy(at - 1, &late);
  if (much_later) {
    for (at--; at[-1].time_ns <= event.time_ns; at--) event_copy(at, at - 1);
    event_copy(at, &event);
  }
}

/* Schedules an event, not before the last one popped (a programmer's mistake that sim_run sees). */
static inline void fel_push(struct fel *fel, struct event event) {
  if (fel_is_near(fel, event.time_ns)) {
    fel_push_near(fel, event);
  } else {
    fel_push_otherwise(fel, event.time_ns, event.what);
  }
}

/* Makes the heap's earliest events the near future; false if there are none. */
__attribute__((noinline)) bool fel_refill(struct fel *fel);

/* Of them those in the near future. */
static inline uint32_t fel_near_n(const struct fel *fel) {
  return (uint32_t)(fel->near_end - fel->near) - FEL_GUARDS;
}

/* Events held, dead ones included. */
static inline uint64_t fel_pending(const struct fel *fel) {
  return fel_near_n(fel) + fel->far_n;
}

/* Shows every event held, dead ones included, in no particular order. */
void fel_visit(const struct fel *fel, void (*visit)(void *context, const struct event *event),
               void *context);

/* Drops the events of which `drop` says so. Takes a look at each: for rare occasions. */
void fel_drop(struct fel *fel, bool (*drop)(const void *context, const struct event *event),
              const void *context);

/* Pops the earliest event if it lies before `until_ns`. */
static inline bool fel_pop(struct fel *fel, uint64_t until_ns, struct event *out) {
  struct event *next = fel->near_end - 1;
  while (__builtin_expect(next->time_ns >= until_ns, 0)) {
    if (next >= fel->near + FEL_GUARDS || !fel_refill(fel)) return false; /* else there was none */
    next = fel->near_end - 1;
  }
  event_copy(out, next);
  fel->near_end = next;
  fel->last_ns = out->time_ns;
  return true;
}

#endif

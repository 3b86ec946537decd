/* Event lists side by side: an implicit 4-ary heap with branch-free choice of the least child, a
 * plain monotone radix heap, and the engine's (a sorted near future before a radix heap).
 *
 * Hold model: each event popped schedules its successor after an exponential time. With timeouts,
 * it also schedules one twenty mean times away, which is dead long before it comes up: a stamp says
 * so. Prints nanoseconds a hold, the least of several rounds.
 *
 * usage: event_lists [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fel.h"
#include "ziggurat.h"

enum list { HEAP, RADIX, ENGINE };
static const char *const list_name[] = {"4-ary heap", "radix heap", "engine"};

struct heap_event {
  struct event event;
  uint64_t order;
};

struct bench {
  uint32_t *stamp; /* by slot */
  struct heap_event *heap;
  uint64_t heap_n, heap_room, order;
  struct fel fel; /* ENGINE */
  struct radix {  /* RADIX; bucket b > 0: b - 1 is the highest bit that differs */
    uint64_t reference_ns, nonempty;
    uint32_t zero_head;
    struct fel_bucket bucket[65];
  } radix;
};

static bool is_dead(const void *owner, const struct event *event) {
  const struct bench *b = owner;
  return event_ref(event) & 1 && b->stamp[event_ref(event) >> 4] != event_arg(event);
}

/* --- 4-ary heap ----------------------------------------------------------------------------- */

static inline bool earlier(const struct heap_event *a, const struct heap_event *b) {
  return (a->event.time_ns < b->event.time_ns) |
         ((a->event.time_ns == b->event.time_ns) & (a->order < b->order));
}

static inline void heap_push(struct bench *b, struct event event) {
  if (b->heap_n == b->heap_room) {
    b->heap_room = b->heap_room ? 2 * b->heap_room : 1024;
    b->heap = realloc(b->heap, b->heap_room * sizeof *b->heap);
  }
  struct heap_event new = {event, b->order++};
  uint64_t i = b->heap_n++;
  for (; i > 0 && earlier(&new, &b->heap[(i - 1) / 4]); i = (i - 1) / 4) {
    b->heap[i] = b->heap[(i - 1) / 4];
  }
  b->heap[i] = new;
}

static inline struct event heap_pop(struct bench *b) {
  struct event top = b->heap[0].event;
  struct heap_event last = b->heap[--b->heap_n];
  uint64_t i = 0;
  for (uint64_t child; (child = 4 * i + 1) + 3 < b->heap_n;) {
    uint64_t left = child + earlier(&b->heap[child + 1], &b->heap[child]);
    uint64_t right = child + 2 + earlier(&b->heap[child + 3], &b->heap[child + 2]);
    uint64_t least = earlier(&b->heap[right], &b->heap[left]) ? right : left;
    if (!earlier(&b->heap[least], &last)) break;
    b->heap[i] = b->heap[least];
    i = least;
  }
  for (uint64_t child; (child = 4 * i + 1) < b->heap_n;) { /* the last, incomplete family */
    uint64_t least = child;
    for (uint64_t k = child + 1; k < b->heap_n && k < child + 4; k++) {
      if (earlier(&b->heap[k], &b->heap[least])) least = k;
    }
    if (!earlier(&b->heap[least], &last)) break;
    b->heap[i] = b->heap[least];
    i = least;
  }
  b->heap[i] = last;
  return top;
}

/* --- plain radix heap ------------------------------------------------------------------------ */

static inline void radix_push(struct bench *b, struct event event) {
  uint64_t differs = event.time_ns ^ b->radix.reference_ns;
  uint32_t k = differs ? 64 - (uint32_t)__builtin_clzll(differs) : 0;
  struct fel_bucket *bucket = &b->radix.bucket[k];
  if (bucket->n == bucket->capacity) {
    bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 8;
    bucket->list = realloc(bucket->list, bucket->capacity * sizeof *bucket->list);
  }
  bucket->list[bucket->n++] = event;
  b->radix.nonempty |= k ? UINT64_C(1) << (k - 1) : 0;
}

static void radix_redistribute(struct bench *b) {
  uint32_t k = 1 + (uint32_t)__builtin_ctzll(b->radix.nonempty);
  struct fel_bucket *bucket = &b->radix.bucket[k];
  uint64_t first = UINT64_MAX;
  uint32_t n = 0;
  for (uint32_t i = 0; i < bucket->n; i++) { /* drops dead events as the engine does */
    if (bucket->n >= 32 && is_dead(b, &bucket->list[i])) continue;
    bucket->list[n++] = bucket->list[i];
    if (bucket->list[n - 1].time_ns < first) first = bucket->list[n - 1].time_ns;
  }
  b->radix.nonempty &= b->radix.nonempty - 1;
  bucket->n = 0;
  if (n) b->radix.reference_ns = first;
  for (uint32_t i = 0; i < n; i++) radix_push(b, bucket->list[i]);
}

static inline struct event radix_pop(struct bench *b) {
  struct fel_bucket *zero = &b->radix.bucket[0];
  while (b->radix.zero_head == zero->n) {
    zero->n = b->radix.zero_head = 0;
    radix_redistribute(b);
  }
  return zero->list[b->radix.zero_head++];
}

/* --- the loads ------------------------------------------------------------------------------ */

static inline __attribute__((always_inline)) void push(struct bench *b, enum list list,
                                                       struct event event) {
  if (list == HEAP) heap_push(b, event);
  if (list == RADIX) radix_push(b, event);
  if (list == ENGINE) fel_push(&b->fel, event);
}

static inline __attribute__((always_inline)) struct event pop(struct bench *b, enum list list) {
  struct event event = {0};
  if (list == HEAP) return heap_pop(b);
  if (list == RADIX) return radix_pop(b);
  fel_pop(&b->fel, UINT64_MAX, &event);
  return event;
}

enum { TIMES = 1 << 16 };

static inline __attribute__((always_inline)) double drive(enum list list, uint32_t n, bool timeouts,
                                                          const uint64_t *times) {
  struct bench b = {.stamp = calloc(n, sizeof *b.stamp)};
  uint64_t holds = n > 100000 ? 3000000 : 5000000, done = 0, draw = 0, mean_ns = times[TIMES];
  fel_init(&b.fel, is_dead, &b);
  for (uint32_t i = 0; i < n; i++) push(&b, list, event_make(times[draw++ % TIMES], i << 4, 0));
  clock_t begin = 0;
  while (done < holds + n) {
    if (done == n && !begin) begin = clock(); /* every event has been replaced once */
    struct event event = pop(&b, list);
    uint32_t slot = event_ref(&event) >> 4;
    if (event_ref(&event) & 1) continue; /* a timeout: dead by construction */
    done++;
    push(&b, list, event_make(event.time_ns + times[draw++ % TIMES], slot << 4, 0));
    if (!timeouts) continue;
    b.stamp[slot]++;
    push(&b, list, event_make(event.time_ns + 20 * mean_ns, slot << 4 | 1, b.stamp[slot]));
  }
  double ns = (double)(clock() - begin) / CLOCKS_PER_SEC * 1e9 / (double)holds;
  free(b.stamp);
  free(b.heap);
  fel_free(&b.fel);
  return ns;
}

static double measure(enum list list, uint32_t n, bool timeouts, const uint64_t *times) {
  if (list == HEAP) return drive(HEAP, n, timeouts, times);
  if (list == RADIX) return drive(RADIX, n, timeouts, times);
  return drive(ENGINE, n, timeouts, times);
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 3;
  uint64_t *times = malloc((TIMES + 1) * sizeof *times);
  struct draws draws = draws_begin((struct stream){.key = 5}, 7, 0);
  times[TIMES] = 10000000;
  for (int i = 0; i < TIMES; i++) times[i] = (uint64_t)(zig_exponential(&draws) * 1e7);
  printf("%-24s %10s %10s %10s   ns a hold\n", "pending", list_name[0], list_name[1], list_name[2]);
  for (int timeouts = 0; timeouts <= 1; timeouts++) {
    for (uint32_t n = 10; n <= 1000000; n = n == 10 ? 10000 : 100 * n) {
      double best[3] = {0};
      for (int round = 0; round < rounds; round++) {
        for (enum list list = HEAP; list <= ENGINE; list++) {
          double ns = measure(list, n, timeouts, times);
          if (round == 0 || ns < best[list]) best[list] = ns;
        }
      }
      printf("%7u%-17s %10.1f %10.1f %10.1f\n", n, timeouts ? ", dead timeouts" : "", best[HEAP],
             best[RADIX], best[ENGINE]);
    }
  }
  free(times);
  return 0;
}

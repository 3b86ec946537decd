/* Aim: the event list gives events back in order of time, equal times in the order of scheduling,
 * and loses none but dead ones, whichever of its two parts holds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "fel.h"
#include "rng.h"

#define SEED UINT64_C(20250110)
#define FAR (UINT64_C(1) << 62)

static struct draws seeded(const char *purpose) {
  print_message("seed %llu, purpose %s\n", (unsigned long long)SEED, purpose);
  return draws_begin(rng_stream(SEED, 0, "test_fel", purpose), 0, 0);
}

/* --- the oracle: a binary heap over (time, number of the event) ----------------------------- */

struct oracle {
  uint32_t n, capacity;
  struct event *heap;
};

static bool before(const struct event *a, const struct event *b) {
  return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->what < b->what);
}

static void oracle_push(struct oracle *o, struct event event) {
  if (o->n == o->capacity) {
    o->capacity = o->capacity ? 2 * o->capacity : 64;
    o->heap = mem_resize(o->heap, o->capacity * sizeof *o->heap);
  }
  uint32_t i = o->n++;
  for (; i > 0 && before(&event, &o->heap[(i - 1) / 2]); i = (i - 1) / 2) {
    o->heap[i] = o->heap[(i - 1) / 2];
  }
  o->heap[i] = event;
}

static struct event oracle_pop(struct oracle *o) {
  struct event first = o->heap[0], last = o->heap[--o->n];
  uint32_t i = 0;
  for (uint32_t child; (child = 2 * i + 1) < o->n; i = child) {
    if (child + 1 < o->n && before(&o->heap[child + 1], &o->heap[child])) child++;
    if (!before(&o->heap[child], &last)) break;
    o->heap[i] = o->heap[child];
  }
  o->heap[i] = last;
  return first;
}

/* --- the event list beside it --------------------------------------------------------------- */

struct pair {
  struct fel fel;
  struct oracle oracle;
  uint64_t now_ns, made;
  bool was_near, was_far; /* one of both parts, or both, held events */
};

static void pair_begin(struct pair *p) {
  memset(p, 0, sizeof *p);
  fel_init(&p->fel, NULL, NULL);
}

static void pair_end(struct pair *p) {
  fel_free(&p->fel);
  free(p->oracle.heap);
}

static void pair_push(struct pair *p, uint64_t time_ns) {
  struct event event = {time_ns, p->made++};
  fel_push(&p->fel, event);
  oracle_push(&p->oracle, event);
  *(p->fel.far_n ? &p->was_far : &p->was_near) = true;
  if (fel_pending(&p->fel) != p->oracle.n) {
    fail_msg("%llu pending, expected %u", (unsigned long long)fel_pending(&p->fel), p->oracle.n);
  }
}

/* Pops from both; false when there is nothing before `until_ns`. */
static bool pair_pop(struct pair *p, uint64_t until_ns) {
  struct event got = {0, 0};
  bool any = fel_pop(&p->fel, until_ns, &got);
  bool want = p->oracle.n > 0 && p->oracle.heap[0].time_ns < until_ns;
  if (any != want) {
    fail_msg("an event before %llu: %d, expected %d", (unsigned long long)until_ns, any, want);
  }
  if (!any) return false;
  struct event expected = oracle_pop(&p->oracle);
  if (got.time_ns != expected.time_ns || got.what != expected.what) {
    fail_msg("event %llu at %llu came, expected event %llu at %llu", (unsigned long long)got.what,
             (unsigned long long)got.time_ns, (unsigned long long)expected.what,
             (unsigned long long)expected.time_ns);
  }
  p->now_ns = got.time_ns;
  *(p->fel.far_n ? &p->was_far : &p->was_near) = true;
  return true;
}

struct seen {
  uint64_t n, sum, times;
};

static void see(void *context, const struct event *event) {
  struct seen *seen = context;
  seen->n++;
  seen->sum += event->what;
  seen->times ^= event->time_ns;
}

/* A visit shows exactly the events that are held. */
static void check_visit(const struct pair *p) {
  struct seen got = {0}, want = {0};
  fel_visit(&p->fel, see, &got);
  for (uint32_t i = 0; i < p->oracle.n; i++) see(&want, &p->oracle.heap[i]);
  assert_true(got.n == want.n && got.sum == want.sum && got.times == want.times);
}

/* How far ahead events are scheduled. */
enum spread { TIES, CLOSE, MIXED, HUGE_STEPS, SPREADS };

static uint64_t ahead(struct draws *draws, enum spread spread, uint64_t now_ns) {
  switch (spread) {
    case TIES:
      return now_ns + draws_below(draws, 3);
    case CLOSE:
      return now_ns + draws_below(draws, 1000);
    case MIXED: /* all magnitudes, zero often */
      return now_ns + (draws_next(draws) >> (20 + draws_below(draws, 44)));
    case HUGE_STEPS: /* anywhere up to 2^62, in big steps first */
    case SPREADS:
      break;
  }
  return now_ns < FAR ? now_ns + draws_below(draws, FAR - now_ns) : now_ns;
}

/* Aim: n events pushed at once come back as a stable sort has them, for n around every limit of the
 * list and all kinds of times. */
static void test_stable_order(void **state) {
  (void)state;
  struct draws draws = seeded("stable order");
  const uint32_t sizes[] = {0,  1,  2,  7,  8,  15, 16,  17,   18,   31,
                            32, 33, 34, 63, 64, 65, 100, 1000, 50000};
  for (int spread = 0; spread < SPREADS; spread++) {
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      struct pair p;
      pair_begin(&p);
      for (uint32_t k = 0; k < sizes[i]; k++) pair_push(&p, ahead(&draws, (enum spread)spread, 0));
      for (uint32_t k = 0; k < sizes[i]; k++) assert_true(pair_pop(&p, UINT64_MAX));
      assert_false(pair_pop(&p, UINT64_MAX));
      assert_int_equal(fel_pending(&p.fel), 0);
      pair_end(&p);
    }
  }
}

/* Aim: with the number pending going up and down through the limits between the sorted array and
 * the heap, pushes and pops mixed, the order stays. */
static void test_crossing(void **state) {
  (void)state;
  struct draws draws = seeded("crossing");
  for (int spread = 0; spread < SPREADS; spread++) {
    struct pair p;
    pair_begin(&p);
    uint32_t crossings = 0;
    for (int wave = 0; wave < 400; wave++) {
      uint64_t high = FEL_NEAR_FILL + draws_below(&draws, wave % 10 ? 2 * FEL_NEAR_MAX : 300);
      uint64_t low = draws_below(&draws, FEL_NEAR_FILL + 4);
      while (p.oracle.n < high) { /* rises: two pushes for a pop */
        pair_push(&p, ahead(&draws, (enum spread)spread, p.now_ns));
        pair_push(&p, ahead(&draws, (enum spread)spread, p.now_ns));
        assert_true(pair_pop(&p, UINT64_MAX));
      }
      crossings += p.fel.far_n > 0;
      check_visit(&p);
      while (p.oracle.n > low) { /* falls */
        assert_true(pair_pop(&p, UINT64_MAX));
        if (draws_below(&draws, 3) == 0) {
          pair_push(&p, ahead(&draws, (enum spread)spread, p.now_ns));
        }
      }
      check_visit(&p);
    }
    assert_true(p.was_near && p.was_far && crossings > 100);
    pair_end(&p);
  }
}

/* Aim: whatever is pending when the sorted array goes over to the heap, an event may still be
 * scheduled before all of it, as long as it is not in the past. */
static void test_early_event_after_spill(void **state) {
  (void)state;
  for (uint64_t popped = 0; popped <= 1; popped++) {
    struct pair p;
    pair_begin(&p);
    if (popped) {
      pair_push(&p, 500);
      assert_true(pair_pop(&p, UINT64_MAX));
    }
    for (uint64_t i = 0; i < FEL_NEAR_MAX + 3; i++) pair_push(&p, 1000000 + i);
    assert_true(p.fel.far_n > 0);
    pair_push(&p, 500);
    pair_push(&p, 999999);
    pair_push(&p, 500);
    while (pair_pop(&p, UINT64_MAX)) continue;
    assert_int_equal(p.made,
                     p.now_ns == 1000000 + FEL_NEAR_MAX + 2 ? FEL_NEAR_MAX + 6 + popped : 0);
    pair_end(&p);
  }
}

/* Aim: a pop gives an event only if it lies before the limit, exactly; asking in vain changes
 * nothing, however often and in whichever part. */
static void test_until(void **state) {
  (void)state;
  struct draws draws = seeded("until");
  for (int spread = 0; spread < SPREADS; spread++) {
    struct pair p;
    pair_begin(&p);
    for (int round = 0; round < 60; round++) {
      uint64_t target = draws_below(&draws, 80);
      for (uint64_t i = 0; i < target; i++)
        pair_push(&p, ahead(&draws, (enum spread)spread, p.now_ns));
      for (int i = 0; i < 60 && p.oracle.n; i++) {
        uint64_t first = p.oracle.heap[0].time_ns;
        assert_false(pair_pop(&p, first)); /* an event at the limit does not belong to it */
        assert_false(pair_pop(&p, draws_below(&draws, first + 1)));
        if (draws_below(&draws, 4)) assert_true(pair_pop(&p, first + 1));
        pair_push(&p, first + draws_below(&draws, 2) * draws_below(&draws, 100000));
        uint64_t limit = ahead(&draws, (enum spread)spread, p.now_ns);
        for (int k = 0; k < 3 && pair_pop(&p, limit); k++) continue;
      }
    }
    assert_true(p.was_near && p.was_far);
    pair_end(&p);
  }
}

/* --- dead events ---------------------------------------------------------------------------- */

enum { MANY = 200000 };

/* An event is dead when its owner says so; the owner knows it by its number. */
struct owner {
  bool dead[MANY];
};

static bool owner_is_dead(const void *owner, const struct event *event) {
  const struct owner *o = owner;
  return o->dead[event->what];
}

/* Aim: while events die at random, those that live all come, in order; of the dead ones those that
 * come at all come in order too, and some never come (the sweep works). */
static void test_sweep(void **state) {
  (void)state;
  struct draws draws = seeded("sweep");
  struct owner *owner = mem_zeroed(1, sizeof *owner);
  struct fel fel;
  struct oracle oracle = {0};
  fel_init(&fel, owner_is_dead, owner);
  uint64_t made = 0, came = 0, dead_came = 0, skipped = 0, now_ns = 0;
  while (made < MANY || fel_pending(&fel)) {
    for (int k = 0; k < 4 && made < MANY; k++) { /* a short one and three long timeouts */
      uint64_t time_ns = now_ns + draws_below(&draws, k == 0 ? 1000 : 300000);
      struct event event = {time_ns, made++};
      fel_push(&fel, event);
      oracle_push(&oracle, event);
    }
    for (int k = 0; k < 4; k++) owner->dead[draws_below(&draws, made)] = true;
    struct event got;
    for (uint64_t k = draws_below(&draws, 8); k-- > 0 && fel_pop(&fel, UINT64_MAX, &got);) {
      came++;
      dead_came += owner->dead[got.what];
      now_ns = got.time_ns;
      for (;;) { /* whatever should have come before it must have been dropped as dead */
        assert_true(oracle.n > 0);
        struct event want = oracle_pop(&oracle);
        if (want.what == got.what) break;
        if (!owner->dead[want.what])
          fail_msg("living event %llu is lost", (unsigned long long)want.what);
        skipped++;
      }
    }
  }
  while (oracle.n) {
    struct event want = oracle_pop(&oracle);
    if (!owner->dead[want.what])
      fail_msg("living event %llu is lost", (unsigned long long)want.what);
    skipped++;
  }
  print_message("  %llu came, %llu of them dead; %llu dropped\n", (unsigned long long)came,
                (unsigned long long)dead_came, (unsigned long long)skipped);
  assert_int_equal(came + skipped, MANY);
  assert_true(skipped > MANY / 100);
  fel_free(&fel);
  free(oracle.heap);
  free(owner);
}

#define NS_AHEAD UINT64_C(60000000000)

static bool every_hundredth_lives(const void *owner, const struct event *event) {
  (void)owner;
  return event->what % 100 != 0;
}

/* Aim: timeouts of what has ended do not pile up until they are due: of a million events far ahead
 * one in a hundred lives; all of those come, in order, and few others are kept. */
static void test_dead_do_not_pile_up(void **state) {
  (void)state;
  enum { N = 1000000 };
  struct fel fel;
  fel_init(&fel, every_hundredth_lives, NULL);
  uint64_t most = 0;
  for (uint64_t i = 0; i < N; i++) {
    fel_push(&fel, (struct event){NS_AHEAD + i, i});
    if (fel_pending(&fel) > most) most = fel_pending(&fel);
  }
  print_message("  %llu kept at most\n", (unsigned long long)most);
  assert_true(most < 4 * N / 100); /* less than four times the living */
  struct event got;
  uint64_t next = 0;
  while (fel_pop(&fel, UINT64_MAX, &got)) {
    if (got.what % 100 != 0) continue;
    assert_int_equal(got.what, next);
    next += 100;
  }
  assert_int_equal(next, N);
  fel_free(&fel);
}

/* Aim: what comes out, dead events included, does not depend on how often somebody asked in vain
 * with an earlier limit: a run in slices executes the same events as a run in one go. */
static void test_slices(void **state) {
  (void)state;
  struct draws draws = seeded("slices");
  struct owner *owner = mem_zeroed(1, sizeof *owner);
  for (int round = 0; round < 300; round++) {
    memset(owner, 0, sizeof *owner);
    struct fel whole, sliced;
    fel_init(&whole, owner_is_dead, owner);
    fel_init(&sliced, owner_is_dead, owner);
    uint64_t made = 0, now_ns = 0, mostly = 20 + draws_below(&draws, 80), deaths = 0;
    for (int step = 0; step < 400; step++) {
      /* Pushes come in bursts, so that the number pending crosses the limits. */
      uint64_t n = draws_below(&draws, 20) ? draws_below(&draws, 3) : draws_below(&draws, 60);
      for (uint64_t k = 0; k < n; k++) {
        uint64_t time_ns = now_ns + (draws_next(&draws) >> (40 + draws_below(&draws, 24)));
        struct event event = {time_ns, made++};
        fel_push(&whole, event);
        fel_push(&sliced, event);
        if (draws_below(&draws, 100) < mostly) owner->dead[event.what] = true, deaths++;
      }
      struct event a, b;
      if (!fel_pop(&whole, UINT64_MAX, &a)) {
        assert_false(fel_pop(&sliced, UINT64_MAX, &b));
        continue;
      }
      for (uint64_t until = a.time_ns + 1; until > now_ns && draws_below(&draws, 4);) {
        until = now_ns + draws_below(&draws, a.time_ns - now_ns + 1);
        assert_false(fel_pop(&sliced, until, &b));
      }
      assert_false(fel_pop(&sliced, a.time_ns, &b));
      assert_true(fel_pop(&sliced, a.time_ns + 1, &b));
      if (a.what != b.what) {
        fail_msg("round %d: event %llu at %llu, in slices event %llu at %llu", round,
                 (unsigned long long)a.what, (unsigned long long)a.time_ns,
                 (unsigned long long)b.what, (unsigned long long)b.time_ns);
      }
      now_ns = a.time_ns;
    }
    assert_true(deaths > 0);
    fel_free(&whole);
    fel_free(&sliced);
  }
  free(owner);
}

/* Aim: a million events, ten thousand of them pending at a time, in order. */
static void test_million(void **state) {
  (void)state;
  struct draws draws = seeded("million");
  struct pair p;
  pair_begin(&p);
  for (int i = 0; i < 10000; i++) pair_push(&p, draws_below(&draws, 1000000));
  while (p.made < 1000000) {
    assert_true(pair_pop(&p, UINT64_MAX));
    pair_push(&p,
              ahead(&draws, p.made % 100 ? CLOSE : MIXED, p.now_ns) + draws_below(&draws, 1000000));
  }
  while (pair_pop(&p, UINT64_MAX)) continue;
  assert_int_equal(p.made, 1000000);
  assert_int_equal(fel_pending(&p.fel), 0);
  pair_end(&p);
}

/* Aim: time, kind, slot and stamp of an event come back as they went in. */
static void test_event_parts(void **state) {
  (void)state;
  struct event event = event_make(FAR + 3, UINT32_MAX - 5, UINT32_MAX - 7);
  assert_true(event.time_ns == FAR + 3);
  assert_true(event_ref(&event) == UINT32_MAX - 5 && event_arg(&event) == UINT32_MAX - 7);
  event = event_make(0, 0, UINT32_MAX);
  assert_true(event_ref(&event) == 0 && event_arg(&event) == UINT32_MAX);
}

static bool is_odd(const void *context, const struct event *event) {
  (void)context;
  return event_arg(event) & 1;
}

/* Aim: dropping events leaves the others in their order, wherever they are held. */
static void test_drop(void **state) {
  (void)state;
  struct fel fel;
  fel_init(&fel, NULL, NULL);
  for (uint32_t i = 0; i < 5000; i++) {
    fel_push(&fel, event_make(rng_mix(i) % 1000 * (i % 3 ? 1 : 1000000), 0, i));
  }
  struct event event, before = {0};
  for (uint32_t i = 0; i < 1000; i++) assert_true(fel_pop(&fel, UINT64_MAX, &event));
  uint64_t last_ns = event.time_ns;
  fel_drop(&fel, is_odd, NULL);
  uint32_t n = 0;
  uint64_t pending = fel_pending(&fel);
  for (; fel_pop(&fel, UINT64_MAX, &event); n++) {
    assert_int_equal(event_arg(&event) & 1, 0);
    assert_true(event.time_ns >= last_ns);
    if (event.time_ns == before.time_ns) assert_true(event_arg(&event) > event_arg(&before));
    last_ns = event.time_ns;
    before = event;
  }
  assert_int_equal(n, pending);
  assert_true(n > 1500 && n < 2500);
  fel_free(&fel);
}

struct told {
  uint64_t by_arg[4000]; /* how often each event was told of */
  uint64_t soon_until_ns, calls;
};

static void note_soon(const void *owner, const struct event *event, uint32_t n) {
  struct told *told = *(struct told *const *)owner;
  assert_true(n <= FEL_NEAR_MAX);
  for (uint32_t i = 0; i < n; i++) {
    if (event[i].time_ns > told->soon_until_ns) told->soon_until_ns = event[i].time_ns;
  }
}

static void note_later(const void *owner, const struct event *event, uint32_t n) {
  struct told *told = *(struct told *const *)owner;
  assert_true(n > FEL_NEAR_FILL && n <= FEL_LATER_MAX);
  told->calls++;
  for (uint32_t i = 0; i < n; i++) {
    assert_true(event[i].time_ns > told->soon_until_ns);
    told->by_arg[event_arg(&event[i])]++;
  }
}

/* Aim: with many events pending, the owner is told ahead of nearly all of them, by the dozen and
 * before they are soon; that changes nothing of their order. */
static void test_told_ahead(void **state) {
  (void)state;
  struct told *told = mem_zeroed(1, sizeof *told);
  struct fel plain, telling;
  fel_init(&plain, NULL, NULL);
  fel_init(&telling, NULL, &told);
  telling.soon = note_soon;
  telling.later = note_later;
  for (uint32_t i = 0; i < 4000; i++) {
    struct event event = event_make(rng_mix(i) % 1000000, 0, i);
    fel_push(&plain, event);
    fel_push(&telling, event);
  }
  struct event a = {0}, b = {0};
  while (fel_pop(&plain, UINT64_MAX, &a)) {
    assert_true(fel_pop(&telling, UINT64_MAX, &b));
    assert_true(a.time_ns == b.time_ns && a.what == b.what);
  }
  assert_false(fel_pop(&telling, UINT64_MAX, &b));
  uint32_t ahead = 0;
  for (uint32_t i = 0; i < 4000; i++) ahead += told->by_arg[i] > 0;
  if (ahead < 3600) fail_msg("told of %u of 4000 in %u pieces", ahead, (uint32_t)told->calls);
  fel_free(&plain);
  fel_free(&telling);
  free(told);
}

/* Aim: whatever the processor, two events are put into the same order, and of equal times the one
 * that comes second here, which was there before, is the earlier. */
static void test_order_of_two(void **state) {
  (void)state;
  for (uint64_t i = 0; i < 1000; i++) {
    struct event a = event_make(rng_mix(i) % 8, 0, 1), b = event_make(rng_mix(i + 1000) % 8, 0, 2);
    struct event early = a, late = b, plain_early = a, plain_late = b;
    fel_order(&early, &late);
    fel_order_plain(&plain_early, &plain_late);
    const struct event *first = a.time_ns < b.time_ns ? &a : &b, *second = first == &a ? &b : &a;
    assert_true(early.time_ns == first->time_ns && early.what == first->what);
    assert_true(late.time_ns == second->time_ns && late.what == second->what);
    assert_true(plain_early.time_ns == early.time_ns && plain_early.what == early.what);
    assert_true(plain_late.time_ns == late.time_ns && plain_late.what == late.what);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order_of_two),
      cmocka_unit_test(test_told_ahead),
      cmocka_unit_test(test_drop),
      cmocka_unit_test(test_stable_order),
      cmocka_unit_test(test_crossing),
      cmocka_unit_test(test_early_event_after_spill),
      cmocka_unit_test(test_until),
      cmocka_unit_test(test_sweep),
      cmocka_unit_test(test_dead_do_not_pile_up),
      cmocka_unit_test(test_slices),
      cmocka_unit_test(test_million),
      cmocka_unit_test(test_event_parts),
  };
  return cmocka_run_group_tests_name("fel", tests, NULL, NULL);
}

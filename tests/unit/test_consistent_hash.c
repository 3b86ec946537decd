/* Aim: a ring of points spreads values as the theory of random spacings says, moves those of a
 * backend that leaves and no others, and with a bound lets no backend have more than its share. */
#include <stdlib.h>
#include <string.h>

#include "algorithm.h"
#include "harness.h"

#define SEED UINT64_C(20261129)

extern const struct algorithm algorithm_consistent_hash;

enum { MOST = 101 };

struct ring_of {
  struct arena *arena;
  uint64_t identity[MOST];
  uint32_t which[MOST];
  struct busy busy[MOST];
  struct candidates c;
  struct choosing from;
};

static void ring_begin(struct ring_of *r, uint64_t ring, uint32_t n, uint64_t points) {
  *r = (struct ring_of){.arena = arena_new()};
  for (uint32_t i = 0; i < n; i++) {
    r->identity[i] = rng_mix(ring * MOST + i + SEED);
    r->which[i] = i;
  }
  const struct backends all = {n, r->identity, NULL, points, 0};
  r->c = (struct candidates){r->which, n, 0};
  r->from = (struct choosing){.busy = r->busy, .all = &r->c};
  r->from.memory = algorithm_consistent_hash.prepare(r->arena, &all);
}

static uint32_t ring_pick(struct ring_of *r, uint64_t value) {
  r->from.hashed = value;
  return algorithm_consistent_hash.pick(&r->from, &r->c, NULL, NULL);
}

/* Aim: of N backends with v points each a backend's share has the coefficient of variation
 * sqrt((N - 1) / (N v + 1)) of a beta law; of one point each the largest is H_N times the mean. Of
 * 2000 rings and 2000 values the counts add their own spread, which is taken off. */
static void test_spread(void **state) {
  (void)state;
  static const struct { uint32_t n, points; } of[] = {{10, 1}, {10, 100}};
  enum { RINGS = 1000, VALUES = 2000 };
  for (size_t k = 0; k < sizeof of / sizeof of[0]; k++) {
    uint32_t n = of[k].n;
    double squares = 0, largest = 0, mean = VALUES / (double)n;
    for (uint64_t ring = 0; ring < RINGS; ring++) {
      struct ring_of r;
      ring_begin(&r, ring, n, of[k].points);
      double got[MOST] = {0}, most = 0;
      for (uint64_t i = 0; i < VALUES; i++) got[ring_pick(&r, rng_mix(ring << 32 | i))]++;
      for (uint32_t i = 0; i < n; i++) {
        squares += (got[i] - mean) * (got[i] - mean) / RINGS / n;
        most = got[i] > most ? got[i] : most;
      }
      largest += most / mean / RINGS;
      arena_free(r.arena);
    }
    double share = 1.0 / n, points = of[k].points;
    double variance = share * (1 - share) / (n * points + 1);
    double counts = VALUES * (share * (1 - share) - variance);
    double cv = sqrt((squares - counts) / VALUES / VALUES) / share;
    double wanted = sqrt(variance) / share;
    if (fabs(cv / wanted - 1) > 0.04) fail_msg("%g points: cv %g, not %g", points, cv, wanted);
    if (of[k].points == 1 && fabs(largest / 2.92897 - 1) > 0.04) fail_msg("largest %g", largest);
  }
}

/* Aim: when a backend leaves, its values go elsewhere and all others stay; a tenth moves. */
static void test_leaves(void **state) {
  (void)state;
  enum { N = 11, VALUES = 20000 };
  struct ring_of r;
  ring_begin(&r, 7, N, 160);
  uint32_t before[VALUES], moved = 0;
  for (uint64_t i = 0; i < VALUES; i++) before[i] = ring_pick(&r, i + 1);
  enum { LEAVES = 4 };
  for (uint32_t i = LEAVES; i + 1 < N; i++) r.which[i] = i + 1;
  r.c.n = N - 1;
  for (uint64_t i = 0; i < VALUES; i++) {
    uint32_t now = ring_pick(&r, i + 1);
    assert_int_not_equal(now, LEAVES);
    if (before[i] == LEAVES) {
      moved++;
    } else {
      assert_int_equal(now, before[i]);
    }
  }
  assert_true(moved > 0.06 * VALUES && moved < 0.13 * VALUES);
  arena_free(r.arena);
}

/* Aim: with a bound of 1.25 no backend has more than the 1.25 times its share of the calls under
 * way, rounded up, though half of the calls are for one value; without it that one has them all. */
static void test_bounded(void **state) {
  (void)state;
  enum { N = 10, CALLS = 1000 };
  for (int bounded = 0; bounded < 2; bounded++) {
    struct ring_of r;
    ring_begin(&r, 3, N, 160);
    uint64_t most = 0, diverted = 0;
    r.from.bounded = bounded ? 1.25 : 0;
    r.from.diverted = &diverted;
    for (uint64_t i = 0; i < CALLS; i++) {
      uint32_t to = ring_pick(&r, i % 2 ? 99 : i);
      r.busy[to].active++;
      double allowed = ceil(1.25 * (double)(i + 1) / N);
      if (bounded) assert_true((double)r.busy[to].active <= allowed);
      if (r.busy[to].active > most) most = r.busy[to].active;
    }
    assert_true(bounded ? diverted > 300 : diverted == 0);
    assert_true(bounded ? most == 125 : most >= CALLS / 2);
    arena_free(r.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spread),
      cmocka_unit_test(test_leaves),
      cmocka_unit_test(test_bounded),
  };
  return cmocka_run_group_tests_name("consistent_hash", tests, NULL, NULL);
}

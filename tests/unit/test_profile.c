/* Aim: a rate that changes is the function that its points draw, and its integral and the inverse
 * of that agree with each other and with what can be computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "profile.h"
#include "rng.h"

#define S UINT64_C(1000000000)

static void near(double value, double expected, double tolerance, const char *what) {
  if (fabs(value - expected) <= tolerance) return;
  fail_msg("%s: %.12g, expected %.12g", what, value, expected);
}

static const struct profile_point day[] = {{2 * S, 50}, {9 * S, 400}, {12 * S, 0}};

/* Aim: rates at, between, before and behind the points, by hand. */
static void test_rates(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  const struct profile *lines = profile_new(arena, day, 3, 0, false);
  const struct profile *steps = profile_new(arena, day, 3, 0, true);
  const struct profile *round = profile_new(arena, day, 3, 20 * S, false);
  const struct profile *turns = profile_new(arena, day, 3, 20 * S, true);
  const struct {
    uint64_t at_ns;
    double lines, steps, round, turns;
  } cases[] = {
      {0, 50, 50, 40, 0},
      {2 * S, 50, 50, 50, 50},
      {5 * S, 200, 50, 200, 50},
      {9 * S, 400, 400, 400, 400},
      {11 * S, 400 / 3.0, 400, 400 / 3.0, 400},
      {12 * S, 0, 0, 0, 0},
      {15 * S, 0, 0, 15, 0},
      {20 * S, 0, 0, 40, 0},
      {25 * S, 0, 0, 200, 50},
      {111 * S, 0, 0, 400 / 3.0, 400},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint64_t t = cases[i].at_ns;
    near(profile_rate_per_s(lines, t), cases[i].lines, 1e-9, "lines");
    near(profile_rate_per_s(steps, t), cases[i].steps, 1e-9, "steps");
    near(profile_rate_per_s(round, t), cases[i].round, 1e-9, "lines that repeat");
    near(profile_rate_per_s(turns, t), cases[i].turns, 1e-9, "steps that repeat");
  }
  uint64_t at_ns;
  near(profile_peak_per_s(lines, 0, 60 * S, &at_ns), 400, 1e-9, "peak");
  assert_int_equal(at_ns, 9 * S);
  near(profile_peak_per_s(lines, 0, 5 * S, &at_ns), 200, 1e-6, "peak of a part");
  near(profile_peak_per_s(round, 10 * S, 60 * S, &at_ns), 400, 1e-9, "peak of the next period");
  assert_int_equal(at_ns, 29 * S);
  near(profile_peak_per_s(steps, 12 * S, 60 * S, &at_ns), 0, 0, "peak of nothing");
  arena_free(arena);
}

/* Aim: integrals by hand: 100 until 2 s, 1575 until 9 s, 600 until 12 s; a period of lines that
 * repeats has 40 + 50 over 2 s and 0 to 40 over 8 s beside those. */
static void test_counts(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  const struct profile *lines = profile_new(arena, day, 3, 0, false);
  const struct profile *round = profile_new(arena, day, 3, 20 * S, false);
  near(profile_count(lines, 0, 12 * S), 2275, 1e-9, "lines");
  near(profile_count(lines, 12 * S, 1000 * S), 0, 1e-9, "behind the last point");
  near(profile_count(lines, 2 * S, 5 * S), 375, 1e-9, "a part");
  near(profile_count(round, 0, 20 * S), 90 + 1575 + 600 + 160, 1e-9, "a period");
  near(profile_count(round, 5 * S, 105 * S), 5 * 2425, 1e-6, "five periods from the middle");
  arena_free(arena);
}

/* Aim: the inverse is the inverse, from any time on and over ends of pieces and periods: the count
 * over the delay is what was asked for. */
static void test_inverse(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct draws draws = draws_begin((struct stream){.key = 7}, 1, 0);
  for (int variant = 0; variant < 4; variant++) {
    const struct profile *p = profile_new(arena, day, 3, variant & 1 ? 20 * S : 0, variant & 2);
    for (int i = 0; i < 20000; i++) {
      uint64_t from_ns = (uint64_t)(draws_unit(&draws) * 40e9);
      double count = 300 * draws_unit(&draws) * draws_unit(&draws);
      double delay_ns = profile_delay_ns(p, from_ns, 0, count);
      if (!(variant & 1) && profile_count(p, from_ns, 1000 * S) < count - 1e-6) {
        assert_true(isinf(delay_ns));
        continue;
      }
      double there = profile_count(p, from_ns, from_ns + (uint64_t)(delay_ns + 0.5));
      near(there, count, 1e-6, "count over the delay"); /* a nanosecond at 400/s is 4e-7 */
    }
  }
  arena_free(arena);
}

/* Aim: a count that is reached just where the rate becomes 0 waits until it is not, whatever
 * rounding did on the way; a steady rate asked a million times in a row does not drift. */
static void test_edges(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  const struct profile_point on_off[] = {{0, 10}, {10 * S, 0}};
  const struct profile *p = profile_new(arena, on_off, 2, 30 * S, true);
  double at_ns = 0;
  for (int k = 1; k <= 100; k++) {
    double whole_ns = floor(at_ns);
    at_ns += profile_delay_ns(p, (uint64_t)whole_ns, at_ns - whole_ns, 1);
  }
  near(at_ns, 30e9, 1, "the 101st request");
  near(profile_delay_ns(p, 15 * S, 0, 1e-30), 15e9, 1e-3, "less than any count");
  near(profile_delay_ns(p, 5 * S, 0, 1e6), 1e4 * 30e9, 10, "ten thousand periods");
  const struct profile_point rise[] = {{0, 0}, {10 * S, 10}};
  const struct profile *from_0 = profile_new(arena, rise, 2, 0, false);
  near(profile_delay_ns(from_0, 0, 0, 1), sqrt(2) * 1e9, 1, "from a rate of 0");
  near(profile_delay_ns(from_0, 20 * S, 0, 10), 1e9, 1e-3, "behind the last point");
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rates),
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_inverse),
      cmocka_unit_test(test_edges),
  };
  return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}

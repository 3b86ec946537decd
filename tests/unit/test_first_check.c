/* Aim: first checks lie evenly distributed within the first interval, apart for each pair and each
 * start, and depend on nothing else; or where they are put. */
#include "first_check.h"
#include "harness.h"

enum { N = 20000 };

static uint64_t drawn(uint64_t key, uint32_t start) {
  struct stream stream = rng_stream(1, 1, "lb", "checks begin");
  return first_check_ns(FIRST_CHECK_RANDOM, 2 * S, 0, 1, &stream, key, start);
}

/* A tenth of an interval gets N / 10 of them, sqrt(N 0.1 0.9) more or less; and what one pair draws
 * says nothing of what the next one does: the product of two has a mean of 1/4 and a deviation of
 * sqrt(1/9 - 1/16). */
static void test_spread(void **state) {
  (void)state;
  uint32_t in[10] = {0};
  double pairs = 0, starts = 0;
  for (uint64_t i = 0; i < N; i++) {
    uint64_t at_ns = drawn(i, 0);
    assert_true(at_ns < 2 * S);
    in[at_ns * 5 / S]++;
    pairs += (double)at_ns / (2 * S) * ((double)drawn(i + 1, 0) / (2 * S));
    starts += (double)at_ns / (2 * S) * ((double)drawn(i, 1) / (2 * S));
  }
  for (int k = 0; k < 10; k++) assert_within(in[k], N / 10, 4.5 * sqrt(N * 0.09));
  double deviation = sqrt((1.0 / 9 - 1.0 / 16) / N);
  assert_within(pairs / N, 0.25, 6 * deviation); /* neighbours share a factor */
  assert_within(starts / N, 0.25, 4.5 * deviation);
}

static void test_alone(void **state) {
  (void)state;
  struct stream stream = rng_stream(1, 1, "lb", "checks begin");
  assert_true(first_check_ns(FIRST_CHECK_RANDOM, 2 * S, 4, 7, &stream, 5, 3) == drawn(5, 3));
}

static void test_even(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 4; i++) {
    uint64_t at_ns = first_check_ns(FIRST_CHECK_EVEN, 2 * S, i, 4, NULL, 0, 0);
    assert_true(at_ns == (i + 1) * S / 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_spread), cmocka_unit_test(test_alone),
                                     cmocka_unit_test(test_even)};
  return cmocka_run_group_tests_name("first_check", tests, NULL, NULL);
}

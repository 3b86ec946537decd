/* Aim: pauses between attempts are those of the definitions (M. Brooker, "Exponential backoff and
 * jitter", AWS Architecture Blog, 2015), within their bounds, with their means, and keyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "backoff.h"

#define SEED UINT64_C(20250117)
#define MS UINT64_C(1000000)

enum { N = 40000 };

static struct stream seeded(void) {
  print_message("seed %llu\n", (unsigned long long)SEED);
  return rng_stream(SEED, 0, "test_backoff", "backoff");
}

/* As clients number them: the attempt in the highest bits. */
static uint64_t key_of(uint64_t request, uint64_t attempt) {
  return UINT64_C(0xfedcba9876543210) + request + (attempt - 1) * (UINT64_C(1) << 58);
}

/* Aim: a constant pause is the same after every attempt, whatever the cap says. */
static void test_constant(void **state) {
  (void)state;
  struct stream stream = seeded();
  struct backoff b = {.base_ns = 100 * MS, .cap_ns = UINT64_MAX, .factor = 2};
  for (uint64_t k = 1; k < 60; k++) assert_int_equal(backoff_ns(&b, stream, k, k), 100 * MS);
  b.base_ns = 0;
  assert_int_equal(backoff_ns(&b, stream, 1, 1), 0);
}

/* Aim: an exponential pause grows by the factor from the base and stops at the cap. */
static void test_growth(void **state) {
  (void)state;
  struct stream stream = seeded();
  struct backoff b = {.exponential = true, .base_ns = 50 * MS, .cap_ns = 1000 * MS, .factor = 2};
  const uint64_t doubled_ms[] = {50, 100, 200, 400, 800, 1000, 1000, 1000};
  for (uint64_t k = 1; k <= 8; k++) {
    assert_int_equal(backoff_ns(&b, stream, key_of(7, k), k), doubled_ms[k - 1] * MS);
  }
  b.factor = 3;
  b.cap_ns = 1351 * MS;
  const uint64_t tripled_ms[] = {50, 150, 450, 1350, 1351};
  for (uint64_t k = 1; k <= 5; k++) {
    assert_int_equal(backoff_ns(&b, stream, key_of(7, k), k), tripled_ms[k - 1] * MS);
  }
  b.cap_ns = 20 * MS; /* below the base */
  assert_int_equal(backoff_ns(&b, stream, 1, 1), 20 * MS);
  b = (struct backoff){.exponential = true, .base_ns = MS, .cap_ns = 10 * MS, .factor = 1};
  assert_int_equal(backoff_ns(&b, stream, 1, 60), MS);
}

/* Bounds, mean and variance of many requests' pauses after each attempt, in units of the pause
 * without jitter, are those of the uniform law from `low` to `high`. */
static void check_jitter(enum jitter jitter, double low, double high) {
  struct stream stream = seeded();
  struct backoff b = {
      .exponential = true, .base_ns = 50 * MS, .cap_ns = 1000 * MS, .factor = 2, .jitter = jitter};
  const double unjittered_ms[] = {50, 100, 200, 400, 800, 1000, 1000};
  for (uint64_t attempt = 1; attempt <= 7; attempt++) {
    double sum = 0, squares = 0, least = INFINITY, most = 0;
    for (uint64_t i = 0; i < N; i++) {
      double share = (double)backoff_ns(&b, stream, key_of(i, attempt), attempt) / 1e6 /
                     unjittered_ms[attempt - 1];
      sum += share;
      squares += share * share;
      least = fmin(least, share);
      most = fmax(most, share);
    }
    double mean = sum / N, width = high - low, variance = squares / N - mean * mean;
    assert_true(least >= low - 1e-6 && most <= high + 1e-6);
    assert_true(least < low + 0.001 * width && most > high - 0.001 * width);
    assert_true(fabs(mean - (low + high) / 2) <= 4.5 * width / sqrt(12.0 * N));
    assert_true(fabs(variance - width * width / 12) <= 4.5 * width * width / sqrt(180.0 * N));
  }
}

/* Aim: "full" is uniform from 0, "equal" from half, both to the pause without jitter. */
static void test_full(void **state) {
  (void)state;
  check_jitter(JITTER_FULL, 0, 1);
}

static void test_equal(void **state) {
  (void)state;
  check_jitter(JITTER_EQUAL, 0.5, 1);
}

/* Aim: "decorrelated" is uniform between the base and three times the pause before, at most the
 * cap; the pause before is the one that this request did make. */
static void test_decorrelated(void **state) {
  (void)state;
  struct stream stream = seeded();
  struct backoff b = {.exponential = true,
                      .base_ns = 50 * MS,
                      .cap_ns = 5000 * MS,
                      .factor = 2,
                      .jitter = JITTER_DECORRELATED};
  double sum[6] = {0};
  uint64_t capped = 0;
  for (uint64_t i = 0; i < N; i++) {
    double before = 50;
    for (uint64_t attempt = 1; attempt <= 6; attempt++) {
      double pause = (double)backoff_ns(&b, stream, key_of(i, attempt), attempt) / 1e6;
      double high = 3 * before;
      assert_true(pause >= 50 - 1e-6 && pause <= fmin(high, 5000) + 2e-6);
      /* Uniform where the cap leaves it alone. */
      if (high <= 5000) sum[attempt - 1] += (pause - 50) / (high - 50) - 0.5;
      capped += pause >= 5000;
      before = pause;
    }
  }
  for (int k = 0; k < 6; k++) assert_true(fabs(sum[k]) <= 4.5 * sqrt(N / 12.0));
  assert_true(capped > 0);
}

/* Aim: a pause is a function of request and attempt: the same again, another for another request
 * and, with jitter, for another attempt. */
static void test_keyed(void **state) {
  (void)state;
  struct stream stream = seeded();
  for (int jitter = JITTER_FULL; jitter <= JITTER_DECORRELATED; jitter++) {
    struct backoff b = {.exponential = true,
                        .base_ns = 1000 * MS,
                        .cap_ns = 1000 * MS,
                        .factor = 1,
                        .jitter = (enum jitter)jitter};
    if (jitter == JITTER_DECORRELATED) b.cap_ns = 100000 * MS;
    uint64_t first = backoff_ns(&b, stream, key_of(1, 1), 1);
    assert_int_equal(first, backoff_ns(&b, stream, key_of(1, 1), 1));
    assert_true(first != backoff_ns(&b, stream, key_of(2, 1), 1));
    assert_true(first != backoff_ns(&b, stream, key_of(1, 2), 2));
    struct stream other = rng_stream(SEED + 1, 0, "test_backoff", "backoff");
    assert_true(first != backoff_ns(&b, other, key_of(1, 1), 1));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_constant),     cmocka_unit_test(test_growth),
      cmocka_unit_test(test_full),         cmocka_unit_test(test_equal),
      cmocka_unit_test(test_decorrelated), cmocka_unit_test(test_keyed),
  };
  return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}

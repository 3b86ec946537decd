/* Aim: ranks follow P(k) proportional to k^-s for every n and s, small, large, whole and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "rng.h"
#include "zipf.h"

#define SEED UINT64_C(20250105)
#define DRAWS 400000
#define Z_MAX 4.5

/* Sum of k^-s over first .. last, directly while short, else by Euler and Maclaurin's formula. */
static long double weight_of(uint64_t first, uint64_t last, double s) {
  long double sum = 0;
  uint64_t direct = last - first < 2000 ? last : first + 1000;
  for (uint64_t k = first; k < direct; k++) sum += powl(k, -s);
  if (direct == last) return sum + powl(last, -s);
  long double a = direct, b = last;
  long double integral = s == 1 ? logl(b / a) : (powl(b, 1 - s) - powl(a, 1 - s)) / (1 - s);
  long double slopes = -s * (powl(b, -s - 1) - powl(a, -s - 1)) / 12;
  return sum + integral + (powl(a, -s) + powl(b, -s)) / 2 + slopes;
}

/* Cuts 1 .. n into cells: single ranks at first, then steps of about a tenth. Returns their number;
 * cell i is ends[i-1] + 1 .. ends[i]. */
static size_t cut(uint64_t n, uint64_t *ends, size_t room) {
  size_t cells = 0;
  for (uint64_t end = 1; cells < room; end += 1 + end / 10) {
    ends[cells++] = end < n ? end : n;
    if (end >= n) break;
  }
  assert_true(ends[cells - 1] == n);
  return cells;
}

/* Chi-square over the cells, those with few expected draws joined to the next one, as a z score
 * (Wilson and Hilferty). */
static double chi_square_z(const uint64_t *counts, const double *expected, size_t cells) {
  double chi = 0, count = 0, wait = 0, freedom = -1, rest = 0, rest_count = 0;
  for (size_t i = 0; i < cells; i++) {
    wait += expected[i];
    count += (double)counts[i];
    if (wait < 20) continue;
    chi += (count - wait) * (count - wait) / wait;
    freedom++;
    wait = count = 0;
  }
  rest = wait, rest_count = count;
  if (rest >= 1) {
    chi += (rest_count - rest) * (rest_count - rest) / rest;
    freedom++;
  } else {
    assert_true(rest_count <= rest + 4.5 * sqrt(rest) + 4.5);
  }
  if (freedom < 1) return 0;
  double v = 2 / (9 * freedom);
  return (cbrt(chi / freedom) - (1 - v)) / sqrt(v);
}

static void check_law(uint64_t n, double s) {
  enum { ROOM = 600 };
  uint64_t ends[ROOM], counts[ROOM] = {0};
  double expected[ROOM];
  size_t cells = cut(n, ends, ROOM);
  long double whole = 0;
  for (size_t i = 0; i < cells; i++) {
    long double weight = weight_of(i ? ends[i - 1] + 1 : 1, ends[i], s);
    expected[i] = (double)weight;
    whole += weight;
  }
  for (size_t i = 0; i < cells; i++) expected[i] *= (double)(DRAWS / whole);

  struct zipf zipf;
  zipf_init(&zipf, n, s);
  struct draws draws =
      draws_begin(rng_stream(SEED, n, "test_zipf", "law"), (uint64_t)(s * 1000), 0);
  for (int i = 0; i < DRAWS; i++) {
    uint64_t rank = zipf_draw(&zipf, &draws);
    assert_true(rank >= 1 && rank <= n);
    size_t low = 0, high = cells - 1; /* first cell whose end is not below the rank */
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (ends[middle] >= rank)
        high = middle;
      else
        low = middle + 1;
    }
    counts[low]++;
  }
  double z = chi_square_z(counts, expected, cells);
  print_message("  n = %-14llu s = %-6g cells %3zu z = %+.2f\n", (unsigned long long)n, s, cells,
                z);
  assert_true(fabs(z) < Z_MAX);
}

/* Aim: the law, by chi-square with 400 000 draws for each n and s. */
static void test_law(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)SEED);
  const double exponents[] = {0, 0.2, 0.8, 0.99, 1, 1.000001, 1.2, 2, 4.5};
  const uint64_t sizes[] = {2, 3, 10, 1000, 1000000, UINT64_C(1000000000000)};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    for (size_t j = 0; j < sizeof exponents / sizeof exponents[0]; j++) {
      check_law(sizes[i], exponents[j]);
    }
  }
}

/* Aim: the ends of the parameters' ranges: one rank, all of 64 bits, a steep law. */
static void test_edges(void **state) {
  (void)state;
  const double exponents[] = {0, 0.5, 1, 3, 50, 1e6};
  const uint64_t sizes[] = {1, 2, UINT64_C(1) << 53, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    for (size_t j = 0; j < sizeof exponents / sizeof exponents[0]; j++) {
      struct zipf zipf;
      zipf_init(&zipf, sizes[i], exponents[j]);
      struct draws draws = draws_begin(rng_stream(SEED, i, "test_zipf", "edges"), j, 0);
      for (int k = 0; k < 10000; k++) {
        uint64_t rank = zipf_draw(&zipf, &draws);
        assert_true(rank >= 1 && rank <= sizes[i]);
        if (exponents[j] >= 50) assert_true(rank == 1);
      }
    }
  }
}

/* Aim: the sequence is a pure function of the draws' key; the numbers were printed by this code. */
static void test_pinned(void **state) {
  (void)state;
  struct zipf zipf;
  zipf_init(&zipf, 1000000, 0.99);
  struct draws draws = draws_begin((struct stream){.key = 1}, 2, 3);
  const uint64_t want[] = {2, 1, 6, 273113, 17, 27, 10, 58};
  for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
    assert_int_equal(zipf_draw(&zipf, &draws), want[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_law),
      cmocka_unit_test(test_edges),
      cmocka_unit_test(test_pinned),
  };
  return cmocka_run_group_tests_name("zipf", tests, NULL, NULL);
}

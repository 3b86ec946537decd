/* Aim: a histogram's quantiles are within 1 % of the exact order statistics for any data, exact for
 * few data, and independent of the order of adding and merging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "dist.h"
#include "dist_make.h"
#include "hist.h"
#include "rng.h"

#define SEED UINT64_C(20250103)

static struct draws seeded(const char *purpose) {
  print_message("seed %llu, purpose %s\n", (unsigned long long)SEED, purpose);
  return draws_begin(rng_stream(SEED, 0, "test_hist", purpose), 0, 0);
}

static int compare_words(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

/* The quantiles that are checked, in millionths, so that the rank can be told in whole numbers. */
static const uint64_t levels[] = {0,      1,      100,    1000,   10000,  50000,  70000,
                                  250000, 333333, 500000, 750000, 900000, 950000, 990000,
                                  995000, 999000, 999900, 999999, 1000000};
#define LEVELS (sizeof levels / sizeof levels[0])

/* ceil(q n), at least 1 */
static uint64_t nearest_rank(uint64_t level, uint64_t n) {
  uint64_t rank = (level * n + 999999) / 1000000;
  return rank ? rank : 1;
}

/* Fills histograms with the values and compares with the sorted values; returns the worst relative
 * error of the buckets. Sorts `values`. */
static double check_quantiles(const char *what, uint64_t *values, size_t n) {
  struct hist bucketed, exact;
  hist_init(&bucketed, 0, NULL);
  hist_init(&exact, (uint32_t)n, NULL);
  for (size_t i = 0; i < n; i++) {
    hist_add(&bucketed, values[i]);
    hist_add(&exact, values[i]);
  }
  qsort(values, n, sizeof values[0], compare_words);
  double worst = 0;
  for (size_t i = 0; i < LEVELS; i++) {
    double q = (double)levels[i] / 1e6, want = (double)values[nearest_rank(levels[i], n) - 1];
    assert_true(hist_quantile(&exact, q) == want);
    double got = hist_quantile(&bucketed, q);
    double error = got == want ? 0 : fabs(got - want) / want;
    if (error > worst) worst = error;
  }
  print_message("  %-28s worst relative error %.4f\n", what, worst);
  assert_true(worst < 1.0 / HIST_SUB);
  assert_true(hist_count(&bucketed) == n && hist_min(&bucketed) == values[0] &&
              hist_max(&bucketed) == values[n - 1]);
  hist_free(&bucketed);
  hist_free(&exact);
  return worst;
}

/* Aim: error at most 1 % on the laws that latencies follow, from a few ns to hours. */
static void test_random_data(void **state) {
  (void)state;
  struct draws draws = seeded("random");
  enum { N = 100000 };
  uint64_t *values = malloc(N * sizeof values[0]);
  assert_non_null(values);
  struct error err;
  struct dist laws[7];
  assert_true(dist_lognormal_mean_cv(&laws[0], 5e6, 3, &err));
  assert_true(dist_lognormal_mean_sigma(&laws[1], 1e12, 4, &err));
  assert_true(dist_exponential(&laws[2], 1e6, &err));
  assert_true(dist_exponential(&laws[3], 20, &err));
  assert_true(dist_uniform(&laws[4], 0, 1e9, &err));
  assert_true(dist_uniform(&laws[5], 1000, 1100, &err));
  assert_true(dist_pareto(&laws[6], 1e3, 0.5, INFINITY, &err));
  for (size_t law = 0; law < sizeof laws / sizeof laws[0]; law++) {
    char name[64];
    dist_describe(&laws[law], true, name, sizeof name);
    for (int i = 0; i < N; i++) values[i] = dist_draw_whole(&laws[law], &draws);
    check_quantiles(name, values, N);
  }
  free(values);
}

/* Aim: error at most 1 % on data made to hurt: all equal, two points at the ends of one bucket (in
 * every octave), two far points, all of the range of 64 bits. */
static void test_adversarial_data(void **state) {
  (void)state;
  struct draws draws = seeded("adversarial");
  enum { N = 3000 };
  uint64_t values[N];
  const uint64_t points[] = {0, 1, 63, 64, 127, 128, 129, 1000003, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t p = 0; p < sizeof points / sizeof points[0]; p++) {
    for (int i = 0; i < N; i++) values[i] = points[p];
    assert_true(check_quantiles("all equal", values, N) == 0);
  }
  double worst = 0;
  for (int octave = 7; octave < 64; octave++) {
    /* The widest bucket, with all of its values at either end; the outer points keep minimum and
     * maximum away. */
    uint64_t low = UINT64_C(1) << octave, high = low + (low >> HIST_SUB_BITS) - 1;
    for (int share = 1; share <= 9; share += 4) {
      for (int i = 0; i < N; i++) values[i] = i % 10 < share ? low : high;
      values[0] = 0, values[1] = UINT64_MAX;
      worst = fmax(worst, check_quantiles("ends of a bucket", values, N));
    }
  }
  assert_true(worst > 0.7 / HIST_SUB); /* the data did hurt */
  for (int i = 0; i < N; i++) values[i] = i % 3 ? 10 : UINT64_C(1) << 63;
  check_quantiles("two points", values, N);
  for (int i = 0; i < N; i++) values[i] = draws_next(&draws) >> draws_below(&draws, 64);
  check_quantiles("all magnitudes", values, N);
  for (int i = 0; i < N; i++) values[i] = (uint64_t)i % 64;
  assert_true(check_quantiles("small numbers", values, N) == 0);
  for (int i = 0; i < N; i++) values[i] = (uint64_t)i % 128;
  assert_true(check_quantiles("small numbers", values, N) == 0);
}

/* Aim: with many values in a bucket, interpolation makes the error much smaller than the bucket. */
static void test_interpolation(void **state) {
  (void)state;
  struct hist hist;
  hist_init(&hist, 0, NULL);
  /* Also in the widest buckets, those just above a power of two: 8192 .. 8255. */
  for (uint64_t i = 0; i < 1200000; i++) hist_add(&hist, 4000 + i % 6000);
  for (uint64_t value = 4000; value < 9984; value += 3) { /* the last bucket is not full */
    double got = hist_quantile(&hist, (double)(value - 3999) / 6000);
    if (fabs(got - (double)value) >= 1)
      fail_msg("%g instead of %llu", got, (unsigned long long)value);
  }
  hist_free(&hist);
}

/* Aim: the octave and bucket of a value are those of the definition, at each edge. */
static void test_bucket_edges(void **state) {
  (void)state;
  assert_int_equal(hist_octave_of(0), 0);
  assert_int_equal(hist_octave_of(HIST_SUB - 1), 0);
  for (uint32_t bit = HIST_SUB_BITS; bit < 64; bit++) {
    uint64_t power = UINT64_C(1) << bit;
    assert_int_equal(hist_octave_of(power), bit - HIST_SUB_BITS + 1);
    assert_int_equal(hist_octave_of(power - 1), bit - HIST_SUB_BITS);
  }
  assert_int_equal(hist_octave_of(UINT64_MAX), HIST_OCTAVES - 1);
}

/* Aim: count, sum, mean, minimum and maximum are exact; an empty histogram has no quantile. */
static void test_totals(void **state) {
  (void)state;
  for (uint32_t limit = 0; limit <= 8; limit += 4) {
    struct hist hist;
    hist_init(&hist, limit, NULL);
    assert_true(isnan(hist_mean(&hist)) && isnan(hist_quantile(&hist, 0.5)));
    const uint64_t values[] = {700, 3, 1000000007, 3, 12345, 0};
    for (size_t i = 0; i < 6; i++) hist_add(&hist, values[i]);
    assert_true(hist_count(&hist) == 6 && hist_sum(&hist) == 1000013058);
    assert_true(hist_min(&hist) == 0 && hist_max(&hist) == 1000000007);
    assert_true(hist_mean(&hist) == 1000013058.0 / 6);
    assert_true(hist_quantile(&hist, 0) == 0 && hist_quantile(&hist, 1) == 1000000007);
    hist_free(&hist);
  }
}

/* Aim: how many values are not above a limit: exactly where they have a bucket each or are kept,
 * and of 100 values in a row to within the one bucket, 8 wide, that the limit cuts. */
static void test_count_upto(void **state) {
  (void)state;
  for (uint32_t limit = 0; limit <= 200; limit += 200) {
    struct hist hist;
    hist_init(&hist, limit, NULL);
    assert_true(hist_count_upto(&hist, 5) == 0);
    hist_add_zero(&hist);
    for (uint64_t k = 0; k < 100; k++) hist_add(&hist, 1000 + k);
    assert_true(hist_count_upto(&hist, 0) == 1);
    assert_true(hist_count_upto(&hist, 999) == 1);
    assert_true(hist_count_upto(&hist, 1099) == 101);
    assert_true(hist_count_upto(&hist, UINT64_MAX) == 101);
    assert_true(fabs(hist_count_upto(&hist, 1049) - 51) <= (limit > 0 ? 0 : 8));
    hist_free(&hist);
  }
}

/* Aim: the standard deviation is exact however small it is beside the mean, kept or bucketed, also
 * of what is left when earlier values are taken away. */
static void test_deviation(void **state) {
  (void)state;
  const uint64_t far = UINT64_C(3000000000000);
  for (uint32_t limit = 0; limit <= 200; limit += 100) {
    struct hist hist;
    hist_init(&hist, limit, NULL);
    assert_true(isnan(hist_deviation(&hist)));
    hist_add(&hist, far);
    assert_true(isnan(hist_deviation(&hist)));
    hist_add(&hist, far + 2);
    assert_true(fabs(hist_deviation(&hist) - sqrt(2)) < 1e-12);
    for (uint64_t i = 0; i < 148; i++) hist_add(&hist, far + i % 2 * 2);
    assert_true(fabs(hist_deviation(&hist) - sqrt(150.0 / 149)) < 1e-12);
    hist_free(&hist);
  }
  struct hist later;
  hist_init(&later, 0, NULL);
  hist_add(&later, 5);
  hist_add(&later, 5);
  assert_true(hist_deviation(&later) == 0);
  hist_free(&later);
}

/* Aim: sums and squares that 64 and 128 bits cannot hold lose nothing, in whatever way they came
 * together: mean and deviation of values about 2^62, near each other and far apart. */
static void test_great_sums(void **state) {
  (void)state;
  const uint64_t base = UINT64_C(1) << 62;
  for (uint32_t round = 0; round < 4; round++) {
    uint32_t limit = round % 2 ? 2000 : 0;
    uint64_t step = UINT64_C(1) << (round < 2 ? 40 : 61);
    struct hist once, half, other;
    hist_init(&once, limit, NULL);
    hist_init(&half, limit, NULL);
    hist_init(&other, limit, NULL);
    for (uint64_t i = 0; i < 1000; i++) {
      uint64_t value = base + (i % 2 ? step : 0);
      hist_add(&once, value);
      hist_add(i < 500 ? &half : &other, value);
    }
    hist_merge(&half, &other);
    const double mean = (double)base + (double)step / 2;
    const double deviation = (double)step / 2 * sqrt(1000.0 / 999);
    assert_true(fabs(hist_mean(&once) / mean - 1) < 1e-12);
    assert_true(hist_mean(&half) == hist_mean(&once));
    assert_true(hist_deviation(&half) == hist_deviation(&once));
    assert_true(fabs(hist_deviation(&once) / deviation - 1) < 1e-12);
    hist_free(&once);
    hist_free(&half);
    hist_free(&other);
  }
}

/* Aim: questions may be asked between any two additions, settled or not, and change no answer; with
 * an arena the answers are the same. */
static void test_asked_on_the_way(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  const uint32_t limits[] = {0, 40, 1000};
  for (int l = 0; l < 3; l++) {
    struct hist asked, plain, in_arena;
    hist_init(&asked, limits[l], NULL);
    hist_init(&plain, limits[l], NULL);
    hist_init(&in_arena, limits[l], arena);
    for (uint64_t i = 0; i < 300; i++) {
      uint64_t value = rng_mix(i + 1) >> 40;
      hist_add(&asked, value);
      hist_add(&plain, value);
      hist_add(&in_arena, value);
      assert_int_equal(hist_count(&asked), i + 1);
      if (i % 7 == 0) hist_settle(&asked);
      double median = hist_quantile(&asked, 0.5);
      assert_true(median == hist_quantile(&plain, 0.5));
      assert_true(median == hist_quantile(&in_arena, 0.5));
    }
    assert_true(hist_sum(&asked) == hist_sum(&plain) && hist_min(&asked) == hist_min(&plain));
    assert_true(hist_max(&asked) == hist_max(&plain) && hist_max(&asked) == hist_max(&in_arena));
    assert_int_equal(hist_zeros(&asked), 0);
    hist_add(&asked, 0);
    assert_int_equal(hist_zeros(&asked), 1);
    hist_settle(&asked);
    assert_int_equal(hist_zeros(&asked), 1);
    hist_free(&asked);
    hist_free(&plain);
    hist_free(&in_arena);
  }
  arena_free(arena);
}

/* Aim: quantiles are exact up to exact_limit values and bucketed from the next one on. */
/* Zeros that are counted are the same as zeros that are added, whenever one looks. */
static void test_counted_zeros(void **state) {
  (void)state;
  struct draws draws = seeded("zeros");
  struct hist added, counted, merged;
  hist_init(&added, 0, NULL);
  hist_init(&counted, 0, NULL);
  for (uint64_t i = 0; i < 2000; i++) {
    uint64_t value = draws_below(&draws, 3) == 0 ? 5 + draws_below(&draws, 100000) : 0;
    hist_add(&added, value);
    if (value == 0) {
      hist_add_zero(&counted);
    } else {
      hist_add(&counted, value);
    }
    if (i % 97 == 0) hist_settle(&counted);
    hist_init(&merged, 16, NULL);
    hist_merge(&merged, &counted);
    const struct hist *both[] = {&counted, &merged};
    for (int k = 0; k < 2; k++) {
      const struct hist *h = both[k];
      assert_true(hist_count(h) == i + 1 && hist_zeros(h) == hist_zeros(&added));
      assert_true(hist_sum(h) == hist_sum(&added) && hist_max(h) == hist_max(&added));
      assert_true(hist_min(h) == hist_min(&added));
      for (double q = 0; q <= 1; q += 0.125) {
        assert_true(hist_quantile(h, q) == hist_quantile(&added, q));
      }
      if (i > 0) assert_true(hist_deviation(h) == hist_deviation(&added));
    }
    hist_free(&merged);
  }
  hist_clear(&counted);
  assert_true(hist_count(&counted) == 0 && hist_zeros(&counted) == 0);
  hist_free(&added);
  hist_free(&counted);
}

static void test_exact_limit(void **state) {
  (void)state;
  struct hist hist;
  hist_init(&hist, 100, NULL);
  for (uint64_t i = 1; i <= 100; i++) hist_add(&hist, 1000000 + i);
  for (uint64_t percent = 1; percent <= 100; percent++) {
    assert_true(hist_quantile(&hist, (double)percent / 100) == (double)(1000000 + percent));
  }
  hist_add(&hist, 1000101);
  assert_true(!hist_is_exact(&hist) && hist_count(&hist) == 101);
  double median = hist_quantile(&hist, 0.5);
  assert_true(median != 1000051 && fabs(median - 1000051) < 100); /* kept within min and max */
  hist_free(&hist);
}

/* Aim: after hist_clear a histogram is as new, exactness included, whatever state it was in. */
static void test_clear(void **state) {
  (void)state;
  for (uint32_t limit = 0; limit <= 200; limit += 100) {
    struct hist hist;
    hist_init(&hist, limit, NULL);
    for (int round = 0; round < 3; round++) {
      for (uint64_t i = 0; i < 150; i++) hist_add(&hist, i * i * i);
      hist_clear(&hist);
      assert_true(hist_count(&hist) == 0 && hist_sum(&hist) == 0 &&
                  isnan(hist_quantile(&hist, 0.5)));
      for (uint64_t i = 0; i < 3; i++) hist_add(&hist, 1000001 + 1001 * i);
      double middle = hist_quantile(&hist, 0.5);
      if (limit > 0) assert_true(middle == 1001002);
      assert_true(fabs(middle - 1001002) < 0.01 * 1001002);
      assert_true(hist_count(&hist) == 3 && hist_min(&hist) == 1000001 &&
                  hist_max(&hist) == 1002003);
      hist_clear(&hist);
    }
    hist_free(&hist);
    hist_free(&hist); /* twice is allowed */
  }
}

/* Adds part `part` of 0 .. 4 of the same pseudo-random values. */
static void fill_part(struct hist *hist, uint64_t part, uint32_t limit, uint64_t n) {
  hist_init(hist, limit, NULL);
  struct draws draws = draws_begin(rng_stream(SEED, 0, "test_hist", "merge"), part, 0);
  for (uint64_t i = 0; i < n * (part + 1); i++) {
    hist_add(hist, draws_next(&draws) >> draws_below(&draws, 64));
  }
}

struct answers { /* no padding: compared as bytes */
  uint64_t count, sum_high, sum_low, min, max;
  double mean, deviation, quantiles[LEVELS];
};

static struct answers ask(const struct hist *hist) {
  struct answers out = {hist_count(hist),         (uint64_t)(hist_sum(hist) >> 64),
                        (uint64_t)hist_sum(hist), hist_min(hist),
                        hist_max(hist),           hist_mean(hist),
                        hist_deviation(hist),     {0}};
  for (size_t i = 0; i < LEVELS; i++) {
    out.quantiles[i] = hist_quantile(hist, (double)levels[i] / 1e6);
  }
  return out;
}

/* Aim: merging five parts in any of several orders, also as a tree, gives byte for byte the answers
 * of adding all values to one histogram; for histograms that stay exact, cease to be exact on the
 * way, or never were; and leaves `from` alone. */
static void test_merge(void **state) {
  (void)state;
  print_message("seed %llu, purpose merge\n", (unsigned long long)SEED);
  const uint32_t limits[] = {0, 40, 1000};
  const int orders[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}};
  for (size_t l = 0; l < 3; l++) {
    struct hist parts[5], all;
    hist_init(&all, limits[l], NULL);
    for (uint64_t part = 0; part < 5; part++) {
      fill_part(&parts[part], part, limits[l], 20);
      struct draws draws = draws_begin(rng_stream(SEED, 0, "test_hist", "merge"), part, 0);
      for (uint64_t i = 0; i < 20 * (part + 1); i++) {
        hist_add(&all, draws_next(&draws) >> draws_below(&draws, 64));
      }
    }
    struct answers want = ask(&all), third = ask(&parts[2]);
    assert_int_equal(want.count, 300);
    assert_int_equal(hist_is_exact(&all), limits[l] == 1000);
    for (size_t o = 0; o < 3; o++) {
      struct hist merged, left;
      hist_init(&merged, limits[l], NULL);
      hist_init(&left, limits[l], NULL);
      for (int i = 0; i < 2; i++) hist_merge(&left, &parts[orders[o][i]]);
      for (int i = 2; i < 5; i++) hist_merge(&merged, &parts[orders[o][i]]);
      hist_merge(&merged, &left);
      struct answers got = ask(&merged);
      assert_memory_equal(&got, &want, sizeof got);
      hist_free(&merged);
      hist_free(&left);
    }
    struct answers after = ask(&parts[2]);
    assert_memory_equal(&after, &third, sizeof after);
    for (int part = 0; part < 5; part++) hist_free(&parts[part]);
    hist_free(&all);
  }
}

/* Aim: a bucket may hold more than 2^32 values, however they came together, and give them back. */
static void test_many_in_a_bucket(void **state) {
  (void)state;
  struct hist once, twice, zeros;
  hist_init(&once, 0, NULL);
  hist_init(&twice, 0, NULL);
  hist_init(&zeros, 0, NULL);
  hist_add(&once, 1000000);
  hist_add(&once, 3000000);
  hist_add(&once, 3000000);
  hist_add(&zeros, 0);
  for (int i = 0; i < 17; i++) { /* doubles both, twice */
    hist_clear(&twice);
    hist_merge(&twice, &once);
    hist_merge(&once, &twice);
    hist_clear(&twice);
    hist_merge(&twice, &once);
    hist_merge(&once, &twice);
    hist_clear(&twice);
    hist_merge(&twice, &zeros);
    hist_merge(&zeros, &twice);
    hist_merge(&zeros, &twice);
    hist_merge(&zeros, &twice);
  }
  const uint64_t n = UINT64_C(1) << 34; /* of the smaller one */
  assert_true(hist_count(&once) == 3 * n && hist_zeros(&zeros) == n);
  assert_true(hist_zeros(&once) == 0);
  assert_true(fabs(hist_quantile(&once, 0.33) / 1e6 - 1) < 0.01);
  assert_true(fabs(hist_quantile(&once, 0.34) / 3e6 - 1) < 0.01);
  struct hist fresh, before;
  hist_init(&fresh, 0, NULL);
  hist_init(&before, 0, NULL);
  hist_take_new(&fresh, &once, &before);
  hist_clear(&fresh);
  hist_add(&once, 1000000);
  hist_add(&once, 3000000);
  hist_add(&once, 1000000);
  hist_settle(&once);
  hist_take_new(&fresh, &once, &before);
  assert_int_equal(hist_count(&fresh), 3);
  assert_true(fabs(hist_quantile(&fresh, 0.66) / 1e6 - 1) < 0.01);
  assert_true(fabs(hist_quantile(&fresh, 0.67) / 3e6 - 1) < 0.01);
  hist_free(&fresh);
  hist_free(&before);
  hist_free(&once);
  hist_free(&twice);
  hist_free(&zeros);
}

/* Aim: what came to a histogram between two looks is told from what came before: count, sum and
 * deviation exactly, quantiles, least and greatest value to the width of a bucket, however few
 * came, and none of a greater value that came earlier. */
static void test_take_new(void **state) {
  (void)state;
  struct hist all, before, window, exact;
  hist_init(&all, 0, NULL);
  hist_init(&before, 0, NULL);
  hist_init(&window, 256, NULL);
  hist_init(&exact, 100000, NULL);
  for (uint64_t look = 0; look < 60; look++) {
    hist_clear(&window);
    hist_clear(&exact);
    uint64_t n = look * look * look / 4, scale = 1 + rng_mix(look) % 30; /* 0, 0, 2, 6 .. values */
    if (look == 0) hist_add(&all, UINT64_C(1) << 62);
    for (uint64_t i = 0; i < n; i++) {
      uint64_t value = rng_mix(1000000 * look + i) >> (20 + scale);
      hist_add(&all, value);
      hist_add(&exact, value);
    }
    hist_settle(&all);
    hist_take_new(&window, &all, &before);
    if (look == 0) continue;
    assert_int_equal(hist_count(&window), n);
    if (n == 0) continue;
    assert_true(hist_sum(&window) == hist_sum(&exact));
    assert_true(n < 2 || hist_deviation(&window) == hist_deviation(&exact));
    hist_settle(&exact);
    hist_settle(&window);
    for (int k = 0; k <= 100; k++) {
      double want = hist_quantile(&exact, k / 100.0), got = hist_quantile(&window, k / 100.0);
      assert_true(fabs(got - want) <= want / 127);
    }
  }
  hist_free(&all);
  hist_free(&before);
  hist_free(&window);
  hist_free(&exact);
}

/* Aim: merging an empty histogram changes nothing, and merging a bucketed one into an exact one
 * ends its exactness even while few values are in. */
static void test_merge_mixed(void **state) {
  (void)state;
  struct hist exact, bucketed, empty;
  hist_init(&exact, 100, NULL);
  hist_init(&bucketed, 0, NULL);
  hist_init(&empty, 0, NULL);
  hist_add(&exact, 1000003);
  hist_merge(&exact, &empty);
  assert_true(hist_is_exact(&exact) && hist_count(&exact) == 1);
  hist_add(&bucketed, 2000003);
  hist_add(&bucketed, 3000003);
  hist_merge(&exact, &bucketed);
  assert_true(!hist_is_exact(&exact) && hist_count(&exact) == 3);
  for (uint64_t i = 0; i < 4; i++) hist_add(&exact, 2000000); /* more than half of 7 */
  double median = hist_quantile(&exact, 0.5);
  assert_true(!hist_is_exact(&exact) && fabs(median - 2000000) <= 20000);
  assert_true(hist_count(&exact) == 7 && hist_max(&exact) == 3000003);
  hist_free(&exact);
  hist_free(&bucketed);
}

/* Nine in ten values are 10 ms, the others 20 ms less a little: their bucket is known, not where in
 * it they lie. A bucket of values that are spread is no such one, nor a chance excess, and extremes
 * are exact. */
static void test_span_of_alike(void **state) {
  (void)state;
  struct hist hist;
  double least, most;
  hist_init(&hist, 0, NULL);
  for (int i = 0; i < 1000; i++) hist_add(&hist, i % 10 > 0 ? 10000000 : 19990000);
  hist_add(&hist, 40000000);
  hist_settle(&hist);
  hist_quantile_span(&hist, 0.95, &least, &most);
  assert_true(least <= 19990000 && 19990000 <= most && most - least < 0.008 * most && least < most);
  hist_quantile_span(&hist, 0.5, &least, &most);
  assert_true(least == 10000000 && most > least); /* nothing is below the least value */
  hist_quantile_span(&hist, 1, &least, &most);
  assert_true(least == 40000000 && most == 40000000);
  hist_free(&hist);
  hist_init(&hist, 0, NULL);
  struct draws draws = seeded("span");
  for (int i = 0; i < 100000; i++) hist_add(&hist, (uint64_t)(-log(draws_unit(&draws)) * 1e7));
  hist_settle(&hist);
  for (int i = 1; i < 1000; i++) {
    hist_quantile_span(&hist, i / 1000.0, &least, &most);
    assert_true(least == most && least == hist_quantile(&hist, i / 1000.0));
  }
  hist_free(&hist);
}

/* Aim: of values that are alike, all or none are within a limit in their bucket, if it is watched:
 * also after merging, and of what came since it was looked at. */
static void test_watched(void **state) {
  (void)state;
  static const uint64_t limits[] = {199999999, 200000000, 1000000000};
  struct hist a, b, sum, seen, growth;
  hist_init(&a, 0, NULL);
  hist_init(&b, 10, NULL);
  hist_init(&sum, 5, NULL);
  hist_init(&seen, 0, NULL);
  hist_init(&growth, 0, NULL);
  hist_watch(&a, limits, 3);
  hist_watch(&b, limits, 3);
  for (uint32_t i = 0; i < 1000; i++) hist_add(&a, i % 4 == 0 ? 200000000 : 5000);
  for (uint32_t i = 0; i < 100; i++) hist_add_zero(&a);
  for (uint32_t i = 0; i < 8; i++) hist_add(&b, 200000000); /* still kept one by one */
  assert_true(hist_count_upto(&a, 199999999) == 850);
  assert_true(hist_count_upto(&a, 200000000) == 1100);
  assert_true(hist_count_upto(&b, 199999999) == 0 && hist_count_upto(&b, 200000000) == 8);
  hist_merge(&sum, &a);
  hist_merge(&sum, &b);
  assert_true(hist_count_upto(&sum, 199999999) == 850);
  assert_true(hist_count_upto(&sum, 200000000) == 1108);
  assert_true(hist_count_upto(&sum, 1000000000) == 1108);
  hist_watch_like(&seen, &a);
  hist_watch_like(&growth, &a);
  for (uint32_t round = 0; round < 3; round++) {
    hist_settle(&a);
    hist_clear(&growth);
    hist_take_new(&growth, &a, &seen);
    assert_true(hist_count_upto(&growth, 199999999) == (round == 0 ? 850 : 0));
    assert_true(hist_count_upto(&growth, 200000000) == (round == 0 ? 1100 : 50));
    for (uint32_t i = 0; i < 50; i++) hist_add(&a, 200000000);
  }
  hist_clear(&a);
  for (uint32_t i = 0; i < 100; i++) hist_add(&a, 200000000);
  assert_true(hist_count_upto(&a, 200000000) == 100 && hist_count_upto(&a, 199999999) == 0);
  hist_free(&a);
  hist_free(&b);
  hist_free(&sum);
  hist_free(&seen);
  hist_free(&growth);
}

/* Aim: a quantile that is a limit is that limit, to the nanosecond, and one beyond it is beyond it:
 * though both lie in one bucket, and after merging. */
static void test_quantile_at_limit(void **state) {
  (void)state;
  static const uint64_t limits[] = {49999999, 50000000};
  struct hist one, hist;
  double least, most;
  hist_init(&one, 0, NULL);
  hist_init(&hist, 10, NULL);
  hist_watch(&one, limits, 2);
  for (int i = 0; i < 2000; i++) {
    hist_add(&one, i % 1000 < 900 ? 49950000 : i % 1000 < 995 ? 50000000 : 50050000);
  }
  hist_add(&one, 10000000);
  hist_add(&one, 80000000);
  hist_merge(&hist, &one);
  hist_settle(&hist);
  assert_true(hist_quantile(&hist, 0.99) == 50000000);
  hist_quantile_span(&hist, 0.99, &least, &most);
  assert_true(least == 50000000 && most == 50000000);
  hist_quantile_span(&hist, 0.997, &least, &most);
  assert_true(least == 50000001 && most > 50050000 && hist_quantile(&hist, 0.997) > 50000000);
  hist_quantile_span(&hist, 0.5, &least, &most);
  assert_true(least < 49950000 && most == 49999999);
  assert_true(hist_times_of(&hist, 50000000) == 190 && hist_times_of(&hist, 49999999) == 0);
  hist_free(&one);
  hist_free(&hist);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_data),
      cmocka_unit_test(test_adversarial_data),
      cmocka_unit_test(test_interpolation),
      cmocka_unit_test(test_bucket_edges),
      cmocka_unit_test(test_totals),
      cmocka_unit_test(test_count_upto),
      cmocka_unit_test(test_watched),
      cmocka_unit_test(test_deviation),
      cmocka_unit_test(test_great_sums),
      cmocka_unit_test(test_asked_on_the_way),
      cmocka_unit_test(test_counted_zeros),
      cmocka_unit_test(test_exact_limit),
      cmocka_unit_test(test_clear),
      cmocka_unit_test(test_merge),
      cmocka_unit_test(test_many_in_a_bucket),
      cmocka_unit_test(test_merge_mixed),
      cmocka_unit_test(test_take_new),
      cmocka_unit_test(test_span_of_alike),
      cmocka_unit_test(test_quantile_at_limit),
  };
  return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}

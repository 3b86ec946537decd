/* Aim: streams are named and keyed (every part of the name counts, nothing else does), and their
 * draws are uniform and independent as far as simple statistics can see.
 *
 * All seeds are fixed, so a test passes always or never. Bounds are 4.5 standard errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <Random123/philox.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"

#define SEED UINT64_C(20250102)
#define Z_MAX 4.5

static void print_seed(void) {
  print_message("seed %llu\n", (unsigned long long)SEED);
}

static void judge_z(const char *what, double z) {
  print_message("  %-36s z = %+.2f\n", what, z);
  assert_true(fabs(z) < Z_MAX);
}

/* Chi-square of counts against equal expectations as a z score (Wilson and Hilferty 1931). */
static double chi_square_z(const uint64_t *counts, size_t n) {
  double total = 0, chi = 0;
  for (size_t i = 0; i < n; i++) total += (double)counts[i];
  double expected = total / (double)n, freedom = (double)n - 1;
  for (size_t i = 0; i < n; i++) {
    chi += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
  }
  double v = 2 / (9 * freedom);
  return (cbrt(chi / freedom) - (1 - v)) / sqrt(v);
}

static int compare_words(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

static size_t count_repeats(uint64_t *words, size_t n) {
  qsort(words, n, sizeof words[0], compare_words);
  size_t repeats = 0;
  for (size_t i = 1; i < n; i++) repeats += words[i] == words[i - 1];
  return repeats;
}

/* Aim: the generator is Philox2x64 as published (known answers of the Random123 distribution, ten
 * rounds), and our six-round draws and our name hash stay the same for ever. */
static void test_known_answers(void **state) {
  (void)state;
  philox2x64_ctr_t zero = {{0, 0}}, ones = {{UINT64_MAX, UINT64_MAX}};
  philox2x64_key_t zero_key = {{0}}, ones_key = {{UINT64_MAX}};
  philox2x64_ctr_t block = philox2x64_R(10, zero, zero_key);
  assert_true(block.v[0] == UINT64_C(0xca00a0459843d731));
  assert_true(block.v[1] == UINT64_C(0x66c24222c9a845b5));
  block = philox2x64_R(10, ones, ones_key);
  assert_true(block.v[0] == UINT64_C(0x65b021d60cd8310f));
  assert_true(block.v[1] == UINT64_C(0x4d02f3222f86df20));
  for (uint64_t i = 0; i < 1000; i++) {
    uint64_t second, first = rng_block(i * UINT64_MAX / 7, i << 40 | i, ~i, &second);
    philox2x64_ctr_t counter = {{i << 40 | i, ~i}};
    philox2x64_key_t key = {{i * UINT64_MAX / 7}};
    block = philox2x64_R(6, counter, key);
    assert_true(block.v[0] == first && block.v[1] == second);
  }

  assert_true(rng_hash_name("") == UINT64_C(0xf52a15e9a9b5e89b));
  assert_true(rng_hash_name("web[2]") == UINT64_C(0x9eede3dd7b0b8197));
  assert_true(rng_stream(1, 2, "web", "work").key == UINT64_C(0x0926b84dc7dc0756));
  struct draws draws = draws_begin((struct stream){.key = 1}, 2, 3);
  assert_true(draws_next(&draws) == UINT64_C(0xed656f4a651bb3a0));
  assert_true(draws_next(&draws) == UINT64_C(0xf01bd439434a941c));
  assert_true(draws_next(&draws) == UINT64_C(0xd90fdc2fbef95495));
}

/* Aim: a draw depends on stream, entity and number only: not on what was drawn before it for
 * somebody else, and both words of a block are used in order. */
static void test_draws_are_pure(void **state) {
  (void)state;
  struct stream stream = rng_stream(SEED, 0, "web", "work");
  struct draws first = draws_begin(stream, 5, 0);
  uint64_t words[6];
  for (int i = 0; i < 6; i++) words[i] = draws_next(&first);

  struct draws other = draws_begin(rng_stream(SEED, 0, "database", "work"), 5, 0);
  struct draws again = draws_begin(stream, 5, 0);
  for (int i = 0; i < 6; i++) {
    draws_next(&other);
    assert_true(draws_next(&again) == words[i]);
  }
  struct draws later = draws_begin(stream, 5, 2); /* two words a block */
  assert_true(draws_next(&later) == words[4]);
  struct draws neighbour = draws_begin(stream, 6, 0);
  assert_true(draws_next(&neighbour) != words[0]);
  assert_true(count_repeats(words, 6) == 0);
}

/* Aim: each of seed, replication, component and purpose changes the stream, also where small
 * changes of two of them might cancel: all 20^4 combinations give different keys. (64-bit keys of
 * 160 000 streams coincide by chance with probability below 1e-9.) */
static void test_streams_differ(void **state) {
  (void)state;
  enum { SIDE = 20 };
  size_t n = 0;
  uint64_t *keys = malloc(sizeof keys[0] * SIDE * SIDE * SIDE * SIDE);
  assert_non_null(keys);
  char names[SIDE][32];
  for (int i = 0; i < SIDE; i++) snprintf(names[i], sizeof names[i], "web[%d]", i);
  for (uint64_t seed = 0; seed < SIDE; seed++) {
    for (uint64_t replication = 0; replication < SIDE; replication++) {
      for (int component = 0; component < SIDE; component++) {
        for (int purpose = 0; purpose < SIDE; purpose++) {
          keys[n++] = rng_stream(seed, replication, names[component], names[purpose]).key;
        }
      }
    }
  }
  assert_int_equal(count_repeats(keys, n), 0);
  free(keys);
}

/* Aim: flipping one bit of the seed or of the replication, or one letter of a name, flips each bit
 * of the key with probability 1/2. */
static void test_stream_avalanche(void **state) {
  (void)state;
  print_seed();
  uint64_t flips[4] = {0};
  const int trials = 2000;
  for (int i = 0; i < trials; i++) {
    uint64_t seed = rng_mix(SEED + (uint64_t)i), bit = UINT64_C(1) << (i % 64);
    uint64_t base = rng_stream(seed, 7, "queue", "work").key;
    char name[] = "queue", purpose[] = "work";
    name[i % 5] ^= 1;
    purpose[i % 4] ^= 2;
    flips[0] +=
        (uint64_t)__builtin_popcountll(base ^ rng_stream(seed ^ bit, 7, "queue", "work").key);
    flips[1] +=
        (uint64_t)__builtin_popcountll(base ^ rng_stream(seed, 7 ^ bit, "queue", "work").key);
    flips[2] += (uint64_t)__builtin_popcountll(base ^ rng_stream(seed, 7, name, "work").key);
    flips[3] += (uint64_t)__builtin_popcountll(base ^ rng_stream(seed, 7, "queue", purpose).key);
  }
  const char *parts[] = {"seed", "replication", "component", "purpose"};
  for (int i = 0; i < 4; i++) {
    judge_z(parts[i], ((double)flips[i] - 32.0 * trials) / sqrt(16.0 * trials));
  }
}

/* Aim: hashes of similar names are different and even in their low and high bits. */
static void test_name_hash(void **state) {
  (void)state;
  enum { N = 200000 };
  uint64_t *hashes = malloc(N * sizeof hashes[0]);
  assert_non_null(hashes);
  uint64_t low[256] = {0}, high[256] = {0};
  for (int i = 0; i < N; i++) {
    char name[32];
    snprintf(name, sizeof name, "service[%d]", i);
    hashes[i] = rng_hash_name(name);
    low[hashes[i] & 255]++;
    high[hashes[i] >> 56]++;
  }
  judge_z("low byte", chi_square_z(low, 256));
  judge_z("high byte", chi_square_z(high, 256));
  assert_int_equal(count_repeats(hashes, N), 0);
  free(hashes);
  assert_true(rng_hash_name("ab") != rng_hash_name("ba"));
  assert_true(rng_hash_name("") != rng_hash_name("a"));
}

/* Draw `i` of one of several orders in which the simulator might take numbers. */
enum order { WITHIN_ENTITY, OVER_ENTITIES, SECOND_WORD, OVER_SEEDS, OVER_FIRST, ORDERS };

static double ordered_draw(enum order order, uint64_t i, struct draws *within) {
  struct stream stream = rng_stream(SEED, 0, "web", "work");
  struct draws draws;
  switch (order) {
    case WITHIN_ENTITY:
      return draws_unit(within);
    case OVER_ENTITIES:
      draws = draws_begin(stream, i, 0);
      return draws_unit(&draws);
    case SECOND_WORD:
      draws = draws_begin(stream, i, 0);
      draws_unit(&draws);
      return draws_unit(&draws);
    case OVER_SEEDS:
      draws = draws_begin(rng_stream(i, 0, "web", "work"), 1, 0);
      return draws_unit(&draws);
    case OVER_FIRST:
      draws = draws_begin(stream, 1, i << 32);
      return draws_unit(&draws);
    case ORDERS:
      break;
  }
  fail();
  return 0;
}

/* Aim: in every order in which numbers are taken, they are uniform (chi-square over 1000 bins,
 * mean, variance), pairs of successive ones fill the square (chi-square over 32 x 32 cells) and are
 * uncorrelated at lags 1 to 3. */
static void test_uniform_and_independent(void **state) {
  (void)state;
  print_seed();
  enum { N = 400000 };
  const char *names[ORDERS] = {"within an entity", "over entities", "second words", "over seeds",
                               "over starts"};
  double *u = malloc(N * sizeof u[0]);
  assert_non_null(u);
  for (int order = 0; order < ORDERS; order++) {
    print_message("%s\n", names[order]);
    struct draws within = draws_begin(rng_stream(SEED, 1, "web", "work"), 3, 0);
    uint64_t bins[1000] = {0}, cells[1024] = {0};
    double sum = 0, squares = 0, lagged[4] = {0};
    for (uint64_t i = 0; i < N; i++) {
      u[i] = ordered_draw((enum order)order, i, &within);
      bins[(int)(u[i] * 1000)]++;
      double centred = u[i] - 0.5;
      sum += centred;
      squares += centred * centred;
      for (uint64_t lag = 1; lag <= 3 && lag <= i; lag++)
        lagged[lag] += centred * (u[i - lag] - 0.5);
      if (i % 2) cells[(int)(u[i - 1] * 32) * 32 + (int)(u[i] * 32)]++;
    }
    judge_z("uniformity", chi_square_z(bins, 1000));
    judge_z("pairs", chi_square_z(cells, 1024));
    judge_z("mean", sum / sqrt(N / 12.0));
    judge_z("variance", (squares - N / 12.0) / sqrt(N / 180.0));
    for (int lag = 1; lag <= 3; lag++) judge_z("correlation", lagged[lag] * 12 / sqrt(N));
  }
  free(u);
}

/* Aim: streams of neighbouring names, seeds and replications are uncorrelated draw by draw. */
static void test_streams_uncorrelated(void **state) {
  (void)state;
  print_seed();
  const struct stream streams[] = {
      rng_stream(SEED, 0, "web[0]", "work"),     rng_stream(SEED, 0, "web[1]", "work"),
      rng_stream(SEED, 0, "web[0]", "arrival"),  rng_stream(SEED, 1, "web[0]", "work"),
      rng_stream(SEED + 1, 0, "web[0]", "work"), rng_stream(SEED, 0, "work", "web[0]"),
  };
  enum { STREAMS = sizeof streams / sizeof streams[0], N = 100000 };
  double products[STREAMS][STREAMS] = {{0}};
  for (uint64_t i = 0; i < N; i++) {
    double u[STREAMS];
    for (int s = 0; s < STREAMS; s++) {
      struct draws draws = draws_begin(streams[s], i, 0);
      u[s] = draws_unit(&draws) - 0.5;
      for (int t = 0; t < s; t++) products[s][t] += u[s] * u[t];
    }
  }
  for (int s = 0; s < STREAMS; s++) {
    for (int t = 0; t < s; t++) judge_z("correlation of streams", products[s][t] * 12 / sqrt(N));
  }
}

/* Aim: draws_unit stays off 0 and 1 for the extreme words, and draws_below off n. The words are put
 * into the struct by hand, since they come by chance once in 2^64. */
static void test_extreme_words(void **state) {
  (void)state;
  struct draws low = {.spare = 0, .has_spare = true};
  struct draws high = {.spare = UINT64_MAX, .has_spare = true};
  struct draws copy = low;
  assert_true(draws_unit(&copy) == 0x1p-53);
  copy = high;
  assert_true(draws_unit(&copy) == 1 - 0x1p-53);
  const uint64_t sizes[] = {1, 2, 10, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    copy = low;
    assert_true(draws_below(&copy, sizes[i]) == 0);
    copy = high;
    assert_true(draws_below(&copy, sizes[i]) == sizes[i] - 1);
  }
}

/* Aim: draws_below is even for a size that does not divide 2^64. */
static void test_below(void **state) {
  (void)state;
  print_seed();
  struct draws draws = draws_begin(rng_stream(SEED, 0, "below", "test"), 0, 0);
  uint64_t counts[37] = {0};
  for (int i = 0; i < 500000; i++) counts[draws_below(&draws, 37)]++;
  judge_z("evenness", chi_square_z(counts, 37));
}

/* Aim: the halves of an antithetic pair draw u and exactly 1 - u, k of n and n - 1 - k; the first
 * half, and a stream that is alone, draw what the stream draws. */
static void test_halves(void **state) {
  (void)state;
  print_seed();
  struct stream alone = rng_stream(SEED, 0, "web", "work");
  struct draws whole = draws_begin(alone, 5, 0);
  struct draws none = draws_begin(stream_half(alone, HALF_NONE), 5, 0);
  struct draws first = draws_begin(stream_half(alone, HALF_FIRST), 5, 0);
  struct draws second = draws_begin(stream_half(alone, HALF_SECOND), 5, 0);
  for (int i = 0; i < 10000; i++) {
    double u = draws_unit(&whole);
    assert_true(draws_unit(&none) == u && draws_unit(&first) == u);
    assert_true(draws_unit(&second) == 1 - u);
    uint64_t k = draws_below(&whole, 7);
    assert_true(draws_below(&none, 7) == k && draws_below(&first, 7) == k);
    assert_true(draws_below(&second, 7) == 6 - k);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_answers),
      cmocka_unit_test(test_draws_are_pure),
      cmocka_unit_test(test_streams_differ),
      cmocka_unit_test(test_stream_avalanche),
      cmocka_unit_test(test_name_hash),
      cmocka_unit_test(test_uniform_and_independent),
      cmocka_unit_test(test_streams_uncorrelated),
      cmocka_unit_test(test_extreme_words),
      cmocka_unit_test(test_below),
      cmocka_unit_test(test_halves),
  };
  return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}

/* Aim: a draw from a row is that of its key alone, whatever was asked for before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "dist_make.h"
#include "draw_row.h"

#define SEED UINT64_C(20251128)
#define BLOCK (UINT64_C(3) << 32)

struct made {
  struct draw_row row;
  struct dist dist;
  struct stream stream;
  uint64_t there; /* draws that the row had */
};

static struct made made_new(void) {
  struct made m = {.stream = rng_stream(SEED, 0, "web", "work")};
  struct error err;
  assert_true(dist_exponential(&m.dist, 1e7, &err));
  return m;
}

static void ask(struct made *m, uint64_t key) {
  uint64_t value, alone = dist_draw_keyed(&m->dist, &m->stream, key, BLOCK);
  bool there = draw_row_has(&m->row, &m->stream, key, BLOCK, &value);
  if (!there) value = draw_row_take(&m->row, &m->dist, &m->stream, key, BLOCK);
  if (value != alone)
    fail_msg("key %llu, seed %llu", (unsigned long long)key, (unsigned long long)SEED);
  m->there += there;
}

static void test_keys_in_a_row(void **state) {
  (void)state;
  struct made m = made_new();
  for (uint64_t key = 1000; key < 11000; key++) ask(&m, key);
  /* Five of six, but for the one in a hundred that is not quick. */
  assert_in_range(m.there, 8100, 8334);
}

/* Keys that are left out, come late, come twice, jump back, wrap around. */
static void test_any_order(void **state) {
  (void)state;
  struct made m = made_new();
  uint64_t key = UINT64_MAX - 5000;
  for (uint64_t i = 0; i < 20000; i++) {
    uint64_t word = rng_mix(SEED + i);
    key += word % 8 < 5 ? 1 : word % 8 == 5 ? 0 : (word >> 32) % 9 - 4;
    if (word % 1000 == 0) key = word;
    ask(&m, key);
  }
  assert_true(m.there > 5000);
}

/* Key 0 is the one that a row of zeros would have. */
static void test_first_of_all(void **state) {
  (void)state;
  for (uint64_t key = 0; key < 3; key++) {
    struct made m = made_new();
    ask(&m, key);
    ask(&m, key + 1);
    ask(&m, key);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_keys_in_a_row),
      cmocka_unit_test(test_any_order),
      cmocka_unit_test(test_first_of_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

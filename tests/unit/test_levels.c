/* Aim: the shares of priority levels and which of them panic, as in the tables of Envoy's
 * documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "levels.h"

enum { MOST = 3, HOSTS = 100 };

static void assert_levels(uint32_t n, const uint32_t *healthy, double panic, const uint32_t *load,
                          const bool *panics) {
  uint32_t in_use[MOST], total[MOST], got[MOST], part[MOST];
  bool panicked[MOST];
  for (uint32_t i = 0; i < n; i++) in_use[i] = healthy[i], total[i] = HOSTS;
  struct levels levels = {
      .n = n, .in_use = in_use, .total = total, .part = part, .load = got, .panics = panicked};
  levels_share(&levels, 1.4, panic);
  for (uint32_t i = 0; i < n; i++) {
    if (got[i] != load[i] || panicked[i] != panics[i]) {
      fail_msg("level %u of %u, %u healthy: %u %%%s", i, n, healthy[i], got[i],
               panicked[i] ? ", panics" : "");
    }
  }
}

static void test_spill_over(void **state) {
  (void)state;
  static const struct {
    uint32_t n, healthy[MOST], load[MOST];
  } rows[] = {
      {2, {100, 100}, {100, 0}},      {2, {72, 100}, {100, 0}},
      {2, {71, 100}, {99, 1}},        {2, {50, 100}, {70, 30}},
      {2, {25, 100}, {35, 65}},       {2, {0, 100}, {0, 100}},
      {2, {25, 25}, {50, 50}},        {3, {25, 25, 100}, {35, 35, 30}},
      {3, {71, 71, 100}, {99, 1, 0}}, {3, {25, 25, 20}, {36, 36, 28}},
      {2, {0, 0}, {100, 0}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_levels(rows[i].n, rows[i].healthy, 0, rows[i].load, (bool[MOST]){false});
  }
}

static void test_panic(void **state) {
  (void)state;
  assert_levels(2, (uint32_t[]){25, 25}, 0.5, (uint32_t[]){50, 50}, (bool[]){true, true});
  assert_levels(2, (uint32_t[]){5, 65}, 0.5, (uint32_t[]){7, 93}, (bool[]){true, false});
  /* Those behind it take it all: nobody has to panic. */
  assert_levels(2, (uint32_t[]){5, 100}, 0.5, (uint32_t[]){7, 93}, (bool[]){false, false});
  /* Nor where they take just all: 70 and 30 %. */
  assert_levels(2, (uint32_t[]){50, 22}, 0.5, (uint32_t[]){70, 30}, (bool[]){false, false});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spill_over),
      cmocka_unit_test(test_panic),
  };
  return cmocka_run_group_tests_name("levels", tests, NULL, NULL);
}

/* Aim: replications of two kinds are named with their shares and means; samples of one law, with
 * heavy tails or few different values, are seldom taken for two. Fixed seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "populations.h"
#include "rng.h"

#define SEED UINT64_C(20261129)

static void two_are_named(void **state) {
  (void)state;
  double value[100];
  for (uint32_t i = 0; i < 100; i++) {
    value[i] = i % 20 == 7 ? 1 : 0.165 + 0.0005 * (double)((i * 37) % 20);
  }
  value[50] = NAN;
  struct populations p;
  assert_true(populations_find(value, 100, UNIT_RATIO, &p));
  assert_int_equal(p.low, 94);
  assert_int_equal(p.high, 5);
  assert_true(fabs(p.low_mean - 0.17) < 0.003 && p.high_mean == 1);
}

static void what_does_not_matter_is_one(void **state) {
  (void)state;
  struct populations p;
  const double none_or_one[] = {1, 1, 1, 1, 0.999, 0.999, 0.999, 1, 1, 1};
  assert_false(populations_find(none_or_one, 10, UNIT_RATIO, &p));
  const double outliers[] = {0.01, 0.011, 0.012, 0.01, 0.011, 0.012, 0.5, 0.51};
  assert_false(populations_find(outliers, 8, UNIT_SECONDS, &p)); /* two are chance */
  assert_int_equal(p.low, 0);
  const double few[] = {0, 0, 1};
  assert_false(populations_find(few, 3, UNIT_RATIO, &p));
}

static double draw(int law, struct draws *draws) {
  double u = draws_unit(draws),
         normal = sqrt(-2 * log(u)) * cos(6.283185307179586 * draws_unit(draws));
  switch (law) {
    case 0:
      return 10 + normal;
    case 1:
      return -log(u);
    case 2:
      return exp(2 * normal);
    case 3:
      return pow(u, -1 / 1.1); /* Pareto, with a mean that is barely finite */
    default:
      return floor(-log(u) * 2); /* few different values */
  }
}

/* 2000 samples of each law and size. */
static void one_law_is_one_population(void **state) {
  (void)state;
  static const char *const name[] = {"normal", "exponential", "log-normal", "Pareto", "lattice"};
  static const uint32_t size[] = {10, 30, 100};
  print_message("seed %llu\n", (unsigned long long)SEED);
  for (int law = 0; law < 5; law++) {
    for (int s = 0; s < 3; s++) {
      struct draws draws = draws_begin(rng_stream(SEED, 0, "test_populations", "values"),
                                       (uint64_t)(law * 3 + s), 0);
      uint32_t found = 0, shares = 0;
      for (int i = 0; i < 2000; i++) {
        double value[100];
        struct populations p;
        for (uint32_t k = 0; k < size[s]; k++) value[k] = draw(law, &draws);
        found += populations_find(value, size[s], UNIT_SECONDS, &p);
        if (law > 1) continue; /* of heavier ones most shares would be near 0 or near 1 */
        for (uint32_t k = 0; k < size[s]; k++) value[k] = exp(-fabs(value[k]) / 3);
        shares += populations_find(value, size[s], UNIT_RATIO, &p);
      }
      print_message("%s, %u values: %u of 2000, %u as shares\n", name[law], size[s], found, shares);
      if (shares > 20) fail_msg("%u of 2000 false alarms of shares", shares);
      if (found > (law == 4 ? 40 : 20))
        fail_msg("%s of %u: %u of 2000 false alarms", name[law], size[s], found);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_are_named),
      cmocka_unit_test(what_does_not_matter_is_one),
      cmocka_unit_test(one_law_is_one_population),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

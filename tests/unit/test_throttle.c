/* Aim: a throttle turns calls away with the published probability, caps it, and forgets what lies
 * further back than its window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "throttle.h"

#define S UINT64_C(1000000000)

static struct throttle_config envoy(double aggression) {
  return (struct throttle_config){
      .given = true, .threshold = 0.95, .aggression = aggression, .most = 1, .window_ns = 30 * S};
}

/* The chance after 1000 calls, of which so many went well. */
static double chance(struct throttle_config config, int good) {
  struct throttle t;
  throttle_init(&t, &config);
  for (int i = 0; i < 1000; i++) throttle_record(&t, 0, i >= good);
  return throttle_chance(&t, 0);
}

/* Aim: the formula of Envoy's page, ((n - s / 0.95) / (n + 1)) ^ (1 / aggression), at n = 1000. */
static void test_chance(void **state) {
  (void)state;
  static const struct {
    int good;
    double one, two;
  } rows[] = {
      {960, 0, 0}, {900, 0.052579, 0.229301}, {500, 0.473211, 0.687903}, {0, 0.999001, 0.9995}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_true(fabs(chance(envoy(1), rows[i].good) - rows[i].one) < 1e-6);
    assert_true(fabs(chance(envoy(2), rows[i].good) - rows[i].two) < 1e-6);
  }
}

/* Aim: no more than `most`. */
static void test_most(void **state) {
  (void)state;
  struct throttle_config config = envoy(1);
  config.most = 0.8;
  assert_true(chance(config, 0) == 0.8);
  assert_true(fabs(chance(config, 500) - 0.473211) < 1e-6);
}

/* Aim: failures count for as long as the window, to a tenth of it, whether calls come or not. */
static void test_window(void **state) {
  (void)state;
  struct throttle_config config = envoy(1);
  struct throttle t;
  throttle_init(&t, &config);
  for (int i = 0; i < 99; i++) throttle_record(&t, 0, true);
  assert_true(fabs(throttle_chance(&t, 29 * S) - 0.99) < 1e-12);
  assert_true(throttle_chance(&t, 30 * S) == 0);
  for (int i = 0; i < 99; i++) throttle_record(&t, 31 * S, i % 2);
  assert_int_equal(t.tally.calls, 99);
}

/* Aim: calls that were turned away count as none that went well if all are to count; each is
 * counted once as turned away, and a restart forgets all but that. */
static void test_away(void **state) {
  (void)state;
  struct throttle_config config = envoy(1);
  config.threshold = 0.5;
  struct throttle t;
  throttle_init(&t, &config);
  for (int i = 0; i < 10; i++) throttle_record(&t, 0, i > 2);
  double before = throttle_chance(&t, 0);
  throttle_away(&t, 0);
  assert_true(throttle_chance(&t, 0) == before);
  config.counts = THROTTLE_COUNTS_ALL;
  throttle_away(&t, 0);
  assert_true(fabs(throttle_chance(&t, 0) - (11 - 3 / 0.5) / 12) < 1e-12);
  throttle_restart(&t);
  assert_true(throttle_chance(&t, 0) == 0);
  assert_int_equal(t.turned_away, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chance),
      cmocka_unit_test(test_most),
      cmocka_unit_test(test_window),
      cmocka_unit_test(test_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

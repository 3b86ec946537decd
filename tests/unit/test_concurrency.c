/* Aim: limits follow what they are told by the published rules, and against a server with a known
 * number of workers they settle near that number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "concurrency.h"

#define MS UINT64_C(1000000)

static const struct concurrency_config aimd_config = {.rule = CONCURRENCY_AIMD,
                                                      .start = 10,
                                                      .least = 1,
                                                      .most = 200,
                                                      .shrink = 0.9,
                                                      .slow_ns = 5000 * MS};
static const struct concurrency_config gradient_config = {.rule = CONCURRENCY_GRADIENT,
                                                          .start = 20,
                                                          .least = 1,
                                                          .most = 200,
                                                          .queue = 4,
                                                          .smoothing = 0.2,
                                                          .tolerance = 1};

static void test_fixed(void **state) {
  (void)state;
  struct concurrency_config config = {.rule = CONCURRENCY_FIXED, .start = 7};
  struct concurrency c;
  concurrency_init(&c, &config);
  for (int i = 0; i < 10; i++) concurrency_result(&c, MS, 7, i % 2);
  assert_int_equal(concurrency_limit(&c), 7);
}

/* Aim: one more while half of it is in use, a tenth (at least one) less after a failure. */
static void test_aimd(void **state) {
  (void)state;
  struct concurrency c;
  concurrency_init(&c, &aimd_config);
  assert_int_equal(concurrency_limit(&c), 10);
  concurrency_result(&c, MS, 4, false);
  assert_int_equal(concurrency_limit(&c), 10);
  concurrency_result(&c, MS, 5, false);
  assert_int_equal(concurrency_limit(&c), 11);
  concurrency_result(&c, MS, 11, true);
  assert_int_equal(concurrency_limit(&c), 9);
  concurrency_result(&c, 5000 * MS, 9, false);
  assert_int_equal(concurrency_limit(&c), 10);
  concurrency_result(&c, 5000 * MS + 1, 9, false); /* as good as failed */
  assert_int_equal(concurrency_limit(&c), 9);
  for (int i = 0; i < 50; i++) concurrency_result(&c, MS, 9, true);
  assert_int_equal(concurrency_limit(&c), 1);
  for (int i = 0; i < 500; i++) concurrency_result(&c, MS, 1000, false);
  assert_int_equal(concurrency_limit(&c), 200);
}

/* Aim: with a steady time it grows by queue x smoothing at each answer; with one of twice the usual
 * it goes to (1 - 0.2) L + 0.2 (L / 2 + 4); what limits nothing is left alone. */
static void test_gradient(void **state) {
  (void)state;
  struct concurrency c;
  concurrency_init(&c, &gradient_config);
  concurrency_result(&c, 10 * MS, 9, false);
  assert_true(c.limit == 20);
  for (int i = 1; i <= 9; i++) concurrency_result(&c, 10 * MS, 20, false);
  assert_true(c.limit > 27.2 - 1e-9 && c.limit < 27.2 + 1e-9);
  double before = c.limit;
  concurrency_result(&c, 1000 * MS, 30, false);
  double after = 0.8 * before + 0.2 * (before / 2 + 4);
  assert_true(c.limit > after - 1e-9 && c.limit < after + 1e-9);
}

/* Aim: after a time of load the usual time falls by a twentieth at each answer that takes less than
 * half of it, beside the average; a time above half of it leaves it to the average. */
static void test_back_to_normal(void **state) {
  (void)state;
  struct concurrency c;
  concurrency_init(&c, &gradient_config);
  for (int i = 0; i < 10; i++) concurrency_result(&c, 100 * MS, 1, false);
  assert_true(c.usual_ns == 100e6);
  concurrency_result(&c, 10 * MS, 1, false);
  double usual_ns = (100e6 - 90e6 * 2 / 601) * 0.95;
  assert_true(c.usual_ns > usual_ns - 1e-3 && c.usual_ns < usual_ns + 1e-3);
  concurrency_result(&c, 60 * MS, 1, false);
  usual_ns -= (usual_ns - 60e6) * 2 / 601;
  assert_true(c.usual_ns > usual_ns - 1e-3 && c.usual_ns < usual_ns + 1e-3);
}

/* A server with w workers answers n calls at once after max(1, n / w) times its work. A caller that
 * always uses the whole limit: gradient allows the queue that its rule asks for. In balance the
 * limit L obeys L = L usual / took + queue. */
static void test_balance(void **state) {
  (void)state;
  const double workers = 40;
  struct concurrency c;
  concurrency_init(&c, &gradient_config);
  for (int i = 0; i < 3000; i++) {
    double n = (double)concurrency_limit(&c);
    concurrency_result(&c, (uint64_t)(10e6 * (n > workers ? n / workers : 1)), (uint64_t)n, false);
  }
  assert_true(concurrency_limit(&c) > workers && concurrency_limit(&c) < 4 * workers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fixed),    cmocka_unit_test(test_aimd),
      cmocka_unit_test(test_gradient), cmocka_unit_test(test_back_to_normal),
      cmocka_unit_test(test_balance),
  };
  return cmocka_run_group_tests_name("concurrency", tests, NULL, NULL);
}

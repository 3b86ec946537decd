/* Aim: a budget lets through as many further tries as its rule says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "retry_budget.h"

/* Tries that n requests make of which all fail, each tried up to `attempts` times. */
static double tries(struct retry_budget *b, int n, int attempts) {
  int made = 0;
  for (int i = 0; i < n; i++) {
    retry_budget_request(b);
    for (int k = 1;; k++) {
      made++;
      retry_budget_result(b, false);
      if (k == attempts || !retry_budget_take(b)) break;
    }
  }
  return made;
}

/* Aim: without a budget 4 attempts are 4 times the load; with a tenth it is 1.1 times. */
static void test_share(void **state) {
  (void)state;
  struct retry_budget b;
  struct budget none = {.rule = BUDGET_NONE};
  struct budget tenth = {.rule = BUDGET_SHARE, .share = 0.125, .burst = 10};
  retry_budget_init(&b, &none);
  assert_int_equal(tries(&b, 1000, 4), 4000);
  retry_budget_init(&b, &tenth);
  assert_int_equal(tries(&b, 1000, 4), 1125);
}

/* Aim: what is not used is kept for a burst, but not more than it holds. */
static void test_burst(void **state) {
  (void)state;
  struct budget config = {.rule = BUDGET_SHARE, .share = 0.5, .burst = 3};
  struct retry_budget b;
  retry_budget_init(&b, &config);
  assert_false(retry_budget_take(&b)); /* it starts empty */
  for (int i = 0; i < 100; i++) retry_budget_request(&b);
  for (int i = 0; i < 3; i++) assert_true(retry_budget_take(&b));
  assert_false(retry_budget_take(&b));
}

/* Aim: ten tenths of a token are one retry, and ten above one token no more than two, though
 * neither sum is exact in binary. */
static void test_tenths(void **state) {
  (void)state;
  struct budget config = {.rule = BUDGET_SHARE, .share = 0.1, .burst = 1};
  struct retry_budget b;
  retry_budget_init(&b, &config);
  assert_int_equal(tries(&b, 1000, 2), 1100);
  struct budget throttle = {.rule = BUDGET_PER_SUCCESS, .per_success = 0.1, .burst = 4};
  retry_budget_init(&b, &throttle);
  for (int i = 0; i < 3; i++) retry_budget_result(&b, false);
  for (int i = 0; i < 10; i++) retry_budget_result(&b, true);
  assert_false(retry_budget_take(&b));
  retry_budget_result(&b, true);
  assert_true(retry_budget_take(&b));
}

/* Aim: gRPC's throttle: 10 tokens, retries while more than 5 are left, so a fifth failed try is not
 * repeated; each success gives a tenth back. */
static void test_per_success(void **state) {
  (void)state;
  struct budget config = {.rule = BUDGET_PER_SUCCESS, .per_success = 0.125, .burst = 10};
  struct retry_budget b;
  retry_budget_init(&b, &config);
  for (int i = 1; i <= 4; i++) {
    retry_budget_result(&b, false);
    assert_true(retry_budget_take(&b));
  }
  retry_budget_result(&b, false);
  assert_false(retry_budget_take(&b));
  for (int i = 0; i < 9; i++) retry_budget_result(&b, false);
  for (int i = 0; i < 40; i++) retry_budget_result(&b, true); /* from 0, not from below */
  assert_false(retry_budget_take(&b));
  retry_budget_result(&b, true);
  assert_true(retry_budget_take(&b));
  for (int i = 0; i < 1000; i++) retry_budget_result(&b, true);
  assert_true(b.tokens == 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_share),
      cmocka_unit_test(test_burst),
      cmocka_unit_test(test_tenths),
      cmocka_unit_test(test_per_success),
  };
  return cmocka_run_group_tests_name("retry_budget", tests, NULL, NULL);
}

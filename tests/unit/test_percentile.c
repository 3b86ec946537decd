/* Aim: the names of percentiles mean what people read in them, and nothing else is taken for one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "percentile.h"

static void names(void **state) {
  (void)state;
  assert_true(percentile_parse("p50") == 0.5);
  assert_true(percentile_parse("p5.5") == 0.055);
  assert_true(percentile_parse("p99") == 0.99);
  assert_true(percentile_parse("p999") == 0.999);
  assert_true(percentile_parse("p9995") == 0.9995);
  assert_true(percentile_parse("p97.5") == 0.975);
  assert_true(percentile_parse("p99.99") == 0.9999);
  assert_true(percentile_parse("p0.1") == 0.001);
  static const char *const none[] = {"",
                                     "p",
                                     "p0",
                                     "p100",
                                     "p100.5",
                                     "p9.",
                                     "p.5",
                                     "99",
                                     "p99x",
                                     "p-5",
                                     "p97.5.",
                                     "mean",
                                     "pool",
                                     "p1e1",
                                     "p00.0",
                                     "p9",
                                     "p5",
                                     "p 50",
                                     "p123456789012345"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    assert_true(isnan(percentile_parse(none[i])));
  }
}

static void at_the_end(void **state) {
  (void)state;
  assert_string_equal(percentile_in("users.latency.p97.5"), "p97.5");
  assert_string_equal(percentile_in("web[2].wait.p99"), "p99");
  assert_string_equal(percentile_in("users.op.p50.latency.p75"), "p75");
  assert_null(percentile_in("users.latency.mean"));
  assert_null(percentile_in("p50"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(at_the_end)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

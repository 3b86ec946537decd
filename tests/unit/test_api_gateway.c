/* Aim: a gateway asks for the check of a token where that is said, and a request whose token is
 * refused goes no further. */
#include "test_script_load.h"

#define GATEWAY(CHECK)                                                                             \
  "client \"c\" { arrivals = constant \"10/s\", target = \"g\", mix = { open = 0.5, shut = 0.5 } " \
  "}\n"                                                                                            \
  "api_gateway \"g\" { route = { open = \"x\", shut = \"y\" },\n"                                  \
  "  auth = { check = \"tokens\", of = { \"shut\" } } }\n"                                         \
  "service \"x\" {} service \"y\" {}\n"                                                            \
  "service \"tokens\" { " CHECK " }"

static void test_tokens(void **state) {
  (void)state;
  const char *good = GATEWAY("work = \"1ms\""), *bad = GATEWAY("on = { fail() }");
  double shut = metric_of(good, "y.arrivals", 10);
  assert_true(shut > 30 && shut < 70);
  assert_true(metric_of(good, "tokens.arrivals", 10) == shut);
  assert_true(metric_of(good, "c.availability", 10) == 1);
  assert_true(metric_of(bad, "y.arrivals", 10) == 0);
  assert_true(metric_of(bad, "c.errors.denied", 10) == shut);
  assert_true(metric_of(bad, "x.arrivals", 10) == 100 - shut);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens)};
  return cmocka_run_group_tests_name("api_gateway", tests, folder_make, folder_remove);
}

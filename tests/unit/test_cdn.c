/* Aim: callers of a CDN go to the edge that is nearest to them, each place keeps answers of its
 * own, a shield spares the origin what another place has asked for, and what passes is never kept.
 */
#include "test_script_load.h"

#define CDN(REST)                                                                      \
  "region \"w\" { zones = { \"a\", \"b\", \"dc\" } }\n"                                \
  "client \"near-a\" { zone = \"a\", arrivals = constant \"10/s\", target = \"c\",\n"  \
  "  keys = uniform_keys { n = 1 }, mix = { page = 0.9, buy = 0.1 } }\n"               \
  "client \"near-b\" { zone = \"b\", arrivals = constant \"10/s\", target = \"c\",\n"  \
  "  keys = uniform_keys { n = 1 }, mix = { page = 1 } }\n"                            \
  "cdn \"c\" { places = { \"a\", \"b\" }, origin = \"o\", passes = { \"buy\" }, " REST \
  " }\n"                                                                               \
  "service \"o\" { zone = \"dc\", work = \"1ms\" }\n"                                  \
  "path { from = \"a\", to = \"b\", latency = \"50ms\" }\n"                            \
  "path { from = \"a\", to = \"dc\", latency = \"10ms\" }\n"                           \
  "path { from = \"b\", to = \"dc\", latency = \"20ms\" }\n"

static double of(const char *text, const char *name) {
  return metric_of(text, name, 10);
}

static void test_edges(void **state) {
  (void)state;
  const char *text = CDN("");
  assert_true(of(text, "c/edge-a.arrivals") == 100);
  assert_true(of(text, "c/edge-b.arrivals") == 100);
  double bought = of(text, "near-a.op.buy.requests");
  assert_true(bought > 0 && bought < 30);
  assert_true(of(text, "o.arrivals") == bought + 2); /* the page, once for each place */
  assert_true(of(text, "near-b.latency.mean") < 0.001);
}

static void test_shield(void **state) {
  (void)state;
  const char *text = CDN("shield = { zone = \"dc\" }");
  assert_true(of(text, "o.arrivals") == of(text, "near-a.op.buy.requests") + 1);
  assert_true(of(text, "c/shield.hits") + of(text, "c/shield.joined") == 1);
}

/* Aim: where the near edge is out of use, callers go to the other one. */
static void test_edge_down(void **state) {
  (void)state;
  const char *text =
      CDN("health_check = { interval = \"100ms\", timeout = \"50ms\", fall = 1 }") "fault { crash "
                                                                                 "\"c/edge-b\", at = \"1s\" }";
  double elsewhere = of(text, "c/edge-a.arrivals") - 100;
  assert_true(elsewhere > 80 && elsewhere < 92);
  assert_true(of(text, "near-b.availability") > 0.97);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_edges), cmocka_unit_test(test_shield),
                                     cmocka_unit_test(test_edge_down)};
  return cmocka_run_group_tests_name("cdn", tests, folder_make, folder_remove);
}

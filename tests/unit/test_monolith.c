/* Aim: the modules of a monolith share its workers, cost no hop, ask one database, and go down
 * together. */
#include <math.h>

#include "test_script_load.h"

#define SHOP(ARRIVALS, MIX, REST)                                                   \
  "client \"c\" { arrivals = " ARRIVALS ", target = \"shop\", mix = " MIX           \
  " }\n"                                                                            \
  "monolith \"shop\" { workers = 2, modules = {\n"                                  \
  "  { \"pages\", work = \"1ms\" },\n"                                              \
  "  { \"catalogue\", of = { \"view\", \"buy\" }, work = \"5ms\", queries = 2 },\n" \
  "  { \"checkout\", of = { \"buy\" }, work = \"10ms\", queries = 1 } },\n"         \
  "  database = { workers = 1, read = \"2ms\", write = \"4ms\", writes = { \"buy\" } } }\n" REST

static void near(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

static void test_modules(void **state) {
  (void)state;
  near(SHOP("constant \"1/s\"", "{ view = 1 }", ""), "c.latency.mean", 0.001 + 0.005 + 2 * 0.002);
  near(SHOP("constant \"1/s\"", "{ buy = 1 }", ""), "c.latency.mean", 0.016 + 3 * 0.004);
  near(SHOP("constant \"1/s\"", "{ other = 1 }", ""), "c.latency.mean", 0.001);
  near(SHOP("constant \"1/s\"", "{ buy = 1 }", ""), "shop/db.writes", 30);
  near(SHOP("constant \"1/s\"", "{ view = 1 }", ""), "shop/db.reads", 20);
}

/* Aim: three at once have two workers, who wait for the database. */
static void test_shared(void **state) {
  (void)state;
  const char *text = SHOP("burst { 3, at = \"1s\" }", "{ other = 1 }", "");
  near(text, "c.latency.max", 0.002);
  near(text, "c.latency.min", 0.001);
}

static void test_together(void **state) {
  (void)state;
  const char *text = SHOP("constant \"1/s\"", "{ other = 1 }",
                          "fault { crash \"shop\", at = \"4500ms\", lasts = \"2s\" }\n");
  near(text, "c.availability", 0.8);
}

static void test_mistake(void **state) {
  (void)state;
  const char *message = mistake(
      "client \"c\" { arrivals = constant \"1/s\", target = \"m\" }\n"
      "monolith \"m\" { modules = { { \"all\", work = \"1ms\", queries = 1 } } }\n");
  assert_non_null(strstr(message, "no 'database'"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_modules),
      cmocka_unit_test(test_shared),
      cmocka_unit_test(test_together),
      cmocka_unit_test(test_mistake),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

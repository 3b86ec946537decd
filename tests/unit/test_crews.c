/* Aim: as many members are repaired at once as there are crews, and the others wait in turn. */
#include <math.h>

#include "test_script_load.h"

#define THREE(CREWS)                                              \
  "client \"c\" { arrivals = poisson \"1/s\", target = \"s\" }\n" \
  "service \"s\" { instances = 3 }\n"                             \
  "fault { crash \"s[*]\", mttf = \"10s\", mttr = \"4s\"" CREWS " }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 40);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: all fail at 10 s. One crew: up again at 14, 18 and 22 s, and each fails 10 s later, when the
 * one before has just been repaired: at 24, 28, 32 and 38 s. Two: 14, 14 and 18 s. */
static void test_turns(void **state) {
  (void)state;
  expect(THREE(", crews = 1"), "s[1].uptime", 1 - (4 + 4 + 2) / 40.0);
  expect(THREE(", crews = 1"), "s[2].uptime", 1 - (8 + 4) / 40.0);
  expect(THREE(", crews = 1"), "s[3].uptime", 1 - (12 + 4) / 40.0);
  expect(THREE(", crews = 2"), "s[2].uptime", 1 - (4 + 4 + 2) / 40.0);
  expect(THREE(", crews = 2"), "s[3].uptime", 1 - (8 + 4) / 40.0);
  expect(THREE(""), "s[3].uptime", 1 - (4 + 4 + 2) / 40.0);
  expect(THREE(", crews = 3"), "s[3].uptime", 1 - (4 + 4 + 2) / 40.0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const cases[] = {
      "fault { crash \"s[*]\", at = \"5s\", lasts = \"9s\", crews = 1 }",
      "fault { crash \"s\", mttf = \"10s\", mttr = \"4s\", crews = 1 }",
      "fault { crash \"s[*]\", mttf = \"10s\", mttr = \"4s\", crews = 0 }",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = poisson \"1/s\", target = \"s\" }\n"
             "service \"s\" { instances = 3 }\n%s\n",
             cases[i]);
    const char *got = mistake(text);
    if (!strstr(got, "crews")) fail_msg("%s: %s", cases[i], got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_turns),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("crews", tests, folder_make, folder_remove);
}

/* Aim: a fault that meets one member at random meets each equally often, one at a time and only
 * those that are up, at the times that it says; what is grouped fails at the same instants. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 20);
  if (!(fabs(got - value) <= 1e-9 * (1 + fabs(value)))) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

#define ASKS(N)                                                     \
  "client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n" \
  "service \"s\" { instances = " N " }\n"

/* Aim: at 4, 8, 12 and 16 s one of two is down for a second; counted from one beginning to the
 * next, so that one that lasts longer begins again at once. */
static void test_times(void **state) {
  (void)state;
  expect(ASKS("2") "fault { crash { random = { \"s\", every = \"4s\" } }, lasts = \"1s\" }\n",
         "s.uptime", 1 - 4.0 / 40);
  expect(ASKS("1") "fault { crash { random = { \"s\", every = \"2s\" } }, lasts = \"5s\" }\n",
         "s.uptime", 0.1);
}

/* Aim: who is down already is not met: of two one is down from 3 s on, and the other one dies. */
static void test_only_those_up(void **state) {
  (void)state;
  const char *text = ASKS("2")
      "fault { crash \"s[1]\", at = \"3s\" }\n"
      "fault { crash { random = { \"s\", every = \"4s\" } }, lasts = \"1s\" }\n";
  expect(text, "s[1].uptime", 3.0 / 20);
  expect(text, "s[2].uptime", 16.0 / 20);
  /* And nobody where nobody is up. */
  expect(ASKS("1") "fault { crash \"s\", at = \"1s\", lasts = \"10s\" }\n"
                   "fault { crash { random = { \"s\", every = \"4s\" } }, lasts = \"1s\" }\n",
         "s.uptime", 1 - 12.0 / 20); /* at 12 and 16 s again */
}

/* Aim: each of four as often as the others, within four standard errors. */
static void test_uniform(void **state) {
  (void)state;
  const char *text = ASKS(
      "4") "fault { crash { random = { \"s\", every = exponential \"1s\" } }, lasts = \"1ms\" }\n";
  enum { SECONDS = 4000 };
  for (int i = 1; i <= 4; i++) {
    char name[32];
    snprintf(name, sizeof name, "s[%d].uptime", i);
    double times = (1 - metric_of(text, name, SECONDS)) * SECONDS * 1000;
    if (!(fabs(times - 1000) < 4 * sqrt(1000))) fail_msg("%s: met %g times", name, times);
  }
}

/* Aim: a rack and a database share their power: whenever one is down, the other is. */
static void test_group(void **state) {
  (void)state;
  const char *text = ASKS("2") "service \"other\" {}\n"
      "client \"d\" { arrivals = constant \"10/s\", target = \"other\" }\n"
      "fault { crash { group = { \"s[2]\", \"other\" } }, mttf = exponential \"3s\", mttr = "
      "exponential \"1s\" }\n";
  double down = 1 - metric_of(text, "other.uptime", 20);
  assert_true(down > 0);
  expect(text, "s[2].uptime", 1 - down);
  expect(text, "s[1].uptime", 1);
  const char *other_way = ASKS("2") "service \"other\" {}\n"
      "client \"d\" { arrivals = constant \"10/s\", target = \"other\" }\n"
      "fault { crash { group = { \"other\", \"s[2]\" } }, mttf = exponential \"3s\", mttr = "
      "exponential \"1s\" }\n";
  expect(other_way, "s[2].uptime", 1 - down);
}

/* Aim: a domain of a tree fails with all that is below it, at the same instants as if its places
 * stood in one list; what stands beside it does not. */
static void test_tree(void **state) {
  (void)state;
#define ROW                                                             \
  ASKS("3")                                                             \
  "service \"other\" {}\n"                                              \
  "client \"d\" { arrivals = constant \"10/s\", target = \"other\" }\n" \
  "local left = { \"s[1]\", { \"s[2]\" } }\n"                           \
  "local row = { left, { \"other\" } }\n"
#define CRASH(WHAT) \
  "fault { crash { group = " WHAT " }, mttf = exponential \"3s\", mttr = exponential \"1s\" }\n"
  const char *flat = ROW CRASH("{ \"other\", \"s[2]\", \"s[1]\" }"), *row = ROW CRASH("row");
  double down = 1 - metric_of(flat, "other.uptime", 20);
  assert_true(down > 0);
  expect(row, "other.uptime", 1 - down);
  expect(row, "s[1].uptime", 1 - down);
  expect(row, "s[2].uptime", 1 - down);
  expect(row, "s[3].uptime", 1);
  const char *left = ROW CRASH("left");
  expect(left, "other.uptime", 1);
  expect(left, "s[1].uptime", metric_of(left, "s[2].uptime", 20));
  assert_true(metric_of(left, "s[1].uptime", 20) < 1);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } cases[] = {
      {"crash { random = \"s\" }, lasts = \"1s\"", "is a component and how often"},
      {"crash { random = { \"s\" } }, lasts = \"1s\"", "'every' is missing"},
      {"crash { random = { \"s\", every = \"0s\" } }, lasts = \"1s\"", "must be greater than 0"},
      {"crash { random = { \"s[1]\", every = \"1s\" } }, lasts = \"1s\"", "is not a component"},
      {"crash { random = { \"s\", every = \"1s\" } }", "give lasts"},
      {"crash { random = { \"s\", every = \"1s\" } }, at = \"1s\", lasts = \"1s\"", "neither at"},
      {"crash { random = { \"c\", every = \"1s\" } }, lasts = \"1s\"", "break what it calls"},
      {"crash { \"s\", random = { \"s\", every = \"1s\" } }, lasts = \"1s\"",
       "stands beside another target"},
      {"partition { random = { \"s\", every = \"1s\" } }, lasts = \"1s\"", "happens to a member"},
      {"join { random = { \"s\", every = \"1s\" } }, lasts = \"1s\"", "happens to a member"},
      {"crash { group = { \"s\" } }, at = \"1s\"", "two places or more"},
      {"crash { group = { { \"s\" } } }, at = \"1s\"", "two places or more"},
      {"crash { group = { \"s\", {} } }, at = \"1s\"", "is empty"},
      {"crash { group = { \"s[1]\", { \"s[2]\", 3 } } }, at = \"1s\"", "item 2 of item 2"},
      {"crash { group = { \"s\", \"t\" } }, at = \"1s\"", "there is no component"},
      {"crash { group = { \"s\", \"s[*]\" } }, at = \"1s\"", "all members of a group fail at once"},
      {"crash { group = { \"s\", \"c\" } }, at = \"1s\"", "break what it calls"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, ASKS("2") "fault { %s }\n", cases[i].text);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].text, got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_times),   cmocka_unit_test(test_only_those_up),
      cmocka_unit_test(test_uniform), cmocka_unit_test(test_group),
      cmocka_unit_test(test_tree),    cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

/* Aim: a new version gets the shares that a release says, when it says so; it is taken back when it
 * shows to be bad, and what that costs is what the shares and the looks make of it. */
#include <math.h>

#include "test_script_load.h"

#define SHOP(BAD)                                                                       \
  "client \"c\" { arrivals = constant \"100/s\", target = \"lb\", timeout = \"1s\" }\n" \
  "load_balancer \"lb\" { backends = { \"old\", \"new\" } }\n"                          \
  "service \"old\" { instances = 2, work = \"1ms\" }\n"                                 \
  "service \"new\" { instances = 2, on = { work \"1ms\", branch { p = " BAD ", fail() } } }\n"

static void within(const char *text, const char *name, double least, double most) {
  double got = metric_of(text, name, 100);
  if (!(got >= least && got <= most)) {
    fail_msg("%s is %.9g, expected %g to %g:\n%s", name, got, least, most, text);
  }
}

/* Aim: nothing before 20 s, 10 % until 40 s, half until 60 s, then all, and it is over at 80 s. */
static void test_shares(void **state) {
  (void)state;
  static const char text[] = SHOP("0")
      "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\",\n"
      "  by = { \"10%\", \"50%\", \"100%\" }, every = \"20s\" } }\n";
  within(text, "new.arrivals", 5200 - 150, 5200 + 150);
  within(text, "old.arrivals", 4800 - 150, 4800 + 150);
  within(text, "v2.share", 52 - 1e-6, 52 + 1e-6);
  within(text, "v2.share.end", 100, 100);
  within(text, "v2.actions", 1, 1);
  within(text, "v2.release_time.mean", 60, 60);
  within(text, "c.availability", 1, 1);
}

/* Aim: a balancer that names the former version alone gives the new one what the release says. */
static void test_one_named(void **state) {
  (void)state;
  static const char text[] =
      "client \"c\" { arrivals = constant \"100/s\", target = \"lb\", timeout = \"1s\" }\n"
      "load_balancer \"lb\" { backends = \"old\", algorithm = \"power_of_two\" }\n"
      "service \"old\" { instances = 2, work = \"1ms\" }\n"
      "service \"new\" { instances = 2, work = \"1ms\" }\n"
      "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\",\n"
      "  by = { \"10%\", \"50%\", \"100%\" }, every = \"20s\" } }\n";
  within(text, "new.arrivals", 5200 - 150, 5200 + 150);
  within(text, "old.arrivals", 4800 - 150, 4800 + 150);
  within(text, "c.availability", 1, 1);
}

/* Aim: a version that fails three calls of ten is seen at the first look, five seconds after its
 * first share, and gets no more; without a look all that it gets is spoilt; a good one stays. */
static void test_taken_back(void **state) {
  (void)state;
  static const char bad[] = SHOP("0.3")
      "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\",\n"
      "  by = { \"10%\", \"100%\" }, every = \"20s\", look = \"5s\",\n"
      "  back_when = \"new.error_ratio > 5%\" } }\n";
  within(bad, "v2.taken_back", 1, 1);
  within(bad, "v2.taken_back_after.mean", 5, 5);
  within(bad, "v2.actions", 0, 0);
  within(bad, "new.arrivals", 20, 85);
  within(bad, "c.errors.failed", 4, 35);
  within(bad, "v2.share.end", 0, 0);
  static const char beside[] = SHOP("0.3") /* said of the control in place of its act */
      "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\" },\n"
      "  back_when = \"new.error_ratio > 5%\" }\n";
  within(beside, "v2.taken_back_after.mean", 10, 10);
  static const char unseen[] =
      SHOP("0.3") "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\" } }\n";
  within(unseen, "c.errors.failed", 2400 - 200, 2400 + 200);
  static const char good[] = SHOP("0.01")
      "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\", every = \"30s\",\n"
      "  look = \"10s\", back_when = \"new.error_ratio > 5%\" } }\n";
  within(good, "v2.taken_back", 0, 0);
  within(good, "v2.share.end", 100, 100);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"rollout { \"old\", to = \"old\" }", "name the new version in to"},
      {"rollout { \"old\" }", "to"},
      {"rollout { \"old\", to = \"new\", by = { \"50%\", \"10%\" } }",
       "each share is larger than the one before"},
      {"rollout { \"old\", to = \"new\", by = \"120%\" }", "120"},
      {"rollout { \"old\", to = \"new\", by = {} }", "it takes 1 to 100"},
      {"rollout { \"old\", to = \"third\" }", "its backends are { \"old\", \"third\" }"},
      {"rollout { \"third\", to = \"c\" }", "makes requests"},
      {"rollout { \"old\", to = \"new\", back_when = \"new.error_ratio\" }", "a condition such as"},
      {"rollout { \"old\", to = \"new\", back_when = \"new.eror_ratio > 5%\" }", "error_ratio"},
      {"rollout { \"old\", to = \"new\", back_when = \"new.error_ratio > 5s\" }", "a share such"},
      {"alert()", "alert cannot act on what at tells"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[900];
    snprintf(text, sizeof text,
             SHOP("0") "client \"d\" { arrivals = poisson \"1/s\", target = \"third\" }\n"
                       "service \"third\" {}\ncontrol \"v2\" { at = \"20s\", act = %s }\n",
             cases[i][0]);
    const char *got = mistake(text);
    if (!strstr(got, cases[i][1])) fail_msg("%s: %s", cases[i][0], got);
  }
  const char *twice = mistake(SHOP(
      "0") "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = "
           "\"new\", back_when = \"new.error_ratio > 5%\" },\n"
           "  back_when = \"new.error_ratio > 9%\" }\n");
  assert_non_null(strstr(twice, "says back_when twice"));
  const char *other = mistake(SHOP(
      "0") "control \"v2\" { watch = \"c.error_ratio\", above = \"5%\", "
           "act = alert(), back_when = \"new.error_ratio > 9%\" }\n");
  assert_non_null(strstr(other, "means nothing without act = rollout"));
  const char *none = mistake(
      "client \"c\" { arrivals = constant \"100/s\", target = \"lb\", timeout = \"1s\" }\n"
      "load_balancer \"lb\" { backends = { \"old\", \"new\" }, weights = { old = 1, new = 0 } }\n"
      "service \"old\" {}\nservice \"new\" {}\n"
      "control \"v2\" { at = \"20s\", act = rollout { \"old\", to = \"new\" } }\n");
  assert_non_null(strstr(none, "no calls at all"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shares),
      cmocka_unit_test(test_one_named),
      cmocka_unit_test(test_taken_back),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("rollout", tests, folder_make, folder_remove);
}

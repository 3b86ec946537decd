/* Aim: a balancer that hashes what is alike of all requests sends them to one instance while it is
 * in use; with a bound the next one has what would be too much for it. */
#include <math.h>

#include "test_script_load.h"

#define N 3

/* Ten calls a second, each for `work`. */
#define SCENE(ALGORITHM, WORK, FAULT)                                                           \
  "client \"c\" { arrivals = constant \"10/s\", target = \"lb\" }\n"                            \
  "load_balancer \"lb\" { backends = \"s\", by = \"all\", health_check = { interval = "         \
  "\"1s\", timeout = \"100ms\", fall = 1, rise = 1, first = \"even\" }, algorithm = " ALGORITHM \
  " }\n"                                                                                        \
  "service \"s\" { instances = 3, work = " WORK " }\n" FAULT

static void shares(const char *text, double *arrivals) {
  for (int i = 0; i < N; i++) {
    char name[32];
    snprintf(name, sizeof name, "s[%d].arrivals", i + 1);
    arrivals[i] = metric_of(text, name, 20);
  }
}

static int busiest(const double *arrivals) {
  int most = 0;
  for (int i = 1; i < N; i++) most = arrivals[i] > arrivals[most] ? i : most;
  return most;
}

/* Aim: one has all 200. While it is down, from 5 to 15 s, another one alone has what comes. */
static void test_one_has_all(void **state) {
  (void)state;
  static const char *const plain[] = {SCENE("\"hash\"", "\"1ms\"", ""),
                                      SCENE("\"consistent_hash\"", "\"1ms\"", ""),
                                      SCENE("\"maglev\"", "\"1ms\"", "")};
  static const char *const down[N] = {
      SCENE("\"consistent_hash\"", "\"1ms\"",
            "fault { crash \"s[1]\", at = \"5s\", lasts = \"10s\" }\n"),
      SCENE("\"consistent_hash\"", "\"1ms\"",
            "fault { crash \"s[2]\", at = \"5s\", lasts = \"10s\" }\n"),
      SCENE("\"consistent_hash\"", "\"1ms\"",
            "fault { crash \"s[3]\", at = \"5s\", lasts = \"10s\" }\n")};
  double arrivals[N];
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    shares(plain[i], arrivals);
    assert_true(arrivals[busiest(arrivals)] == 200);
  }
  shares(plain[1], arrivals);
  int first = busiest(arrivals);
  shares(down[first], arrivals);
  int with_some = 0;
  for (int i = 0; i < N; i++) with_some += arrivals[i] > 0;
  assert_int_equal(with_some, 2);
  assert_true(arrivals[0] + arrivals[1] + arrivals[2] == 200);
  assert_true(arrivals[first] >= 100 && arrivals[first] <= 120); /* seen within a second */
}

/* Aim: of six calls at a time, each for 600 ms, with a bound of 2 no instance has more than
 * ceil(2 x 6 / 3) = 4: two share all of them, and the third has none. */
static void test_bound_fills_one_after_the_other(void **state) {
  (void)state;
  const char *text = SCENE("\"consistent_hash\", bounded = 2", "\"600ms\"", "");
  double arrivals[N];
  shares(text, arrivals);
  int idle = 0;
  for (int i = 0; i < N; i++) idle += arrivals[i] == 0;
  assert_int_equal(idle, 1);
  for (int i = 0; i < N; i++) {
    char name[32];
    snprintf(name, sizeof name, "s[%d].busy.mean", i + 1);
    assert_true(metric_of(text, name, 20) <= 4);
  }
  assert_true(arrivals[0] + arrivals[1] + arrivals[2] == 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_has_all),
      cmocka_unit_test(test_bound_fills_one_after_the_other),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

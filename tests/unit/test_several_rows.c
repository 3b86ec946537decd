/* Aim: writes that lock several rows deadlock when it can be worked out by hand that they do, and
 * as often as it can be counted; sorted they never do; and who gives up frees all that it had. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value, double tolerance) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) <= tolerance)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

static int requests(void **state) {
  if (folder_make(state) != 0) return -1;
  write_file("two.csv", "time,key,op\n0.001,1,write\n0.002,2,write\n");
  return 0;
}

#define TWO(MORE)                                                                          \
  "client \"c\" { arrivals = trace { csv = \"two.csv\" }, target = \"db\" }\n"             \
  "database \"db\" { write = \"10ms\", rows = { n = 2, keys = uniform_keys { n = 2 }" MORE \
  " } }\n"

/* Aim: of two rows one write takes the first at 1 ms and the other one the second at 2 ms. At 11
 * and 12 ms each wants the other row. The first one has waited for a second at 1.011 s, fails, and
 * the other one is done 10 ms later, 1.019 s after it came. If it is looked for at once, the second
 * one fails at 12 ms, and the first one is done at 22 ms. Sorted, the second one waits for row 1
 * until the first one is done at 21 ms, and is done at 41 ms. */
static void test_two(void **state) {
  (void)state;
  const char *late = TWO(""), *at_once = TWO(", deadlock = \"0s\""),
             *sorted = TWO(", order = \"sorted\"");
  expect(late, "db.deadlocks", 1, 0);
  expect(late, "c.latency.max", 1.019, 1e-9);
  expect(late, "c.availability", 0.5, 1e-9);
  expect(late, "db.lock_wait.max", 1, 1e-9);
  expect(late, "db.lock_waiting.end", 0, 0);
  expect(at_once, "db.deadlocks", 1, 0);
  expect(at_once, "c.latency.max", 0.021, 1e-9);
  expect(sorted, "db.deadlocks", 0, 0);
  expect(sorted, "c.latency.max", 0.039, 1e-9);
  expect(sorted, "c.availability", 1, 0);
}

/* Aim: a crash frees all rows: a write that comes later takes its 20 ms and no more. */
static void test_crash(void **state) {
  (void)state;
  const char *text = TWO("") "fault { crash \"db\", at = \"15ms\", lasts = \"1s\" }\n"
                             "client \"later\" { arrivals = burst { 1, at = \"2s\" }, target = \"db\", mix = { "
                             "write = 1 } }\n";
  expect(text, "db.deadlocks", 0, 0);
  expect(text, "later.latency.max", 0.02, 1e-9);
}

#define MANY(RATE, ROWS, OF, MORE)                                                           \
  "client \"c\" { arrivals = poisson \"" RATE                                                \
  "\", target = \"db\", mix = { write = 1 }, keys = "                                        \
  "uniform_keys { n = " OF                                                                   \
  " } }\n"                                                                                   \
  "database \"db\" { write = \"10ms\", rows = { n = " ROWS ", keys = uniform_keys { n = " OF \
  " }" MORE " } }\n"

/* Aim: how often two deadlock, while few do. One wants its i-th row, which the other one has as its
 * a-th, and the other one its j-th, which the first one has as its b-th, a < j and b < i: that is
 * so if the second one begins within (i - a + j - b) w of a certain instant, w the time of a part,
 * and if two rows are those of D (D - 1). Summed up, over unordered pairs at rate r: r^2 w C(n, 2)
 * C(n + 1, 3) / (D (D - 1)) a second, about n^5 / 12 where Gray et al. (The Dangers of Replication,
 * 1996) have n^5 / 4 with cruder chances. */
static void test_rate(void **state) {
  (void)state;
  double T = 60000, r = 5, w = 0.01, D = 50;
  double expected = T * r * r * w * 6 * 10 / (D * (D - 1)); /* 367, of which the root is 19 */
  const char *text = MANY("5/s", "4", "50", ", deadlock = \"0s\"");
  double got = metric_of(text, "db.deadlocks", T);
  if (!(fabs(got - expected) < 3 * 19)) fail_msg("%.6g deadlocks instead of %.6g", got, expected);
  const char *sorted = MANY("5/s", "4", "50", ", order = \"sorted\"");
  assert_true(metric_of(sorted, "db.deadlocks", 10000) == 0);
  assert_true(metric_of(sorted, "db.lock_wait.mean", 10000) > 0.005);
}

static void refused(const char *text, const char *says) {
  const char *message = mistake(text);
  if (message == NULL || !strstr(message, says)) fail_msg("%s\n%s", message ? message : "", text);
}

#define TOLD "client \"c\" { arrivals = poisson \"5/s\", target = \"db\", mix = { write = 1 } }\n"

static void test_mistakes(void **state) {
  (void)state;
  refused(MANY("5/s", "4", "3", ""), "4 different rows, and keys has 3");
  refused(TOLD
          "database \"db\" { instances = 2, rows = { n = 2, keys = uniform_keys { n = 9 } } }\n",
          "give it one instance");
  refused(TOLD "database \"db\" { rows = { n = 1, keys = uniform_keys { n = 9 } } }\n", "rows");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_two),
      cmocka_unit_test(test_crash),
      cmocka_unit_test(test_rate),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, requests, folder_remove);
}

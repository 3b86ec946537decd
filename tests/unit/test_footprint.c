/* Aim: what one instance of a service takes of memory, at every instant; past its limit it is
 * killed with its calls and begins again; on schedules computed by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) <= 1e-9 * (1 + fabs(value)))) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

#define SEND(RATE) "client \"c\" { arrivals = constant \"" RATE "\", target = \"s\" }\n"
#define SERVICE(MORE, MEMORY) "service \"s\" { " MORE " memory = { " MEMORY " } }\n"

/* Aim: base, request and leak add up. Ten calls of 500 ms, one a second, the first at 0 s. */
static void test_level(void **state) {
  (void)state;
  const char *text = SEND("1/s") SERVICE("work = \"500ms\",",
                                         "base = \"100B\", request = \"40B\", leak = \"10B\", "
                                         "limit = \"1GB\"");
  expect(text, "s.memory.end", 100 + 10 * 10);
  /* Call k is there from k to k + 0.5; what it leaves, from k + 0.5 to 10. */
  double leaked = 0;
  for (int k = 0; k <= 9; k++) leaked += 10 * (10 - (k + 0.5));
  expect(text, "s.memory", 100 + 10 * 0.5 * 40 / 10 + leaked / 10);
  expect(text, "s.out_of_memory", 0);
}

/* Aim: five calls that end take it to its limit, and the sixth, at 5.1 s, past it: the process is
 * gone, what leaked with it, and the next one is up 1.5 s later, so that one call is refused. */
static void test_kill_by_leak(void **state) {
  (void)state;
  const char *text = SEND("1/s") SERVICE("work = \"100ms\", start = \"500ms\",",
                                         "leak = \"20B\", limit = \"100B\", restart = \"1s\"");
  expect(text, "s.out_of_memory", 1);
  expect(text, "c.errors.refused", 1); /* at 6 s; up at 6.6 s */
  expect(text, "s.memory.end", 3 * 20);
  expect(text, "s.uptime", 0.85);
}

/* Aim: calls that are present at once take it past the limit, and are lost; a limit that is just
 * reached kills nobody. */
static void test_kill_by_calls(void **state) {
  (void)state;
#define CROWD(N) "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"s\" }\n"
#define KEEPS                                          \
  SERVICE("workers = 2, queue = 8, work = \"100ms\",", \
          "base = \"10B\", request = \"10B\", limit = \"60B\"")
  expect(CROWD("5") KEEPS, "s.out_of_memory", 0);
  expect(CROWD("5") KEEPS, "c.availability", 1);
  expect(CROWD("6") KEEPS, "s.out_of_memory", 1);
  expect(CROWD("6") KEEPS, "c.errors.reset", 6);
}

/* Aim: a fault makes it leak, while it holds; and what leaks on a host swaps its neighbours. */
static void test_fault(void **state) {
  (void)state;
  const char *text = SEND("1/s") SERVICE(
      "work = \"100ms\",",
      "limit = \"1GB\"") "fault { leak { \"s\", \"7B\" }, at = \"2500ms\", lasts = \"3s\" }\n";
  expect(text, "s.memory.end", 3 * 7);
  const char *host = SEND("1/s") "host \"vm\" { cpus = 1, memory = \"100B\", swap = 11 }\n" SERVICE(
      "host = \"vm\", work = \"100ms\",", "base = \"50B\", leak = \"50B\"");
  /* While the n-th call works 50 n bytes are wanted. */
  double all = 0, longest = 0;
  for (int n = 1; n <= 10; n++) {
    double wants = 50.0 * n;
    longest = 0.1 * (wants <= 100 ? 1 : 1 + 10 * (wants - 100) / wants);
    all += longest;
  }
  expect(host, "c.latency.max", longest);
  expect(host, "c.latency.mean", all / 10);
}

/* Aim: restart is no more than the process: a machine that is down stays down. */
static void test_crash_frees(void **state) {
  (void)state;
  const char *text = SEND("1/s") SERVICE(
      "work = \"100ms\",",
      "leak = \"10B\", limit = \"1GB\"") "fault { crash \"s\", at = \"5500ms\", lasts = \"1ms\" "
                                         "}\n";
  expect(text, "s.memory.end", 4 * 10);
}

/* Aim: who is not there takes nothing, neither of its own nor of its host's memory: of four of 100
 * MB on 200 MB the third is there from 5 s on, and the fourth never. With three a third does not
 * fit: 1 + 10 / 3 times as long. One that starts takes its part; one that is down gives it back. */
static void test_not_there(void **state) {
  (void)state;
#define ON_HOST(MORE)                                                  \
  SEND("10/s")                                                         \
  "host \"vm\" { cpus = 4, memory = \"200MB\", swap = 11 }\n" SERVICE( \
      "instances = 4, host = \"vm\", work = \"10ms\", start = \"1s\",", "base = \"100MB\"") MORE
#define NEVER "fault { join \"s[4]\", at = \"60s\" }\n"
  const char *comes = ON_HOST("fault { join \"s[3]\", at = \"4s\" }\n" NEVER);
  expect(comes, "vm.memory", 200e6 * 0.4 + 300e6 * 0.6);
  expect(comes, "vm.swapping", 0.6);
  expect(comes, "c.latency.min", 0.01);
  expect(comes, "s.memory", 100e6);
  expect(comes, "s.memory.end", 100e6);
  const char *goes = ON_HOST("fault { stop \"s[3]\", at = \"5s\" }\n" NEVER);
  expect(goes, "vm.memory", 250e6);
  expect(goes, "vm.swapping", 0.5);
  expect(goes, "s.memory", 100e6);
  const char *down = ON_HOST("fault { crash \"s[3]\", at = \"5s\", lasts = \"2s\" }\n" NEVER);
  expect(down, "vm.memory", 200e6 + 100e6 * 0.8);
  expect(down, "vm.memory.end", 300e6);
  expect(down, "s.memory", (200e6 + 100e6 * 0.8) / 3);
  /* A crash in the middle of a start. */
  const char *twice = ON_HOST(
      "fault { crash \"s[3]\", at = \"5s\", lasts = \"1s\" }\n"
      "fault { crash \"s[3]\", at = \"6500ms\", lasts = \"1s\" }\n" NEVER);
  expect(twice, "vm.memory", 200e6 + 100e6 * 0.8);
}

/* Aim: a control reads what one instance takes, as the metric says, and not all of them: 100 MB of
 * each of four are not above 150 MB. */
static void test_watched(void **state) {
  (void)state;
#define WATCH \
  "control \"page\" { watch = \"s.memory\", above = 150000000, every = \"1s\", act = alert() }\n"
  const char *four = SEND("10/s")
      SERVICE("instances = 4, work = \"10ms\",", "base = \"100MB\", limit = \"1GB\"") WATCH;
  expect(four, "page.firing", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_level),         cmocka_unit_test(test_kill_by_leak),
      cmocka_unit_test(test_kill_by_calls), cmocka_unit_test(test_fault),
      cmocka_unit_test(test_crash_frees),   cmocka_unit_test(test_not_there),
      cmocka_unit_test(test_watched),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

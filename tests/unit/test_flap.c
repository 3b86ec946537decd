/* Aim: a line that comes and goes is cut for `down` of each `every`, and not after its end; one
 * place alone is cut off from all others, both ways; a pause stands still as a hang does; errors
 * can spare probes. On schedules computed by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 20);
  if (!(fabs(got - value) <= 1e-9 * (1 + fabs(value)))) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Ten calls a second, at 0 s, 0.1 s, ... 19.9 s, that cross in no time. */
#define TEN                                                                            \
  "client \"c\" { arrivals = constant \"10/s\", target = \"s\", timeout = \"1ms\" }\n" \
  "service \"s\" {}\n"

/* Aim: from 1.05 s to 7.05 s every 2 s for 0.5 s: three times five calls. */
static void test_flap(void **state) {
  (void)state;
  const char *text = TEN
      "fault { flap { \"c\", \"s\", every = \"2s\", down = \"500ms\" }, at = \"1050ms\", "
      "lasts = \"6s\" }\n";
  expect(text, "c.errors.unreachable", 15);
  /* It ends while the line is cut: nothing is left of that. */
  text = TEN
      "fault { flap { \"c\", \"s\", every = \"2s\", down = \"500ms\" }, at = \"1050ms\", "
      "lasts = \"4200ms\" }\n";
  expect(text, "c.errors.unreachable", 12);
}

/* Aim: half of the time where nothing is said; for ever where no end is given. */
static void test_flap_half(void **state) {
  (void)state;
  const char *text = TEN "fault { flap { \"s\", every = \"4s\" }, at = \"50ms\" }\n";
  expect(text, "c.errors.unreachable", 100);
}

/* Aim: it comes again after its end: two rounds of 3 s with 1 s up between their cuts. */
static void test_flap_recurs(void **state) {
  (void)state;
  const char *text = TEN
      "fault { flap { \"s\", every = \"2s\", down = \"1s\" }, mttf = \"5050ms\", mttr = \"3s\" }\n";
  /* Cut from 5.05 to 6.05, 7.05 to 8.05; 13.10 to 14.10, 15.10 to 16.10; the ends of cuts lie
   * between calls, or on one that is sent before the line changes. */
  double cut = metric_of(text, "c.errors.unreachable", 20);
  assert_in_range((long)cut, 39, 41);
}

/* Aim: a single place is cut off from all others, both ways, and goes on with itself. */
static void test_alone(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"10/s\", target = \"s\", timeout = \"1s\" }\n"
      "service \"s\" { instances = 2, work = \"300ms\" }\n"
      "fault { partition \"s\", at = \"5050ms\", lasts = \"1s\" }\n";
  /* Ten calls do not get there, and the answers to those sent since 4.8 s do not come back. */
  expect(text, "c.errors.unreachable", 13);
  text =
      "client \"c\" { arrivals = constant \"10/s\", target = \"s\", timeout = \"1s\" }\n"
      "service \"s\" { instances = 2, work = \"300ms\" }\n"
      "fault { partition { \"s\", one_way = true }, at = \"5050ms\", lasts = \"1s\" }\n";
  expect(text, "c.errors.unreachable", 10);
}

/* Aim: nobody who waits tells what a partition swallows from what is slow. Who tries again after a
 * timeout does so here, too, and what there is instead in that case is taken, unless the partition
 * has a line of its own. Ten calls do not get through; each is tried at two of three backends, of
 * which one is cut off. */
static void test_partition_is_a_timeout(void **state) {
  (void)state;
#define CUT(WHERE) "fault { partition { \"" WHERE "\", \"s\" }, at = \"5050ms\", lasts = \"1s\" }\n"
#define TRIES(CAUSE)                                                         \
  "client \"c\" { arrivals = constant \"10/s\", target = \"lb\" }\n"         \
  "load_balancer \"lb\" { backends = { \"s\", \"t\" }, timeout = \"1ms\",\n" \
  "  retry = { attempts = 2, backoff = \"0ms\", on = { \"" CAUSE             \
  "\" } } }\n"                                                               \
  "service \"s\" {}\nservice \"t\" {}\n" CUT("lb")
  expect(TRIES("timeout"), "c.availability", 1);
  expect(TRIES("timeout"), "lb.s.retries", 5);
  expect(TRIES("unreachable"), "c.availability", 1);
  expect(TRIES("reset"), "c.errors.unreachable", 5);
#define INSTEAD(CAUSES)                                                         \
  "client \"c\" { arrivals = constant \"10/s\", target = \"f\" }\n"             \
  "service \"f\" { on = { call { \"s\", timeout = \"1ms\", fallback = {" CAUSES \
  "} } } }\n"                                                                   \
  "service \"s\" {}\nservice \"t\" {}\n" CUT("f")
  expect(INSTEAD("timeout = { call \"t\" }"), "t.arrivals", 10);
  expect(INSTEAD("timeout = { call \"t\" }, unreachable = {}"), "t.arrivals", 0);
  expect(INSTEAD("timeout = {}, otherwise = { call \"t\" }"), "t.arrivals", 0);
}

/* Aim: what a pause does is what a hang does. */
static void test_pause(void **state) {
  (void)state;
#define STANDS(WORD)                                                \
  "client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n" \
  "service \"s\" { work = \"10ms\" }\n"                             \
  "fault { " WORD " \"s\", at = \"5105ms\", lasts = \"1s\" }\n"
  expect(STANDS("pause"), "c.latency.max", 1.01);
  expect(STANDS("pause"), "c.latency.mean", metric_of(STANDS("hang"), "c.latency.mean", 20));
  expect(STANDS("pause"), "s.uptime", 0.95);
  /* The same word lets time pass on a journey. */
  expect(
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"s\",\n"
      "  journey = { request \"a\", pause \"2s\", request \"b\" } }\n"
      "service \"s\" { work = \"10ms\" }\n"
      "fault { pause \"s\", at = \"3500ms\", lasts = \"1s\" }\n",
      "c.requests", 2);
}

/* Aim: an error that spares probes is one that no health check finds. */
static void test_spares_probes(void **state) {
  (void)state;
#define GRAY(KEYS)                                                                              \
  "client \"c\" { arrivals = constant \"10/s\", target = \"lb\" }\n"                            \
  "load_balancer \"lb\" { backends = { \"s\" }, health_check = { interval = \"1s\", fall = 1, " \
  "timeout = \"100ms\" } }\n"                                                                   \
  "service \"s\" { instances = 2, work = \"1ms\" }\n"                                           \
  "fault { error { \"s[1]\", ratio = 1 " KEYS "}, at = \"5050ms\" }\n"
  assert_true(metric_of(GRAY(""), "c.errors.failed", 20) <= 6);
  double unseen = metric_of(GRAY(", spares = \"probes\" "), "c.errors.failed", 20);
  assert_in_range((long)unseen, 74, 75); /* every second one of the last 149 */
  expect(GRAY(", spares = \"probes\" "), "lb.checks_failed", 0);
}

/* Aim: what means nothing is refused, with a remedy. */
static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } cases[] = {
      {"flap \"s\"", "needs its every"},
      {"flap { \"s\", every = \"1s\", down = \"1s\" }", "must be less than every"},
      {"error { \"s\", ratio = 1, spares = \"checks\" }", "is one of nothing, probes"},
      {"leak \"s\"", "needs its bytes; write leak { \"web\", \"1MB\" }"},
      {"leak { \"s\", \"0B\" }", "leaks nothing"},
      {"leak { \"s\", \"1MB\" }", "takes no memory that anybody counts"},
      {"leak { \"s\", \"1MB\", \"2MB\" }", "too many"},
      {"leak { \"c\", \"1MB\" }", "name a service with 'memory'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, TEN "fault { %s, at = \"1s\" }\n", cases[i].text);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].text, got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_flap),        cmocka_unit_test(test_flap_half),
      cmocka_unit_test(test_flap_recurs), cmocka_unit_test(test_alone),
      cmocka_unit_test(test_pause),       cmocka_unit_test(test_spares_probes),
      cmocka_unit_test(test_mistakes),    cmocka_unit_test(test_partition_is_a_timeout),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

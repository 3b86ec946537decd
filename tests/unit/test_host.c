/* Aim: services on a host share its cores, at every instant and exactly; calls that are present
 * take memory, and what does not fit slows all down; what hits the host hits them; on schedules
 * computed by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) <= 3e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

#define ASK(WHO, N, AT, WHOM) \
  "client \"" WHO "\" { arrivals = burst { " N ", at = \"" AT "\" }, target = \"" WHOM "\" }\n"
#define TWO(AT) ASK("c", "1", "1s", "a") ASK("d", "1", AT, "b")
#define BOTH                                           \
  "service \"a\" { host = \"vm\", work = \"10ms\" }\n" \
  "service \"b\" { host = \"vm\", work = \"10ms\" }\n"
#define ONE_CORE "host \"vm\" { cpus = 1 }\n"

static void test_share(void **state) {
  (void)state;
  const char *together = TWO("1s") ONE_CORE BOTH;
  expect(together, "c.latency.max", 0.02);
  expect(together, "d.latency.max", 0.02);
  expect(together, "vm.cpu", 0.002);
  const char *two_cores = TWO("1s") "host \"vm\" { cpus = 2 }\n" BOTH;
  expect(two_cores, "c.latency.max", 0.01);
  expect(two_cores, "vm.cpu", 0.001);
  const char *apart = TWO("1005ms") ONE_CORE BOTH;
  expect(apart, "c.latency.max", 0.015);
  expect(apart, "d.latency.max", 0.015);
}

/* Aim: how many calls a service works on at once is its own affair. */
static void test_workers(void **state) {
  (void)state;
  const char *text = ASK("c", "2", "1s", "a") ONE_CORE
      "service \"a\" { host = \"vm\", workers = 1, work = \"10ms\" }\n";
  expect(text, "c.latency.max", 0.02);
  expect(text, "c.latency.min", 0.01);
}

static void test_instances(void **state) {
  (void)state;
  const char *text =
      ASK("c", "1", "1s", "a") "host \"vm\" { cpus = 1, instances = 2 }\n"
                               "service \"a\" { on = { call { \"b\", each = true } } }\n"
                               "service \"b\" { host = \"vm\", instances = 3, work = \"10ms\" }\n";
  expect(text, "c.latency.max", 0.02);
  expect(text, "vm.cpu", 0.03 / 20);
  expect(text, "vm.utilization", 0.03 / 20);
  expect(text, "vm[1].utilization", 0.02 / 10);
  expect(text, "vm[2].utilization", 0.01 / 10);
}

/* Aim: a control watches how busy the cores of a host are, and not how many work. */
static void test_watched(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"10/s\", target = \"a\" }\n"
      "host \"vm\" { cpus = 2 }\n"
      "service \"a\" { host = \"vm\", work = \"160ms\" }\n"
      "control \"hot\" { watch = \"vm.utilization\", above = \"75%\", every = \"1s\", act = "
      "alert() }"
      "control \"hotter\" { watch = \"vm.cpu\", above = \"85%\", every = \"1s\", act = alert() }";
  expect(text, "hot.actions", 1);
  expect(text, "hotter.actions", 0);
}

/* Aim: who hangs or is slow leaves the cores to the others, or takes more of them. */
static void test_faults_of_one(void **state) {
  (void)state;
  const char *hang =
      TWO("1s") ONE_CORE BOTH "fault { hang \"a\", at = \"1005ms\", lasts = \"1s\" }";
  expect(hang, "d.latency.max", 0.0125);
  expect(hang, "c.latency.max", 1.0125);
  const char *slow = TWO("1s") ONE_CORE BOTH
      "fault { slow { \"a\", factor = 2 }, at = \"1005ms\", lasts = \"1s\" }";
  expect(slow, "d.latency.max", 0.02);
  expect(slow, "c.latency.max", 0.0275);
  const char *crash =
      TWO("1s") ONE_CORE BOTH "fault { crash \"a\", at = \"1005ms\", lasts = \"1s\" }";
  expect(crash, "d.latency.max", 0.0125);
  expect(crash, "c.errors.reset", 1);
}

static void test_faults_of_host(void **state) {
  (void)state;
  const char *crash =
      TWO("1s") ONE_CORE BOTH "fault { crash \"vm\", at = \"1005ms\", lasts = \"1s\" }";
  expect(crash, "c.errors.reset", 1);
  expect(crash, "d.errors.reset", 1);
  const char *hang =
      TWO("1s") ONE_CORE BOTH "fault { hang \"vm\", at = \"1005ms\", lasts = \"1s\" }";
  expect(hang, "c.latency.max", 1.02);
  expect(hang, "d.latency.max", 1.02);
  const char *second = TWO("1s") "host \"vm\" { cpus = 1, instances = 2 }\n" BOTH
                                 "fault { crash \"vm[2]\", at = \"1005ms\", lasts = \"1s\" }";
  expect(second, "c.latency.max", 0.02);
  const char *zone = TWO("1s") "host \"vm\" { cpus = 1, zone = \"north\" }\n" BOTH
                               "fault { crash \"north\", at = \"1005ms\", lasts = \"1s\" }";
  expect(zone, "c.errors.reset", 1);
}

static void test_pause(void **state) {
  (void)state;
  const char *text = TWO("1s") ONE_CORE
      "service \"a\" { host = \"vm\", work = \"10ms\", pauses = { every = \"1005ms\", lasts = "
      "\"100ms\" } }\n"
      "service \"b\" { host = \"vm\", work = \"10ms\" }\n";
  expect(text, "d.latency.max", 0.0125);
  expect(text, "c.latency.max", 0.1125);
}

#define MEMORY "host \"vm\" { cpus = 8, memory = \"1GB\", swap = 11 }\n"
#define TAKES(REST) "service \"a\" { host = \"vm\", work = \"10ms\", memory = { " REST " } }\n"

static void test_memory(void **state) {
  (void)state;
  expect(ASK("c", "2", "1s", "a") MEMORY TAKES("request = \"500MB\""), "c.latency.max", 0.01);
  const char *four = ASK("c", "4", "1s", "a") MEMORY TAKES("request = \"500MB\"");
  expect(four, "c.latency.max", 0.06);
  expect(four, "vm.swapping", 0.006);
  expect(ASK("c", "2", "1s", "a") MEMORY TAKES("base = \"600MB\", request = \"400MB\""),
         "c.latency.max", 0.01 * (1 + 10 * 0.4 / 1.4));
}

/* Aim: calls that wait take memory, too, and give it back when they end. */
static void test_memory_of_waiting(void **state) {
  (void)state;
  const char *text = ASK("c", "4", "1s", "a") MEMORY
      "service \"a\" { host = \"vm\", workers = 1, work = \"10ms\", memory = { request = "
      "\"500MB\" } }\n";
  expect(text, "c.latency.max", 0.06 + 0.01 * (1 + 10.0 / 3) + 0.02);
  const char *elsewhere = ASK("c", "4", "1s", "b") ASK("d", "1", "1s", "a") MEMORY
      "service \"a\" { host = \"vm\", work = \"10ms\" }\n"
      "service \"b\" { host = \"vm\", memory = { request = \"500MB\" }, on = { call \"db\" } "
      "}\nservice \"db\" { work = \"1s\" }\n";
  expect(elsewhere, "d.latency.max", 0.06);
}

#define WATCHED(CONTROL)                                                                 \
  "host \"vm\" { cpus = 1, instances = 2 }\n"                                            \
  "service \"a\" { host = \"vm\", instances = 2, on = { health = {}, default = {} } }\n" \
  "control \"k\" { " CONTROL ", every = \"5s\" }\n"

/* Aim: a host answers probes as it answers beats: after a crash the first of three that fail comes
 * within 5 s, and the last two of them later. */
static void test_probed(void **state) {
  (void)state;
  static const char *const asks[] = {
      ASK("c", "1", "1s", "a") WATCHED("probe = \"vm\"") "fault { crash \"vm[1]\", at = \"7s\" }\n",
      ASK("c", "1", "1s", "a")
          WATCHED("heartbeat = \"vm\"") "fault { crash \"vm[1]\", at = \"7s\" }\n"};
  for (int i = 0; i < 2; i++) {
    assert_true(metric_of(asks[i], "k.suspicions", 40) == 1);
    double after_s = metric_of(asks[i], "k.detection.max", 40);
    assert_true(after_s >= 10 && after_s <= 16);
  }
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } cases[] = {
      {"host \"vm\" { cpus = 1 }\nservice \"a\" {}", "runs on host \"vm\", so it does nothing"},
      {"host \"vm\" { cpus = 1 }\nservice \"a\" { host = \"vm\", on = { call \"vm\" } }",
       "cannot be called"},
      {"service \"a\" { host = \"b\" }\nservice \"b\" {}", "is a service and no host"},
      {"service \"a\" { memory = { request = \"1MB\" } }",
       "counts against a limit or what a host has"},
      {"host \"vm\" { }\nservice \"a\" { host = \"vm\" }", "cpus"},
      {"host \"vm\" { cpus = 1, memory = \"1GB\" }\nservice \"a\" { host = \"vm\" }", "'swap'"},
      {"host \"vm\" { cpus = 1, swap = 2 }\nservice \"a\" { host = \"vm\" }", "needs 'memory'"},
      {"host \"vm\" { cpus = 1 }\nservice \"a\" { host = \"vm\", workers = 1, discipline = \"ps\" "
       "}",
       "leave out discipline"},
      {"host \"vm\" { cpus = 1 }\nservice \"a\" { host = \"vm\", slows = usl { sigma = 0.1 } }",
       "'slows' is not for services on a host"},
      {WATCHED("probe = \"vm\", op = \"health\""), "answers no requests; leave op out"},
      {WATCHED("probe = \"vm\", exits = true"), "exits is about processes"},
      {WATCHED("probe = \"vm\", act = restart \"vm\""), "restart what runs on it"},
      {WATCHED("heartbeat = \"vm\", act = withdraw \"vm\""), "withdraw what runs on it"},
      {"host \"vm\" { cpus = 1, zone = \"x\" }\nservice \"a\" { host = \"vm\", zone = \"y\" }",
       "is that of its host"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[500];
    snprintf(text, sizeof text, ASK("c", "1", "1s", "a") "%s\n", cases[i].text);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].text, got);
  }
}

/* Aim: a host that is stopped is there as long as what runs on it may go on: it works from 0.9 s to
 * 8.9 s, or to the end of its drain at 6 s. */
static void test_stopped_with_what_drains(void **state) {
  (void)state;
#define DRAINS(TIME)                                                        \
  ASK("c", "1", "900ms", "a")                                               \
  "host \"vm\" { cpus = 1, price = \"3600/h\" }\n"                          \
  "service \"b\" { host = \"vm\", work = \"1ms\" }\n"                       \
  "service \"a\" { host = \"vm\", work = \"8s\", drain = \"" TIME           \
  "\" }\n"                                                                  \
  "client \"d\" { arrivals = burst { 1, at = \"20s\" }, target = \"b\" }\n" \
  "fault { stop \"vm\", at = \"1s\" }\n"
  expect(DRAINS("9s"), "vm.utilization", 8 / 10.0);
  expect(DRAINS("9s"), "vm.cost.hour", 3600);
  expect(DRAINS("9s"), "c.availability", 1);
  expect(DRAINS("5s"), "vm.utilization", 5.1 / 6);
  expect(DRAINS("5s"), "vm.cost.hour", 3600 * 0.6);
  expect(DRAINS("5s"), "c.availability", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stopped_with_what_drains),
      cmocka_unit_test(test_probed),
      cmocka_unit_test(test_share),
      cmocka_unit_test(test_workers),
      cmocka_unit_test(test_instances),
      cmocka_unit_test(test_watched),
      cmocka_unit_test(test_faults_of_one),
      cmocka_unit_test(test_faults_of_host),
      cmocka_unit_test(test_pause),
      cmocka_unit_test(test_memory),
      cmocka_unit_test(test_memory_of_waiting),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("host", tests, folder_make, folder_remove);
}

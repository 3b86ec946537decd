/* Aim: the words of detectors, missed, timeout and phi, each find out that a member has failed when
 * they say so, whoever asks for them; and a member that is restarted is not missed for the time in
 * which it was away. */
#include <math.h>

#include "test_script_load.h"

static void assert_within(double got, double expected, double tolerance) {
  if (!(fabs(got - expected) <= tolerance)) fail_msg("%.12g in place of %.12g", got, expected);
}

/* Of one crash at 20 s, or another fault; beats come every second. */
static double detection_s(const char *detector, const char *fault) {
  char text[600];
  snprintf(text, sizeof text,
           "client \"c\" { arrivals = constant \"1/min\", target = \"s\" }\n"
           "service \"s\" {}\n"
           "control \"ha\" { heartbeat = \"s\", every = \"1s\", %s }\n"
           "fault { %s \"s\", at = \"20s\", lasts = \"20s\" }\n",
           detector, fault);
  if (metric_of(text, "ha.suspicions", 60) != 1) fail_msg("not one suspicion: %s", text);
  return metric_of(text, "ha.detection.mean", 60);
}

/* Aim: a crashed host refuses, so that the third beat is missed when it is asked for; the silence
 * began with the last beat before the crash, so that 5 s of it end two beats later. One that hangs
 * answers nothing, and its beats are missed a timeout (1 s) later; the silence is the same. */
static void test_control(void **state) {
  (void)state;
  double missed = detection_s("detector = missed { 3 }", "crash");
  assert_true(missed > 2 && missed < 3);
  assert_within(detection_s("fails = 3", "crash"), missed, 1e-9);
  assert_within(detection_s("detector = missed(3)", "crash"), missed, 1e-9);
  assert_within(detection_s("detector = missed { 5 }", "crash"), missed + 2, 1e-9);
  assert_within(detection_s("detector = timeout { \"5s\" }", "crash"), missed + 2, 1e-9);
  assert_within(detection_s("detector = timeout \"5500ms\"", "crash"), missed + 2.5, 1e-9);
  assert_within(detection_s("detector = missed { 3 }", "hang"), missed + 1, 1e-9);
  assert_within(detection_s("detector = timeout { \"5s\" }", "hang"), missed + 2, 1e-9);
}

/* Aim: one crash is one restart, whatever detects it, where the process takes long to begin and
 * where it begins at once. Phi counted the time before the restart as silence of the new process.
 */
static void test_restart(void **state) {
  (void)state;
  static const char *const detectors[] = {"missed { 3 }", "timeout { \"4s\" }", "phi { 8 }"};
  static const char *const acts[] = {"restart \"s\"", "restart { \"s\", takes = \"5s\" }"};
  for (size_t i = 0; i < 6; i++) {
    char text[600];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = constant \"1/min\", target = \"s\" }\n"
             "service \"s\" {}\n"
             "control \"k\" { heartbeat = \"s\", every = \"1s\", detector = %s,\n"
             "  act = %s }\n"
             "fault { crash \"s\", at = \"20s\" }\n",
             detectors[i / 2], acts[i % 2]);
    if (metric_of(text, "k.suspicions", 100) != 1) fail_msg("not one suspicion: %s", text);
    assert_within(metric_of(text, "k.actions", 100), 1, 0);
    assert_within(metric_of(text, "k.false_alarms", 100), 0, 0);
  }
}

/* Aim: peers that all tell each other at the same instants, every 200 ms, hear a beat of each at
 * 20.0 s for the last time when one crashes at 20.1 s. A second of silence is over at 21.0 s, five
 * rounds as well, and a silence of 1.1 s is noticed in the round of 21.2 s. */
static void test_peers(void **state) {
  (void)state;
  static const struct {
    const char *detector;
    double detection;
  } row[] = {{"timeout { \"1s\" }", 0.9}, {"missed { 5 }", 0.9}, {"timeout { \"1100ms\" }", 1.1}};
  for (size_t i = 0; i < 3; i++) {
    char text[600];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = constant \"1/min\", target = \"ring\" }\n"
             "peers \"ring\" { instances = 2,\n"
             "  gossip = { every = \"200ms\", fanout = 1, stagger = false }, detector = %s }\n"
             "fault { crash \"ring[2]\", at = \"20100ms\", lasts = \"10s\" }\n",
             row[i].detector);
    assert_within(metric_of(text, "ring.detection.mean", 60), row[i].detection, 1e-9);
    assert_within(metric_of(text, "ring.suspicions", 60), 1, 0);
    assert_within(metric_of(text, "ring.false_alarms", 60), 0, 0);
  }
}

/* Aim: what cannot be is refused, with what to do. */
static void test_refused(void **state) {
  (void)state;
#define HA                                                                             \
  "client \"c\" { arrivals = constant \"1/min\", target = \"s\" }\nservice \"s\" {}\n" \
  "control \"ha\" { heartbeat = \"s\", every = \"1s\", "
  assert_non_null(strstr(mistake(HA "detector = timeout { \"1s\" } }\n"), "longer than every"));
  assert_non_null(strstr(mistake(HA "detector = missed { 3 }, fails = 3 }\n"), "has both fails"));
  assert_non_null(strstr(mistake(HA "detector = missed {} }\n"), "write missed { 3 }"));
  assert_non_null(strstr(mistake(HA "detector = \"timeout\" }\n"), "timeout { \"5s\" }"));
}

/* Aim: a goal may name how long it takes to detect and to recover without a further word: the mean.
 * A client's latency may not. */
static void test_goals(void **state) {
  (void)state;
#define ACTS HA "act = restart \"s\" }\n"
  struct scenario *s = load(ACTS
                            "goal \"ha.detection < 5s\"\ngoal \"ha.recovery <= 1min\"\n"
                            "goal \"s.queue < 5\"\n");
  assert_string_equal(s->goal[0].metric, "ha.detection.mean");
  assert_string_equal(s->goal[0].text, "ha.detection < 5s");
  assert_string_equal(s->goal[1].metric, "ha.recovery.mean");
  assert_string_equal(s->goal[2].metric, "s.queue.mean");
  scenario_free(s);
  assert_non_null(strstr(mistake(ACTS "goal \"c.latency < 5s\"\n"), "'c.latency.p99'"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_control), cmocka_unit_test(test_restart), cmocka_unit_test(test_peers),
      cmocka_unit_test(test_refused), cmocka_unit_test(test_goals),
  };
  return cmocka_run_group_tests_name("detectors", tests, folder_make, folder_remove);
}

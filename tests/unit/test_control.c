/* Aim: a control finds out in time that a primary failed, another copy takes over, and what was
 * acknowledged and is lost by it is counted from what really became of the writes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detector.h"
#include "harness.h"

#define SEED UINT64_C(20261129)

/* Three copies in zones a, b and c, 1 ms apart, and the control in b. A beat a second, three of
 * which may be missed; 5 s to promote. */
static struct node *manager(struct scene *scene, const char *write, const char *fence) {
  static const char *const zones[] = {"a", "b", "c"};
  for (int i = 0; i < 3; i++) scene_zone(scene, zones[i], NULL);
  for (int i = 0; i < 3; i++) {
    for (int k = i + 1; k < 3; k++) {
      scene_path(scene, zones[i], zones[k], (struct path_spec){.latency = dist_constant(1e6)});
    }
  }
  struct node *pg = scene_add(scene, "database", "pg", 3);
  node_zones(pg, "a, b, c");
  node_set(pg, "copies.n", "3");
  node_set(pg, "copies.write", write);
  node_set(pg, "copies.fence", fence);
  node_set(pg, "write", "1ms");
  struct node *ha = scene_add(scene, "control", "ha", 1);
  node_zones(ha, "b");
  node_set(ha, "heartbeat", "pg");
  node_set(ha, "every", "1s");
  node_set(ha, "timeout", "500ms");
  node_set(ha, "act", "promote pg, takes 5s");
  return ha;
}

/* A write each 10 ms, all of other data. */
static struct shot *writes(uint32_t n) {
  struct shot *shots = calloc(n, sizeof *shots);
  for (uint32_t i = 0; i < n; i++) {
    shots[i] = (struct shot){
        .at_ns = i * 10 * MS, .to = "pg", .op = "write", .item = 1 + i, .timeout_ns = 2 * S};
  }
  return shots;
}

static void fail_at(struct scene *scene, const struct fault_def *fault, const char *member,
                    uint64_t at_ns, double lasts_s) {
  scene_fault(
      scene, member, NULL,
      (struct fault_spec){.type = fault, .at_ns = at_ns, .lasts = dist_constant(lasts_s * 1e9)});
}

static void cut(struct scene *scene, const char *from, const char *to, uint64_t at_ns,
                double lasts_s) {
  scene_fault(scene, from, to,
              (struct fault_spec){.type = &fault_partition,
                                  .on_path = true,
                                  .at_ns = at_ns,
                                  .lasts = dist_constant(lasts_s * 1e9)});
}

/* Aim: of a crashed primary, time to failover = detection + what promoting takes; detection is
 * that of the third missed beat, which comes 2 to 3 s after the crash; the copy that went on
 * answers the next write. What a reader sees of the former primary when it is back is the log of
 * the new one. */
static void test_time_to_failover(void **state) {
  (void)state;
  static const char *const modes[] = {"async", "quorum"};
  print_message("seed %llu\n", (unsigned long long)SEED);
  double least = 1e9, most = 0;
  for (uint64_t seed = SEED; seed < SEED + 20; seed++) {
    enum { N = 3000 };
    struct shot *shots = writes(N);
    struct scene *scene = scene_new();
    manager(scene, modes[seed % 2], "false");
    fail_at(scene, &fault_crash, "pg[1]", 10 * S, 10);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, seed, 40 * S);
    double detection = metric(&run, "ha.detection.mean");
    if (detection < least) least = detection;
    if (detection > most) most = detection;
    assert_same(metric(&run, "ha.suspicions"), 1);
    assert_same(metric(&run, "ha.false_alarms"), 0);
    assert_same(metric(&run, "ha.actions"), 1);
    assert_within(metric(&run, "ha.recovery.mean"), detection + 5, 1e-4);
    double recovery = metric(&run, "pg.recovery_time.mean");
    assert_true(recovery > detection + 5 && recovery < detection + 5 + 0.02);
    assert_same(metric(&run, "pg.promotions"), 1);
    assert_same(metric(&run, "pg.lost_writes"), 0);
    assert_same(metric(&run, "pg.recovery_point.max"), 0);
    assert_same(metric(&run, "pg.conflicts"), 0);
    assert_same(metric(&run, "pg.behind.end"), 0);
    /* Two from when it is back, a second at most, until it hears from the new one. */
    assert_true(metric(&run, "pg.two_primaries") < 1.1 / 40);
    assert_same(metric(&run, "pg.two_primaries.end"), 0);
    for (uint32_t i = 0; i < N; i++) {
      uint64_t at_ns = shots[i].at_ns;
      double back_ns = (10 + recovery) * 1e9;
      bool down = at_ns > 10 * S && (double)at_ns < back_ns - 20e6;
      if (down) assert_true(shots[i].outcome != OUTCOME_OK);
      if (at_ns < 9990 * MS || (double)at_ns > back_ns) {
        assert_int_equal(shots[i].outcome, OUTCOME_OK);
      }
    }
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
  assert_true(least >= 2 && least < 2.4 && most > 2.6 && most < 3.01);
}

/* Aim: what failed during warm-up, at 10 s, and is dealt with after it counts from when it failed;
 * time for which it was down, only from the end of warm-up. */
static void test_warmup(void **state) {
  (void)state;
  enum { N = 3000 };
  struct shot *shots = writes(N);
  struct scene *scene = scene_new();
  manager(scene, "async", "false");
  fail_at(scene, &fault_crash, "pg[1]", 10 * S, 10);
  scene_add_sender(scene, "from", shots, N);
  struct run run = run_begin(scene, SEED, 12 * S, 40 * S);
  sim_run(run.sim, 40 * S);
  run_finish(&run);
  double detection = metric(&run, "ha.detection.mean");
  assert_true(detection > 2 && detection < 3);
  assert_within(metric(&run, "ha.recovery.mean"), detection + 5, 1e-4);
  assert_within(metric(&run, "pg.recovery_time.mean"), detection + 5, 0.02);
  assert_within(metric(&run, "pg.uptime"), 1 - 8.0 / (3 * 28), 1e-6);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: writes that a primary answered alone while it was cut off from the other copies are lost
 * when it crashes: rate times how long (2 s at 100/s); the point of recovery lies as far back. If
 * others had to have them, none was answered, and none is lost. */
static void test_lost_writes(void **state) {
  (void)state;
  for (int synchronous = 0; synchronous < 2; synchronous++) {
    enum { N = 3000 };
    struct shot *shots = writes(N);
    struct scene *scene = scene_new();
    manager(scene, synchronous ? "quorum" : "async", "false");
    cut(scene, "pg[1]", "pg[2]", 8 * S, 2);
    cut(scene, "pg[1]", "pg[3]", 8 * S, 2);
    fail_at(scene, &fault_crash, "pg[1]", 10 * S, 10);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 60 * S);
    if (synchronous) {
      assert_same(metric(&run, "pg.lost_writes"), 0);
      assert_same(metric(&run, "pg.recovery_point.max"), 0);
    } else {
      assert_within(metric(&run, "pg.lost_writes"), 200, 0.01);
      assert_within(metric(&run, "pg.recovery_point.max"), 2, 0.01);
    }
    assert_within(metric(&run, "pg.rewound"), 200, 0.02);
    assert_same(metric(&run, "pg.behind.end"), 0);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: what promoting takes is drawn, each time by itself: the mean of 400 and their standard
 * deviation are those of the law, within 4 standard errors. */
static void test_takes_is_drawn(void **state) {
  (void)state;
  enum { RUNS = 400 };
  double sum = 0, squares = 0;
  for (uint64_t seed = SEED; seed < SEED + RUNS; seed++) {
    struct shot shot = {.at_ns = 0, .to = "pg", .op = "write", .item = 1, .timeout_ns = 2 * S};
    struct scene *scene = scene_new();
    struct node *ha = manager(scene, "async", "false");
    node_set(ha, "act", "promote pg, takes exponential/5s");
    fail_at(scene, &fault_crash, "pg[1]", 10 * S, 200);
    scene_add_sender(scene, "from", &shot, 1);
    struct run run = run_scene(scene, seed, 100 * S);
    assert_same(metric(&run, "ha.actions"), 1);
    double takes = metric(&run, "ha.recovery.mean") - metric(&run, "ha.detection.mean");
    sum += takes, squares += takes * takes;
    run_free(&run);
    scene_free(scene);
  }
  double mean = sum / RUNS, sd = sqrt(squares / RUNS - mean * mean);
  print_message("takes %.3f s on average, standard deviation %.3f s\n", mean, sd);
  assert_true(fabs(mean - 5) < 4 * 5 / sqrt(RUNS));
  assert_true(fabs(sd - 5) < 4 * 5 * sqrt(2.0 / RUNS)); /* kurtosis 9: (9 - 1) / 4 n */
}

/* Aim: the copy that has most takes over, wherever it stands. */
static void test_has_most(void **state) {
  (void)state;
  enum { N = 3000 };
  for (uint32_t behind = 2; behind <= 3; behind++) {
    struct shot *shots = writes(N);
    struct scene *scene = scene_new();
    manager(scene, "async", "false");
    cut(scene, "pg[1]", behind == 2 ? "pg[2]" : "pg[3]", 8 * S, 2);
    fail_at(scene, &fault_crash, "pg[1]", 10 * S, 40);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 40 * S);
    assert_same(metric(&run, "pg.lost_writes"), 0);
    assert_same(run_member(&run, "pg", behind)->flow.arrivals, 0);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: one that only this control does not hear is a false alarm. Without a fence the former
 * primary is cut off from the others, too, and goes on answering those who reach it alone: two
 * primaries, and what it answers is lost when it hears of the other one. With a fence it is not. */
static void test_fence(void **state) {
  (void)state;
  for (int fenced = 0; fenced < 2; fenced++) {
    enum { N = 3000 };
    struct shot *shots = writes(N);
    struct scene *scene = scene_new();
    manager(scene, "async", fenced ? "true" : "false");
    struct node *from = scene_add_sender(scene, "from", shots, N);
    node_zones(from, "a");
    cut(scene, "a", "b", 10 * S, 15);
    cut(scene, "a", "c", 10 * S, 15);
    struct run run = run_scene(scene, SEED, 60 * S);
    assert_same(metric(&run, "ha.false_alarms"), 1);
    assert_same(metric(&run, "ha.actions"), 1);
    assert_false(metric(&run, "pg.recovery_time.max") > 0);
    /* Until the other one takes over, 7 to 8 s and a timeout, it answers alone. */
    double alone = metric(&run, "pg.lost_writes") - metric(&run, "pg.conflicts");
    assert_true(alone >= 700 && alone <= 860);
    if (fenced) {
      assert_same(metric(&run, "pg.conflicts"), 0);
      assert_same(metric(&run, "pg.two_primaries"), 0);
    } else {
      assert_within(metric(&run, "pg.lost_writes"), 1501, 1.5); /* 15 s */
      assert_true(metric(&run, "pg.conflicts") > 600);
      double conflicts = metric(&run, "pg.conflicts");
      assert_within(metric(&run, "pg.two_primaries") * 60, conflicts / 100, 1.1);
    }
    assert_same(metric(&run, "pg.two_primaries.end"), 0);
    assert_same(metric(&run, "pg.behind.end"), 0);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: a failed copy that is not the primary is seen, and nothing is done about it; if nobody is
 * left, it is tried again until somebody is. */
static void test_whom(void **state) {
  (void)state;
  enum { N = 3000 };
  for (int all = 0; all < 2; all++) {
    struct shot *shots = writes(N);
    struct scene *scene = scene_new();
    manager(scene, "async", "false");
    fail_at(scene, &fault_hang, "pg[2]", 10 * S, 20);
    if (all) fail_at(scene, &fault_crash, "pg[3]", 10 * S, 30);
    if (all) fail_at(scene, &fault_crash, "pg[1]", 15 * S, 40);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 60 * S);
    assert_same(metric(&run, "ha.suspicions"), all ? 3 : 1);
    assert_same(metric(&run, "pg.promotions"), all ? 1 : 0);
    assert_same(metric(&run, "ha.failed_actions") > 3, all);
    if (all) { /* it hears pg[2], which is back at 30 s, within a second, and tries once a second */
      double recovery = metric(&run, "ha.recovery.mean");
      assert_true(recovery > 15 && recovery < 17);
    }
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: phi is -log10 of the chance that a normal time between beats is longer still, as far as the
 * approximation by a logistic curve goes; and a control with it finds a crash sooner than 3 beats.
 */
static void test_phi(void **state) {
  (void)state;
  struct beats beats = {.sample = calloc(PHI_SAMPLES, sizeof(double)), .room = PHI_SAMPLES};
  assert_same(beats_phi(&beats, 5 * S), 0);
  uint64_t now_ns = 0;
  for (int i = 0; i < 3000; i++) { /* mean 1 s, deviation 0.2 s */
    now_ns += i % 2 ? 800 * MS : 1200 * MS;
    beats_heard(&beats, now_ns, S);
  }
  for (double z = -1; z <= 2.5; z += 0.5) {
    double chance = 0.5 * erfc(z / sqrt(2));
    assert_within(beats_phi(&beats, now_ns + (uint64_t)((1 + 0.2 * z) * 1e9)), -log10(chance),
                  0.02);
  }
  /* An outage says nothing about the beats: as long after it phi is what it was. */
  double before = beats_phi(&beats, now_ns + S);
  beats_heard_again(&beats, now_ns + 60 * S);
  assert_same(beats_phi(&beats, now_ns + 61 * S), before);
  free(beats.sample);
  enum { N = 3000 };
  struct shot *shots = writes(N);
  struct scene *scene = scene_new();
  struct node *ha = manager(scene, "async", "false");
  node_set(ha, "detector", "phi 8");
  fail_at(scene, &fault_crash, "pg[1]", 10 * S, 10);
  fail_at(scene, &fault_crash, "pg[1]", 30 * S, 5);
  scene_add_sender(scene, "from", shots, N);
  struct run run = run_scene(scene, SEED, 40 * S);
  double detection = metric(&run, "ha.detection.mean");
  assert_true(detection > 1 && detection < 2);
  assert_same(metric(&run, "ha.suspicions"), 2); /* the first outage is no beat */
  assert_same(metric(&run, "ha.false_alarms"), 0);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: what cannot be is refused. */
static void test_refused(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *ha = manager(scene, "async", "false");
  scene_add(scene, "database", "other", 1);
  node_set(ha, "act", "promote other, takes 5s");
  struct error err = {0};
  assert_false(node_valid(ha, &err));
  assert_non_null(strstr(err.text, "say heartbeat = \"other\""));
  scene_free(scene);

  scene = scene_new();
  ha = manager(scene, "async", "false");
  scene_add(scene, "database", "other", 1);
  node_set(ha, "act", "promote other, takes 5s");
  node_set(ha, "heartbeat", "other");
  err = (struct error){0};
  assert_false(node_valid(ha, &err));
  assert_non_null(strstr(err.text, "has no copies"));
  scene_free(scene);

  scene = scene_new();
  struct node *pg = scene_add(scene, "database", "pg", 3);
  node_set(pg, "copies.n", "3");
  node_set(pg, "copies.fence", "true");
  err = (struct error){0};
  assert_false(node_valid(pg, &err));
  assert_non_null(strstr(err.text, "nothing makes another copy the primary"));
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_time_to_failover),
      cmocka_unit_test(test_takes_is_drawn),
      cmocka_unit_test(test_warmup),
      cmocka_unit_test(test_lost_writes),
      cmocka_unit_test(test_has_most),
      cmocka_unit_test(test_fence),
      cmocka_unit_test(test_whom),
      cmocka_unit_test(test_phi),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

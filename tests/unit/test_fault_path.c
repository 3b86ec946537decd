/* Aim: what a fault does to messages on a path, cut, slowed, delayed or dropped, to the nanosecond.
 */
#include "harness.h"

#define SEED UINT64_C(20250113)

/* Aim: a path that is slowed takes longer although it has no bandwidth and a constant latency. */
static void test_slow_path(void **state) {
  (void)state;
  struct shot shots[2] = {{.at_ns = 0, .to = "s"}, {.at_ns = 100 * MS, .to = "s"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add(scene, "service", "s", 1);
  scene_path(scene, "from", "s", (struct path_spec){.latency = dist_constant(10e6)});
  struct fault_spec fault = slow_ms(3, 50, 500);
  fault.on_path = true;
  scene_fault(scene, "from", "s", fault);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 160 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a partition swallows messages in both directions, decided when they are sent; callers learn
 * `unreachable` when their timeout fires; work whose answer is swallowed was done. */
static void test_partition(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 12 * MS, .to = "s", .timeout_ns = 5 * MS},
                         {.at_ns = 5 * MS, .to = "s", .timeout_ns = 50 * MS}, /* answer at 15 */
                         {.at_ns = 0, .to = "s", .timeout_ns = 50 * MS}, /* answer at 10 - 1 ns */
                         {.at_ns = 12 * MS, .to = "other", .timeout_ns = 50 * MS},
                         {.at_ns = 31 * MS, .to = "s", .timeout_ns = 50 * MS}};
  struct shot back[] = {{.at_ns = 12 * MS, .to = "s", .timeout_ns = 5 * MS}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  scene_add_sender(scene, "third", back, 1);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "work", "10ms");
  node_set(scene_add(scene, "service", "other", 1), "work", "10ms");
  scene_path(scene, "from", "s", (struct path_spec){.latency = dist_constant(0)});
  struct fault_spec fault = fault_ms(&fault_partition, 10, 20);
  fault.at_ns++; /* the third shot is answered just before */
  scene_fault(scene, "from", "s", fault);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_UNREACHABLE, 17 * MS);
  assert_shot(&shots[1], OUTCOME_UNREACHABLE, 55 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 22 * MS);
  assert_shot(&shots[4], OUTCOME_OK, 41 * MS);
  assert_shot(&back[0], OUTCOME_TIMEOUT, 17 * MS); /* no partition, just too slow */
  assert_same(metric(&run, "s.completions"), 4);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a message that is on its way when the partition begins arrives. */
static void test_partition_spares_travellers(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 8 * MS, .to = "leaf", .timeout_ns = 50 * MS},
                         {.at_ns = 4 * MS, .to = "leaf", .timeout_ns = 50 * MS}};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf", (struct path_spec){.latency = dist_constant(5e6)});
  scene_fault(scene, "from", "leaf", fault_ms(&fault_partition, 10, 20));
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(leaf.n, 2);
  assert_shot(&shots[0], OUTCOME_UNREACHABLE, 58 * MS); /* request at 13, answer swallowed */
  assert_shot(&shots[1], OUTCOME_OK, 14 * MS);          /* answer sent at 9 */
  run_free(&run);
  scene_free(scene);
}

/* Aim: a one-way partition swallows what goes that way, requests or answers, and nothing else. No
 * path needs to be declared. */
static void test_one_way_partition(void **state) {
  (void)state;
  for (int backwards = 0; backwards <= 1; backwards++) {
    struct shot shots[] = {{.at_ns = MS, .to = "a", .timeout_ns = 20 * MS, .op = "front"}};
    struct recorder leaf = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct node *a = scene_add(scene, "service", "a", 1);
    on_call(node_on(a, "front"), (struct call_to){.to = "leaf", .timeout_ns = 10 * MS});
    struct fault_spec fault = fault_ms(&fault_partition, 0, 500);
    fault.one_way = true;
    scene_fault(scene, backwards ? "leaf" : "a", backwards ? "a" : "leaf", fault);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_FAILED, 11 * MS);
    assert_int_equal(leaf.n, backwards ? 1 : 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: slow, drop and partition on a path hit only messages between its ends; with the path's
 * latency and its wire stretched. */
static void test_faults_on_a_path(void **state) {
  (void)state;
  static const struct fault_def *const types[] = {&fault_slow, &fault_drop, &fault_partition};
  for (int t = 0; t < 3; t++) {
    struct shot shots[6];
    struct recorder leaf = {0}, spared = {0};
    for (uint32_t i = 0; i < 6; i++) {
      shots[i] = (struct shot){.at_ns = (i / 2 * 100 + 1) * MS,
                               .to = i % 2 ? "spared" : "leaf",
                               .timeout_ns = 50 * MS,
                               .request_bytes = 125};
    }
    struct scene *scene = scene_new();
    scene_zone(scene, "here", NULL);
    scene_zone(scene, "there", NULL);
    node_zones(scene_add_sender(scene, "from", shots, 6), "here");
    node_zones(scene_add_recorder(scene, "leaf", 1, &leaf), "there");
    scene_add_recorder(scene, "spared", 1, &spared);
    struct path_spec path = {.latency = dist_constant(2e6), .bits_per_s = 1e6}; /* 1 ms wire */
    scene_path(scene, "here", "there", path);
    scene_path(scene, "from", "spared", path);
    struct fault_spec fault = fault_ms(types[t], 100, 50);
    fault.on_path = true;
    fault.factor = 3;
    fault.ratio = 1;
    scene_fault(scene, "here", "there", fault);
    struct run run = run_scene(scene, 1, S);
    for (uint32_t i = 0; i < 6; i++) {
      bool hit = i == 2;
      enum outcome outcome = !hit || t == 0 ? OUTCOME_OK
                             : t == 1       ? OUTCOME_TIMEOUT
                                            : OUTCOME_UNREACHABLE;
      uint64_t after_ms = !hit ? 5 : t == 0 ? 15 : 50;
      assert_shot(&shots[i], outcome, shots[i].at_ns + after_ms * MS);
    }
    run_free(&run);
    scene_free(scene);
  }
}

static struct fault_spec delay_ms(struct dist by, uint64_t at_ms, uint64_t lasts_ms) {
  struct fault_spec fault = fault_ms(&fault_delay, at_ms, lasts_ms);
  fault.by = by;
  return fault;
}

/* Aim: a call to a delayed component arrives later by that time, also when the fault has ended
 * meanwhile; its answer, calls to others, and calls that the component makes itself do not. Two
 * delays add up. */
static void test_delay(void **state) {
  (void)state;
  for (int twice = 0; twice <= 1; twice++) {
    struct shot shots[] = {{.at_ns = MS, .to = "a"},
                           {.at_ns = 11 * MS, .to = "a"},
                           {.at_ns = 299 * MS, .to = "a"},
                           {.at_ns = 401 * MS, .to = "a"},
                           {.at_ns = 11 * MS, .to = "leaf"}};
    struct recorder leaf = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 5);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    on_call(node_on(scene_add(scene, "service", "a", 1), "default"),
            (struct call_to){.to = "leaf"});
    scene_fault(scene, "a", NULL, delay_ms(dist_constant(100e6), 5, 295));
    if (twice) scene_fault(scene, "a", NULL, delay_ms(dist_constant(50e6), 5, 295));
    struct run run = run_scene(scene, 1, S);
    uint64_t more = twice ? 150 : 100;
    assert_shot(&shots[0], OUTCOME_OK, 3 * MS);
    assert_shot(&shots[1], OUTCOME_OK, (13 + more) * MS);
    assert_shot(&shots[2], OUTCOME_OK, (301 + more) * MS);
    assert_shot(&shots[3], OUTCOME_OK, 403 * MS);
    assert_shot(&shots[4], OUTCOME_OK, 13 * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: between two places messages and answers are delayed, on top of what the path takes, which
 * may be slowed as well. */
static void test_delay_on_a_path(void **state) {
  (void)state;
  for (int slowed = 0; slowed <= 1; slowed++) {
    struct shot shots[] = {{.at_ns = MS, .to = "leaf"}, {.at_ns = 101 * MS, .to = "leaf"}};
    struct recorder leaf = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 2);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    scene_path(scene, "from", "leaf", (struct path_spec){.latency = dist_constant(5e6)});
    struct fault_spec fault = delay_ms(dist_constant(20e6), 100, 500), slow = slow_ms(3, 100, 500);
    fault.on_path = slow.on_path = true;
    scene_fault(scene, "from", "leaf", fault);
    if (slowed) scene_fault(scene, "from", "leaf", slow);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_OK, 13 * MS);
    assert_shot(&shots[1], OUTCOME_OK, (slowed ? 173 : 153) * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a random delay is drawn for each call: mean and variance are those of its distribution,
 * within four standard errors. */
static void test_delay_random(void **state) {
  (void)state;
  enum { SHOTS = 4000 };
  static struct shot shots[SHOTS];
  for (uint32_t i = 0; i < SHOTS; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "s"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, SHOTS);
  scene_add(scene, "service", "s", 1);
  scene_fault(scene, "s", NULL, delay_ms(exponential_ns(50e6), 0, 1000000));
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct run run = run_scene(scene, SEED, 100 * S);
  double sum = 0, squares = 0;
  for (uint32_t i = 0; i < SHOTS; i++) {
    double took = (double)(shots[i].ended_ns - shots[i].at_ns) / 50e6;
    sum += took;
    squares += took * took;
  }
  double mean = sum / SHOTS, variance = squares / SHOTS - mean * mean;
  assert_true(fabs(mean - 1) < 4 * sqrt(1.0 / SHOTS));
  assert_true(fabs(variance - 1) < 4 * sqrt(8.0 / SHOTS));
  run_free(&run);
  scene_free(scene);
}

/* Aim: a path drops its share. */
static void test_drop_on_a_path(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 1000/s");
  node_set(c, "target", "s");
  scene_add(scene, "service", "s", 1);
  struct fault_spec fault = fault_ms(&fault_drop, 0, 1000000);
  fault.on_path = true;
  fault.ratio = 0.05;
  scene_fault(scene, "c", "s", fault);
  struct run run = run_scene(scene, SEED, 20 * S);
  assert_share(metric(&run, "c.errors.timeout"), metric(&run, "c.requests"), 1 - 0.95 * 0.95);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_slow_path),
      cmocka_unit_test(test_partition),
      cmocka_unit_test(test_partition_spares_travellers),
      cmocka_unit_test(test_one_way_partition),
      cmocka_unit_test(test_faults_on_a_path),
      cmocka_unit_test(test_delay),
      cmocka_unit_test(test_delay_on_a_path),
      cmocka_unit_test(test_delay_random),
      cmocka_unit_test(test_drop_on_a_path),
  };
  return cmocka_run_group_tests_name("fault_path", tests, NULL, NULL);
}

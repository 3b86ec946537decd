/* Aim: members that start, stop and join during a run: who takes calls when, what is lost, who
 * knows of it, and averages over the time they were there. */
#include <string.h>

#include "harness.h"
#include "life.h"

static void set_shots(struct shot *shots, uint32_t n, const char *to, const uint64_t *at_ms) {
  for (uint32_t i = 0; i < n; i++) shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = to};
}

/* Aim: after a crash a member refuses calls until it has started; a crash while it starts begins
 * that over. */
static void test_start_after_crash(void **state) {
  (void)state;
  for (int again = 0; again < 2; again++) {
    struct shot shots[5];
    set_shots(shots, 5, "s", (const uint64_t[]){15, 35, 59, 61, 90});
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 5);
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "work", "1ms");
    node_life(s, dist_constant(30e6), 0);
    scene_fault(scene, "s", NULL, fault_ms(&fault_crash, 10, 20));
    if (again) scene_fault(scene, "s", NULL, fault_ms(&fault_crash, 40, 5));
    struct run run = run_scene(scene, 1, 100 * MS);
    for (int i = 0; i < 3; i++) assert_shot(&shots[i], OUTCOME_REFUSED, shots[i].at_ns);
    assert_shot(&shots[3], again ? OUTCOME_REFUSED : OUTCOME_OK, (again ? 61 : 62) * MS);
    assert_shot(&shots[4], OUTCOME_OK, 91 * MS);
    assert_same(metric(&run, "s.uptime"), again ? 0.35 : 0.5);
    assert_int_equal(run_member(&run, "s", 1)->epoch, 1); /* it does not live while it starts */
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a planned stop takes no more calls, goes on with those it has for its grace, loses what is
 * left then, and comes back after its start. */
static void test_stop(void **state) {
  (void)state;
  struct shot shots[6];
  set_shots(shots, 6, "s", (const uint64_t[]){0, 1, 6, 30, 57, 61});
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "10ms");
  node_life(s, dist_constant(5e6), 12 * MS);
  scene_fault(scene, "s", NULL, fault_ms(&fault_stop, 5, 50));
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[1], OUTCOME_RESET, 17 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 6 * MS);
  assert_shot(&shots[3], OUTCOME_REFUSED, 30 * MS);
  assert_shot(&shots[4], OUTCOME_REFUSED, 57 * MS);
  assert_shot(&shots[5], OUTCOME_OK, 71 * MS);
  assert_same(metric(&run, "s.instances"), 0.57); /* 0 to 17 and 60 to 100 ms */
  assert_same(metric(&run, "s.utilization"), 27.0 / 57);
  /* Of all the time: what a component answers a second does not depend on how long it is there. */
  assert_same(metric(&run, "s.queue.mean"), 9.0 / 100);
  assert_same(metric(&run, "s.busy.mean"), 27.0 / 100);
  assert_same(metric(&run, "s.throughput"), 2 / 0.1);
  assert_same(metric(&run, "s.uptime"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a stop that ends before the grace is over cuts it short; the end that was planned for the
 * grace does nothing any more. */
static void test_stop_shorter_than_grace(void **state) {
  (void)state;
  struct shot shots[3];
  set_shots(shots, 3, "s", (const uint64_t[]){0, 30, 110});
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "work", "50ms");
  node_life(s, dist_constant(0), 100 * MS);
  scene_fault(scene, "s", NULL, fault_ms(&fault_stop, 5, 20));
  struct run run = run_scene(scene, 1, 200 * MS);
  assert_shot(&shots[0], OUTCOME_RESET, 25 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 80 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 160 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: who joins is absent before and is given calls as soon as it is up, by balancers and where
 * nobody balances; no call meets it earlier. */
static void test_join(void **state) {
  (void)state;
  enum { N = 200 };
  for (int balanced = 0; balanced < 2; balanced++) {
    struct shot shots[N];
    for (uint32_t i = 0; i < N; i++) {
      shots[i] = (struct shot){.at_ns = i * MS + 1, .to = balanced ? "lb" : "web"};
    }
    struct recorder web = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    if (balanced) {
      node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "web");
    }
    struct node *node = scene_add_recorder(scene, "web", 3, &web);
    node_life(node, dist_constant(20e6), 0);
    struct fault_spec fault = fault_ms(&fault_join, 50, 0);
    fault.forever = true;
    scene_fault(scene, "web[3]", NULL, fault);
    struct run run = run_scene(scene, 1, 200 * MS);
    for (uint32_t i = 0; i < N; i++) assert_int_equal(shots[i].outcome, OUTCOME_OK);
    uint32_t joined = 0;
    for (uint32_t i = 0; i < web.n; i++) {
      if (web.record[i].member != 3) continue;
      joined++;
      assert_true(web.record[i].at_ns > 70 * MS);
    }
    if (balanced) {
      assert_true(joined == 43 || joined == 44); /* each third of 130 */
    } else {
      assert_share(joined, 130, 1.0 / 3);
    }
    assert_same(metric(&run, "web.instances"), 2 + 0.65);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: which member a call goes to where nobody balances differs between replications. */
static void test_members_are_drawn(void **state) {
  (void)state;
  enum { N = 64, RUNS = 4 };
  uint32_t met[RUNS][N], alike = 0;
  for (uint32_t r = 0; r < RUNS; r++) {
    struct shot shots[N];
    for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "web"};
    struct recorder web = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    scene_add_recorder(scene, "web", 2, &web);
    struct run run = run_scene(scene, r + 1, 200 * MS);
    assert_int_equal(web.n, N);
    for (uint32_t i = 0; i < N; i++) met[r][i] = web.record[i].member;
    run_free(&run);
    scene_free(scene);
  }
  for (uint32_t r = 1; r < RUNS; r++) {
    for (uint32_t i = 0; i < N; i++) alike += met[r][i] == met[0][i];
  }
  assert_share(alike, (RUNS - 1) * N, 0.5);
}

/* Aim: a balancer sends nothing to a backend that drains, and nothing it had sent is lost if the
 * grace is long enough: a planned stop costs no request. */
static void test_drain_behind_balancer(void **state) {
  (void)state;
  enum { N = 100 };
  for (int grace = 0; grace < 2; grace++) {
    struct shot shots[N];
    for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "web");
    struct node *web = scene_add(scene, "service", "web", 2);
    node_set(web, "work", "5ms");
    node_life(web, dist_constant(0), grace ? 10 * MS : 0);
    scene_fault(scene, "web[1]", NULL, fault_ms(&fault_stop, 50, 30));
    struct run run = run_scene(scene, 1, 200 * MS);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < N; i++) failed += shots[i].outcome != OUTCOME_OK;
    assert_int_equal(failed, grace ? 0 : 2); /* those sent at 46 and 48 ms */
    run_free(&run);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_start_after_crash),       cmocka_unit_test(test_stop),
      cmocka_unit_test(test_stop_shorter_than_grace), cmocka_unit_test(test_join),
      cmocka_unit_test(test_members_are_drawn),       cmocka_unit_test(test_drain_behind_balancer),
  };
  return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}

/* Aim: health checks of a balancer take a backend out and bring it back after so many in a row;
 * they draw apart from all else, and those that are left out change nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "balancer_kit.h"

#define SEED UINT64_C(20250114)

/* Aim: a backend is out after exactly `fall` failed checks and back after exactly `rise` good ones:
 * at once where the check is refused, a timeout later where nothing comes back; not for being slow.
 */
static void test_health_checks(void **state) {
  (void)state;
  static const struct {
    const struct fault_def *type;
    uint64_t out_ms; /* 0: never */
    bool partition;
  } cases[] = {{&fault_crash, 8000, false},    {&fault_hang, 9000, false},
               {&fault_drop, 9000, false},     {&fault_error, 8000, false},
               {&fault_partition, 9000, true}, {&fault_slow, 0, false}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct recorder web = {0};
    struct scene *scene = checked_scene(&web);
    scene_fault(scene, "web[2]", cases[k].partition ? "lb" : NULL,
                strong_ms(cases[k].type, 3500, 10000));
    struct run run = run_begin(scene, 1, 0, 30 * S);
    if (cases[k].out_ms) {
      assert_same(healthy_at(&run, cases[k].out_ms * MS), 2);
      assert_same(healthy_at(&run, cases[k].out_ms * MS + 1), 1);
      assert_same(metric(&run, "lb.checks_failed"), 3);
      assert_same(healthy_at(&run, 16 * S), 1); /* good checks at 14 and 16 s */
      assert_same(healthy_at(&run, 16 * S + 1), 2);
    }
    assert_same(healthy_at(&run, 30 * S), 2);
    assert_same(metric(&run, "lb.ejections"), cases[k].out_ms ? 1 : 0);
    assert_same(metric(&run, "web.arrivals"), 0); /* checks are not calls */
    assert_int_equal(web.n, 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a good check between two bad ones starts the count again, and the other way round. */
static void test_counts_in_a_row(void **state) {
  (void)state;
  struct recorder web = {0};
  struct scene *scene = checked_scene(&web);
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_crash, 2500, 3000));  /* checks 3, 5 */
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_crash, 8500, 3000));  /* 9, 11 */
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_crash, 14500, 6000)); /* 15, 17, 19: out */
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_crash, 22500, 1000)); /* 21 good, 23 bad */
  struct run run = run_begin(scene, 1, 0, 40 * S);
  assert_same(healthy_at(&run, 19 * S), 2);
  assert_same(healthy_at(&run, 19 * S + 1), 1);
  assert_same(healthy_at(&run, 27 * S), 1);
  assert_same(healthy_at(&run, 27 * S + 1), 2);
  assert_same(healthy_at(&run, 40 * S), 2);
  assert_same(metric(&run, "lb.ejections"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a backend that works hard is not taken out: its host answers the checks. */
static void test_busy_is_healthy(void **state) {
  (void)state;
  struct shot shots[20];
  for (uint32_t i = 0; i < 20; i++) shots[i] = (struct shot){.to = "lb"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 20);
  struct node *lb = add_balancer(scene, "round_robin", "web");
  node_set(lb, "health_check.interval", "1s");
  struct node *web = scene_add(scene, "service", "web", 1);
  node_set(web, "workers", "1");
  node_set(web, "work", "10s");
  struct run run = run_scene(scene, 1, 100 * S);
  assert_same(metric(&run, "lb.checks_failed"), 0);
  assert_same(metric(&run, "web.arrivals"), 20);
  run_free(&run);
  scene_free(scene);
}

/* Aim: it comes back with all backends in use and begins its checks again, counting from nothing,
 * also if checks were under way when it crashed. */
static void test_crash_forgets_health(void **state) {
  (void)state;
  struct recorder web = {0};
  struct scene *scene = checked_scene(&web);
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_hang, 2500, 100000)); /* out at 8 */
  scene_fault(scene, "lb", NULL, strong_ms(&fault_crash, 9500, 100)); /* a check is under way */
  struct run run = run_begin(scene, 1, 0, 40 * S);
  assert_same(healthy_at(&run, 8 * S), 2);
  assert_same(healthy_at(&run, 8 * S + 1), 1);
  assert_same(healthy_at(&run, 9600 * MS), 2);
  /* Back at 9.6: checks at 10.6, 12.6 and 14.6, the last one fails at 15.6. */
  assert_same(healthy_at(&run, 15600 * MS), 2);
  assert_same(healthy_at(&run, 15600 * MS + 1), 1);
  assert_same(healthy_at(&run, 40 * S), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the members of a group check with draws of their own. Checks come each second and fail when
 * their message is lost, 20 %, which is known half a second later; a good one is known at once. So
 * in the first half of each second a member is out if this and the last check were lost, in the
 * second half if this one was: both are at (0.04^2 + 0.2^2) / 2 of the time. */
static void test_checks_draw_apart(void **state) {
  (void)state;
  enum { N = 15000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = 10 * S + i * 100 * MS + 50 * MS, .to = "edge"};
  }
  struct recorder web = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *edge = scene_add(scene, "load_balancer", "edge", 1);
  node_set(edge, "backends", "lb");
  node_set(edge, "connect_retries", "1");
  struct node *lb = scene_add(scene, "load_balancer", "lb", 2);
  node_set(lb, "backends", "web");
  node_set(lb, "health_check.interval", "1s");
  node_set(lb, "health_check.timeout", "500ms");
  node_set(lb, "health_check.fall", "1");
  node_set(lb, "health_check.rise", "1");
  node_set(lb, "health_check.first", "even");
  scene_add_recorder(scene, "web", 1, &web);
  scene_path(scene, "lb", "web", (struct path_spec){.loss = 0.2, .one_way = true});
  struct run run = run_scene(scene, SEED, 1600 * S);
  double refused = 0;
  for (uint32_t i = 0; i < N; i++) refused += shots[i].outcome == OUTCOME_REFUSED;
  /* 1500 seconds, in 4 % of which both are out for the second half: 60 with a deviation of 7.6. */
  assert_within(refused / N, (0.04 * 0.04 + 0.2 * 0.2) / 2, 4.5 * 7.6 / 2 / 1500);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a fault at a round time is seen later or sooner in each run, by each instance by itself: a
 * crash at 100 s by the third check after it, 4 s later and up to an interval of 2 s more. Of 50
 * instances in each of 8 runs: mean 5 s, deviation 2 / sqrt(12). Those in between are known to half
 * of the instances. */
static void test_seen_later_or_sooner(void **state) {
  (void)state;
  enum { RUNS = 8, INSTANCES = 50, N = RUNS * INSTANCES };
  double late = 0, half = 0;
  for (uint64_t seed = 1; seed <= RUNS; seed++) {
    struct scene *scene = scene_new();
    struct node *lb = scene_add(scene, "load_balancer", "lb", INSTANCES);
    node_set(lb, "backends", "web");
    node_set(lb, "health_check.interval", "2s");
    node_set(lb, "health_check.fall", "3");
    scene_add(scene, "service", "web", 1);
    scene_fault(scene, "web", NULL, strong_ms(&fault_crash, 100000, 100000));
    struct run run = run_begin(scene, seed, 0, 110 * S);
    assert_same(healthy_at(&run, 104 * S), 1);
    half += healthy_at(&run, 105 * S);
    assert_same(healthy_at(&run, 106 * S + 1), 0);
    late += metric(&run, "lb.healthy_backends") * (106 * S + 1) / S - 100;
    run_free(&run);
    scene_free(scene);
  }
  assert_within(half / RUNS, 0.5, 4.5 * sqrt(0.25 / N));
  assert_within(late / RUNS, 5, 4.5 * 2 / sqrt(12.0 * N));
}

static struct fault_spec recurring(const struct fault_def *type, double up_s, double down_s) {
  struct fault_spec fault = {.type = type, .recurring = true, .ratio = 0.5, .factor = 3};
  fault.mttf = exponential_ns(up_s * 1e9);
  fault.lasts = exponential_ns(down_s * 1e9);
  return fault;
}

/* A balancer with checks in front of four servers, and everything that can change. */
static struct scene *changing_scene(void) {
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 50/s"); /* calls and checks meet at the same instants */
  node_set(c, "target", "lb");
  node_set(c, "timeout", "100ms");
  struct node *lb = scene_add(scene, "load_balancer", "lb", 2);
  node_set(lb, "backends", "web");
  node_set(lb, "health_check.interval", "1s");
  node_set(lb, "health_check.timeout", "500ms");
  node_set(scene_add(scene, "service", "web", 4), "work", "exponential 10ms");
  scene_fault(scene, "web[*]", NULL, recurring(&fault_crash, 60, 5));
  scene_fault(scene, "web[1]", NULL, recurring(&fault_hang, 50, 3));
  scene_fault(scene, "web[2]", NULL, recurring(&fault_drop, 50, 10));
  scene_fault(scene, "web[3]", NULL, recurring(&fault_error, 50, 10));
  scene_fault(scene, "web[4]", NULL, recurring(&fault_stop, 50, 10));
  scene_fault(scene, "lb[1]", NULL, recurring(&fault_crash, 80, 4));
  scene_fault(scene, "lb[2]", NULL, recurring(&fault_hang, 80, 4));
  scene_fault(scene, "lb", "web", recurring(&fault_partition, 90, 2));
  struct fault_spec at_a_check = {
      .type = &fault_crash, .at_ns = 100 * S, .lasts = dist_constant(7e9)};
  scene_fault(scene, "web[4]", NULL, at_a_check);
  return scene;
}

/* Aim: while nothing about a backend changes its checks cost no events, and all results are those
 * of checks that are made one by one, to the last bit. */
static void test_quiet_checks(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    struct scene *scene = changing_scene();
    struct run quiet = run_begin(scene, seed, 10 * S, 2000 * S);
    assert_true(sim_run(quiet.sim, 2000 * S));
    run_finish(&quiet);
    struct run plain = run_begin(scene, seed, 10 * S, 2000 * S);
    plain.sim->plain_checks = true;
    assert_true(sim_run(plain.sim, 2000 * S));
    run_finish(&plain);
    assert_true(metric(&quiet, "lb.ejections") > 50);
    assert_int_equal(quiet.metrics.n, plain.metrics.n);
    for (uint32_t i = 0; i < quiet.metrics.n; i++) {
      double a = metric_value(&quiet.metrics.list[i]), b = metric_value(&plain.metrics.list[i]);
      if (!(a == b || (isnan(a) && isnan(b)))) {
        fail_msg("%s: %.17g, and %.17g with every check", quiet.metrics.list[i].name, a, b);
      }
    }
    assert_true(quiet.sim->events + 10000 < plain.sim->events);
    run_free(&quiet);
    run_free(&plain);
    scene_free(scene);
  }
}

/* Aim: a year of checks of ten backends to which nothing happens takes a handful of events. */
static void test_quiet_year(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "backends", "web");
  node_set(lb, "health_check.interval", "2s");
  scene_add(scene, "service", "web", 10);
  struct run run = run_scene(scene, 1, 365 * 86400 * S);
  assert_true(run.sim->events < 100);
  assert_same(metric(&run, "lb.healthy_backends"), 10);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_health_checks),     cmocka_unit_test(test_counts_in_a_row),
      cmocka_unit_test(test_busy_is_healthy),   cmocka_unit_test(test_crash_forgets_health),
      cmocka_unit_test(test_checks_draw_apart), cmocka_unit_test(test_quiet_checks),
      cmocka_unit_test(test_quiet_year),        cmocka_unit_test(test_seen_later_or_sooner),
  };
  return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}

/* Aim: what balancers do beside choosing among healthy backends: panic, spill over to the next
 * level, start slowly, keep users with their sessions, prefer the near and the quick. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

enum { N = 2000 };

/* A balancer over backends that are checked each second, and a call each 10 ms from 10 s on. */
struct stage {
  struct scene *scene;
  struct node *lb;
  struct shot shots[N];
  char down[10][16]; /* names of members, which the scene refers to */
};

static void stage_begin(struct stage *s, const char *algorithm, const char *backends) {
  *s = (struct stage){.scene = scene_new()};
  for (uint32_t i = 0; i < N; i++) {
    s->shots[i] = (struct shot){.at_ns = 10 * S + i * 10 * MS, .to = "lb"};
  }
  scene_add_sender(s->scene, "from", s->shots, N);
  s->lb = scene_add(s->scene, "load_balancer", "lb", 1);
  node_set(s->lb, "algorithm", algorithm);
  node_set(s->lb, "backends", backends);
  node_set(s->lb, "health_check.interval", "1s");
}

static struct fault_spec crash_at(uint64_t at_ns, uint64_t lasts_ns) {
  return (struct fault_spec){
      .type = &fault_crash, .at_ns = at_ns, .lasts = dist_constant((double)lasts_ns)};
}

/* The first `n` members of a group are down from the beginning, or until a time. */
static void crash(struct stage *s, const char *group, uint32_t n, uint64_t until_ns) {
  for (uint32_t i = 1; i <= n; i++) {
    char *name = s->down[i - 1];
    snprintf(name, sizeof s->down[0], "%s[%u]", group, i);
    scene_fault(s->scene, name, NULL, crash_at(1, until_ns));
  }
}

static uint32_t failed(const struct stage *s) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < N; i++) n += s->shots[i].outcome != OUTCOME_OK;
  return n;
}

/* Aim: with exactly half of the backends in use nobody panics and no call fails; with fewer, calls
 * go to all of them and fail in proportion; without a threshold only those in use get any. */
static void test_panic(void **state) {
  (void)state;
  static const struct {
    uint32_t down;
    const char *panic;
    double failed;
  } rows[] = {{5, "50%", 0}, {6, "50%", 0.6}, {9, "50%", 0.9}, {10, "50%", 1}, {9, "0%", 0}};
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    struct stage *s = calloc(1, sizeof *s);
    stage_begin(s, "round_robin", "web");
    node_set(s->lb, "panic", rows[k].panic);
    scene_add(s->scene, "service", "web", 10);
    crash(s, "web", rows[k].down, 100 * S);
    struct run run = run_scene(s->scene, SEED, 40 * S);
    assert_same(failed(s), rows[k].failed * N);
    run_free(&run);
    scene_free(s->scene);
    free(s);
  }
}

/* Aim: half of the first level is down: 1.4 times that is 70 %, and the rest spills over; a call
 * that fails at a level that is whole but for that is none. */
static void test_priority(void **state) {
  (void)state;
  for (uint32_t down = 0; down <= 10; down += 5) {
    struct stage *s = calloc(1, sizeof *s);
    stage_begin(s, "priority", "near, far");
    scene_add(s->scene, "service", "near", 10);
    scene_add(s->scene, "service", "far", 2);
    crash(s, "near", down, 100 * S);
    struct run run = run_scene(s->scene, SEED, 40 * S);
    double share = down == 0 ? 1 : down == 5 ? 0.7 : 0;
    double got = metric(&run, "near.arrivals") / N, se = sqrt(share * (1 - share) / N);
    if (fabs(got - share) > 4 * se) fail_msg("%u down: %g of the calls, not %g", down, got, share);
    assert_int_equal(failed(s), 0);
    run_free(&run);
    scene_free(s->scene);
    free(s);
  }
}

/* Aim: a backend that weighs nothing gets no call, whatever the algorithm. */
static void test_weight_of_nothing(void **state) {
  (void)state;
  static const char *const algorithms[] = {"round_robin",       "weighted", "random",
                                           "least_connections", "maglev",   "consistent_hash",
                                           "power_of_two",      "hash"};
  for (size_t k = 0; k < sizeof algorithms / sizeof *algorithms; k++) {
    struct stage *s = calloc(1, sizeof *s);
    stage_begin(s, algorithms[k], "web, none");
    node_set(s->lb, "weights", "web 2, none 0");
    scene_add(s->scene, "service", "web", 2);
    scene_add(s->scene, "service", "none", 3);
    struct run run = run_scene(s->scene, SEED, 40 * S);
    assert_int_equal(metric(&run, "web.arrivals"), N);
    assert_int_equal(metric(&run, "none.arrivals"), 0);
    run_free(&run);
    scene_free(s->scene);
    free(s);
  }
}

/* Aim: nor does it count for the share in use below which all are used: two of three are down. */
static void test_weight_of_nothing_in_panic(void **state) {
  (void)state;
  struct stage *s = calloc(1, sizeof *s);
  stage_begin(s, "round_robin", "web, none");
  node_set(s->lb, "weights", "web 1, none 0");
  node_set(s->lb, "panic", "50%");
  scene_add(s->scene, "service", "web", 3);
  scene_add(s->scene, "service", "none", 7);
  crash(s, "web", 2, 100 * S);
  struct run run = run_scene(s->scene, SEED, 40 * S);
  assert_in_range(failed(s), N * 2 / 3, N * 2 / 3 + 1);
  assert_int_equal(metric(&run, "none.arrivals"), 0);
  run_free(&run);
  scene_free(s->scene);
  free(s);
}

/* Aim: who comes back has a tenth of its share at first, half of it in the middle of its slow start
 * and all of it after that. */
static void test_slow_start(void **state) {
  (void)state;
  struct stage *s = calloc(1, sizeof *s);
  struct recorder web = {.ns_per_item = 1}, back = {.ns_per_item = 1};
  stage_begin(s, "round_robin", "web, back");
  node_set(s->lb, "slow_start", "10s");
  scene_add_recorder(s->scene, "web", 1, &web);
  scene_add_recorder(s->scene, "back", 1, &back);
  crash(s, "back", 1, 11 * S);
  struct run run = run_scene(s->scene, SEED, 40 * S);
  assert_true(back.n > 0);
  uint64_t first_ns = back.record[0].at_ns, first = 0, middle = 0, after = 0;
  for (uint32_t i = 0; i < back.n; i++) {
    uint64_t t_ns = back.record[i].at_ns - first_ns;
    first += t_ns < S;
    middle += t_ns >= 4500 * MS && t_ns < 5500 * MS;
    after += t_ns >= 11 * S && t_ns < 12 * S;
  }
  assert_in_range(first, 8, 12);   /* of 100 calls: 0.1 / 1.1 */
  assert_in_range(middle, 31, 36); /* 0.5 / 1.5 */
  assert_in_range(after, 49, 51);
  assert_int_equal(back.n + web.n, N);
  run_free(&run);
  scene_free(s->scene);
  free(s);
}

/* Aim: equal paths take turns, a longer one is taken when the near backends are out. */
static void test_nearest(void **state) {
  (void)state;
  struct stage *s = calloc(1, sizeof *s);
  stage_begin(s, "nearest", "far, near");
  struct recorder far = {.ns_per_item = 1}, near = {.ns_per_item = 1};
  scene_add_recorder(s->scene, "far", 2, &far);
  scene_add_recorder(s->scene, "near", 2, &near);
  scene_path(s->scene, "lb", "far", (struct path_spec){.latency = dist_constant(20e6)});
  scene_path(s->scene, "lb", "near", (struct path_spec){.latency = dist_constant(1e6)});
  crash(s, "near", 2, 20 * S);
  struct run run = run_scene(s->scene, SEED, 60 * S);
  uint32_t first = 0, both = 0; /* once both are up */
  for (uint32_t i = 0; i < near.n; i++) {
    both += near.record[i].at_ns > 25 * S;
    first += near.record[i].at_ns > 25 * S && near.record[i].member == 1;
  }
  assert_in_range(near.n, 800, 1000); /* from 20 s and the checks that find it on */
  assert_in_range(2 * first, both - 1, both + 1);
  assert_int_equal(far.n + near.n, N);
  run_free(&run);
  scene_free(s->scene);
  free(s);
}

/* Aim: one of two answers ten times as slowly and gets few of the calls; without answers yet
 * both are tried. */
static void test_latency(void **state) {
  (void)state;
  struct stage *s = calloc(1, sizeof *s);
  struct recorder slow = {.delay_ns = 50 * MS}, quick = {.delay_ns = 5 * MS};
  stage_begin(s, "latency", "slow, quick");
  scene_add_recorder(s->scene, "slow", 1, &slow);
  scene_add_recorder(s->scene, "quick", 1, &quick);
  struct run run = run_scene(s->scene, SEED, 40 * S);
  assert_true(slow.n >= 1 && slow.n < N / 20);
  assert_int_equal(slow.n + quick.n, N);
  run_free(&run);
  scene_free(s->scene);
  free(s);
}

/* --- sessions ------------------------------------------------------------------------------- */

struct sessions {
  double begun, lost;
};

/* With a crash after 10 s, if it takes any time. */
static struct sessions run_sessions(const char *sticky, uint64_t crash_ns, uint64_t seconds) {
  struct scene *scene = scene_new();
  struct node *client = scene_add(scene, "client", "c", 1);
  node_set(client, "arrivals", "closed 40 1s");
  node_set(client, "target", "lb");
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "backends", "web");
  node_set(lb, "sticky", sticky);
  scene_add(scene, "service", "web", 4);
  node_set(lb, "health_check.interval", "1s");
  if (crash_ns > 0) {
    scene_fault(scene, "web[2]", NULL, crash_at(10 * S, crash_ns));
  }
  struct run run = run_scene(scene, SEED, seconds * S);
  struct sessions sessions = {metric(&run, "lb.sessions"), metric(&run, "lb.sessions_lost")};
  run_free(&run);
  scene_free(scene);
  return sessions;
}

/* Aim: each of 40 users has one session, that is all; a crash in a pause loses the ten of its
 * backend, though that is up again; a session ends when none of its calls has come for so long. */
static void test_sessions(void **state) {
  (void)state;
  struct sessions quiet = run_sessions("1min", 0, 30);
  assert_same(quiet.begun, 40);
  assert_same(quiet.lost, 0);
  struct sessions blip = run_sessions("1min", 100 * MS, 30);
  assert_same(blip.lost, 10);
  assert_same(blip.begun, 50);
  struct sessions crash =
      run_sessions("1min", 10 * S, 30); /* until it is found out, they are refused */
  assert_same(crash.lost, 10);
  assert_true(run_sessions("500ms", 0, 30).begun > 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_panic),
      cmocka_unit_test(test_priority),
      cmocka_unit_test(test_weight_of_nothing),
      cmocka_unit_test(test_weight_of_nothing_in_panic),
      cmocka_unit_test(test_slow_start),
      cmocka_unit_test(test_nearest),
      cmocka_unit_test(test_latency),
      cmocka_unit_test(test_sessions),
  };
  return cmocka_run_group_tests_name("balancing", tests, NULL, NULL);
}

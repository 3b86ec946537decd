/* Aim: callers of a name go where it leads from where they are, remember the answer for its TTL and
 * no longer, and a failover takes as long as detection and their memories say. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

#define SEED UINT64_C(20261130)

static struct path_spec latency_ms(double ms) {
  return (struct path_spec){.latency = dist_constant(ms * 1e6)};
}

static struct node *add_name(struct scene *scene, const char *algorithm, const char *ttl) {
  struct node *name = scene_add(scene, "dns", "name", 1);
  node_set(name, "backends", "eu, us");
  node_set(name, "algorithm", algorithm);
  node_set(name, "ttl", ttl);
  return name;
}

static struct node *add_users(struct scene *scene, const char *who, uint32_t n, const char *rate) {
  struct node *users = scene_add(scene, "client", who, n);
  node_set(users, "arrivals", rate);
  node_set(users, "target", "name");
  return users;
}

/* Aim: the path of a call is that from the caller to what was named, whatever lies between either
 * and the name; the nearest is that of the shortest one. */
static void test_nearest(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  add_users(scene, "europeans", 1, "constant 1/s");
  add_users(scene, "americans", 1, "constant 1/s");
  add_name(scene, "nearest", "10s");
  scene_add(scene, "service", "eu", 1);
  scene_add(scene, "service", "us", 1);
  scene_path(scene, "europeans", "eu", latency_ms(10));
  scene_path(scene, "europeans", "us", latency_ms(50));
  scene_path(scene, "americans", "eu", latency_ms(45));
  scene_path(scene, "americans", "us", latency_ms(5));
  scene_path(scene, "americans", "name", latency_ms(500));
  scene_path(scene, "name", "us", latency_ms(500));
  struct run run = run_scene(scene, 1, 100 * S);
  assert_same(metric(&run, "europeans.latency.max"), 0.020);
  assert_same(metric(&run, "americans.latency.max"), 0.010);
  assert_same(metric(&run, "eu.arrivals"), metric(&run, "us.arrivals"));
  run_free(&run);
  scene_free(scene);
}

/* Aim: a caller asks when the TTL is over, each by itself, and that takes the time of a look-up. */
static void test_memory(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  add_users(scene, "users", 3, "constant 1/s");
  node_set(add_name(scene, "round_robin", "9500ms"), "lookup", "40ms");
  scene_add(scene, "service", "eu", 1);
  scene_add(scene, "service", "us", 1);
  struct run run = run_scene(scene, 1, 100 * S);
  double asked = metric(&run, "name.lookups");
  assert_true(asked >= 3 * 10 && asked <= 3 * 11); /* every tenth of a hundred */
  assert_true(metric(&run, "name.remembered") >= 3 * 87);
  assert_same(metric(&run, "users.latency.max"), 0.040);
  assert_same(metric(&run, "users.latency.p50"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: checks every 30 s find a crash out with the third: 90 s here, as the
 * first of the two is checked at 15, 45, 75 ... s. Until then all calls fail, and
 * those of a caller that remembers fail for longer: of rate r and TTL t, a caller has an answer in
 * its memory with probability r t / (1 + r t), and fails with what it sends until that expires, on
 * average r t / 2 calls. The crash comes when the memories of all have long been out of step. */
static void test_failover(void **state) {
  (void)state;
  enum { USERS = 3000 };
  const struct {
    const char *rate;
    double per_s, failed;
  } cases[] = {{"poisson 0.01/s", 0.01, 1.0125}, {"poisson 0.1/s", 0.1, 11.5714}};
  for (int i = 0; i < 2; i++) {
    struct scene *scene = scene_new();
    add_users(scene, "users", USERS, cases[i].rate);
    struct node *name = add_name(scene, "failover", "60s");
    node_set(name, "health_check.interval", "30s");
    node_set(name, "health_check.first", "even");
    scene_add(scene, "service", "eu", 1);
    scene_add(scene, "service", "us", 1);
    scene_fault(scene, "eu", NULL,
                (struct fault_spec){.type = &fault_crash, .at_ns = 2985 * S + MS, .forever = true});
    struct run run = run_scene(scene, SEED, 3285 * S);
    double failed = metric(&run, "users.errors.refused") / USERS;
    /* about Poisson; 4 standard errors */
    assert_float_equal(failed, cases[i].failed, 4 * sqrt(1.5 * cases[i].failed / USERS));
    assert_same(metric(&run, "name.failovers"), 1);
    double stale = metric(&run, "name.stale") / USERS;
    assert_float_equal(stale, cases[i].failed - 90 * cases[i].per_s,
                       4 * sqrt(4 * cases[i].failed / USERS));
    run_free(&run);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest), cmocka_unit_test(test_memory),
                                     cmocka_unit_test(test_failover)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

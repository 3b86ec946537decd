/* Aim: two versions behind a balancer get the shares of its calls that they should, with any
 * algorithm; a version that gets nothing is out of use; nobody helps out another version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

enum { N = 12000, TO = 1, FROM = 0 };

struct stage {
  struct scene *scene;
  struct node *lb;
  struct shot *shots;
  struct recorder version[2];
};

/* A call each millisecond to a balancer over three members of `old` and two of `new`. */
static void stage_build(struct stage *s, const char *algorithm) {
  *s = (struct stage){.scene = scene_new(), .shots = calloc(N, sizeof *s->shots)};
  for (uint32_t i = 0; i < N; i++) s->shots[i] = (struct shot){.at_ns = i * MS + 1, .to = "lb"};
  scene_add_sender(s->scene, "from", s->shots, N);
  s->lb = scene_add(s->scene, "load_balancer", "lb", 1);
  node_set(s->lb, "algorithm", algorithm);
  node_set(s->lb, "backends", "old, new");
  scene_add_recorder(s->scene, "old", 3, &s->version[FROM]);
  scene_add_recorder(s->scene, "new", 2, &s->version[TO]);
}

static void stage_free(struct stage *s, struct run *run) {
  run_free(run);
  scene_free(s->scene);
  free(s->shots);
}

static void share(struct run *run, double share) {
  struct member *lb = run_member(run, "lb", 1);
  lb->kind->divide(run->sim, lb, run_member(run, "old", 1)->component,
                   run_member(run, "new", 1)->component, share);
}

static uint32_t between(const struct recorder *r, uint64_t from_ns, uint64_t to_ns,
                        uint32_t member) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < r->n; i++) {
    const struct record *record = &r->record[i];
    bool in = record->at_ns >= from_ns && record->at_ns < to_ns;
    n += in && (member == 0 || record->member == member);
  }
  return n;
}

/* Aim: nothing, a tenth, half, all and nothing again: so much of the calls goes to the new version,
 * and within a version to each member the same where the algorithm does so. */
static void test_shares(void **state) {
  (void)state;
  static const char *const algorithms[] = {"round_robin",  "random",          "least_connections",
                                           "power_of_two", "consistent_hash", "weighted"};
  static const double shares[] = {0, 0.1, 0.5, 1, 0, 0.9};
  print_message("seed %llu\n", (unsigned long long)SEED);
  for (size_t a = 0; a < sizeof algorithms / sizeof *algorithms; a++) {
    struct stage s;
    stage_build(&s, algorithms[a]);
    struct run run = run_begin(s.scene, SEED, 0, N * MS);
    for (uint32_t k = 0; k < 6; k++) {
      share(&run, shares[k]);
      assert_true(sim_run(run.sim, (k + 1) * 2 * S));
    }
    run_finish(&run);
    for (uint32_t k = 0; k < 6; k++) {
      uint64_t from_ns = k * 2 * S, to_ns = from_ns + 2 * S;
      uint32_t new = between(&s.version[TO], from_ns, to_ns, 0);
      if (shares[k] == 0 || shares[k] == 1) {
        assert_int_equal(new, shares[k] * 2000);
      } else {
        assert_share(new, 2000, shares[k]);
      }
      assert_int_equal(new + between(&s.version[FROM], from_ns, to_ns, 0), 2000);
      if (a > 0) continue;
      for (uint32_t m = 1; m <= 2; m++) {
        assert_within(between(&s.version[TO], from_ns, to_ns, m), new / 2.0, 60);
      }
    }
    stage_free(&s, &run);
  }
}

/* Aim: without a division both versions get their part of all; with one, calls for a version of
 * which nobody is in use are refused, at half their share and at all of it; tries stay with their
 * version. */
static void test_nobody_helps_out(void **state) {
  (void)state;
  for (int tries = 1; tries <= 3; tries++) {
    struct stage s;
    stage_build(&s, "round_robin");
    node_set(s.lb, "health_check.interval", "10ms");
    node_set(s.lb, "health_check.timeout", "5ms");
    if (tries > 1) {
      node_set(s.lb, "retry.attempts", tries == 2 ? "2" : "3");
      node_set(s.lb, "retry.backoff", "1ms");
    }
    scene_fault(
        s.scene, "new", NULL,
        (struct fault_spec){.type = &fault_crash, .at_ns = 2 * S, .lasts = dist_constant(100e9)});
    struct run run = run_begin(s.scene, SEED, 0, N * MS);
    assert_true(sim_run(run.sim, 1 * S));
    uint32_t all = s.version[FROM].n + s.version[TO].n;
    assert_int_equal(all, 1000);
    assert_within(s.version[TO].n, 400, 2);
    share(&run, 0.5);
    assert_true(sim_run(run.sim, 6 * S));
    share(&run, 1);
    assert_true(sim_run(run.sim, N * MS));
    run_finish(&run);
    uint32_t half = 0, whole = 0;
    for (uint32_t i = 3000; i < 6000; i++) half += s.shots[i].outcome == OUTCOME_REFUSED;
    for (uint32_t i = 6000; i < N; i++) whole += s.shots[i].outcome == OUTCOME_REFUSED;
    assert_share(half, 3000, 0.5);
    assert_int_equal(whole, 6000);
    assert_true(metric(&run, "lb.no_backend") > 7000);
    stage_free(&s, &run);
  }
}

/* Aim: the only backend of a side gets the further tries of its calls. */
static void test_further_tries(void **state) {
  (void)state;
  struct shot shots[100];
  for (uint32_t i = 0; i < 100; i++) shots[i] = (struct shot){.at_ns = i * 10 * MS, .to = "lb"};
  struct recorder old = {0}, new = {.fails = UINT64_MAX, .failure = OUTCOME_FAILED};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 100);
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "backends", "old, new");
  node_set(lb, "retry.attempts", "4");
  node_set(lb, "retry.backoff", "1ms");
  scene_add_recorder(scene, "old", 1, &old);
  scene_add_recorder(scene, "new", 1, &new);
  struct run run = run_begin(scene, SEED, 0, 2 * S);
  share(&run, 0.5);
  assert_true(sim_run(run.sim, 2 * S));
  run_finish(&run);
  uint32_t failed = 0;
  for (uint32_t i = 0; i < 100; i++) failed += shots[i].outcome == OUTCOME_FAILED;
  assert_share(failed, 100, 0.5);
  assert_int_equal(new.n, 4 * failed);
  assert_int_equal(old.n, 100 - failed);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shares),
      cmocka_unit_test(test_nobody_helps_out),
      cmocka_unit_test(test_further_tries),
  };
  return cmocka_run_group_tests_name("divide", tests, NULL, NULL);
}

/* Aim: members that a control starts and stops come when they should, and no call is lost by it. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "reading.h"

#define SEED UINT64_C(20261130)

/* Work of 40 ms for four workers a member: 100/s keep one member busy. Ten seconds to start, three
 * to drain; looked at every 15 s, for half of their time to be busy. */
static struct node *shop(struct scene *scene, const char *arrivals, const char *act) {
  struct node *web = scene_add(scene, "service", "web", 1);
  node_set(web, "workers", "4");
  node_life(web, dist_constant(10e9), 3 * S);
  on_work(node_on(web, NULL), "40ms");
  struct node *users = scene_add(scene, "client", "users", 1);
  node_set(users, "arrivals", arrivals);
  node_set(users, "target", "web");
  struct node *hpa = scene_add(scene, "control", "hpa", 1);
  node_set(hpa, "watch", "web.utilization");
  node_set(hpa, "target", "50%");
  node_set(hpa, "every", "15s");
  node_set(hpa, "act", act);
  return hpa;
}

static double up(const struct run *run) {
  double n = 0;
  for (uint32_t i = 1; i <= 10; i++) n += run_member(run, "web", i)->phase == MEMBER_UP;
  return n;
}

/* Aim: as many members as keep the target; the others are absent, refuse nothing and cost nothing.
 * What is asked of those that start is asked of others. */
static void test_target(void **state) {
  (void)state;
  static const struct {
    const char *arrivals;
    double members;
  } known[] = {
      {"constant 20/s", 1}, {"constant 100/s", 2}, {"constant 300/s", 6}, {"constant 480/s", 10}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    struct scene *scene = scene_new();
    struct node *hpa = shop(scene, known[k].arrivals, "scale web, from 1, to 10");
    node_set(hpa, "cooldown", "30s");
    struct run run = run_begin(scene, SEED, 300 * S, 600 * S);
    sim_run(run.sim, 600 * S);
    run_finish(&run);
    /* Within a tenth of the target one member more is none too many. */
    assert_within(up(&run), known[k].members, 1);
    assert_same(metric(&run, "hpa.members.end"), up(&run));
    assert_same(metric(&run, "web.instances"), metric(&run, "hpa.members"));
    assert_same(metric(&run, "users.availability"), 1);
    assert_within(metric(&run, "web.utilization"), 0.5, known[k].members > 1 ? 0.06 : 0.5);
    for (uint32_t i = 2; k == 0 && i <= 10; i++) {
      assert_same(run_member(&run, "web", i)->flow.arrivals, 0);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: from a step in the load to the members that serve it: up to 15 s until it is looked at, and
 * then the start. A look
 * within 7 s of the step sees too little of it. */
static void test_time_to_scale(void **state) {
  (void)state;
  double least = 1e9, most = 0;
  for (uint64_t seed = SEED; seed < SEED + 20; seed++) {
    struct scene *scene = scene_new();
    shop(scene, "poisson profile steps 0s 0s 20/s 60s 95/s", "scale web, from 1, to 2");
    struct run run = run_scene(scene, seed, 120 * S);
    /* Members are wanted from then on, and are there ten seconds later. */
    double wanted_s = 120 * (metric(&run, "hpa.members") - 1);
    double there_s = 120 * (metric(&run, "web.instances") - 1);
    assert_same(metric(&run, "hpa.scale_ups"), 1);
    assert_within(wanted_s - there_s, 10, 1e-6);
    double at_s = 120 - wanted_s;
    if (at_s < least) least = at_s;
    if (at_s > most) most = at_s;
    run_free(&run);
    scene_free(scene);
  }
  assert_true(least > 66 && least < 70 && most > 79 && most < 83);
}

/* Aim: members are stopped when the largest number wanted is as old as the cooldown; they go on
 * with what they have, and nothing is lost. Without a drain what they have is lost. */
static void test_stop(void **state) {
  (void)state;
  for (int drained = 0; drained < 2; drained++) {
    struct scene *scene = scene_new();
    struct node *hpa =
        shop(scene, "poisson profile steps 0s 0s 300/s 120s 10/s", "scale web, from 1, to 10");
    node_set(hpa, "cooldown", "60s");
    struct node *slow = scene_add(scene, "service", "slow", 5);
    node_life(slow, dist_constant(10e9), drained ? 3 * S : 0);
    on_work(node_on(slow, NULL), "2s");
    struct node *some = scene_add(scene, "client", "some", 1);
    node_set(some, "arrivals", "constant 20/s");
    node_set(some, "target", "slow");
    struct node *down = scene_add(scene, "control", "down", 1);
    node_set(down, "watch", "web.rate");
    node_set(down, "below", "100/s");
    node_set(down, "every", "15s");
    node_set(down, "cooldown", "30s");
    node_set(down, "act", "scale slow, from 2, to 5");
    struct run run = run_scene(scene, SEED, 400 * S);
    assert_same(metric(&run, "hpa.members.end"), 1);
    assert_same(metric(&run, "users.availability"), 1);
    assert_same(metric(&run, "down.members.end"), 2);
    assert_same(metric(&run, "down.scale_downs"), 3);
    double lost = metric(&run, "slow.errors");
    if (drained) {
      assert_same(lost, 0);
    } else {
      assert_true(lost > 15 && lost < 60); /* 40 in flight over five members and fewer */
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: by steps there is a pause after each; one that drains goes on with its calls and is started
 * again only when it has left. */
static void test_steps(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *web = scene_add(scene, "service", "web", 1);
  on_work(node_on(web, NULL), "1ms");
  struct node *users = scene_add(scene, "client", "users", 1);
  node_set(users, "arrivals", "poisson profile steps 0s 0s 200/s 60s 10/s 71s 200/s 150s 10/s");
  node_set(users, "target", "web");
  struct node *slow = scene_add(scene, "service", "slow", 5);
  node_life(slow, dist_constant(1e9), 25 * S);
  on_work(node_on(slow, NULL), "20s");
  struct node *some = scene_add(scene, "client", "some", 1);
  node_set(some, "arrivals", "constant 3/s");
  node_set(some, "target", "slow");
  struct node *hpa = scene_add(scene, "control", "hpa", 1);
  node_set(hpa, "watch", "web.rate");
  node_set(hpa, "above", "150/s");
  node_set(hpa, "below", "100/s");
  node_set(hpa, "every", "5s");
  node_set(hpa, "cooldown", "10s");
  node_set(hpa, "act", "scale slow, from 3, to 5");
  struct run run = run_begin(scene, SEED, 0, 240 * S);
  uint32_t before = 5;
  uint64_t at[8] = {0}, n = 0;
  for (uint64_t t = 1; t <= 240; t++) {
    sim_run(run.sim, t * S);
    uint32_t now = 0;
    for (uint32_t i = 1; i <= 5; i++) now += run_member(&run, "slow", i)->phase == MEMBER_UP;
    if (now != before && n < 8) at[n++] = t;
    before = now;
  }
  run_finish(&run);
  /* Down by one or two; up again, but only after who drains has left; down to three. */
  assert_true(n == 4 || n == 6);
  assert_true(at[0] > 60 && at[0] < 71);
  uint64_t first_up = at[n / 2 - 1];
  assert_true(first_up >= at[0] + 25 && first_up <= at[0] + 32);
  assert_int_equal(at[n - 1] - at[n - 2], 10);
  assert_same(metric(&run, "slow.errors"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the first is started at once when there is none, and the last goes when nothing was asked
 * for a whole cooldown. Calls meanwhile find nobody. */
static void test_to_zero(void **state) {
  (void)state;
  struct shot shots[40];
  for (uint32_t i = 0; i < 40; i++) {
    shots[i] = (struct shot){.at_ns = (100 + i) * S, .to = "web", .timeout_ns = 5 * S};
  }
  struct scene *scene = scene_new();
  struct node *web = scene_add(scene, "service", "web", 1);
  node_set(web, "workers", "4");
  on_work(node_on(web, NULL), "40ms");
  scene_add_sender(scene, "from", shots, 40);
  struct node *keda = scene_add(scene, "control", "keda", 1);
  node_set(keda, "watch", "web.rate");
  node_set(keda, "target", "10/s");
  node_set(keda, "every", "5s");
  node_set(keda, "cooldown", "20s");
  node_set(keda, "act", "scale web, from 0, to 3");
  struct run run = run_scene(scene, SEED, 300 * S);
  assert_same(metric(&run, "keda.members.end"), 0);
  assert_same(metric(&run, "keda.scale_ups"), 1);
  assert_same(metric(&run, "keda.scale_downs"), 1);
  uint32_t refused = 0;
  for (uint32_t i = 0; i < 40; i++) {
    refused += shots[i].outcome == OUTCOME_REFUSED;
    if (i >= 6) assert_int_equal(shots[i].outcome, OUTCOME_OK);
  }
  assert_true(refused >= 1 && refused <= 6);
  /* It was there from the first look until 20 to 25 s after the last one at which it had calls. */
  double there_s = 300 * metric(&run, "web.instances");
  assert_true(there_s > 34 + 15 && there_s < 40 + 30);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a control that is down starts nobody, and one that is back knows nothing of before. */
static void test_control_down(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  shop(scene, "poisson profile steps 0s 0s 50/s 60s 300/s", "scale web, from 1, to 10");
  scene_fault(
      scene, "hpa", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 50 * S, .lasts = dist_constant(1e11)});
  struct run run = run_begin(scene, SEED, 0, 300 * S);
  sim_run(run.sim, 150 * S);
  assert_same(up(&run), 1);
  sim_run(run.sim, 300 * S);
  run_finish(&run);
  assert_true(up(&run) >= 5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: when the measuring begins changes nothing about what is done, whatever is read. */
static void test_warmup(void **state) {
  (void)state;
  static const struct {
    const char *watch, *target;
  } known[] = {{"web.utilization", "50%"}, {"web.rate", "40/s"},        {"web.queue", "2"},
               {"users.p99", "60ms"},      {"users.latency", "50ms"},   {"users.rate", "40/s"},
               {"lb.given_up", "1/s"},     {"lb.healthy_backends", "1"}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    double arrivals[2][10], members[2];
    for (int late = 0; late < 2; late++) {
      struct scene *scene = scene_new();
      struct node *hpa = shop(scene, "poisson profile steps 0s 0s 90/s 60s 250/s 200s 60/s",
                              "scale web, from 1, to 10");
      scene_op(scene, "x");
      struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
      node_set(lb, "backends", "web");
      struct node *more = scene_add(scene, "client", "more", 1);
      node_set(more, "arrivals", "poisson 40/s");
      node_set(more, "target", "lb");
      node_set(more, "timeout", "80ms");
      node_set(hpa, "watch", known[k].watch);
      node_set(hpa, "target", known[k].target);
      node_set(hpa, "over", "40s");
      node_set(hpa, "cooldown", "45s");
      struct run run = run_begin(scene, SEED, late ? 97 * S : 0, 400 * S);
      sim_run(run.sim, 400 * S);
      run_finish(&run);
      for (uint32_t i = 0; i < 10; i++) {
        arrivals[late][i] = (double)run_member(&run, "web", i + 1)->flow.arrivals;
      }
      members[late] = metric(&run, "hpa.members.end");
      run_free(&run);
      scene_free(scene);
    }
    for (int i = 0; i < 10; i++) assert_same(arrivals[0][i], arrivals[1][i]);
    assert_same(members[0], members[1]);
  }
}

/* Aim: what cannot be is refused. */
static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *key, *value, *says;
  } known[] = {{"target", "5", "such as \"70%\""},
               {"above", "60%", "leave one of them out"},
               {"delay", "20s", "longer than 'every'"},
               {"watch", "users.p99", "such as \"250ms\""},
               {"over", "100h", "of more than 10000"},
               {"cooldown", "100h", "would remember"},
               {"act", "scale web, to 9, by 2", "leave 'by' out"}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    struct scene *scene = scene_new();
    struct node *hpa = shop(scene, "constant 10/s", "scale web, to 10");
    node_set(hpa, known[k].key, known[k].value);
    struct error err = {0};
    if (k == 0) node_set(hpa, "target", "5s");
    assert_false(node_valid(hpa, &err));
    assert_non_null(strstr(err.text, known[k].says));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_target),  cmocka_unit_test(test_time_to_scale),
      cmocka_unit_test(test_stop),    cmocka_unit_test(test_steps),
      cmocka_unit_test(test_to_zero), cmocka_unit_test(test_control_down),
      cmocka_unit_test(test_warmup),  cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

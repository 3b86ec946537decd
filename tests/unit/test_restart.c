/* Aim: a process that is ended and begins again: what is lost, when it is up, which faults are over
 * with it, and which are not. */
#include <string.h>

#include "fault.h"
#include "harness.h"
#include "life.h"

static void set_shots(struct shot *shots, uint32_t n, const char *to, uint32_t member,
                      const uint64_t *at_ms) {
  for (uint32_t i = 0; i < n; i++) {
    shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = to, .member = member};
  }
}

/* Two servers, 10 ms of work; the first is restarted at 50 ms, which takes 20 ms. */
static struct run run_restart(struct scene *scene, uint64_t end_ms) {
  struct run run = run_begin(scene, 1, 0, end_ms * MS);
  assert_true(sim_run(run.sim, 50 * MS + 1));
  assert_true(member_restart(run.sim, run_member(&run, "s", 1), 20 * MS - 1));
  assert_true(sim_run(run.sim, end_ms * MS));
  run_finish(&run);
  return run;
}

/* Aim: a healthy one loses what it has, refuses until it is up, and is as new then. */
static void test_healthy(void **state) {
  (void)state;
  struct shot shots[4];
  set_shots(shots, 4, "s", 1, (const uint64_t[]){45, 60, 69, 71});
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *s = scene_add(scene, "service", "s", 2);
  node_set(s, "work", "10ms");
  /* Keeps lists of who is where, and never comes. */
  scene_fault(scene, "s[1]", NULL, fault_ms(&fault_crash, 900, 1));
  struct run run = run_restart(scene, 200);
  assert_int_equal(shots[0].outcome, OUTCOME_RESET);
  assert_shot(&shots[1], OUTCOME_REFUSED, 60 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 69 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 81 * MS);
  assert_within(metric(&run, "s.uptime"), 1 - 20.0 / 400, 1e-6);
  assert_int_equal(run_member(&run, "s", 1)->epoch, 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a crash or hang of the process ends then, at its member alone; its own end comes to nothing,
 * and one of the zone is not over. What the process had while it hung is lost. */
static void test_faults_end(void **state) {
  (void)state;
  static const struct fault_def *const types[] = {&fault_crash, &fault_hang};
  static const char *const targets[] = {"s[1]", "s", "s[*]", "z"};
  for (int t = 0; t < 2; t++) {
    for (int k = 0; k < 4; k++) {
      struct shot shots[6];
      set_shots(shots, 5, "s", 1, (const uint64_t[]){35, 60, 75, 115, 155});
      set_shots(shots + 5, 1, "s", 2, (const uint64_t[]){105});
      struct scene *scene = scene_new();
      scene_zone(scene, "a", NULL); /* the number of z is that of s */
      scene_zone(scene, "z", NULL);
      scene_add_sender(scene, "from", shots, 6);
      struct node *s = scene_add(scene, "service", "s", 2);
      node_set(s, "work", "10ms");
      node_zones(s, "z");
      scene_fault(scene, targets[k], NULL, fault_ms(types[t], 40, 110));
      struct run run = run_restart(scene, 300);
      bool over = k < 3, crash = t == 0;
      assert_int_equal(shots[0].outcome, OUTCOME_RESET);
      assert_shot(&shots[1], OUTCOME_REFUSED, 60 * MS);
      if (over) {
        assert_shot(&shots[2], OUTCOME_OK, 85 * MS);
        assert_shot(&shots[3], OUTCOME_OK, 125 * MS);
      } else {
        assert_shot(&shots[2], crash ? OUTCOME_REFUSED : OUTCOME_OK, (crash ? 75 : 160) * MS);
      }
      assert_int_equal(shots[4].outcome, OUTCOME_OK);
      /* The other member: hit until 150 ms, unless the fault is of the first alone. */
      if (k == 0) assert_shot(&shots[5], OUTCOME_OK, 115 * MS);
      if (k > 0 && crash) assert_shot(&shots[5], OUTCOME_REFUSED, 105 * MS);
      if (k > 0 && !crash) assert_shot(&shots[5], OUTCOME_OK, 160 * MS);
      for (uint32_t m = 1; m <= 2; m++) {
        assert_int_equal(run_member(&run, "s", m)->down, 0);
        assert_int_equal(run_member(&run, "s", m)->hung, 0);
        assert_int_equal(run_member(&run, "s", m)->phase, MEMBER_UP);
      }
      run_free(&run);
      scene_free(scene);
    }
  }
}

/* Aim: a fault that comes again counts its time to the next one from when the process is up. */
static void test_recurring(void **state) {
  (void)state;
  struct shot shots[4];
  set_shots(shots, 4, "s", 1, (const uint64_t[]){71, 108, 111, 140});
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *s = scene_add(scene, "service", "s", 2);
  node_set(s, "work", "1ms");
  scene_fault(scene, "s[1]", NULL,
              (struct fault_spec){.type = &fault_crash,
                                  .recurring = true,
                                  .mttf = dist_constant(40e6),
                                  .lasts = dist_constant(300e6)});
  struct run run = run_restart(scene, 200); /* crashed at 40, up from 70, crashed at 110 */
  assert_shot(&shots[0], OUTCOME_OK, 72 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 109 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 111 * MS);
  assert_shot(&shots[3], OUTCOME_REFUSED, 140 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: when the fault began that a member, or anybody, suffers from now or did a while ago. */
static void test_since(void **state) {
  (void)state;
  struct shot shot = {.at_ns = 0, .to = "s"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", &shot, 1);
  node_set(scene_add(scene, "service", "s", 2), "work", "1ms");
  scene_fault(
      scene, "s[2]", NULL,
      (struct fault_spec){
          .type = &fault_slow, .factor = 2, .at_ns = 20 * MS, .lasts = dist_constant(30e6)});
  scene_fault(scene, "s[1]", NULL, fault_ms(&fault_hang, 40, 100));
  struct run run = run_begin(scene, 1, 0, 300 * MS);
  const struct member *one = run_member(&run, "s", 1), *two = run_member(&run, "s", 2);
  assert_true(sim_run(run.sim, 10 * MS));
  assert_true(faults_since_ns(run.sim, NULL, S) == TIME_NEVER);
  assert_true(sim_run(run.sim, 45 * MS));
  assert_true(faults_since_ns(run.sim, NULL, 0) == 20 * MS);
  assert_true(faults_since_ns(run.sim, one, 0) == 40 * MS);
  assert_true(faults_since_ns(run.sim, two, 0) == 20 * MS);
  assert_true(sim_run(run.sim, 80 * MS));
  assert_true(faults_since_ns(run.sim, two, 10 * MS) == TIME_NEVER);
  assert_true(faults_since_ns(run.sim, two, 40 * MS) == 20 * MS);
  assert_true(faults_since_ns(run.sim, NULL, 10 * MS) == 40 * MS);
  assert_true(sim_run(run.sim, 300 * MS));
  run_finish(&run);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_healthy),
      cmocka_unit_test(test_faults_end),
      cmocka_unit_test(test_recurring),
      cmocka_unit_test(test_since),
  };
  return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}

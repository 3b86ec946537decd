/* Aim: at any instant of random systems under random faults, the lists tell of each member what a
 * walk over all frames tells: the calls that it handles or has not sent, and those that it made on
 * its own account and waits for. */
#include "harness.h"
#include "present.h"
#include "storm.h"

/* By member: how many there are, and the sum of their slots. */
struct tally {
  uint64_t n, slots;
};

static void tally(struct tally *t, uint32_t slot) {
  t->n++;
  t->slots += slot;
}

static void assert_tally(const struct sim *sim, const struct present *found, uint32_t member,
                         struct tally expected) {
  struct present of = present_of(found, member);
  struct tally t = {0};
  for (uint32_t i = 0; i < of.n; i++) {
    assert_non_null(present_frame(sim, &of.call[i]));
    tally(&t, of.call[i].slot);
  }
  assert_int_equal(t.n, expected.n);
  assert_int_equal(t.slots, expected.slots);
}

static uint64_t look(struct sim *sim) {
  enum { MOST = 64 };
  struct tally here[MOST] = {0}, made[MOST] = {0};
  uint32_t every[MOST], slot;
  assert_in_range(sim->members, 1, MOST);
  uint64_t all = 0;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    uint32_t at = frame_callee(f);
    if (frame_is_handled(f) || frame_state(f) == FRAME_MADE) tally(&here[at], slot - 1), all++;
    bool own = f->flags & CALL_ROOT && !(f->flags & (CALL_ABANDONED | CALL_DETACHED)) &&
               at != f->parent && !sim->member[f->parent].kind->is_source;
    if (own) tally(&made[f->parent], slot - 1), all++;
  }
  for (uint32_t i = 0; i < sim->members; i++) every[i] = i;
  struct present calls, own;
  present_find(sim, every, sim->members, &calls, &own);
  for (uint32_t i = 0; i < sim->members; i++) {
    assert_tally(sim, &calls, i, here[i]);
    assert_tally(sim, &own, i, made[i]);
  }
  present_free(&calls);
  present_free(&own);
  return all;
}

static void test_lists(void **state) {
  (void)state;
  enum { STORMS = 20 };
  uint64_t seen = 0;
  for (uint64_t number = 0; number < STORMS; number++) {
    struct scene *scene = storm(number);
    struct run run = run_begin(scene, 1, 0, 4 * S);
    present_keep(run.sim);
    for (uint64_t t = 1; t <= 100; t++) {
      assert_true(sim_run(run.sim, t * 40 * MS));
      seen += look(run.sim);
    }
    run_free(&run);
    scene_free(scene);
  }
  assert_true(seen > 20000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists)};
  return cmocka_run_group_tests_name("present", tests, NULL, NULL);
}

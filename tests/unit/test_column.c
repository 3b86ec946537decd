/* Aim: a field of a request is there for who reads it and for the calls that are made on its
 * behalf; its own ones are not, and a frame that is used again has none, however many frames there
 * are. */
#include "call.h"
#include "column.h"
#include "frame_pool.h"
#include "harness.h"

static struct run begin(struct scene **scene) {
  *scene = scene_new();
  struct node *web = scene_add(*scene, "service", "web", 1);
  node_set(web, "work", "1ms");
  struct run run = run_begin(*scene, 1, 0, 1 * S);
  column_want(run.sim, COLUMN_ANSWER);
  column_want(run.sim, COLUMN_TIER);
  column_want(run.sim, COLUMN_USER);
  return run;
}

static void test_fields(void **state) {
  (void)state;
  enum { CALLS = 3000 };
  struct scene *scene;
  struct run run = begin(&scene);
  struct sim *sim = run.sim;
  struct member *web = &sim->member[0];
  static struct frame *request[CALLS];
  assert_true(column_wanted(sim, COLUMN_TIER) && !column_wanted(sim, COLUMN_BODY));
  for (uint64_t i = 0; i < CALLS; i++) {
    request[i] = call_new(sim, web, NULL);
    column_set(sim, request[i], COLUMN_USER, i + 1);
    column_set(sim, request[i], COLUMN_ANSWER, 1000 + i);
  }
  for (uint64_t i = 0; i < CALLS; i++) {
    assert_int_equal(column_get(sim, request[i], COLUMN_USER), i + 1);
    assert_int_equal(column_get(sim, request[i], COLUMN_ANSWER), 1000 + i);
    assert_int_equal(column_get(sim, request[i], COLUMN_TIER), 0);
    struct frame *call = call_new(sim, web, request[i]);
    assert_int_equal(column_get(sim, call, COLUMN_USER), i + 1);
    assert_int_equal(column_get(sim, call, COLUMN_ANSWER), 0);
  }
  run_free(&run);
  scene_free(scene);
}

/* The slot of a call that has ended is given to the next one. */
static void test_used_again(void **state) {
  (void)state;
  struct scene *scene;
  struct run run = begin(&scene);
  struct sim *sim = run.sim;
  struct member *web = &sim->member[0];
  struct frame *first = call_new(sim, web, NULL);
  uint32_t slot = frame_slot(sim, first);
  column_set(sim, first, COLUMN_USER, 7);
  column_set(sim, first, COLUMN_ANSWER, 8);
  frame_free(sim, first);
  struct frame *second = call_new(sim, web, NULL);
  assert_int_equal(frame_slot(sim, second), slot);
  assert_int_equal(column_get(sim, second, COLUMN_USER), 0);
  column_set(sim, second, COLUMN_TIER, 2);
  assert_int_equal(column_get(sim, second, COLUMN_USER), 0);
  assert_int_equal(column_get(sim, second, COLUMN_ANSWER), 0);
  assert_int_equal(column_get(sim, second, COLUMN_TIER), 2);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields),
                                     cmocka_unit_test(test_used_again)};
  return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}

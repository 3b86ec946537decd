/* Aim: numbers of members are those of the published rules of Kubernetes and KEDA. */
#include "arena.h"
#include "harness.h"
#include "scaling.h"

static uint64_t wanted(uint64_t members, double value) {
  return scaling_wanted(&(struct scale_load){.value = value,
                                             .target = 1,
                                             .tolerance = 0.1,
                                             .sort = READING_OF_MEMBERS,
                                             .members = members,
                                             .ready = members});
}

/* Aim: ceil(members x value / target), and nothing within a tenth of the target, edges included. */
static void test_ratio(void **state) {
  (void)state;
  static const double ratio[] = {0.5, 0.89, 0.9, 1.0, 1.1, 1.11, 1.5, 2.0};
  static const struct {
    uint64_t members, wanted[8];
  } known[] = {{1, {1, 1, 1, 1, 1, 2, 2, 2}},
               {3, {2, 3, 3, 3, 3, 4, 5, 6}},
               {4, {2, 4, 4, 4, 4, 5, 6, 8}},
               {10, {5, 9, 10, 10, 10, 12, 15, 20}}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    for (int i = 0; i < 8; i++) {
      assert_int_equal(wanted(known[k].members, ratio[i]), known[k].wanted[i]);
    }
  }
  assert_int_equal(wanted(7, NAN), 7);
}

/* Aim: members that are not ready count as idle when more are asked for, and not at all else; what
 * then points the other way is left (replica_calculator.go of Kubernetes). */
static void test_unready(void **state) {
  (void)state;
  struct scale_load load = {.value = 1.5,
                            .target = 1,
                            .tolerance = 0.1,
                            .sort = READING_OF_MEMBERS,
                            .members = 8,
                            .ready = 4,
                            .unready = 4};
  assert_int_equal(scaling_wanted(&load), 8); /* 0.75 over all */
  load.value = 3;                             /* 1.5 over all */
  assert_int_equal(scaling_wanted(&load), 12);
  load.value = 0.5; /* the four that are ready need two */
  assert_int_equal(scaling_wanted(&load), 2);
  load.sort = READING_VALUE; /* of a time: those that are ready, as it stands */
  load.value = 3;
  assert_int_equal(scaling_wanted(&load), 12);
}

/* Aim: of a backlog of which each member may have five, as KEDA does: none of nothing. */
static void test_backlog(void **state) {
  (void)state;
  static const struct {
    double backlog;
    uint64_t members, wanted;
  } known[] = {{0, 1, 0}, {1, 1, 1}, {5, 1, 1},    {6, 1, 2},    {1000, 10, 200},
               {0, 0, 0}, {7, 0, 1}, {52, 10, 10}, {56, 10, 12}, {44, 10, 9}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    struct scale_load load = {.value = known[k].backlog,
                              .target = 5,
                              .tolerance = 0.1,
                              .sort = READING_TOTAL,
                              .members = known[k].members,
                              .ready = known[k].members};
    assert_int_equal(scaling_wanted(&load), known[k].wanted);
  }
  struct arena *arena = arena_new();
  struct scale_rule rule = {.from = 0, .to = 100, .up.members = PARAM_UNLIMITED, .down.share = 1};
  rule.up.every_ns = rule.down.every_ns = 15 * S;
  struct scaling scaling;
  scaling_init(&scaling, &rule, 30 * S, arena);
  assert_int_equal(scaling_next(&scaling, &rule, 0, 10, 200), 100);
  assert_int_equal(scaling_next(&scaling, &rule, 30 * S, 100, 0), 0);
  arena_free(arena);
}

/* Follows a number that is wanted for ever. */
static void assert_ramp(struct scale_rule rule, uint64_t every_ns, uint64_t goal,
                        const uint64_t *known, size_t n) {
  struct arena *arena = arena_new();
  struct scaling scaling;
  scaling_init(&scaling, &rule, every_ns, arena);
  uint64_t members = known[0];
  for (size_t i = 1; i < n; i++) {
    members = scaling_next(&scaling, &rule, i * every_ns, members, goal);
    assert_int_equal(members, known[i]);
  }
  arena_free(arena);
}

/* Aim: the paces of Kubernetes by default, and of the stories of KEP-853. */
static void test_paces(void **state) {
  (void)state;
  struct scale_rule rule = {.from = 1, .to = 1000, .up = {true, 4, 1, 15 * S, 0}};
  rule.down = (struct scale_pace){true, 0, 1, 15 * S, 0};
  assert_ramp(rule, 15 * S, 100, (uint64_t[]){1, 5, 10, 20, 40, 80, 100, 100}, 8);
  rule.up = (struct scale_pace){true, 0, 9, 60 * S, 0};
  assert_ramp(rule, 60 * S, 5000, (uint64_t[]){1, 10, 100, 1000, 1000}, 5);
  rule.up = (struct scale_pace){true, 1, 0, 300 * S, 0};
  assert_ramp(rule, 300 * S, 50, (uint64_t[]){1, 2, 3, 4}, 4);
  assert_ramp(rule, 60 * S, 50, (uint64_t[]){1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4}, 12);
  rule.down = (struct scale_pace){true, 5, 0.1, 60 * S, 0}; /* 5, or a tenth, whichever is more */
  assert_ramp(rule, 60 * S, 1,
              (uint64_t[]){80, 72, 64, 57, 51, 45, 40, 35, 30, 25, 20, 15, 10, 5, 1}, 15);
}

/* Aim: up to the least number that was wanted within the window, down to the largest. */
static void test_windows(void **state) {
  (void)state;
  static const uint64_t down[] = {10, 9, 8, 9, 9, 8, 9, 8, 9, 8};
  static const uint64_t up[] = {2, 3, 19, 10, 3, 4};
  struct scale_rule rule = {.from = 1, .to = 100, .up = {true, PARAM_UNLIMITED, 0, 15 * S, 0}};
  rule.down = (struct scale_pace){true, 0, 1, 15 * S, 600 * S};
  struct arena *arena = arena_new();
  struct scaling scaling;
  scaling_init(&scaling, &rule, 60 * S, arena);
  for (uint64_t i = 0; i < 10; i++) {
    assert_int_equal(scaling_next(&scaling, &rule, i * 60 * S, 10, down[i]), 10);
  }
  assert_int_equal(scaling_next(&scaling, &rule, 600 * S, 10, 7), 9); /* the 10 has gone */
  rule.up.wait_ns = 360 * S;
  scaling_init(&scaling, &rule, 60 * S, arena);
  for (uint64_t i = 0; i < 6; i++) {
    assert_int_equal(scaling_next(&scaling, &rule, i * 60 * S, 2, up[i]), 2);
  }
  assert_int_equal(scaling_next(&scaling, &rule, 360 * S, 2, 7), 3); /* the 2 has gone */
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ratio), cmocka_unit_test(test_unready), cmocka_unit_test(test_backlog),
      cmocka_unit_test(test_paces), cmocka_unit_test(test_windows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

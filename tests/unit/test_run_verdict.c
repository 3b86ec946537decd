/* Aim: a goal is met, missed or undecided by its whole interval; the value decides where there is
 * nothing to straddle; and the exit code says the worst of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "command.h"
#include "results.h"
#include "verdict.h"

static enum verdict judge(double value, double lo, double hi, enum goal_op op, double limit) {
  struct goal goal = {.text = "g", .op = op, .limit = limit, .unit = UNIT_SECONDS};
  return verdict_of(&goal, &(struct estimate){value, lo, hi, 10});
}

static void the_whole_interval_decides(void **state) {
  (void)state;
  /* value 2, interval 1 .. 4; limits below, at each end, between and above */
  static const struct {
    enum goal_op op;
    double limit;
    enum verdict verdict;
  } cases[] = {
      {GOAL_LT, 0.5, VERDICT_FAIL},      {GOAL_LT, 1, VERDICT_FAIL},
      {GOAL_LT, 1.5, VERDICT_UNDECIDED}, {GOAL_LT, 3, VERDICT_UNDECIDED},
      {GOAL_LT, 4, VERDICT_UNDECIDED},   {GOAL_LT, 4.1, VERDICT_PASS},
      {GOAL_LE, 0.9, VERDICT_FAIL},      {GOAL_LE, 1, VERDICT_UNDECIDED},
      {GOAL_LE, 4, VERDICT_PASS},        {GOAL_GT, 0.9, VERDICT_PASS},
      {GOAL_GT, 1, VERDICT_UNDECIDED},   {GOAL_GT, 4, VERDICT_FAIL},
      {GOAL_GE, 1, VERDICT_PASS},        {GOAL_GE, 3, VERDICT_UNDECIDED},
      {GOAL_GE, 4, VERDICT_UNDECIDED},   {GOAL_GE, 4.1, VERDICT_FAIL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    enum verdict got = judge(2, 1, 4, cases[i].op, cases[i].limit);
    if (got != cases[i].verdict) fail_msg("case %zu: %s", i, verdict_name(got));
  }
}

/* No interval (one replication, an extreme), or one of no width. */
static void without_an_interval_the_value_decides(void **state) {
  (void)state;
  for (int constant = 0; constant < 2; constant++) {
    double end = constant ? 2 : NAN;
    assert_int_equal(judge(2, end, end, GOAL_LE, 2), VERDICT_PASS);
    assert_int_equal(judge(2, end, end, GOAL_LT, 2), VERDICT_FAIL);
    assert_int_equal(judge(2, end, end, GOAL_GE, 2), VERDICT_PASS);
    assert_int_equal(judge(2, end, end, GOAL_GT, 2), VERDICT_FAIL);
  }
  assert_int_equal(judge(NAN, NAN, NAN, GOAL_GE, 0), VERDICT_FAIL);
}

static void equality_is_for_constants(void **state) {
  (void)state;
  assert_int_equal(judge(0.5 / 5, 0.1, 0.1, GOAL_EQ, 0.1), VERDICT_PASS);
  assert_int_equal(judge(2, 2, 2, GOAL_EQ, 2.001), VERDICT_FAIL);
  assert_int_equal(judge(2, 1, 4, GOAL_EQ, 3), VERDICT_FAIL);
}

/* Intervals are cut off at 0, and shares at 1. A failure that was seen is a failure. */
static void what_was_seen_is_possible(void **state) {
  (void)state;
  assert_int_equal(judge(0.1, 0, 0.3, GOAL_LE, 0), VERDICT_FAIL);
  assert_int_equal(judge(0.1, 0, 0.3, GOAL_GT, 0), VERDICT_PASS);
  struct goal all = {.text = "g", .op = GOAL_GE, .limit = 1, .unit = UNIT_RATIO};
  struct estimate e = {0.999, 0.998, 1, 10};
  assert_int_equal(verdict_of(&all, &e), VERDICT_FAIL);
  all.unit = UNIT_COUNT; /* 1 is nothing special among counts */
  assert_int_equal(verdict_of(&all, &e), VERDICT_UNDECIDED);
}

static void the_worst_verdict_counts(void **state) {
  (void)state;
  const enum verdict p = VERDICT_PASS, f = VERDICT_FAIL, u = VERDICT_UNDECIDED;
  assert_int_equal(verdict_worse(p, p), p);
  assert_int_equal(verdict_worse(p, u), u);
  assert_int_equal(verdict_worse(u, f), f);
  assert_int_equal(verdict_worse(f, p), f);
  assert_int_equal(command_goals(p, UNDECIDED_FAILS), 0);
  assert_int_equal(command_goals(f, UNDECIDED_PASSES), 1);
  assert_int_equal(command_goals(u, UNDECIDED_TELLS), 3);
  assert_int_equal(command_goals(u, UNDECIDED_PASSES), 0);
  assert_int_equal(command_goals(u, UNDECIDED_FAILS), 1);
}

/* An interval is judged by its ends, and one around the only value that is right by what it holds.
 */
static void an_interval_lies_somewhere(void **state) {
  (void)state;
  static const struct {
    enum goal_op op;
    enum verdict below, up_to, around, from, above, point; /* limit 2 */
  } cases[] = {
      {GOAL_LT, VERDICT_PASS, VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_FAIL, VERDICT_FAIL,
       VERDICT_FAIL},
      {GOAL_LE, VERDICT_PASS, VERDICT_PASS, VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_FAIL,
       VERDICT_PASS},
      {GOAL_GT, VERDICT_FAIL, VERDICT_FAIL, VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_PASS,
       VERDICT_FAIL},
      {GOAL_GE, VERDICT_FAIL, VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_PASS, VERDICT_PASS,
       VERDICT_PASS},
      {GOAL_EQ, VERDICT_FAIL, VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_UNDECIDED, VERDICT_FAIL,
       VERDICT_PASS},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct goal goal = {.op = cases[i].op, .limit = 2, .unit = UNIT_SECONDS};
    assert_int_equal(verdict_by_interval(&goal, 1, 1.5), cases[i].below);
    assert_int_equal(verdict_by_interval(&goal, 1, 2), cases[i].up_to);
    assert_int_equal(verdict_by_interval(&goal, 1, 3), cases[i].around);
    assert_int_equal(verdict_by_interval(&goal, 2, 3), cases[i].from);
    assert_int_equal(verdict_by_interval(&goal, 2.5, 3), cases[i].above);
    assert_int_equal(verdict_by_interval(&goal, 2, 2), cases[i].point);
  }
}

/* Value 2, half width 1 with 10 replications, limit 2.5: the width must halve, so 40, half as many
 * again is 60, rounded up to 100. */
static void advice_names_a_number(void **state) {
  (void)state;
  struct goal goal = {.op = GOAL_LT, .limit = 2.5, .unit = UNIT_SECONDS};
  assert_int_equal(verdict_replications(&goal, &(struct estimate){2, 1, 3, 10}, 10), 100);
  goal.limit = 1.1; /* below the value the other half counts: (0.9 / 0.9)^2, and 15 -> 20 */
  assert_int_equal(verdict_replications(&goal, &(struct estimate){2, 1.1, 3, 10}, 10), 20);
  goal.limit = 2;
  assert_int_equal(verdict_replications(&goal, &(struct estimate){2, 1, 3, 10}, 10), 0);
  /* Nothing failed: 0.06 points are to become 0.005, so 12 times as many, and 180 -> 200. */
  struct goal all = {.text = "g", .op = GOAL_GE, .limit = 0.99995, .unit = UNIT_RATIO};
  assert_int_equal(verdict_replications(&all, &(struct estimate){1, 0.9994, 1, 10}, 10), 200);
  goal.limit = 2.0001;
  assert_int_equal(verdict_replications(&goal, &(struct estimate){2, 1, 3, 10}, 10), 0);
}

/* Availability is measured in two replications: 0.98 and 1, so 0.99 -/+ 0.127. */
static void goals_of_results(void **state) {
  (void)state;
  struct results r;
  results_begin(&r, 2);
  for (uint32_t i = 0; i < 2; i++) {
    struct metrics m = {0};
    metric_quotient(&m, UNIT_RATIO, i == 0 ? 98 : 100, 100, "u.availability");
    metric_quotient(&m, UNIT_RATIO, 0, 0, "u.nothing");
    results_add(&r, i, &m, NULL, 0, 0, 0);
    metrics_free(&m);
  }
  results_finish(&r);
  const struct goal goals[] = {
      {.text = "a", .metric = "u.availability", .op = GOAL_GE, .limit = 0.5, .unit = UNIT_RATIO},
      {.text = "b", .metric = "u.availability", .op = GOAL_GE, .limit = 0.95, .unit = UNIT_RATIO},
      {.text = "c", .metric = "u.nothing", .op = GOAL_GE, .limit = 0, .unit = UNIT_RATIO},
      {.text = "d", .metric = "u.missing", .op = GOAL_GE, .limit = 0, .unit = UNIT_RATIO},
  };
  results_judge(&r, goals, 1);
  assert_true(results_goals_met(&r));
  results_judge(&r, goals, 2);
  assert_int_equal(results_verdict(&r), VERDICT_UNDECIDED);
  assert_false(results_goals_met(&r));
  results_judge(&r, goals, 4);
  assert_int_equal(results_verdict(&r), VERDICT_FAIL);
  assert_null(r.goal[1].reason);
  assert_string_equal(r.goal[2].reason, "no data");
  assert_string_equal(r.goal[3].reason, "the run does not measure this");
  results_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_whole_interval_decides),
      cmocka_unit_test(without_an_interval_the_value_decides),
      cmocka_unit_test(equality_is_for_constants),
      cmocka_unit_test(what_was_seen_is_possible),
      cmocka_unit_test(an_interval_lies_somewhere),
      cmocka_unit_test(the_worst_verdict_counts),
      cmocka_unit_test(advice_names_a_number),
      cmocka_unit_test(goals_of_results),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

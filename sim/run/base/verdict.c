#include "verdict.h"

#include <math.h>

#define REPLICATIONS_WORTH_NAMING 10000.0
#define REPLICATIONS_LEAST 10.0 /* with fewer, Student's t makes intervals wide */

/* Equality allows for the rounding of a quotient of whole numbers, and for nothing else. */
static bool nearly_equal(double a, double b) {
  return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

static bool holds(enum goal_op op, double value, double limit) {
  switch (op) {
    case GOAL_LT:
      return value < limit;
    case GOAL_LE:
      return value <= limit;
    case GOAL_GT:
      return value > limit;
    case GOAL_GE:
      return value >= limit;
    case GOAL_EQ:
      return nearly_equal(value, limit);
  }
  return false;
}

/* Nothing is below 0, no share is above 1. Intervals are cut off there, so their ends would satisfy
 * a goal that only the bound itself meets although the contrary was seen. */
static bool is_bound(enum metric_unit unit, double limit) {
  return limit == 0 || (unit == UNIT_RATIO && limit == 1);
}

bool verdict_by_value(const struct goal *goal, double value) {
  return !isnan(value) && holds(goal->op, value, goal->limit);
}

enum verdict verdict_by_interval(const struct goal *goal, double lo, double hi) {
  bool low = holds(goal->op, lo, goal->limit), high = holds(goal->op, hi, goal->limit);
  if (low && high) return VERDICT_PASS;
  if (low != high) return VERDICT_UNDECIDED;
  bool inside = goal->op == GOAL_EQ && lo < goal->limit && goal->limit < hi;
  return inside ? VERDICT_UNDECIDED : VERDICT_FAIL;
}

enum verdict verdict_of(const struct goal *goal, const struct estimate *estimate) {
  if (isnan(estimate->value)) return VERDICT_FAIL;
  bool by_value = !estimate_has_interval(estimate) || estimate->lo == estimate->hi ||
                  goal->op == GOAL_EQ || is_bound(goal->unit, goal->limit);
  if (!by_value) return verdict_by_interval(goal, estimate->lo, estimate->hi);
  return verdict_by_value(goal, estimate->value) ? VERDICT_PASS : VERDICT_FAIL;
}

const char *verdict_name(enum verdict verdict) {
  static const char *const name[] = {"pass", "fail", "undecided"};
  return name[verdict];
}

enum verdict verdict_worse(enum verdict a, enum verdict b) {
  if (a == VERDICT_FAIL || b == VERDICT_FAIL) return VERDICT_FAIL;
  return a == VERDICT_UNDECIDED || b == VERDICT_UNDECIDED ? VERDICT_UNDECIDED : VERDICT_PASS;
}

enum verdict verdict_settle(enum verdict verdict, enum undecided undecided) {
  if (verdict != VERDICT_UNDECIDED || undecided == UNDECIDED_TELLS) return verdict;
  return undecided == UNDECIDED_PASSES ? VERDICT_PASS : VERDICT_FAIL;
}

/* The next of 1, 2, 5, 10, 20, 50 ... */
static double round_up(double n) {
  double power = 1;
  while (power * 10 < n) power *= 10;
  if (n <= power) return power;
  if (n <= 2 * power) return 2 * power;
  return n <= 5 * power ? 5 * power : 10 * power;
}

uint32_t verdict_replications(const struct goal *goal, const struct estimate *estimate,
                              uint32_t now) {
  if (isinf(estimate->value) || isinf(estimate->hi)) {
    return (uint32_t)round_up(fmax(4.0 * now, REPLICATIONS_LEAST));
  }
  double away = fabs(estimate->value - goal->limit);
  double half = estimate->value > goal->limit ? estimate->value - estimate->lo
                                              : estimate->hi - estimate->value;
  /* Where nothing was seen yet, widths fall with 1/n. */
  bool none_seen = estimate->value == 0 || (goal->unit == UNIT_RATIO && estimate->value == 1);
  double wanted = 1.5 * now * (half / away) * (none_seen ? 1 : half / away);
  if (!(wanted <= REPLICATIONS_WORTH_NAMING)) return 0;
  return (uint32_t)round_up(fmax(fmax(wanted, now + 1), REPLICATIONS_LEAST));
}

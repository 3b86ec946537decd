#include "precision.h"

#include <math.h>
#include <stdio.h>

#include "sim.h"

/* A goal on something rare is decided for good when this much wider an interval decides it. */
#define DECIDED_WIDENING 1.5

static double limit_of(double wanted) {
  return wanted / (1 + wanted);
}

double precision_width(const struct estimate *estimate, enum metric_unit unit) {
  if (!estimate_has_interval(estimate)) return INFINITY;
  double value = estimate->value;
  double half = fmax(value - estimate->lo, estimate->hi - value); /* one end may be cut off */
  if (half == 0) return 0;
  double yardstick = unit == UNIT_RATIO ? fmin(value, 1 - value) : fabs(value);
  return yardstick > 0 ? half / yardstick : INFINITY;
}

uint32_t precision_next(uint32_t now, double excess, uint32_t most) {
  double wanted = ceil(now * excess * excess);
  double next = fmin(fmax(wanted, ceil(1.25 * now)), 2.0 * now);
  return next < most ? (uint32_t)next : most;
}

static bool decided(const struct goal *goal, const struct estimate *estimate) {
  bool rare = goal->unit == UNIT_RATIO || goal->unit == UNIT_COUNT || estimate->value == 0;
  if (!rare) return false;
  if (!estimate_has_interval(estimate)) return false;
  struct estimate wider = *estimate;
  wider.lo -= (DECIDED_WIDENING - 1) * (estimate->value - estimate->lo);
  wider.hi += (DECIDED_WIDENING - 1) * (estimate->hi - estimate->value);
  return verdict_of(goal, &wider) != VERDICT_UNDECIDED;
}

/* Takes a metric into account; false if it never has an interval. */
static bool look_at(const struct results *results, const char *metric, const struct goal *goal,
                    struct precision *p) {
  const struct result *r = results_find(results, metric);
  if (r == NULL || r->merge == METRIC_MAX || r->merge == METRIC_MIN) return false;
  struct estimate e = results_so_far(results, r);
  if (e.n == 0 || (goal != NULL && decided(goal, &e))) return true;
  double width = precision_width(&e, r->unit);
  if (p->metric == NULL || width > p->reached) {
    p->reached = width;
    p->metric = r->name;
  }
  return true;
}

struct precision precision_look(const struct results *results, const struct scenario *scenario,
                                double wanted) {
  struct precision p = {.wanted = wanted};
  bool any = false;
  for (uint32_t i = 0; i < scenario->goals; i++) {
    any |= look_at(results, scenario->goal[i].metric, &scenario->goal[i], &p);
  }
  for (uint32_t i = 0; !any && i < scenario->spec.components; i++) {
    if (!scenario->spec.component[i].kind->is_source) continue;
    char name[128];
    snprintf(name, sizeof name, "%s.latency.mean", scenario->spec.component[i].name);
    look_at(results, name, NULL, &p);
  }
  p.excess = p.reached / limit_of(wanted);
  p.met = p.excess <= 1;
  return p;
}

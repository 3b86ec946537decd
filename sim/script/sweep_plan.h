/* The plan of a sweep: which parameters vary, over which values, and which combinations are run.
 *
 * An axis is a parameter with several values. Its values come from -s on the command line or from
 * the scenario's sweep { ... } block; the command line wins. Points are the combinations for which
 * the block's `where` says true, in the order in which the parameters are declared, the last one
 * varying fastest: their order never depends on the order of options or keys. */
#ifndef SWEEP_PLAN_H
#define SWEEP_PLAN_H

#include <stdint.h>

#include "error.h"
#include "scenario.h"

#define SWEEP_AXES_MAX 16u
#define SWEEP_POINTS_MAX 100000u /* combinations, before `where` */

struct sweep_axis {
  const char *name;
  uint32_t n;
  const char *const *value; /* as texts, as -s takes them */
};

struct sweep_plan {
  struct arena *arena;       /* holds the fixed settings */
  struct scenario *scenario; /* as far as the script goes: name, question, params; holds the rest */
  uint32_t axes;
  const struct sweep_axis *axis;
  uint32_t fixed; /* settings that all points share */
  const struct setting *setting;
  uint32_t combinations, points;
  const uint32_t *choice; /* points x axes: number of the value */
};

/* Reads the scenario's parameters and its sweep block. `settings` are those of the command line; a
 * value may be a list or a range (axis.h). On a mistake NULL and a sentence. Whether the scenario
 * can run at each point is not known yet: load each one. */
struct sweep_plan *sweep_plan(const char *file, const struct setting *settings, uint32_t n,
                              struct error *err);
void sweep_plan_free(struct sweep_plan *plan);

/* The value of an axis at a point, both counted from 0. */
const char *sweep_value(const struct sweep_plan *plan, uint32_t point, uint32_t axis);

/* Writes the settings of a point, at most fixed + axes of them; returns how many. */
uint32_t sweep_settings(const struct sweep_plan *plan, uint32_t point, struct setting *out);

#endif

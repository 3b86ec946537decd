#include "sweep_plan.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "declare_param.h"
#include "declare_sweep.h"
#include "loader.h"

/* --- axes ----------------------------------------------------------------------------------- */

static const struct setting *find_setting(const struct setting *list, uint32_t n,
                                          const char *name) {
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(list[i].name, name) == 0) return &list[i];
  }
  return NULL;
}

static bool values_of(struct loader *loader, const struct scenario_param *param,
                      struct axis_values *values) {
  const struct sweep_plan *plan = loader->plan;
  struct error why = {0};
  const struct setting *many = find_setting(loader->many, loader->manys, param->name);
  if (many != NULL) {
    if (axis_expand(loader->arena, many->value, param->type == VALUE_WHOLE, values, &why) &&
        axis_check(values, &why)) {
      return true;
    }
    return loader_fail(loader, "-s %.80s: %s", param->name, why.text);
  }
  if (find_setting(plan->setting, plan->fixed, param->name) != NULL) return true;
  if (!sweep_block_values(loader, param, values)) return false;
  if (axis_check(values, &why)) return true;
  return loader_fail(loader, "%s: sweep: %.80s: %s", loader->scenario->file, param->name, why.text);
}

static bool find_axes(struct loader *loader) {
  struct sweep_plan *plan = loader->plan;
  struct sweep_axis *axis = arena_alloc(loader->arena, SWEEP_AXES_MAX * sizeof *axis);
  plan->axis = axis;
  for (uint32_t i = 0; i < loader->params; i++) {
    struct axis_values values = {0};
    if (!values_of(loader, &loader->param[i], &values)) return false;
    if (values.n == 0) continue;
    if (plan->axes == SWEEP_AXES_MAX) {
      return loader_fail(loader, "a sweep has at most %u axes", SWEEP_AXES_MAX);
    }
    axis[plan->axes++] = (struct sweep_axis){loader->param[i].name, values.n, values.list};
  }
  if (plan->axes > 0) return true;
  const char *example = loader->params > 0 ? loader->param[0].name : NULL;
  if (example == NULL) {
    return loader_fail(loader,
                       "%s: there is nothing to sweep: the scenario declares no parameter, such as "
                       "local rate = param { \"rate\", \"900/s\" }",
                       loader->scenario->file);
  }
  return loader_fail(loader,
                     "%s: there is nothing to sweep; give a parameter several values, as in "
                     "-s %s=A,B or -s %s=100..1000:100, or write a sweep block",
                     loader->scenario->file, example, example);
}

static bool count_combinations(struct loader *loader) {
  struct sweep_plan *plan = loader->plan;
  uint64_t n = 1;
  for (uint32_t i = 0; i < plan->axes; i++) {
    n *= plan->axis[i].n;
    if (n > SWEEP_POINTS_MAX) {
      return loader_fail(loader,
                         "the axes make more than %u points, which is the limit; sweep fewer "
                         "values, or in parts",
                         SWEEP_POINTS_MAX);
    }
  }
  plan->combinations = (uint32_t)n;
  return true;
}

/* --- points --------------------------------------------------------------------------------- */

/* Which value of each axis; the last axis varies fastest. */
static void choose(const struct sweep_plan *plan, uint32_t number, uint32_t *choice) {
  for (uint32_t i = plan->axes; i-- > 0;) {
    choice[i] = number % plan->axis[i].n;
    number /= plan->axis[i].n;
  }
}

/* Texts of all parameters, those of the axes as chosen. */
static void fill_in(const struct loader *loader, const uint32_t *choice, const char **value) {
  const struct sweep_plan *plan = loader->plan;
  uint32_t next = 0;
  for (uint32_t i = 0; i < loader->params; i++) {
    value[i] = loader->param[i].value;
    if (next == plan->axes || loader->param[i].name != plan->axis[next].name) continue;
    value[i] = plan->axis[next].value[choice[next]];
    next++;
  }
}

static bool find_points(struct loader *loader) {
  struct sweep_plan *plan = loader->plan;
  uint32_t *choice = arena_alloc(loader->arena, plan->combinations * plan->axes * sizeof *choice);
  const char **value = arena_alloc(loader->arena, (loader->params + 1) * sizeof *value);
  plan->choice = choice;
  sweep_push_where(loader);
  bool restricted = !lua_isnil(loader->L, -1);
  for (uint32_t i = 0; i < plan->combinations; i++) {
    uint32_t *at = choice + (size_t)plan->points * plan->axes;
    choose(plan, i, at);
    if (restricted) fill_in(loader, at, value);
    if (!restricted || sweep_call_where(loader->L, value)) plan->points++;
  }
  if (plan->points > 0) return true;
  return loader_fail(loader, "%s: sweep: `where` leaves none of the %u points",
                     loader->scenario->file, plan->combinations);
}

static int make_plan(lua_State *L) {
  struct loader *loader = loader_of(L);
  bool ok = settings_finish(loader) && sweep_check(loader) && find_axes(loader) &&
            count_combinations(loader) && find_points(loader);
  (void)ok;
  loader->scenario->params = loader->params;
  loader->scenario->param = loader->param;
  return 0;
}

/* --- settings ------------------------------------------------------------------------------- */

/* A comma that belongs to the value needs no backslash any more. */
static const char *one_value(struct arena *arena, const char *text, struct error *err) {
  struct axis_values values = {0};
  if (*text == '\0') return text;
  if (!axis_expand(arena, text, false, &values, err)) return NULL;
  return values.list[0];
}

/* The script is read with each parameter of several values at its first one. */
static bool sort_settings(struct loader *loader, struct arena *arena,
                          const struct setting *settings, uint32_t n, struct setting *first) {
  struct sweep_plan *plan = loader->plan;
  struct setting *fixed = arena_alloc(arena, (n + 1) * sizeof *fixed);
  struct setting *many = arena_alloc(arena, (n + 1) * sizeof *many);
  for (uint32_t i = 0; i < n; i++) {
    struct error why = {0};
    const char *value = one_value(arena, settings[i].value, &why);
    if (value == NULL) return error_set(loader->err, "-s %.80s: %s", settings[i].name, why.text);
    first[i] = (struct setting){settings[i].name, value};
    if (axis_is_range(settings[i].value) || axis_is_list(settings[i].value)) {
      many[loader->manys++] = settings[i];
    } else {
      fixed[plan->fixed++] = (struct setting){arena_text(arena, settings[i].name), value};
    }
  }
  plan->setting = fixed;
  loader->many = many;
  loader->setting = first;
  loader->settings = n;
  return true;
}

struct sweep_plan *sweep_plan(const char *file, const struct setting *settings, uint32_t n,
                              struct error *err) {
  struct loader *loader = mem_zeroed(1, sizeof *loader);
  struct arena *arena = arena_new();
  struct sweep_plan *plan = mem_zeroed(1, sizeof *plan);
  struct setting *first = mem_zeroed(n + 1, sizeof *first);
  loader->err = err;
  loader->plan = plan;
  plan->arena = arena;
  if (sort_settings(loader, arena, settings, n, first)) {
    plan->scenario = loader_load(loader, file, make_plan, false);
  }
  free(first);
  free(loader);
  if (plan->scenario != NULL) return plan;
  sweep_plan_free(plan);
  return NULL;
}

void sweep_plan_free(struct sweep_plan *plan) {
  if (plan == NULL) return;
  scenario_free(plan->scenario);
  arena_free(plan->arena);
  free(plan);
}

const char *sweep_value(const struct sweep_plan *plan, uint32_t point, uint32_t axis) {
  return plan->axis[axis].value[plan->choice[(size_t)point * plan->axes + axis]];
}

uint32_t sweep_settings(const struct sweep_plan *plan, uint32_t point, struct setting *out) {
  for (uint32_t i = 0; i < plan->fixed; i++) out[i] = plan->setting[i];
  for (uint32_t i = 0; i < plan->axes; i++) {
    out[plan->fixed + i] = (struct setting){plan->axis[i].name, sweep_value(plan, point, i)};
  }
  return plan->fixed + plan->axes;
}

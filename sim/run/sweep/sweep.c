#include "sweep.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "json_write.h"
#include "model_version.h"
#include "sweep_key.h"
#include "workers.h"

/* --- loading a point ------------------------------------------------------------------------ */

/* "point 7 (rate=100/s, servers=2)" */
static char *point_label(const struct sweep *sweep, uint32_t index) {
  GString *label = g_string_new(NULL);
  g_string_append_printf(label, "point %u (", index + 1);
  for (uint32_t i = 0; i < sweep->plan->axes; i++) {
    g_string_append_printf(label, "%s%s=%s", i > 0 ? ", " : "", sweep->plan->axis[i].name,
                           sweep_value(sweep->plan, index, i));
  }
  g_string_append_c(label, ')');
  return g_string_free(label, FALSE);
}

static bool fail_at(const struct sweep *sweep, uint32_t index, const struct error *why,
                    struct error *err) {
  char *label = point_label(sweep, index);
  error_set(err, "%.300s: %s", label, why->text);
  g_free(label);
  return false;
}

struct scenario *sweep_load(const struct sweep *sweep, uint32_t index, char key[SWEEP_KEY_BYTES],
                            struct error *err) {
  struct error why = {0};
  struct setting *settings = g_new(struct setting, sweep->plan->fixed + SWEEP_AXES_MAX);
  uint32_t n = sweep_settings(sweep->plan, index, settings);
  struct scenario *scenario = scenario_load(sweep->file, settings, n, &why);
  g_free(settings);
  if (scenario == NULL) {
    fail_at(sweep, index, &why, err);
    return NULL;
  }
  sweep_key(scenario, sweep->has_seed ? sweep->seed : scenario->run.seed,
            sweep->replications != 0 ? sweep->replications : scenario->run.replications, key);
  return scenario;
}

static bool find_key(void *data, uint32_t index, struct error *err) {
  struct sweep *sweep = data;
  struct scenario *scenario = sweep_load(sweep, index, sweep->key[index], err);
  if (scenario == NULL) return false;
  sweep->point_seed[index] = sweep->has_seed ? sweep->seed : scenario->run.seed;
  scenario_free(scenario);
  return true;
}

/* --- the manifest --------------------------------------------------------------------------- */

static json_t *axes_tree(const struct sweep_plan *plan) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < plan->axes; i++) {
    json_t *axis = json_object(), *values = json_array();
    for (uint32_t k = 0; k < plan->axis[i].n; k++) {
      json_array_append_new(values, json_text(plan->axis[i].value[k]));
    }
    json_object_set_new(axis, "name", json_text(plan->axis[i].name));
    json_object_set_new(axis, "values", values);
    json_array_append_new(list, axis);
  }
  return list;
}

/* Parameters that are no axis. */
static json_t *params_tree(const struct sweep_plan *plan) {
  json_t *params = json_object();
  for (uint32_t i = 0, next = 0; i < plan->scenario->params; i++) {
    const struct scenario_param *param = &plan->scenario->param[i];
    if (next < plan->axes && strcmp(plan->axis[next].name, param->name) == 0) {
      next++;
    } else {
      json_object_set_new(params, param->name, json_text(param->value));
    }
  }
  return params;
}

/* What all points share; seed and replications are null where the scenario says them. */
static json_t *manifest_tree(const struct sweep *sweep) {
  const struct sweep_plan *plan = sweep->plan;
  char key[SWEEP_KEY_BYTES];
  sweep_key_of_all((const char(*)[SWEEP_KEY_BYTES])sweep->key, plan->points, key);
  json_t *tree = json_object();
  json_object_set_new(tree, "schema", json_integer(JSON_SCHEMA));
  json_object_set_new(tree, "version", json_text(ARCHSIM_VERSION));
  json_object_set_new(tree, "model", json_integer(MODEL_VERSION));
  json_object_set_new(tree, "sweep", json_text(key));
  json_object_set_new(tree, "scenario", json_text(plan->scenario->name));
  json_object_set_new(tree, "question", json_text(plan->scenario->question));
  json_object_set_new(tree, "axes", axes_tree(plan));
  json_object_set_new(tree, "params", params_tree(plan));
  json_object_set_new(tree, "points", json_integer(plan->points));
  json_object_set_new(tree, "combinations", json_integer(plan->combinations));
  json_object_set_new(tree, "seed",
                      sweep->has_seed ? json_integer((json_int_t)sweep->seed) : json_null());
  json_object_set_new(tree, "replications",
                      sweep->replications != 0 ? json_integer(sweep->replications) : json_null());
  return tree;
}

/* --- opening -------------------------------------------------------------------------------- */

bool sweep_open(struct sweep *sweep, const struct options *options, struct error *err) {
  *sweep = (struct sweep){
      .file = options->argument[0],
      .has_seed = options->has_seed,
      .seed = options->seed,
      .replications = options->replications,
      .jobs = options->jobs,
  };
  if (!shard_parse(options->shard, &sweep->shard, err)) return false;
  sweep->plan = sweep_plan(sweep->file, options->setting, options->settings, err);
  if (sweep->plan == NULL) return false;
  uint32_t points = sweep->plan->points;
  sweep->key = g_malloc0_n(points, sizeof *sweep->key);
  sweep->point_seed = g_malloc0_n(points, sizeof *sweep->point_seed);
  struct workers_task load = {
      .n = points,
      .threads = workers_count(sweep->jobs, points / 16 + 1),
      .piece = find_key,
      .data = sweep,
  };
  if (!workers_run(&load, err)) return false;
  sweep->manifest = manifest_tree(sweep);
  return true;
}

void sweep_close(struct sweep *sweep) {
  sweep_plan_free(sweep->plan);
  json_decref(sweep->manifest);
  g_free(sweep->key);
  g_free(sweep->point_seed);
  *sweep = (struct sweep){0};
}

uint32_t sweep_share(const struct sweep *sweep) {
  uint32_t points = sweep->plan->points, i = sweep->shard.i, n = sweep->shard.n;
  return points >= i ? (points - i) / n + 1 : 0;
}

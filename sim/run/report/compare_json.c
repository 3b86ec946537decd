/* compare --json: the contract is "metrics": { NAME: { "a":, "b":, "diff": { "value", "lo", "hi" }
 * } }. Further designs add "c" with "diff_c" and so on. */
#include <glib.h>
#include <inttypes.h>
#include <math.h>

#include "compare_report.h"
#include "json.h"

static json_t *diff_tree(const struct difference *d) {
  json_t *tree = json_object();
  json_object_set_new(tree, "value", json_time(d->diff.value));
  json_object_set_new(tree, "lo", json_time(d->diff.lo));
  json_object_set_new(tree, "hi", json_time(d->diff.hi));
  json_object_set_new(tree, "joint_lo", json_time(d->joint.lo));
  json_object_set_new(tree, "joint_hi", json_time(d->joint.hi));
  json_object_set_new(tree, "n", json_integer(d->diff.n));
  json_object_set_new(tree, "verdict", json_text(finding_name[d->finding]));
  json_object_set_new(tree, "pairing_gain", json_number(d->gain));
  return tree;
}

/* The entry of a metric, made if it is not there yet. */
static json_t *metric_tree(json_t *metrics, const char *name) {
  gchar *key = g_utf8_make_valid(name, -1);
  json_t *tree = json_object_get(metrics, key);
  if (tree == NULL) {
    tree = json_object();
    json_object_set_new(metrics, key, tree);
  }
  g_free(key);
  return tree;
}

static json_t *metrics_tree(const struct study *study, const struct comparison *comparisons) {
  json_t *metrics = json_object();
  for (uint32_t i = 0; i < study->n; i++) {
    const struct results *r = &study->design[i].results;
    char letter[2] = {(char)('a' + i), '\0'};
    for (uint32_t k = 0; k < r->n; k++) {
      json_t *tree = metric_tree(metrics, r->list[k].name);
      json_object_set_new(tree, letter, json_time(r->list[k].judged.value));
    }
  }
  for (uint32_t i = 1; i < study->n; i++) {
    const struct comparison *c = &comparisons[i - 1];
    char key[8] = {'d', 'i', 'f', 'f', i > 1 ? '_' : '\0', (char)('a' + i), '\0'};
    for (uint32_t k = 0; k < c->n; k++) {
      json_t *tree = metric_tree(metrics, c->list[k].name);
      json_object_set_new(tree, key, diff_tree(&c->list[k]));
      json_object_set_new(tree, "headline", json_boolean(c->list[k].headline));
    }
  }
  return metrics;
}

/* Those that have their values by replication: their intervals are drawn. */
static json_t *headlines_tree(const json_t *metrics) {
  static const char *const kept[] = {"value", "lo", "hi", "n", "failed", "endless", "unfinished"};
  json_t *tree = json_object(), *metric;
  const char *name;
  json_object_foreach((json_t *)metrics, name, metric) {
    if (json_object_get(metric, "values") == NULL) continue;
    json_t *entry = json_object(), *all = json_object_get(metric, "all");
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
      json_object_set(entry, kept[i], json_object_get(all != NULL ? all : metric, kept[i]));
    }
    json_object_set_new(tree, name, entry);
  }
  return tree;
}

static json_t *design_tree(const struct design *design) {
  static const char *const kept[] = {
      "scenario", "params",   "fingerprint", "events",     "goals",
      "warnings", "checks",   "question",    "parameters", "scenario_parameters",
      "topology", "timeline", "quantiles",   "blame",      "diagnosis"};
  json_t *all = json_results(&design->results), *tree = json_object();
  for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
    json_object_set(tree, kept[i], json_object_get(all, kept[i]));
  }
  json_object_set_new(tree, "metrics", headlines_tree(json_object_get(all, "metrics")));
  json_object_set_new(tree, "title", json_text(design->title));
  json_object_set_new(tree, "file", json_text(design->scenario->file));
  json_decref(all);
  return tree;
}

json_t *compare_json(const struct study *study, const struct comparison *comparisons) {
  json_t *tree = json_object(), *designs = json_object(), *notes = json_array();
  const struct results *first = &study->design[0].results;
  double wall_s = 0;
  for (uint32_t i = 0; i < study->n; i++) {
    char letter[2] = {(char)('a' + i), '\0'};
    json_object_set_new(designs, letter, design_tree(&study->design[i]));
    wall_s += study->design[i].results.wall_s;
  }
  for (uint32_t i = 0; i < study->notes; i++) {
    json_array_append_new(notes, json_text(study->note[i]));
  }
  json_object_set_new(tree, "schema", json_integer(JSON_SCHEMA));
  json_object_set_new(tree, "version", json_text(ARCHSIM_VERSION));
  json_object_set_new(tree, "seed", json_integer((json_int_t)study->seed));
  json_object_set_new(tree, "replications", json_integer(study->replications));
  json_object_set_new(tree, "simulated_s", json_number((double)first->duration_ns / 1e9));
  json_object_set_new(tree, "warmup_s", json_number((double)first->warmup.ns / 1e9));
  json_object_set_new(tree, "wall_s", json_number(wall_s));
  json_object_set_new(tree, "designs", designs);
  json_object_set_new(tree, "notes", notes);
  json_object_set_new(tree, "metrics", metrics_tree(study, comparisons));
  return tree;
}

void compare_json_step(json_t *tree, const char *param, const char *value, const struct study *at) {
  json_t *over = json_object_get(tree, "over"), *point = json_object(), *designs = json_object();
  if (over == NULL) {
    over = json_object();
    json_object_set_new(over, "param", json_text(param));
    json_object_set_new(over, "points", json_array());
    json_object_set_new(tree, "over", over);
  }
  for (uint32_t i = 0; i < at->n; i++) {
    char letter[2] = {(char)('a' + i), '\0'};
    json_object_set_new(designs, letter, json_at_load(&at->design[i].results));
  }
  json_object_set_new(point, "value", json_text(value));
  json_object_set_new(point, "designs", designs);
  json_array_append_new(json_object_get(over, "points"), point);
}

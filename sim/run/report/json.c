#include "json.h"

#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "details_json.h"
#include "param_list.h"
#include "sim.h"
#include "topology.h"

static json_t *estimate_tree(const struct estimate *estimate) {
  json_t *tree = json_object();
  json_object_set_new(tree, "value", json_time(estimate->value));
  json_object_set_new(tree, "lo", json_time(estimate->lo));
  json_object_set_new(tree, "hi", json_time(estimate->hi));
  return tree;
}

/* By replication: what a later `compare --base` pairs with. */
static json_t *values_tree(const double *value, uint32_t n) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < n; i++) json_array_append_new(list, json_time(value[i]));
  return list;
}

static json_t *population(uint32_t replications, double mean) {
  json_t *tree = json_object();
  json_object_set_new(tree, "replications", json_integer(replications));
  json_object_set_new(tree, "mean", json_time(mean));
  return tree;
}

static json_t *populations_tree(const struct populations *p) {
  json_t *list = json_array();
  json_array_append_new(list, population(p->low, p->low_mean));
  json_array_append_new(list, population(p->high, p->high_mean));
  return list;
}

static json_t *metric_tree(const struct estimate *estimate, const double *value, uint32_t values) {
  json_t *metric = estimate_tree(estimate);
  json_object_set_new(metric, "n", json_integer(estimate->n));
  if (values > 0) json_object_set_new(metric, "values", values_tree(value, values));
  return metric;
}

/* A latency is told twice where requests failed: of those answered and, as "all", of all. */
static void add_metric(json_t *tree, const struct result *r, uint32_t values) {
  json_t *metric = metric_tree(&r->estimate, r->replication, values);
  if (r->judged_replication != r->replication) {
    json_t *all = metric_tree(&r->judged, r->judged_replication, values);
    json_object_set_new(all, "failed", json_number(r->failed));
    json_object_set_new(all, "endless", json_text(r->endless));
    if (r->unjudged > 0) json_object_set_new(all, "unfinished", json_number(r->unjudged));
    json_object_set_new(metric, "all", all);
  }
  if (r->unfinished > 0) json_object_set_new(metric, "unfinished", json_number(r->unfinished));
  if (r->few_spells > 0) json_object_set_new(metric, "spells", json_number(r->few_spells));
  if (r->populations.low > 0) {
    json_object_set_new(metric, "populations", populations_tree(&r->populations));
  }
  gchar *name = g_utf8_make_valid(r->name, -1);
  json_object_set_new(tree, name, metric);
  g_free(name);
}

static json_t *metrics_tree(const struct results *results) {
  json_t *tree = json_object();
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    add_metric(tree, r, compare_is_headline(results, r->name) ? results->replications : 0);
  }
  return tree;
}

static json_t *goals_tree(const struct results *results) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    json_t *goal = estimate_tree(&g->estimate);
    json_object_set_new(goal, "goal", json_text(g->goal->text));
    json_object_set_new(goal, "metric", json_text(g->goal->metric));
    json_object_set_new(goal, "op", json_text(goal_op_text(g->goal->op)));
    json_object_set_new(goal, "limit", json_number(g->goal->limit));
    json_object_set_new(goal, "pass", json_boolean(g->verdict == VERDICT_PASS));
    json_object_set_new(goal, "verdict", json_text(verdict_name(g->verdict)));
    if (g->failed > 0) {
      json_object_set_new(goal, "failed", json_number(g->failed));
      json_object_set_new(goal, "endless", json_text(g->endless));
    }
    if (g->unjudged > 0) json_object_set_new(goal, "unfinished", json_number(g->unjudged));
    if (g->reason != NULL) json_object_set_new(goal, "reason", json_text(g->reason));
    json_array_append_new(list, goal);
  }
  return list;
}

json_t *json_at_load(const struct results *results) {
  json_t *tree = json_object(), *metrics = json_object();
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    bool rate = g_str_has_suffix(r->name, ".offered") || g_str_has_suffix(r->name, ".goodput");
    if (rate || compare_is_headline(results, r->name)) add_metric(metrics, r, 0);
  }
  json_object_set_new(tree, "metrics", metrics);
  json_object_set_new(tree, "goals", goals_tree(results));
  return tree;
}

static json_t *checks_tree(const struct results *results) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < results->checks; i++) {
    const struct check_result *c = &results->check[i];
    json_t *check = json_object();
    json_object_set_new(check, "check", json_text(c->name));
    json_object_set_new(check, "pass", json_boolean(c->pass));
    json_object_set_new(check, "detail", json_text(c->detail));
    json_array_append_new(list, check);
  }
  return list;
}

static json_t *precision_tree(const struct precision *precision) {
  json_t *tree = json_object();
  json_object_set_new(tree, "wanted", json_number(precision->wanted));
  json_object_set_new(tree, "reached", json_number(precision->reached));
  json_object_set_new(tree, "met", json_boolean(precision->met));
  if (precision->metric != NULL) {
    json_object_set_new(tree, "metric", json_text(precision->metric));
  }
  return tree;
}

static json_t *warnings_tree(const struct results *results) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < results->warnings; i++) {
    json_array_append_new(list, json_text(results->warning[i]));
  }
  return list;
}

static json_t *text_or_null(const char *text) {
  return text != NULL ? json_text(text) : json_null();
}

static json_t *parameters_tree(const struct scenario *scenario) {
  json_t *list = json_array();
  struct arena *arena = arena_new();
  uint32_t n = 0;
  const struct param_value *entry = param_list(&scenario->spec, arena, &n);
  for (uint32_t i = 0; i < n; i++) {
    const struct component_spec *component = &scenario->spec.component[entry[i].component];
    json_t *tree = json_object();
    json_object_set_new(tree, "component", json_text(component->name));
    const struct composed_spec *whole = spec_composed(component);
    const struct kind *kind = whole ? whole->kind : component->kind;
    json_object_set_new(tree, "kind", json_text(kind->name));
    json_object_set_new(tree, "key", json_text(entry[i].key));
    json_object_set_new(tree, "value", json_text(entry[i].value));
    json_object_set_new(tree, "default", text_or_null(entry[i].fallback));
    json_object_set_new(tree, "given", json_boolean(entry[i].given));
    json_object_set_new(tree, "doc", text_or_null(entry[i].doc));
    json_array_append_new(list, tree);
  }
  arena_free(arena);
  return list;
}

static json_t *scenario_parameters_tree(const struct scenario *scenario) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < scenario->params; i++) {
    const struct scenario_param *param = &scenario->param[i];
    json_t *tree = json_object();
    json_object_set_new(tree, "name", json_text(param->name));
    json_object_set_new(tree, "value", json_text(param->value));
    json_object_set_new(tree, "default", text_or_null(param->fallback));
    json_object_set_new(tree, "doc", text_or_null(param->doc));
    json_array_append_new(list, tree);
  }
  return list;
}

static void add_scenario(json_t *tree, const struct scenario *scenario) {
  json_t *params = json_object();
  for (uint32_t i = 0; i < scenario->params; i++) {
    json_object_set_new(params, scenario->param[i].name, json_text(scenario->param[i].value));
  }
  json_object_set_new(tree, "params", params);
  json_object_set_new(tree, "scenario", json_text(scenario->name));
  if (scenario->run.antithetic) json_object_set_new(tree, "antithetic", json_true());
  json_object_set_new(tree, "question", text_or_null(scenario->question));
  json_object_set_new(tree, "file", text_or_null(scenario->file));
  json_object_set_new(tree, "scenario_parameters", scenario_parameters_tree(scenario));
}

/* What a reader needs to know of the scenario itself to make sense of the metrics. */
static void add_design(json_t *tree, const struct results *results) {
  json_object_set_new(tree, "parameters", parameters_tree(results->scenario));
  json_object_set_new(tree, "topology", topology_tree(results));
}

json_t *json_results(const struct results *results) {
  json_t *tree = json_object();
  json_object_set_new(tree, "schema", json_integer(JSON_SCHEMA));
  json_object_set_new(tree, "version", json_text(ARCHSIM_VERSION));
  if (results->scenario != NULL) {
    add_scenario(tree, results->scenario);
    add_design(tree, results);
    if (spec_plans_fault(&results->scenario->spec)) {
      json_object_set_new(tree, "faults_planned", json_true());
    }
  }
  /* A seed takes all of 64 bits, one more than jansson's integers have. */
  json_object_set_new(tree, "seed", json_integer((json_int_t)results->seed));
  json_object_set_new(tree, "replications", json_integer(results->replications));
  bool batches = results->interval == INTERVAL_BATCH_MEANS;
  json_object_set_new(tree, "interval", json_text(batches ? "batch_means" : "replications"));
  if (batches) json_object_set_new(tree, "batches", json_integer(BATCHES));
  json_object_set_new(tree, "simulated_s", json_number((double)results->duration_ns / 1e9));
  json_object_set_new(tree, "warmup_s", json_number((double)results->warmup.ns / 1e9));
  json_object_set_new(tree, "fingerprint", json_sprintf("%016" PRIx64, results->fingerprint));
  json_object_set_new(tree, "events", json_integer((json_int_t)results->events));
  json_object_set_new(tree, "wall_s", json_number(results->wall_s));
  json_object_set_new(tree, "metrics", metrics_tree(results));
  json_object_set_new(tree, "goals", goals_tree(results));
  json_object_set_new(tree, "checks", checks_tree(results));
  if (results->precision.wanted > 0) {
    json_object_set_new(tree, "precision", precision_tree(&results->precision));
  }
  json_object_set_new(tree, "warnings", warnings_tree(results));
  details_json(results, tree);
  return tree;
}

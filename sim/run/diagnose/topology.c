#include "topology.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "breakdown.h"
#include "call_graph.h"
#include "json_write.h"
#include "sim.h"
#include "tenancy.h"

static json_t *zone_names(const struct spec *spec, const struct component_spec *c) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < c->zones; i++) {
    json_array_append_new(list, json_text(spec->zone[c->zone[i]].name));
  }
  return list;
}

static json_t *components_tree(const struct spec *spec) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    json_t *tree = json_object();
    json_object_set_new(tree, "name", json_text(c->name));
    json_object_set_new(tree, "kind", json_text(c->kind->name));
    if (spec_composed(c)) {
      json_object_set_new(tree, "composed", json_text(spec_composed(c)->kind->name));
    }
    json_object_set_new(tree, "instances", json_integer(c->instances));
    if (c->copies > 1) json_object_set_new(tree, "copies", json_integer(c->copies));
    json_object_set_new(tree, "zones", zone_names(spec, c));
    json_array_append_new(list, tree);
  }
  return list;
}

static json_t *zones_tree(const struct spec *spec) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < spec->zones; i++) {
    const struct zone_spec *zone = &spec->zone[i];
    json_t *tree = json_object();
    json_object_set_new(tree, "name", json_text(zone->name));
    json_object_set_new(
        tree, "region",
        zone->region != REF_NONE ? json_text(spec->region[zone->region]) : json_null());
    json_array_append_new(list, tree);
  }
  return list;
}

static json_t *paths_tree(const struct spec *spec) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < spec->paths; i++) {
    const struct path_spec *path = &spec->path[i];
    json_t *tree = json_object();
    json_object_set_new(tree, "from", json_text(spec_place_name(spec, path->from)));
    json_object_set_new(tree, "to", json_text(spec_place_name(spec, path->to)));
    json_object_set_new(tree, "latency_s", json_number(path_mean_ns(path) / 1e9));
    json_object_set_new(tree, "bandwidth_bit_per_s",
                        path->bits_per_s > 0 ? json_number(path->bits_per_s) : json_null());
    json_object_set_new(tree, "loss", json_number(path->loss));
    json_object_set_new(tree, "one_way", json_boolean(path->one_way));
    json_array_append_new(list, tree);
  }
  return list;
}

/* --- edges ---------------------------------------------------------------------------------- */

static double metric_of(const struct results *results, const char *component, const char *metric) {
  gchar *name = g_strconcat(component, ".", metric, NULL);
  double value = results_value(results, name);
  g_free(name);
  return value;
}

/* The only caller of a component sends all that it receives. */
static void add_measured(json_t *tree, const struct results *results, const char *callee) {
  double measured_s = (double)(results->duration_ns - results->warmup.ns) / 1e9;
  double calls = metric_of(results, callee, "arrival_rate");
  double errors = metric_of(results, callee, "errors");
  if (isnan(calls) || !(measured_s > 0)) return;
  json_object_set_new(tree, "calls_per_s", json_number(calls));
  json_object_set_new(tree, "errors_per_s", json_number(errors / measured_s));
  json_object_set_new(tree, "exact", json_true());
}

/* What the followed requests of all clients say about an edge. */
struct edge_load {
  double calls_per_s, errors_per_s;
  uint32_t requests; /* of the clients that use it */
};

/* By edge; calls of a followed request times the rate at which requests of its client ended. */
static struct edge_load *follow(const struct results *results, const struct call_pair *edge,
                                uint32_t edges, struct arena *arena) {
  const struct spec *spec = &results->scenario->spec;
  struct edge_load *out = arena_alloc(arena, (edges + 1) * sizeof *out);
  for (uint32_t c = 0; results->blame != NULL && c < spec->components; c++) {
    const struct blame *blame = &results->blame[c];
    double rate = metric_of(results, spec->component[c].name, "ended");
    if (blame->fair == 0 || isnan(rate)) continue;
    uint32_t n = 0;
    struct traffic_share *share = breakdown_calls(blame, &n);
    for (uint32_t i = 0; i < n; i++) {
      for (uint32_t k = 0; k < edges; k++) {
        if (edge[k].from != share[i].from || edge[k].to != share[i].to) continue;
        out[k].calls_per_s += rate * share[i].calls;
        out[k].errors_per_s += rate * share[i].failed;
        out[k].requests += blame->fair;
      }
    }
    free(share);
  }
  return out;
}

static void add_followed(json_t *tree, const struct edge_load *f) {
  json_object_set_new(tree, "calls_per_s", json_number(f->calls_per_s));
  json_object_set_new(tree, "errors_per_s", json_number(f->errors_per_s));
  json_object_set_new(tree, "sampled", json_integer(f->requests));
}

/* By edge, the share of all failed requests whose failure began with a call over it. */
static double *began(const struct results *results, const struct call_pair *edge, uint32_t edges,
                     struct arena *arena) {
  const struct spec *spec = &results->scenario->spec;
  double *out = arena_alloc(arena, (edges + 1) * sizeof *out), all = 0;
  for (uint32_t c = 0; results->blame != NULL && c < spec->components; c++) {
    double failed = metric_of(results, spec->component[c].name, "requests") *
                    (1 - metric_of(results, spec->component[c].name, "availability"));
    if (!(failed > 0)) continue;
    all += failed;
    uint32_t n = 0;
    struct failure_share *share = breakdown_origins(&results->blame[c], FOLLOWED_FAILED, true, &n);
    for (uint32_t i = 0; i < n; i++) {
      for (uint32_t k = 0; k < edges; k++) {
        bool here = edge[k].from == share[i].caller && edge[k].to == share[i].component;
        if (here) out[k] += failed * share[i].share;
      }
    }
    free(share);
  }
  for (uint32_t k = 0; k < edges; k++) out[k] = all > 0 ? out[k] / all : 0;
  return out;
}

static json_t *edges_tree(const struct results *results, const struct spec *spec) {
  json_t *list = json_array();
  struct arena *arena = arena_new();
  uint32_t n = 0;
  bool several = false;
  const struct call_pair *edge = call_pairs(spec, arena, &n);
  uint32_t *callers = arena_alloc(arena, (spec->components + 1) * sizeof *callers);
  for (uint32_t i = 0; i < n; i++) several |= ++callers[edge[i].to] > 1;
  const struct edge_load *followed = several ? follow(results, edge, n, arena) : NULL;
  const double *begins = began(results, edge, n, arena);
  for (uint32_t i = 0; i < n; i++) {
    const char *to = spec->component[edge[i].to].name;
    json_t *tree = json_object();
    json_object_set_new(tree, "from", json_text(spec->component[edge[i].from].name));
    json_object_set_new(tree, "to", json_text(to));
    json_object_set_new(tree, "exact", json_false());
    if (callers[edge[i].to] == 1) {
      add_measured(tree, results, to);
    } else if (followed[i].requests > 0) {
      add_followed(tree, &followed[i]);
    }
    if (begins[i] > 0) json_object_set_new(tree, "failures_begin", json_number(begins[i]));
    json_array_append_new(list, tree);
  }
  arena_free(arena);
  return list;
}

/* What controls do, and to whom; no key where there is none. */
static void add_actions(json_t *topology, const struct spec *spec) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct control_act *act = action_of(&spec->component[i]);
    if (act == NULL || act->off || act->action->word.subject == NULL) continue;
    json_t *tree = json_object();
    json_object_set_new(tree, "from", json_text(spec->component[i].name));
    json_object_set_new(tree, "to", json_text(spec->component[act->target].name));
    json_object_set_new(tree, "action", json_text(act->action->word.name));
    json_array_append_new(list, tree);
  }
  if (json_array_size(list) > 0) json_object_set(topology, "actions", list);
  json_decref(list);
}

/* What runs on which host; no key where nothing does. */
static void add_hosts(json_t *topology, const struct spec *spec) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < spec->components; i++) {
    uint32_t host = tenancy_host(&spec->component[i]);
    if (host == REF_NONE) continue;
    json_t *tree = json_object();
    json_object_set_new(tree, "component", json_text(spec->component[i].name));
    json_object_set_new(tree, "host", json_text(spec->component[host].name));
    json_array_append_new(list, tree);
  }
  if (json_array_size(list) > 0) json_object_set(topology, "hosts", list);
  json_decref(list);
}

json_t *topology_tree(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  json_t *tree = json_object();
  json_object_set_new(tree, "components", components_tree(spec));
  json_object_set_new(tree, "zones", zones_tree(spec));
  json_object_set_new(tree, "paths", paths_tree(spec));
  json_object_set_new(tree, "edges", edges_tree(results, spec));
  add_actions(tree, spec);
  add_hosts(tree, spec);
  return tree;
}

#include "details_json.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "breakdown.h"
#include "diagnosis.h"
#include "examples_json.h"
#include "report.h"
#include "timeline.h"

static const char *component_name(const struct results *results, uint32_t id) {
  return results->scenario->spec.component[id].name;
}

/* --- latency as a curve --------------------------------------------------------------------- */

/* Steps to a factor of ten in 1 - q. */
enum { STEPS = 20 };

static json_t *curve_tree(const struct hist *hist) {
  json_t *tree = json_object(), *points = json_array();
  double n = (double)hist_count(hist);
  for (int i = 0;; i++) {
    double beyond = pow(10, -(double)i / STEPS), q = i == 0 ? 0 : 1 - beyond;
    if (beyond * n < 1) break;
    json_t *point = json_array();
    json_array_append_new(point, json_real(q));
    json_array_append_new(point, json_real(hist_quantile(hist, q) / 1e9));
    json_array_append_new(points, point);
  }
  json_object_set_new(tree, "n", json_integer((json_int_t)hist_count(hist)));
  json_object_set_new(tree, "points", points);
  return tree;
}

/* Every histogram of latencies belongs to a metric NAME.latency.p50. */
static json_t *quantiles_tree(const struct results *results) {
  static const char ending[] = ".latency.p50";
  json_t *tree = json_object();
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    if (r->hist == NULL || !g_str_has_suffix(r->name, ending)) continue;
    gchar *name = g_strndup(r->name, strlen(r->name) - strlen(ending));
    if (hist_count(r->hist) > 0) {
      json_t *curve = curve_tree(r->hist);
      double unanswered = 1 - (1 - r->failed) * (1 - r->unjudged);
      if (unanswered > 0) json_object_set_new(curve, "failed", json_number(unanswered));
      json_object_set_new(tree, name, curve);
    }
    g_free(name);
  }
  return tree;
}

/* --- the run over time ---------------------------------------------------------------------- */

/* Seven digits are as many as a window's value has. */
static json_t *values_tree(const float *value, uint32_t n) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < n; i++) {
    char text[32];
    g_snprintf(text, sizeof text, "%.7g", (double)value[i]);
    json_array_append_new(list, json_number(g_ascii_strtod(text, NULL)));
  }
  return list;
}

static json_t *child(json_t *tree, const char *name) {
  json_t *found = json_object_get(tree, name);
  if (found != NULL) return found;
  found = json_object();
  json_object_set_new(tree, name, found);
  return found;
}

static void add_series(const struct results *results, const struct series *series, json_t *clients,
                       json_t *components) {
  const char *component = component_name(results, series->component);
  json_t *values = values_tree(series->value, results->timeline->looks);
  if (series->what < SERIES_QUEUE) {
    json_t *client = child(clients, component);
    if (series->what == SERIES_ERRORS) {
      json_object_set_new(child(client, "errors"), outcome_name[series->cause], values);
    } else {
      json_object_set_new(client, series_name[series->what], values);
    }
    return;
  }
  gchar *name = series->member > 0 ? g_strdup_printf("%s[%u]", component, series->member)
                                   : g_strdup(component);
  json_t *of = child(components, name);
  if (series->what == SERIES_METER) {
    json_object_set_new(child(of, "meters"), series->meter->name, values);
  } else {
    json_object_set_new(of, series_name[series->what], values);
  }
  g_free(name);
}

static json_t *faults_tree(const struct results *results) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < results->timeline->periods; i++) {
    const struct fault_period *p = &results->timeline->period[i];
    json_t *fault = json_object();
    gchar *name = g_strdup(p->fault->name);
    if (p->member > 0) {
      g_free(name);
      name = g_strdup_printf("%s, member %u", p->fault->name, p->member);
    }
    uint64_t until_ns = p->until_ns < results->duration_ns ? p->until_ns : results->duration_ns;
    json_object_set_new(fault, "name", json_text(name));
    json_object_set_new(fault, "from_s", json_real((double)p->from_ns / 1e9));
    json_object_set_new(fault, "to_s", json_real((double)until_ns / 1e9));
    json_array_append_new(list, fault);
    g_free(name);
  }
  return list;
}

static json_t *events_tree(const struct results *results) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < results->timeline->happenings; i++) {
    const struct happening *h = &results->timeline->happening[i];
    const char *about = component_name(results, h->about);
    gchar *what = h->member > 0 ? g_strdup_printf("%s[%u] %s", about, h->member, h->what)
                                : g_strdup_printf("%s %s", about, h->what);
    json_t *event = json_object();
    json_object_set_new(event, "at_s", json_real((double)h->at_ns / 1e9));
    json_object_set_new(event, "component", json_text(component_name(results, h->by)));
    json_object_set_new(event, "what", json_text(what));
    json_array_append_new(list, event);
    g_free(what);
  }
  return list;
}

static json_t *timeline_tree(const struct results *results) {
  const struct timeline *t = results->timeline;
  json_t *tree = json_object(), *clients = json_object(), *components = json_object();
  for (uint32_t i = 0; i < t->series; i++) add_series(results, &t->list[i], clients, components);
  json_object_set_new(tree, "window_s", json_real((double)t->window_ns / 1e9));
  json_object_set_new(tree, "windows", json_integer(t->looks));
  json_object_set_new(tree, "warmup_s", json_real((double)results->warmup.ns / 1e9));
  json_object_set_new(tree, "clients", clients);
  json_object_set_new(tree, "components", components);
  json_object_set_new(tree, "faults", faults_tree(results));
  json_object_set_new(tree, "events", events_tree(results));
  if (t->left_out > 0) json_object_set_new(tree, "left_out", json_integer((json_int_t)t->left_out));
  return tree;
}

/* --- where time goes ------------------------------------------------------------------------ */

static json_t *composition_tree(const struct results *results, struct composition c) {
  json_t *tree = json_object(), *parts = json_array();
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < c.n; i++) {
    json_t *part = json_object();
    gchar *owner = breakdown_owner(spec, &c.share[i]);
    const struct path_spec *path = breakdown_path(spec, &c.share[i]);
    json_object_set_new(part, "component", json_text(owner));
    if (path != NULL) {
      json_object_set_new(part, "from", json_text(spec_path_from(spec, path)));
      json_object_set_new(part, "to", json_text(spec_path_to(spec, path)));
    }
    g_free(owner);
    json_object_set_new(part, "part", json_text(part_defs[c.share[i].part].name));
    json_object_set_new(part, "s", json_real(c.share[i].seconds));
    json_array_append_new(parts, part);
  }
  json_object_set_new(tree, "q", json_number(c.q));
  json_object_set_new(tree, "requests", json_integer(c.requests));
  json_object_set_new(tree, "latency_s", json_number(c.latency_s));
  json_object_set_new(tree, "parts", parts);
  composition_free(&c);
  return tree;
}

static json_t *calls_tree(const struct results *results, const struct blame *blame) {
  json_t *list = json_array();
  uint32_t n;
  struct traffic_share *share = breakdown_calls(blame, &n);
  for (uint32_t i = 0; i < n; i++) {
    json_t *calls = json_object();
    json_object_set_new(calls, "from", json_text(component_name(results, share[i].from)));
    json_object_set_new(calls, "to", json_text(component_name(results, share[i].to)));
    json_object_set_new(calls, "calls", json_real(share[i].calls));
    json_object_set_new(calls, "failed", json_real(share[i].failed));
    json_array_append_new(list, calls);
  }
  free(share);
  return list;
}

/* Where the followed requests that failed began to fail, the most frequent first. */
static json_t *origins_tree(const struct results *results, const struct blame *blame,
                            enum followed which) {
  json_t *list = json_array();
  uint32_t n;
  struct failure_share *share = breakdown_origins(blame, which, true, &n);
  for (uint32_t i = 0; i < n; i++) {
    json_t *origin = json_object();
    json_object_set_new(origin, "component",
                        json_text(component_name(results, share[i].component)));
    if (share[i].caller != share[i].component && share[i].caller < results->blames) {
      json_object_set_new(origin, "caller", json_text(component_name(results, share[i].caller)));
    }
    if (which == FOLLOWED_FAILED) {
      json_object_set_new(origin, "cause", json_text(outcome_name[share[i].cause]));
    }
    if (share[i].for_ever) json_object_set_new(origin, "for_ever", json_true());
    if (share[i].part != PART_OTHER) {
      json_object_set_new(origin, "part", json_text(part_defs[share[i].part].name));
    }
    json_object_set_new(origin, "share", json_real(share[i].share));
    json_array_append_new(list, origin);
  }
  free(share);
  return list;
}

static json_t *client_blame_tree(const struct results *results, uint32_t component) {
  static const struct {
    double q;
    const char *metric;
  } quantile[] = {{NAN, NULL},
                  {0.5, "latency.p50"},
                  {0.95, "latency.p95"},
                  {0.99, "latency.p99"},
                  {0.999, "latency.p999"}};
  const char *name = component_name(results, component);
  const struct blame *blame = &results->blame[component];
  json_t *tree = json_object(), *at = json_array();
  for (size_t i = 0; i < G_N_ELEMENTS(quantile); i++) {
    double q = quantile[i].q;
    double known_s = isnan(q) ? NAN : results_value_of(results, name, quantile[i].metric);
    json_array_append_new(at, composition_tree(results, breakdown_at(blame, q, known_s)));
  }
  gchar *metric = g_strdup_printf("%s.requests", name);
  double requests = results_value(results, metric) * results->replications;
  g_free(metric);
  json_object_set_new(tree, "sampled", json_integer(blame->samples)); /* failed ones as well */
  json_object_set_new(tree, "of", json_number(round(requests)));
  json_object_set_new(tree, "at", at);
  json_object_set_new(tree, "calls", calls_tree(results, blame));
  if (breakdown_followed(blame, FOLLOWED_FAILED) > 0) {
    json_object_set_new(tree, "failed", composition_tree(results, breakdown_failed(blame)));
    json_object_set_new(tree, "origins", origins_tree(results, blame, FOLLOWED_FAILED));
  }
  if (breakdown_followed(blame, FOLLOWED_UNDER_WAY) > 0) {
    json_object_set_new(tree, "under_way", origins_tree(results, blame, FOLLOWED_UNDER_WAY));
  }
  return tree;
}

static json_t *blame_tree(const struct results *results) {
  json_t *tree = json_object();
  for (uint32_t c = 0; c < results->scenario->spec.components; c++) {
    if (results->blame[c].samples == 0) continue;
    json_object_set_new(tree, component_name(results, c), client_blame_tree(results, c));
  }
  return tree;
}

void details_json(const struct results *results, json_t *tree) {
  if (results->scenario == NULL || results->timeline == NULL) return;
  json_object_set_new(tree, "quantiles", quantiles_tree(results));
  json_object_set_new(tree, "timeline", timeline_tree(results));
  json_object_set_new(tree, "blame", blame_tree(results));
  if (results->traces != NULL) json_object_set_new(tree, "examples", examples_json(results));
  struct diagnosis diagnosis = diagnose(results);
  json_object_set_new(tree, "diagnosis", diagnosis_json(&diagnosis));
  diagnosis_free(&diagnosis);
}

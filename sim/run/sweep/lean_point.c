#include "lean_point.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* Hash tables of a tree never shrink: what is kept goes into new ones. */
static json_t *only(const json_t *from, const char *const *keys) {
  json_t *kept = json_object();
  for (; *keys != NULL; keys++) {
    json_t *value = json_object_get(from, *keys);
    if (value != NULL) json_object_set(kept, *keys, value);
  }
  return kept;
}

static void keep_metric(json_t *kept, const json_t *metrics, const char *name) {
  static const char *const keys[] = {"value", "lo",          "hi",         "unit",
                                     "all",   "populations", "unfinished", NULL};
  const json_t *metric = json_object_get(metrics, name);
  if (metric == NULL || json_object_get(kept, name) != NULL) return;
  json_t *lean = only(metric, keys);
  if (json_object_get(lean, "all") != NULL) {
    json_object_set_new(lean, "all", only(json_object_get(metric, "all"), keys));
  }
  json_object_set_new(kept, name, lean);
}

/* Those by which a client is known among all metrics. */
static json_t *usual_metrics(const json_t *metrics) {
  static const char *const suffixes[] = {"offered",     "requests",    "ended",
                                         "throughput",  "goodput",     "availability",
                                         "latency.p50", "latency.p99", "latency.mean"};
  json_t *kept = json_object();
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)metrics, name, value) {
    bool is_part = strstr(name, ".op.") != NULL || strstr(name, ".tier.") != NULL ||
                   strstr(name, ".journey.") != NULL;
    if (is_part || !g_str_has_suffix(name, ".goodput")) continue;
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
      size_t client = strlen(name) - strlen("goodput");
      char *full = g_strdup_printf("%.*s%s", (int)client, name, suffixes[i]);
      keep_metric(kept, metrics, full);
      g_free(full);
    }
  }
  return kept;
}

/* That of the client or operation whose latency has a goal: both are drawn over load. */
static void keep_goodput(json_t *kept, const json_t *metrics, const char *goal) {
  const char *at = strstr(goal, ".latency.");
  if (at == NULL) return;
  char *name = g_strdup_printf("%.*s.goodput", (int)(at - goal), goal);
  keep_metric(kept, metrics, name);
  g_free(name);
}

static json_t *lean_goals(const json_t *goals) {
  static const char *const keys[] = {"goal",    "metric", "op", "limit", "unit",       "pass",
                                     "verdict", "value",  "lo", "hi",    "unfinished", NULL};
  json_t *list = json_array();
  for (size_t i = 0; i < json_array_size(goals); i++) {
    json_array_append_new(list, only(json_array_get(goals, i), keys));
  }
  return list;
}

/* What they say in full is in the file of the point. */
static json_t *lean_checks(const json_t *checks) {
  static const char *const keys[] = {"pass", NULL};
  json_t *list = json_array(), *passed = json_pack("{s:b}", "pass", 1);
  for (size_t i = 0; i < json_array_size(checks); i++) {
    const json_t *check = json_array_get(checks, i);
    if (json_is_true(json_object_get(check, "pass"))) {
      json_array_append(list, passed);
    } else {
      json_array_append_new(list, only(check, keys));
    }
  }
  json_decref(passed);
  return list;
}

json_t *lean_point(json_t *point) {
  static const char *const keys[] = {"point", "params", "replications", "warnings", NULL};
  if (!json_is_object(point)) return point;
  const json_t *metrics = json_object_get(point, "metrics");
  const json_t *goals = json_object_get(point, "goals");
  json_t *lean = only(point, keys), *kept = usual_metrics(metrics);
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const char *metric = json_string_value(json_object_get(json_array_get(goals, i), "metric"));
    if (metric == NULL) continue;
    keep_metric(kept, metrics, metric);
    keep_goodput(kept, metrics, metric);
  }
  json_object_set_new(lean, "metrics", kept);
  if (goals != NULL) json_object_set_new(lean, "goals", lean_goals(goals));
  const json_t *checks = json_object_get(point, "checks");
  if (checks != NULL) json_object_set_new(lean, "checks", lean_checks(checks));
  json_decref(point);
  return lean;
}

#include "base.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_write.h"

static double number_of(const json_t *tree, const char *key) {
  const json_t *value = json_object_get(tree, key);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

static uint64_t nanoseconds(const json_t *tree, const char *key) {
  double seconds = number_of(tree, key);
  return seconds > 0 && seconds < 1e10 ? (uint64_t)llround(seconds * 1e9) : 0;
}

static int by_name(const void *left, const void *right) {
  return strcmp(((const struct base_metric *)left)->name,
                ((const struct base_metric *)right)->name);
}

static void read_values(struct base *base, const json_t *list, struct base_metric *metric) {
  size_t n = json_array_size(list); /* 0 for what is no list */
  if (n == 0 || n > UINT32_MAX) return;
  double *value = arena_alloc(base->arena, n * sizeof *value);
  for (size_t i = 0; i < n; i++) {
    value[i] = json_time_of(json_array_get(list, i));
  }
  metric->values = (uint32_t)n;
  metric->replication = value;
}

/* Of a latency, what is judged: with failed requests as endless, where some failed. */
static void read_metrics(struct base *base, const json_t *metrics) {
  struct base_metric *list =
      arena_alloc(base->arena, (json_object_size(metrics) + 1) * sizeof *list);
  const char *name;
  json_t *tree;
  json_object_foreach((json_t *)metrics, name, tree) {
    struct base_metric *metric = &list[base->n++];
    const json_t *all = json_object_get(tree, "all");
    if (all != NULL) tree = (json_t *)all;
    double n = number_of(tree, "n");
    *metric = (struct base_metric){.name = arena_text(base->arena, name),
                                   .value = json_time_of(json_object_get(tree, "value")),
                                   .lo = json_time_of(json_object_get(tree, "lo")),
                                   .hi = json_time_of(json_object_get(tree, "hi")),
                                   .n = n >= 0 && n <= 1e9 ? (uint32_t)n : 0};
    read_values(base, json_object_get(tree, "values"), metric);
  }
  qsort(list, base->n, sizeof *list, by_name);
  base->metric = list;
}

/* The file is one of ours, whose keys are sorted; another's are taken in its order. */
static const char *read_params(struct arena *arena, const json_t *params) {
  GString *text = g_string_new(NULL);
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)params, name, value) {
    g_string_append_printf(text, "%s%s=%s", text->len > 0 ? ", " : "", name,
                           json_is_string(value) ? json_string_value(value) : "?");
  }
  const char *out = arena_text(arena, text->str);
  g_string_free(text, TRUE);
  return out;
}

static bool is_whole(const json_t *tree, const char *key, json_int_t least) {
  const json_t *value = json_object_get(tree, key);
  return json_is_integer(value) && json_integer_value(value) >= least &&
         json_integer_value(value) <= INT64_MAX;
}

static bool check_tree(const json_t *tree, const char *path, struct error *err) {
  if (!is_whole(tree, "schema", 1) || !is_whole(tree, "seed", 0) ||
      !is_whole(tree, "replications", 1) || !json_is_string(json_object_get(tree, "fingerprint")) ||
      !json_is_object(json_object_get(tree, "metrics")) || !(number_of(tree, "simulated_s") > 0)) {
    return error_set(
        err,
        "%s is not a result of archsim run --json; a base is one: archsim run SCENARIO --json FILE",
        path);
  }
  json_int_t schema = json_integer_value(json_object_get(tree, "schema"));
  if (schema == JSON_SCHEMA) return true;
  return error_set(err,
                   "%s has the schema %" JSON_INTEGER_FORMAT
                   "; this archsim reads %d: run the scenario again",
                   path, schema, JSON_SCHEMA);
}

bool base_from_tree(const json_t *tree, const char *path, struct base *base, struct error *err) {
  *base = (struct base){0};
  if (!check_tree(tree, path, err)) return false;
  base->arena = arena_new();
  const char *scenario = json_string_value(json_object_get(tree, "scenario"));
  base->scenario = arena_text(base->arena, scenario != NULL ? scenario : "");
  base->seed = (uint64_t)json_integer_value(json_object_get(tree, "seed"));
  json_int_t replications = json_integer_value(json_object_get(tree, "replications"));
  base->replications = (uint32_t)MIN(replications, UINT32_MAX);
  base->duration_ns = nanoseconds(tree, "simulated_s");
  base->warmup_ns = nanoseconds(tree, "warmup_s");
  base->params = read_params(base->arena, json_object_get(tree, "params"));
  read_metrics(base, json_object_get(tree, "metrics"));
  return true;
}

bool base_read(const char *path, struct base *base, struct error *err) {
  json_error_t why;
  *base = (struct base){0};
  json_t *tree = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  if (tree == NULL && why.line <= 0) return error_set(err, "%s", why.text);
  if (tree == NULL)
    return error_set(err, "%s:%d: no JSON: %s; a base is what archsim run wrote with --json", path,
                     why.line, why.text);
  bool ok = base_from_tree(tree, path, base, err);
  json_decref(tree);
  return ok;
}

const struct base_metric *base_find(const struct base *base, const char *name) {
  struct base_metric key = {.name = name};
  if (base->n == 0) return NULL;
  return bsearch(&key, base->metric, base->n, sizeof key, by_name);
}

void base_free(struct base *base) {
  if (base->arena != NULL) arena_free(base->arena);
  *base = (struct base){0};
}

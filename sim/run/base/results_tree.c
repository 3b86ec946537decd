#include "results_tree.h"

#include <stdlib.h>
#include <string.h>

#include "json_write.h"

const char *tree_text(const json_t *tree, const char *key) {
  const char *text = json_string_value(json_object_get(tree, key));
  return text != NULL ? text : "";
}

double tree_number(const json_t *tree, const char *key) {
  return json_time_of(json_object_get(tree, key));
}

bool tree_true(const json_t *tree, const char *key) {
  return json_is_true(json_object_get(tree, key));
}

bool tree_has_text(const json_t *tree, const char *key) {
  return tree_text(tree, key)[0] != '\0';
}

const json_t *tree_metric_entry(const json_t *metrics, const char *owner, const char *metric) {
  char *name = g_strconcat(owner, ".", metric, NULL);
  const json_t *entry = json_object_get(metrics, name);
  g_free(name);
  return entry;
}

double tree_metric(const json_t *metrics, const char *owner, const char *metric) {
  return tree_number(tree_metric_entry(metrics, owner, metric), "value");
}

static int by_text(const void *left, const void *right) {
  return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const char **tree_keys(const json_t *tree) {
  size_t n = json_object_size(tree), i = 0;
  const char **keys = g_new0(const char *, n + 1);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)tree, key, value) keys[i++] = key;
  if (n > 0) qsort(keys, n, sizeof keys[0], by_text);
  return keys;
}

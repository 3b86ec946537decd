#include "results_file.h"

#include <glib.h>
#include <string.h>

#include "json_write.h"
#include "lean_point.h"
#include "results_tree.h"
#include "store.h"

#define POINTS_MAX 10000000

bool results_file_is_scenario(const char *path) {
  return g_str_has_suffix(path, ".lua");
}

bool results_kind_of(const json_t *tree, enum results_kind *kind) {
  if (json_is_object(json_object_get(tree, "designs"))) {
    *kind = RESULTS_COMPARE;
  } else if (json_is_object(json_object_get(tree, "manifest"))) {
    *kind = RESULTS_SWEEP;
  } else if (json_is_object(json_object_get(tree, "metrics"))) {
    *kind = RESULTS_RUN;
  } else if (json_is_array(json_object_get(tree, "situations"))) {
    *kind = RESULTS_CAPACITY;
  } else {
    return false;
  }
  return true;
}

/* --- sweeps --------------------------------------------------------------------------------- */

static json_t *sweep_tree(json_t *manifest, json_t *points) {
  json_t *tree = json_object();
  json_object_set_new(tree, "manifest", manifest);
  json_object_set_new(tree, "points", points);
  return tree;
}

/* Results of `sweep --json`: the manifest, whose number of points has become their list. */
static json_t *split_manifest(json_t *tree) {
  json_t *points = json_incref(json_object_get(tree, "points"));
  json_object_set_new(tree, "points", json_integer((json_int_t)json_array_size(points)));
  for (size_t i = 1; i < json_array_size(points); i++) {
    json_array_set_new(points, i, lean_point(json_incref(json_array_get(points, i))));
  }
  return sweep_tree(tree, points);
}

static json_t *read_folder(const char *path, struct error *err) {
  json_t *manifest = store_manifest(path, err);
  if (manifest == NULL) return NULL;
  json_int_t n = json_integer_value(json_object_get(manifest, "points"));
  if (n < 1 || n > POINTS_MAX) {
    error_set(err,
              "%s is no folder of a sweep, or damaged: it is said to have %" JSON_INTEGER_FORMAT
              " points; run the sweep again",
              path, n);
    json_decref(manifest);
    return NULL;
  }
  json_t *points = json_array();
  for (json_int_t i = 0; i < n; i++) {
    json_t *point = NULL;
    enum stored stored =
        store_read(path, (uint32_t)i + 1, tree_text(manifest, "sweep"), NULL, &point, NULL, err);
    if (stored == STORED_FOREIGN) {
      json_decref(points);
      json_decref(manifest);
      return NULL;
    }
    if (stored == STORED_WHOLE && i > 0) point = lean_point(point);
    json_array_append_new(points, stored == STORED_WHOLE ? point : json_null());
  }
  return sweep_tree(manifest, points);
}

/* --- files ---------------------------------------------------------------------------------- */

static bool has_schema(const json_t *tree) {
  const json_t *schema = json_object_get(tree, "schema");
  return json_is_integer(schema) && json_integer_value(schema) == JSON_SCHEMA;
}

static json_t *read_json(const char *path, struct error *err) {
  json_error_t why;
  json_t *tree = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  if (tree == NULL && why.line <= 0) {
    error_set(err, "%s", why.text);
  } else if (tree == NULL) {
    error_set(
        err, "%s:%d: no JSON: %s; wanted is what run, compare, sweep or capacity wrote with --json",
        path, why.line, why.text);
  } else if (!has_schema(tree)) {
    error_set(err, "%s holds no results of this archsim (\"schema\": %d); make some with --json",
              path, JSON_SCHEMA);
    json_decref(tree);
    tree = NULL;
  } else if (json_is_array(json_object_get(tree, "points"))) {
    tree = split_manifest(tree);
  }
  return tree;
}

json_t *results_file_read(const char *path, enum results_kind *kind, struct error *err) {
  json_t *tree =
      g_file_test(path, G_FILE_TEST_IS_DIR) ? read_folder(path, err) : read_json(path, err);
  if (tree == NULL) return NULL;
  if (results_kind_of(tree, kind)) return tree;
  error_set(
      err,
      "%s holds no results that can be read; wanted is what run, compare, sweep or capacity wrote "
      "with --json",
      path);
  json_decref(tree);
  return NULL;
}

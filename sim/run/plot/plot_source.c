#include "plot_source.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "json_write.h"
#include "lean_point.h"
#include "store.h"
#include "sweep_plan.h"

static bool is_folder(const char *path) {
  return g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* --- one file ------------------------------------------------------------------------------- */

static json_t *check_file(json_t *tree, const char *path, const struct error *why,
                          struct error *err) {
  if (tree == NULL) {
    error_set(
        err,
        "%s is not JSON (%s); plot takes what run --json or compare --json wrote, or the folder "
        "of a sweep",
        path, why->text);
    return NULL;
  }
  json_int_t schema = json_integer_value(json_object_get(tree, "schema"));
  if (!json_is_object(tree) || !(json_is_object(json_object_get(tree, "metrics")) ||
                                 json_is_array(json_object_get(tree, "situations")))) {
    error_set(
        err,
        "%s holds no results: plot takes what run --json or compare --json wrote, or the folder "
        "of a sweep",
        path);
  } else if (schema != JSON_SCHEMA) {
    error_set(err,
              "%s has schema %" JSON_INTEGER_FORMAT
              ", this archsim reads %d; run the scenario again",
              path, schema, JSON_SCHEMA);
  } else {
    return tree;
  }
  json_decref(tree);
  return NULL;
}

static json_t *read_file(const char *path, enum exit_code *code, struct error *err) {
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    *code = errno == ENOENT ? EXIT_USAGE : EXIT_INTERNAL;
    error_set(err, "cannot read %s: %s", path, g_strerror(errno));
    return NULL;
  }
  json_error_t place;
  struct error why = {0};
  *code = EXIT_USAGE;
  json_t *tree = json_loadf(file, JSON_REJECT_DUPLICATES, &place);
  if (tree == NULL) error_set(&why, "line %d: %s", place.line, place.text);
  fclose(file);
  return check_file(tree, path, &why, err);
}

/* --- folders of a sweep --------------------------------------------------------------------- */

static bool find_point(const char *const *folder, uint32_t n, uint32_t point, const char *key,
                       json_t *points, struct error *err) {
  for (uint32_t i = 0; i < n; i++) {
    json_t *tree = NULL;
    enum stored stored = store_read(folder[i], point, key, NULL, &tree, NULL, err);
    if (stored == STORED_FOREIGN) return false;
    if (stored != STORED_WHOLE) continue;
    /* The first tells what there is. */
    json_array_append_new(points, point > 1 ? lean_point(tree) : tree);
    return true;
  }
  json_array_append_new(points, json_null());
  return true;
}

static json_t *read_manifests(const char *const *folder, uint32_t n, struct error *err) {
  json_t *first = NULL;
  for (uint32_t i = 0; i < n; i++) {
    if (!is_folder(folder[i])) {
      error_set(err, "%s is no folder; several arguments are the parts of one sweep", folder[i]);
      json_decref(first);
      return NULL;
    }
    json_t *manifest = store_manifest(folder[i], err);
    bool same = first == NULL || (manifest != NULL && json_equal(first, manifest));
    if (manifest != NULL && !same) {
      error_set(
          err, "%s and %s hold different sweeps: the second is one %s; name the parts of one sweep",
          folder[0], folder[i], store_difference(manifest, first));
    }
    if (manifest == NULL || !same) {
      json_decref(manifest);
      json_decref(first);
      return NULL;
    }
    if (first == NULL) {
      first = manifest;
    } else {
      json_decref(manifest);
    }
  }
  return first;
}

static json_t *read_sweep(const char *const *folder, uint32_t n, struct error *err) {
  json_t *manifest = read_manifests(folder, n, err);
  if (manifest == NULL) return NULL;
  json_int_t count = json_integer_value(json_object_get(manifest, "points"));
  const char *key = json_string_value(json_object_get(manifest, "sweep"));
  json_t *points = json_array();
  bool ok = count >= 1 && count <= SWEEP_POINTS_MAX && key != NULL;
  if (!ok)
    error_set(err, "%s/%s is damaged: it has no number of points; run this part of the sweep again",
              folder[0], STORE_MANIFEST);
  for (json_int_t i = 1; ok && i <= count; i++) {
    ok = find_point(folder, n, (uint32_t)i, key, points, err);
  }
  if (ok) return json_pack("{s:o, s:o}", "manifest", manifest, "points", points);
  json_decref(manifest);
  json_decref(points);
  return NULL;
}

json_t *plot_source(const char *const *path, uint32_t n, enum exit_code *code, struct error *err) {
  *code = EXIT_USAGE;
  if (n == 1 && !is_folder(path[0])) {
    if (g_str_has_suffix(path[0], ".sqlite") || g_str_has_suffix(path[0], ".csv") ||
        g_str_has_suffix(path[0], ".lua")) {
      error_set(
          err,
          "%s holds no results that plot reads; it takes what run --json or compare --json wrote, "
          "or the folders of a sweep",
          path[0]);
      return NULL;
    }
    return read_file(path[0], code, err);
  }
  return read_sweep(path, n, err);
}

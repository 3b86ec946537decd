#include "merge.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "database.h"
#include "output.h"
#include "shard.h"
#include "store.h"
#include "sweep_csv.h"
#include "sweep_key.h"
#include "sweep_plan.h"

#define NAMED_MAX 24u /* points and shards that a sentence names */
#define NOWHERE UINT32_MAX

static const char *sweep_of(const struct merge *merge) {
  const char *key = json_string_value(json_object_get(merge->manifest, "sweep"));
  return key != NULL ? key : "";
}

/* --- manifests ------------------------------------------------------------------------------ */

static bool read_manifests(struct merge *merge, struct error *err) {
  for (uint32_t i = 0; i < merge->folders; i++) {
    json_t *manifest = store_manifest(merge->folder[i], err);
    if (manifest == NULL) return false;
    if (i == 0) {
      merge->manifest = manifest;
      continue;
    }
    bool same = json_equal(manifest, merge->manifest);
    if (!same) {
      error_set(
          err, "%s and %s hold different sweeps: the second is one %s; name the parts of one sweep",
          merge->folder[0], merge->folder[i], store_difference(manifest, merge->manifest));
    }
    json_decref(manifest);
    if (!same) return false;
  }
  json_int_t points = json_integer_value(json_object_get(merge->manifest, "points"));
  if (points < 1 || points > SWEEP_POINTS_MAX) {
    return error_set(
        err, "%s/%s is damaged: it has no number of points; run this part of the sweep again",
        merge->folder[0], STORE_MANIFEST);
  }
  merge->points = (uint32_t)points;
  return true;
}

/* --- points --------------------------------------------------------------------------------- */

static bool contradict(const struct merge *merge, uint32_t point, uint32_t other,
                       struct error *err) {
  char *a = store_path(merge->folder[merge->home[point - 1]], point);
  char *b = store_path(merge->folder[other], point);
  error_set(
      err,
      "%s and %s contradict each other: the same point with other results; different versions of "
      "archsim made them, or one was changed: delete one and run its part again",
      a, b);
  g_free(a);
  g_free(b);
  return false;
}

/* Finds the point in all folders that have it (`there`), which must agree. Its key, "" if it is
 * nowhere. */
static bool find_point(struct merge *merge, bool *const *there, uint32_t point, char key[65],
                       struct error *err) {
  GBytes *first = NULL;
  bool ok = true;
  key[0] = '\0';
  merge->home[point - 1] = NOWHERE;
  for (uint32_t i = 0; ok && i < merge->folders; i++) {
    json_t *tree = NULL;
    GBytes *bytes = NULL;
    if (there[i] != NULL && !there[i][point]) continue;
    enum stored stored =
        store_read(merge->folder[i], point, sweep_of(merge), NULL, &tree, &bytes, err);
    if (stored == STORED_FOREIGN) ok = false;
    if (stored == STORED_WHOLE && first == NULL) {
      const char *text = json_string_value(json_object_get(tree, "key"));
      g_strlcpy(key, text != NULL ? text : "?", 65);
      merge->home[point - 1] = i;
      first = g_bytes_ref(bytes);
    } else if (stored == STORED_WHOLE && !g_bytes_equal(first, bytes)) {
      ok = contradict(merge, point, i, err);
    }
    json_decref(tree);
    if (bytes != NULL) g_bytes_unref(bytes);
  }
  if (first != NULL) g_bytes_unref(first);
  return ok;
}

/* --- what is missing ------------------------------------------------------------------------ */

/* In how many parts the sweep was made, from the marks that jobs left; 0: unknown, or not the same
 * for all. */
static uint32_t count_shards(const struct merge *merge) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < merge->folders; i++) {
    char *path = g_build_filename(merge->folder[i], "shards", NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
      unsigned part, parts;
      if (sscanf(name, "%u-of-%u", &part, &parts) != 2) continue;
      if (parts == 0 || parts > SHARDS_MAX) continue;
      n = n == 0 || n == parts ? parts : NOWHERE;
    }
    if (dir != NULL) g_dir_close(dir);
    g_free(path);
  }
  return n == NOWHERE ? 0 : n;
}

static void name_one(GString *line, uint32_t nth, uint32_t number) {
  if (nth < NAMED_MAX) g_string_append_printf(line, "%s%u", nth > 0 ? ", " : "", number);
  if (nth == NAMED_MAX) g_string_append(line, ", ...");
}

static void name_shards(const struct merge *merge, GString *line) {
  uint32_t n = count_shards(merge), named = 0;
  if (n < 2) return;
  GString *list = g_string_new(NULL);
  bool *missing = g_new0(bool, n + 1);
  for (uint32_t p = 1; p <= merge->points; p++) {
    if (merge->home[p - 1] == NOWHERE) missing[shard_of(p, n)] = true;
  }
  for (uint32_t i = 1; i <= n; i++) {
    if (missing[i]) name_one(list, named++, i);
  }
  g_string_append_printf(line, "; run shard%s %s of %u again", named == 1 ? "" : "s", list->str, n);
  g_string_free(list, TRUE);
  g_free(missing);
}

static bool is_complete(const struct merge *merge, struct error *err) {
  GString *line = g_string_new(NULL);
  uint32_t missing = 0;
  for (uint32_t p = 1; p <= merge->points; p++) {
    if (merge->home[p - 1] == NOWHERE) name_one(line, missing++, p);
  }
  if (missing > 0) {
    name_shards(merge, line);
    error_set(err, "%u of %u points %s missing: %s", missing, merge->points,
              missing == 1 ? "is" : "are", line->str);
  }
  g_string_free(line, TRUE);
  return missing == 0;
}

/* --- opening -------------------------------------------------------------------------------- */

static enum exit_code find_points(struct merge *merge, struct error *err) {
  char(*key)[65] = g_malloc0_n(merge->points, sizeof *key);
  char all[65];
  bool ok = true, **there = g_new0(bool *, merge->folders + 1);
  for (uint32_t i = 0; i < merge->folders; i++) {
    there[i] = store_list(merge->folder[i], merge->points);
  }
  for (uint32_t p = 1; ok && p <= merge->points; p++) {
    ok = find_point(merge, there, p, key[p - 1], err);
  }
  for (uint32_t i = 0; i < merge->folders; i++) g_free(there[i]);
  g_free(there);
  sweep_key_of_all((const char(*)[65])key, merge->points, all);
  g_free(key);
  if (!ok) return EXIT_USAGE;
  if (!is_complete(merge, err)) return EXIT_INCOMPLETE;
  if (strcmp(all, sweep_of(merge)) == 0) return EXIT_GOALS_MET;
  error_set(
      err,
      "the points are not those of the sweep that %s/%s tells of: the scenario was changed in "
      "between; run the sweep again in a new folder",
      merge->folder[0], STORE_MANIFEST);
  return EXIT_USAGE;
}

enum exit_code merge_open(struct merge *merge, const char *const *folder, uint32_t folders,
                          struct error *err) {
  *merge = (struct merge){.folder = folder, .folders = folders};
  if (!read_manifests(merge, err)) return EXIT_USAGE;
  merge->home = g_new(uint32_t, merge->points);
  return find_points(merge, err);
}

void merge_close(struct merge *merge) {
  json_decref(merge->manifest);
  g_free(merge->home);
  *merge = (struct merge){0};
}

/* --- writing -------------------------------------------------------------------------------- */

static bool write_points(const struct merge *merge, struct database *database, FILE *csv,
                         struct error *err) {
  const json_t *axes = json_object_get(merge->manifest, "axes");
  sweep_csv_head(axes, csv);
  for (uint32_t p = 1; p <= merge->points; p++) {
    json_t *tree;
    const char *folder = merge->folder[merge->home[p - 1]];
    if (store_read(folder, p, sweep_of(merge), NULL, &tree, NULL, err) != STORED_WHOLE) {
      return error_set(err,
                       "point %u of %s was changed while it was merged; merge again when nothing "
                       "else writes there",
                       p, folder);
    }
    sweep_csv_point(axes, tree, csv);
    bool ok = database_add(database, tree, err);
    json_decref(tree);
    if (!ok) return false;
  }
  return true;
}

/* SQLite writes the temporary file itself; output.h forces it to the disk and puts it in place. */
static bool write_both(const struct merge *merge, const struct output *base,
                       const struct output *csv, struct error *err) {
  if (base->temporary == NULL) {
    return error_set(err, "%s is no file that a database can be written to; name one with --out",
                     base->path);
  }
  struct database *database = database_open(base->temporary, merge->manifest, err);
  if (database == NULL) return false;
  bool ok = write_points(merge, database, csv->file, err);
  return database_close(database, ok, ok ? err : NULL);
}

bool merge_write(const struct merge *merge, const char *database, const char *csv,
                 struct error *err) {
  struct output base, table;
  if (!output_open(&base, database, err)) return false;
  bool ok = output_open(&table, csv, err);
  if (ok) {
    ok = write_both(merge, &base, &table, err);
    ok = output_close(&table, ok, ok ? err : NULL);
  }
  return output_close(&base, ok, ok ? err : NULL);
}

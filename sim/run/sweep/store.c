#include "store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_write.h"
#include "memory.h"
#include "signals.h"

#define RENAMES_MAX 8

/* The end of a point's file is its seal: the SHA-256 of all bytes before. */
#define SEAL_BEGIN ",\n  \"checksum\": \""
#define SEAL_END "\"\n}\n"
#define FILE_END "\n}\n" /* of what is to be sealed */
enum { SUM_LENGTH = 64 };

/* As another sweep may begin in the same new folder at the same time, a manifest takes its name
 * only while nobody has it. */
enum placing { PLACE_OVER, PLACE_FIRST };

/* --- files ---------------------------------------------------------------------------------- */

static bool fail(struct error *err, const char *what, const char *path) {
  return error_set(err, "cannot %s %s: %s", what, path, g_strerror(errno));
}

char *store_path(const char *folder, uint32_t point) {
  return g_strdup_printf("%s/points/%06u.json", folder, point);
}

bool *store_list(const char *folder, uint32_t points) {
  char *path = g_build_filename(folder, "points", NULL);
  GDir *dir = g_dir_open(path, 0, NULL);
  g_free(path);
  if (dir == NULL) return NULL;
  bool *there = g_new0(bool, points + 1);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    guint64 point = g_ascii_strtoull(name, NULL, 10);
    if (point >= 1 && point <= points) there[point] = true;
  }
  g_dir_close(dir);
  return there;
}

static bool write_all(int fd, const char *text, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, text, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text += n;
    length -= (size_t)n;
  }
  return true;
}

static bool place(const char *temporary, const char *path, enum placing placing) {
  if (placing == PLACE_FIRST) {
    if (link(temporary, path) == 0) return unlink(temporary) == 0;
    if (errno == EEXIST) return false;
  } /* else the file system may have no links */
  return rename(temporary, path) == 0;
}

static bool try_write(const char *temporary, int fd, const char *path, const char *text,
                      size_t length, enum placing placing) {
  bool ok = write_all(fd, text, length) && fsync(fd) == 0;
  int code = errno;
  if (close(fd) != 0 && ok) return false;
  errno = code;
  return ok && place(temporary, path, placing);
}

/* The whole file or none. Another job that does the same part (a retry of this one, while this one
 * was thought dead) may clear the temporary file away: then it is written again. PLACE_FIRST: false
 * without a sentence when the file is there already. */
static bool put(const struct store *store, const char *path, const char *text, size_t length,
                enum placing placing, struct error *err) {
  char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
  bool ok = false;
  for (int i = 0; i < RENAMES_MAX && !ok; i++) {
    char *temporary = g_strdup_printf("%s/%s%s.XXXXXX", folder, store->mark, name);
    signals_guard_path(temporary);
    int fd = g_mkstemp_full(temporary, O_RDWR, 0666);
    ok = fd >= 0 && try_write(temporary, fd, path, text, length, placing);
    int code = errno;
    if (!ok && fd >= 0) g_unlink(temporary);
    signals_release_path(temporary);
    g_free(temporary);
    errno = code;
    if (!ok && (fd < 0 || code != ENOENT)) break;
  }
  if (!ok && !(placing == PLACE_FIRST && errno == EEXIST)) fail(err, "write", path);
  g_free(name);
  g_free(folder);
  return ok;
}

bool store_write(const struct store *store, uint32_t point, const char *text, size_t length,
                 struct error *err) {
  assert(length > strlen(FILE_END));
  size_t body = length - strlen(FILE_END);
  assert(memcmp(text + body, FILE_END, strlen(FILE_END)) == 0);
  char *path = store_path(store->folder, point);
  char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, body);
  GString *sealed = g_string_new_len(text, (gssize)body);
  g_string_append_printf(sealed, SEAL_BEGIN "%s" SEAL_END, sum);
  bool ok = put(store, path, sealed->str, sealed->len, PLACE_OVER, err);
  g_string_free(sealed, TRUE);
  g_free(sum);
  g_free(path);
  return ok;
}

static bool is_sealed(const char *text, size_t length) {
  const size_t seal = strlen(SEAL_BEGIN) + SUM_LENGTH + strlen(SEAL_END);
  if (length < seal) return false;
  char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length - seal);
  bool same = memcmp(text + length - seal + strlen(SEAL_BEGIN), sum, SUM_LENGTH) == 0;
  g_free(sum);
  return same;
}

/* --- manifests ------------------------------------------------------------------------------ */

static char *manifest_path(const char *folder) {
  return g_build_filename(folder, STORE_MANIFEST, NULL);
}

static char *text_of(const json_t *json, size_t *length) {
  char *text = NULL;
  FILE *out = open_memstream(&text, length);
  if (out == NULL) memory_out("no text can be written");
  json_write(json, out);
  fclose(out);
  return text;
}

static const char *get_text(const json_t *json, const char *key) {
  const char *text = json_string_value(json_object_get(json, key));
  return text != NULL ? text : "?";
}

static bool check_schema(const json_t *tree, const char *path, struct error *err) {
  const json_t *schema = json_object_get(tree, "schema");
  if (!json_is_integer(schema) || json_object_get(tree, "sweep") == NULL) {
    return error_set(
        err,
        "%s is not a file that archsim sweep wrote; name the folder of a sweep, made with --out",
        path);
  }
  if (json_integer_value(schema) == JSON_SCHEMA) return true;
  return error_set(err,
                   "%s was written by archsim %s with results of schema %" JSON_INTEGER_FORMAT
                   ", and this is archsim %s with schema %d; use that version",
                   path, get_text(tree, "version"), json_integer_value(schema), ARCHSIM_VERSION,
                   JSON_SCHEMA);
}

json_t *store_manifest(const char *folder, struct error *err) {
  char *path = manifest_path(folder);
  json_error_t why;
  json_t *tree = NULL;
  if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
    error_set(err, "%s is not a folder; name the one that archsim sweep wrote with --out", folder);
  } else if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    error_set(
        err,
        "%s is not the folder of a sweep: it has no %s; name the one that archsim sweep wrote with "
        "--out",
        folder, STORE_MANIFEST);
  } else if ((tree = json_load_file(path, JSON_REJECT_DUPLICATES, &why)) == NULL) {
    error_set(err, "%s is damaged: %s; run the sweep again in a new folder", path, why.text);
  } else if (!check_schema(tree, path, err)) {
    json_decref(tree);
    tree = NULL;
  }
  g_free(path);
  return tree;
}

const char *store_difference(const json_t *there, const json_t *wanted) {
  static const char *const parts[][2] = {
      {"version", "of another version of archsim"},
      {"model", "of another version of the models"},
      {"scenario", "of another scenario"},
      {"axes", "over other values"},
      {"params", "with other values of fixed parameters"},
      {"points", "of other points"},
      {"seed", "with another seed"},
      {"replications", "with another number of replications"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    const json_t *a = json_object_get(there, parts[i][0]),
                 *b = json_object_get(wanted, parts[i][0]);
    if (!json_equal(a, b)) return parts[i][1];
  }
  return "of other scenario files";
}

static bool same_sweep(const char *folder, const json_t *wanted, struct error *err) {
  json_t *there = store_manifest(folder, err);
  if (there == NULL) return false;
  bool ok = json_equal(there, wanted);
  if (!ok) {
    error_set(err, "%s holds another sweep, %s; choose another folder with --out, or delete it",
              folder, store_difference(there, wanted));
  }
  json_decref(there);
  return ok;
}

/* --- opening -------------------------------------------------------------------------------- */

static bool is_temporary(const char *name) {
  unsigned i, n;
  return sscanf(name, ".%u-of-%u.", &i, &n) == 2 && strstr(name, ".json.") != NULL;
}

/* Clears away what a killed job of the same part left. Alone, it clears away everything. */
static void sweep_out(const struct store *store, const char *below, bool alone) {
  char *folder = g_build_filename(store->folder, below, NULL);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    if (!is_temporary(name) || (!alone && !g_str_has_prefix(name, store->mark))) continue;
    char *path = g_build_filename(folder, name, NULL);
    g_unlink(path);
    g_free(path);
  }
  if (dir != NULL) g_dir_close(dir);
  g_free(folder);
}

/* The first thing in a folder that is no temporary file, or NULL. */
static char *first_entry(const char *folder) {
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL && is_temporary(name)) continue;
  char *copy = g_strdup(name);
  if (dir != NULL) g_dir_close(dir);
  return copy;
}

static bool make_folder(const struct store *store, const char *below, struct error *err) {
  char *path = g_build_filename(store->folder, below, NULL);
  bool ok = g_mkdir_with_parents(path, 0777) == 0 || fail(err, "make the folder", path);
  g_free(path);
  return ok;
}

/* Folder and manifest. Looks into the folder before it looks for the manifest, because a job beside
 * this one may be making both: it makes the manifest first. */
static enum exit_code settle_manifest(const struct store *store, const json_t *manifest,
                                      bool resume, struct error *err) {
  char *path = manifest_path(store->folder);
  char *entry = first_entry(store->folder);
  bool exists = g_file_test(path, G_FILE_TEST_EXISTS);
  enum exit_code code = EXIT_GOALS_MET;
  if (exists) {
    if (!same_sweep(store->folder, manifest, err)) code = EXIT_USAGE;
  } else if (resume) {
    error_set(err, "there is nothing to resume: %s does not exist; leave --resume out to begin",
              path);
    code = EXIT_USAGE;
  } else if (entry != NULL) {
    error_set(err,
              "%s is not empty (%s) and has no %s: it is not, or no longer, the folder of a sweep; "
              "choose another with --out, or delete it",
              store->folder, entry, STORE_MANIFEST);
    code = EXIT_USAGE;
  } else {
    size_t length;
    char *text = text_of(manifest, &length);
    if (!make_folder(store, "", err)) {
      code = EXIT_INTERNAL;
    } else if (!put(store, path, text, length, PLACE_FIRST, err)) {
      code = errno != EEXIST                            ? EXIT_INTERNAL
             : same_sweep(store->folder, manifest, err) ? EXIT_GOALS_MET
                                                        : EXIT_USAGE;
    }
    free(text);
  }
  g_free(entry);
  g_free(path);
  return code;
}

static bool leave_mark(const struct store *store, const struct shard *shard, struct error *err) {
  if (shard->n == 1) return true;
  if (!make_folder(store, "shards", err)) return false;
  char *path = g_strdup_printf("%s/shards/%u-of-%u", store->folder, shard->i, shard->n);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  bool ok = fd >= 0 || fail(err, "write", path);
  if (fd >= 0) close(fd);
  g_free(path);
  return ok;
}

enum exit_code store_open(struct store *store, const char *folder, const json_t *manifest,
                          const struct shard *shard, bool resume, struct error *err) {
  *store = (struct store){
      .folder = g_strdup(folder),
      .mark = g_strdup_printf(".%u-of-%u.", shard->i, shard->n),
      .sweep = g_strdup(get_text(manifest, "sweep")),
  };
  enum exit_code code = settle_manifest(store, manifest, resume, err);
  if (code != EXIT_GOALS_MET) return code;
  if (!make_folder(store, "points", err) || !leave_mark(store, shard, err)) return EXIT_INTERNAL;
  sweep_out(store, "", shard->n == 1);
  sweep_out(store, "points", shard->n == 1);
  return EXIT_GOALS_MET;
}

void store_close(struct store *store) {
  g_free(store->folder);
  g_free(store->mark);
  g_free(store->sweep);
  *store = (struct store){0};
}

/* --- reading -------------------------------------------------------------------------------- */

static bool is_text(const json_t *tree, const char *key, const char *wanted) {
  const char *text = json_string_value(json_object_get(tree, key));
  return text != NULL && strcmp(text, wanted) == 0;
}

static bool belongs(const json_t *tree, const char *path, uint32_t point, const char *sweep,
                    const char *key, struct error *err) {
  if (!check_schema(tree, path, err)) return false;
  if (json_integer_value(json_object_get(tree, "point")) != point ||
      !is_text(tree, "sweep", sweep) || (key != NULL && !is_text(tree, "key", key))) {
    return error_set(err, "%s belongs to another sweep; delete it and run the sweep again", path);
  }
  return true;
}

enum stored store_read(const char *folder, uint32_t point, const char *sweep, const char *key,
                       json_t **tree, GBytes **bytes, struct error *err) {
  char *path = store_path(folder, point), *text = NULL;
  gsize length = 0;
  enum stored stored = STORED_WHOLE;
  *tree = NULL;
  if (!g_file_get_contents(path, &text, &length, NULL)) {
    stored = g_file_test(path, G_FILE_TEST_EXISTS) ? STORED_BROKEN : STORED_ABSENT;
  } else if ((*tree = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL)) == NULL) {
    stored = STORED_BROKEN;
  } else if (!belongs(*tree, path, point, sweep, key, err)) {
    stored = STORED_FOREIGN;
    json_decref(*tree);
    *tree = NULL;
  } else if (!is_sealed(text, length)) {
    stored = STORED_BROKEN;
    json_decref(*tree);
    *tree = NULL;
  }
  if (stored == STORED_WHOLE && bytes != NULL) {
    *bytes = g_bytes_new_take(text, length);
    text = NULL;
  }
  g_free(text);
  g_free(path);
  return stored;
}

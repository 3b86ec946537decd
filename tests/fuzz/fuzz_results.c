/* Aim: no file of results makes its readers crash, hang, leak or read what is not its own: what
 * compare, plot, report and merge begin with.
 *
 * A target of libFuzzer, made by scripts/fuzz. The text is read as results of a command, and as a
 * point of a sweep under a checksum of its own, so that what lies behind that is reached too. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "json_write.h"
#include "merge.h"
#include "results_file.h"
#include "store.h"
#include "target.h"

static void read_results(const char *file) {
  struct error err = {0};
  struct base base;
  if (base_read(file, &base, &err)) base_free(&base);
  enum results_kind kind;
  json_t *tree = results_file_read(file, &kind, &err);
  if (tree) json_decref(tree);
}

/* The text up to a line of "---" is the manifest, the rest the point. */
static void merge(const uint8_t *data, size_t size) {
  static const char line[] = "\n---\n";
  const uint8_t *at = memmem(data, size, line, sizeof line - 1);
  if (at == NULL) return;
  char *folder = target_folder();
  char *manifest = target_file(STORE_MANIFEST);
  size_t before = (size_t)(at - data), after = size - before - (sizeof line - 1);
  char *points = store_path(folder, 1);
  *strrchr(points, '/') = '\0';
  mkdir(points, 0700);
  g_free(points);
  target_put(manifest, data, before);
  struct error err = {0};
  char mark[] = "m", sweep[] = "";
  struct store store = {.folder = folder, .mark = mark, .sweep = sweep};
  const char *point = (const char *)at + sizeof line - 1;
  static const char end[] = "\n}\n"; /* of what this program writes */
  size_t n = sizeof end - 1;
  if (after > n && memcmp(point + after - n, end, n) == 0) {
    store_write(&store, 1, point, after, &err);
  } else {
    char *path = store_path(folder, 1);
    target_put(path, point, after);
    g_free(path);
  }
  struct merge merge;
  const char *folders[] = {folder};
  merge_open(&merge, folders, 1, &err);
  merge_close(&merge);
  enum results_kind kind;
  json_t *tree = results_file_read(folder, &kind, &err);
  if (tree) json_decref(tree);
  remove(manifest);
  g_free(manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *file = target_file("r.json");
  target_put(file, data, size);
  read_results(file);
  g_free(file);
  merge(data, size);
  return 0;
}

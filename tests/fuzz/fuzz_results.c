/* Aim: no file of results makes its readers crash, hang, leak or read what is not its own: what
 * compare, plot, report and merge begin with.
 *
 * A target of libFuzzer, made by scripts/fuzz. The text is read as results of a command, and as a
 * point of a sweep under a checksum of its own, so that what lies behind that is reached too. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "json_write.h"
#include "merge.h"
#include "results_file.h"
#include "store.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64], file[96], manifest[96];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc, (void)argv;
  snprintf(folder, sizeof folder, "/tmp/archsim-fuzz-XXXXXX");
  if (mkdtemp(folder) == NULL) abort();
  snprintf(file, sizeof file, "%s/r.json", folder);
  snprintf(manifest, sizeof manifest, "%s/%s", folder, STORE_MANIFEST);
  return 0;
}

static void put(const char *path, const uint8_t *data, size_t size) {
  FILE *out = fopen(path, "wb");
  if (out == NULL) abort();
  fwrite(data, 1, size, out);
  fclose(out);
}

static void read_results(void) {
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
  size_t before = (size_t)(at - data), after = size - before - (sizeof line - 1);
  char *points = store_path(folder, 1);
  *strrchr(points, '/') = '\0';
  mkdir(points, 0700);
  g_free(points);
  put(manifest, data, before);
  struct error err = {0};
  struct store store = {.folder = folder, .mark = "m", .sweep = ""};
  const char *point = (const char *)at + sizeof line - 1;
  static const char end[] = "\n}\n"; /* of what this program writes */
  size_t n = sizeof end - 1;
  if (after > n && memcmp(point + after - n, end, n) == 0) {
    store_write(&store, 1, point, after, &err);
  } else {
    char *path = store_path(folder, 1);
    put(path, (const uint8_t *)point, after);
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
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  put(file, data, size);
  read_results();
  merge(data, size);
  return 0;
}

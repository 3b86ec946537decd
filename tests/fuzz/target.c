#include "target.h"

#include <ftw.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

static char *folder;

static int drop(const char *path, const struct stat *stat, int type, struct FTW *walk) {
  (void)stat, (void)type, (void)walk;
  return remove(path);
}

static void drop_folder(void) {
  nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
  g_free(folder);
}

char *target_folder(void) {
  if (folder == NULL) {
    folder = g_dir_make_tmp("archsim-fuzz-XXXXXX", NULL);
    if (folder == NULL) abort();
    atexit(drop_folder);
  }
  return folder;
}

char *target_file(const char *name) {
  return g_build_filename(target_folder(), name, NULL);
}

void target_put(const char *path, const void *data, size_t size) {
  FILE *out = fopen(path, "wb");
  if (out == NULL) abort();
  fwrite(data, 1, size, out);
  fclose(out);
}

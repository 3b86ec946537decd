/* Aim: what scripts/fuzz once found worth keeping, or wrong, does no harm: the texts of the folders
 * that are given go through the target of libFuzzer that this is linked with. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "target.h"

#define FEWEST 10 /* texts a folder: else it is not the one that was meant */

/* A copy of the very size, so that the sanitizers see a read behind its end. */
static void replay(const char *path) {
  char *text;
  gsize size;
  if (!g_file_get_contents(path, &text, &size, NULL)) abort();
  uint8_t *data = g_memdup2(text, size);
  g_free(text);
  printf("%s\n", path);
  fflush(stdout);
  LLVMFuzzerTestOneInput(data, size);
  g_free(data);
}

static guint replay_folder(const char *folder) {
  GDir *dir = g_dir_open(folder, 0, NULL);
  if (dir == NULL) return 0;
  const char *name;
  guint n = 0;
  for (; (name = g_dir_read_name(dir)) != NULL; n++) {
    char *path = g_build_filename(folder, name, NULL);
    replay(path);
    g_free(path);
  }
  g_dir_close(dir);
  return n;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (replay_folder(argv[i]) < FEWEST) {
      printf("%s: holds too few texts\n", argv[i]);
      return 1;
    }
  }
  return 0;
}

/* Aim: no text makes the loader crash, hang, leak or read what is not its own. A text that is a
 * scenario goes on through the checks; nothing is run.
 *
 * A target of libFuzzer, made by scripts/fuzz. It works in a folder of its own, so that no text
 * finds a file to include. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lint.h"
#include "param_list.h"
#include "scenario.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char file[64];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc, (void)argv;
  char folder[] = "/tmp/archsim-fuzz-XXXXXX";
  if (mkdtemp(folder) == NULL) abort();
  snprintf(file, sizeof file, "%s/s.lua", folder);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  FILE *out = fopen(file, "wb");
  if (out == NULL) abort();
  fwrite(data, 1, size, out);
  fclose(out);
  struct error err = {0};
  struct scenario *scenario = scenario_load(file, NULL, 0, &err);
  if (scenario == NULL) {
    if (err.text[0] == '\0') abort(); /* a refusal says why */
    return 0;
  }
  lint_free(lint_scenario(scenario));
  struct arena *arena = arena_new();
  uint32_t n;
  param_list(&scenario->spec, arena, &n);
  arena_free(arena);
  scenario_free(scenario);
  return 0;
}

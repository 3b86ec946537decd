/* Aim: no text makes the loader crash, hang, leak or read what is not its own. A text that is a
 * scenario goes on through the checks; nothing is run.
 *
 * A target of libFuzzer, made by scripts/fuzz. It works in a folder of its own, so that no text
 * finds a file to include. */
#include <glib.h>
#include <stdlib.h>

#include "lint.h"
#include "param_list.h"
#include "scenario.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *file = target_file("s.lua");
  target_put(file, data, size);
  struct error err = {0};
  struct scenario *scenario = scenario_load(file, NULL, 0, &err);
  g_free(file);
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

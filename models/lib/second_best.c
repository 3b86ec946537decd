#include "second_best.h"

bool second_best_valid(const struct fallbacks *fallbacks, struct error *err) {
  for (uint32_t i = 0; i < fallbacks->n; i++) {
    if (fallbacks->fallback[i].block.program.steps == 0) continue;
    return error_set(err,
                     "'fallback' takes no steps here: write {}, or let a service make the call "
                     "and say there what it does instead");
  }
  return true;
}

uint32_t second_best_causes(const struct fallbacks *fallbacks) {
  uint32_t causes = 0;
  for (uint32_t i = 0; i < fallbacks->n; i++) causes |= fallbacks->fallback[i].causes;
  return causes;
}

#include <string.h>

#include "registry.h"

const struct kind *registry_find(const char *name) {
  for (const struct kind *const *kind = registry; *kind; kind++) {
    if (!strcmp((*kind)->name, name)) return *kind;
  }
  return NULL;
}

const struct kind *kinds_find(const struct kinds *kinds, const char *name) {
  for (uint32_t i = 0; i < kinds->n; i++) {
    if (!strcmp(kinds->kind[i]->name, name)) return kinds->kind[i];
  }
  return NULL;
}

/* --- faults --------------------------------------------------------------------------------- */

static bool is_of_engine(const struct fault_def *def) {
  for (uint32_t i = 0; engine_faults[i]; i++) {
    if (engine_faults[i] == def) return true;
  }
  return false;
}

/* Whether a kind before this one brings it along, too. */
static bool is_known(const struct fault_def *def, uint32_t kind) {
  for (uint32_t k = 0; k < kind; k++) {
    if (def->own && fault_meets_kind(def, registry[k])) return true;
  }
  return is_of_engine(def);
}

const struct fault_def *fault_at(uint32_t i) {
  uint32_t n = 0;
  for (; engine_faults[n]; n++) {
    if (n == i) return engine_faults[n];
  }
  for (uint32_t k = 0; registry[k]; k++) {
    for (uint32_t j = 0; registry[k]->own_faults && registry[k]->own_faults[j]; j++) {
      const struct fault_def *def = registry[k]->own_faults[j];
      if (!is_known(def, k) && n++ == i) return def;
    }
  }
  return NULL;
}

const struct fault_def *fault_find(const char *name) {
  for (uint32_t i = 0; fault_at(i); i++) {
    if (!strcmp(fault_at(i)->word.name, name)) return fault_at(i);
  }
  return NULL;
}

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

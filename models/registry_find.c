#include <string.h>

#include "registry.h"

const struct kind *registry_find(const char *name) {
  for (const struct kind *const *kind = registry; *kind; kind++) {
    if (!strcmp((*kind)->name, name)) return *kind;
  }
  return NULL;
}

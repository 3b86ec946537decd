/* The list of component kinds. A new kind is one new file and one line in models/meson.build. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "fault_def.h"
#include "sim.h"

/* NULL-terminated, sorted by name. */
extern const struct kind *const registry[];

const struct kind *registry_find(const char *name); /* NULL if there is none */

/* Kinds that a scenario may name: those of the registry and those composed in Lua (prelude.h),
 * sorted by name. */
struct kinds {
  uint32_t n;
  const struct kind *const *kind;
};

/* Each fault that there is, number 0, 1 .. until NULL: the engine's, then those that kinds bring
 * along. */
const struct fault_def *fault_at(uint32_t i);
const struct fault_def *fault_find(const char *name); /* or NULL */

const struct kind *kinds_find(const struct kinds *kinds, const char *name); /* or NULL */

#endif

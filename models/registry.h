/* The list of component kinds. A new kind is one new file and one line in models/meson.build. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "sim.h"

/* NULL-terminated, sorted by name. */
extern const struct kind *const registry[];

const struct kind *registry_find(const char *name); /* NULL if there is none */

#endif

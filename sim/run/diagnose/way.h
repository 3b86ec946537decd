/* What the requests of one client can meet: itself and all that is reached from it by calls. What
 * happens elsewhere explains nothing about them. */
#ifndef WAY_H
#define WAY_H

#include "spec.h"

struct way {
  const struct spec *spec;
  bool *on; /* by component */
};

/* Of a client, or of all components (REF_NONE); in the arena. */
struct way way_of(const struct spec *spec, uint32_t client, struct arena *arena);

/* Whether a fault can touch such requests; of one between two ends, both must be on the way. */
bool way_meets(const struct way *way, const struct fault_spec *fault);

/* Whether both ends of a path are on the way. */
bool way_has_path(const struct way *way, const struct path_spec *path);

#endif

/* What runs on a host: a component may share the cores and the memory of one with others.
 *
 * Member i of a component runs on member i of its host's component, again from the first where
 * there are more. It lives in the host's zone, and a fault of the host hits it. */
#ifndef TENANCY_H
#define TENANCY_H

#include "spec.h"

struct tenancy {
  uint32_t host;          /* component; REF_NONE: none */
  uint64_t base, request; /* bytes that one instance takes, and each call present there more */
  uint64_t calls;         /* that may be present at one instance; PARAM_UNLIMITED */
  uint64_t limit;         /* bytes past which an instance is killed; 0: none */
};

/* What a host offers, of one instance. */
struct lodging {
  uint64_t cores, memory; /* bytes; 0: as much as is wanted */
};

/* The host of a component, or REF_NONE. */
uint32_t tenancy_host(const struct component_spec *component);

#endif

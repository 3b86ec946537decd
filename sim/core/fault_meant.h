/* Whom a fault means: members by name, of a zone or a region, of a group; and what runs on a host
 * with the host. Nothing here changes. */
#ifndef FAULT_MEANT_H
#define FAULT_MEANT_H

#include "sim.h"

struct fault_def;

bool fault_target_holds(const struct sim *sim, struct fault_target t, const struct member *m);

/* The same of those whom such a fault can meet. */
bool fault_meets(const struct sim *sim, const struct fault_def *type, struct fault_target target,
                 const struct member *m);

#endif

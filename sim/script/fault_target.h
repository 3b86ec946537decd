/* What a fault is to hit: "web", "web[2]", "web[*]", a zone or a region. */
#ifndef FAULT_TARGET_H
#define FAULT_TARGET_H

#include "fault_def.h"
#include "loader.h"
#include "spot.h"

/* The target at the top of the stack. */
bool fault_target_read(struct loader *loader, const struct spot *spot, const char **text,
                       struct fault_target *out);

/* Whether the fault can hit the target, and each one of a group. */
bool fault_target_check(struct loader *loader, const struct spot *spot, const char *text,
                        const struct fault_def *def, struct fault_target target);

#endif

/* The steps of a handler, compiled into a flat program (models/program.h). */
#ifndef STEPS_H
#define STEPS_H

#include "program.h"
#include "value.h"

/* Reads the value of a PARAM_HANDLERS: a list of steps, or lists by operation. */
bool steps_handlers(struct loader *loader, const struct spot *spot, int index,
                    struct handlers *out);

#endif

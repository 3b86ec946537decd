/* Handlers and other lists of steps, as parameters take them (the steps are in steps/step.h). */
#ifndef STEPS_H
#define STEPS_H

#include "program.h"
#include "value.h"

/* Reads the value of a PARAM_HANDLERS: a list of steps, or lists by operation. */
bool steps_handlers(struct loader *loader, const struct spot *spot, int index,
                    struct handlers *out);

/* Reads the value of a PARAM_STEPS: a list of steps, of these words alone if they are given. */
bool steps_block(struct loader *loader, const struct spot *spot, int index, const char *const *only,
                 struct block *out);

/* Reads the value of a PARAM_FALLBACKS: a list of steps, or lists by cause of a failure. */
bool steps_fallbacks(struct loader *loader, const struct spot *spot, int index,
                     struct fallbacks *out);

#endif

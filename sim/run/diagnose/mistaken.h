/* A control that acts on members which no fault has hit: one that takes slow servers out of use
 * leaves their load to the others, which get slow in turn. */
#ifndef MISTAKEN_H
#define MISTAKEN_H

#include "finding.h"
#include "results.h"

/* Told where most of those that it found to have failed, three at least, had no fault. */
void mistaken_look(const struct results *results, const struct component_spec *control,
                   struct finding_list *list);

#endif

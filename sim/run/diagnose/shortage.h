/* Whether the workers of a component are short: for most of the time, or for a part of it. */
#ifndef SHORTAGE_H
#define SHORTAGE_H

#include "finding.h"
#include "results.h"

/* The number that a component's parameter of that name holds; NaN: it has none, or no limit. */
double shortage_limit(const struct component_spec *c, const char *name);

/* Adds what is found on component `id`. Where its queue `grows` there is no room at all, whatever
 * the mean over the run says. Of a group that is not busy one member may be. */
void shortage_look(const struct results *results, uint32_t id, bool grows,
                   struct finding_list *list);

#endif

/* A balancer that takes backends out of use which no fault has hit: those that are too slow or full
 * fail its checks or calls, and what they did is left to the others. */
#ifndef WITHHELD_H
#define WITHHELD_H

#include "finding.h"
#include "results.h"

/* Told where a tenth of the backends that were there was out on average, and one call in a hundred
 * at these failed. */
void withheld_look(const struct results *results, const struct component_spec *balancer,
                   struct finding_list *list);

#endif

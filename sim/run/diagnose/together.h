/* Whether a group was down as a whole. */
#ifndef TOGETHER_H
#define TOGETHER_H

#include <stdbool.h>

#include "results.h"

/* All members of a component were up for as much of each window of replication 1; false, too, where
 * that is not known. */
bool together_down(const struct results *results, uint32_t component);

#endif

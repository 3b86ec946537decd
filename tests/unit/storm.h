/* Random systems under random faults, with everything in them that the kinds can do. */
#ifndef STORM_H
#define STORM_H

#include "harness.h"

struct scene *storm(uint64_t number);

#endif

/* goal "shop.latency.p99 < 250ms": what must hold. */
#ifndef GOALS_H
#define GOALS_H

#include "value.h"

/* Reads the goals and checks that their metrics exist, by asking a simulation that never runs. */
bool goals_build(struct loader *loader);

#endif

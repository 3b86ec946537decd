/* What a point's results follow from, as one number (see sweep.h). */
#ifndef SWEEP_KEY_H
#define SWEEP_KEY_H

#include <stdint.h>

#include "scenario.h"

/* Writes 64 hexadecimal digits and a NUL. */
void sweep_key(const struct scenario *scenario, uint64_t seed, uint32_t replications, char key[65]);

/* The key of a sweep, from those of its points in their order. */
void sweep_key_of_all(const char (*key)[65], uint32_t points, char out[65]);

#endif

/* Pauses between attempts. */
#ifndef BACKOFF_H
#define BACKOFF_H

#include "param.h"
#include "rng.h"

/* Pause after the `attempt`-th attempt (1 = the first) of the request `key` has failed. */
uint64_t backoff_ns(const struct backoff *backoff, struct stream stream, uint64_t key,
                    uint64_t attempt);

/* The shortest pause that can be drawn. */
uint64_t backoff_least_ns(const struct backoff *backoff);

#endif

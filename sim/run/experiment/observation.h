/* What one replication measured, on its way from the simulation to the results.
 *
 * A replication is one simulation or, in an antithetic experiment, a pair of them (rng.h), which
 * are not independent of each other: merged, as replications are merged (metric.h), they are one
 * observation. Whatever treats observations as independent stays right. The histograms belong to
 * the simulations, which must live as long as the observation. */
#ifndef OBSERVATION_H
#define OBSERVATION_H

#include <stdint.h>

#include "metric.h"
#include "warmup.h"

struct sim;

struct observation {
  struct metrics metrics;
  struct check *check;
  uint32_t checks;
  uint64_t events, fingerprint;
  struct warmup_levels levels;
};

/* Of a simulation that reached its end. */
void observation_take(struct observation *observation, struct sim *sim,
                      struct warmup_levels levels);

/* Adds the other half of a pair: a check passes when it does in both halves. */
void observation_merge(struct observation *into, const struct observation *other);

void observation_free(struct observation *observation);

#endif

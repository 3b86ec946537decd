/* Many experiments, one after the other on each processor, and how often their intervals cover. */
#ifndef TRIALS_H
#define TRIALS_H

#include <glib.h>

#include "findings.h"

struct series {
  void (*trial)(struct series *series, uint32_t index);
  const struct scenario *scenario;
  struct experiment_options how;
  const char *const *metric; /* whose intervals are looked at */
  const double *truth;
  uint32_t metrics, trials;
  uint64_t *covered, *expected; /* by metric: intervals that cover; that exist */
  uint64_t *doubted;            /* of which the run warns by name */
  uint64_t *honest;             /* that cover, or of which the run warns by name */
  uint64_t replications;
  GMutex lock;
};

/* Calls `trial` with the numbers 1 .. `trials`. */
void trials_run(struct series *series);

/* Experiment number i has seed i; counts by metric the intervals that exist and those that cover.
 */
void trials_cover(struct series *series);

void trials_forget(struct series *series);

#endif

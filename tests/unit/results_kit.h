/* Scenarios from text, experiments that must succeed, results made by hand: for tests of the run
 * layer.
 *
 * Each fails the test with a message instead of returning an error. What is returned belongs to the
 * caller. */
#ifndef RESULTS_KIT_H
#define RESULTS_KIT_H

#include <stdint.h>

#include "experiment.h"

struct scenario *kit_scenario(const char *text);
struct scenario *kit_scenario_changed(const char *text, const struct scenario_changes *changes);

struct results kit_run(const struct scenario *scenario, struct experiment_options options);

/* With that seed, on two threads. */
struct results kit_run_seed(const struct scenario *scenario, uint64_t seed);

/* All of the JSON but the time taken, which becomes 0; to be freed. */
char *kit_json(const struct results *results);

/* A metric with one value a replication, NaN where it is undefined. */
struct kit_row {
  const char *name;
  enum metric_merge merge; /* QUOTIENT (by 1), MAX or MIN */
  enum metric_unit unit;
  const double *value;
};

/* Results of an experiment that never ran, judged by these goals. */
struct results kit_results(const struct kit_row *row, uint32_t rows, uint32_t replications,
                           const struct goal *goal, uint32_t goals);

#endif

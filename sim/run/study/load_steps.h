/* Designs compared at each of several loads: compare --over rate=100..900:100/s.
 *
 * Each step is a study of its own in which all designs have that value of the parameter. */
#ifndef LOAD_STEPS_H
#define LOAD_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "axis.h"
#include "study.h"

#define LOAD_STEPS_MAX 100u

struct load_steps {
  const char *param;
  struct axis_values values;
};

/* Reads --over. Every design of the study has to declare the parameter. Texts are in the study's
 * arena. */
bool load_steps_find(struct load_steps *steps, const struct study *study,
                     const struct options *options, struct error *err);

/* Is shown each step before its results are released. */
typedef void load_step_seen(void *data, const char *value, const struct study *at);

/* Runs all steps, in their order. */
bool load_steps_run(const struct load_steps *steps, const struct options *options,
                    load_step_seen *seen, void *data, struct error *err);

#endif

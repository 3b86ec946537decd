/* Several designs run under the same conditions, to be compared.
 *
 * A design is a scenario with its settings and with what was left out of it. All designs of a study
 * run with the same seed, the same number of replications and the same warm-up, so that replication
 * i of one is paired with replication i of any other. The first is the baseline. */
#ifndef STUDY_H
#define STUDY_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "results.h"

#define DESIGNS_MAX 8u

struct design {
  char letter;       /* 'A' ... */
  const char *title; /* what tells it from the others: "shop.lua", "cache=false", "without redis" */
  struct scenario *scenario;
  struct results results;
  bool has_results;
};

struct study {
  uint32_t n;
  struct design design[DESIGNS_MAX];
  uint64_t seed;
  uint32_t replications;
  uint32_t notes;
  const char *note[8]; /* what was made equal; owned by `arena` */
  struct arena *arena;
};

/* Loads the designs that the command line names: several files; or one file and a setting with a
 * list of values, -s cache=true,false; or one file with --off. Everything is to be released with
 * study_free, also after a mistake. */
bool study_load(struct study *study, const struct options *options, struct error *err);

/* Makes seed, replications and warm-up equal, and notes where the files differ in them. A different
 * duration is a mistake: counts, and all that grows with time, could not be compared. */
bool study_align(struct study *study, const struct options *options, struct error *err);

/* Runs them one after the other, with one progress bar. */
bool study_run(struct study *study, const struct options *options, struct error *err);

/* Chooses the warm-up of scenarios for which it is automatic: the longest that MSER-5 finds for any
 * of them, or that any of them states, ended by the first fault. All get it. */
bool study_equal_warmup(struct scenario *const *scenarios, uint32_t n, uint64_t seed,
                        struct error *err);

void study_free(struct study *study);

#endif

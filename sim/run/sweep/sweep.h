/* A sweep: one experiment at each point of a plan, over threads, into a folder (store.h).
 *
 * A point is known by its key, the SHA-256 of everything that its results follow from: the text of
 * the scenario and of all files that it reads, the value of each parameter, seed, replications, and
 * the versions of program, models and results. So a changed comment makes another sweep: a program
 * cannot tell that it does not matter, and the user who is sure can copy the file.
 *
 * Every point is loaded when the sweep is opened, so that a mistake at any of them is found before
 * the first one runs. */
#ifndef SWEEP_H
#define SWEEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "exit_code.h"
#include "options.h"
#include "shard.h"
#include "store.h"
#include "sweep_plan.h"

#define SWEEP_KEY_BYTES 65

struct sweep {
  const char *file;
  struct sweep_plan *plan;
  bool has_seed;
  uint64_t seed;
  uint32_t replications, jobs; /* 0: as the scenario says, as many as processors */
  struct shard shard;
  char (*key)[SWEEP_KEY_BYTES]; /* of each point */
  uint64_t *point_seed;         /* of each point: its scenario may say another one */
  json_t *manifest;
};

/* Plans and loads every point. False and a sentence on a mistake; close it in any case. `options`
 * must outlive the sweep. */
bool sweep_open(struct sweep *sweep, const struct options *options, struct error *err);
void sweep_close(struct sweep *sweep);

/* The folder that the user asked for, or SCENARIO.sweep; to be freed with g_free. */
char *sweep_folder(const struct options *options, const struct sweep *sweep);

/* Points of the sweep's shard. */
uint32_t sweep_share(const struct sweep *sweep);

/* Loads a point (counted from 0) and works out its key. NULL and a sentence on a mistake. */
struct scenario *sweep_load(const struct sweep *sweep, uint32_t index, char key[SWEEP_KEY_BYTES],
                            struct error *err);

struct sweep_outcome {
  uint32_t made, found; /* points that were run now, and that were there already */
  uint32_t given_up;
};

/* Runs what the store lacks of the shard's points. EXIT_GOALS_MET: all are there. EXIT_INCOMPLETE:
 * a point had to be given up, the others are there; the sentence tells of the first one.
 * EXIT_USAGE: the store holds something else, or the scenario's files changed meanwhile.
 * EXIT_INTERNAL: a file could not be written; what was written before is whole. */
enum exit_code sweep_run(const struct sweep *sweep, const struct store *store, bool show_progress,
                         struct sweep_outcome *outcome, struct error *err);

#endif

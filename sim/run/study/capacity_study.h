/* Capacity of a scenario: with all up, and with something down. */
#ifndef CAPACITY_STUDY_H
#define CAPACITY_STUDY_H

#include <stdbool.h>
#include <stdint.h>

#include "capacity.h"
#include "load_axis.h"
#include "options.h"
#include "results.h"

/* Beyond the first number of replications, as many as this times as much where it is undecided. */
#define CAPACITY_MORE 4u

struct situation {
  const char *label; /* "all up", "one of web down", "zone eu-1 down" */
  bool down;
  struct fault_target target; /* down: what crashes at 0 for ever */
  struct capacity capacity;
  const char *limited_by;  /* NULL: nothing has a utilization */
  const char *connections; /* of that component, that are what limits: "the 5 ..."; else NULL */
  double utilization;      /* of that component, or of these, just above the capacity */
  double full_s;   /* not busy on the whole, but wholly for so long in replication 1; or 0 */
  uint32_t goal;   /* of the scenario's: the one that is missed most there */
  uint32_t missed; /* how many are, by their values */
};

struct capacity_study {
  struct arena *arena;
  const char *file;
  struct scenario *scenario; /* at its default load */
  struct load_axis axis;
  uint64_t seed;
  uint32_t replications; /* of a first look at a load */
  uint32_t situations;
  struct situation *situation; /* the first is "all up" */
  uint64_t runs;               /* simulations that it took */
  double wall_s;
  /* Why the search ended early, if neither: a run had to be given up. */
  bool checks_failed; /* a physics check did */
  bool load_refused;  /* the scenario does not take that value of the parameter */
};

/* Loads the scenario and lists the situations. Release with capacity_study_free in either case. */
bool capacity_study_load(struct capacity_study *study, const struct options *options,
                         struct error *err);

/* Is shown the results of each look at a load before they are released. A second look at the same
 * load, with more replications, comes after the first. */
struct capacity_watch {
  void (*seen)(void *data, const struct situation *situation, double load,
               const struct results *results);
  void *data;
};

/* Searches all situations. `watch` may be NULL. */
bool capacity_study_run(struct capacity_study *study, const struct options *options,
                        const struct capacity_watch *watch, struct error *err);

void capacity_study_free(struct capacity_study *study);

#endif

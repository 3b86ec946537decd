/* An experiment: one scenario, run several times with independent random numbers.
 *
 * Each replication is a simulation of its own, built from the same immutable spec, and runs on one
 * thread from start to end; threads share nothing but the list of results. Which thread runs which
 * replication, and when, changes nothing in the results (see results.h). In an antithetic
 * experiment a replication is a pair of simulations (observation.h). */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "results.h"
#include "scenario.h"

/* Zeroed: as the scenario says, on all processors, silently. */
struct experiment_options {
  bool has_seed; /* else the scenario's */
  uint64_t seed;
  /* 0: the scenario's number. With a precision it is the least number; given here without one, it
   * is the number, whatever precision the scenario asks for. */
  uint32_t replications;
  double precision;          /* 0: the scenario's */
  uint32_t max_replications; /* with a precision; 0: the scenario's */
  bool timeline;             /* of the first replication is wanted */
  uint32_t traces;           /* of each sort, from the first replication; 0: none */
  uint32_t trace_key;        /* data key whose history is wanted, of the same; 0: none */
  bool examples;             /* a few of those that are followed anyway, in place of `traces` */
  bool follows_none;         /* nobody asks where requests spend their time: a third less work */
  uint32_t jobs;             /* threads; 0: as many as processors */
  /* Called on the caller's thread, at least ten times a second, with the share of work done. */
  void (*progress)(void *data, double fraction);
  void *progress_data;
};

/* Runs it and fills `results`, which is to be released with results_free. The scenario must outlive
 * the results. False, with nothing to release, when a replication had to be given up; then `err`
 * says which and why (the first by number, whatever the number of threads). */
bool experiment_run(const struct scenario *scenario, const struct experiment_options *options,
                    struct results *results, struct error *err);

#endif

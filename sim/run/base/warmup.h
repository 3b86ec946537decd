/* How much of the beginning of a run is thrown away, because it still remembers the empty start.
 *
 * MSER-5 (White 1997, "An effective truncation heuristic for bias reduction in simulation output",
 * Simulation 69:6; White, Cobb, Spratt 2000 for batches of 5): cut a series where the standard
 * error of the mean of what remains is smallest. It is applied to the number of calls in flight in
 * a pilot run without faults, whose disturbances are the subject of the study and no warm-up. */
#ifndef WARMUP_H
#define WARMUP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "spec.h"

#define WARMUP_SLICES 2000u

struct warmup {
  uint64_t ns;
  bool automatic;       /* chosen by MSER-5, not given */
  bool at_limit;        /* its optimum lies at the half of the run: no steady state was seen */
  const char *cut_by;   /* the fault before which it had to end; NULL: none */
  uint64_t wanted_ns;   /* what it would have been without that fault */
  const char *changing; /* the client whose rate changes by the clock: there is no steady state to
                           wait for, so that nothing is left out; NULL: none */
};

/* Calls in flight, on average over looks: in the first tenth and in the second half of the measured
 * time of one replication. NaN where there was no look. */
struct warmup_levels {
  double early, late;
  double lost; /* calls at the end that wait for a message that was lost */
};

/* Whether replications go on changing after the warm-up. */
struct warmup_drift {
  bool found;
  double relative; /* how much higher the early level is, as a part of the late one */
  double lost;     /* a replication; 0: they are too few to make the difference */
};

/* Compares the two levels over the replications: Student's t of the differences, which alarms in 1
 * of 200 settled runs, and more than a tenth of the level. With fewer than five, nothing is found.
 */
struct warmup_drift warmup_find_drift(const struct warmup_levels *levels, uint32_t replications);

/* The number of leading observations to drop: a multiple of 5, at most half of them. */
uint32_t warmup_mser5(const double *series, uint32_t n);

/* The first client whose rate changes by the clock; NULL: there is none. */
const char *warmup_changing_client(const struct spec *spec);

/* Chooses the warm-up for a series of WARMUP_SLICES observations of a run of that duration. */
struct warmup warmup_choose(const double *series, uint64_t duration_ns, const struct spec *spec);

/* Fills `series` with the mean number of calls in flight in each slice of the pilot run. Calls
 * `tick(data, fraction)` after each. False, with the reason, when the run had to be given up. */
bool warmup_pilot(const struct spec *spec, uint64_t seed, uint64_t duration_ns,
                  double series[WARMUP_SLICES], void (*tick)(void *data, double fraction),
                  void *data, struct error *err);

#endif

/* The highest load that meets the goals, and how sure that is.
 *
 * The search knows nothing of simulations: it asks for verdicts on loads. It supposes that goals
 * that are met at a load are met at every lower one (monotonicity), which it checks at half and at
 * three quarters of the answer and wherever else it looked.
 *
 * A verdict says whether the estimates meet the goals, and whether that is sure: whether the
 * intervals lie wholly on one side of the limits. Three loads are found by interpolation and
 * bisection: where the estimates cease to meet the goals (the capacity), where they cease to do so
 * for sure, and from where on they surely do not. The latter two are the ends of the capacity's
 * interval: the loads at which the data do not contradict that the goals are just met (inversion of
 * a test; Lehmann and Romano, "Testing Statistical Hypotheses", 3rd ed., section 3.5). */
#ifndef CAPACITY_H
#define CAPACITY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum certainty { SURELY_NOT = -1, UNDECIDED, SURELY };

struct probe {
  double load;
  bool met;
  enum certainty certainty;
  bool saturated; /* something is busy all the time: more load changes nothing but queues */
  /* How far the goal that is nearest to failing is from its limit, as a share of the limit; below 0
   * where it fails. Of the estimate, and of the worse and the better end of the interval. They need
   * not be exact: they only tell where to look next. */
  double margin, worst, best;
  uint32_t replications;
};

/* Fills all of `probe` but the load. False: the search is to be given up. */
typedef bool capacity_probe(void *data, struct probe *probe, struct error *err);

struct capacity_range {
  bool given;       /* between low and high, and nowhere else */
  double low, high; /* given */
  double start;     /* not given: from here on by doubling or halving; > 0 */
  bool whole;       /* loads are whole numbers: users, workers */
};

enum capacity_status {
  CAPACITY_FOUND,
  CAPACITY_BELOW, /* not even the lowest load meets the goals; `hi` is that load */
  CAPACITY_ABOVE, /* even the highest one does; `lo` is that load */
};

/* Where the search ends, as a share of the capacity; for the ends of its interval twice as much. */
#define CAPACITY_TOLERANCE 0.002
#define CAPACITY_PROBES 200u

struct capacity {
  enum capacity_status status;
  double value, lo, hi; /* NaN: unknown */
  double below, above;  /* FOUND: the nearest loads that were tried on either side of the value */
  bool undecided;       /* BELOW, ABOVE: the verdict on the end of the range is not sure */
  bool not_monotone;
  double failed_at, met_at; /* not_monotone: it surely failed at a load below one that meets */
  uint32_t probes;
  struct probe probe[CAPACITY_PROBES];
};

/* False, with the reason, only if a probe gave up. */
bool capacity_search(struct capacity *capacity, const struct capacity_range *range,
                     capacity_probe *probe, void *data, struct error *err);

#endif

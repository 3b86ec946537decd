/* Rates of arrivals that change: by the clock (profiles) or by chance (Markov-modulated).
 *
 * A law turns a number of requests into the time in which so many are expected: the inversion of
 * the cumulative rate, which is exact for Poisson processes whose gaps are exponential counts
 * (Cinlar, "Introduction to Stochastic Processes", 1975, chapter 4.7) and paces a pacemaker by the
 * integral of its rate. */
#ifndef ARRIVAL_LAW_H
#define ARRIVAL_LAW_H

#include "arrivals.h"

struct arrival_law {
  void (*init)(struct member *member, struct arrival_source *source); /* may be NULL */
  /* The time from now + offset (|offset| < 1) in which `count` requests are expected; INFINITY if
   * so many never come. */
  double (*delay_ns)(struct arrival_source *source, uint64_t now_ns, double offset_ns,
                     double count);
  /* The requests that are expected between two times from now on. */
  double (*count)(struct arrival_source *source, uint64_t from_ns, uint64_t to_ns);
};

/* NULL: the rate never changes. */
const struct arrival_law *arrival_law_of(const struct arrivals *config);

/* Of a Markov-modulated process: the rate over a long time, and of its fastest phase. */
double arrival_law_mean_per_s(const struct arrivals *config);
double arrival_law_peak_per_s(const struct arrivals *config);

#endif

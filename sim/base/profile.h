/* A rate that changes over time: straight lines between points, or steps.
 *
 * Before the first point the rate is the first point's and after the last one the last point's,
 * unless the profile repeats: then the time from the last point to the first of the next period is
 * a piece like the others. A profile is immutable data, shared by all threads. Counts are integrals
 * of the rate: what is expected of a Poisson process, and what a pacemaker sends. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

struct profile_point {
  uint64_t at_ns;
  double rate_per_s;
};

/* From `from_ns` to the next piece the rate is rate + slope * (t - from_ns). */
struct profile_piece {
  uint64_t from_ns, until_ns; /* until_ns: UINT64_MAX of the last piece, if nothing repeats */
  double rate;                /* per ns, at from_ns */
  double slope;               /* per ns and ns */
  double before;              /* integral from time 0 to from_ns */
};

struct profile {
  uint32_t points;
  const struct profile_point *point; /* at rising times */
  uint64_t every_ns;                 /* 0: does not repeat */
  bool steps;                        /* a rate holds until the next point */
  uint32_t pieces;
  const struct profile_piece *piece; /* the first begins at 0 */
  double total;                      /* integral over one period */
};

/* Points at strictly rising times, below every_ns or, the last one, at it; every_ns 0: once. The
 * profile keeps the list. */
struct profile *profile_new(struct arena *arena, const struct profile_point *point, uint32_t points,
                            uint64_t every_ns, bool steps);

double profile_rate_per_s(const struct profile *profile, uint64_t at_ns);

/* Integral of the rate from one time to a later one. */
double profile_count(const struct profile *profile, uint64_t from_ns, uint64_t to_ns);

/* Integral of the rate over the last `length_ns` before a time. What lies before time 0 is a period
 * like the others, or has the rate of time 0. */
double profile_count_last(const struct profile *profile, uint64_t length_ns, uint64_t to_ns);

/* The greatest rate in that time, and when it comes first. */
double profile_peak_per_s(const struct profile *profile, uint64_t from_ns, uint64_t to_ns,
                          uint64_t *at_ns);

/* The first time after `after_ns` at which the value is below `low` or is `high` or more, by a
 * nanosecond perhaps too late; UINT64_MAX: it stays between them. */
uint64_t profile_leaves(const struct profile *profile, uint64_t after_ns, double low, double high);

/* When it turns next: a later time at which it steps or a line begins. UINT64_MAX: never. */
uint64_t profile_turns(const struct profile *profile, uint64_t after_ns);

/* The time from from_ns + offset_ns (|offset| <= 1) until the integral of the rate has grown by
 * `count`: the inversion of the cumulative rate (Cinlar, "Introduction to Stochastic Processes",
 * 1975, chapter 4.7). Where the rate is 0 nothing comes: a count that is reached where it becomes 0
 * is put off until it is not. INFINITY if it is never reached. */
double profile_delay_ns(const struct profile *profile, uint64_t from_ns, double offset_ns,
                        double count);

/* As profile_delay_ns, but a count that is reached where the rate becomes 0 is reached then. */
double profile_reach_ns(const struct profile *profile, uint64_t from_ns, double count);

#endif

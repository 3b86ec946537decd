/* A rate, or one that changes: profile { { "0h", "50/s" }, { "9h", "400/s" }, every = "1d" }. */
#ifndef TRAFFIC_PROFILE_H
#define TRAFFIC_PROFILE_H

#include "profile.h"
#include "value.h"

/* Reads the value at `index`, at least that. *profile is NULL where it does not change. */
bool traffic_rate(struct loader *loader, const struct spot *spot, int index, double least,
                  double *rate_per_s, const struct profile **profile);

/* Whether the value at `index` is a profile; then it is read, and NULL after a mistake. *unit_ns is
 * the time that all its rates are told for, of "100/min" a minute; 0: several. */
bool traffic_profile(struct loader *loader, const struct spot *spot, int index,
                     const struct profile **profile, uint64_t *unit_ns);

/* The time of a rate's unit, as its text says. */
uint64_t traffic_time_of_unit(const char *rate);

/* As traffic_rate, of a number of users: 100, or a profile of such numbers; `most` is the greatest.
 */
bool traffic_crowd(struct loader *loader, const struct spot *spot, int index, double limit,
                   uint64_t *most, const struct profile **profile);

/* A number of things at once, 1 to `limit`, or geometric(MEAN). */
bool traffic_batch(struct loader *loader, const struct spot *spot, int index, double limit,
                   uint64_t *size, bool *geometric);

/* What the word takes. */
extern const struct param profile_params[];
extern const struct param profile_points;

#endif

/* How busy a component was at its worst: a mean over the whole run hides a time in which nothing
 * was left. */
#ifndef PEAK_H
#define PEAK_H

#include "results.h"

struct peak {
  double full_s; /* how long all workers were busy, in replication 1; NaN: not known */
  double share;  /* of its time */
};

/* Busy for so long, no room is left for more load, whatever the mean says; and for so long, it is a
 * finding of its own. */
#define PEAK_NO_ROOM 0.02
#define PEAK_TOLD 0.05

/* From the timeline of replication 1, sixty parts of it: one counts as full if the workers are busy
 * for 98 % of it. */
struct peak peak_of(const struct results *results, uint32_t component);

#endif

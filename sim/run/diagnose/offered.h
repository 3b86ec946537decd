/* New requests over time, as the timeline of replication 1 has them: the load that comes whatever
 * becomes of it, and whether it was once higher than it is at the end. */
#ifndef OFFERED_H
#define OFFERED_H

#include <stdbool.h>
#include <stdint.h>

#include "results.h"

/* New requests a second of all clients that send them whatever becomes of earlier ones, averaged
 * over windows [from, to). Users who wait for their answers and are always as many ask as often as
 * they are answered, which is no load that rises. */
double offered_in(const struct results *results, uint32_t from, uint32_t to);

struct offered_peak {
  bool found;
  uint32_t from, until; /* windows: above the level of the end for the first and the last time */
  double most;          /* a second, averaged over the parts of that time in which it was above */
};

/* A load that was higher than in windows from `end` on by a quarter and more, and by more than
 * chance explains. */
struct offered_peak offered_peak(const struct results *results, uint32_t end);

#endif

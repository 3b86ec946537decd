/* What the timeline tells of each quarter of a run: whether something grows, and goes on growing.
 */
#ifndef QUARTERS_H
#define QUARTERS_H

#include "results.h"
#include "timeline.h"

/* A queue that holds this many times more calls in the last quarter of a run than in the second,
 * and at least so many, grows. */
#define GROWTH 1.5
#define GROWTH_LEAST 10.0
/* A queue that grows does so from each of these quarters to the next, at least by this factor. */
#define STEADY 1.1

/* A series averaged over the windows of one quarter of the run (1..4), of replication 1. */
double quarter_mean(const struct timeline *t, const struct series *s, uint32_t quarter);

/* Of a component as a whole: what waits in its queue, or what that meter of it counts. NaN: it has
 * none, or no timeline was kept. */
double quarter_of(const struct results *results, uint32_t component, const char *meter,
                  uint32_t quarter);

/* The same of an eighth of the run (1..8). */
double eighth_of(const struct results *results, uint32_t component, const char *meter,
                 uint32_t eighth);

#endif

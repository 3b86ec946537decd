/* Whether a system got over its faults, or a peak of its load: an overload may keep itself up, most
 * often by retries, long after what began it is gone (metastable failure: Bronson, Aghayev,
 * Charapko and Zhu, HotOS 2021).
 */
#ifndef RECOVERY_H
#define RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "results.h"
#include "timeline.h"

struct recovery {
  bool stuck;                     /* still failing at the end; only then the rest is set */
  const struct fault_spec *fault; /* the one that ended last; NULL: it was a peak of the load */
  double peak, level;             /* new requests of all a second in the peak, and at the end */
  double ended_s, after_s;        /* when that ended, and how long the run went on */
  double failing_before;          /* share of the requests that ended, before that began */
  double failing_after;           /* in the last tenth of the run */
  double offered, retries;        /* per second in the last tenth of the run */
  double offered_before;          /* before that began */
};

/* Of the requests of one client, from the timeline of replication 1. Stuck: all faults were over
 * for at least a tenth of the run before its last tenth begins, in which at least a tenth of the
 * requests fail, and at least twice and a tenth of all more than before the first fault. Where no
 * fault hit them the same goes for a load that was higher for a while, and as high before that as
 * at the end. */
struct recovery recovery_of(const struct results *results, uint32_t client);

/* Whether workers that such requests reach, of a component or of one member, are all busy in the
 * last tenth of the run: more requests then make it worse. */
bool recovery_overloaded(const struct results *results, uint32_t client);

/* A level in the last tenth of the run, averaged; NaN: the timeline does not have it. */
double recovery_level(const struct results *results, uint32_t component, enum series_what what);

#endif

/* What the members of a source counted since it was last looked at: requests by outcome, and their
 * latencies. Looking changes nothing that the source counts. */
#ifndef SINCE_H
#define SINCE_H

#include "hist.h"
#include "timeline.h"

struct seen;

struct since {
  const struct component *component;
  struct watch before;
  uint32_t hists;
  struct seen *seen;
};

/* `since` is zeroed. The kind has to have `watch`. */
void since_init(struct since *since, const struct component *component);
void since_free(struct since *since);

/* Adds to both what is new; `latency` may be NULL, which leaves its latencies to the next look. */
void since_look(struct sim *sim, struct since *since, struct watch *counts, struct hist *latency);

/* What the source counted was set to nothing: the warm-up is over. */
void since_cleared(struct since *since);

#endif

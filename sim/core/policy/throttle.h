/* A throttle: a caller that turns its own calls away by chance, the more the fewer of those that it
 * sent were answered well (B. Beyer et al., Site Reliability Engineering, 2016, chapter 21;
 * Envoy's admission control).
 *
 * Of n calls in the window of which s went well, the next one is turned away with the probability
 * ((n - s / threshold) / (n + 1)) ^ (1 / aggression), and with no more than `most`. So nothing is
 * turned away while the share of good answers is above the threshold, and some calls always go out:
 * they find out when the callee works again. No state is ever changed at a point in time, as it is
 * in a breaker, so that part of what the callee can still do is used all the time. */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "slices.h"

enum throttle_counts { THROTTLE_COUNTS_SENT, THROTTLE_COUNTS_ALL };

struct throttle_config {
  bool given;
  double threshold, aggression, most;
  uint64_t window_ns;
  uint32_t counts; /* enum throttle_counts: whether n holds calls turned away, too */
  uint32_t on;     /* causes that are no good answer, a bit set; for who asks */
};

struct throttle {
  const struct throttle_config *config;
  struct call_tally tally;
  struct slices slices;
  uint64_t turned_away; /* is measured */
};

void throttle_init(struct throttle *throttle, const struct throttle_config *config);

/* As new: its process was started again. What was measured stays. */
void throttle_restart(struct throttle *throttle);

/* The probability with which a call is turned away now. */
double throttle_chance(struct throttle *throttle, uint64_t now_ns);

/* A call was turned away. */
void throttle_away(struct throttle *throttle, uint64_t now_ns);

/* A call that was sent ended. */
void throttle_record(struct throttle *throttle, uint64_t now_ns, bool failed);

#endif

/* Outlier detection: passive checks of one backend by the answers that its calls get.
 *
 * So many failures in a row (from calls, not from checks) eject a backend: it gets no calls for a
 * while, longer each time (Envoy's consecutive_5xx). The caller keeps one `struct outlier` for
 * each backend and says when it is back; nothing here takes any time. */
#ifndef OUTLIER_H
#define OUTLIER_H

#include "param.h"
#include "sim.h"

struct outlier_config {
  bool given;
  uint64_t failures, eject_ns;
  double most;
};

struct outlier {
  uint32_t failures; /* in a row */
  uint32_t times;    /* that it was ejected, not long ago */
  bool ejected;
  uint64_t back_ns; /* when the last ejection ended, or will end */
};

extern const struct param outlier_params[];

/* A call to the backend ended. True: it should be ejected. An answer that the backend gave on
 * purpose and in good health, rate_limited or denied, is no failure. */
bool outlier_observe(const struct outlier_config *config, struct outlier *o, enum outcome outcome);

/* How many of `n` backends may be ejected at once. */
uint32_t outlier_most(const struct outlier_config *config, uint32_t n);

/* Ejects it; returns for how long. */
uint64_t outlier_eject(const struct outlier_config *config, struct outlier *o, uint64_t now_ns);

/* The ejection is over. */
void outlier_return(struct outlier *o);

#endif

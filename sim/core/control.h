/* What a control does and how it finds out that it has to: values of its parameters. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "dist.h"
#include "pause.h"

struct meter;

enum detector_rule { DETECTOR_BEATS, DETECTOR_PHI, DETECTOR_MISSED, DETECTOR_TIMEOUT };

struct detector {
  enum detector_rule rule; /* BEATS: none is said; so many missed, as the control says */
  double phi;              /* PHI: how sure it must be, as -log10 of the chance to be wrong */
  uint64_t missed;         /* MISSED: so many beats in a row */
  uint64_t silent_ns;      /* TIMEOUT: so long after the last beat */
};

/* A metric that is read while the simulation runs (models/lib/reading.h). */
struct watched_metric {
  const char *name; /* "utilization"; NULL: none is read */
  uint32_t component;
  uint32_t what;
  const struct meter *meter;
};

/* A value that a metric is compared with, in the unit in which it was written. */
enum limit_unit { LIMIT_NONE, LIMIT_PLAIN, LIMIT_RATIO, LIMIT_SECONDS, LIMIT_PER_SECOND };
struct limit {
  uint32_t unit; /* enum limit_unit; NONE: it was not given */
  double value;
};

/* Of a metric: it is above a limit, or below it. */
struct condition {
  struct watched_metric metric; /* without a name: there is none */
  bool above;
  struct limit limit;
};

/* Shares, one after the other. */
struct shares {
  uint32_t n;
  const double *share;
};

struct action_def;

/* How fast a number of members may change: within `every_ns` by so many, or by that share of
 * those at its beginning, whichever is more. */
struct scale_pace {
  bool given;
  uint64_t members; /* PARAM_UNLIMITED: no limit */
  double share;
  uint64_t every_ns, wait_ns;
};

/* What is done; each action reads its own of these (models/lib/action_def.h). */
struct control_act {
  const struct action_def *action; /* NULL: nothing */
  bool off;                        /* switched off, to see what it does */
  uint32_t target;                 /* component */
  struct dist takes;               /* ns, from the decision until it is done */
  struct backoff backoff;          /* before that, when it is not the first of late; none: 0 */
  uint64_t reset_ns;               /* who ran for so long is not restarted again and again */
  /* scale */
  uint64_t from, to, by; /* by: 0 is unsaid */
  struct scale_pace up, down;
  /* alert */
  uint64_t holds_ns;
  /* rollout */
  uint32_t version; /* component */
  struct shares shares;
  uint64_t step_ns, look_ns;
  struct condition back_when;
};

#endif

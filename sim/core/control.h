/* What a control does and how it finds out that it has to: values of its parameters. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdint.h>

#include "pause.h"

enum detector_rule { DETECTOR_BEATS, DETECTOR_PHI };

struct detector {
  enum detector_rule rule; /* BEATS: so many missed, as the control says */
  double phi;              /* PHI: how sure it must be, as -log10 of the chance to be wrong */
};

struct action_def;

/* What is done; each action reads its own of these (models/lib/action_def.h). */
struct control_act {
  const struct action_def *action; /* NULL: nothing */
  uint32_t target;                 /* component */
  uint64_t takes_ns;               /* from the decision until it is done */
  struct backoff backoff;          /* before that, when it is not the first of late; none: 0 */
  uint64_t reset_ns;               /* who ran for so long is not restarted again and again */
};

#endif

/* What a scenario says of a control. */
#ifndef CONTROL_CONFIG_H
#define CONTROL_CONFIG_H

#include "kind.h"

struct control_config {
  uint32_t heartbeat, probe; /* or REF_NONE */
  uint64_t every_ns, timeout_ns, fails, rise, startup_ns;
  int op; /* -1: the host answers */
  bool exits;
  uint64_t at_ns; /* PARAM_UNLIMITED: never */
  struct watched_metric watch;
  struct limit target, above, below;
  double tolerance;
  uint64_t over_ns, short_ns, delay_ns, cooldown_ns;
  struct detector detector;
  struct control_act act;
  struct condition back_when; /* may be said of the control, or of its action */
};

extern const struct param control_params[];

/* Whether a list that NULL ends has the name; one that is NULL is empty. */
bool control_lists(const char *const *list, const char *name);

bool control_validate(const struct spec *spec, const struct component_spec *component,
                      struct error *err);

#endif

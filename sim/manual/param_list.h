/* Every parameter of every component of a scenario, with the value that it has.
 *
 * Made from the kinds' parameter tables, so that a new kind's parameters are in it. An entry of a
 * group is named with it, "retry.attempts"; a group that is left out is one entry, "none". */
#ifndef PARAM_LIST_H
#define PARAM_LIST_H

#include "spec.h"

struct param_value {
  uint32_t component;
  const char *key;
  const char *value;    /* as text with its unit; "none" */
  const char *fallback; /* the default as a user would write it; NULL: there is none */
  bool given;           /* by the scenario; else the default */
  const char *doc;
};

/* The parameters by component, in the order of the tables; in the arena. */
const struct param_value *param_list(const struct spec *spec, struct arena *arena, uint32_t *n);

#endif

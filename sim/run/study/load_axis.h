/* The parameter that a capacity search varies: --over rate=100..1000/s. */
#ifndef LOAD_AXIS_H
#define LOAD_AXIS_H

#include <stdbool.h>

#include "capacity.h"
#include "scenario.h"

struct load_axis {
  const char *name; /* the scenario's */
  char unit[24];    /* as written: "/s", "k/s", "" */
  double factor;    /* from that unit to the base unit (per second, seconds, bytes); 1 for none */
  struct capacity_range range;
};

/* Finds the parameter that `over` ("rate" or "rate=100..1000/s") names and its range. NULL: the
 * only parameter with a number that the scenario declares, or the only one of them that is a rate.
 * The scenario must outlive the axis. */
bool load_axis_find(const struct scenario *scenario, const char *over, struct load_axis *axis,
                    struct error *err);

struct load_text {
  char text[64];
};

/* A load as a scenario takes it: "53.9/s". */
struct load_text load_axis_value(const struct load_axis *axis, double load);

/* A load as people read it, with four digits. NaN is "-". */
struct load_text load_axis_label(const struct load_axis *axis, double load);

#endif

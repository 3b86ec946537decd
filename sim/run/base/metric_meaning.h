/* What a metric means and in which unit it is, by its name: from the tables of the kinds.
 *
 * The tables name families of metrics with places in angle brackets, "errors.<cause>" or
 * "op.<operation>.<metric>"; here a name is matched with them. */
#ifndef METRIC_MEANING_H
#define METRIC_MEANING_H

#include <stdbool.h>

#include "metric.h"

struct metric_meaning {
  enum metric_unit unit;
  char doc[512];         /* a sentence */
  const char *operation; /* of "op.buy.latency.p99": points at "buy.latency.p99"; else NULL */
  bool common;           /* every component has it */
};

/* `own` is what follows "<component>." in a metric's name. `kind`: the component's; NULL, or a kind
 * that this program does not know: any kind that has such a metric. False if nothing is known. */
bool metric_meaning(const char *kind, const char *own, struct metric_meaning *out);

#endif

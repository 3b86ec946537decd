/* What `archsim compare --base` prints and writes. */
#ifndef GATE_REPORT_H
#define GATE_REPORT_H

#include <jansson.h>

#include "gate.h"
#include "term.h"

struct gate_study {
  const char *path; /* of the base */
  const struct base *base;
  const struct results *results;
  const struct gate *gate;
  enum undecided undecided; /* what undecided goals count as */
};

void gate_print(const struct gate_study *study, const struct term *term);

/* To be released with json_decref. */
json_t *gate_json(const struct gate_study *study);

/* For a report: the results of the run with "gate", which holds the tests as its "metrics". */
json_t *gate_report_json(const struct gate_study *study);

#endif

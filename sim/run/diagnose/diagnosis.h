/* What is wrong with a system, if anything, and which limit it ran into: sentences with numbers.
 *
 * Everything follows from measured results: utilisation, queues and how they grew, refusals,
 * uptime, and what requests that were followed waited for. A system with none of the findings is
 * healthy. docs/report.md states each rule. */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

#include <jansson.h>

#include "finding.h"
#include "results.h"

struct diagnosis {
  bool healthy;
  struct finding_list findings; /* the worst first, of these the root */
  struct finding_groups groups; /* the same, what is alike told together */
  /* Three sentences: where the time goes, what saturates first, what failed and why. */
  char *time, *saturates, *failed;
  char *scaled;      /* what controls that scale did; "" where there is none */
  char *buffer;      /* what a smaller buffer before a line would do; "" where it would do little */
  bool failed_first; /* the last of these is the most important one */
  char *besides;     /* to follow "with" after the verdict (besides.h) */
  double failed_share; /* of all requests; NaN: none ended */
  const char *client;  /* whom they are about; NULL: there is none */
  const char *root;    /* what is saturated on its way, for which others wait; NULL: nothing */
};

/* Of finished results of a scenario. */
struct diagnosis diagnose(const struct results *results);
void diagnosis_free(struct diagnosis *diagnosis);

json_t *diagnosis_json(const struct diagnosis *diagnosis);

#endif

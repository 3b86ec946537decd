/* What is wrong with a system, if anything, and which limit it ran into: sentences with numbers.
 *
 * Everything follows from measured results: utilisation, queues and how they grew, refusals,
 * uptime, and what requests that were followed waited for. A system with none of the findings is
 * healthy. docs/report.md states each rule. */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

#include <jansson.h>

#include "results.h"

enum severity {
  SEVERITY_SATURATED, /* a limit was reached */
  SEVERITY_NEAR,      /* little room is left below it */
  SEVERITY_FAULT,     /* an injected fault, and what it did */
  SEVERITY_STALE,     /* readers got data that were out of date */
};
extern const char *const severity_name[];

struct diagnosed {
  char *component;   /* or a path: "path.eu.us" */
  const char *limit; /* "workers", "queue", "pool", "bandwidth", "none" */
  enum severity severity;
  bool root; /* what limits the whole: others may only wait for it */
  char *sentence;
};

struct diagnosis {
  bool healthy;
  uint32_t n;
  struct diagnosed *list; /* the gravest first, of these the root */
  /* Three sentences: where the time goes, what saturates first, what failed and why. */
  char *time, *saturates, *failed;
  const char *client; /* whom they are about; NULL: there is none */
};

/* Of finished results of a scenario. */
struct diagnosis diagnose(const struct results *results);
void diagnosis_free(struct diagnosis *diagnosis);

json_t *diagnosis_json(const struct diagnosis *diagnosis);

#endif

/* A point of a sweep as a JUnit test suite: its goals and physics checks, each named after the
 * point's place on the axes, "c.availability >= 99% [rate=100/s, servers=2]". */
#ifndef SWEEP_JUNIT_H
#define SWEEP_JUNIT_H

#include <jansson.h>

#include "junit.h"

/* `axes` as in the manifest, `point` as in its file. */
void sweep_junit_point(const json_t *axes, const json_t *point, enum undecided undecided,
                       struct junit_document *document);

#endif

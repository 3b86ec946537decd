/* A part of a request's latency in a sentence: "waiting for a worker of db", "the network between
 * users and api". */
#ifndef PART_SAID_H
#define PART_SAID_H

#include "part.h"

/* Of a component `owner`; of a path between `from` and `to`, which may be one place, where
 * these are not NULL. Release with
 * g_free. */
char *part_said(const struct part_def *part, const char *owner, const char *from, const char *to);

#endif

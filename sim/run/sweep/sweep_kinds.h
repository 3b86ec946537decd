/* A point whose replications are of two kinds, as a system is that tips over in some of them: its
 * mean is like none of them. */
#ifndef SWEEP_KINDS_H
#define SWEEP_KINDS_H

#include <jansson.h>

/* "c.availability is about 22 % in 14 replications and 95 % in 6", of the first metric of a client
 * that shows it; to be released with g_free. NULL: there is one kind. */
char *sweep_kinds(const json_t *point);

#endif

/* trace { csv = "access.csv" }: recorded arrivals, read from a file. */
#ifndef TRAFFIC_TRACE_H
#define TRAFFIC_TRACE_H

#include "value.h"

/* The argument of the word at the top of the stack. */
bool traffic_trace(struct loader *loader, const struct spot *spot, struct arrivals *out);

#endif

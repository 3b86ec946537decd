/* Standstills of a component, such as garbage collections: who comes meanwhile waits for a worker,
 * though workers are not short. Where the most of what requests took is a wait that is no longer
 * than such a standstill explains, that is said. */
#ifndef STANDSTILL_H
#define STANDSTILL_H

#include "breakdown.h"
#include "results.h"

/* "web stood still for 9.1 % of the time, 2.00 s at a time", where that is why requests took what
 * they are made of; NULL: it is not. Release with g_free. */
char *standstill_said(const struct results *results, const struct composition *made_of);

#endif

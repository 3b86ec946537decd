/* What controls that scale did, in sentences: between how many members, how often, for how long
 * they lagged behind the load, and what that cost. */
#ifndef SCALING_SAID_H
#define SCALING_SAID_H

#include "results.h"

/* A sentence or two for each such control; "" where there is none. `client`: whose latency tells
 * the cost; REF_NONE: nobody's. Release with g_free. */
char *scaling_said(const struct results *results, uint32_t client);

#endif

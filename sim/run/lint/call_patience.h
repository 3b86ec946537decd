/* How long a visit is ready to wait for what it calls. */
#ifndef CALL_PATIENCE_H
#define CALL_PATIENCE_H

#include "call_graph.h"

/* How long a visit can wait for calls at most before all their stated timeouts have passed, ns; of
 * all nodes. Calls without a timeout wait as long as what they call. */
double *call_patience(const struct call_graph *graph);

/* In words, the waits that add up to a node's patience: "50 ms for cache, then 500 ms for db". */
const char *call_patience_words(const struct call_graph *graph, const double *patience,
                                uint32_t node);

#endif

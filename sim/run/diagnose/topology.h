/* The topology of a scenario for `run --json`: components, zones, paths, and who calls whom how
 * often.
 *
 * Edges are those that the configurations allow (graph.h). How much a callee receives is measured,
 * but not from whom: where it has one caller, the edge carries it all and its numbers are exact.
 * Where it has several, they are estimated from the requests that were followed (breakdown.h): the
 * calls of a request, times the rate at which requests of its client ended, summed over the
 * clients; "sampled" says from how many requests. An edge that none of them took has no numbers.
 * "failures_begin" is the share of all failed requests whose failure began with a call over it.
 * "actions" are what controls do, and to whom. */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <jansson.h>

#include "results.h"

/* The tree of the key "topology"; the results have a scenario. */
json_t *topology_tree(const struct results *results);

#endif

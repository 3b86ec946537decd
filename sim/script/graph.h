/* Who calls whom, read from the configurations of a spec; and what is wrong with it.
 *
 * Nothing here knows Lua. Operations are followed from the sources along references: a component
 * passes on the operation it received, a handler the ones its calls name. */
#ifndef GRAPH_H
#define GRAPH_H

#include "error.h"
#include "spec.h"

struct graph_edge {
  uint32_t from, to; /* components */
};

/* All pairs of components of which the first may call the second, without doubles, sorted. */
const struct graph_edge *graph_edges(const struct spec *spec, struct arena *arena, uint32_t *n);

/* Fails on operations that nobody handles, on calls that go round in a circle for ever and on
 * components that nothing calls: "file:line: sentence". Needs some memory from the arena. */
bool graph_check(const struct spec *spec, struct arena *arena, struct error *err);

#endif

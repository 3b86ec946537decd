/* Who calls whom with which operation, made from the outlines of the kinds, and what follows from
 * the stated numbers alone: rates, times, patience. Nothing is simulated.
 *
 * A node is a component and an operation that reaches it (or that a source sends). Every number is
 * a lower bound in a system where nothing fails: what is not known counts as nothing, so a
 * number that is too large is a fact. Everything lives in the graph's arena; nodes stand in
 * the order in which they are reached, which follows names alone. */
#ifndef CALL_GRAPH_H
#define CALL_GRAPH_H

#include "outline.h"
#include "sim.h"

#define NO_NODE UINT32_MAX

/* What is farther down than this many calls counts as nothing: there is a limit to recursion. */
#define CALL_DEPTH_MAX 1000u

/* Beyond it, checks would take longer than most runs. Loading refuses what has more. */
#define CALL_NODES_MAX 60000u

/* A call that a node can make; one for each call of its outline, in the same order. */
struct call_edge {
  uint32_t from, to; /* nodes; to is NO_NODE if the call cannot be reached */
  uint32_t step;     /* of the outline */
  double visits;     /* how many such calls a visit makes at least, on average */
  /* Network there and back, ns. */
  double least_ns, mean_ns;
  const struct path_spec *path[2]; /* there, back: where all members use the same; else NULL */
};

struct call_node {
  uint32_t component;
  int op;
  bool known;      /* its kind says what it does */
  uint32_t sender; /* the node that was found first to call it; itself, of a source */
  uint32_t next;   /* the node of the same component that was found next; NO_NODE */
  struct outline outline;
  struct call_edge *edge; /* outline.calls of them */
  /* By step of the outline. */
  double *reach;  /* least probability that a visit comes there */
  bool *possible; /* a visit can come there, be it after a failure */
  bool *certain;  /* every visit comes there, unless something fails */
  bool *at_first; /* as certain, while nothing keeps data yet */
  bool *replied;  /* the answer may have been given: nobody waits any more */
  bool *handed;   /* the worker may have been handed over, and not been needed again since */
  /* Of a visit, in ns. */
  double least_ns;   /* from its arrival to its answer; each time */
  double mean_ns;    /* on average; from its arrival to its answer, waiting for workers left out */
  double hold_ns;    /* that it holds a worker */
  double rate_per_s; /* of visits offered */
};

/* Of the time that is measured. */
enum call_rate {
  RATE_MEAN,
  RATE_PEAK, /* the greatest rate of each source, as if they all came together */
};

struct call_graph {
  const struct spec *spec;
  uint64_t from_ns, until_ns; /* the time that is measured */
  struct arena *arena;
  bool complete;  /* every component that is reached says what it calls */
  bool too_large; /* there are more nodes than CALL_NODES_MAX, the last of which is one too many */
  uint32_t nodes, capacity;
  struct call_node *node;
  uint32_t *index; /* node by component * ops + operation, or NO_NODE */
  uint32_t *first; /* by component: its node that was found first, or NO_NODE; see `next` */
  uint32_t *last;
  double *load; /* by component: workers that the offered work keeps busy */
};

/* Who calls whom; nothing is known yet of times, rates and load. */
struct call_graph *call_graph_new(const struct spec *spec);
/* Times, rates and load of each node; the numbers below are 0 before. */
void call_graph_measure(struct call_graph *graph, uint64_t from_ns, uint64_t until_ns);
void call_graph_free(struct call_graph *graph);

/* What the component does with an operation. Of a kind that does not say so (false): it passes
 * everything on to all that its parameters refer to. */
bool component_outline(const struct spec *spec, uint32_t component, int op, struct outline *out,
                       struct arena *arena);

/* All pairs of components of which the first calls the second, by whatever operation, sent or not:
 * without doubles, sorted, in the arena. */
struct call_pair {
  uint32_t from, to;
};
const struct call_pair *call_pairs(const struct spec *spec, struct arena *arena, uint32_t *n);

const struct component_spec *node_spec(const struct call_graph *graph,
                                       const struct call_node *node);
const char *node_name(const struct call_graph *graph, uint32_t node);
uint32_t node_find(const struct call_graph *graph, uint32_t component, int op); /* or NO_NODE */
bool node_is_source(const struct call_graph *graph, const struct call_node *node);

/* The first node of a component, which speaks for what does not depend on the operation; or NULL if
 * nothing reaches the component. */
const struct call_node *node_of(const struct call_graph *graph, uint32_t component);

/* call_time.c: fills least_ns, mean_ns and hold_ns. */
void call_graph_time(struct call_graph *graph);

/* call_load.c: fills rate_per_s and load in the time that is measured (from_ns, until_ns), for
 * which the times must be known. */
void call_graph_load(struct call_graph *graph, enum call_rate which);

/* New requests a second that one instance of a source sends, 0 if their number is not stated. */
double call_source_rate(const struct call_graph *graph, const struct call_node *node,
                        enum call_rate which);

/* Workers of all instances, or INFINITY. */
double call_workers(const struct call_graph *graph, uint32_t component);

/* What the answer to a visit takes at least: `least_ns` each time, and `least_ns + gain_ns` in a
 * share 1 - p of all. `far_ns` as gain_ns, for a hundredth of that share. */
struct call_bound {
  double least_ns, gain_ns, far_ns;
};
struct call_bound call_bound(const struct call_graph *graph, uint32_t node, double p);

#endif

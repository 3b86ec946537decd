/* What a visit takes at least, and how long it is ready to wait. */
#include <math.h>
#include <stdlib.h>

#include "call_graph.h"
#include "dist_bounds.h"
#include "outbound.h"
#include "param.h"

static double finite_mean(const struct dist *dist) {
  double mean = dist_mean(dist);
  return isfinite(mean) ? mean : dist_least(dist);
}

static double capped(double ns, uint64_t timeout_ns) {
  return timeout_ns == PARAM_UNLIMITED ? ns : fmin(ns, (double)timeout_ns);
}

static bool needs_all(const struct outline *outline, const struct outline_step *step) {
  uint32_t all = 0;
  for (uint32_t k = 0; k < step->count; k++) all += outline->call[step->first + k].times;
  return step->need == 0 || step->need >= all;
}

/* --- means ---------------------------------------------------------------------------------- */

enum { UNSEEN, IN_PROGRESS, DONE };

/* A timeout this many means away cuts off too little to change the mean. */
#define MEANS_IN_A_TIMEOUT 10

struct timing {
  struct call_graph *graph;
  uint32_t depth;
  unsigned char *state;
};

static void time_node(struct timing *t, uint32_t id);

/* What a step or a call takes. */
struct span {
  double least_ns, mean_ns;
};

static struct span call_span(struct timing *t, const struct call_node *node, uint32_t k) {
  const struct call_edge *edge = &node->edge[k];
  uint64_t timeout_ns = node->outline.call[k].timeout_ns;
  if (edge->to == NO_NODE) return (struct span){0};
  time_node(t, edge->to);
  const struct call_node *to = &t->graph->node[edge->to];
  struct span span = {capped(edge->least_ns + to->least_ns, timeout_ns),
                      edge->mean_ns + to->mean_ns};
  if (capped(MEANS_IN_A_TIMEOUT * span.mean_ns, timeout_ns) < MEANS_IN_A_TIMEOUT * span.mean_ns) {
    span.mean_ns = span.least_ns;
  }
  return span;
}

/* Of a step that calls: the slowest of the calls that it needs; of a choice, their average. */
static struct span calls_span(struct timing *t, const struct call_node *node,
                              const struct outline_step *step) {
  struct span most = {0}, least = {INFINITY, INFINITY};
  double average = 0;
  for (uint32_t k = step->first; k < step->first + step->count; k++) {
    struct span one = call_span(t, node, k);
    most = (struct span){fmax(most.least_ns, one.least_ns), fmax(most.mean_ns, one.mean_ns)};
    least = (struct span){fmin(least.least_ns, one.least_ns), fmin(least.mean_ns, one.mean_ns)};
    average += node->outline.call[k].share * one.mean_ns;
  }
  if (step->what == OUTLINE_CHOICE) {
    return (struct span){least.least_ns, isnan(average) ? least.mean_ns : average};
  }
  return needs_all(&node->outline, step) ? most : (struct span){0};
}

static struct span step_span(struct timing *t, const struct call_node *node, uint32_t i) {
  const struct outline_step *step = &node->outline.step[i];
  if (step->what == OUTLINE_WORK || step->what == OUTLINE_PAUSE) {
    return (struct span){dist_least(&step->time), finite_mean(&step->time)};
  }
  return step->count > 0 && node->possible[i] ? calls_span(t, node, step) : (struct span){0};
}

static void time_node(struct timing *t, uint32_t id) {
  struct call_node *node = &t->graph->node[id];
  if (t->state[id] != UNSEEN) return; /* in progress: a circle, which counts as nothing */
  if (t->depth == CALL_DEPTH_MAX) return;
  t->depth++;
  t->state[id] = IN_PROGRESS;
  double least = 0, mean = 0, hold = 0;
  for (uint32_t i = 0; i < node->outline.steps; i++) {
    struct span span = step_span(t, node, i);
    if (!node->replied[i]) {
      mean += node->reach[i] * span.mean_ns;
      least += node->certain[i] ? span.least_ns : 0;
    }
    bool held =
        node->outline.step[i].what == OUTLINE_WORK || (node->outline.holds && !node->handed[i]);
    if (held) hold += node->reach[i] * span.mean_ns;
  }
  node->least_ns = least;
  node->mean_ns = mean;
  node->hold_ns = hold;
  t->state[id] = DONE;
  t->depth--;
}

void call_graph_time(struct call_graph *graph) {
  struct timing t = {.graph = graph, .state = arena_alloc(graph->arena, graph->nodes + 1)};
  for (uint32_t i = 0; i < graph->nodes; i++) time_node(&t, i);
}

/* --- quantiles ------------------------------------------------------------------------------ */

/* With p = 99 %: far is the quantile 99.99 %. */
static double far_of(double p) {
  return 1 - (1 - p) / 100;
}

struct bounding {
  const struct call_graph *graph;
  double p;
  bool *seen; /* by node: `bound` is known, or being found: a circle counts as nothing */
  struct call_bound *bound;
  uint32_t depth;
};

static struct call_bound of_dist(struct bounding *b, const struct dist *dist) {
  double least = dist_least(dist);
  return (struct call_bound){least, dist_quantile_least(dist, b->p) - least,
                             dist_quantile_least(dist, far_of(b->p)) - least};
}

/* One after the other: what is certain adds up; of what varies, the larger alone is enough. */
static struct call_bound in_turn(struct call_bound a, struct call_bound b) {
  return (struct call_bound){a.least_ns + b.least_ns, fmax(a.gain_ns, b.gain_ns),
                             fmax(a.far_ns, b.far_ns)};
}

/* A timeout that some of the calls would meet changes what the successful ones took. */
static struct call_bound cut_by_timeout(struct call_bound bound, uint64_t timeout_ns) {
  if (timeout_ns == PARAM_UNLIMITED) return bound;
  if (bound.least_ns + bound.far_ns <= (double)timeout_ns) return bound;
  return (struct call_bound){bound.least_ns, 0, 0};
}

/* So does a further try that is sent when the first one takes long. */
static struct call_bound cut_by_hedge(struct call_bound bound, const struct outline_call *call) {
  bool hedged = call->policy != NULL && call->policy->hedge.given;
  return hedged ? (struct call_bound){bound.least_ns, 0, 0} : bound;
}

static struct call_bound bound_node(struct bounding *b, uint32_t id);

static struct call_bound bound_call(struct bounding *b, const struct call_node *node, uint32_t k) {
  const struct call_edge *edge = &node->edge[k];
  if (edge->to == NO_NODE) return (struct call_bound){0};
  struct call_bound bound = bound_node(b, edge->to);
  bound.least_ns += edge->least_ns;
  for (int way = 0; way < 2; way++) {
    if (edge->path[way] == NULL) continue;
    const struct dist *const varies[] = {&edge->path[way]->latency, &edge->path[way]->jitter};
    for (int i = 0; i < 2; i++) {
      struct call_bound network = of_dist(b, varies[i]);
      network.least_ns = 0; /* counted above */
      bound = in_turn(bound, network);
    }
  }
  bound = cut_by_timeout(bound, node->outline.call[k].timeout_ns);
  bound = cut_by_hedge(bound, &node->outline.call[k]);
  if (node->outline.step[edge->step].target > 0) { /* a failure leads on instead */
    bound.least_ns = capped(bound.least_ns, node->outline.call[k].timeout_ns);
  }
  return bound;
}

/* Of calls at once, the slowest that is needed; of a choice, the fastest is certain. */
static struct call_bound bound_calls(struct bounding *b, const struct call_node *node,
                                     const struct outline_step *step) {
  struct call_bound slow = {0}, fast = {0};
  for (uint32_t k = step->first; k < step->first + step->count; k++) {
    struct call_bound one = bound_call(b, node, k);
    if (one.least_ns + one.gain_ns > slow.least_ns + slow.gain_ns) slow = one;
    if (k == step->first || one.least_ns + one.gain_ns < fast.least_ns + fast.gain_ns) {
      double least = k == step->first ? one.least_ns : fmin(one.least_ns, fast.least_ns);
      fast = (struct call_bound){least, one.least_ns + one.gain_ns - least,
                                 one.least_ns + one.far_ns - least};
    } else if (one.least_ns < fast.least_ns) {
      fast = (struct call_bound){one.least_ns, fast.least_ns + fast.gain_ns - one.least_ns,
                                 fast.least_ns + fast.far_ns - one.least_ns};
    }
  }
  if (step->what == OUTLINE_CHOICE) return fast;
  return needs_all(&node->outline, step) ? slow : (struct call_bound){0};
}

static struct call_bound bound_node(struct bounding *b, uint32_t id) {
  const struct call_node *node = &b->graph->node[id];
  struct call_bound bound = {0};
  if (b->seen[id] || b->depth == CALL_DEPTH_MAX) return b->bound[id];
  b->seen[id] = true;
  b->depth++;
  for (uint32_t i = 0; i < node->outline.steps; i++) {
    const struct outline_step *step = &node->outline.step[i];
    if (!node->certain[i] || node->replied[i]) continue;
    if (step->what == OUTLINE_WORK || step->what == OUTLINE_PAUSE) {
      bound = in_turn(bound, of_dist(b, &step->time));
    } else if (step->count > 0) {
      bound = in_turn(bound, bound_calls(b, node, step));
    }
  }
  b->depth--;
  b->bound[id] = bound;
  return bound;
}

struct call_bound call_bound(const struct call_graph *graph, uint32_t node, double p) {
  struct bounding b = {.graph = graph,
                       .p = p,
                       .seen = mem_zeroed(graph->nodes + 1, sizeof *b.seen),
                       .bound = mem_zeroed(graph->nodes + 1, sizeof *b.bound)};
  struct call_bound bound = bound_node(&b, node);
  free(b.seen);
  free(b.bound);
  return bound;
}

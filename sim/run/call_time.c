/* What a visit takes at least, and how long it is ready to wait. */
#include <math.h>
#include <stdlib.h>

#include "call_graph.h"
#include "dist_bounds.h"
#include "format.h"
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

struct timing {
  struct call_graph *graph;
  unsigned char *state;
};

static void time_node(struct timing *t, uint32_t id);

static double call_mean(struct timing *t, const struct call_node *node, uint32_t k) {
  const struct call_edge *edge = &node->edge[k];
  if (edge->to == NO_NODE) return 0;
  time_node(t, edge->to);
  return capped(edge->mean_ns + t->graph->node[edge->to].mean_ns, node->outline.call[k].timeout_ns);
}

/* Of a step that calls: the slowest of the calls that it needs; of a choice, their average. */
static double calls_mean(struct timing *t, const struct call_node *node,
                         const struct outline_step *step) {
  double most = 0, least = INFINITY, average = 0;
  for (uint32_t k = step->first; k < step->first + step->count; k++) {
    double mean = call_mean(t, node, k);
    most = fmax(most, mean);
    least = fmin(least, mean);
    average += node->outline.call[k].share * mean;
  }
  if (step->what == OUTLINE_CHOICE) return isnan(average) ? least : average;
  return needs_all(&node->outline, step) ? most : 0;
}

static void time_node(struct timing *t, uint32_t id) {
  struct call_node *node = &t->graph->node[id];
  if (t->state[id] != UNSEEN) return; /* in progress: a circle, which counts as nothing */
  t->state[id] = IN_PROGRESS;
  double mean = 0, hold = 0;
  for (uint32_t i = 0; i < node->outline.steps; i++) {
    const struct outline_step *step = &node->outline.step[i];
    double ns = 0;
    if (step->what == OUTLINE_WORK || step->what == OUTLINE_PAUSE) ns = finite_mean(&step->time);
    if (step->count > 0 && node->possible[i]) ns = calls_mean(t, node, step);
    if (!node->replied[i]) mean += node->reach[i] * ns;
    if (step->what == OUTLINE_WORK || node->outline.holds) hold += node->reach[i] * ns;
  }
  node->mean_ns = mean;
  node->hold_ns = hold;
  t->state[id] = DONE;
}

void call_graph_time(struct call_graph *graph) {
  struct timing t = {graph, arena_alloc(graph->arena, graph->nodes + 1)};
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
  bool *open; /* by node: it is being looked at; a circle counts as nothing */
};

static struct call_bound of_dist(const struct bounding *b, const struct dist *dist) {
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

static struct call_bound bound_node(const struct bounding *b, uint32_t id);

static struct call_bound bound_call(const struct bounding *b, const struct call_node *node,
                                    uint32_t k) {
  const struct call_edge *edge = &node->edge[k];
  if (edge->to == NO_NODE) return (struct call_bound){0};
  struct call_bound bound = bound_node(b, edge->to);
  bound.least_ns += edge->least_ns;
  for (int way = 0; way < 2; way++) {
    if (edge->path[way] == NULL) continue;
    struct call_bound network = of_dist(b, &edge->path[way]->latency);
    network.least_ns = 0; /* counted above */
    bound = in_turn(bound, network);
  }
  bound = cut_by_timeout(bound, node->outline.call[k].timeout_ns);
  if (node->outline.step[edge->step].target > 0) { /* a failure leads on instead */
    bound.least_ns = capped(bound.least_ns, node->outline.call[k].timeout_ns);
  }
  return bound;
}

/* Of calls at once, the slowest that is needed; of a choice, the fastest is certain. */
static struct call_bound bound_calls(const struct bounding *b, const struct call_node *node,
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

static struct call_bound bound_node(const struct bounding *b, uint32_t id) {
  const struct call_node *node = &b->graph->node[id];
  struct call_bound bound = {0};
  if (b->open[id]) return bound;
  b->open[id] = true;
  for (uint32_t i = 0; i < node->outline.steps; i++) {
    const struct outline_step *step = &node->outline.step[i];
    if (!node->certain[i] || node->replied[i]) continue;
    if (step->what == OUTLINE_WORK || step->what == OUTLINE_PAUSE) {
      bound = in_turn(bound, of_dist(b, &step->time));
    } else if (step->count > 0) {
      bound = in_turn(bound, bound_calls(b, node, step));
    }
  }
  b->open[id] = false;
  return bound;
}

struct call_bound call_bound(const struct call_graph *graph, uint32_t node, double p) {
  struct bounding b = {graph, p, mem_zeroed(graph->nodes + 1, 1)};
  struct call_bound bound = bound_node(&b, node);
  free(b.open);
  return bound;
}

/* How much work reaches each component when nothing fails and nobody tries again. */
#include <math.h>

#include "call_graph.h"
#include "fault_def.h"
#include "profile.h"

#define SWEEPS_MAX 1000u

/* The part of the offered visits that the component can do. */
static double passes(const struct call_graph *graph, uint32_t component) {
  double workers = call_workers(graph, component);
  return graph->load[component] > workers ? workers / graph->load[component] : 1;
}

/* Of one instance, without surges; until_ns > from_ns. */
static double rate_between(const struct outline_source *source, uint64_t from_ns, uint64_t until_ns,
                           enum call_rate which) {
  uint64_t at_ns;
  double time_s = (double)(until_ns - from_ns) / 1e9, rate = source->rate_per_s;
  if (which == RATE_PEAK && source->peak_per_s > 0) rate = source->peak_per_s;
  if (source->profile && which == RATE_PEAK) {
    rate = profile_peak_per_s(source->profile, from_ns, until_ns, &at_ns) * source->profile_factor;
  } else if (source->profile) {
    double count = profile_count(source->profile, from_ns, until_ns);
    rate = count * source->profile_factor / time_s;
  }
  bool meant = source->once_at_ns >= from_ns && source->once_at_ns < until_ns;
  return meant ? rate + source->once / time_s : rate;
}

/* The factor that a surge has for the component as a whole; 1: it is none, or not one whose time is
 * known. */
static double surge_of(const struct call_graph *graph, const struct fault_spec *fault,
                       uint32_t component) {
  struct fault_target target = fault->target;
  if (!fault->type->multiplies || fault->recurring || target.id != component) return 1;
  if (!target_is_component(target)) return 1;
  bool one = target.kind == TARGET_MEMBER || target.kind == TARGET_RANDOM;
  double part = one ? 1 : graph->spec->component[component].instances;
  return 1 + (fault->factor - 1) * part / graph->spec->component[component].instances;
}

/* What surges add; those that hold at once are taken as if they did not. */
static double with_surges(const struct call_graph *graph, const struct call_node *node, double rate,
                          enum call_rate which) {
  const struct outline_source *source = &node->outline.source;
  double measured_ns = (double)(graph->until_ns - graph->from_ns), plain = rate;
  for (uint32_t i = 0; source->surges && i < graph->spec->faults; i++) {
    const struct fault_spec *fault = &graph->spec->fault[i];
    double factor = surge_of(graph, fault, node->component);
    double over_ns = fault->forever ? INFINITY : (double)fault->at_ns + dist_mean(&fault->lasts);
    uint64_t from_ns = fault->at_ns > graph->from_ns ? fault->at_ns : graph->from_ns;
    uint64_t until_ns = over_ns < (double)graph->until_ns ? (uint64_t)over_ns : graph->until_ns;
    if (factor == 1 || until_ns <= from_ns) continue;
    double meanwhile = rate_between(source, from_ns, until_ns, which);
    if (which == RATE_PEAK) {
      rate = fmax(rate, meanwhile * factor);
    } else {
      rate += meanwhile * (factor - 1) * (double)(until_ns - from_ns) / measured_ns;
    }
  }
  return plain > 0 ? fmax(rate, 0) : 0;
}

double call_source_rate(const struct call_graph *graph, const struct call_node *node,
                        enum call_rate which) {
  double rate = rate_between(&node->outline.source, graph->from_ns, graph->until_ns, which);
  return with_surges(graph, node, rate, which);
}

static void offer_sources(struct call_graph *graph, double *rate, enum call_rate which) {
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    rate[i] = node->outline.source.holds_back
                  ? 0
                  : call_source_rate(graph, node, which) * node_spec(graph, node)->instances;
  }
}

static void pass_on(struct call_graph *graph, double *rate) {
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    double done = node->rate_per_s * passes(graph, node->component);
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      if (node->edge[k].to != NO_NODE) rate[node->edge[k].to] += done * node->edge[k].visits;
    }
  }
}

static bool take_over(struct call_graph *graph, const double *rate) {
  bool changed = false;
  for (uint32_t c = 0; c < graph->spec->components; c++) graph->load[c] = 0;
  for (uint32_t i = 0; i < graph->nodes; i++) {
    struct call_node *node = &graph->node[i];
    changed |= fabs(rate[i] - node->rate_per_s) > 1e-12 * rate[i];
    node->rate_per_s = rate[i];
    graph->load[node->component] += rate[i] * node->hold_ns / 1e9;
  }
  return changed;
}

/* Each sweep brings the flow one call farther; calls that go round in a circle converge. */
void call_graph_load(struct call_graph *graph, enum call_rate which) {
  double *rate = arena_alloc(graph->arena, (graph->nodes + 1) * sizeof *rate);
  for (uint32_t sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    offer_sources(graph, rate, which);
    pass_on(graph, rate);
    if (!take_over(graph, rate)) return;
  }
}

/* How much work reaches each component when nothing fails and nobody tries again. */
#include <math.h>

#include "call_graph.h"
#include "profile.h"

#define SWEEPS_MAX 1000u

/* The part of the offered visits that the component can do. */
static double passes(const struct call_graph *graph, uint32_t component) {
  double workers = call_workers(graph, component);
  return graph->load[component] > workers ? workers / graph->load[component] : 1;
}

double call_source_rate(const struct call_graph *graph, const struct outline_source *source,
                        enum call_rate which) {
  uint64_t from_ns = graph->from_ns, until_ns = graph->until_ns, at_ns;
  double measured_s = (double)(until_ns - from_ns) / 1e9;
  double rate = source->rate_per_s;
  if (which == RATE_PEAK && source->peak_per_s > 0) rate = source->peak_per_s;
  if (source->profile && which == RATE_PEAK) {
    rate = profile_peak_per_s(source->profile, from_ns, until_ns, &at_ns) * source->profile_factor;
  } else if (source->profile) {
    double count = profile_count(source->profile, from_ns, until_ns);
    rate = count * source->profile_factor / measured_s;
  }
  bool meant = source->once_at_ns >= from_ns && source->once_at_ns < until_ns;
  return meant ? rate + source->once / measured_s : rate;
}

static void offer_sources(struct call_graph *graph, double *rate, enum call_rate which) {
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    rate[i] =
        call_source_rate(graph, &node->outline.source, which) * node_spec(graph, node)->instances;
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

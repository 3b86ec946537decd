/* Rules about load balancers and gates. */
#include <math.h>
#include <stdlib.h>

#include "lint.h"
#include "param.h"

/* --- what there is to hash ------------------------------------------------------------------ */

#define VALUES_A_BACKEND 10.0 /* below it the busiest has half again its share or more */

/* Whether calls come from a node, directly or through others, to a component. */
static bool reaches(const struct call_graph *graph, uint32_t from, uint32_t component,
                    bool *visited) {
  if (visited[from]) return false;
  visited[from] = true;
  const struct call_node *node = &graph->node[from];
  if (node->component == component) return true;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    uint32_t to = node->edge[k].to;
    if (to != NO_NODE && reaches(graph, to, component, visited)) return true;
  }
  return false;
}

/* Different keys or users whose requests come to a component; 0: not known. Sources share keys,
 * and have users of their own. */
static double values_at(const struct lint *lint, uint32_t component, bool users) {
  const struct call_graph *graph = lint->graph;
  double values = 0;
  uint32_t counted = REF_NONE;
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    if (!node_is_source(graph, node) || node->component == counted) continue;
    bool *visited = mem_zeroed(graph->nodes, sizeof *visited);
    bool comes = reaches(graph, i, component, visited);
    free(visited);
    if (!comes) continue;
    counted = node->component;
    const struct outline_source *source = &node->outline.source;
    double n = (double)(users ? source->user_n : source->keys);
    if (n == 0) return 0;
    if (users) n *= node_spec(graph, node)->instances;
    values = users ? values + n : n > values ? n : values;
  }
  return values;
}

static double backends_of(const struct lint *lint, const struct call_node *node) {
  double backends = 0;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    backends += lint->spec->component[node->outline.call[k].to].instances;
  }
  return backends;
}

void lint_hash_of_few(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    if (node == NULL || !node->outline.spreads) continue;
    bool users = node->outline.by_user;
    if (!users && !node->outline.by_key) continue;
    double backends = backends_of(lint, node), values = values_at(lint, c, users);
    if (backends < 2 || values == 0 || values >= VALUES_A_BACKEND * backends) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "it hashes %s %s over %s backends", lint_number(lint, values),
                        users ? "users" : "keys", lint_number(lint, backends));
  }
}

/* --- zones and reports ----------------------------------------------------------------------- */

void lint_zones_of_few(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    if (node == NULL || node->outline.zones_from == 0) continue;
    double backends = backends_of(lint, node);
    if (backends >= node->outline.zones_from) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "zones matter from %u backends in use on, and it has %s",
                        node->outline.zones_from, lint_number(lint, backends));
  }
}

/* Where all calls between two reports go to the one backend that was least busy. */
void lint_reports_old(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    if (node == NULL || node->outline.reports_ns == 0) continue;
    if (node->outline.compares != PARAM_UNLIMITED) continue;
    double rate = 0;
    for (uint32_t i = lint->graph->first[c]; i != NO_NODE; i = lint->graph->node[i].next) {
      rate += lint->graph->node[i].rate_per_s;
    }
    double calls = rate * (double)node->outline.reports_ns / 1e9;
    double backends = backends_of(lint, node);
    if (backends < 2 || calls <= backends) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "%s calls come between two load reports of its %s backends",
                        lint_number(lint, calls), lint_number(lint, backends));
  }
}

/* --- limits --------------------------------------------------------------------------------- */

/* Calls that all instances of a component can have, at work and waiting; INFINITY: any number. */
static double room_of(const struct lint *lint, const struct call_node *node) {
  const struct outline *outline = &node->outline;
  if (outline->workers == PARAM_UNLIMITED || outline->queue == PARAM_UNLIMITED) return INFINITY;
  double one = (double)outline->workers + (double)outline->queue;
  return one * node_spec(lint->graph, node)->instances;
}

/* Of a limit of an instance; one that holds workers lets no more through than it has of these. */
static double burst_of(const struct call_node *node) {
  const struct outline *outline = &node->outline;
  bool holds = outline->holds && outline->workers != PARAM_UNLIMITED;
  return holds ? fmin((double)outline->burst, (double)outline->workers) : (double)outline->burst;
}

void lint_burst_above_room(struct lint *lint) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    double burst = burst_of(node);
    for (uint32_t k = 0; burst > 1 && k < node->outline.calls; k++) {
      uint32_t to = node->edge[k].to;
      if (to == NO_NODE) continue;
      double room = room_of(lint, &lint->graph->node[to]);
      if (burst <= room) continue;
      struct finding *f = lint_add_component(lint, node->component);
      f->what =
          lint_text(lint, "its limit lets %s calls through at one time, and %s has room for %s",
                    lint_number(lint, burst), node_name(lint->graph, to), lint_number(lint, room));
      break;
    }
  }
}

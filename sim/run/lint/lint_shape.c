/* Rules about the shape of the calls: who calls whom, whatever the numbers. */
#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "lint.h"
#include "sim.h"

/* --- a service that waits for itself -------------------------------------------------------- */

/* The nodes of a search, each with the one it was reached from. */
struct search {
  uint32_t *queue, *from;
  uint32_t queued;
};

/* Calls that the caller of the node waits for: those before its answer. The first node holds its
 * worker to the end, or until it hands it over. */
static void follow(const struct call_graph *graph, struct search *search, uint32_t id, bool first) {
  const struct call_node *node = &graph->node[id];
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    const struct call_edge *edge = &node->edge[k];
    if (edge->to == NO_NODE || (first ? node->handed : node->replied)[edge->step]) continue;
    if (search->from[edge->to] != NO_NODE) continue;
    search->from[edge->to] = id;
    search->queue[search->queued++] = edge->to;
  }
}

/* "a -> b -> a", the shortest way on which the node comes back to its component; or NULL. */
static const char *way_back(struct lint *lint, uint32_t start, struct search *search) {
  const struct call_graph *graph = lint->graph;
  for (uint32_t i = 0; i < search->queued; i++) search->from[search->queue[i]] = NO_NODE;
  search->queued = 0;
  follow(graph, search, start, true);
  for (uint32_t done = 0; done < search->queued; done++) {
    uint32_t id = search->queue[done];
    if (graph->node[id].component != graph->node[start].component) {
      follow(graph, search, id, false);
      continue;
    }
    const char *way = node_name(graph, id);
    do {
      id = search->from[id];
      way = lint_text(lint, "%s -> %s", node_name(graph, id), way);
    } while (id != start);
    return way;
  }
  return NULL;
}

void lint_calls_itself(struct lint *lint) {
  const struct call_graph *graph = lint->graph;
  struct search search = {.queue = mem_zeroed(graph->nodes + 1, sizeof *search.queue),
                          .from = mem_zeroed(graph->nodes + 1, sizeof *search.from)};
  for (uint32_t i = 0; i < graph->nodes; i++) search.from[i] = NO_NODE;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const char *way = NULL;
    for (uint32_t i = graph->first[c]; i != NO_NODE && way == NULL; i = graph->node[i].next) {
      if (!graph->node[i].outline.holds || !isfinite(call_workers(graph, c))) continue;
      way = way_back(lint, i, &search);
    }
    if (way == NULL) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "it calls itself (%s) while the call holds one of its workers", way);
  }
  free(search.queue);
  free(search.from);
}

/* --- members drawn with repetition ---------------------------------------------------------- */

/* Of n members the m calls of a parallel meet n (1 - (1 - 1/n)^m) on average. */
static double met(double members, double calls) {
  return members * (1 - pow(1 - 1 / members, calls));
}

void lint_times_draws_members(struct lint *lint) {
  const struct call_graph *graph = lint->graph;
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct outline_call *call = &node->outline.call[k];
      const struct component_spec *to = &lint->spec->component[call->to];
      if (call->each || call->times < 2 || to->instances < 2 || to->kind->pick) continue;
      struct finding *f = lint_add_component(lint, node->component);
      f->what = lint_text(lint,
                          "%u calls of %s at once meet %s of its %u instances on average, as each "
                          "draws its own",
                          call->times, to->name, lint_number(lint, met(to->instances, call->times)),
                          to->instances);
      break;
    }
  }
}

/* --- shards behind a balancer --------------------------------------------------------------- */

bool lint_any_keys(const struct lint *lint) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (node_is_source(lint->graph, node) && node->outline.source.has_keys) return true;
  }
  return false;
}

/* A group of which each member keeps its own part of the data. A cache is another matter: one that
 * does not hold a key asks for it. */
static bool is_sharded(const struct component_spec *c) {
  return c->kind->pick != NULL && c->kind->data_op != NULL && c->instances > 1;
}

void lint_balanced_shards(struct lint *lint) {
  uint32_t said = REF_NONE; /* the operations of a balancer stand side by side */
  if (!lint_any_keys(lint)) return;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!node->outline.spreads || node->component == said) continue;
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct component_spec *to = &lint->spec->component[node->outline.call[k].to];
      if (!is_sharded(to)) continue;
      said = node->component;
      lint_add_component(lint, said)->what =
          lint_text(lint, "it spreads calls over the %u instances of %s, whatever their keys",
                    to->instances, to->name);
      break;
    }
  }
}

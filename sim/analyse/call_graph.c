#include "call_graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dist_bounds.h"
#include "sim.h"

const struct component_spec *node_spec(const struct call_graph *graph,
                                       const struct call_node *node) {
  return &graph->spec->component[node->component];
}

const char *node_name(const struct call_graph *graph, uint32_t node) {
  return graph->spec->component[graph->node[node].component].name;
}

uint32_t node_find(const struct call_graph *graph, uint32_t component, int op) {
  return graph->index[(size_t)component * graph->spec->ops + (uint32_t)op];
}

bool node_is_source(const struct call_graph *graph, const struct call_node *node) {
  return node_spec(graph, node)->kind->is_source;
}

const struct call_node *node_of(const struct call_graph *graph, uint32_t component) {
  for (uint32_t op = 0; op < graph->spec->ops; op++) {
    uint32_t node = node_find(graph, component, (int)op);
    if (node != NO_NODE) return &graph->node[node];
  }
  return NULL;
}

double call_workers(const struct call_graph *graph, uint32_t component) {
  const struct call_node *node = node_of(graph, component);
  if (node == NULL || node->outline.workers == PARAM_UNLIMITED) return INFINITY;
  return (double)node->outline.workers * graph->spec->component[component].instances;
}

/* --- which steps are reached ---------------------------------------------------------------- */

struct flow_state {
  struct call_node *node;
  uint32_t farthest; /* target of the jumps so far */
  bool may_have_ended;
};

static void pass_on(struct flow_state *s, uint32_t from, uint32_t to, double probability) {
  struct call_node *node = s->node;
  node->possible[to] = true;
  node->reach[to] += probability;
  const struct outline_step *step = &node->outline.step[from];
  node->replied[to] |= node->replied[from] || step->what == OUTLINE_REPLY;
  node->handed[to] |= step->hands_over || (node->handed[from] && step->what != OUTLINE_WORK);
}

static void jump(struct flow_state *s, uint32_t from, uint32_t to, double probability) {
  pass_on(s, from, to, probability);
  if (to > s->farthest) s->farthest = to;
}

static void flow_step(struct flow_state *s, uint32_t i) {
  struct call_node *node = s->node;
  const struct outline_step *step = &node->outline.step[i];
  double here = node->reach[i];
  switch (step->what) {
    case OUTLINE_END:
      s->may_have_ended = true;
      return;
    case OUTLINE_JUMP:
      jump(s, i, step->target, here);
      return;
    case OUTLINE_BRANCH:
      if (step->chance < 1 || isnan(step->chance)) {
        jump(s, i, step->target, isnan(step->chance) ? 0 : here * (1 - step->chance));
      }
      if (step->chance > 0 || isnan(step->chance)) {
        pass_on(s, i, i + 1, isnan(step->chance) ? 0 : here * step->chance);
      }
      return;
    case OUTLINE_CALLS:
    case OUTLINE_CHOICE:
      if (step->target) {
        uint32_t farthest = s->farthest; /* after a failure: it says nothing about other visits */
        jump(s, i, step->target, 0);
        s->farthest = farthest;
      }
      pass_on(s, i, i + 1, here);
      return;
    case OUTLINE_WORK:
    case OUTLINE_PAUSE:
    case OUTLINE_REPLY:
      pass_on(s, i, i + 1, here);
      return;
  }
}

/* Control only goes forwards, so that one pass tells. */
static void flow(struct call_node *node, struct arena *arena) {
  uint32_t n = node->outline.steps;
  node->reach = arena_alloc(arena, n * sizeof *node->reach);
  node->possible = arena_alloc(arena, n);
  node->certain = arena_alloc(arena, n);
  node->at_first = arena_alloc(arena, n + 1);
  node->replied = arena_alloc(arena, n);
  node->handed = arena_alloc(arena, n);
  node->possible[0] = true;
  node->reach[0] = 1;
  struct flow_state s = {.node = node};
  for (uint32_t i = 0; i < n; i++) {
    if (!node->possible[i]) continue;
    if (!s.may_have_ended && s.farthest <= i) node->reach[i] = 1; /* nothing passes over it */
    node->certain[i] = node->reach[i] > 1 - 1e-9;
    node->at_first[i] |= node->certain[i];
    node->at_first[i + 1] = node->at_first[i] && node->outline.step[i].while_empty;
    flow_step(&s, i);
  }
}

/* --- network -------------------------------------------------------------------------------- */

static const struct path_spec *path_of(const struct spec *spec, struct site from, struct site to) {
  bool backwards;
  uint32_t path = spec_path_between(spec, from, to, &backwards);
  return path == REF_NONE ? NULL : &spec->path[path];
}

static double path_ns(const struct path_spec *path, bool mean) {
  if (path == NULL) return 0;
  if (!mean) return path_least_ns(path);
  double ns = path_mean_ns(path);
  return isfinite(ns) ? ns : path_least_ns(path);
}

static void edge_network(const struct spec *spec, uint32_t from, uint32_t to,
                         struct call_edge *edge) {
  const struct component_spec *a = &spec->component[from], *b = &spec->component[to];
  uint32_t at_a = a->zones < a->instances ? a->zones : a->instances;
  uint32_t at_b = b->zones < b->instances ? b->zones : b->instances;
  bool first = true;
  edge->least_ns = edge->mean_ns = INFINITY;
  for (uint32_t i = 0; i < (at_a ? at_a : 1); i++) {
    for (uint32_t k = 0; k < (at_b ? at_b : 1); k++) {
      struct site here = {from, at_a ? a->zone[i] : REF_NONE};
      struct site there = {to, at_b ? b->zone[k] : REF_NONE};
      const struct path_spec *path[2] = {path_of(spec, here, there), path_of(spec, there, here)};
      edge->least_ns = fmin(edge->least_ns, path_ns(path[0], false) + path_ns(path[1], false));
      edge->mean_ns = fmin(edge->mean_ns, path_ns(path[0], true) + path_ns(path[1], true));
      for (int way = 0; way < 2; way++) {
        edge->path[way] = first || edge->path[way] == path[way] ? path[way] : NULL;
      }
      first = false;
    }
  }
}

/* --- nodes ---------------------------------------------------------------------------------- */

/* `sender`: a node, or NO_NODE for a source, which sends to nobody but for itself. */
static uint32_t reach_node(struct call_graph *graph, uint32_t sender, uint32_t component, int op) {
  size_t at = (size_t)component * graph->spec->ops + (uint32_t)op;
  if (graph->index[at] != NO_NODE) return graph->index[at];
  if (graph->nodes == graph->capacity) {
    graph->capacity = graph->capacity ? 2 * graph->capacity : 64;
    struct call_node *more = arena_alloc(graph->arena, graph->capacity * sizeof *more);
    if (graph->nodes) memcpy(more, graph->node, graph->nodes * sizeof *more);
    graph->node = more;
  }
  graph->index[at] = graph->nodes;
  graph->node[graph->nodes] =
      (struct call_node){.component = component,
                         .op = op,
                         .sender = sender == NO_NODE ? graph->nodes : sender,
                         .next = NO_NODE};
  uint32_t last = graph->last[component];
  *(last == NO_NODE ? &graph->first[component] : &graph->node[last].next) = graph->nodes;
  graph->last[component] = graph->nodes;
  return graph->nodes++;
}

/* Of a kind that says nothing: whatever comes in goes on to all that its parameters refer to. */
static void outline_references(const struct param *params, const void *config, int op,
                               struct outline *out) {
  for (; params->name; params++) {
    const void *value = (const char *)config + params->offset;
    if (params->type == PARAM_REF && *(const uint32_t *)value != REF_NONE) {
      outline_add_call(out, *(const uint32_t *)value, op, PARAM_UNLIMITED);
    } else if (params->type == PARAM_REFS) {
      const struct refs *refs = value;
      for (uint32_t i = 0; i < refs->n; i++) {
        outline_add_call(out, refs->id[i], op, PARAM_UNLIMITED);
      }
    } else if (params->type == PARAM_GROUP && *(const bool *)value) {
      outline_references(params->group, value, op, out);
    } else if (params->type == PARAM_LIST) {
      const struct entries *list = value;
      for (uint32_t i = 0; i < list->n; i++) {
        const char *entry = (const char *)list->entry + i * params->stride;
        outline_references(params->group, entry, op, out);
      }
    }
  }
}

bool component_outline(const struct spec *spec, uint32_t component, int op, struct outline *out,
                       struct arena *arena) {
  const struct component_spec *c = &spec->component[component];
  outline_begin(out, arena);
  if (c->kind->outline != NULL) {
    c->kind->outline(spec, c, op, out);
    return true;
  }
  outline_add(out, OUTLINE_CALLS);
  outline_references(c->kind->params, c->config, op, out);
  outline_add(out, OUTLINE_END);
  return false;
}

static void begin_node(struct call_graph *graph, struct call_node *node) {
  node->known =
      component_outline(graph->spec, node->component, node->op, &node->outline, graph->arena);
  graph->complete &= node->known;
  flow(node, graph->arena);
}

static void add_edges(struct call_graph *graph, uint32_t from) {
  struct call_node node = graph->node[from]; /* a copy: the list grows */
  const struct outline *outline = &node.outline;
  node.edge = arena_alloc(graph->arena, (outline->calls + 1) * sizeof *node.edge);
  graph->node[from].edge = node.edge;
  for (uint32_t i = 0; i < outline->steps; i++) {
    const struct outline_step *step = &outline->step[i];
    for (uint32_t k = step->first; k < step->first + step->count; k++) {
      const struct outline_call *call = &outline->call[k];
      struct call_edge *edge = &node.edge[k];
      *edge = (struct call_edge){.from = from, .to = NO_NODE, .step = i};
      if (!node.possible[i]) continue;
      double share = step->what == OUTLINE_CHOICE ? call->share : call->times;
      edge->visits = isnan(share) ? 0 : node.reach[i] * share * (1 + call->hedged);
      edge->to = reach_node(graph, from, call->to, call->op);
    }
  }
}

static void add_sources(struct call_graph *graph) {
  const struct spec *spec = graph->spec;
  struct outline outline;
  for (uint32_t c = 0; c < spec->components; c++) {
    if (!spec->component[c].kind->is_source) continue;
    for (uint32_t op = 0; op < spec->ops; op++) {
      graph->complete &= component_outline(spec, c, (int)op, &outline, graph->arena);
      if (outline.calls > 0) reach_node(graph, NO_NODE, c, (int)op);
    }
  }
}

static uint32_t *no_nodes(struct arena *arena, size_t n) {
  uint32_t *list = arena_alloc(arena, (n + 1) * sizeof *list);
  memset(list, 0xff, n * sizeof *list); /* NO_NODE */
  return list;
}

struct call_graph *call_graph_new(const struct spec *spec) {
  struct arena *arena = arena_new();
  struct call_graph *graph = arena_alloc(arena, sizeof *graph);
  size_t most = (size_t)spec->components * spec->ops;
  graph->spec = spec;
  graph->arena = arena;
  graph->complete = true;
  graph->index = no_nodes(arena, most);
  graph->first = no_nodes(arena, spec->components);
  graph->last = no_nodes(arena, spec->components);
  add_sources(graph);
  for (uint32_t i = 0; i < graph->nodes && graph->nodes <= CALL_NODES_MAX; i++) {
    begin_node(graph, &graph->node[i]);
    add_edges(graph, i);
  }
  graph->too_large = graph->nodes > CALL_NODES_MAX;
  return graph;
}

void call_graph_measure(struct call_graph *graph, uint64_t from_ns, uint64_t until_ns) {
  graph->from_ns = from_ns;
  graph->until_ns = until_ns;
  graph->load = arena_alloc(graph->arena, (graph->spec->components + 1) * sizeof *graph->load);
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      struct call_edge *edge = &node->edge[k];
      if (edge->to == NO_NODE) continue;
      edge_network(graph->spec, node->component, graph->node[edge->to].component, edge);
    }
  }
  call_graph_time(graph);
  call_graph_load(graph, RATE_MEAN);
}

void call_graph_free(struct call_graph *graph) {
  if (graph) arena_free(graph->arena);
}

/* --- pairs of components -------------------------------------------------------------------- */

static int by_ends(const void *a, const void *b) {
  const struct call_pair *first = a, *second = b;
  if (first->from != second->from) return first->from < second->from ? -1 : 1;
  return (first->to > second->to) - (first->to < second->to);
}

struct pairs {
  struct arena *arena;
  struct call_pair *list;
  uint32_t n, capacity;
};

static void pair_add(struct pairs *pairs, uint32_t from, uint32_t to) {
  if (pairs->n == pairs->capacity) {
    pairs->capacity = pairs->capacity ? 2 * pairs->capacity : 64;
    struct call_pair *more = arena_alloc(pairs->arena, pairs->capacity * sizeof *more);
    if (pairs->n) memcpy(more, pairs->list, pairs->n * sizeof *more);
    pairs->list = more;
  }
  pairs->list[pairs->n++] = (struct call_pair){from, to};
}

/* Sorts those from `first` on and leaves out doubles. */
static void pairs_tidy(struct pairs *pairs, uint32_t first) {
  if (pairs->n - first < 2) return;
  qsort(&pairs->list[first], pairs->n - first, sizeof *pairs->list, by_ends);
  uint32_t kept = first + 1;
  for (uint32_t i = first + 1; i < pairs->n; i++) {
    if (by_ends(&pairs->list[i], &pairs->list[kept - 1]) != 0) {
      pairs->list[kept++] = pairs->list[i];
    }
  }
  pairs->n = kept;
}

const struct call_pair *call_pairs(const struct spec *spec, struct arena *arena, uint32_t *n) {
  struct pairs pairs = {.arena = arena};
  for (uint32_t from = 0; from < spec->components; from++) {
    struct arena *scratch = arena_new();
    uint32_t first = pairs.n;
    for (uint32_t op = 0; op < spec->ops; op++) {
      struct outline outline;
      component_outline(spec, from, (int)op, &outline, scratch);
      for (uint32_t k = 0; k < outline.calls; k++) pair_add(&pairs, from, outline.call[k].to);
    }
    pairs_tidy(&pairs, first);
    arena_free(scratch);
  }
  *n = pairs.n;
  return pairs.list;
}

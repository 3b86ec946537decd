#include "call_check.h"

#include "call_graph.h"
#include "nearest.h"
#include "program.h"
#include "tenancy.h"

/* All that is said lives in the graph's arena. */
struct look {
  const struct call_graph *graph;
  const struct spec *spec;
  struct arena *arena;
  struct error *err;
};

static const char *label(const struct look *l, uint32_t component) {
  const struct component_spec *c = &l->spec->component[component];
  return arena_format(l->arena, "%s \"%s\"", c->kind->name, c->name);
}

static bool fail_at(const struct look *l, uint32_t component, const char *sentence) {
  const struct component_spec *c = &l->spec->component[component];
  return error_set(l->err, "%s:%d: %s", c->file, c->line, sentence);
}

/* --- operations that arrive ----------------------------------------------------------------- */

static const struct param *handlers_param(const struct component_spec *component) {
  const struct param *param = component->kind->params;
  while (param->name && param->type != PARAM_HANDLERS) param++;
  return param->name ? param : NULL;
}

static bool handles(const struct handlers *handlers, int op) {
  for (uint32_t i = 0; i < handlers->n; i++) {
    if (handlers->handler[i].op == op || handlers->handler[i].op < 0) return true;
  }
  return false;
}

static bool no_handler(const struct look *l, uint32_t component, int op, uint32_t sender,
                       const struct param *param, const struct handlers *handlers) {
  const char *name = l->spec->op[op];
  const char **names = arena_alloc(l->arena, (handlers->n + 1) * sizeof *names);
  for (uint32_t i = 0; i < handlers->n; i++) {
    names[i] = l->spec->op[handlers->handler[i].op < 0 ? 0 : handlers->handler[i].op];
  }
  const char *remedy =
      op == OP_DEFAULT
          ? arena_format(l->arena, "add default = { ... } to '%s', or a mix to what sends it",
                         param->name)
          : arena_format(l->arena, "add %s = { ... } or default = { ... } to '%s'", name,
                         param->name);
  return fail_at(l, component,
                 arena_format(l->arena, "%s has no handler for operation '%s' sent by %s; %s%s",
                              label(l, component), name, label(l, sender), remedy,
                              nearest_hint(name, names, handlers->n, "it has").text));
}

static bool check_handled(const struct look *l) {
  for (uint32_t i = 0; i < l->graph->nodes; i++) {
    const struct call_node *node = &l->graph->node[i];
    const struct component_spec *component = &l->spec->component[node->component];
    const struct param *param = handlers_param(component);
    if (param == NULL) continue;
    const struct handlers *handlers =
        (const void *)((const char *)component->config + param->offset);
    if (handlers->n == 0 || handles(handlers, node->op)) continue;
    return no_handler(l, node->component, node->op, l->graph->node[node->sender].component, param,
                      handlers);
  }
  return true;
}

/* --- circles -------------------------------------------------------------------------------- */

/* A node on the way down from the root of a depth-first search. */
struct visit {
  uint32_t node, next; /* next edge to look at */
};

enum colour { WHITE, GREY, BLACK };

static bool comes_before(const struct call_graph *graph, uint32_t a, uint32_t b) {
  const struct call_node *first = &graph->node[a], *second = &graph->node[b];
  if (first->component != second->component) return first->component < second->component;
  return first->op < second->op;
}

static bool report_circle(const struct look *l, const struct visit *stack, uint32_t depth,
                          uint32_t closes) {
  uint32_t first = depth;
  while (stack[first].node != closes) first--;
  uint32_t length = depth - first + 1;
  /* Begin with the first by name, so that the sentence does not depend on the search. */
  uint32_t least = 0;
  for (uint32_t i = 1; i < length; i++) {
    if (comes_before(l->graph, stack[first + i].node, stack[first + least].node)) least = i;
  }
  const char *circle = "";
  for (uint32_t i = 0; i <= length; i++) {
    circle = arena_format(l->arena, "%s%s%s", circle, i ? " -> " : "",
                          node_name(l->graph, stack[first + (least + i) % length].node));
    if (i == 8 && length > 9) {
      circle = arena_format(l->arena, "%s -> ...", circle);
      break;
    }
  }
  uint32_t component = l->graph->node[stack[first + least].node].component;
  return fail_at(l, component,
                 arena_format(l->arena,
                              "every request goes round in a circle for ever: %s; take out one of "
                              "the calls or put it into a branch",
                              circle));
}

/* Whether every visit of the node makes this call, unless something fails; as long as nothing is
 * kept, since what goes round in a circle never comes back to be kept. */
static bool always(const struct call_node *node, const struct call_edge *edge) {
  const struct outline_step *step = &node->outline.step[edge->step];
  return edge->to != NO_NODE && node->at_first[edge->step] &&
         (step->what == OUTLINE_CALLS || step->count == 1);
}

static bool check_circles(const struct look *l) {
  const struct call_graph *graph = l->graph;
  unsigned char *colour = arena_alloc(l->arena, graph->nodes + 1);
  struct visit *stack = arena_alloc(l->arena, (graph->nodes + 1) * sizeof *stack);
  for (uint32_t i = 0; i < graph->nodes; i++) {
    if (colour[i] != WHITE) continue;
    uint32_t depth = 0;
    stack[0] = (struct visit){.node = i};
    colour[i] = GREY;
    for (;;) {
      struct visit *top = &stack[depth];
      const struct call_node *node = &graph->node[top->node];
      if (top->next == node->outline.calls) {
        colour[top->node] = BLACK;
        if (depth-- == 0) break;
        continue;
      }
      const struct call_edge *edge = &node->edge[top->next++];
      if (!always(node, edge) || colour[edge->to] == BLACK) continue;
      if (colour[edge->to] == GREY) return report_circle(l, stack, depth, edge->to);
      colour[edge->to] = GREY;
      stack[++depth] = (struct visit){.node = edge->to};
    }
  }
  return true;
}

/* --- components that nothing calls ---------------------------------------------------------- */

static bool check_called(const struct look *l) {
  uint32_t n = l->spec->components, pairs, queued = 0;
  const struct call_pair *pair = call_pairs(l->spec, l->arena, &pairs);
  uint32_t *first = arena_alloc(l->arena, (n + 1) * sizeof *first); /* its pairs begin there */
  for (uint32_t i = 0; i < pairs; i++) first[pair[i].from + 1] = i + 1;
  for (uint32_t i = 1; i <= n; i++) {
    if (first[i] < first[i - 1]) first[i] = first[i - 1];
  }
  bool *called = arena_alloc(l->arena, n + 1);
  uint32_t *queue = arena_alloc(l->arena, (n + 1) * sizeof *queue);
  for (uint32_t i = 0; i < n; i++) {
    const struct kind *kind = l->spec->component[i].kind;
    called[i] = kind->is_source || kind->stands_apart || component_goes_on(&l->spec->component[i]);
    if (kind->is_source) queue[queued++] = i;
  }
  for (uint32_t done = 0; done < queued; done++) {
    for (uint32_t i = first[queue[done]]; i < first[queue[done] + 1]; i++) {
      if (called[pair[i].to]) continue;
      called[pair[i].to] = true;
      queue[queued++] = pair[i].to;
    }
  }
  for (uint32_t i = 0; i < l->spec->paths; i++) { /* who is asked about certificates */
    const struct connect_config *connect = &l->spec->path[i].connect;
    if (connect->check != CHECK_NONE && connect->responder != REF_NONE)
      called[connect->responder] = true;
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t host = tenancy_host(&l->spec->component[i]);
    if (called[i] && host != REF_NONE) called[host] = true;
  }
  for (uint32_t i = 0; i < pairs; i++) {
    if (l->spec->component[pair[i].to].kind->lodging == NULL) continue;
    return fail_at(
        l, pair[i].from,
        arena_format(l->arena, "%s cannot be called; call what runs on it", label(l, pair[i].to)));
  }
  for (uint32_t i = 0; i < n; i++) {
    if (called[i] || l->spec->component[i].bypassed || l->spec->reduced) continue;
    if (l->spec->component[i].kind->lodging) {
      return fail_at(l, i,
                     arena_format(l->arena,
                                  "nothing that a client reaches runs on %s, so it does nothing; "
                                  "say host = \"...\" where something does, or remove it",
                                  label(l, i)));
    }
    return fail_at(l, i,
                   arena_format(l->arena,
                                "nothing that a client reaches calls %s, so it does nothing; make "
                                "something call it or remove it",
                                label(l, i)));
  }
  return true;
}

/* --- size ----------------------------------------------------------------------------------- */

static bool check_size(const struct look *l) {
  if (!l->graph->too_large) return true;
  const struct call_node *node = &l->graph->node[CALL_NODES_MAX];
  return fail_at(l, node->component,
                 arena_format(l->arena,
                              "operation '%s' of %s is one too many: %u operations of all "
                              "components together are the limit; tell fewer apart (mix, op), or "
                              "have fewer components",
                              l->spec->op[node->op], label(l, node->component), CALL_NODES_MAX));
}

bool call_check(const struct spec *spec, struct error *err) {
  struct call_graph *graph = call_graph_new(spec);
  struct look look = {.graph = graph, .spec = spec, .arena = graph->arena, .err = err};
  bool ok =
      check_size(&look) && check_handled(&look) && check_circles(&look) && check_called(&look);
  call_graph_free(graph);
  return ok;
}

#include "graph.h"

#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "program.h"
#include "sim.h"

/* --- references of one component ------------------------------------------------------------ */

struct edge {
  uint32_t to;
  uint8_t op;
  bool always;
};

struct edges {
  struct arena *arena;
  struct edge *list;
  uint32_t n, capacity;
};

static void add(struct edges *edges, uint32_t to, int op, bool always) {
  if (to == REF_NONE) return;
  if (edges->n == edges->capacity) {
    edges->capacity = edges->capacity ? 2 * edges->capacity : 64;
    struct edge *more = arena_alloc(edges->arena, edges->capacity * sizeof *more);
    if (edges->n) memcpy(more, edges->list, edges->n * sizeof *more);
    edges->list = more;
  }
  edges->list[edges->n++] = (struct edge){to, (uint8_t)op, always};
}

static const void *value_of(const struct param *param, const void *config) {
  return (const char *)config + param->offset;
}

static const struct param *find_type(const struct param *params, enum param_type type) {
  for (; params->name; params++) {
    if (params->type == type) return params;
  }
  return NULL;
}

static const struct handlers *handlers_of(const struct component_spec *component) {
  const struct param *param = find_type(component->kind->params, PARAM_HANDLERS);
  const struct handlers *handlers = param ? value_of(param, component->config) : NULL;
  return handlers && handlers->n ? handlers : NULL;
}

static const struct handler *handler_for(const struct handlers *handlers, int op) {
  const struct handler *rest = NULL;
  for (uint32_t i = 0; i < handlers->n; i++) {
    if (handlers->handler[i].op == op) return &handlers->handler[i];
    if (handlers->handler[i].op < 0) rest = &handlers->handler[i];
  }
  return rest;
}

/* References in the parameters: whatever comes in goes on to them. */
static void add_references(struct edges *edges, const struct param *params, const void *config,
                           int op) {
  for (; params->name; params++) {
    const void *value = value_of(params, config);
    if (params->type == PARAM_REF) {
      add(edges, *(const uint32_t *)value, op, true);
    } else if (params->type == PARAM_REFS) {
      const struct refs *refs = value;
      for (uint32_t i = 0; i < refs->n; i++) add(edges, refs->id[i], op, refs->n == 1);
    } else if (params->type == PARAM_GROUP && *(const bool *)value) {
      add_references(edges, params->group, value, op);
    }
  }
}

/* Calls of a handler for one operation. Control only goes forwards, so one pass tells which steps
 * can be reached, and which are on every way: those that no earlier jump passes over. */
static void add_calls(struct edges *edges, const struct program *program, int op,
                      struct arena *arena) {
  bool *reached = arena_alloc(arena, program->steps);
  uint32_t farthest = 0; /* target of the jumps so far */
  bool may_have_ended = false;
  reached[0] = true;
  for (uint32_t i = 0; i < program->steps; i++) {
    if (!reached[i]) continue;
    const struct step *step = &program->step[i];
    bool always = farthest <= i && !may_have_ended, goes_on = true;
    uint32_t target = 0;
    switch (step->kind) {
      case STEP_END:
      case STEP_FAIL:
        may_have_ended = true;
        goes_on = false;
        break;
      case STEP_CALL:
      case STEP_PARALLEL:
        target = step->target; /* 0: none */
        break;
      case STEP_BRANCH:
        if (step->op >= 0 && step->op != op) {
          goes_on = false;
          target = step->target;
        } else if (step->chance < 1 || step->causes) {
          target = step->target;
          goes_on = step->chance > 0;
        }
        break;
      case STEP_JUMP:
        goes_on = false;
        target = step->target;
        break;
      case STEP_WORK:
      case STEP_SLEEP:
      case STEP_REPLY:
        break;
    }
    for (uint32_t k = 0; k < step->count; k++) {
      const struct program_call *call = &program->call[step->first + k];
      add(edges, call->component, call->op == OP_INHERIT ? op : call->op, always);
    }
    if (target) {
      reached[target] = true;
      if (target > farthest) farthest = target;
    }
    if (goes_on) reached[i + 1] = true;
  }
}

/* What `component` sends on when it receives `op`. Handles that it has none for add nothing. */
static void edges_of(const struct component_spec *component, int op, struct edges *edges) {
  edges->n = 0;
  add_references(edges, component->kind->params, component->config, op);
  const struct handlers *handlers = handlers_of(component);
  const struct handler *handler = handlers ? handler_for(handlers, op) : NULL;
  if (handler) add_calls(edges, &handler->program, op, edges->arena);
}

/* Everything that the component refers to, by whatever operation. */
static void all_edges_of(const struct component_spec *component, struct edges *edges) {
  edges->n = 0;
  add_references(edges, component->kind->params, component->config, OP_DEFAULT);
  const struct handlers *handlers = handlers_of(component);
  for (uint32_t i = 0; handlers && i < handlers->n; i++) {
    const struct program *program = &handlers->handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) add(edges, program->call[k].component, 0, false);
  }
}

/* --- operations that arrive ----------------------------------------------------------------- */

/* A node is a component and an operation that it receives or, of a source, sends. */
struct walk {
  const struct spec *spec;
  struct arena *arena;
  struct error *err;
  uint32_t ops;
  bool *seen; /* by node */
  uint32_t *queue;
  uint32_t queued;
  struct edges edges;
};

static uint32_t node(const struct walk *w, uint32_t component, int op) {
  return component * w->ops + (uint32_t)op;
}

static const char *label(const struct walk *w, uint32_t component) {
  const struct component_spec *c = &w->spec->component[component];
  return arena_format(w->arena, "%s \"%s\"", c->kind->name, c->name);
}

static bool fail_at(const struct walk *w, uint32_t component, const char *sentence) {
  const struct component_spec *c = &w->spec->component[component];
  return error_set(w->err, "%s:%d: %s", c->file, c->line, sentence);
}

static bool no_handler(const struct walk *w, uint32_t component, int op, uint32_t sender,
                       const struct handlers *handlers) {
  const char *name = w->spec->op[op];
  const char **names = arena_alloc(w->arena, (handlers->n + 1) * sizeof *names);
  for (uint32_t i = 0; i < handlers->n; i++) {
    names[i] = w->spec->op[handlers->handler[i].op < 0 ? 0 : handlers->handler[i].op];
  }
  const struct param *param = find_type(w->spec->component[component].kind->params, PARAM_HANDLERS);
  const char *remedy =
      op == OP_DEFAULT
          ? arena_format(w->arena, "add default = { ... } to '%s', or a mix to what sends it",
                         param->name)
          : arena_format(w->arena, "add %s = { ... } or default = { ... } to '%s'", name,
                         param->name);
  return fail_at(w, component,
                 arena_format(w->arena, "%s has no handler for operation '%s' sent by %s; %s%s",
                              label(w, component), name, label(w, sender), remedy,
                              nearest_hint(name, names, handlers->n, "it has").text));
}

static bool arrive(struct walk *w, uint32_t component, int op, uint32_t sender) {
  uint32_t id = node(w, component, op);
  if (w->seen[id]) return true;
  w->seen[id] = true;
  w->queue[w->queued++] = id;
  const struct handlers *handlers = handlers_of(&w->spec->component[component]);
  if (handlers == NULL || handler_for(handlers, op)) return true;
  return no_handler(w, component, op, sender, handlers);
}

static void start_at_source(struct walk *w, uint32_t component) {
  const struct component_spec *c = &w->spec->component[component];
  const struct param *param = find_type(c->kind->params, PARAM_MIX);
  const struct mix *mix = param ? value_of(param, c->config) : NULL;
  if (mix == NULL || mix->n == 0) {
    arrive(w, component, OP_DEFAULT, component);
    return;
  }
  for (uint32_t i = 0; i < mix->n; i++) arrive(w, component, mix->part[i].op, component);
}

static bool follow_operations(struct walk *w) {
  for (uint32_t i = 0; i < w->spec->components; i++) {
    if (w->spec->component[i].kind->is_source) start_at_source(w, i);
  }
  for (uint32_t done = 0; done < w->queued; done++) {
    uint32_t component = w->queue[done] / w->ops;
    edges_of(&w->spec->component[component], (int)(w->queue[done] % w->ops), &w->edges);
    for (uint32_t i = 0; i < w->edges.n; i++) {
      if (!arrive(w, w->edges.list[i].to, w->edges.list[i].op, component)) return false;
    }
  }
  return true;
}

/* --- circles -------------------------------------------------------------------------------- */

/* A node on the way down from the root of a depth-first search. */
struct visit {
  uint32_t node, next; /* next edge to look at */
  struct edge *edge;
  uint32_t edges;
};

enum colour { WHITE, GREY, BLACK };

static bool report_circle(const struct walk *w, const struct visit *stack, uint32_t depth,
                          uint32_t closes) {
  uint32_t first = depth;
  while (stack[first].node != closes) first--;
  uint32_t length = depth - first + 1;
  /* Begin with the first by name, so that the sentence does not depend on the search. */
  uint32_t least = 0;
  for (uint32_t i = 1; i < length; i++) {
    if (stack[first + i].node < stack[first + least].node) least = i;
  }
  const char *circle = "";
  for (uint32_t i = 0; i <= length; i++) {
    uint32_t at = stack[first + (least + i) % length].node / w->ops;
    circle = arena_format(w->arena, "%s%s%s", circle, i ? " -> " : "", w->spec->component[at].name);
    if (i == 8 && length > 9) {
      circle = arena_format(w->arena, "%s -> ...", circle);
      break;
    }
  }
  uint32_t component = stack[first + least].node / w->ops;
  return fail_at(w, component,
                 arena_format(w->arena,
                              "every request goes round in a circle for ever: %s; take out one of "
                              "the calls or put it into a branch",
                              circle));
}

static struct visit open_visit(struct walk *w, uint32_t id) {
  edges_of(&w->spec->component[id / w->ops], (int)(id % w->ops), &w->edges);
  struct visit visit = {.node = id};
  visit.edge = arena_alloc(w->arena, (w->edges.n + 1) * sizeof *visit.edge);
  for (uint32_t i = 0; i < w->edges.n; i++) {
    if (w->edges.list[i].always) visit.edge[visit.edges++] = w->edges.list[i];
  }
  return visit;
}

static bool check_circles(struct walk *w) {
  unsigned char *colour = arena_alloc(w->arena, (size_t)w->spec->components * w->ops);
  struct visit *stack = arena_alloc(w->arena, (w->queued + 1) * sizeof *stack);
  for (uint32_t i = 0; i < w->queued; i++) {
    if (colour[w->queue[i]] != WHITE) continue;
    uint32_t depth = 0;
    stack[0] = open_visit(w, w->queue[i]);
    colour[w->queue[i]] = GREY;
    for (;;) {
      struct visit *top = &stack[depth];
      if (top->next == top->edges) {
        colour[top->node] = BLACK;
        if (depth-- == 0) break;
        continue;
      }
      const struct edge *edge = &top->edge[top->next++];
      uint32_t to = node(w, edge->to, edge->op);
      if (colour[to] == GREY) return report_circle(w, stack, depth, to);
      if (colour[to] == BLACK) continue;
      colour[to] = GREY;
      stack[++depth] = open_visit(w, to);
    }
  }
  return true;
}

/* --- components that nothing calls ---------------------------------------------------------- */

static bool check_called(struct walk *w) {
  uint32_t n = w->spec->components, queued = 0;
  bool *called = arena_alloc(w->arena, n + 1);
  uint32_t *queue = arena_alloc(w->arena, (n + 1) * sizeof *queue);
  for (uint32_t i = 0; i < n; i++) {
    called[i] = w->spec->component[i].kind->is_source;
    if (called[i]) queue[queued++] = i;
  }
  for (uint32_t done = 0; done < queued; done++) {
    all_edges_of(&w->spec->component[queue[done]], &w->edges);
    for (uint32_t i = 0; i < w->edges.n; i++) {
      uint32_t to = w->edges.list[i].to;
      if (called[to]) continue;
      called[to] = true;
      queue[queued++] = to;
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    if (called[i] || w->spec->component[i].bypassed) continue;
    return fail_at(w, i,
                   arena_format(w->arena,
                                "nothing that a client reaches calls %s, so it does nothing; make "
                                "something call it or remove it",
                                label(w, i)));
  }
  return true;
}

bool graph_check(const struct spec *spec, struct arena *arena, struct error *err) {
  size_t nodes = (size_t)spec->components * spec->ops + 1;
  struct walk w = {.spec = spec, .arena = arena, .err = err, .ops = spec->ops};
  w.edges.arena = arena;
  w.seen = arena_alloc(arena, nodes);
  w.queue = arena_alloc(arena, nodes * sizeof *w.queue);
  return follow_operations(&w) && check_circles(&w) && check_called(&w);
}

/* --- edges for others ----------------------------------------------------------------------- */

static int by_ends(const void *a, const void *b) {
  const struct graph_edge *first = a, *second = b;
  if (first->from != second->from) return first->from < second->from ? -1 : 1;
  return (first->to > second->to) - (first->to < second->to);
}

const struct graph_edge *graph_edges(const struct spec *spec, struct arena *arena, uint32_t *n) {
  struct edges edges = {.arena = arena};
  struct graph_edge *list = NULL;
  uint32_t capacity = 0;
  *n = 0;
  for (uint32_t from = 0; from < spec->components; from++) {
    all_edges_of(&spec->component[from], &edges);
    if (*n + edges.n > capacity) {
      capacity = 2 * (*n + edges.n);
      struct graph_edge *more = arena_alloc(arena, capacity * sizeof *more);
      if (*n) memcpy(more, list, *n * sizeof *more);
      list = more;
    }
    for (uint32_t i = 0; i < edges.n; i++) {
      list[(*n)++] = (struct graph_edge){from, edges.list[i].to};
    }
  }
  if (*n == 0) return list;
  qsort(list, *n, sizeof *list, by_ends);
  uint32_t kept = 1;
  for (uint32_t i = 1; i < *n; i++) {
    if (by_ends(&list[i], &list[kept - 1]) != 0) list[kept++] = list[i];
  }
  *n = kept;
  return list;
}

/* Rules about calls: timeouts, retries, and who is called at all. */
#include <math.h>
#include <stdlib.h>

#include "lint.h"
#include "param.h"
#include "program.h"
#include "sim.h"

/* The nodes that a search has come to, for many searches that each come to few. */
struct visited {
  uint32_t *search; /* by node: the number of the last search that came there */
  uint32_t searches;
};

static bool visit_first(struct visited *visited, uint32_t node) {
  if (visited->search[node] == visited->searches) return false;
  visited->search[node] = visited->searches;
  return true;
}

/* --- timeouts ------------------------------------------------------------------------------- */

static bool is_finite(uint64_t timeout_ns) {
  return timeout_ns != PARAM_UNLIMITED;
}

/* The call of a component that gives up on one other too early, of those of several operations the
 * one by most. */
struct hasty {
  const struct call_edge *edge;
  uint64_t timeout_ns;
  double needed_ns;
};

/* How long a call may have to wait, ns, beyond which its timeout would be long enough. */
typedef double (*needed_fn)(const struct lint *lint, const struct call_edge *edge, double *by_node);

static void find_hasty(const struct lint *lint, uint32_t from, needed_fn needed, double *by_node,
                       struct hasty *worst) {
  const struct call_graph *graph = lint->graph;
  for (uint32_t i = graph->first[from]; i != NO_NODE; i = graph->node[i].next) {
    const struct call_node *node = &graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct call_edge *edge = &node->edge[k];
      uint64_t timeout_ns = node->outline.call[k].timeout_ns;
      if (edge->to == NO_NODE || !is_finite(timeout_ns)) continue;
      double needed_ns = needed(lint, edge, by_node), by = needed_ns - (double)timeout_ns;
      struct hasty *w = &worst[graph->node[edge->to].component];
      if (by <= 0 || (w->edge && w->needed_ns - (double)w->timeout_ns >= by)) continue;
      *w = (struct hasty){edge, timeout_ns, needed_ns};
    }
  }
}

/* Reports at most one call from each component to each other. */
static void each_hasty(struct lint *lint, needed_fn needed,
                       void (*report)(struct lint *lint, uint32_t from,
                                      const struct hasty *found)) {
  uint32_t n = lint->spec->components;
  double *by_node = mem_zeroed(lint->graph->nodes + 1, sizeof *by_node);
  for (uint32_t from = 0; from < n; from++) {
    if (node_of(lint->graph, from) == NULL) continue;
    struct hasty *worst = mem_zeroed(n, sizeof *worst);
    find_hasty(lint, from, needed, by_node, worst);
    for (uint32_t to = 0; to < n; to++) {
      if (worst[to].edge) report(lint, from, &worst[to]);
    }
    free(worst);
  }
  free(by_node);
}

static double patience_of(const struct lint *lint, const struct call_edge *edge, double *by_node) {
  (void)by_node;
  return lint->patience[edge->to];
}

static void report_inversion(struct lint *lint, uint32_t from, const struct hasty *found) {
  struct finding *f = lint_add_component(lint, from);
  const char *callee = node_name(lint->graph, found->edge->to);
  const char *own = lint_ns(lint, (double)found->timeout_ns);
  const char *theirs = lint_ns(lint, found->needed_ns);
  f->what = lint_text(lint, "it gives up on %s after %s, but %s can wait %s for its own calls",
                      callee, own, callee, theirs);
  f->why = lint_text(lint, "%s; after %s that goes on for nobody",
                     call_patience_words(lint->graph, lint->patience, found->edge->to), own);
  f->mend = lint_text(lint, "raise this timeout above %s, or shorten those below it to %s in all",
                      theirs, own);
}

void lint_timeout_inverted(struct lint *lint) {
  each_hasty(lint, patience_of, report_inversion);
}

/* What half of the answers take at least, without anybody waiting. `by_node`: of those that were
 * asked for, plus 1. */
static double median_work(const struct lint *lint, const struct call_edge *edge, double *by_node) {
  double *known = &by_node[edge->to];
  if (*known == 0) {
    struct call_bound bound = call_bound(lint->graph, edge->to, 0.5);
    *known = bound.least_ns + bound.gain_ns + 1;
  }
  return edge->least_ns + *known - 1;
}

static void report_no_time(struct lint *lint, uint32_t from, const struct hasty *found) {
  struct finding *f = lint_add_component(lint, from);
  const char *callee = node_name(lint->graph, found->edge->to);
  f->what =
      lint_text(lint, "it gives up on %s after %s, but half of the answers or more take %s", callee,
                lint_ns(lint, (double)found->timeout_ns), lint_ns(lint, found->needed_ns));
}

void lint_timeout_below_work(struct lint *lint) {
  each_hasty(lint, median_work, report_no_time);
}

void lint_timeout_beyond_run(struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  bool *said = mem_zeroed(lint->spec->components, sizeof *said);
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct outline_call *call = &node->outline.call[k];
      if (node->edge[k].to == NO_NODE || said[node->component]) continue;
      if (!is_finite(call->timeout_ns) || call->timeout_ns < run->duration_ns) continue;
      said[node->component] = true;
      struct finding *f = lint_add_component(lint, node->component);
      f->what =
          lint_text(lint, "its timeout for %s is %s, and the run lasts %s",
                    lint->spec->component[call->to].name, lint_ns(lint, (double)call->timeout_ns),
                    lint_ns(lint, (double)run->duration_ns));
    }
  }
  free(said);
}

/* --- requests that never end ---------------------------------------------------------------- */

/* What may swallow the message of a call: a fault, or else a path that loses some. */
struct swallow {
  const struct fault_spec *fault;
  uint32_t at; /* node before which it was found */
  const struct path_spec *path;
};

/* What waits for a hung member is answered when the hang is over. */
static bool hang_ends(const struct lint *lint, const struct fault_spec *fault) {
  if (fault->recurring) return true;
  double over_ns = (double)fault->at_ns + dist_mean(&fault->lasts);
  return !fault->forever && over_ns < (double)lint->scenario->run.duration_ns;
}

/* Whether a member that calls go to is hit, and not only copies that none does. */
static bool callee_hit(const struct lint *lint, struct fault_target target,
                       const struct call_node *to) {
  const struct outline_copies *copies = to->outline.copies;
  const struct component_spec *c = &lint->spec->component[to->component];
  if (copies == NULL || !copies->first_only) return lint_hits(lint, target, to->component);
  if (target.kind == TARGET_GROUP) {
    const struct target_group *group = &lint->spec->group[target.id];
    for (uint32_t i = 0; i < group->n; i++) {
      if (callee_hit(lint, group->target[i], to)) return true;
    }
    return false;
  }
  if (target.kind == TARGET_MEMBER) {
    return lint_hits(lint, target, to->component) &&
           (target.id != to->component || (target.member - 1) % copies->n == 0);
  }
  if (target_is_component(target)) return lint_hits(lint, target, to->component);
  for (uint32_t i = 0; i < c->instances && c->zones > 0; i += copies->n) {
    uint32_t zone = c->zone[i % c->zones];
    if (target.kind == TARGET_ZONE ? zone == target.id
                                   : lint->spec->zone[zone].region == target.id) {
      return true;
    }
  }
  return false;
}

static bool fault_swallows(const struct lint *lint, const struct fault_spec *fault,
                           const struct call_node *from, const struct call_node *to) {
  if (fault->on_path) {
    if (!fault->type->swallows) return false;
    bool forth =
        lint_hits(lint, fault->target, from->component) && callee_hit(lint, fault->other, to);
    bool back =
        callee_hit(lint, fault->target, to) && lint_hits(lint, fault->other, from->component);
    return forth || back;
  }
  if (fault->type->severs && lint_hits(lint, fault->target, from->component)) return true;
  if (fault->type->stalls ? hang_ends(lint, fault) : !fault->type->swallows) return false;
  return callee_hit(lint, fault->target, to);
}

static bool path_swallows(const struct call_edge *edge, const struct path_spec **path) {
  for (int way = 0; way < 2; way++) {
    if (edge->path[way] && edge->path[way]->loss > 0 && !edge->path[way]->tcp) {
      *path = edge->path[way];
      return true;
    }
  }
  return false;
}

/* Whether the answer has to wait for each call of a step. */
static bool holds_up(const struct call_node *node, uint32_t step) {
  return !node->replied[step] && node->outline.step[step].need == 0;
}

/* Follows calls without timeouts from a node; true if one can be swallowed by the fault (NULL: by a
 * path). */
static bool follow_patient(const struct lint *lint, uint32_t id, struct visited *visited,
                           struct swallow *swallow, uint32_t depth) {
  const struct call_node *node = &lint->graph->node[id];
  if (depth == CALL_DEPTH_MAX || !visit_first(visited, id)) return false;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    const struct call_edge *edge = &node->edge[k];
    const struct outline_call *call = &node->outline.call[k];
    if (edge->to == NO_NODE || is_finite(call->timeout_ns)) continue;
    if (is_finite(call->deadline_ns)) continue;
    if (!holds_up(node, edge->step)) continue;
    swallow->at = edge->to;
    if (swallow->fault ? fault_swallows(lint, swallow->fault, node, &lint->graph->node[edge->to])
                       : path_swallows(edge, &swallow->path)) {
      return true;
    }
    if (follow_patient(lint, edge->to, visited, swallow, depth + 1)) return true;
  }
  return false;
}

static void report_patient(struct lint *lint, uint32_t source, const struct swallow *swallow) {
  const char *client = lint->spec->component[source].name;
  const char *callee = node_name(lint->graph, swallow->at);
  const struct fault_spec *fault = swallow->fault;
  if (fault == NULL) {
    struct finding *f = lint_add_component(lint, source);
    f->what = lint_text(lint,
                        "nothing on the way to %s has a timeout, and the path there loses "
                        "%.3g %% of its messages",
                        callee, 100 * swallow->path->loss);
    f->why = "a request whose message is lost never ends";
    return;
  }
  struct finding *f = lint_add(lint, fault->file, fault->line, fault->name);
  f->what = lint_text(lint, "it swallows calls of %s, and nothing from %s to there has a timeout",
                      callee, client);
  f->why = "requests that meet it never end";
}

static void look_for_swallow(struct lint *lint, const struct fault_spec *fault) {
  uint32_t said = REF_NONE; /* the operations of a source stand side by side */
  struct visited visited = {.search = mem_zeroed(lint->graph->nodes + 1, sizeof(uint32_t))};
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!node_is_source(lint->graph, node) || node->component == said) continue;
    struct swallow swallow = {.fault = fault};
    visited.searches++;
    if (!follow_patient(lint, i, &visited, &swallow, 0)) continue;
    said = node->component;
    report_patient(lint, said, &swallow);
  }
  free(visited.search);
}

void lint_no_timeout(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (!fault->recurring && fault->at_ns >= lint->scenario->run.duration_ns) continue;
    look_for_swallow(lint, fault);
  }
  if (lint->spec->paths > 0) look_for_swallow(lint, NULL);
}

/* --- others who wait ------------------------------------------------------------------------ */

/* What becomes of others than who asked if a call is never answered; NULL: nothing. */
static const char *others_wait(const struct lint *lint, const struct call_node *node, uint32_t to) {
  const struct component_spec *component = &lint->spec->component[node->component];
  const bool *joins = lint_said(component, "single_flight", PARAM_BOOL);
  if (joins && *joins) {
    return "one that is lost is never answered, and later misses of its key join it, also when who "
           "asked has given up";
  }
  const struct handlers *handlers = lint_handlers(component);
  for (uint32_t i = 0; handlers && i < handlers->n; i++) {
    const struct program *program = &handlers->handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      const struct program_call *call = &program->call[k];
      if (call->prepares && call->component == to && !is_finite(call->policy.timeout_ns))
        return "a write whose decision is lost keeps its row locked for good";
    }
  }
  return NULL;
}

/* What swallows some of these calls; NULL: nothing does. */
static const char *swallowed_by(struct lint *lint, const struct call_node *node, uint32_t k) {
  const struct path_spec *path;
  const struct call_edge *edge = &node->edge[k];
  if (path_swallows(edge, &path)) {
    return lint_text(lint, "the path there loses %.3g %% of its messages", 100 * path->loss);
  }
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (!fault->recurring && fault->at_ns >= lint->scenario->run.duration_ns) continue;
    if (!fault_swallows(lint, fault, node, &lint->graph->node[edge->to])) continue;
    return lint_text(lint, "the fault '%s' swallows some", fault->name);
  }
  return NULL;
}

void lint_waits_for_ever(struct lint *lint) {
  uint32_t said = REF_NONE; /* the operations of a component stand side by side */
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls && node->component != said; k++) {
      const struct outline_call *call = &node->outline.call[k];
      if (node->edge[k].to == NO_NODE || is_finite(call->timeout_ns)) continue;
      const char *why = others_wait(lint, node, call->to);
      if (is_finite(call->deadline_ns) || why == NULL) continue;
      const char *by = swallowed_by(lint, node, k);
      if (by == NULL) continue;
      said = node->component;
      struct finding *f = lint_add_component(lint, said);
      f->why = why;
      f->what =
          lint_text(lint, "its calls to %s have no timeout, others wait for their answers, and %s",
                    lint->spec->component[call->to].name, by);
    }
  }
}

/* --- retries -------------------------------------------------------------------------------- */

/* The way below a node on which unlimited retries multiply to most. */
struct product {
  double attempts;
  uint32_t layers, call;
  bool known, open;
};

static bool multiplies(const struct outline_call *call) {
  return call->attempts > 1 && call->budget >= 1;
}

static const struct product *multiply(struct lint *lint, struct product *of, uint32_t id,
                                      uint32_t depth) {
  const struct call_node *node = &lint->graph->node[id];
  struct product *own = &of[id];
  static const struct product circle = {.attempts = 1};
  if (own->open || depth == CALL_DEPTH_MAX) return &circle;
  if (own->known) return own;
  *own = (struct product){.attempts = 1, .call = REF_NONE, .open = true};
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    const struct outline_call *call = &node->outline.call[k];
    if (node->edge[k].to == NO_NODE) continue;
    const struct product *below = multiply(lint, of, node->edge[k].to, depth + 1);
    double attempts = below->attempts * (multiplies(call) ? (double)call->attempts : 1);
    if (own->call != REF_NONE && attempts <= own->attempts) continue;
    own->attempts = attempts;
    own->layers = below->layers + multiplies(call);
    own->call = k;
  }
  own->open = false;
  own->known = true;
  return own;
}

static void report_product(struct lint *lint, const struct product *of, uint32_t id) {
  const struct product *p = &of[id];
  const char *factors = "", *last = "";
  uint32_t left = p->layers;
  struct finding *f = lint_add_component(lint, lint->graph->node[id].component);
  for (uint32_t at = id; left > 0;) {
    const struct call_node *node = &lint->graph->node[at];
    const struct outline_call *call = &node->outline.call[of[at].call];
    if (multiplies(call)) {
      left--;
      factors = lint_text(lint, "%s%s%llu by %s", factors, *factors ? ", times " : "",
                          (unsigned long long)call->attempts, node_name(lint->graph, at));
    }
    at = node->edge[of[at].call].to;
    last = node_name(lint->graph, at);
  }
  f->what = lint_text(lint, "%u layers retry: one request can become %.0f calls of %s", p->layers,
                      p->attempts, last);
  f->why = lint_text(lint, "attempts multiply: %s; no budget limits them", factors);
}

void lint_retries_multiply(struct lint *lint) {
  struct product *of = arena_alloc(lint->arena, (lint->graph->nodes + 1) * sizeof *of);
  uint32_t said = REF_NONE;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!node_is_source(lint->graph, node) || node->component == said) continue;
    if (multiply(lint, of, i, 0)->layers < 2) continue;
    said = node->component;
    report_product(lint, of, i);
  }
}

/* --- one request, many calls ---------------------------------------------------------------- */

/* Nobody means more than so many calls for one request. */
#define CALLS_MOST 1e5

/* Calls that follow from a visit where nothing fails; what comes back to an open node counts as
 * none. `of` is by node, -1: not known yet. */
static double calls_below(const struct call_graph *graph, double *of, uint32_t id, uint32_t depth) {
  const struct call_node *node = &graph->node[id];
  if (of[id] >= 0 || depth == CALL_DEPTH_MAX) return fmax(of[id], 0);
  of[id] = 0;
  double calls = 0;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    const struct call_edge *edge = &node->edge[k];
    if (edge->to == NO_NODE) continue;
    calls += edge->visits * (1 + calls_below(graph, of, edge->to, depth + 1));
  }
  return of[id] = calls;
}

/* The end of the way on which the calls of `id` multiply most, and how many come there on it. */
static uint32_t most_called(const struct call_graph *graph, const double *of, uint32_t id,
                            double *visits) {
  *visits = 1;
  for (uint32_t depth = 0; depth < CALL_DEPTH_MAX; depth++) {
    const struct call_node *node = &graph->node[id];
    const struct call_edge *best = NULL;
    double most = 0;
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct call_edge *edge = &node->edge[k];
      double below = edge->to == NO_NODE ? 0 : edge->visits * (1 + of[edge->to]);
      if (below > most) best = edge;
      most = fmax(most, below);
    }
    if (best == NULL) break;
    *visits *= best->visits;
    id = best->to;
  }
  return id;
}

static const char *many(struct lint *lint, double n) {
  if (n < 1e6) return lint_text(lint, "%.0f", n);
  return lint_text(lint, n < 1e8 ? "%.3g million" : "%.0f million", n / 1e6);
}

void lint_calls_explode(struct lint *lint) {
  const struct call_graph *graph = lint->graph;
  double *of = arena_alloc(lint->arena, (graph->nodes + 1) * sizeof *of), visits;
  uint32_t said = REF_NONE;
  for (uint32_t i = 0; i < graph->nodes; i++) of[i] = -1;
  for (uint32_t i = 0; i < graph->nodes; i++) {
    const struct call_node *node = &graph->node[i];
    if (!node_is_source(graph, node) || node->component == said) continue;
    double calls = calls_below(graph, of, i, 0);
    if (!(calls > CALLS_MOST)) continue;
    uint32_t to = most_called(graph, of, i, &visits);
    struct finding *f = lint_add_component(lint, said = node->component);
    f->what = lint_text(lint, "one of its requests makes %s calls, %s of them to %s",
                        many(lint, calls), many(lint, visits), node_name(graph, to));
  }
}

/* --- what is not reached -------------------------------------------------------------------- */

void lint_never_called(struct lint *lint) {
  if (!lint->graph->complete) return;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    if (component->bypassed || node_of(lint->graph, c)) continue;
    /* Work gets there, not calls; or nothing does. */
    if (component->kind->lodging || component->kind->stands_apart) continue;
    if (component_goes_on(component)) continue;
    if (lint_is_responder(lint->spec, c)) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = component->kind->is_source ? "it sends no requests" : "no request ever reaches it";
  }
}

const struct handlers *lint_handlers(const struct component_spec *component) {
  for (const struct param *p = component->kind->params; p->name; p++) {
    if (p->type == PARAM_HANDLERS) {
      return (const struct handlers *)((const char *)component->config + p->offset);
    }
  }
  return NULL;
}

void lint_unused_handler(struct lint *lint) {
  if (!lint->graph->complete) return;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct handlers *handlers = lint_handlers(&lint->spec->component[c]);
    if (handlers == NULL || node_of(lint->graph, c) == NULL) continue;
    for (uint32_t i = 0; i < handlers->n; i++) {
      int op = handlers->handler[i].op;
      if (op < 0 || node_find(lint->graph, c, op) != NO_NODE) continue;
      if (lint_probes(lint, c, op)) continue;
      struct finding *f = lint_add_component(lint, c);
      f->what = lint_text(lint, "it has a handler for operation '%s', which nobody sends to it",
                          lint->spec->op[op]);
    }
  }
}

/* --- keys and users ------------------------------------------------------------------------- */

/* What a component may ask of a request, and whether a source's requests have it. */
struct property {
  bool (*is_asked)(const struct outline *outline);
  bool (*is_had)(const struct outline_source *source);
  const char *name;
};

static bool asks_key(const struct outline *outline) {
  return outline->by_key;
}

static bool has_keys(const struct outline_source *source) {
  return source->has_keys;
}

static bool asks_user(const struct outline *outline) {
  return outline->by_user;
}

static bool has_users(const struct outline_source *source) {
  return source->has_users;
}

static uint32_t find_asking(const struct lint *lint, const struct property *property, uint32_t id,
                            struct visited *visited, uint32_t depth) {
  const struct call_node *node = &lint->graph->node[id];
  if (depth == CALL_DEPTH_MAX || !visit_first(visited, id)) return NO_NODE;
  if (property->is_asked(&node->outline)) return id;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    if (node->edge[k].to == NO_NODE) continue;
    uint32_t found = find_asking(lint, property, node->edge[k].to, visited, depth + 1);
    if (found != NO_NODE) return found;
  }
  return NO_NODE;
}

static void lint_without(struct lint *lint, const struct property *property) {
  uint32_t said = REF_NONE;
  struct visited visited = {.search = mem_zeroed(lint->graph->nodes + 1, sizeof(uint32_t))};
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!node_is_source(lint->graph, node) || property->is_had(&node->outline.source)) continue;
    if (node->component == said) continue;
    visited.searches++;
    uint32_t found = find_asking(lint, property, i, &visited, 0);
    if (found == NO_NODE) continue;
    said = node->component;
    struct finding *f = lint_add_component(lint, said);
    f->what = lint_text(lint, "its requests have no %s and reach %s \"%s\"", property->name,
                        node_spec(lint->graph, &lint->graph->node[found])->kind->name,
                        node_name(lint->graph, found));
  }
  free(visited.search);
}

void lint_no_keys(struct lint *lint) {
  lint_without(lint, &(struct property){asks_key, has_keys, "keys"});
}

void lint_no_users(struct lint *lint) {
  lint_without(lint, &(struct property){asks_user, has_users, "users"});
}

bool lint_asks_users(const struct lint *lint, uint32_t source) {
  const struct property users = {asks_user, has_users, "users"};
  struct visited visited = {.search = mem_zeroed(lint->graph->nodes + 1, sizeof(uint32_t))};
  bool asked = false;
  for (uint32_t i = 0; i < lint->graph->nodes && !asked; i++) {
    if (lint->graph->node[i].component != source) continue;
    visited.searches++;
    asked = find_asking(lint, &users, i, &visited, 0) != NO_NODE;
  }
  free(visited.search);
  return asked;
}

/* --- reads and writes ----------------------------------------------------------------------- */

/* "'insert'", "'insert' and 'remove'": the operations that reach a component and are untold. */
static const char *untold_operations(struct lint *lint, uint32_t component, uint32_t *n) {
  const char *names = "";
  *n = 0;
  for (uint32_t op = 0; op < lint->spec->ops; op++) {
    if (node_find(lint->graph, component, (int)op) == NO_NODE) continue;
    if (data_op_of(lint->spec, component, (int)op) != DATA_UNTOLD) continue;
    const char *between = *n == 0 ? "" : " and ";
    names = lint_text(lint, "%s%s'%s'", names, between, lint->spec->op[op]);
    (*n)++;
  }
  return names;
}

void lint_untold_operation(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    if (component->kind->data_op == NULL || component->bypassed) continue;
    uint32_t n;
    const char *names = untold_operations(lint, c, &n);
    if (n == 0) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "operation%s %s reach%s it, listed neither as read nor as write",
                        n > 1 ? "s" : "", names, n > 1 ? "" : "es");
  }
}

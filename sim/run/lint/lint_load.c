/* Rules about load: what workers, queues and connections can take. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lint.h"
#include "network/accept.h"
#include "outbound.h"
#include "param.h"
#include "sim.h"

/* --- saturation ----------------------------------------------------------------------------- */

static double arrivals_of(const struct lint *lint, uint32_t component) {
  double rate = 0;
  const struct call_graph *graph = lint->graph;
  for (uint32_t i = graph->first[component]; i != NO_NODE; i = graph->node[i].next) {
    rate += graph->node[i].rate_per_s;
  }
  return rate;
}

static void report_overload(struct lint *lint, uint32_t component, bool bounded) {
  double load = lint->graph->load[component], workers = call_workers(lint->graph, component);
  double rate = arrivals_of(lint, component), beyond = rate * (1 - workers / load);
  struct finding *f = lint_add_component(lint, component);
  f->what = lint_text(lint, "the offered load needs %.4g workers, and it has %.0f", load, workers);
  const char *base = lint_text(lint, "%s arrive and each holds a worker for %s on average",
                               lint_rate(lint, rate), lint_ns(lint, load / rate * 1e9));
  if (!(beyond > 1e-6 * rate)) {
    f->why = lint_text(lint, "%s: exactly as much as they can do, so that %s", base,
                       bounded ? "any chance crowd must be refused"
                               : "the queue is never worked off and grows without end");
  } else if (bounded) {
    f->why = lint_text(lint, "%s: %s must be refused", base, lint_rate(lint, beyond));
  } else {
    f->why = lint_text(lint,
                       "%s: the queue, which has no limit, grows by %s as long as the run "
                       "lasts",
                       base, lint_rate(lint, beyond));
  }
  f->mend = lint_text(lint, "more than %.4g workers over all instances, %s", load,
                      bounded ? "or less work" : "less work, or a limit for the queue");
}

static void look_for_overload(struct lint *lint, bool bounded) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    double load = lint->graph->load[c];
    if (node == NULL || !(load >= call_workers(lint->graph, c) * (1 - 1e-9))) continue;
    bool full = load <= call_workers(lint->graph, c) * (1 + 1e-9);
    if (bounded != (node->outline.queue != PARAM_UNLIMITED)) continue;
    if (bounded && full) continue; /* exactly busy: what is refused does not follow */
    report_overload(lint, c, bounded);
  }
}

void lint_overload_unbounded(struct lint *lint) {
  look_for_overload(lint, false);
}

void lint_overload_bounded(struct lint *lint) {
  look_for_overload(lint, true);
}

/* Components that keep up on average, but not while the rate is greatest. */
void lint_overload_at_peak(struct lint *lint) {
  uint32_t n = lint->spec->components;
  double *mean = arena_alloc(lint->arena, (n + 1) * sizeof *mean);
  for (uint32_t c = 0; c < n; c++) mean[c] = lint->graph->load[c];
  call_graph_load(lint->graph, RATE_PEAK);
  for (uint32_t c = 0; c < n; c++) {
    double load = lint->graph->load[c], workers = call_workers(lint->graph, c);
    if (mean[c] >= workers * (1 - 1e-9) || load <= workers * (1 + 1e-9)) continue;
    bool bounded = node_of(lint->graph, c)->outline.queue != PARAM_UNLIMITED;
    double rate = arrivals_of(lint, c), beyond = rate * (1 - workers / load);
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(
        lint, "at its peak the offered load needs %.4g workers, on average %.4g; it has %.0f", load,
        mean[c], workers);
    f->why = lint_text(lint,
                       "when %s arrive, %s %s; latencies over the whole run mix that with "
                       "calmer times",
                       lint_rate(lint, rate), lint_rate(lint, beyond),
                       bounded ? "must be refused" : "more than it can do wait");
  }
  call_graph_load(lint->graph, RATE_MEAN);
}

/* --- traces --------------------------------------------------------------------------------- */

#define MUCH 0.05 /* of the run */

void lint_trace_ends_early(struct lint *lint) {
  double run_ns = (double)lint->scenario->run.duration_ns;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    double ends_ns = node ? (double)node->outline.source.ends_ns : 0;
    if (!(ends_ns > 0) || ends_ns > run_ns * (1 - MUCH)) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "its trace ends at %s, and the run at %s", lint_ns(lint, ends_ns),
                        lint_ns(lint, run_ns));
  }
}

/* --- connections ---------------------------------------------------------------------------- */

/* How many calls of a component can be present at once, seen from those who make them. A caller
 * that holds a worker during its calls is a pool; one that does not passes on what it is given. */
struct pools {
  struct lint *lint;
  double *size; /* by component; NAN: not known yet */
  bool *open;   /* by component, a pool that is being looked at */
  uint32_t depth;
};

static bool is_pool(const struct lint *lint, uint32_t component) {
  const struct call_node *node = node_of(lint->graph, component);
  return node && node->outline.holds && node->outline.workers != PARAM_UNLIMITED;
}

/* Looking for calls of `target`. */
struct fan {
  const struct lint *lint;
  uint32_t target, depth;
  double *known; /* by node; NAN: not looked at yet; a circle counts as nothing */
};

static double fan(struct fan *f, uint32_t id);

static double fan_of_call(struct fan *f, const struct call_node *node, uint32_t k) {
  uint32_t to = node->edge[k].to;
  if (to == NO_NODE) return 0;
  uint32_t component = f->lint->graph->node[to].component;
  double times = node->outline.call[k].times;
  if (component == f->target) return times;
  return is_pool(f->lint, component) ? 0 : times * fan(f, to);
}

/* The largest number of calls of the target that one visit of a node makes at once. */
static double fan(struct fan *f, uint32_t id) {
  const struct call_node *node = &f->lint->graph->node[id];
  double most = 0;
  if (!isnan(f->known[id])) return f->known[id];
  if (f->depth == CALL_DEPTH_MAX) return 0;
  f->known[id] = 0;
  f->depth++;
  for (uint32_t i = 0; i < node->outline.steps; i++) {
    const struct outline_step *step = &node->outline.step[i];
    double here = 0;
    for (uint32_t k = step->first; k < step->first + step->count; k++) {
      double one = fan_of_call(f, node, k);
      here = step->what == OUTLINE_CHOICE ? fmax(here, one) : here + one;
    }
    most = fmax(most, here);
  }
  f->depth--;
  return f->known[id] = most;
}

/* How many calls of the target each component makes at once, the most of all its operations. To be
 * freed. */
static double *fans(const struct lint *lint, uint32_t target) {
  const struct call_graph *graph = lint->graph;
  struct fan f = {.lint = lint, .target = target};
  double *most = mem_zeroed(lint->spec->components, sizeof *most);
  f.known = mem_alloc((graph->nodes + 1) * sizeof *f.known);
  for (uint32_t i = 0; i < graph->nodes; i++) f.known[i] = NAN;
  for (uint32_t i = 0; i < graph->nodes; i++) {
    uint32_t c = graph->node[i].component;
    bool counts = lint->spec->component[c].kind->is_source || is_pool(lint, c);
    if (counts && c != target) most[c] = fmax(most[c], fan(&f, i));
  }
  free(f.known);
  return most;
}

static double pool_size(struct pools *p, uint32_t component);

/* Calls that sources and pools can have at the target. `from_pools`: without those of open sources,
 * whose number has no limit. */
static double calls_at(struct pools *p, uint32_t target, double *from_pools) {
  double all = 0, *at_once = fans(p->lint, target);
  *from_pools = 0;
  for (uint32_t c = 0; c < p->lint->spec->components; c++) {
    if (at_once[c] <= 0) continue;
    double calls = at_once[c] * pool_size(p, c);
    all += calls;
    if (isfinite(calls)) *from_pools += calls;
  }
  free(at_once);
  return all;
}

static double pool_size(struct pools *p, uint32_t component) {
  const struct call_node *node = node_of(p->lint->graph, component);
  const struct component_spec *spec = &p->lint->spec->component[component];
  if (spec->kind->is_source) {
    double users = (double)node->outline.source.users * spec->instances;
    return users > 0 ? users : INFINITY;
  }
  if (p->open[component]) return INFINITY; /* a circle */
  if (!isnan(p->size[component])) return p->size[component];
  double workers = call_workers(p->lint->graph, component);
  if (p->depth == CALL_DEPTH_MAX) return workers;
  p->open[component] = true;
  p->depth++;
  double from_pools, callers = calls_at(p, component, &from_pools);
  p->open[component] = false;
  p->depth--;
  return p->size[component] = fmin(workers, callers);
}

#define POOLS_NAMED 4u

static const char *list_pools(struct pools *p, uint32_t target) {
  const char *list = "";
  double *at_once = fans(p->lint, target);
  uint32_t named = 0;
  for (uint32_t c = 0; c < p->lint->spec->components; c++) {
    const struct component_spec *caller = &p->lint->spec->component[c];
    if (caller->kind->is_source || at_once[c] <= 0) continue;
    if (named++ == POOLS_NAMED) list = lint_text(p->lint, "%s and others", list);
    if (named > POOLS_NAMED) continue;
    const char *times =
        at_once[c] > 1 ? lint_text(p->lint, " with %.0f calls at once", at_once[c]) : "";
    list = lint_text(p->lint, "%s%s%s has %u instance%s of %llu workers%s", list, *list ? ", " : "",
                     caller->name, caller->instances, caller->instances == 1 ? "" : "s",
                     (unsigned long long)node_of(p->lint->graph, c)->outline.workers, times);
  }
  free(at_once);
  return list;
}

/* Whether an earlier call of the component to the same one has a pool by the same settings, which
 * both share. */
static bool shares_pool(const struct lint *lint, const struct call_node *node, uint32_t k) {
  const struct outline_call *call = &node->outline.call[k];
  for (const struct call_node *before = lint->graph->node; before <= node; before++) {
    if (before->component != node->component) continue;
    for (uint32_t i = 0; i < (before < node ? before->outline.calls : k); i++) {
      const struct outline_call *other = &before->outline.call[i];
      if (other->to != call->to || !other->policy || !other->policy->pool.given) continue;
      if (memcmp(&other->policy->pool, &call->policy->pool, sizeof call->policy->pool) == 0) {
        return true;
      }
    }
  }
  return false;
}

/* Places in the pools of all that call the target; INFINITY: some call has no pool. */
static double places_towards(const struct lint *lint, uint32_t target) {
  double places = 0;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct outline_call *call = &node->outline.call[k];
      if (call->to != target) continue;
      if (!call->policy || !call->policy->pool.given) return INFINITY;
      const struct concurrency_config *size = &call->policy->pool.size;
      double most = (double)(size->rule == CONCURRENCY_FIXED ? size->start : size->most);
      if (shares_pool(lint, node, k)) continue;
      places += most * lint->spec->component[node->component].instances;
    }
  }
  return places;
}

/* Connections that one instance takes up, where calls come one to a connection; else unlimited. */
static uint64_t accept_most(const struct lint *lint, const struct component_spec *component) {
  for (uint32_t i = 0; i < lint->spec->paths; i++) {
    if (lint->spec->path[i].tcp && lint->spec->path[i].connect.streams > 1) return PARAM_UNLIMITED;
  }
  const struct accept_config *accept =
      component->kind->accept ? component->kind->accept(component->config) : NULL;
  return accept && accept->given ? accept->most : PARAM_UNLIMITED;
}

/* Of databases, which refuse calls without a connection, or of what accepts connections. */
static void look_for_pools(struct lint *lint, bool accepts) {
  uint32_t n = lint->spec->components;
  struct pools p = {.lint = lint,
                    .size = arena_alloc(lint->arena, (n + 1) * sizeof *p.size),
                    .open = arena_alloc(lint->arena, n + 1)};
  for (uint32_t c = 0; c < n; c++) p.size[c] = NAN;
  for (uint32_t c = 0; c < n; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    const struct component_spec *spec = &lint->spec->component[c];
    uint64_t each = node == NULL ? PARAM_UNLIMITED
                    : accepts    ? accept_most(lint, spec)
                                 : node->outline.connections;
    if (each == PARAM_UNLIMITED) continue;
    double connections = (double)each * spec->instances;
    double pools;
    calls_at(&p, c, &pools);
    const char *list = list_pools(&p, c);
    double places = places_towards(lint, c);
    if (places < pools) {
      pools = places;
      list = lint_text(lint, "%s, which have %.0f places in pools towards it", list, places);
    }
    if (pools <= connections || *list == '\0') continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "%.0f calls can want a connection at once, and it has %.0f", pools,
                        connections);
    f->why = lint_text(
        lint, "%s; when it is slow they all wait for it, and those beyond %.0f %s", list,
        connections, accepts ? "wait to be taken up, at worst until they time out" : "are refused");
    f->mend = lint_text(lint,
                        "at least %.0f connections, or fewer workers or instances that call "
                        "it",
                        pools);
  }
}

void lint_pool_exceeds_connections(struct lint *lint) {
  look_for_pools(lint, false);
}

void lint_pool_exceeds_accept(struct lint *lint) {
  look_for_pools(lint, true);
}

/* --- a clock that stands still -------------------------------------------------------------- */

static bool takes_no_time(const struct dist *time) {
  return time->kind == DIST_CONSTANT && time->a <= 0;
}

static const struct fault_spec *fault_that_refuses(const struct lint *lint, uint32_t component) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    bool fails = fault->type->gate == OUTCOME_FAILED && fault->ratio >= 1;
    if ((!fault->type->refuses && !fails) || fault->on_path || fault->recurring) continue;
    if (fault->at_ns >= lint->scenario->run.duration_ns) continue;
    if (!fault->forever && dist_mean(&fault->lasts) <= 0) continue;
    if (lint_hits_all(lint, fault->target, component)) return fault;
  }
  return NULL;
}

/* How a call of the node can be answered at the instant of its arrival, in words; NULL: not. */
static const char *answers_at_once(struct lint *lint, uint32_t id, double users, uint32_t depth) {
  const struct call_node *node = &lint->graph->node[id];
  const struct outline *outline = &node->outline;
  const char *name = node_name(lint->graph, id);
  if (!node->known) return NULL;
  const struct fault_spec *fault = fault_that_refuses(lint, node->component);
  if (fault) return lint_text(lint, "during %s, %s refuses at once", fault->name, name);
  if (outline->workers != PARAM_UNLIMITED && outline->queue != PARAM_UNLIMITED) {
    double places =
        (double)(outline->workers + outline->queue) * node_spec(lint->graph, node)->instances;
    if (users > places) {
      return lint_text(lint, "%s has place for %.0f of them and refuses the others at once", name,
                       places);
    }
  }
  for (uint32_t i = 0; depth < 16 && i < outline->steps && node->certain[i]; i++) {
    const struct outline_step *step = &outline->step[i];
    if (step->what == OUTLINE_END) {
      return lint_text(lint, "%s answers without any time passing", name);
    }
    if (step->what == OUTLINE_WORK || step->what == OUTLINE_PAUSE) {
      if (!takes_no_time(&step->time)) return NULL;
      continue;
    }
    if (step->count != 1) return NULL;
    const struct call_edge *edge = &node->edge[step->first];
    if (edge->to == NO_NODE || edge->mean_ns > 0) return NULL;
    const char *words = answers_at_once(lint, edge->to, users, depth + 1);
    return words && step->target == 0 ? words : NULL;
  }
  return NULL;
}

void lint_closed_without_think(struct lint *lint) {
  uint32_t said = REF_NONE;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    const struct outline_source *source = &node->outline.source;
    if (source->users == 0 || !takes_no_time(&source->think) || node->component == said) continue;
    if (node->outline.calls != 1 || node->edge[0].mean_ns > 0) continue;
    if (node->outline.call[0].attempts > 1 && source->pause_ns > 0) continue;
    double users = (double)source->users * node_spec(lint->graph, node)->instances;
    const char *how = answers_at_once(lint, node->edge[0].to, users, 0);
    if (how == NULL) continue;
    said = node->component;
    struct finding *f = lint_add_component(lint, said);
    f->what =
        lint_text(lint, "its %.0f users have no think time, and can be answered at once", users);
    f->why = lint_text(lint,
                       "%s: they ask again at the same instant, for ever, and the run is "
                       "given up",
                       how);
  }
}

/* Rules about what a scenario says and nothing comes of: what no call meets, what no value reads.
 */
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "lint.h"
#include "pace.h"
#include "sim.h"

/* --- parameters ----------------------------------------------------------------------------- */

void lint_means_nothing(struct lint *lint) {
  for (uint32_t i = 0; i < lint->scenario->idles; i++) {
    const struct scenario_idle *idle = &lint->scenario->idle[i];
    lint_add(lint, idle->file, idle->line, idle->subject)->what = idle->what;
  }
}

void lint_unread_param(struct lint *lint) {
  for (uint32_t i = 0; i < lint->scenario->params; i++) {
    const struct scenario_param *param = &lint->scenario->param[i];
    if (!param->unread) continue;
    struct finding *f = lint_add(lint, param->file, param->line, param->name);
    f->what = lint_text(lint, "no expression of the scenario uses the parameter %s", param->name);
  }
}

/* --- users ---------------------------------------------------------------------------------- */

/* Whether copies of data are kept, so that the ledger follows who reads what. */
static bool keeps_copies(const struct spec *spec) {
  for (uint32_t c = 0; c < spec->components; c++) {
    const struct kind *kind = spec->component[c].kind;
    if (kind->keeps_versions && kind->keeps_versions(spec->component[c].config)) return true;
    if (kind->on_written && data_truth(spec, c) != REF_NONE) return true;
  }
  return false;
}

void lint_unread_users(struct lint *lint) {
  if (keeps_copies(lint->spec)) return;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    if (node == NULL || !node->outline.source.only_users || lint_asks_users(lint, c)) continue;
    lint_add_component(lint, c)->what =
        "its users have no tier, and no component asks who they are";
  }
}

/* --- places --------------------------------------------------------------------------------- */

static bool lives_in(const struct component_spec *c, uint32_t zone) {
  for (uint32_t i = 0; i < c->zones && i < c->instances; i++) {
    if (c->zone[i] == zone) return true;
  }
  return false;
}

void lint_empty_zone(struct lint *lint) {
  const struct spec *spec = lint->spec;
  for (uint32_t z = 0; z < spec->zones; z++) {
    const struct zone_spec *zone = &spec->zone[z];
    bool empty = zone->region != REF_NONE;
    for (uint32_t c = 0; empty && c < spec->components; c++) {
      empty = !lives_in(&spec->component[c], z);
    }
    if (!empty) continue;
    struct finding *f = lint_add(lint, zone->file, zone->line, spec->region[zone->region]);
    f->what = lint_text(lint, "no component lives in zone %s of region %s", zone->name,
                        spec->region[zone->region]);
  }
}

/* --- lives ---------------------------------------------------------------------------------- */

/* What faults and controls make of a component's members, whenever that is. */
struct lives {
  bool start, drain;
};

static struct lives lives_of(const struct lint *lint, uint32_t component) {
  bool controlled = lint->spec->component[component].comes_and_goes;
  struct lives lives = {controlled, controlled};
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->on_path || !lint_hits(lint, fault->target, component)) continue;
    bool ends = fault->recurring || !fault->forever;
    enum fault_life life = fault->type->life;
    lives.start |= life == LIFE_COMES || (ends && (life == LIFE_ENDS || life == LIFE_LEAVES));
    lives.drain |= life == LIFE_LEAVES || (ends && life == LIFE_COMES);
  }
  lives.start |= action_restarts(lint->spec, component);
  return lives;
}

static bool warms_up(const struct lint *lint, uint32_t component) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (node->component == component) return node->outline.pace && node->outline.pace->warm.given;
  }
  return false;
}

void lint_never_starts(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    struct lives lives = lives_of(lint, c);
    if (dist_mean(&component->start) > 0 && !lives.start) {
      lint_add_component(lint, c)->what =
          "it says how long it takes to start, and no crash or stop of it ends, nor does it join";
    }
    if (warms_up(lint, c) && !lives.start) {
      lint_add_component(lint, c)->what =
          "it is slow after a start, and no crash or stop of it ends, nor does it join";
    }
    if (component->drain_ns > 0 && !lives.drain) {
      lint_add_component(lint, c)->what = "it says how long it drains, and nothing stops it";
    }
  }
}

/* The value of a component's parameter; NULL: its kind has none of that name. */
static const void *value_of(const struct component_spec *component, const char *name) {
  const struct param *p = component->kind->params;
  while (p && p->name && strcmp(p->name, name) != 0) p++;
  return p && p->name ? (const char *)component->config + p->offset : NULL;
}

static bool is_given(const struct component_spec *component, const char *group) {
  const bool *given = value_of(component, group); /* the first member of a group */
  return given && *given;
}

/* Whether a balancer without checks sees members of a backend come: a crash it does not see. */
static bool is_listed_again(const struct lint *lint, uint32_t backend) {
  if (lint->spec->component[backend].comes_and_goes) return true;
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->on_path || !lint_hits(lint, fault->target, backend)) continue;
    bool ends = fault->recurring || !fault->forever;
    if (fault->type->life == LIFE_COMES) return true;
    if (fault->type->life == LIFE_LEAVES && ends) return true;
  }
  return false;
}

void lint_slow_start_never(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    const uint64_t *slow_start_ns = value_of(component, "slow_start");
    if (slow_start_ns == NULL || *slow_start_ns == 0) continue;
    if (is_given(component, "health_check") || is_given(component, "outlier")) continue;
    const struct call_node *node = node_of(lint->graph, c);
    bool comes = node == NULL;
    for (uint32_t k = 0; node && !comes && k < node->outline.calls; k++) {
      comes = is_listed_again(lint, node->outline.call[k].to);
    }
    if (comes) continue;
    lint_add_component(lint, c)->what =
        "it starts backends slowly that come into use, and has neither health_check nor outlier, "
        "and none of its backends joins, scales or is stopped for a time";
  }
}

/* --- who meets whom ------------------------------------------------------------------------- */

/* Those who call a name call what it stands for. */
static bool meet_by_name(const struct lint *lint, uint32_t name, uint32_t called,
                         lint_meet_fn *meet, void *context) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      if (node->outline.call[k].to != name) continue;
      if (!meet(context, node->component, called)) return false;
    }
  }
  return true;
}

/* Those who stand apart ask whom they watch. */
static bool meet_watched(const struct spec *spec, uint32_t watcher, lint_meet_fn *meet,
                         void *context) {
  const struct component_spec *component = &spec->component[watcher];
  if (!component->kind->stands_apart) return true;
  for (const struct param *p = component->kind->params; p->name; p++) {
    if (p->type != PARAM_REF) continue;
    uint32_t to = *(const uint32_t *)((const char *)component->config + p->offset);
    if (to != REF_NONE && !meet(context, watcher, to)) return false;
  }
  return true;
}

bool lint_is_responder(const struct spec *spec, uint32_t component) {
  for (uint32_t p = 0; p < spec->paths; p++) {
    const struct connect_config *connect = &spec->path[p].connect;
    if (connect->check != CHECK_NONE && connect->responder == component) return true;
  }
  return false;
}

/* Who asks a responder about the certificates of a path: who opens connections over it. */
static bool meet_responders(const struct lint *lint, const struct call_node *node, uint32_t to,
                            lint_meet_fn *meet, void *context) {
  const struct spec *spec = lint->spec;
  for (uint32_t i = 0; i < lint_sites_of(spec, node->component); i++) {
    for (uint32_t k = 0; k < lint_sites_of(spec, to); k++) {
      bool backwards;
      uint32_t path = spec_path_between(spec, lint_site_of(spec, node->component, i),
                                        lint_site_of(spec, to, k), &backwards);
      if (path == REF_NONE || spec->path[path].connect.check == CHECK_NONE) continue;
      uint32_t responder = spec->path[path].connect.responder;
      if (responder != REF_NONE && !meet(context, node->component, responder)) return false;
    }
  }
  return true;
}

void lint_meetings(const struct lint *lint, lint_meet_fn *meet, void *context) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      uint32_t to = node->outline.call[k].to;
      bool by_name = lint->spec->component[node->component].kind->by_name;
      if (by_name && !meet_by_name(lint, node->component, to, meet, context)) return;
      if (!meet(context, node->component, to)) return;
      if (!meet_responders(lint, node, to, meet, context)) return;
    }
  }
  const struct spec *spec = lint->spec;
  for (uint32_t a = 0; a < spec->components; a++) {
    if (!meet_watched(spec, a, meet, context)) return;
    for (uint32_t b = 0; component_sends(&spec->component[a]) && b < spec->components; b++) {
      if (spec->component[b].kind != spec->component[a].kind) continue;
      if (a == b && spec->component[a].instances == 1) continue;
      if (!meet(context, a, b)) return;
    }
  }
}

struct site lint_site_of(const struct spec *spec, uint32_t component, uint32_t i) {
  const struct component_spec *c = &spec->component[component];
  return (struct site){component, c->zones ? c->zone[i] : REF_NONE};
}

uint32_t lint_sites_of(const struct spec *spec, uint32_t component) {
  const struct component_spec *c = &spec->component[component];
  uint32_t n = c->zones < c->instances ? c->zones : c->instances;
  return n ? n : 1;
}

struct paths_used {
  const struct spec *spec;
  bool *used; /* by path */
};

static bool mark_paths(void *context, uint32_t caller, uint32_t called) {
  struct paths_used *p = context;
  for (uint32_t i = 0; i < lint_sites_of(p->spec, caller); i++) {
    for (uint32_t k = 0; k < lint_sites_of(p->spec, called); k++) {
      struct site a = lint_site_of(p->spec, caller, i), b = lint_site_of(p->spec, called, k);
      bool backwards;
      uint32_t there = spec_path_between(p->spec, a, b, &backwards);
      uint32_t back = spec_path_between(p->spec, b, a, &backwards);
      if (there != REF_NONE) p->used[there] = true;
      if (back != REF_NONE) p->used[back] = true;
    }
  }
  return true;
}

/* Whether calls would use the path if it were the only one. */
static bool is_overridden(const struct lint *lint, uint32_t path) {
  struct spec alone = *lint->spec;
  alone.path = &lint->spec->path[path];
  alone.paths = 1;
  bool used = false;
  struct paths_used p = {&alone, &used};
  lint_meetings(lint, mark_paths, &p);
  return used;
}

void lint_unused_path(struct lint *lint) {
  const struct spec *spec = lint->spec;
  if (!lint->graph->complete) return;
  struct paths_used p = {spec, mem_zeroed(spec->paths + 1, sizeof *p.used)};
  lint_meetings(lint, mark_paths, &p);
  for (uint32_t i = 0; i < spec->paths; i++) {
    if (p.used[i]) continue;
    const struct path_spec *path = &spec->path[i];
    const char *from = spec_place_name(spec, path->from), *to = spec_place_name(spec, path->to);
    struct finding *f = lint_add(lint, path->file, path->line, lint_text(lint, "%s-%s", from, to));
    if (is_overridden(lint, i)) {
      f->what = lint_text(lint, "more specific paths carry all calls between %s and %s", from, to);
    } else {
      f->what = lint_text(lint, "nothing calls from %s to %s%s", from, to,
                          path->one_way ? ", nor is answered that way" : ", or the other way");
    }
  }
  free(p.used);
}

/* --- faults --------------------------------------------------------------------------------- */

struct between {
  const struct lint *lint;
  const struct fault_spec *fault;
  bool met; /* a call that goes there, and for a slow path one that takes time */
};

/* Whether messages between two components are delayed where any of their members live. */
static bool takes_time(const struct spec *spec, uint32_t a, uint32_t b) {
  for (uint32_t i = 0; i < lint_sites_of(spec, a); i++) {
    for (uint32_t k = 0; k < lint_sites_of(spec, b); k++) {
      bool backwards;
      struct site from = lint_site_of(spec, a, i), to = lint_site_of(spec, b, k);
      for (int way = 0; way < 2; way++) {
        uint32_t path = way == 0 ? spec_path_between(spec, from, to, &backwards)
                                 : spec_path_between(spec, to, from, &backwards);
        if (path == REF_NONE) continue;
        const struct path_spec *p = &spec->path[path];
        if (p->bits_per_s > 0 || path_mean_ns(p) > 0) return true;
      }
    }
  }
  return false;
}

static bool meets_between(void *context, uint32_t caller, uint32_t called) {
  struct between *b = context;
  struct fault_target one = b->fault->target, other = b->fault->other;
  if (!b->fault->on_path) { /* of one place, to or from anybody else */
    b->met = lint_hits(b->lint, one, caller) || lint_hits(b->lint, one, called);
    return !b->met;
  }
  b->met = (lint_hits(b->lint, one, caller) && lint_hits(b->lint, other, called)) ||
           (lint_hits(b->lint, one, called) && lint_hits(b->lint, other, caller));
  if (b->fault->type->stretches) b->met &= takes_time(b->lint->spec, caller, called);
  return !b->met;
}

static bool works(const struct call_node *node) {
  for (uint32_t i = 0; i < node->outline.steps; i++) {
    const struct outline_step *step = &node->outline.step[i];
    if (step->what == OUTLINE_WORK && dist_mean(&step->time) > 0) return true;
  }
  return false;
}

/* A component that the fault hits and that works, or may: so that there is something to slow. */
static bool finds_work(const struct lint *lint, struct fault_target target) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (lint_hits(lint, target, node->component) && (!node->known || works(node))) return true;
  }
  return false;
}

static const char *why_nothing(struct lint *lint, const struct fault_spec *fault) {
  const struct fault_def *type = fault->type;
  if (type->idle && type->idle(fault)) return type->idle(fault);
  if (!lint->graph->complete) return NULL;
  if (fault->on_path) {
    struct between b = {lint, fault, false};
    lint_meetings(lint, meets_between, &b);
    if (b.met) return NULL;
    return type->stretches ? "no call between the two places takes any time on its way"
                           : "no call goes between the two places";
  }
  if (type->severs) {
    struct between b = {lint, fault, false};
    lint_meetings(lint, meets_between, &b);
    return b.met ? NULL : "no call goes to it or comes from it";
  }
  if (type->needs_tls && !lint_meets_tls(lint, fault->target)) {
    return "nobody opens a connection with TLS to what it hits";
  }
  if (!type->stretches || finds_work(lint, fault->target)) return NULL;
  return "what it slows does no work that takes time";
}

void lint_fault_without_effect(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    const char *why = why_nothing(lint, fault);
    if (why != NULL) lint_add(lint, fault->file, fault->line, fault->name)->what = why;
  }
}

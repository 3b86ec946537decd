/* Rules about paths with transport = "tcp" and their connections. */
#include "lint.h"
#include "network/accept.h"
#include "outbound.h"
#include "sim.h"

static const struct path_spec *tcp_of(const struct call_edge *edge) {
  return edge->to != NO_NODE && edge->path[0] && edge->path[0]->tcp ? edge->path[0] : NULL;
}

/* Calls `see` with each call that goes over such a path. */
static void each_tcp_call(struct lint *lint,
                          void (*see)(struct lint *lint, const struct call_node *from,
                                      const struct call_edge *edge, const struct outline_call *call,
                                      const struct path_spec *path)) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct path_spec *path = tcp_of(&node->edge[k]);
      if (path) see(lint, node, &node->edge[k], &node->outline.call[k], path);
    }
  }
}

bool lint_meets_tls(const struct lint *lint, struct fault_target target) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct path_spec *path = tcp_of(&node->edge[k]);
      if (path == NULL || path->connect.tls == TLS_NONE) continue;
      uint32_t callee = lint->graph->node[node->edge[k].to].component;
      bool caller_hit = path->connect.mutual && lint_hits(lint, target, node->component);
      if (caller_hit || lint_hits(lint, target, callee)) return true;
    }
  }
  return false;
}

/* The operations of a component stand side by side: one finding for all. */
static bool said(const struct lint *lint, const char *subject) {
  for (uint32_t i = 0; i < lint->findings; i++) {
    if (lint->finding[i].rule == lint->rule && lint->finding[i].component == subject) return true;
  }
  return false;
}

static void see_unkept(struct lint *lint, const struct call_node *from,
                       const struct call_edge *edge, const struct outline_call *call,
                       const struct path_spec *path) {
  (void)call;
  const struct component_spec *caller = &lint->spec->component[from->component];
  if (path->connect.keep_ns > 0 || caller->kind->is_source || said(lint, caller->name)) return;
  uint32_t callee = lint->graph->node[edge->to].component;
  struct finding *f = lint_add_component(lint, from->component);
  f->what = lint_text(lint, "it opens a connection to %s for each call",
                      lint->spec->component[callee].name);
}

void lint_connections_not_kept(struct lint *lint) {
  each_tcp_call(lint, see_unkept);
}

static const struct accept_config *accept_of(const struct component_spec *component) {
  const struct accept_config *accept =
      component->kind->accept ? component->kind->accept(component->config) : NULL;
  return accept && accept->given ? accept : NULL;
}

static void see_outlived(struct lint *lint, const struct call_node *from,
                         const struct call_edge *edge, const struct outline_call *call,
                         const struct path_spec *path) {
  const struct component_spec *caller = &lint->spec->component[from->component];
  const struct component_spec *callee =
      &lint->spec->component[lint->graph->node[edge->to].component];
  const struct accept_config *accept = accept_of(callee);
  if (accept == NULL || accept->idle_ns == PARAM_UNLIMITED || path->connect.keep_ns == 0) return;
  bool retried =
      call->policy && call->policy->retry.given && call->policy->retry.on >> OUTCOME_RESET & 1;
  if (path->connect.keep_ns < accept->idle_ns || retried || said(lint, caller->name)) return;
  bool for_ever = path->connect.keep_ns == PARAM_UNLIMITED;
  struct finding *f = lint_add_component(lint, from->component);
  f->what = lint_text(lint, "it keeps connections to %s %s%s, and %s closes them after %s",
                      callee->name, for_ever ? "for ever" : "for ",
                      for_ever ? "" : lint_ns(lint, (double)path->connect.keep_ns), callee->name,
                      lint_ns(lint, (double)accept->idle_ns));
}

void lint_outlives_server(struct lint *lint) {
  each_tcp_call(lint, see_outlived);
}

static void see_impatient(struct lint *lint, const struct call_node *from,
                          const struct call_edge *edge, const struct outline_call *call,
                          const struct path_spec *path) {
  const struct component_spec *caller = &lint->spec->component[from->component];
  bool retried = call->policy && call->policy->retry.given;
  if (path->connect.keep_ns > 0 || path->loss <= 0 || call->timeout_ns > NS_PER_S || retried)
    return;
  if (said(lint, caller->name)) return;
  uint32_t callee = lint->graph->node[edge->to].component;
  struct finding *f = lint_add_component(lint, from->component);
  f->what = lint_text(lint, "its calls to %s have a timeout of %s, and the path loses %.3g %%",
                      lint->spec->component[callee].name, lint_ns(lint, (double)call->timeout_ns),
                      100 * path->loss);
}

void lint_timeout_before_resend(struct lint *lint) {
  each_tcp_call(lint, see_impatient);
}

/* While the responder does not answer, "soft" is no better than "hard". */
static void see_check(struct lint *lint, const struct call_node *from, const struct call_edge *edge,
                      const struct outline_call *call, const struct path_spec *path) {
  const struct connect_config *connect = &path->connect;
  if (connect->check == CHECK_NONE || connect->responder == REF_NONE || connect->hard) return;
  if (call->timeout_ns > connect->check_timeout_ns) return;
  const struct component_spec *caller = &lint->spec->component[from->component];
  if (said(lint, caller->name)) return;
  struct finding *f = lint_add_component(lint, from->component);
  f->what = lint_text(
      lint, "its calls to %s have a timeout of %s, and %s has %s to tell of a certificate",
      lint->spec->component[lint->graph->node[edge->to].component].name,
      lint_ns(lint, (double)call->timeout_ns), lint->spec->component[connect->responder].name,
      lint_ns(lint, (double)connect->check_timeout_ns));
}

void lint_check_outlasts_timeout(struct lint *lint) {
  each_tcp_call(lint, see_check);
}

static bool connects(const struct lint *lint, uint32_t component) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct call_edge *edge = &node->edge[k];
      if (edge->to == NO_NODE || lint->graph->node[edge->to].component != component) continue;
      if (edge->path[0] == NULL || edge->path[0]->tcp) return true; /* NULL: it may differ */
    }
  }
  return false;
}

static bool any_tcp(const struct spec *spec) {
  bool any = false;
  for (uint32_t p = 0; p < spec->paths; p++) any |= spec->path[p].tcp;
  return any;
}

/* Whether connections that are kept, or carry several calls, may lead to the component. */
static bool connects_for_more(const struct lint *lint, uint32_t component) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct call_edge *edge = &node->edge[k];
      if (edge->to == NO_NODE || lint->graph->node[edge->to].component != component) continue;
      const struct path_spec *path = edge->path[0];
      if (path == NULL && any_tcp(lint->spec)) return true; /* it may differ */
      if (path == NULL) continue;
      if (path->tcp && (path->connect.keep_ns > 0 || path->connect.streams > 1)) return true;
    }
  }
  return false;
}

void lint_layer_unmet(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    if (node == NULL || !node->outline.by_connection || connects_for_more(lint, c)) continue;
    lint_add_component(lint, c)->what =
        lint_text(lint, "no connection that is kept leads to %s", lint->spec->component[c].name);
  }
}

void lint_accept_unmet(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    if (component->kind->accept == NULL) continue;
    if (!component->kind->accept(component->config)->given) continue;
    if (any_tcp(lint->spec) && connects(lint, c)) continue;
    lint_add_component(lint, c)->what =
        lint_text(lint, "no path with transport = \"tcp\" leads to %s", component->name);
  }
}

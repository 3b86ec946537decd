/* Rules about call policies: settings that can never come to anything, seen from their numbers. */
#include <math.h>

#include "lint.h"
#include "outbound.h"
#include "param.h"
#include "program.h"

/* A call with a policy, and by whom it is made. */
struct policy_at {
  const struct call_node *node;
  const struct call_edge *edge;
  const struct outline_call *call;
  const struct outbound_config *policy;
};

/* A component's policies that were looked at, the last first. */
struct seen_policy {
  const struct outbound_config *policy;
  const struct seen_policy *before;
};

static bool is_among(const struct seen_policy *seen, const struct outbound_config *policy) {
  while (seen && seen->policy != policy) seen = seen->before;
  return seen != NULL;
}

/* Looks at each policy of each component once, whatever the operation that meets it. */
static void each_policy(struct lint *lint, void (*look)(struct lint *, const struct policy_at *)) {
  struct arena *arena = arena_new();
  const struct seen_policy **seen = arena_alloc(arena, lint->spec->components * sizeof(*seen));
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct outline_call *call = &node->outline.call[k];
      if (call->policy == NULL || is_among(seen[node->component], call->policy)) continue;
      if (node->edge[k].to != NO_NODE) {
        look(lint, &(struct policy_at){node, &node->edge[k], call, call->policy});
      }
      struct seen_policy *one = arena_alloc(arena, sizeof *one);
      *one = (struct seen_policy){call->policy, seen[node->component]};
      seen[node->component] = one;
    }
  }
  arena_free(arena);
}

static const char *callee(const struct lint *lint, const struct policy_at *at) {
  return lint->spec->component[at->call->to].name;
}

static void hedge_too_late(struct lint *lint, const struct policy_at *at) {
  const struct outbound_config *p = at->policy;
  if (!p->hedge.given || p->hedge.after.quantile > 0) return;
  uint64_t limit_ns = p->timeout_ns < p->deadline_ns ? p->timeout_ns : p->deadline_ns;
  if (p->retry.given && p->retry.late == LATE_ACCEPT) limit_ns = p->deadline_ns;
  if (p->hedge.after.ns < limit_ns) return;
  struct finding *f = lint_add_component(lint, at->node->component);
  f->what = lint_text(lint, "its calls of %s are hedged after %s, and given up after %s",
                      callee(lint, at), lint_ns(lint, (double)p->hedge.after.ns),
                      lint_ns(lint, (double)limit_ns));
}

void lint_hedge_too_late(struct lint *lint) {
  each_policy(lint, hedge_too_late);
}

static void deadline_inverted(struct lint *lint, const struct policy_at *at) {
  const struct outbound_config *p = at->policy;
  if (p->deadline_ns == PARAM_UNLIMITED || p->timeout_ns == PARAM_UNLIMITED) return;
  if (p->deadline_ns > p->timeout_ns) return;
  struct finding *f = lint_add_component(lint, at->node->component);
  f->what = lint_text(lint,
                      "its calls of %s have a deadline of %s for all tries, and a timeout of "
                      "%s for one",
                      callee(lint, at), lint_ns(lint, (double)p->deadline_ns),
                      lint_ns(lint, (double)p->timeout_ns));
}

void lint_deadline_inverted(struct lint *lint) {
  each_policy(lint, deadline_inverted);
}

/* Calls that one instance makes in the window, on average. */
static double calls_in_window(const struct lint *lint, const struct policy_at *at) {
  double instances = lint->spec->component[at->node->component].instances, rate = 0;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (node->component != at->node->component) continue;
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      if (node->outline.call[k].to != at->call->to || node->edge[k].to == NO_NODE) continue;
      if (!(node->rate_per_s > 0) || !(node->edge[k].visits > 0)) return INFINITY; /* not known */
      rate += node->rate_per_s * node->edge[k].visits;
    }
  }
  return rate / instances * (double)at->policy->breaker.window.ns / 1e9;
}

/* Half of what is needed: by chance there are sometimes more than on average. */
static void breaker_blind(struct lint *lint, const struct policy_at *at) {
  const struct breaker_config *b = &at->policy->breaker;
  if (!b->given || b->failures > 0 || b->window.ns == 0) return;
  double least = b->least ? (double)b->least : BREAKER_LEAST, calls = calls_in_window(lint, at);
  if (calls >= least / 2) return;
  struct finding *f = lint_add_component(lint, at->node->component);
  f->what = lint_text(lint,
                      "the breaker of its calls of %s is judged from %.0f calls on, and its "
                      "window of %s holds %.3g of one instance on average",
                      callee(lint, at), least, lint_ns(lint, (double)b->window.ns), calls);
}

void lint_breaker_blind(struct lint *lint) {
  each_policy(lint, breaker_blind);
}

/* With `failures` a slow call is a failure; so is one that has timed out. */
static void slow_never_seen(struct lint *lint, const struct policy_at *at) {
  const struct breaker_config *b = &at->policy->breaker;
  uint64_t timeout_ns = at->policy->timeout_ns;
  if (!b->given || b->slow_ns == PARAM_UNLIMITED || timeout_ns == PARAM_UNLIMITED) return;
  if (b->slow_ns < timeout_ns) return;
  struct finding *f = lint_add_component(lint, at->node->component);
  f->what = lint_text(
      lint, "its calls of %s are slow for the breaker after %s, and time out after %s",
      callee(lint, at), lint_ns(lint, (double)b->slow_ns), lint_ns(lint, (double)timeout_ns));
}

void lint_slow_never_seen(struct lint *lint) {
  each_policy(lint, slow_never_seen);
}

static bool repeats_what_changed(const struct program_call *call) {
  const struct retry_config *retry = &call->policy.retry;
  return call->if_unchanged && retry->given && retry->on & 1u << OUTCOME_FAILED;
}

void lint_retries_what_changed(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct handlers *handlers = lint_handlers(&lint->spec->component[c]);
    for (uint32_t i = 0; handlers && i < handlers->n; i++) {
      const struct program *program = &handlers->handler[i].program;
      for (uint32_t k = 0; k < program->calls; k++) {
        if (!repeats_what_changed(&program->call[k])) continue;
        struct finding *f = lint_add_component(lint, c);
        f->what = lint_text(lint, "its write to %s has if_unchanged, and a retry after failed",
                            lint->spec->component[program->call[k].component].name);
      }
    }
  }
}

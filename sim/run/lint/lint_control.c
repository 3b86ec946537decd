/* Rules about what watches and acts, seen from its numbers; and what others ask of controls. */
#include <string.h>

#include "action_def.h"
#include "lint.h"

static const void *value_of(const struct component_spec *component, const char *name) {
  for (const struct param *p = component->kind->params; p && p->name; p++) {
    if (!strcmp(p->name, name)) return (const char *)component->config + p->offset;
  }
  return NULL;
}

static double ns_of(const struct component_spec *control, const char *name) {
  const uint64_t *ns = value_of(control, name);
  return ns ? (double)*ns : 0;
}

/* The component that a control probes; REF_NONE: none. */
static uint32_t probed_by(const struct component_spec *control) {
  const uint32_t *probed = control->kind->stands_apart ? value_of(control, "probe") : NULL;
  return probed ? *probed : REF_NONE;
}

/* By a balancer, or for a name. */
static bool is_checked(const struct lint *lint, uint32_t component, int op) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct outline *outline = &lint->graph->node[i].outline;
    for (uint32_t k = 0; outline->health.given && outline->health.op == op && k < outline->calls;
         k++) {
      if (outline->call[k].to == component) return true;
    }
  }
  return false;
}

bool lint_probes(const struct lint *lint, uint32_t component, int op) {
  for (uint32_t i = 0; i < lint->spec->components; i++) {
    const struct component_spec *control = &lint->spec->component[i];
    if (probed_by(control) != component) continue;
    const int *asked = value_of(control, "op");
    if (asked && *asked == op) return true;
  }
  return is_checked(lint, component, op);
}

/* Calls for each control that restarts what it probes. */
static void each_restart(struct lint *lint, void (*look)(struct lint *, uint32_t control)) {
  for (uint32_t i = 0; i < lint->spec->components; i++) {
    const struct component_spec *control = &lint->spec->component[i];
    const struct control_act *act = action_of(control);
    if (act && act->action->restarts && probed_by(control) != REF_NONE) look(lint, i);
  }
}

static void restarts_too_soon(struct lint *lint, uint32_t c) {
  const struct component_spec *control = &lint->spec->component[c];
  const struct component_spec *probed = &lint->spec->component[probed_by(control)];
  double start_ns = dist_mean(&probed->start), startup_ns = ns_of(control, "startup");
  double every_ns = ns_of(control, "every"), fails = ns_of(control, "fails");
  double given_ns = startup_ns > 0 ? startup_ns : (fails - 1) * every_ns;
  if (!(start_ns > given_ns)) return;
  struct finding *f = lint_add_component(lint, c);
  f->what = lint_text(lint, "%s takes %s to start, and %s after a restart it is restarted again",
                      probed->name, lint_ns(lint, start_ns), lint_ns(lint, given_ns));
}

void lint_restarts_too_soon(struct lint *lint) {
  each_restart(lint, restarts_too_soon);
}

static void restarts_busy(struct lint *lint, uint32_t c) {
  const struct component_spec *control = &lint->spec->component[c];
  const int *op = value_of(control, "op");
  uint32_t probed = probed_by(control);
  const struct call_node *node = node_of(lint->graph, probed);
  if (op == NULL || *op < 0 || node == NULL) return;
  if (node->outline.workers == PARAM_UNLIMITED || node->outline.queue == 0) return;
  struct finding *f = lint_add_component(lint, c);
  f->what =
      lint_text(lint, "its probe waits in the queue of %s, for %s, and what fails is restarted",
                lint->spec->component[probed].name, lint_ns(lint, ns_of(control, "timeout")));
}

void lint_restarts_busy(struct lint *lint) {
  each_restart(lint, restarts_busy);
}

void lint_rollout_unseen(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->components; i++) {
    const struct component_spec *control = &lint->spec->component[i];
    const struct control_act *act = action_of(control);
    if (!act || act->shares.n == 0) continue;
    const struct condition *own = value_of(control, "back_when");
    if (!act->back_when.metric.name && !(own && own->metric.name)) continue;
    double lasts_ns = (double)act->shares.n * (double)act->step_ns;
    if ((double)act->look_ns < lasts_ns) continue;
    struct finding *f = lint_add_component(lint, i);
    f->what = lint_text(lint, "its release is over after %s, and is looked at first after %s",
                        lint_ns(lint, lasts_ns), lint_ns(lint, (double)act->look_ns));
  }
}

#include "action_def.h"

#include "kind.h"

const struct control_act *action_of(const struct component_spec *component) {
  for (const struct param *p = component->kind->params; p && p->name; p++) {
    if (p->type != PARAM_ACT) continue;
    const struct control_act *act = (const void *)((const char *)component->config + p->offset);
    return act->action ? act : NULL;
  }
  return NULL;
}

bool action_restarts(const struct spec *spec, uint32_t component) {
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct control_act *act = action_of(&spec->component[i]);
    if (act && act->action->restarts && act->target == component) return true;
  }
  return false;
}

bool actions_prepare(const struct spec *spec, struct component_spec *component, uint32_t *culprit,
                     struct error *err) {
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct control_act *act = action_of(&spec->component[i]);
    if (act == NULL || act->action->prepare == NULL) continue;
    *culprit = i;
    if (!act->action->prepare(spec, act, component, err)) return false;
  }
  return true;
}

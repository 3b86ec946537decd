#include "fault_meant.h"

#include "fault.h"
#include "fault_def.h"

static bool names(const struct sim *sim, struct fault_target t, const struct member *m) {
  switch (t.kind) {
    case TARGET_COMPONENT:
    case TARGET_EACH:
    case TARGET_RANDOM:
      return m->component->id == t.id;
    case TARGET_MEMBER:
      return m->component->id == t.id && m->index == t.member;
    case TARGET_ZONE:
      return m->zone == t.id;
    case TARGET_REGION:
      return m->zone != REF_NONE && sim->spec->zone[m->zone].region == t.id;
    case TARGET_GROUP: /* below */
      break;
  }
  return false;
}

/* What runs on a host is where the host is, and breaks with it. */
static bool one_holds(const struct sim *sim, struct fault_target t, const struct member *m) {
  return names(sim, t, m) || (m->host != REF_NONE && names(sim, t, &sim->member[m->host]));
}

bool fault_target_holds(const struct sim *sim, struct fault_target t, const struct member *m) {
  if (t.kind != TARGET_GROUP) return one_holds(sim, t, m);
  const struct target_group *group = &sim->spec->group[t.id];
  for (uint32_t i = 0; i < group->n; i++) {
    if (one_holds(sim, group->target[i], m)) return true;
  }
  return false;
}

/* Clients are cut off with their zone, but they do not break with it: they are who is asked. */
bool fault_meets(const struct sim *sim, const struct fault_def *type, struct fault_target target,
                 const struct member *m) {
  return fault_meets_kind(type, m->kind) && fault_target_holds(sim, target, m);
}

static bool meets_any(const struct sim *sim, const struct fault_spec *spec,
                      const struct component *component) {
  for (uint32_t k = 0; k < component->members; k++) {
    if (fault_meets(sim, spec->type, spec->target, &component->member[k])) return true;
  }
  return false;
}

bool sim_plans_surge(const struct sim *sim, const struct component *component) {
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    const struct fault_spec *spec = &sim->spec->fault[i];
    if (spec->type->multiplies && meets_any(sim, spec, component)) return true;
  }
  return false;
}

double sim_most_surge(const struct sim *sim, const struct component *component) {
  double most = 1;
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    const struct fault_spec *spec = &sim->spec->fault[i];
    if (spec->type->multiplies && spec->factor > 1 && meets_any(sim, spec, component)) {
      most *= spec->factor;
    }
  }
  return most;
}

bool faults_plan_absence(const struct sim *sim, const struct component *component) {
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    const struct fault_spec *spec = &sim->spec->fault[i];
    bool absent = spec->type->life == LIFE_LEAVES || spec->type->life == LIFE_COMES;
    if (absent && meets_any(sim, spec, component)) return true;
  }
  return false;
}

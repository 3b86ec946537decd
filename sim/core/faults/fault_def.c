#include "fault_def.h"

#include "kind.h"

#define TARGETS                                                                                    \
  "A component (all its members at once), a member \"web[2]\", each member by itself \"web[*]\", " \
  "a zone or a region."

const struct param fault_target_param = {
    .name = "target", .type = PARAM_TEXT, .required = true, .doc = TARGETS};
const struct param fault_far_param = {
    .name = "other place",
    .type = PARAM_TEXT,
    .doc = "Written the same way: then it is messages between the two that meet the fault."};

const struct param fault_no_params[] = {{0}};

enum outcome fault_severs(const struct fault_spec *fault, struct draws *draws,
                          struct crossing *crossing) {
  (void)fault, (void)draws, (void)crossing;
  return OUTCOME_UNREACHABLE;
}

bool fault_is_between(const struct fault_spec *fault) {
  const struct fault_def *def = fault->type;
  return fault->on_path || (def->hit == NULL && def->gate == OUTCOME_OK);
}

bool fault_meets_kind(const struct fault_def *def, const struct kind *kind) {
  if (!def->own) return !kind->is_source;
  for (uint32_t i = 0; kind->own_faults && kind->own_faults[i]; i++) {
    if (kind->own_faults[i] == def) return true;
  }
  return false;
}

const char *fault_idle_ratio(const struct fault_spec *fault) {
  return fault->ratio > 0 ? NULL : "a ratio of 0 meets no call";
}

const char *fault_idle_factor(const struct fault_spec *fault) {
  return fault->factor == 1 ? "a factor of 1 changes nothing" : NULL;
}

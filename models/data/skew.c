#include "skew.h"

#include <math.h>

#include "database_state.h"
#include "fault_effects.h"
#include "outline.h"

static const struct param params[] = {
    {.name = "by",
     .type = PARAM_DURATION,
     .offset = offsetof(struct fault_spec, skew_ns),
     .required = true,
     .min = 1,
     .max = INFINITY,
     .doc = "How far its clock is ahead of the true time; when the fault ends it steps back."},
    {0},
};

static uint64_t *clock_of(const struct member *member) {
  const struct database_state *db = member->state;
  if (db->copy) return &db->copy->ahead_ns;
  return db->quorum ? &db->quorum->ahead_ns : NULL; /* a single copy */
}

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  for (uint32_t i = 0; i < hit->members; i++) {
    uint64_t *ahead_ns = clock_of(&sim->member[hit->member[i]]);
    if (ahead_ns) *ahead_ns += begins ? hit->spec->skew_ns : 0 - hit->spec->skew_ns;
  }
}

static bool fits(const struct component_spec *component, const struct outline *outline,
                 enum target_kind target) {
  (void)target;
  (void)component;
  return outline->copies && outline->copies->clocks;
}

const struct fault_def fault_skew = {
    .word = {.name = "skew",
             .role = ROLE_FAULT,
             .usage = "skew { \"db[2]\", by = \"300ms\" }",
             .doc =
                 "Its clock is ahead of the true time: time stamps of its writes, and leases, are "
                 "wrong.",
             .params = params,
             .subject = &fault_target_param},
    .own = true,
    .hit = hit,
    .fits = fits,
    .lacks = "has no clock that anything depends on; name a database",
    .unfit =
        "looks at no clock; stamps count with copies.leaders = \"all\" (and conflict = \"lww\", "
        "\"merge\" or \"crdt\") or without a primary, leases with copies.elect",
    .whom = "database whose copies look at their clocks",
};

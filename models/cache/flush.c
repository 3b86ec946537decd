#include "flush.h"

#include "fault_effects.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  for (uint32_t i = 0; i < hit->members; i++) {
    member_tell(sim, &sim->member[hit->member[i]], &fault_flush, begins);
  }
}

const struct fault_def fault_flush = {
    .word = {.name = "flush",
             .role = ROLE_FAULT,
             .usage = "flush \"redis\"",
             .doc = "Forgets what is kept, at once; calls go on.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .own = true,
    .at_once = true,
    .hit = hit,
    .lacks = "keeps nothing that could be forgotten; name a cache",
    .whom = "cache",
};

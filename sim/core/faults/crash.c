/* crash "web[2]": new calls are refused, queued and running ones are lost (reset). */
#include "fault_def.h"
#include "fault_effects.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  members_crash(sim, hit->member, hit->members, begins);
}

const struct fault_def fault_crash = {
    .word = {.name = "crash",
             .role = ROLE_FAULT,
             .usage = "crash \"web[2]\"",
             .doc = "Refuses new calls and loses the present ones.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .hit = hit,
    .of_process = true,
    .refuses = true,
    .life = LIFE_ENDS,
};

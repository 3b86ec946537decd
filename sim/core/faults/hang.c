/* hang "db": nothing is answered, running work stands still; goes on afterwards. */
#include "fault_def.h"
#include "fault_effects.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  members_hang(sim, hit->member, hit->members, begins);
}

const struct fault_def fault_hang = {
    .word = {.name = "hang",
             .role = ROLE_FAULT,
             .usage = "hang \"db\"",
             .doc = "Answers nothing and stands still, then goes on.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .hit = hit,
    .of_process = true,
    .stalls = true,
};

/* pause "db[1]": all stands still, as in hang; what ends it is no repair. */
#include "fault_def.h"
#include "fault_effects.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  members_hang(sim, hit->member, hit->members, begins);
}

const struct fault_def fault_pause = {
    .word = {.name = "pause",
             .role = ROLE_FAULT,
             .usage = "pause \"db[1]\"",
             .doc =
                 "Stands still as in hang, then goes on where it was: a collection of garbage, a "
                 "virtual machine that is moved or stopped.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .hit = hit,
    .of_process = true,
    .stalls = true,
};

/* stop "web[2]": a planned stop: drains, is away, starts. */
#include "fault_def.h"
#include "life.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  for (uint32_t i = 0; i < hit->members; i++) {
    life_keep_away(sim, &sim->member[hit->member[i]], begins);
  }
}

const struct fault_def fault_stop = {
    .word = {.name = "stop",
             .role = ROLE_FAULT,
             .usage = "stop \"web[2]\"",
             .doc = "A planned stop: takes no more calls, goes on with those it has for `drain`, "
                    "then is absent and starts again; at the end of the fault also if that comes "
                    "before the end of `drain`, and what it had is lost.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .hit = hit,
    .life = LIFE_LEAVES,
};

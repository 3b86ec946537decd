/* join "web[3]": away before it begins; then it starts, and drains when it ends. */
#include "fault_def.h"
#include "life.h"

static void before(struct sim *sim, const struct fault_hit *hit) {
  for (uint32_t i = 0; i < hit->members; i++) {
    life_absent_at_first(sim, &sim->member[hit->member[i]]);
  }
}

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  for (uint32_t i = 0; i < hit->members; i++) {
    life_keep_away(sim, &sim->member[hit->member[i]], !begins);
  }
}

const struct fault_def fault_join = {
    .word = {.name = "join",
             .role = ROLE_FAULT,
             .usage = "join \"web[3]\"",
             .doc = "Is absent before, then starts; when it ends, leaves as with stop.",
             .params = fault_no_params,
             .subject = &fault_target_param},
    .hit = hit,
    .before = before,
    .life = LIFE_COMES,
};

/* slow { "web[1]", factor = 5 }: work takes longer, also work in progress; or messages do. */
#include "fault_def.h"
#include "fault_effects.h"

static const struct param params[] = {
    {.name = "factor",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct fault_spec, factor),
     .required = true,
     .min = 1e-6,
     .max = 1e9,
     .doc = "Everything takes this many times as long."},
    {0},
};

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  members_slow(sim, hit->member, hit->members, hit->spec->factor, begins);
}

static enum outcome on_message(const struct fault_spec *fault, struct draws *draws,
                               struct crossing *crossing) {
  (void)draws;
  crossing->factor *= fault->factor;
  return OUTCOME_OK;
}

const struct fault_def fault_slow = {
    .word = {.name = "slow",
             .role = ROLE_FAULT,
             .usage = "slow { \"web[1]\", factor = 5 }\nslow { \"eu\", \"us\", factor = 3 }",
             .doc = "Work, or messages between two places, takes longer.",
             .params = params,
             .subject = &fault_target_param,
             .second = &fault_far_param},
    .takes = TAKES_EITHER,
    .hit = hit,
    .on_message = on_message,
    .stretches = true,
    .idle = fault_idle_factor,
};

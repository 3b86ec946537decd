/* drop { "web", ratio = "10%" }: swallows a share of the calls, or of messages. */
#include "fault_def.h"
#include "rng.h"

static const struct param params[] = {
    {.name = "ratio",
     .type = PARAM_RATIO,
     .offset = offsetof(struct fault_spec, ratio),
     .required = true,
     .max = 1,
     .doc = "Share of the calls, or of the messages, that it hits."},
    {0},
};

static enum outcome on_message(const struct fault_spec *fault, struct draws *draws,
                               struct crossing *crossing) {
  (void)crossing;
  return draws_unit(draws) < fault->ratio ? OUTCOME_TIMEOUT : OUTCOME_OK;
}

const struct fault_def fault_drop = {
    .word = {.name = "drop",
             .role = ROLE_FAULT,
             .usage = "drop { \"web\", ratio = \"10%\" }\ndrop { \"eu\", \"us\", ratio = \"1%\" }",
             .doc = "Swallows calls, or messages between two places.",
             .params = params,
             .subject = &fault_target_param,
             .second = &fault_far_param},
    .takes = TAKES_EITHER,
    .gate = OUTCOME_TIMEOUT,
    .on_message = on_message,
    .swallows = true,
    .idle = fault_idle_ratio,
};

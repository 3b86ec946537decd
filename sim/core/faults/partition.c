/* partition { "eu", "us" }: messages between two places vanish; of one, between it and all others.
 */
#include "fault_def.h"

static const struct param params[] = {
    {.name = "one_way",
     .type = PARAM_BOOL,
     .offset = offsetof(struct fault_spec, one_way),
     .fallback = "false",
     .doc = "Whether only messages from the first to the second vanish; of a single place "
            "those on their way to it."},
    {0},
};

static enum outcome on_message(const struct fault_spec *fault, struct draws *draws,
                               struct crossing *crossing) {
  (void)fault, (void)draws, (void)crossing;
  return OUTCOME_UNREACHABLE;
}

const struct fault_def fault_partition = {
    .word = {.name = "partition",
             .role = ROLE_FAULT,
             .usage = "partition { \"eu\", \"us\", one_way = true }\npartition \"db[1]\"",
             .doc = "Messages between two places vanish; of a single one, those between it and "
                    "all others.",
             .params = params,
             .subject = &fault_target_param,
             .second = &fault_far_param},
    .takes = TAKES_EITHER,
    .on_message = on_message,
    .swallows = true,
    .severs = true,
};

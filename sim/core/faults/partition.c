/* partition { "eu", "us" }: messages between two places vanish; of one, between it and all others.
 */
#include "fault_def.h"

static const struct param params[] = {
    FAULT_ONE_WAY,
    {0},
};

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
    .on_message = fault_severs,
    .swallows = true,
    .severs = true,
};

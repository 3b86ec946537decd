/* delay { "web", by = "100ms" }: calls reach it later, or messages between two places arrive later.
 *
 * A delay line without a limit, as `tc netem delay` or a proxy's latency fault: each message waits
 * by itself, so that nothing queues and a random delay may let one overtake another. */
#include "dist.h"
#include "fault_def.h"
#include "time_scale.h"

static const struct param params[] = {
    {.name = "by",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct fault_spec, by),
     .required = true,
     .doc = "How much later each call, or each message between the two places, arrives; drawn for "
            "each by itself."},
    {0},
};

static enum outcome on_message(const struct fault_spec *fault, struct draws *draws,
                               struct crossing *crossing) {
  crossing->more_ns = time_sum(crossing->more_ns, dist_draw_whole(&fault->by, draws));
  return OUTCOME_OK;
}

static const char *idle(const struct fault_spec *fault) {
  return dist_mean(&fault->by) > 0 ? NULL : "a delay of 0 changes nothing";
}

const struct fault_def fault_delay = {
    .word = {.name = "delay",
             .role = ROLE_FAULT,
             .usage = "delay { \"web\", by = \"100ms\" }\n"
                      "delay { \"eu\", \"us\", by = exponential \"20ms\" }",
             .doc = "Calls reach it later by a time that is added; between two places messages "
                    "and answers do.",
             .params = params,
             .subject = &fault_target_param,
             .second = &fault_far_param},
    .takes = TAKES_EITHER,
    .on_message = on_message,
    .idle = idle,
};

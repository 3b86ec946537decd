/* flap { "eu", "us", every = "10s" }: a partition that comes and goes.
 *
 * It begins with a cut of `down`, after which messages pass until `every` is over, and so on until
 * the fault ends. Both times are constant. The line is cut or whole: while it changes over nothing
 * is damaged, and no routing protocol damps it. */
#include "fault_def.h"

static const struct param params[] = {
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = offsetof(struct fault_spec, every_ns),
     .required = true,
     .min = 2,
     .max = 1e18,
     .doc = "From the beginning of one cut to that of the next."},
    {.name = "down",
     .type = PARAM_DURATION,
     .offset = offsetof(struct fault_spec, down_ns),
     .min = 0,
     .max = 1e18,
     .fallback = "0s",
     .doc = "How long each cut lasts. Default: half of `every`."},
    FAULT_ONE_WAY,
    {0},
};

static bool check(const struct fault_spec *fault, const char **key, struct error *err) {
  if (fault->down_ns < fault->every_ns) return true;
  *key = "down";
  return error_set(err,
                   "must be less than every; use partition for a line that is cut all the time");
}

const struct fault_def fault_flap = {
    .word = {.name = "flap",
             .role = ROLE_FAULT,
             .usage = "flap { \"eu\", \"us\", every = \"10s\", down = \"2s\" }\n"
                      "flap { \"web[2]\", every = \"10s\" }",
             .doc = "A partition that comes and goes: messages vanish for `down` of each `every`.",
             .params = params,
             .subject = &fault_target_param,
             .second = &fault_far_param},
    .takes = TAKES_EITHER,
    .on_message = fault_severs,
    .swallows = true,
    .severs = true,
    .flaps = true,
    .check = check,
};

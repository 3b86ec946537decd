/* lock { "locks", lease = "10s", timeout = "5s" }: takes a lock, and has it to the end of the
 * handler or to unlock(): CALL */
#include <math.h>

#include "dist_make.h"
#include "kind.h"
#include "step.h"

struct lock_step_config {
  struct program_call call;
  struct fallbacks fallback;
};

#define AT(field) offsetof(struct lock_step_config, call.field)

static const struct param subject = {
    .name = "service",
    .type = PARAM_REF,
    .offset = AT(component),
    .required = true,
    .doc = "The lock_service that gives it.",
};

static const struct param params[] = {
    {.name = "lease",
     .type = PARAM_DURATION,
     .offset = AT(lease_ns),
     .required = true,
     .min = 1,
     .max = INFINITY,
     .doc = "For how long the lock is given away; then the next one gets it, whatever the holder "
            "is doing (etcd: 60 s, renewed; Redlock's clients: 10 to 30 s). \"never\": until it is "
            "given back, and after a crash of the holder for ever."},
    {.name = "renew",
     .type = PARAM_BOOL,
     .offset = AT(renews),
     .fallback = "false",
     .doc = "Whether the holder renews the lease each time a third of it is over (as etcd's client "
            "does), beside its work. An instance in a pause, or one that hangs, renews nothing."},
    {.name = "key",
     .type = PARAM_BOOL,
     .offset = AT(keyed),
     .fallback = "true",
     .doc = "Whether each data key has a lock of its own; otherwise there is one for all."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(policy.timeout_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "How long the lock is waited for. Then the handler fails, unless there is a fallback."},
    {.name = "fallback",
     .type = PARAM_FALLBACKS,
     .offset = offsetof(struct lock_step_config, fallback),
     .doc = "What to do without the lock, instead of failing: steps, or {} for nothing; or by "
            "cause. The answer then counts as degraded."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct lock_step_config *c = config;
  const struct component_spec *to = &place->spec->component[c->call.component];
  *key = NULL;
  if (!to->kind->gives_locks) {
    return error_set(err, "\"%s\" is a %s; locks are taken of a lock_service", to->name,
                     to->kind->name);
  }
  *key = "renew";
  if (c->call.renews && c->call.lease_ns == PARAM_UNLIMITED) {
    return error_set(err, "a lease that never ends is not renewed; leave one of them out");
  }
  return true;
}

static void compile(struct assembler *to, const void *config) {
  const struct lock_step_config *c = config;
  struct program_call call = c->call;
  struct outbound_config none = OUTBOUND_NONE;
  none.timeout_ns = call.policy.timeout_ns;
  call.policy = none;
  call.locks = true;
  call.op = OP_INHERIT;
  call.times = 1;
  call.request = call.response = dist_constant(0);
  call.undo = OP_INHERIT;
  step_compile_call(to, &call, &c->fallback);
}

const struct step_def step_lock = {
    .word = {.name = "lock",
             .role = ROLE_STEP,
             .usage = "lock { \"locks\", lease = \"10s\", timeout = \"5s\" }\n"
                      "lock { \"locks\", lease = \"10s\", renew = true, key = false }",
             .doc = "Takes a lock, and has it until `unlock` or the end of the handler. Calls made "
                    "meanwhile carry its token, which a database with `fencing` looks at. A holder "
                    "does not look whether its lease is over.",
             .params = params,
             .subject = &subject},
    .config_size = sizeof(struct lock_step_config),
    .check = check,
    .compile = compile,
};

/* publish { "orders", key = true, timeout = "1s" }: gives a message to a topic, and waits for its
 * acknowledgement, as a call does:
 *     CALL */
#include <math.h>

#include "dist_make.h"
#include "kind.h"
#include "outbound_params.h"
#include "step.h"

struct publish_config {
  struct program_call call;
  struct fallbacks fallback;
};

#define AT(field) offsetof(struct publish_config, call.field)

static const struct param subject = {
    .name = "topic",
    .type = PARAM_REF,
    .offset = AT(component),
    .required = true,
    .doc = "Where the message goes.",
};

static const char *const acks_words[] = {"all", NULL};

static const struct param params[] = {
    {.name = "op",
     .type = PARAM_OP,
     .offset = AT(op),
     .doc = "Operation of the message, which its consumers handle; without it that of the call "
            "being handled."},
    {.name = "key",
     .type = PARAM_BOOL,
     .offset = AT(keyed),
     .fallback = "false",
     .doc = "Whether the message has the key of the request; for order = \"by_key\"."},
    {.name = "delay",
     .type = PARAM_DURATION,
     .offset = AT(delay_ns),
     .fallback = "0ms",
     .doc =
         "How long the topic keeps it before it can be delivered, beside the topic's own delay."},
    {.name = "acks",
     .type = PARAM_HOW_MANY,
     .offset = AT(acks),
     .fallback = "all",
     .min = 0,
     .max = 1,
     .choices = acks_words,
     .doc = "Of a topic with copies: when the message is answered. 0: the handler goes on at once, "
            "whatever becomes of it; 1: when the leader of the partition has it; \"all\": when "
            "all brokers in sync have it (Kafka's acks, where \"all\" is the default)."},
    {.name = "batch",
     .type = PARAM_GROUP,
     .offset = AT(policy.batch),
     .group = batch_params,
     .doc = "Messages wait in the publishing instance for others to the same topic, and go "
            "together: a topic with `writers` writes them as one. Each is still a message, and a "
            "call, of its own. Steps with equal settings share a batch."},
    OUTBOUND_PARAMS(struct publish_config, call.policy),
    {.name = "request",
     .type = PARAM_SIZE_DIST,
     .offset = AT(request),
     .fallback = "0B",
     .doc = "Size of the message; matters where the path to the topic has a bandwidth."},
    {.name = "fallback",
     .type = PARAM_FALLBACKS,
     .offset = offsetof(struct publish_config, fallback),
     .doc = "What to do when there is no acknowledgement, instead of failing: steps, or {} for "
            "nothing; or by cause, { timeout = { ... }, otherwise = { ... } }. The answer then "
            "counts as degraded."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct publish_config *c = config;
  const struct component_spec *to = &place->spec->component[c->call.component];
  *key = NULL;
  if (!to->kind->keeps_messages) {
    return error_set(err, "\"%s\" is a %s; messages are published to a topic", to->name,
                     to->kind->name);
  }
  const struct batch_config *batch = &c->call.policy.batch;
  if (batch->given && batch->linger_ns >= c->call.policy.deadline_ns) {
    *key = "batch";
    return error_set(err,
                     "a message may wait as long for its batch as the deadline gives it; "
                     "make linger shorter than deadline");
  }
  bool none = c->call.acks.word == HOW_MANY_NUMBER && c->call.acks.number == 0;
  bool waits = c->call.policy.timeout_ns != PARAM_UNLIMITED || c->fallback.n > 0 ||
               !outbound_is_plain(&c->call.policy) || dist_mean(&c->call.request) > 0;
  if (none && waits) {
    *key = "acks";
    return error_set(err,
                     "with acks = 0 nobody waits for an answer: leave out what is to be done about "
                     "it (timeout, retry, batch, fallback), and `request`");
  }
  return outbound_valid(&c->call.policy, err);
}

static void compile(struct assembler *to, const void *config) {
  const struct publish_config *c = config;
  struct program_call call = c->call;
  call.publishes = true;
  call.times = 1;
  call.response = dist_constant(0);
  step_compile_call(to, &call, &c->fallback);
}

const struct step_def step_publish = {
    .word = {.name = "publish",
             .role = ROLE_STEP,
             .usage = "publish \"orders\"\n"
                      "publish { \"orders\", key = true, delay = \"10min\", timeout = \"1s\", "
                      "retry = { attempts = 3 } }",
             .doc = "Publishes a message to a topic and waits for its acknowledgement. When that "
                    "does not come the handler fails, unless `fallback` says what to do instead.",
             .params = params,
             .subject = &subject},
    .config_size = sizeof(struct publish_config),
    .check = check,
    .compile = compile,
};

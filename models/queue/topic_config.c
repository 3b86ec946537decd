#include "topic_config.h"

#include <math.h>
#include <string.h>

#include "classes.h"
#include "error.h"

static const char *const order_choices[] = {"fifo", "priority", "by_key", "delay", NULL};
static const char *const full_choices[] = {"refuse", "drop_oldest", "block", NULL};

bool topic_validate(const struct spec *spec, const struct component_spec *component,
                    struct error *err) {
  const struct topic_config *config = component->config;
  if (component->instances > 1 && !config->copies.given) {
    return error_set(err, "a topic is one instance, or has copies; %u instances are given",
                     component->instances);
  }
  if (config->order == ORDER_PRIORITY && config->priority.n == 0) {
    return error_set(err,
                     "order \"priority\" needs 'priority', a list of operations from the first "
                     "delivered to the last");
  }
  if (config->partitions > 0 &&
      (config->order == ORDER_PRIORITY || config->order == ORDER_BY_KEY)) {
    return error_set(err,
                     "partitions are logs, each in the order in which messages came; leave out "
                     "'order', or 'partitions'");
  }
  if (config->order == ORDER_BY_KEY && config->full == FULL_DROP_OLDEST) {
    return error_set(err,
                     "order = \"by_key\" and full = \"drop_oldest\" exclude each other: a message "
                     "that makes room would leave a gap in the order of its key");
  }
  if (config->delay_ns >= config->retention_ns) {
    return error_set(err,
                     "retention is not longer than delay: every message would be thrown away "
                     "before it could be delivered; raise retention or lower delay");
  }
  if (!replicas_validate(component, err)) return false;
  return classes_valid(spec, &config->priority, (enum class_by)config->by, "priority", err);
}

/* Whether an earlier component takes messages for the same group. */
static bool group_is_known(const struct spec *spec, uint32_t topic, uint32_t component) {
  for (uint32_t i = 0; i < component; i++) {
    const struct subscription *s = subscription_of(&spec->component[i]);
    if (s && s->topic == topic &&
        !strcmp(subscription_group(&spec->component[i]),
                subscription_group(&spec->component[component]))) {
      return true;
    }
  }
  return false;
}

/* Of a group of several components one is drawn: whose instance is free is not known beforehand. */
static void outline_group(const struct spec *spec, uint32_t topic, uint32_t first, int op,
                          struct outline *out) {
  const char *group = subscription_group(&spec->component[first]);
  struct outline_step *step = outline_add(out, OUTLINE_CHOICE);
  uint32_t n = 0, at = out->steps;
  (void)step;
  for (uint32_t i = first; i < spec->components; i++) {
    const struct subscription *s = subscription_of(&spec->component[i]);
    if (!s || s->topic != topic || strcmp(subscription_group(&spec->component[i]), group) != 0) {
      continue;
    }
    struct outline_call *call = outline_add_call(out, i, op, s->timeout_ns);
    call->share = NAN;
    n++;
  }
  if (n > 1) return;
  out->step[at - 1].what = OUTLINE_CALLS;
  out->call[out->calls - 1].share = 1;
}

/* Dead letters come only of what goes wrong. */
static void outline_dead_letters(uint32_t dead_letter, int op, struct outline *out) {
  struct outline_step *branch = outline_add(out, OUTLINE_BRANCH);
  branch->chance = NAN;
  branch->target = out->steps + 1;
  outline_add(out, OUTLINE_CALLS);
  outline_add_call(out, dead_letter, op, PARAM_UNLIMITED);
}

void topic_outline(const struct spec *spec, const struct component_spec *component, int op,
                   struct outline *out) {
  const struct topic_config *config = component->config;
  uint32_t self = (uint32_t)(component - spec->component);
  out->by_key = config->order == ORDER_BY_KEY;
  out->remembers = config->dedup_ns > 0;
  outline_work(out, &config->write);
  outline_add(out, OUTLINE_REPLY);
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct subscription *s = subscription_of(&spec->component[i]);
    if (!s || s->topic != self) continue;
    if (!group_is_known(spec, self, i)) outline_group(spec, self, i, op, out);
    if (s->dead_letter != REF_NONE) outline_dead_letters(s->dead_letter, op, out);
  }
  outline_add(out, OUTLINE_END);
}

#define AT(field) offsetof(struct topic_config, field)

const struct param topic_params[] = {
    {.name = "partitions",
     .type = PARAM_COUNT,
     .offset = AT(partitions),
     .min = 1,
     .max = 10000,
     .doc = "Logs that the topic is divided into, as in Kafka. A message with a key goes to the "
            "partition of its key, others to one after the other, or with `copies` to any. In each "
            "group one instance has a partition, and gets its messages in order; when an instance "
            "is gone for `session`, or comes back, they are given out again in equal parts. "
            "Without it all instances of a group share one queue."},
    {.name = "capacity",
     .type = PARAM_COUNT,
     .offset = AT(capacity),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Messages that may wait for each group; those with consumers do not count (as in "
            "RabbitMQ's maximum length). With `copies`, those that not all in sync have yet count, "
            "too."},
    {.name = "full",
     .type = PARAM_ENUM,
     .offset = AT(full),
     .fallback = "refuse",
     .choices = full_choices,
     .needs = "capacity",
     .doc =
         "What becomes of a message when a group has no room for it: it is refused (refuse); "
         "the message that has waited longest makes room (drop_oldest, RabbitMQ's drop-head); "
         "or its publisher waits (block: back-pressure). What a publisher has sent is taken when "
         "there is room, also if it has given up meanwhile, as what waits in a connection that "
         "RabbitMQ blocks; to drop it there, as Kafka's max.block.ms does, give `publish` a pool "
         "with a wait."},
    {.name = "order",
     .type = PARAM_ENUM,
     .offset = AT(order),
     .fallback = "fifo",
     .choices = order_choices,
     .doc = "Which message is delivered next: the oldest (fifo); the oldest of the first class "
            "(priority); or the oldest whose key no consumer works on, so that those of one key "
            "are worked on one after the other (by_key, SQS FIFO's message groups). Messages "
            "without a key come as with fifo. A message that was published with a delay is as old "
            "as the end of its delay: delay says that this is meant, and delivers as fifo does."},
    {.name = "priority",
     .type = PARAM_PRIORITY,
     .offset = AT(priority),
     .doc = "Classes of messages: operations, or what `by` says, from the first "
            "delivered to the last. With another order they are not delivered by class, and only "
            "measured by it."},
    {.name = "by",
     .type = PARAM_ENUM,
     .offset = AT(by),
     .fallback = "op",
     .choices = class_by_names,
     .needs = "priority",
     .doc = "What `priority` lists: operations (op), tiers of the users whose messages they are, "
            "clients from whose requests these come, or components that publish them (caller). "
            "What it does not name comes last."},
    {.name = "delay",
     .type = PARAM_DURATION,
     .offset = AT(delay_ns),
     .fallback = "0ms",
     .doc = "How long a message is kept before it can be delivered (SQS's delay queues); the step "
            "`publish` may add to it."},
    {.name = "retention",
     .type = PARAM_DURATION,
     .offset = AT(retention_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "So long after it was taken, its delay included, a message that no consumer has is "
            "thrown away (SQS: 4 days; Kafka: 7 days, of whole segments)."},
    {.name = "dedup",
     .type = PARAM_DURATION,
     .offset = AT(dedup_ns),
     .fallback = "0ms",
     .max = INFINITY,
     .doc = "For how long the topic remembers which messages it took: one that a publisher sends "
            "again meanwhile is acknowledged and not taken (SQS FIFO: 5 min; Kafka's idempotent "
            "producer)."},
    {.name = "durable",
     .type = PARAM_BOOL,
     .offset = AT(durable),
     .fallback = "true",
     .doc = "Whether messages that were acknowledged outlive a crash of the topic. Without it they "
            "are lost (RabbitMQ's transient queues and messages)."},
    {.name = "copies",
     .type = PARAM_GROUP,
     .offset = AT(copies),
     .group = replicas_params,
     .doc = "Copies of each partition on several brokers, of which one leads it and the others "
            "fetch from it; a message is delivered when all that are in sync have it. `publish` "
            "says with `acks` when it is answered."},
    {.name = "write",
     .type = PARAM_TIME_DIST,
     .offset = AT(write),
     .fallback = "0ms",
     .doc = "How long it takes until a message is stored and its publisher has the "
            "acknowledgement; any number at once."},
    {.name = "writers",
     .type = PARAM_COUNT,
     .offset = AT(writers),
     .fallback = "unlimited",
     .off = "unlimited",
     .min = 1,
     .max = INFINITY,
     .needs = "write",
     .doc = "How many messages each broker writes at once; others wait in the order in which they "
            "came, and messages of one batch count as one write. Default: as many as come."},
    {0},
};

#include "subscription.h"

#include <math.h>
#include <string.h>

#include "kind.h"
#include "outbound_params.h"

#define AT(field) offsetof(struct subscription, field)

static const char *const ack_choices[] = {"after", "before", NULL};
static const char *const rebalance_choices[] = {"cooperative", "eager", NULL};

const struct param subscription_params[] = {
    {.name = "topic",
     .type = PARAM_REF,
     .offset = AT(topic),
     .required = true,
     .doc = "Whose messages it takes."},
    {.name = "group",
     .type = PARAM_TEXT,
     .offset = AT(group),
     .doc = "Those of one group share the messages: each goes to one of them. Without it the "
            "component's own name: it gets every message."},
    {.name = "prefetch",
     .type = PARAM_COUNT,
     .offset = AT(prefetch),
     .min = 1,
     .max = INFINITY,
     .doc = "Messages that one instance may have at once, those it works on and those it has not "
            "begun with (RabbitMQ's prefetch count; Kafka's max.poll.records is 500). If not "
            "given as many as its workers."},
    {.name = "ack",
     .type = PARAM_ENUM,
     .offset = AT(ack),
     .fallback = "after",
     .choices = ack_choices,
     .doc = "When a message is acknowledged and the topic forgets it: after the work on it, so "
            "that it comes again if the consumer dies (at least once), or before, when it is "
            "sent, so that it is lost then (at most once)."},
    {.name = "ack_every",
     .type = PARAM_COUNT,
     .offset = AT(ack_every),
     .fallback = "1",
     .min = 1,
     .max = 1e6,
     .doc = "After so many messages one acknowledgement for all of them (RabbitMQ's `multiple`; a "
            "commit of Kafka's offsets). What a crash catches before that comes again."},
    {.name = "visibility",
     .type = PARAM_DURATION,
     .offset = AT(visibility_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "How long the topic waits for an acknowledgement; then the message is delivered again, "
            "also while the consumer still works on it (SQS: 30 s; RabbitMQ's acknowledgement "
            "timeout: 30 min)."},
    {.name = "deliveries",
     .type = PARAM_COUNT,
     .offset = AT(deliveries),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "How often a message is delivered at most; after that it is a dead letter (RabbitMQ's "
            "delivery limit of quorum queues is 20)."},
    {.name = "dead_letter",
     .type = PARAM_REF,
     .offset = AT(dead_letter),
     .needs = "deliveries",
     .doc = "The topic that dead letters are published to. Without it they are thrown away."},
    {.name = "backoff",
     .type = PARAM_BACKOFF,
     .offset = AT(backoff),
     .fallback = "0ms",
     .doc = "Pause before a message whose work failed is delivered again. Without it it goes back "
            "to its place at the front, as in RabbitMQ."},
    {.name = "session",
     .type = PARAM_DURATION,
     .offset = AT(session_ns),
     .fallback = "45s",
     .min = 1,
     .doc =
         "Of a topic with partitions: after so long without a sign of it an instance that broke, "
         "hangs, pauses or is cut off loses its partitions to the others (Kafka's "
         "session.timeout.ms: 45 "
         "s), whether there is anything to do or not. Without partitions and without "
         "`visibility`: after so long the connection of one that hangs, pauses or is cut off is "
         "closed, "
         "and what it has comes again (RabbitMQ's heartbeats: 60 s). Of any topic: after so long a "
         "message that vanished on its way to an instance, or its "
         "acknowledgement, is missed and comes again, unless `visibility` is shorter."},
    {.name = "rebalance",
     .type = PARAM_ENUM,
     .offset = AT(rebalance),
     .fallback = "cooperative",
     .choices = rebalance_choices,
     .doc = "How the partitions of a group are given out again when an instance is gone for "
            "`session` or comes back. With cooperative only those that move stand still (Kafka's "
            "CooperativeStickyAssignor). With eager all instances give up all: each learns of it "
            "at its next `heartbeat`, ends what it has and takes nothing more, and the group goes "
            "on when the last one has joined (what Kafka's consumers do if nothing is said: "
            "RangeAssignor). The same for the whole group."},
    {.name = "heartbeat",
     .type = PARAM_DURATION,
     .offset = AT(heartbeat_ns),
     .min = 1,
     .max = INFINITY,
     .doc = "With rebalance = \"eager\": how often an instance asks whether partitions are given "
            "out again. If not given 3 s (Kafka's heartbeat.interval.ms)."},
    {.name = "poll",
     .type = PARAM_DURATION,
     .offset = AT(poll_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "Of a topic with partitions: how long an instance may have a message, from when it is "
            "sent to when the work on it has ended, its wait behind others and further tries "
            "included. One that takes longer leaves the group, others get its partitions, and it "
            "joins again when it has done with what it has (Kafka's max.poll.interval.ms: 5 min, "
            "for the messages of one poll)."},
    {.name = "dedup",
     .type = PARAM_DURATION,
     .offset = AT(dedup_ns),
     .fallback = "0ms",
     .max = INFINITY,
     .doc = "For how long the group remembers which messages it has done, in a store that it "
            "shares and that is written together with the work: a message that comes again is "
            "acknowledged without work, or if two work on it at once the second result is thrown "
            "away."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "How long the work on a message may take. Then it has failed for the topic; whether it "
            "goes on all the same says the service's `cancel`."},
    {.name = "deadline",
     .type = PARAM_DURATION,
     .offset = AT(deadline_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc =
         "How long all tries of an instance may take together, pauses included; then the message "
         "goes back to the topic, and the next delivery has as long. What a try calls is told as "
         "when its `timeout` is over."},
    {.name = "retry",
     .type = PARAM_GROUP,
     .offset = AT(retry),
     .group = retry_params,
     .doc = "An instance tries again itself what failed, and has the message meanwhile (Spring's "
            "blocking retries); after the last attempt it goes back to the topic, which counts one "
            "delivery. A message goes back at once whose instance broke."},
    {.name = "breaker",
     .type = PARAM_GROUP,
     .offset = AT(breaker),
     .group = breaker_params,
     .doc = "An instance whose work fails takes no messages for a while, which wait in the topic "
            "or go to others; then it takes some on trial."},
    {.name = "pool",
     .type = PARAM_GROUP,
     .offset = AT(pool),
     .group = pool_params,
     .doc = "Messages that one instance may have at once: as `prefetch`, of which the smaller "
            "counts, but it may adapt, aimd { ... } or gradient { ... }. What is more waits in the "
            "topic, so that there is neither queue nor wait."},
    {0},
};

/* Keys of the call policy that a subscriber does not have. */
const struct refused subscription_refused[] = {
    {"hedge",
     "two instances would do the work of one message, which is a duplicate; hedge the calls of the "
     "handler, or say visibility, after which a message goes to another instance"},
    {"throttle",
     "a message that is not taken waits in the topic, and nothing is turned away; give the "
     "subscriber a breaker, or a pool whose size adapts, pool = { size = aimd { start = 10, most = "
     "100 } }"},
    {"fallback",
     "nobody waits for an answer that could be second best; give the calls of the handler a "
     "fallback, or the message deliveries = 5 and a dead_letter"},
    {"batch",
     "an instance gets its messages one by one; prefetch = 500 lets it have so many at once, and "
     "ack_every = 500 acknowledges them together"},
    {0},
};

const struct subscription *subscription_of(const struct component_spec *component) {
  const struct kind *kind = component->kind;
  const struct subscription *s = kind->subscription ? kind->subscription(component->config) : NULL;
  return s && s->given ? s : NULL;
}

const char *subscription_group(const struct component_spec *component) {
  const struct subscription *s = subscription_of(component);
  return s->group ? s->group : component->name;
}

static bool is_topic(const struct spec *spec, uint32_t component) {
  return spec->component[component].kind->keeps_messages;
}

/* Where dead letters of a topic's groups come to, one subscriber after the other; a circle would
 * carry a message that nobody can work on round for ever. */
static bool leads_back(const struct spec *spec, uint32_t from, uint32_t to, uint32_t depth) {
  if (from == to) return true;
  if (depth == 0) return false;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct subscription *s = subscription_of(&spec->component[i]);
    if (!s || s->topic != from || s->dead_letter == REF_NONE) continue;
    if (leads_back(spec, s->dead_letter, to, depth - 1)) return true;
  }
  return false;
}

/* One group has one rule about acknowledgements. */
static bool agrees(const struct spec *spec, uint32_t component, struct error *err) {
  const struct component_spec *self = &spec->component[component];
  const struct subscription *own = subscription_of(self);
  for (uint32_t i = 0; i < component; i++) {
    const struct component_spec *other = &spec->component[i];
    const struct subscription *theirs = subscription_of(other);
    if (!theirs || theirs->topic != own->topic) continue;
    if (strcmp(subscription_group(other), subscription_group(self)) != 0) continue;
    if (theirs->ack == own->ack && theirs->visibility_ns == own->visibility_ns &&
        theirs->dedup_ns == own->dedup_ns && theirs->rebalance == own->rebalance)
      continue;
    return error_set(
        err,
        "subscribe.ack, visibility, dedup or rebalance differ from those of \"%s\", which is "
        "in the same group; make them equal, or give the group another name",
        other->name);
  }
  return true;
}

/* What is said of partitions that are given out again. */
static bool rebalance_valid(const struct spec *spec, const struct subscription *s,
                            struct error *err) {
  const struct component_spec *topic = &spec->component[s->topic];
  bool eager = s->rebalance == REBALANCE_EAGER;
  if (eager && topic->kind->message_partitions(topic->config) == 0) {
    return error_set(err,
                     "subscribe.rebalance: \"%s\" has no partitions that could be given out again; "
                     "give it some, or leave rebalance out",
                     topic->name);
  }
  if (!eager && s->heartbeat_ns > 0) {
    return error_set(
        err,
        "subscribe.heartbeat is for rebalance = \"eager\", where instances learn of it "
        "at a heartbeat; say that, or leave heartbeat out");
  }
  if (s->poll_ns != TIME_NEVER && topic->kind->message_partitions(topic->config) == 0) {
    return error_set(
        err,
        "subscribe.poll: \"%s\" has no partitions that others could get; give it some, "
        "or say visibility, after which a message is delivered again",
        topic->name);
  }
  if (s->poll_ns != TIME_NEVER && s->ack == ACK_BEFORE) {
    return error_set(err,
                     "subscribe.poll and ack = \"before\" do not go together: the topic has done "
                     "with a message when it is sent; leave one of them out");
  }
  if (s->heartbeat_ns > 0 && s->heartbeat_ns >= s->session_ns) {
    return error_set(err,
                     "subscribe.heartbeat is not shorter than session: each instance would be "
                     "taken for gone; lower heartbeat (Kafka: at most a third of it)");
  }
  return true;
}

/* Keys of the call policy that a subscriber has. */
static bool policy_valid(const struct subscription *s, struct error *err) {
  if (s->retry.given && s->ack == ACK_BEFORE) {
    return error_set(err,
                     "subscribe: retry and ack = \"before\" do not go together: what is "
                     "acknowledged cannot be worked on again; leave one of them out");
  }
  if (s->retry.given && s->retry.late == LATE_ACCEPT) {
    return error_set(err,
                     "subscribe: the work of a try that timed out is done, and counts in "
                     "duplicates; leave retry.late out");
  }
  if (s->pool.given && s->pool.queue > 0) {
    return error_set(err, "subscribe: messages wait in the topic; leave pool.queue out");
  }
  const struct outbound_config calls = {
      .timeout_ns = s->timeout_ns, .retry = s->retry, .breaker = s->breaker, .pool = s->pool};
  return outbound_valid(&calls, err);
}

static uint64_t least_at_once(const struct concurrency_config *size) {
  return size->rule == CONCURRENCY_FIXED ? size->start : size->least;
}

bool subscription_valid(const struct spec *spec, uint32_t component, const struct subscription *s,
                        uint64_t workers, uint64_t queue, struct error *err) {
  if (!is_topic(spec, s->topic)) {
    return error_set(err, "subscribe: \"%s\" is a %s; name a topic", spec->component[s->topic].name,
                     spec->component[s->topic].kind->name);
  }
  if (s->dead_letter != REF_NONE && !is_topic(spec, s->dead_letter)) {
    return error_set(err, "subscribe.dead_letter: \"%s\" is a %s; name a topic",
                     spec->component[s->dead_letter].name,
                     spec->component[s->dead_letter].kind->name);
  }
  if (s->dead_letter != REF_NONE && leads_back(spec, s->dead_letter, s->topic, spec->components)) {
    return error_set(err,
                     "subscribe.dead_letter: dead letters of \"%s\" come back to it, and a message "
                     "that nobody can work on would go round for ever; name another topic",
                     spec->component[s->topic].name);
  }
  uint64_t prefetch = s->prefetch ? s->prefetch : workers;
  if (s->ack_every > prefetch) {
    return error_set(err,
                     "subscribe.ack_every is %llu, and an instance has at most %llu messages at "
                     "once: it would wait for more for ever; raise prefetch or lower ack_every",
                     (unsigned long long)s->ack_every, (unsigned long long)prefetch);
  }
  if (s->pool.given && s->ack_every > least_at_once(&s->pool.size)) {
    return error_set(err,
                     "subscribe.ack_every is %llu, and pool.size lets an instance have as few as "
                     "%llu messages at once: it would wait for more for ever; raise it or lower "
                     "ack_every",
                     (unsigned long long)s->ack_every,
                     (unsigned long long)least_at_once(&s->pool.size));
  }
  if (s->ack_every > 1 && (s->ack == ACK_BEFORE || s->visibility_ns != PARAM_UNLIMITED)) {
    return error_set(err,
                     "subscribe.ack_every is for ack = \"after\" without visibility: messages "
                     "that were worked on wait for the others");
  }
  if (workers != PARAM_UNLIMITED && queue != PARAM_UNLIMITED && prefetch > workers + queue) {
    return error_set(err,
                     "subscribe.prefetch is %llu, and an instance has room for %llu (workers + "
                     "queue): it would refuse what it asked for; lower prefetch or raise queue",
                     (unsigned long long)prefetch, (unsigned long long)(workers + queue));
  }
  return rebalance_valid(spec, s, err) && policy_valid(s, err) && agrees(spec, component, err);
}

/* topic: keeps messages for those who subscribe. */
#include <string.h>

#include "arena.h"
#include "checks.h"
#include "column.h"
#include "fault_def.h"
#include "life.h"
#include "topic_policy.h"

static bool has_writers(const struct topic_config *config) {
  return config->writers != PARAM_UNLIMITED;
}

/* Of each broker its own. */
static struct station *writers_of(const struct member *member) {
  return &((struct topic_state *)member->state)->station;
}

static struct station *topic_station(struct member *member) {
  return has_writers(member->component->config) ? writers_of(member) : NULL;
}

static bool topic_has_station(const void *config) {
  return has_writers(config);
}

/* --- publishing ----------------------------------------------------------------------------- */

static void block(struct sim *sim, struct topic_state *t, struct frame *call) {
  uint32_t slot = frame_slot(sim, call);
  frame_set_state(sim, call, FRAME_QUEUED);
  call->mark_ns = sim->now_ns;
  call->next = SLOT_NONE;
  trace_mark(sim, call, PART_ROOM);
  *(t->blocked_tail == SLOT_NONE ? &t->blocked_head : &frame_at(sim, t->blocked_tail)->next) = slot;
  t->blocked_tail = slot;
  level_up(&t->blocked, sim->now_ns);
}

/* Stored; if there is room. */
static void take(struct sim *sim, struct member *member, struct frame *call) {
  struct topic_state *t = topic_of(member);
  if (t->replicas) {
    replicas_take(sim, member, call);
    return;
  }
  if (topic_has_taken(sim, t, call)) {
    call_reply(sim, call, OUTCOME_OK);
    return;
  }
  bool full = t->config->capacity != PARAM_UNLIMITED &&
              (t->blocked_head != SLOT_NONE || groups_are_full(t, 0));
  if (full) {
    switch ((enum topic_full)t->config->full) {
      case FULL_REFUSE:
        t->refused++;
        call_reply(sim, call, OUTCOME_REFUSED);
        return;
      case FULL_BLOCK:
        block(sim, t, call);
        return;
      case FULL_DROP_OLDEST:
        groups_make_room(sim, t, 0);
        break;
    }
  }
  topic_take(sim, member, call);
  topic_age_update(sim, t);
  call_reply(sim, call, OUTCOME_OK);
  groups_serve(sim, member);
}

/* Messages that came in one batch are written as one: each takes its share of that time. */
static uint64_t write_ns(const struct sim *sim, struct topic_state *t, const struct frame *call) {
  uint64_t time_ns = dist_draw_keyed(&t->config->write, &t->write, call->key, 0);
  uint64_t together = column_wanted(sim, COLUMN_BATCH) ? column_get(sim, call, COLUMN_BATCH) : 0;
  return together > 1 ? (time_ns + together - 1) / together : time_ns;
}

static void begin_write(struct sim *sim, struct member *member, struct frame *call) {
  uint64_t time_ns = write_ns(sim, topic_of(member), call);
  station_work(sim, member, writers_of(member), call, time_ns);
}

static void topic_start(struct sim *sim, struct member *member) {
  if (member->index != 1) return;
  topic_of(member)->started = true;
  groups_start(sim, member);
}

static void topic_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct topic_state *t = topic_of(member);
  if (__builtin_expect(!t->started, 0)) topic_start(sim, member->component->member);
  if (has_writers(t->config)) {
    if (station_enter(sim, writers_of(member), call, 0, false) == STATION_STARTED) {
      begin_write(sim, member, call);
    }
    return;
  }
  uint64_t time_ns = dist_draw_keyed(&t->config->write, &t->write, call->key, 0);
  if (time_ns > 0) {
    call_work(sim, member, call, time_ns);
    return;
  }
  take(sim, member, call);
}

static void topic_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  if (has_writers(topic_of(member)->config)) {
    struct frame *next = station_leave(sim, writers_of(member), call);
    if (next) begin_write(sim, member, next);
  }
  take(sim, member, call);
}

/* --- consumers ------------------------------------------------------------------------------ */

static void topic_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                           struct frame *call, enum outcome outcome) {
  (void)parent;
  group_answer(sim, member, call, outcome);
}

static void topic_on_consumer(struct sim *sim, struct member *member, struct member *consumer,
                              bool restarted) {
  struct topic_state *t = topic_of(member);
  if (!t->started) return; /* when it starts it looks at all of them */
  struct topic_group *g = &t->group[t->group_of[consumer->id]];
  struct topic_consumer *c = &g->consumer[t->consumer_of[consumer->id]];
  if (restarted) {
    topic_policy_restart(sim, c);
    session_restarts(sim, member, g, c);
  } else if (member_is_off(consumer)) {
    group_consumer_breaks(sim, member, g, c);
  } else if (session_is_kept(g, c)) {
    session_changes(sim, member, g, c);
    session_look(sim, member, g, c);
  } else {
    return;
  }
  if (!member->hung) group_serve(sim, member, g);
}

static void topic_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  struct topic_state *t = topic_of(member);
  if (timer->what == TOPIC_DUE_GROUP) {
    group_due(sim, member, &t->group[timer->data]);
  } else {
    replicas_on_due(sim, member, timer);
  }
}

static void topic_on_message(struct sim *sim, struct member *member, struct frame *message) {
  replicas_on_message(sim, member, message);
}

static void topic_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                            struct frame *message, enum outcome outcome) {
  (void)parent;
  replicas_on_answer(sim, member, message, outcome);
}

static void topic_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                           bool begins) {
  if (topic_station(member)) station_fault(sim, member, writers_of(member), fault, begins);
  if (topic_of(member)->replicas) {
    replicas_fault(sim, member, fault, begins);
    return;
  }
  if (fault != &fault_crash) return;
  if (begins) {
    groups_break(sim, member);
  } else {
    groups_resume(sim, member);
  }
}

/* --- results -------------------------------------------------------------------------------- */

static struct audience_count minus(struct audience_count a, struct audience_count b) {
  a.published -= b.published;
  a.done -= b.done;
  a.dead -= b.dead;
  a.dropped -= b.dropped;
  a.expired -= b.expired;
  a.lost -= b.lost < a.lost ? b.lost : a.lost;
  a.again -= b.again;
  a.extra -= b.extra;
  a.swapped -= b.swapped;
  return a;
}

static const char *class_name(const struct topic_config *config, uint32_t class) {
  return class < config->priority.n ? config->priority.name[class] : "other";
}

static void collect_classes(const struct topic_state *t, const char *name, struct metrics *out) {
  for (uint32_t i = 0; t->class && i <= t->config->priority.n; i++) {
    struct hist *h = &t->class[i];
    const char *class = class_name(t->config, i);
    metric_quotient(out, UNIT_SECONDS, (double)hist_sum(h) / 1e9, (double)hist_count(h),
                    "%s.class.%s.to_delivery.mean", name, class);
    metric_quantile(out, h, 0.5, "%s.class.%s.to_delivery.p50", name, class);
    metric_quantile(out, h, 0.95, "%s.class.%s.to_delivery.p95", name, class);
    metric_quantile(out, h, 0.99, "%s.class.%s.to_delivery.p99", name, class);
  }
}

static void topic_collect(struct sim *sim, struct component *component, struct metrics *out) {
  struct topic_state *t = component->member->state;
  const char *name = component->spec->name;
  double done = 0, lost = 0, extra = 0, swapped = 0;
  for (uint32_t i = 0; i < t->groups; i++) {
    struct audience_count c =
        minus(audience_count(sim, t->group[i].audience), t->group[i].at_warmup);
    done += (double)(c.done - c.again);
    lost += (double)c.lost;
    extra += (double)c.extra;
    swapped += (double)c.swapped;
  }
  metric_counted(out, UNIT_COUNT, done, 1, "%s.consumed", name);
  lost += (double)t->groups * (double)(t->lost_acked - t->lost_at_warmup);
  lost += (double)t->groups * (double)(t->unheard - t->unheard_at_warmup);
  metric_counted(out, UNIT_COUNT, lost, 1, "%s.lost", name);
  metric_counted(out, UNIT_COUNT, extra, 1, "%s.duplicates", name);
  metric_counted(out, UNIT_COUNT, swapped, 1, "%s.out_of_order", name);
  metric_counted(out, UNIT_COUNT, swapped, 1, "%s.reordered", name);
  struct topic_state now = *t; /* looks, and changes nothing */
  double seconds = sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
  if (now.age.since_ns != TIME_NEVER && sim->now_ns > now.age.at_ns) {
    double from = (double)(now.age.at_ns - now.age.since_ns) / 1e9;
    double to = (double)(sim->now_ns - now.age.since_ns) / 1e9;
    now.age.integral_s2 += (to * to - from * from) / 2;
    if (sim->now_ns - now.age.since_ns > now.age.most_ns) {
      now.age.most_ns = sim->now_ns - now.age.since_ns;
    }
  }
  metric_quotient(out, UNIT_SECONDS, now.age.integral_s2, seconds, "%s.oldest", name);
  metric_extreme(out, METRIC_MAX, UNIT_SECONDS, true, (double)now.age.most_ns / 1e9,
                 "%s.oldest.max", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, true, (double)t->backlog_most, "%s.backlog.max",
                 name);
  collect_classes(t, name, out);
}

static void topic_reset(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  if (member->index > 1) return; /* one for all brokers */
  t->lost_at_warmup = t->lost_acked;
  t->unheard_at_warmup = t->unheard;
  topic_age_update(sim, t);
  t->age.integral_s2 = 0;
  t->age.most_ns = 0;
  t->backlog_most = t->backlog.value;
  for (uint32_t i = 0; t->class && i <= t->config->priority.n; i++) hist_clear(&t->class[i]);
  for (uint32_t i = 0; i < t->groups; i++) {
    t->group[i].at_warmup = audience_count(sim, t->group[i].audience);
  }
}

/* Every message that was taken is somewhere, by the record; and the topic has as many as the record
 * says. */
static void topic_check(struct sim *sim, struct member *member, struct checks *out) {
  const struct topic_state *t = topic_of(member);
  if (member->index > 1) return;
  if (t->replicas) replicas_check(sim, member, out);
  uint64_t letters = 0, kept = 0;
  for (uint32_t id = 0; id < t->letters.used; id++) {
    letters += t->letters.list[id].state != LETTER_GONE;
  }
  for (uint32_t i = 0; i < t->groups; i++) {
    struct audience_count c = audience_count(sim, t->group[i].audience);
    uint64_t ended = c.done + c.dead + c.dropped + c.expired + c.lost;
    kept += c.open;
    check_member(out, member, *t->group[i].name ? t->group[i].name : "messages",
                 c.published == ended + c.kept + c.on_way,
                 "%llu published = %llu done + %llu lost + %llu dead + %llu dropped + %llu expired "
                 "+ %llu kept + %llu with a consumer",
                 (unsigned long long)c.published, (unsigned long long)c.done,
                 (unsigned long long)c.lost, (unsigned long long)c.dead,
                 (unsigned long long)c.dropped, (unsigned long long)c.expired,
                 (unsigned long long)c.kept, (unsigned long long)c.on_way);
  }
  check_member(out, member, "letters", letters == kept,
               "%llu letters are kept, and %llu records say that they are",
               (unsigned long long)letters, (unsigned long long)kept);
}

static uint64_t topic_message_life_ns(const void *config) {
  return ((const struct topic_config *)config)->retention_ns;
}

static uint64_t topic_message_partitions(const void *config) {
  return ((const struct topic_config *)config)->partitions;
}

/* --- life ----------------------------------------------------------------------------------- */

static void topic_init(struct sim *sim, struct member *member) {
  const struct topic_config *config = member->component->config;
  if (has_writers(config)) {
    station_init(sim, writers_of(member), DISCIPLINE_FIFO, config->writers, PARAM_UNLIMITED, 1);
  }
  struct topic_state *t = topic_of(member);
  if (member->index > 1) return;
  t->config = member->component->config;
  t->brokers = member->component->members;
  t->blocked_head = t->blocked_tail = SLOT_NONE;
  t->age.since_ns = TIME_NEVER;
  t->write = sim_stream(sim, member->component, "write");
  column_want(sim, COLUMN_DELAY);
  classes_init(sim, &t->classes, &t->config->priority, (enum class_by)t->config->by);
  uint32_t classes = t->config->priority.n;
  if (classes > 0) t->class = arena_alloc(sim->arena, (classes + 1) * sizeof *t->class);
  for (uint32_t i = 0; t->class && i <= classes; i++) hist_init(&t->class[i], 0, sim -> arena);
  dedup_init(&t->dedup, t->config->dedup_ns);
  groups_init(sim, member);
  if (t->config->copies.given) replicas_init(sim, t, member->component);
}

static bool topic_sends(const void *config) {
  const struct topic_config *c = config;
  return c->copies.given;
}

static struct member *topic_pick(const struct component *component, const struct frame *call) {
  return component->shared ? replicas_pick(component, call) : component->member;
}

static void topic_message_unheard(struct component *topic) {
  topic_of(topic->member)->unheard++;
}

static void topic_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct topic_state *t = topic_of(member);
  if (topic_station(member)) station_free(writers_of(member));
  if (member->index > 1) return;
  replicas_free(t);
  for (uint32_t i = 0; t->class && i <= t->config->priority.n; i++) hist_free(&t->class[i]);
  dedup_free(&t->dedup);
  groups_free(t);
}

#define STATE(field) offsetof(struct topic_state, field)

static const struct meter topic_meters[] = {
    {"published", METER_COUNT, STATE(published), 0, "Messages taken and acknowledged."},
    {"refused", METER_COUNT, STATE(refused), 0,
     "Messages refused because a group had no room for them."},
    {"backlog", METER_LEVEL, STATE(backlog), 0,
     "Messages that wait to be delivered, of all groups together"},
    {"in_delivery", METER_LEVEL, STATE(in_delivery), 0,
     "Messages that consumers have and have not acknowledged"},
    {"blocked", METER_LEVEL, STATE(blocked), 0, "Publishers that wait for room (full = \"block\")"},
    {"deliveries", METER_COUNT, STATE(deliveries), 0, "Messages sent to consumers."},
    {"redeliveries", METER_COUNT, STATE(redeliveries), 0,
     "Of these, those that had been sent before."},
    {"acknowledged", METER_COUNT, STATE(acknowledged), 0, "Messages acknowledged by consumers."},
    {"reappeared", METER_COUNT, STATE(reappeared), 0,
     "Deliveries that were not acknowledged within `visibility`."},
    {"dead_letters", METER_COUNT, STATE(dead_letters), 0,
     "Messages that were delivered `deliveries` times, none of which was acknowledged."},
    {"undelivered_dead", METER_COUNT, STATE(undelivered_dead), 0,
     "Of these, those that the topic for dead letters did not take."},
    {"dropped", METER_COUNT, STATE(dropped), 0,
     "Messages that made room for others (full = \"drop_oldest\")."},
    {"rebalances", METER_COUNT, STATE(rebalances), 0,
     "How often the partitions of a group were given out again."},
    {"polls_missed", METER_COUNT, STATE(polls_missed), 0,
     "How often a consumer left its group as it had a message for longer than `poll`."},
    {"rebalancing", METER_LEVEL, STATE(rebalancing), 0,
     "Groups that stand still until partitions are given out again (rebalance = \"eager\")"},
    {"deduplicated", METER_COUNT, STATE(deduplicated), 0,
     "Messages that were sent again and not taken (`dedup`)."},
    {"expired", METER_COUNT, STATE(expired), 0, "Messages older than `retention`."},
    {"to_delivery", METER_TIMES, STATE(to_delivery), 0,
     "From when a message could be delivered to its first delivery"},
    {"replication", METER_TIMES, STATE(replication), 0,
     "From when the leader had a message until all in sync did"},
    {"unanswered", METER_LEVEL, STATE(unanswered), 0,
     "Publishers that wait until all in sync have their message"},
    {"leaderless", METER_LEVEL, STATE(leaderless), 0, "Partitions whose leader is away"},
    {"under_replicated", METER_LEVEL, STATE(under_replicated), 0,
     "Partitions of which not all brokers are in sync"},
    {"elections", METER_COUNT, STATE(elections), 0, "How often another broker began to lead."},
    {"unclean_elections", METER_COUNT, STATE(unclean), 0,
     "Of these, how often one that was out of sync did."},
    {"left_sync", METER_COUNT, STATE(shrunk), 0, "How often a broker fell out of sync."},
    {"thrown_away", METER_COUNT, STATE(thrown_away), 0,
     "Messages in the log of a leader that the next one did not have, acknowledged or not."},
    {"too_few_in_sync", METER_COUNT, STATE(too_few), 0,
     "Messages refused because fewer than `min_insync` brokers were in sync."},
    {0},
};

static bool topic_has_meter(const void *config, const struct meter *meter) {
  if (meter->at == STATE(rebalancing)) return topic_message_partitions(config) > 0;
  bool of_copies = meter->at >= STATE(leaderless) && meter->at <= STATE(replication);
  return !of_copies || topic_sends(config);
}

static const struct metric_def topic_metrics[] = {
    {"consumed", "", "Messages whose work has ended well, once for each group."},
    {"lost", "",
     "Messages that were taken and that nobody did the work for, nor will, once for each group: "
     "acknowledged before it, or lost with the topic. From a record that knows of no "
     "acknowledgements."},
    {"duplicates", "",
     "How often work ended well on what a consumer of the group had done before; also of a message "
     "that its publisher sent again."},
    {"out_of_order", "",
     "Messages whose work ended after that on a later one of the same key; without keys of any "
     "later one."},
    {"reordered", "", "The same, by the name that it has in the ledger."},
    {"oldest", "s",
     "Age of the message that has waited longest, averaged over time; 0 while none "
     "waits."},
    {"oldest.max", "s", "Greatest age of a message that waited."},
    {"backlog.max", "", "Most messages that waited to be delivered at once."},
    {"class.<class>.to_delivery.mean", "s",
     "`to_delivery` of one class of `priority`; `other` is what that does not name. Also p50, p95 "
     "and p99."},
    {0},
};

const struct kind kind_topic = {
    .name = "topic",
    .summary = "Keeps messages for those who subscribe to it: a queue, or a topic with groups.",
    .doc =
        "A call to a topic publishes a message: the step `publish`, or any other call. It is "
        "answered when the message is stored, which is its acknowledgement. Each group of "
        "subscribers gets each message; a topic with one group is a queue. A service "
        "subscribes with `subscribe = { \"orders\", group = \"billing\" }`, and handles a message "
        "as a call of the message's operation. Messages of a topic without subscribers wait for "
        "ever.\n"
        "Each message goes to the instance of the group that has had room for longest "
        "(`prefetch`), as RabbitMQ sends in turn. When its work ends well it is acknowledged and "
        "forgotten. It is delivered again when the work fails, when the consumer crashes (the "
        "connection breaks at once), or when the acknowledgement has not come within "
        "`visibility`, even if the consumer hangs or still works on it; without that, when the "
        "consumer has hung or was cut off for `session`, which closes its connection. Left out: "
        "that RabbitMQ's "
        "acknowledgement timeout (30 min) closes the channel with all that the consumer has, where "
        "`visibility` takes back one message. What vanishes on the way, "
        "there or back, is missed after `visibility` or after `session`. It comes back to its old "
        "place, or after a `backoff`; after `deliveries` times it is a dead letter. What a "
        "subscriber says about its messages as callers do about calls (`timeout`, `deadline`, "
        "`retry`, `breaker`, `pool`) each of its instances does by itself. A late "
        "acknowledgement counts if nobody else has the message yet, as with SQS. A further "
        "delivery draws its work and its chances again; for a message that always fails, use an "
        "operation of its own. A crash of the topic breaks the connections: what consumers had "
        "is delivered again, even what they finish meanwhile.\n"
        "With `partitions` each instance of a group has some of them for itself. Each partition "
        "is in order as long as its instance has one worker. A partition changes hands when its "
        "instance has done with the messages that it has of it, as with Kafka's cooperative "
        "assignment; with `rebalance = \"eager\"` the whole group stands still until each instance "
        "has heard of it and ended what it has. One of which nothing is heard for `session`, as it "
        "hangs or is cut off, has lost them: what it has is delivered to others, and what it ends "
        "later is done twice. Instances are static members (group.instance.id): one that stops or "
        "breaks and is back within its session keeps its partitions, and nobody else notices. One "
        "that has a `drain` is sent no more from when it is stopped, and acknowledges what it has "
        "worked on before it leaves. One that has a message for longer than `poll` leaves the "
        "group, so that a rebalance does not wait for it any longer either. It ends what it has "
        "for nothing, since others do it too, and joins again when it has done with it. Partitions "
        "are given out to the instances that are there one after the other; after that only those "
        "move whose instance has gone or has more than its part. With eager all are given out "
        "from the first on each time (Kafka's RoundRobinAssignor; of one topic RangeAssignor "
        "gives each as many). Left out: the 3 s for which an empty group "
        "waits for others before it begins (group.initial.rebalance.delay.ms), since groups are "
        "there from the beginning; members that leave at once when they are stopped, and the "
        "time that requests to join take.\n"
        "With `copies` the topic is several brokers. Each partition is a log that one broker "
        "leads and the others fetch from, as in Kafka. A message is delivered when all brokers "
        "in sync have it. When the leader has been away for `session`, one of those in sync "
        "leads, and what the former leader had beyond its log is thrown away. If none is in sync "
        "the partition stands still, or with `unclean` loses what the new leader does not have. "
        "Callers learn of a new leader at once. A crash of a broker keeps its log. Left out of "
        "copies: the controllers that elect, elections because brokers do not reach each other, "
        "offsets of consumers that are lost, leaders that move back, flushes to disk, bytes.\n"
        "With `writers` each broker writes so many messages at once, and others wait; without, "
        "each message takes `write` by itself. Messages that their publisher sent in one batch "
        "(`publish { ..., batch = ... }`) cost one write together. Each takes its part of it in "
        "turn, so that the first is answered before the last. Left out of batches: that one lost "
        "message is the whole batch, batches by partition, their compression and size in bytes.\n"
        "`lost`, `duplicates`, `out_of_order` and a consumer's `end_to_end` come from a record of "
        "each message that is kept beside the protocol. What a consumer does about a message it "
        "does for the client, the user and the tier of the request that published it, as limits "
        "and priorities see, also where a dead letter or an outbox stands between; that request's "
        "deadline is not the message's. Left out: offsets that are set back, size of messages, "
        "and the time that a topic takes to send.",
    .example =
        "client \"shop\" { arrivals = poisson \"80/s\", target = \"web\" }\n"
        "service \"web\" { on = { work \"2ms\", publish { \"orders\", timeout = \"1s\" } } }\n"
        "topic \"orders\" { capacity = 100000 }\n"
        "service \"billing\" { workers = 2, on = { work(exponential \"20ms\") },\n"
        "  subscribe = { \"orders\", prefetch = 10, visibility = \"30s\" } }\n"
        "service \"mail\" { workers = 1, on = { work \"10ms\" }, subscribe = { \"orders\" } }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = topic_params,
    .meters = topic_meters,
    .metrics = topic_metrics,
    .keeps_messages = true,
    .place = replicas_place,
    .pick = topic_pick,
    .messages = replicas_messages,
    .sends = topic_sends,
    .on_message = topic_on_message,
    .on_answer = topic_on_answer,
    .message_unheard = topic_message_unheard,
    .has_meter = topic_has_meter,
    .config_size = sizeof(struct topic_config),
    .state_size = sizeof(struct topic_state),
    .validate = topic_validate,
    .outline = topic_outline,
    .init = topic_init,
    .start = topic_start,
    .on_call = topic_on_call,
    .on_reply = topic_on_reply,
    .on_timer = topic_on_timer,
    .on_due = topic_on_due,
    .on_consumer = topic_on_consumer,
    .missed_ns = delivery_missed_ns,
    .message_life_ns = topic_message_life_ns,
    .message_partitions = topic_message_partitions,
    .on_fault = topic_on_fault,
    .station = topic_station,
    .has_station = topic_has_station,
    .reset = topic_reset,
    .collect = topic_collect,
    .check = topic_check,
    .destroy = topic_destroy,
};

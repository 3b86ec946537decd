/* What a service counts. */
#include "outbound_params.h"
#include "service_state.h"

const struct meter service_meters[] = {
    {"memory", METER_MEAN_BYTES, offsetof(struct service_state, memory.used), 0,
     "Bytes that one instance takes"},
    {"out_of_memory", METER_COUNT, offsetof(struct service_state, memory.kills), 0,
     "Processes that were killed because they took more than their limit."},
    {"cancelled", METER_COUNT, offsetof(struct service_state, cancelled), 0,
     "Calls taken out of the queue because nobody waited for them any more."},
    {"stopped", METER_COUNT, offsetof(struct service_state, stopped), 0,
     "Calls whose work was stopped because nobody waited for them any more."},
    {"evicted", METER_COUNT, offsetof(struct service_state, evicted), 0,
     "Calls refused out of the queue to make room for one of a higher class (`evict`)."},
    {"fallbacks", METER_COUNT, offsetof(struct service_state, fallbacks), 0,
     "Failed calls after which the fallback was taken."},
    {"limited", METER_COUNT, offsetof(struct service_state, limits.refused), 0,
     "Calls that a `limit` refused."},
    {"delayed", METER_COUNT, offsetof(struct service_state, limits.delayed), 0,
     "Calls that a `limit` made wait."},
    {"limit.remaining", METER_MEAN, offsetof(struct service_state, limits.left),
     offsetof(struct service_state, limits.told),
     "How many more calls a caller could make at once, as a `limit` tells on each answer "
     "(X-RateLimit-Remaining): the mean; 0 where it refuses."},
    {"shed", METER_COUNT, offsetof(struct service_state, sheds.turned_away), 0,
     "Calls that a `shed` turned away."},
    {"environments", METER_LEVEL, offsetof(struct service_state, pool.there), 0,
     "Instances on demand that there were: starting, at work or idle"},
    {"environments_idle", METER_LEVEL, offsetof(struct service_state, pool.idle), 0,
     "Of them, those that nothing was asked of"},
    {"cold_starts", METER_COUNT, offsetof(struct service_state, pool.cold_starts), 0,
     "Calls that waited for an instance that started."},
    {"cold_share", METER_RATIO, offsetof(struct service_state, pool.cold_starts),
     offsetof(struct service_state, pool.warm_starts), "The same as a share of all that began."},
    {"cold_time", METER_TIMES, offsetof(struct service_state, pool.cold_time), 0,
     "How long these waited"},
#define TRANSACTIONS(field) \
  offsetof(struct service_state, coordinator.meters) + offsetof(struct transaction_meters, field)
    {"committed", METER_COUNT, TRANSACTIONS(committed), 0,
     "Transactions that this service has decided to commit; without a protocol: all of whose "
     "writes "
     "were answered."},
    {"aborted", METER_COUNT, TRANSACTIONS(aborted), 0, "Transactions that were given up."},
    {"compensated", METER_COUNT, TRANSACTIONS(compensated), 0, "Writes of sagas that were undone."},
    {"half_applied", METER_COUNT, TRANSACTIONS(half_applied), 0,
     "Transactions that are over, and of which some writes are there and others not. Where a "
     "database has `idempotency`, tries of one request count as one."},
    {"in_doubt", METER_COUNT, TRANSACTIONS(in_doubt), 0,
     "Transactions that a store had prepared and whose coordinator crashed before it decided."},
    {"in_doubt_time", METER_TIMES, TRANSACTIONS(in_doubt_time), 0,
     "For how long they were, from the crash until the last store had heard the decision"},
    {"doubtful_crashes", METER_RATIO, TRANSACTIONS(doubtful), TRANSACTIONS(clean),
     "Crashes of the coordinator that left any in doubt, as a share of all."},
#undef TRANSACTIONS
    {"consumed", METER_COUNT, offsetof(struct service_state, consumer.consumed), 0,
     "Messages whose work ended well, each once."},
    {"duplicates", METER_COUNT, offsetof(struct service_state, consumer.duplicates), 0,
     "How often work ended well on a message that this group had done before."},
    {"deduplicated", METER_COUNT, offsetof(struct service_state, consumer.deduplicated), 0,
     "Messages that were found to be done already (`dedup`)."},
    {"out_of_order", METER_COUNT, offsetof(struct service_state, consumer.out_of_order), 0,
     "Messages whose work ended after that on a later one of the same key; without keys of any "
     "later one."},
    {"failed_work", METER_COUNT, offsetof(struct service_state, consumer.failed), 0,
     "How often the work on a message failed."},
    {"tried_again", METER_COUNT, offsetof(struct service_state, consumer.tried_again), 0,
     "How often an instance tried again itself what failed (`subscribe.retry`)."},
    {"breaker_opened", METER_COUNT, offsetof(struct service_state, consumer.opened), 0,
     "How often the breaker of an instance opened (`subscribe.breaker`)."},
    {"backlog", METER_LEVEL, offsetof(struct service_state, consumer.backlog), 0,
     "Messages that wait for its group; told by the first component of a group"},
    {"end_to_end", METER_TIMES, offsetof(struct service_state, consumer.end_to_end), 0,
     "From when a message was published to the end of the work on it, the first time"},
    {"pauses", METER_COUNT, offsetof(struct service_state, pace.pauses), 0,
     "Pauses in which an instance stood still (`pauses`)."},
    {"paused", METER_MEAN_LEVEL, offsetof(struct service_state, pace.pausing), 0,
     "Share of the time in a pause"},
    {"pause", METER_TIMES, offsetof(struct service_state, pace.pause), 0, "How long pauses were"},
    {0},
};

/* What is about messages or pauses, only where there are any. */
bool service_has_meter(const void *config, const struct meter *meter) {
  const struct service_config *c = config;
  size_t pool = offsetof(struct service_state, pool);
  if (meter->at >= pool && meter->at < pool + sizeof(struct environments)) {
    return c->on_demand != NULL;
  }
  if (meter->at == offsetof(struct service_state, limits.left)) return limits_are_in(&c->on);
  size_t memory = offsetof(struct service_state, memory);
  if (meter->at >= memory && meter->at < memory + sizeof(struct footprint)) {
    return c->memory.given && (c->memory.limit > 0 || meter->type != METER_COUNT);
  }
  size_t transactions = offsetof(struct service_state, coordinator);
  if (meter->at >= transactions && meter->at < transactions + sizeof(struct coordinator)) {
    return service_transacts(c);
  }
  if (meter->at >= offsetof(struct service_state, pace)) return c->pace.pauses.given;
  return meter->at < offsetof(struct service_state, consumer) || c->subscribe.given;
}

const struct metric_def service_metrics[] = {
    OUTBOUND_METRICS,
    ACCEPT_METRICS,
    {0},
};

/* What users may say about the copies of a topic. */
#include <math.h>
#include <string.h>

#include "topic_config.h"

#define AT(field) offsetof(struct replicas_config, field)

const struct param replicas_params[] = {
    {.name = "n",
     .type = PARAM_COUNT,
     .offset = AT(n),
     .required = true,
     .min = 1,
     .max = REPLICAS_MOST,
     .doc = "How many brokers there are, each of which has a copy of every partition: orders[1], "
            "orders[2]. Partition i is led by broker i at first, counted in turn."},
    {.name = "zone",
     .type = PARAM_ZONES,
     .offset = AT(zone),
     .doc = "Where they are: broker i in entry i of the list, which starts over when it ends."},
    {.name = "min_insync",
     .type = PARAM_COUNT,
     .offset = AT(min_insync),
     .fallback = "1",
     .min = 1,
     .max = REPLICAS_MOST,
     .doc = "Brokers that must be in sync, or messages with acks = \"all\" are refused (Kafka: "
            "min.insync.replicas, 1)."},
    {.name = "unclean",
     .type = PARAM_BOOL,
     .offset = AT(unclean),
     .fallback = "false",
     .doc = "Whether a broker that is out of sync leads where no other one can; what it does not "
            "have is lost (Kafka: unclean.leader.election.enable, false)."},
    {.name = "session",
     .type = PARAM_DURATION,
     .offset = AT(session_ns),
     .fallback = "9s",
     .max = INFINITY,
     .doc = "For how long a broker is down or hangs before others lead its partitions (Kafka: "
            "broker.session.timeout.ms, 9 s)."},
    {.name = "lag",
     .type = PARAM_DURATION,
     .offset = AT(lag_ns),
     .fallback = "30s",
     .max = INFINITY,
     .doc = "A broker that has not had all of the log for so long is out of sync (Kafka: "
            "replica.lag.time.max.ms, 30 s)."},
    {0},
};

bool replicas_validate(const struct component_spec *component, struct error *err) {
  const struct topic_config *topic = component->config;
  const struct replicas_config *config = &topic->copies;
  if (!config->given) return true;
  if (topic->partitions == 0) {
    return error_set(err, "has copies and no partitions; copies are of partitions: say how many");
  }
  static const char *const alone[] = {"instances", "durable", "delay"};
  for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
    if (!spec_states(component, alone[i])) continue;
    return error_set(err, "has both copies and %s, which do not go together; leave out one of them",
                     alone[i]);
  }
  if (topic->full == FULL_BLOCK) {
    return error_set(
        err,
        "has copies and full = \"block\"; brokers that copy let nobody wait for room: say "
        "\"refuse\" or \"drop_oldest\"");
  }
  if (config->zone.n > 0 && spec_states(component, "zone")) {
    return error_set(err, "has both zone and copies.zone; say one of them where the brokers are");
  }
  if (config->zone.n > config->n) {
    return error_set(
        err,
        "copies.zone names %u zones and copies.n is %llu; a zone would be empty; name fewer zones",
        config->zone.n, (unsigned long long)config->n);
  }
  if (config->min_insync > config->n) {
    return error_set(err,
                     "copies.min_insync is %llu and there are %llu copies: every message with acks "
                     "= \"all\" would be refused; raise copies.n or lower copies.min_insync",
                     (unsigned long long)config->min_insync, (unsigned long long)config->n);
  }
  return true;
}

void replicas_place(struct component_spec *component, struct arena *arena) {
  (void)arena;
  const struct replicas_config *config = &((const struct topic_config *)component->config)->copies;
  if (!config->given) return;
  component->instances = (uint32_t)config->n;
  if (config->zone.n == 0) return;
  component->zones = config->zone.n;
  component->zone = config->zone.id;
}

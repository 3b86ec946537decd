/* What a component says about the messages that it takes from a topic.
 *
 * Components that have one and the same `group` at a topic share its messages: each message goes to
 * one of them. Each group gets every message. */
#ifndef SUBSCRIPTION_H
#define SUBSCRIPTION_H

#include "error.h"
#include "outbound.h"
#include "param.h"
#include "spec.h"

enum acknowledge { ACK_AFTER, ACK_BEFORE };
enum rebalance { REBALANCE_COOPERATIVE, REBALANCE_EAGER };

struct subscription {
  bool given;
  uint32_t topic;
  const char *group; /* NULL: one of its own, with the component's name */
  uint64_t prefetch; /* 0: as many as there are workers */
  uint32_t ack;
  uint64_t ack_every;
  uint64_t visibility_ns, deliveries;
  uint64_t dedup_ns;                 /* 0: none */
  uint64_t session_ns, heartbeat_ns; /* 0: not said */
  uint64_t poll_ns;                  /* TIME_NEVER: none */
  uint32_t rebalance;
  uint32_t dead_letter; /* or REF_NONE */
  struct backoff backoff;
  uint64_t timeout_ns;  /* of the work on a message */
  uint64_t deadline_ns; /* of all tries of one instance; TIME_NEVER: none */
  struct retry_config retry;
  struct breaker_config breaker;
  struct pool_config pool;
};

/* Of a PARAM_GROUP. */
extern const struct param subscription_params[];
extern const struct refused subscription_refused[];

/* Of a component that subscribes, with so many workers in each instance and so many places to wait
 * for them. */
bool subscription_valid(const struct spec *spec, uint32_t component,
                        const struct subscription *subscription, uint64_t workers, uint64_t queue,
                        struct error *err);

/* What a component subscribes to; NULL: nothing. */
const struct subscription *subscription_of(const struct component_spec *component);

/* The name of the component's group. */
const char *subscription_group(const struct component_spec *component);

#endif

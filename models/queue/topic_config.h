/* What users may say of a topic, and what that means where nothing is run. */
#ifndef TOPIC_CONFIG_H
#define TOPIC_CONFIG_H

#include "outline.h"
#include "param.h"
#include "replicas.h"
#include "sim.h"
#include "subscription.h"

enum topic_order { ORDER_FIFO, ORDER_PRIORITY, ORDER_BY_KEY, ORDER_DELAY };
enum topic_full { FULL_REFUSE, FULL_DROP_OLDEST, FULL_BLOCK };

struct topic_config {
  uint64_t partitions; /* 0: none, a shared queue */
  uint64_t capacity, retention_ns, delay_ns, dedup_ns;
  uint32_t order, full, by;
  struct priorities priority;
  bool durable;
  struct replicas_config copies;
  struct dist write;
  uint64_t writers; /* PARAM_UNLIMITED: each message is written by itself */
};

extern const struct param topic_params[];

bool topic_validate(const struct spec *spec, const struct component_spec *component,
                    struct error *err);

/* Takes the message, answers, and delivers it to one of each group. */
void topic_outline(const struct spec *spec, const struct component_spec *component, int op,
                   struct outline *out);

#endif

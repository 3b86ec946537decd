/* What the members of a service are in a run; for the files that run them. */
#ifndef SERVICE_STATE_H
#define SERVICE_STATE_H

#include "classes.h"
#include "delivery.h"
#include "environments.h"
#include "footprint.h"
#include "limit_gates.h"
#include "outbound.h"
#include "service_config.h"
#include "service_locks.h"
#include "service_plan.h"
#include "service_sheds.h"
#include "service_transactions.h"
#include "sim.h"
#include "station.h"

/* What all members share. Only the rows of draws change once it is built. */
struct service_shared {
  struct stream sleep, branch, request, response;
  struct plan *plan; /* by operation */
  struct classes classes;
};

struct service_state {
  struct service_shared *shared;
  struct plan *plan; /* by operation */
  const struct service_config *config;
  struct outbound **out; /* policies by call; NULL: none is more than a timeout */
  uint64_t name_hash;    /* of the component */
  bool plain_queue;      /* one class, first come first served */
  bool is_async;
  bool uses_memory; /* that somebody counts: `memory` */
  bool coordinates; /* some handler has a transaction: `coordinator` */
  bool bills_time;  /* what its calls cost goes by how long they have a worker: price.h */
  bool locks;       /* or takes a lock: `locker` */
  bool works_on_bytes;
  /* It works on bytes, or has `coordinator`, `locker`, `pool`, `consumer` or `sheds`. These lie
   * behind `station`, in lines that a call of a service without them does not touch. */
  bool has_extras;
  struct station station;
  uint64_t cancelled, stopped, evicted, fallbacks;
  struct limits limits;
  struct service_sheds sheds;
  struct environments pool;
  struct coordinator coordinator;
  struct locker locker;
  struct footprint memory;
  struct consumer consumer;
  struct pace pace; /* if one is given */
};

/* By what `priority` lists. */
static inline uint32_t class_listed(const struct sim *sim, const struct service_state *s,
                                    const struct frame *call) {
  return classes_of(sim, &s->shared->classes, call);
}

/* Of the queue: all are of one where it is not ordered by class. */
static inline uint32_t class_of(const struct sim *sim, const struct service_state *s,
                                const struct frame *call) {
  return s->station.classes == 1 ? 0 : class_listed(sim, s, call);
}

/* What it counts, in service_results.c. */
extern const struct meter service_meters[];
extern const struct metric_def service_metrics[];
bool service_has_meter(const void *config, const struct meter *meter);

#endif

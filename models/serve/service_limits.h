/* The limits of one member of a service: one limiter for each step `limit` of its programs. */
#ifndef SERVICE_LIMITS_H
#define SERVICE_LIMITS_H

#include "program.h"
#include "rate_limiter.h"
#include "service_config.h"
#include "sim.h"

struct service_limits {
  uint32_t n;
  struct service_limit {
    const struct step *step;
    uint32_t limiters;
    struct limiter *limiter; /* of others, then of each tier that has a rate of its own */
  } * limit;
  uint64_t refused, delayed;
};

void service_limits_init(struct sim *sim, struct service_limits *limits,
                         const struct service_config *config);
void service_limits_free(struct service_limits *limits);
void service_limits_clear(struct service_limits *limits);

/* How long the call has to wait at the step, or LIMITER_REFUSED. */
uint64_t service_limits_take(struct sim *sim, struct service_limits *limits,
                             const struct step *step, const struct frame *call);

void service_limits_check(const struct service_limits *limits, const struct member *member,
                          struct checks *out);

#endif

/* How many calls a caller lets be out at once: a fixed number, or one that follows what it meets.
 *
 * aimd: one more after each answer while at least half of the limit is in use, a tenth less after
 * one that failed or took too long (as TCP does; Netflix concurrency-limits, AIMDLimit).
 * gradient: compares each answer's time with a long average of them. While answers take no longer
 * than usual, the limit grows by what may queue; when they take longer, it shrinks in proportion,
 * at most to a half, and smoothed (Netflix concurrency-limits, Gradient2Limit; its optional window
 * of samples is left out: every answer counts). */
#ifndef CONCURRENCY_H
#define CONCURRENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "param.h"

struct concurrency {
  const struct concurrency_config *config;
  double limit;
  double usual_ns; /* gradient: the long average */
  uint64_t answers;
};

void concurrency_init(struct concurrency *c, const struct concurrency_config *config);

static inline uint64_t concurrency_limit(const struct concurrency *c) {
  return c->config->rule == CONCURRENCY_FIXED ? c->config->start : (uint64_t)c->limit;
}

/* A call ended after `took_ns`; `in_flight` were out when it was sent, itself included. */
void concurrency_result(struct concurrency *c, uint64_t took_ns, uint64_t in_flight, bool failed);

#endif

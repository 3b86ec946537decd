/* Rate limiters: how many calls may pass in a time, of all or of each user.
 *
 * Where the rate changes by the clock, what it lets pass in a time is its integral: tokens come and
 * a leaky bucket drains by it, a fixed window has that of its length, and a sliding one that of the
 * last stretch as long as it.
 *
 * A limiter keeps a bucket for each of those whom it tells apart, made at their first call. Nothing
 * here takes any time; a leaky bucket says how long the call has to wait. */
#ifndef RATE_LIMITER_H
#define RATE_LIMITER_H

#include "param.h"
#include "whom.h"

#define LIMITER_REFUSED UINT64_MAX

enum limit_algorithm {
  LIMIT_TOKEN_BUCKET,
  LIMIT_LEAKY_BUCKET,
  LIMIT_FIXED_WINDOW,
  LIMIT_SLIDING_LOG,
  LIMIT_SLIDING_COUNTER,
  LIMIT_ALGORITHMS
};
extern const char *const limit_algorithm_names[];

struct limit_config {
  struct pace_rate rate; /* none: those whose tier has none of its own may pass */
  struct tier_rates tier;
  bool retry_after; /* who is refused is told when to come again */
  uint32_t algorithm, per;
  uint64_t burst;      /* buckets: tokens kept, or calls that may wait; 0: not said */
  uint64_t at_once;    /* leaky bucket: of those that wait, so many pass without waiting */
  uint64_t window_ns;  /* of the others; 0: not said */
  uint32_t store;      /* the component that counts for all instances, or REF_NONE */
  uint64_t timeout_ns; /* of a call of it */
};

/* Whom it tells apart: with rates by tier each user, unless something else is said. */
static inline enum whom limit_per(const struct limit_config *config) {
  bool users = config->tier.n > 0 && config->per == WHOM_ALL;
  return users ? WHOM_USER : (enum whom)config->per;
}

static inline bool limit_has_rate(const struct pace_rate *rate) {
  return rate->per_s > 0 || rate->profile != NULL;
}

/* Calls that may pass in the window of a time: in the one that it is in, or that ends there. */
uint64_t limit_in_window(const struct limit_config *config, uint64_t now_ns);

struct limit_bucket {
  uint64_t who;
  uint64_t since_ns;      /* its first call came */
  uint64_t last_ns;       /* the last one that passed */
  uint64_t passed;        /* in all */
  double waiting;         /* calls that the last one found ahead, at one a token */
  uint64_t window;        /* number of the present one */
  uint64_t count, before; /* that passed in it, and in the one before it */
  uint64_t *log;          /* SLIDING_LOG: when the last `count` ones came, a ring */
  uint32_t oldest, room;
};

struct limiter {
  const struct limit_config *config;
  uint32_t *slot; /* a hash table of indices + 1 into bucket */
  struct limit_bucket *bucket;
  uint32_t buckets, capacity, slots;
  uint64_t left; /* calls that may still pass at once, as the last one was told */
};

void limiter_init(struct limiter *limiter, const struct limit_config *config);
void limiter_free(struct limiter *limiter);

/* Forgets all, as a process that starts again. */
void limiter_clear(struct limiter *limiter);

/* A call of `who` comes; calls come in the order of time. Returns how long it has to wait, or
 * LIMITER_REFUSED. */
uint64_t limiter_take(struct limiter *limiter, uint64_t who, uint64_t now_ns);

/* How long a call of `who`, just refused, would have to wait until one could pass, if nobody else
 * came. */
uint64_t limiter_free_in(struct limiter *limiter, uint64_t who, uint64_t now_ns);

/* Whether no bucket let more pass than rate and burst, or its windows, allow; counts them. */
bool limiter_holds(const struct limiter *limiter, uint64_t *passed);

#endif

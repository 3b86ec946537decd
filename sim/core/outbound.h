/* What a caller does about its calls to one component: the call policy.
 *
 * A call that a kind hands to outbound_send is an errand: it may take several tries. From the
 * outside in, each layer may do with the next what it says (the order of Resilience4j's aspects,
 * with hedges between retries and the breaker, as in Polly):
 *
 *   deadline   the errand as a whole has so long; what its callees call in turn, no longer
 *   retry      an attempt that failed is followed by another one, after a pause, within a budget
 *   hedge      an attempt that takes long is joined by further tries; the first good answer counts
 *   throttle   a try is turned away by chance, the more the fewer of those before it went well
 *   breaker    a try is turned away while the component is taken to be down
 *   batch      a try waits for others, and goes with them
 *   pool       a try needs one of so many places; it may wait for one
 *   timeout    a try that was sent is given up after so long
 *
 * Retry is outermost, so that each attempt asks the breaker again and a pause holds no place. The
 * breaker comes before the pool, so that calls it turns away need no place; it hears of what was
 * sent alone: a place that could not be had says nothing about the component. The timeout counts
 * from when the try is sent: waiting for a place has a limit of its own, and waiting for a batch is
 * limited by its linger.
 *
 * A try is a frame of its own, made by the caller on the same account, with its own key for all
 * draws. A caller that chooses members itself (a balancer) does so before the breaker is asked: its
 * try goes through the layers of the component that it chose, and waits with the member it has. The
 * caller's on_reply comes for each of them and must ask outbound_takes first. What is known of a
 * try beside its frame lies in a column by slot. State (breaker, pool, budgets) belongs to a
 * calling member and a called component; calls with equal settings share it, as they would a named
 * instance of a client library. A crash of the caller loses it.
 *
 * Where a scenario declares none of this there is no column, and a call costs what call_send does.
 */
#ifndef OUTBOUND_H
#define OUTBOUND_H

#include "breaker.h"
#include "call.h"
#include "concurrency.h"
#include "retry_budget.h"
#include "sim.h"
#include "throttle.h"

/* Tries of one errand, hedges included. */
#define OUTBOUND_MAX_TRIES 63u

enum late { LATE_IGNORE, LATE_ACCEPT };

struct retry_config {
  bool given;
  uint64_t attempts;
  struct backoff backoff;
  struct budget budget;
  uint32_t on;    /* bit set of enum outcome */
  uint32_t late;  /* enum late: whether a try that timed out may still answer */
  bool when_told; /* only after an answer that told when to come again (COLUMN_RETRY_IN) */
};

struct hedge_config {
  bool given;
  struct after after;
  uint64_t most;
  struct budget budget;
};

struct pool_config {
  bool given;
  struct concurrency_config size;
  uint64_t queue, wait_ns;
};

struct batch_config {
  bool given;
  uint64_t size, linger_ns;
};

struct outbound_config {
  uint64_t timeout_ns, deadline_ns; /* TIME_NEVER: none */
  struct retry_config retry;
  struct hedge_config hedge;
  struct throttle_config throttle;
  struct breaker_config breaker;
  struct batch_config batch;
  struct pool_config pool;
  bool obeys; /* who is told when to come again (COLUMN_RETRY_IN) waits that long at least */
};

/* Of a call that has none at all. */
#define OUTBOUND_NONE \
  ((struct outbound_config){.timeout_ns = UINT64_MAX, .deadline_ns = UINT64_MAX})

/* Whether it is no more than a timeout. */
static inline bool outbound_is_plain(const struct outbound_config *config) {
  return !config->retry.given && !config->hedge.given && !config->throttle.given &&
         !config->breaker.given && !config->batch.given && !config->pool.given &&
         config->deadline_ns == TIME_NEVER;
}

struct outbound;

/* What a calling kind adds; each may be NULL. */
struct outbound_hooks {
  /* Where a further try goes: the policy towards *to, which may be a member of another component
   * than before, or NULL if there is nowhere to go. Without it component_pick says. */
  struct outbound *(*pick)(struct sim *sim, struct member *from, struct frame *parent,
                           struct frame *call, struct member **to);
  /* Whether `parent` still waits for calls with the mark `site`. */
  bool (*wants)(struct sim *sim, struct member *from, const struct frame *parent, uint16_t site);
  /* The call that `call` was a try of will be tried once more. */
  void (*retried)(struct sim *sim, struct member *from, const struct frame *call);
  /* A try that was sent ended like that, or has had its time. */
  void (*heard)(struct sim *sim, struct member *from, const struct frame *call,
                enum outcome outcome);
  /* A try that its maker had given a member is over, whether it was sent or not. Of a life of the
   * maker that ended nothing is said. */
  void (*over)(struct sim *sim, struct member *from, const struct frame *call);
};

/* The calls of one member to one component, for a kind's init; `name` stands for the component in
 * metrics. NULL: the policy is no more than a timeout, see outbound_send_plain. */
struct outbound *outbound_new(struct sim *sim, struct member *from, struct component *to,
                              const char *name, const struct outbound_config *config,
                              struct outbound_hooks hooks);

/* Whether its breaker would let a call through now; true if it has none. */
bool outbound_admits(const struct sim *sim, const struct outbound *out);

/* Sends a call made by call_new, under a policy. Do this last. */
__attribute__((noinline)) void outbound_send(struct sim *sim, struct outbound *out,
                                             struct frame *call);

/* The same, and its maker waits no longer than that for all tries together. Nobody is told of it
 * beforehand, as of a deadline. */
void outbound_send_until(struct sim *sim, struct outbound *out, struct frame *call,
                         uint64_t until_ns);

/* The same, where the maker chooses: the first try goes to `to`, of the component that the policy
 * is about. */
__attribute__((noinline)) void outbound_send_to(struct sim *sim, struct outbound *out,
                                                struct frame *call, struct member *to);

/* Sends one without a policy; it has no more time than the request on whose behalf it is made. Do
 * this last. */
__attribute__((noinline)) void outbound_send_within(struct sim *sim, struct frame *call,
                                                    struct member *to, uint64_t timeout_ns);
static inline void outbound_send_plain(struct sim *sim, struct frame *call, struct member *to,
                                       uint64_t timeout_ns) {
  if (__builtin_expect(sim->outbounds != NULL, 0)) {
    outbound_send_within(sim, call, to, timeout_ns);
  } else {
    call_send(sim, call, to, timeout_ns);
  }
}

/* Whether the deadline of the request on whose behalf a call was made is over. */
bool outbound_out_of_time(const struct sim *sim, const struct frame *call);

/* To be asked by on_reply before anything else: whether the end of `call` is the policy's affair
 * and not (yet) that of the errand. */
__attribute__((noinline)) bool outbound_takes_it(struct sim *sim, struct frame *call,
                                                 enum outcome outcome);
static inline bool outbound_takes(struct sim *sim, struct frame *call, enum outcome outcome) {
  return __builtin_expect(sim->outbounds != NULL, 0) && outbound_takes_it(sim, call, outcome);
}

/* When a try was sent: it may have waited or paused before. */
uint64_t outbound_sent_ns(const struct sim *sim, const struct frame *call);

/* The key that the kind gave to the errand of which `call` is a try. */
uint64_t outbound_key(const struct sim *sim, const struct frame *call);

/* --- for the engine -------------------------------------------------------------------------- */

/* An event for a try: a pause, a wait or a time to hedge is over. */
__attribute__((cold, noinline)) void outbound_event(struct sim *sim, struct frame *call);

/* A call ends and its maker will not hear of it. */
void outbound_forget(struct sim *sim, const struct frame *call);

/* Those for whom a call is made are gone: if it waits to be sent, it is not. */
void outbound_unwanted(struct sim *sim, const struct frame *call);

void outbound_crash(struct sim *sim, const struct member *member);
void outbound_there(struct sim *sim, const struct member *member); /* it came, or left */
void outbounds_reset(struct sim *sim);                             /* end of warm-up */
struct checks;
void outbounds_check(struct sim *sim, struct checks *checks);
void outbounds_collect(struct sim *sim, const struct component *component, struct metrics *out);
void outbounds_free(struct sim *sim);

#endif

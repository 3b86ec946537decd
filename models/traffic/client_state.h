/* What a client has and counts, for those files that make it up: client_config.c
 * reads what is said of it, client.c sends, client_results.c tells what users experienced. */
#ifndef CLIENT_STATE_H
#define CLIENT_STATE_H

#include <assert.h>
#include <stddef.h>

#include "arrivals.h"
#include "hist.h"
#include "journey.h"
#include "key_law.h"
#include "meter.h"
#include "outbound.h"
#include "outbound_params.h"
#include "second_best.h"
#include "sim.h"
#include "stays.h"
#include "users.h"

/* Latencies of a replication with no more successful requests than this are kept one by one, so
 * that quantiles of short runs are exact. */
#define EXACT_LATENCIES 16384u

enum obeys { OBEYS_NOTHING, OBEYS_RETRY_AFTER };

struct client_config {
  struct arrivals arrivals;
  uint32_t target;
  struct outbound_config calls;
  struct fallbacks fallback;
  struct dist patience; /* constant 0: without end */
  struct mix mix;
  struct keys keys;
  struct keys users;
  struct journey journey;
  struct mix tier;
  uint64_t most;
  uint32_t obeys; /* enum obeys */
  struct stay_config session;
  struct dist request, response;
};

struct op_stats {
  struct hist
      latency; /* of those that ended well; each of them touches no more than its first line */
  uint64_t offered, retries, degraded;
  uint64_t ended[OUTCOMES]; /* of OK what `latency` counts: see client_results.c */
};

struct client_state {
  /* What every answer touches fills the first line. */
  struct op_stats *only_stats; /* NULL: there are several operations, see stats_of */
  uint64_t base;
  struct level in_flight;
  bool holds_back;    /* there is a greatest number of them, or there are closed users */
  bool draws_request; /* there is a mix or keys to see to */
  bool plain; /* one operation, of which nothing is drawn; no policy; nobody waits for answers */
  bool only_counts; /* and nothing is taken from them but their time */
  /* What every request touches beside it fills the next, with a line of gaps. */
  struct member *plain_to; /* the only member of the target; NULL: there are several, or a request
                              is more than a plain one that nothing holds back */
  const uint64_t *follow;  /* see trace_follows */
  uint64_t timeout_ns;
  struct outbound *out; /* NULL: the timeout is all there is to the policy */
  struct arrival_source arrivals;
  struct component *target;
  const struct client_config *config;
  struct stream mix, keys, request, response;
  struct key_law law;
  struct users users;
  bool has_users;
  uint32_t ops;           /* entries of stats, by position in the mix */
  uint32_t parts;         /* entries of stats: those, the tiers by their position, the journeys */
  struct op_stats *stats; /* each request is in one of `ops` and, if there are any, in a tier */
  struct op_stats *stats_of[SPEC_MAX_OPS]; /* by operation */
  uint64_t sent_before;                    /* numbers of requests up to the end of the warm-up */
  uint64_t dropped;                        /* never sent, since too many were in flight */
  uint64_t obeyed;                         /* waits as long as an answer told */
  uint64_t fallbacks;                      /* requests that failed and had something instead */
  uint32_t second_best;                    /* after which causes: a bit set */
  uint64_t gave_up;                        /* requests of which patience had an end */
  bool is_impatient;
  struct stream patience;
  struct journeys journeys;
  struct stays stays;
};
static_assert(offsetof(struct client_state, plain_to) < 64 &&
                  offsetof(struct client_state, arrivals.gap) <= 128,
              "what answers touch fills a line, and what requests touch two");

static inline struct op_stats *stats_for(const struct client_state *c, uint8_t op) {
  return c->only_stats ? c->only_stats : c->stats_of[op];
}

static inline bool client_is_impatient(const struct client_config *config) {
  return config->patience.kind != DIST_CONSTANT || config->patience.a > 0;
}

/* What requests are about, and whose they are: as told by a trace, or as drawn. */
static inline const struct mix *mix_of(const struct client_config *config) {
  const struct arrival_trace *trace = config->arrivals.trace;
  if (config->journey.n) return &config->journey.ops;
  return trace && trace->op ? &trace->ops : &config->mix;
}

static inline const struct keys *users_of(const struct client_config *config) {
  const struct arrival_trace *trace = config->arrivals.trace;
  return trace && trace->user ? &trace->users : &config->users;
}

/* Of journeys as wholes; there are some. */
static inline struct op_stats *journey_stats(const struct client_state *c) {
  return &c->stats[c->parts - 1];
}

/* NULL: there are no tiers. */
static inline struct op_stats *tier_stats(const struct sim *sim, const struct client_state *c,
                                          const struct frame *call) {
  uint32_t tier = users_tier(sim, &c->users, call);
  return tier == USERS_NO_TIER ? NULL : &c->stats[c->ops + tier];
}

/* --- client_config.c --- */

extern const struct param client_params[];
/* The call policy with what `obeys` adds to it. */
struct outbound_config client_policy(const struct client_config *config);
bool client_validate(const struct spec *spec, const struct component_spec *component,
                     struct error *err);
void client_outline(const struct spec *spec, const struct component_spec *component, int op,
                    struct outline *out);

/* --- client_results.c --- */

extern const struct meter client_meters[];
bool client_has_meter(const void *config, const struct meter *meter);
bool client_uses_meter(const struct component *component, const struct meter *meter);
extern const struct metric_def client_metrics[];

/* Functions of struct kind. */
void client_watch(struct sim *sim, struct member *member, struct watch *watch);
struct hist *client_watch_latency(const struct member *member, uint32_t which);
/* Has latencies counted exactly at the limits that goals name, this many at most. */
#define CLIENT_LIMITS 64
void client_watch_limits(const struct sim *sim, const struct member *member, struct hist *latency);

void client_collect(struct sim *sim, struct component *component, struct metrics *out);

#endif

/* What a user may say about calls, the same for everybody who calls. */
#ifndef OUTBOUND_PARAMS_H
#define OUTBOUND_PARAMS_H

#include <math.h>

#include "error.h"
#include "metric.h"
#include "outbound.h"
#include "outline.h"
#include "param.h"

extern const struct param retry_params[], hedge_params[], throttle_params[], breaker_params[],
    pool_params[];

/* Rows of the parameter table of CONFIG, which holds a struct outbound_config as CALLS. A macro,
 * because a table of constants takes no rows from another. */
#define OUTBOUND_PARAMS(CONFIG, CALLS)                                                           \
  {.name = "timeout",                                                                            \
   .type = PARAM_DURATION,                                                                       \
   .offset = offsetof(CONFIG, CALLS.timeout_ns),                                                 \
   .fallback = "never",                                                                          \
   .min = 1,                                                                                     \
   .max = INFINITY,                                                                              \
   .doc = "How long one try waits for its answer, from when it is sent."},                       \
      {.name = "deadline",                                                                       \
       .type = PARAM_DURATION,                                                                   \
       .offset = offsetof(CONFIG, CALLS.deadline_ns),                                            \
       .fallback = "never",                                                                      \
       .min = 1,                                                                                 \
       .max = INFINITY,                                                                          \
       .doc =                                                                                    \
           "How long all tries may take together, pauses and waits included. It is passed on: "  \
           "what is called has at most the time left for calls of its own (as in gRPC)."},       \
      {.name = "retry",                                                                          \
       .type = PARAM_GROUP,                                                                      \
       .offset = offsetof(CONFIG, CALLS.retry),                                                  \
       .group = retry_params,                                                                    \
       .doc = "Tries again what failed. Without it a failure is final."},                        \
      {.name = "hedge",                                                                          \
       .type = PARAM_GROUP,                                                                      \
       .offset = offsetof(CONFIG, CALLS.hedge),                                                  \
       .group = hedge_params,                                                                    \
       .doc =                                                                                    \
           "Sends a further try while the first one takes long; the first good answer counts "   \
           "and the others are given up (Dean, Barroso, The Tail at Scale, 2013)."},             \
      {.name = "throttle",                                                                       \
       .type = PARAM_GROUP,                                                                      \
       .offset = offsetof(CONFIG, CALLS.throttle),                                               \
       .group = throttle_params,                                                                 \
       .doc =                                                                                    \
           "Turns calls away by chance, with shed, the more the fewer of those that were sent "  \
           "went well (client-side throttling, Google SRE; Envoy's admission control)."},        \
      {.name = "breaker",                                                                        \
       .type = PARAM_GROUP,                                                                      \
       .offset = offsetof(CONFIG, CALLS.breaker),                                                \
       .group = breaker_params,                                                                  \
       .doc =                                                                                    \
           "Stops calling what fails, for a while: calls then fail with circuit_open at once."}, \
  {                                                                                              \
    .name = "pool", .type = PARAM_GROUP, .offset = offsetof(CONFIG, CALLS.pool),                 \
    .group = pool_params,                                                                        \
    .doc =                                                                                       \
        "So many calls at once, of one calling instance; further ones wait for a place or "      \
        "fail with refused (a bulkhead; a pool of connections)."                                 \
  }

/* Rows of a metric table. */
#define OUTBOUND_METRICS                                                                           \
  {"<callee>.tries", "", "Tries sent for each call, retries and hedges included."},                \
      {"<callee>.retries", "", "Further tries of calls that had failed."},                         \
      {"<callee>.over_budget", "",                                                                 \
       "Failed calls that were not tried again because of the budget."},                           \
      {"<callee>.late_answers", "", "Answers that counted although their try had timed out."},     \
      {"<callee>.hedges", "", "Further tries of calls that took long."},                           \
      {"<callee>.hedges_won", "", "Those of them that were answered first."},                      \
      {"<callee>.throttled", "", "Tries that the throttle turned away."},                          \
      {"<callee>.breaker_opened", "", "Times the breaker opened."},                                \
      {"<callee>.breaker_open", "ratio", "Share of the time in which it was open or half open."},  \
      {"<callee>.rejected", "", "Tries that it turned away."},                                     \
      {"<callee>.out_of_time", "", "Tries that were not sent because the deadline had passed."},   \
      {"<callee>.batches", "", "Batches that were sent."},                                         \
      {"<callee>.batch.size", "", "Calls in a batch, on average."},                                \
      {"<callee>.batch.wait.mean", "s", "Mean time that a call waited for its batch to go."},      \
      {"<callee>.batch.wait.p99", "s", "Quantile 99 % of that time."},                             \
      {"<callee>.pool.used.mean", "", "Places taken in the pools, averaged over time."},           \
      {"<callee>.pool.used.max", "", "Most places taken in one pool at once."},                    \
      {"<callee>.pool.size", "", "Places in the pools, averaged over time."},                      \
      {"<callee>.pool.size.end", "", "Places in the pools at the end of the run."},                \
      {"<callee>.pool.refused", "",                                                                \
       "Tries refused because no place was free and nobody more "                                  \
       "could wait."},                                                                             \
      {"<callee>.pool.gave_up", "", "Tries that waited for a place and did not get one in time."}, \
      {"<callee>.pool.wait.mean", "s", "Mean time that a try waited for its place."},              \
      {"<callee>.pool.wait.probability", "ratio", "Share of the tries that had to wait for it."},  \
      {"<callee>.pool.wait.p50", "s", "Median of that time."},                                     \
      {"<callee>.pool.wait.p95", "s", "Quantile 95 % of that time."},                              \
      {"<callee>.pool.wait.p99", "s", "Quantile 99 % of that time."},                              \
      {"<callee>.pool.deadlocked", "",                                                             \
       "Tries that waited for a place at the end and could never get one: all were held by "       \
       "calls that waited for calls like these. Only where the callee can call back."},            \
  {                                                                                                \
    "<callee>.pool.leaked", "",                                                                    \
        "Places held at the end by calls whose message was lost and that nobody gives up: they "   \
        "are never free again. Only where messages may be lost and such a call has no timeout."    \
  }

/* Of the group `batch`, for kinds and steps that offer it. */
extern const struct param batch_params[];

/* What tables cannot say: settings that exclude each other or that nothing would read. */
bool outbound_valid(const struct outbound_config *config, struct error *err);

/* What a policy says about a call, for an outline. */
void outbound_outline(const struct outbound_config *config, struct outline_call *call);

#endif

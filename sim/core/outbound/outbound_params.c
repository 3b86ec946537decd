#include "outbound_params.h"

#define AT_RETRY(field) offsetof(struct retry_config, field)
#define AT_HEDGE(field) offsetof(struct hedge_config, field)
#define AT_THROTTLE(field) offsetof(struct throttle_config, field)
#define AT_BREAKER(field) offsetof(struct breaker_config, field)
#define AT_POOL(field) offsetof(struct pool_config, field)

#define ALL_CAUSES "timeout, refused, reset, unreachable, shed, rate_limited, circuit_open, failed"

static const char *const counts_choices[] = {"sent", "all", NULL};
static const char *const late_choices[] = {"ignore", "accept", NULL};

const struct param retry_params[] = {
    {.name = "attempts",
     .type = PARAM_COUNT,
     .offset = AT_RETRY(attempts),
     .fallback = "3",
     .off = "1",
     .min = 1,
     .max = 60,
     .doc = "How often a call is tried in all, the first time included (Resilience4j: 3)."},
    {.name = "backoff",
     .type = PARAM_BACKOFF,
     .offset = AT_RETRY(backoff),
     .fallback = "500ms",
     .needs = "attempts",
     .doc = "Pause before each further attempt (Resilience4j: 500 ms, constant). exponential { "
            "base, cap, factor, jitter } doubles it each time; jitter none, full, equal or "
            "decorrelated."},
    {.name = "budget",
     .type = PARAM_BUDGET,
     .offset = AT_RETRY(budget),
     .fallback = "100%",
     .off = "100%",
     .needs = "attempts",
     .doc = "Retries allowed, as a share of the new calls; up to 100 unused ones are kept for a "
            "burst, { share = \"20%\", burst = 10 } keeps 10 (Finagle, Linkerd; 100% sets no "
            "limit). Or { per_success = 0.1, burst = 10 }, as gRPC throttles retries: 10 tokens, "
            "each failed try takes one, each good one puts back a tenth, and tries are repeated "
            "while more than half are left."},
    {.name = "on",
     .type = PARAM_CAUSES,
     .offset = AT_RETRY(on),
     .fallback = ALL_CAUSES,
     .needs = "attempts",
     .doc = "Causes of errors after which the call is tried again."},
    {.name = "late",
     .type = PARAM_ENUM,
     .offset = AT_RETRY(late),
     .fallback = "ignore",
     .off = "ignore",
     .choices = late_choices,
     .needs = "attempts",
     .doc = "Whether the answer to a try that has timed out still counts while others follow it "
            "(accept, as Envoy's hedge_on_per_try_timeout), or is not waited for."},
    {0},
};

#define AT_BATCH(field) offsetof(struct batch_config, field)

const struct param batch_params[] = {
    {.name = "size",
     .type = PARAM_COUNT,
     .offset = AT_BATCH(size),
     .required = true,
     .min = 2,
     .max = 1e6,
     .doc = "So many go at once, without waiting any longer."},
    {.name = "linger",
     .type = PARAM_DURATION,
     .offset = AT_BATCH(linger_ns),
     .fallback = "5ms",
     .min = 1,
     .max = 1e18,
     .doc = "How long the first of a batch waits for others (Kafka's linger.ms: 5 ms)."},
    {0},
};

const struct param hedge_params[] = {
    {.name = "after",
     .type = PARAM_AFTER,
     .offset = AT_HEDGE(after),
     .required = true,
     .doc = "When a further try is sent: after a time, or after a quantile of the times that calls "
            "have taken so far, \"p95\" (nothing is hedged before 100 are known)."},
    {.name = "most",
     .type = PARAM_COUNT,
     .offset = AT_HEDGE(most),
     .fallback = "1",
     .min = 1,
     .max = 10,
     .doc = "Further tries of one attempt, each `after` the one before."},
    {.name = "budget",
     .type = PARAM_BUDGET,
     .offset = AT_HEDGE(budget),
     .fallback = "100%",
     .off = "100%",
     .doc = "Further tries allowed, by the rules of the budget of `retry`."},
    {0},
};

const struct param throttle_params[] = {
    {.name = "threshold",
     .type = PARAM_RATIO,
     .offset = AT_THROTTLE(threshold),
     .fallback = "95%",
     .min = 0.01,
     .max = 1,
     .doc = "Share of good answers below which calls are turned away (Envoy's sr_threshold: 95 %). "
            "Google's multiplier K is 1 / threshold: 50 % for its K = 2."},
    {.name = "aggression",
     .type = PARAM_NUMBER,
     .offset = AT_THROTTLE(aggression),
     .fallback = "1",
     .min = 1,
     .max = 100,
     .doc = "At 1 the chance grows evenly as the share falls; above, it is the root of so high an "
            "order, which is more at once (Envoy: 1)."},
    {.name = "window",
     .type = PARAM_DURATION,
     .offset = AT_THROTTLE(window_ns),
     .fallback = "30s",
     .min = 1000,
     .max = 1e18,
     .doc = "Calls of how long ago count, exact to a tenth of it (Envoy's sampling_window: 30 s; "
            "Google: 2 min)."},
    {.name = "most",
     .type = PARAM_RATIO,
     .offset = AT_THROTTLE(most),
     .fallback = "80%",
     .min = 0,
     .max = 1,
     .doc = "The greatest chance to be turned away (Envoy's max_rejection_probability: 80 %)."},
    {.name = "counts",
     .type = PARAM_ENUM,
     .offset = AT_THROTTLE(counts),
     .fallback = "sent",
     .choices = counts_choices,
     .doc = "Which calls the share is of: those that were sent (Envoy), or all, with those that "
            "were turned away as none that went well (Google), so that in the end 1 / threshold "
            "calls are sent for each that goes well."},
    {.name = "on",
     .type = PARAM_CAUSES,
     .offset = AT_THROTTLE(on),
     .fallback = ALL_CAUSES,
     .doc = "Causes of errors that are no good answer."},
    {0},
};

const struct param breaker_params[] = {
    {.name = "failures",
     .type = PARAM_COUNT,
     .offset = AT_BREAKER(failures),
     .min = 1,
     .max = 1e9,
     .doc = "It opens after so many failures in a row. This, or `ratio`."},
    {.name = "ratio",
     .type = PARAM_RATIO,
     .offset = AT_BREAKER(ratio),
     .min = 0.0001,
     .max = 1,
     .doc = "It opens when this share of the calls in the window has failed (Resilience4j, "
            "Hystrix: 50 %)."},
    {.name = "window",
     .type = PARAM_WINDOW,
     .offset = AT_BREAKER(window),
     .doc = "Which calls count for `ratio`: the last so many, or those of the last time, \"10s\", "
            "kept in ten slices as Hystrix does. 100 calls if not said (Resilience4j)."},
    {.name = "least",
     .type = PARAM_COUNT,
     .offset = AT_BREAKER(least),
     .min = 1,
     .max = 1e9,
     .doc = "Calls that must be in the window before it is judged; 20 if not said (Hystrix), and "
            "no more than the window holds."},
    {.name = "slow",
     .type = PARAM_DURATION,
     .offset = AT_BREAKER(slow_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "A call that takes so long counts as slow. With `failures` it counts as a failure; "
            "with `ratio` slow calls open the breaker when they alone reach `slow_ratio`."},
    {.name = "slow_ratio",
     .type = PARAM_RATIO,
     .offset = AT_BREAKER(slow_ratio),
     .min = 0.0001,
     .max = 1,
     .doc =
         "Share of slow calls that opens it; that of `ratio` if not said (Resilience4j: 100 %)."},
    {.name = "open",
     .type = PARAM_DURATION,
     .offset = AT_BREAKER(open_ns),
     .fallback = "60s",
     .min = 1,
     .max = 1e18,
     .doc = "How long it stays open before calls are let through on trial (Resilience4j: 60 s; "
            "Hystrix: 5 s)."},
    {.name = "trials",
     .type = PARAM_COUNT,
     .offset = AT_BREAKER(trials),
     .fallback = "1",
     .min = 1,
     .max = 1e9,
     .doc = "Calls let through on trial (Hystrix: 1; Resilience4j: 10). By failures in a row, the "
            "first bad one opens it again; by ratio all are judged together."},
    {.name = "on",
     .type = PARAM_CAUSES,
     .offset = AT_BREAKER(on),
     .fallback = ALL_CAUSES,
     .doc = "Causes of errors that count as failures."},
    {0},
};

const struct param pool_params[] = {
    {.name = "size",
     .type = PARAM_PLACES,
     .offset = AT_POOL(size),
     .required = true,
     .min = 1,
     .max = 1e9,
     .doc = "Calls at once: a number, or a limit that adapts: aimd { ... } or gradient { ... }."},
    {.name = "queue",
     .type = PARAM_COUNT,
     .offset = AT_POOL(queue),
     .fallback = "0",
     .min = 0,
     .max = INFINITY,
     .doc = "Calls that may wait for a place; further ones are refused (Resilience4j's bulkhead: "
            "none)."},
    {.name = "wait",
     .type = PARAM_DURATION,
     .offset = AT_POOL(wait_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .needs = "?=queue",
     .doc = "How long a call waits for a place before it is refused; with queue = 0 none waits."},
    {0},
};

static bool breaker_valid(const struct breaker_config *b, struct error *err) {
  if (!b->given) return true;
  if (b->failures > 0 && b->ratio > 0) {
    return error_set(err, "breaker: failures and ratio exclude each other; give one of them");
  }
  if (b->failures == 0 && !(b->ratio > 0)) {
    return error_set(err, "breaker: say when it opens: failures = 5, or ratio = \"50%%\"");
  }
  bool windowed = b->window.calls > 0 || b->window.ns > 0 || b->least > 0 || b->slow_ratio > 0;
  if (b->failures > 0 && windowed) {
    return error_set(err,
                     "breaker: window, least and slow_ratio are read only with ratio; say ratio = "
                     "\"50%%\", or leave them out");
  }
  if (b->slow_ratio > 0 && b->slow_ns == PARAM_UNLIMITED) {
    return error_set(err, "breaker: slow_ratio says nothing without slow, such as \"1s\"");
  }
  if (b->window.calls > 0 && b->least > b->window.calls) {
    return error_set(err,
                     "breaker: the window never holds as many calls as least; enlarge it or "
                     "lower least");
  }
  return true;
}

bool outbound_valid(const struct outbound_config *config, struct error *err) {
  uint64_t hedges = config->hedge.given ? config->hedge.most : 0;
  uint64_t attempts = config->retry.given ? config->retry.attempts : 1;
  if (attempts * (1 + hedges) > OUTBOUND_MAX_TRIES + 1) {
    return error_set(err, "retry and hedge allow %llu tries of one call; the limit is %u",
                     (unsigned long long)(attempts * (1 + hedges)), OUTBOUND_MAX_TRIES + 1);
  }
  if (config->retry.given && config->retry.late == LATE_ACCEPT &&
      config->timeout_ns == PARAM_UNLIMITED) {
    return error_set(
        err,
        "retry: late = \"accept\" says nothing without a timeout; give one, or leave late out");
  }
  return breaker_valid(&config->breaker, err);
}

/* The share of new calls that a budget lets be tried again in the long run. */
static double budget_share(const struct budget *budget) {
  switch (budget->rule) {
    case BUDGET_NONE:
      return 1;
    case BUDGET_SHARE:
      return budget->share;
    case BUDGET_PER_SUCCESS: /* nearly none while all fail */
      return 0;
  }
  return 1;
}

void outbound_outline(const struct outbound_config *config, struct outline_call *call) {
  if (config->retry.given) {
    call->attempts = config->retry.attempts;
    call->budget = budget_share(&config->retry.budget);
    call->after_refusal = config->retry.on >> OUTCOME_REFUSED & 1;
    call->after_timeout = config->retry.on >> OUTCOME_TIMEOUT & 1;
  }
  call->deadline_ns = config->deadline_ns;
  call->policy = config;
  if (config->hedge.given && config->hedge.after.quantile > 0) {
    /* The first of them; how many more follow depends on how their times hang together. */
    double one = 1 - config->hedge.after.quantile;
    call->hedged = fmin(one, budget_share(&config->hedge.budget));
  }
}

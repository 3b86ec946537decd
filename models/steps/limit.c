/* limit { "100/min", burst = 100 }: lets calls through at a rate; others fail, or wait:
 *     LIMIT */
#include "dist_make.h"
#include "profile.h"
#include "step.h"

static const struct param subject = {
    .name = "rate",
    .type = PARAM_PACE,
    .offset = offsetof(struct limit_config, rate),
    .min = 1e-9,
    .max = 1e9,
    .doc =
        "How many calls may pass in a time: of each of those whom `per` tells apart, and in each "
        "instance of the service. With `tier` it is the rate of those whose tier has none of its "
        "own; without it these may pass. Of one that changes by the clock, a profile, its integral "
        "counts: tokens come and a leaky bucket drains by it; a fixed window lets pass what the "
        "rate brings in it, and a sliding one what it has brought in the last stretch as long as "
        "that.",
};

static const struct param params[] = {
    {.name = "algorithm",
     .type = PARAM_ENUM,
     .offset = offsetof(struct limit_config, algorithm),
     .fallback = "token_bucket",
     .choices = limit_algorithm_names,
     .doc = "token_bucket: tokens come at the rate, `burst` are kept, each call takes one (Envoy's "
            "local rate limit, AWS API Gateway). leaky_bucket: calls pass one after the other at "
            "the rate; up to `burst` wait for that (nginx's limit_req). fixed_window: a count that "
            "begins again with each `window`; at its edge twice as many may pass. sliding_log: no "
            "more in any stretch as long as a window, from the times of all that passed. "
            "sliding_counter: the last window's count stands in for them, less as it slides out "
            "(Cloudflare)."},
    {.name = "tier",
     .type = PARAM_TIER_RATE,
     .offset = offsetof(struct limit_config, tier),
     .min = 1e-9,
     .max = 1e9,
     .doc = "Rates by tier of users, { free = \"60/h\", paid = \"5000/h\" }: of each user, unless "
            "`per` says otherwise. burst and window are the same for all."},
    {.name = "per",
     .type = PARAM_ENUM,
     .offset = offsetof(struct limit_config, per),
     .fallback = "all",
     .choices = whom_names,
     .doc =
         "Who has a limit of their own: all together, each user, each tier of users, each key of a "
         "request, such as an address, each client from which requests come, or each instance "
         "that calls (caller)."},
    {.name = "burst",
     .type = PARAM_COUNT,
     .offset = offsetof(struct limit_config, burst),
     .min = 0,
     .max = 1e9,
     .doc = "token_bucket: tokens that are kept, so many may pass at once; 1 if not said. "
            "leaky_bucket: calls that may wait; none if not said (nginx: 0). Of a window it can "
            "only be "
            "what its rate says: 100 of \"100/min\"."},
    {.name = "at_once",
     .type = PARAM_COUNT,
     .offset = offsetof(struct limit_config, at_once),
     .fallback = "0",
     .min = 0,
     .max = 1e9,
     .needs = "algorithm = leaky_bucket",
     .doc = "Of the calls that would wait so many pass without waiting (nginx's delay; as many as "
            "burst: nodelay)."},
    {.name = "window",
     .type = PARAM_DURATION,
     .offset = offsetof(struct limit_config, window_ns),
     .min = 1,
     .max = 1e18,
     .doc =
         "Length of the window, for the algorithms that have one: \"100/min\" with a window of "
         "\"30s\" lets 50 pass in each. If not said, the time that the rate is told for: a minute "
         "of \"100/min\", a second of \"900/s\", if all points of a profile are told for one."},
    {.name = "store",
     .type = PARAM_REF,
     .offset = offsetof(struct limit_config, store),
     .doc = "A component that counts for all instances, such as a service that stands for Redis: "
            "each call first calls it, and waits for its answer. Without it each instance counts "
            "for itself."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = offsetof(struct limit_config, timeout_ns),
     .fallback = "20ms",
     .min = 1,
     .max = 1e18,
     .needs = "store",
     .doc = "How long it waits for the store. When that does not answer or fails, the call passes "
            "(Envoy's global rate limit: 20 ms, failure_mode_deny = false)."},
    {.name = "retry_after",
     .type = PARAM_BOOL,
     .offset = offsetof(struct limit_config, retry_after),
     .fallback = "false",
     .doc =
         "Who is refused is told when a call could pass if nobody else came, in whole seconds as "
         "in HTTP (Retry-After, RFC 9110); it matters to clients with obeys = \"retry_after\", "
         "and goes through load balancers."},
    {0},
};

static bool has_window(const struct limit_config *c) {
  return c->algorithm >= LIMIT_FIXED_WINDOW;
}

static uint64_t window_of(const struct limit_config *c) {
  if (!has_window(c)) return 0;
  return c->window_ns > 0 ? c->window_ns : c->rate.unit_ns;
}

/* Whether a window ever lets a call pass: at the greatest of rates that change. */
static bool may_pass(const struct limit_config *c, const struct pace_rate *rate) {
  struct limit_config greatest = *c;
  greatest.window_ns = window_of(c);
  greatest.rate = (struct pace_rate){.per_s = rate->per_s};
  for (uint32_t i = 0; rate->profile && i < rate->profile->points; i++) {
    double per_s = rate->profile->point[i].rate_per_s;
    if (per_s > greatest.rate.per_s) greatest.rate.per_s = per_s;
  }
  return limit_in_window(&greatest, 0) > 0;
}

static bool rates_valid(const struct step_place *place, const struct limit_config *c,
                        const char **key, struct error *err) {
  *key = NULL;
  if (!limit_has_rate(&c->rate) && c->tier.n == 0) {
    return error_set(err,
                     "write a rate, limit { \"100/min\" }, or rates by tier, limit { tier = { "
                     "free = \"60/h\" } }");
  }
  *key = "per";
  if (c->tier.n > 0 && c->per == WHOM_ALL && step_states(&step_limit, place, "per")) {
    return error_set(err,
                     "with rates by tier \"all\" would be all of a tier: write per = \"tier\"");
  }
  for (uint32_t i = 0; i <= c->tier.n && has_window(c) && window_of(c) > 0; i++) {
    const struct pace_rate *rate = i < c->tier.n ? &c->tier.rate[i].rate : &c->rate;
    *key = "window";
    if (!limit_has_rate(rate) || may_pass(c, rate)) continue;
    return error_set(err, "is too short: at this rate not one call may pass in it; lengthen it");
  }
  return true;
}

/* What lets one limit be tried with each algorithm: a burst of "100/min" that is 100 says of a
 * window what its rate says. */
static bool is_count_of_window(const struct limit_config *c) {
  struct limit_config of_all = *c;
  of_all.window_ns = window_of(c);
  return c->tier.n == 0 && !c->rate.profile && c->burst == limit_in_window(&of_all, 0);
}

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct limit_config *c = config;
  bool burst = step_states(&step_limit, place, "burst");
  bool window = step_states(&step_limit, place, "window");
  *key = "algorithm";
  if (has_window(c) && window_of(c) == 0) {
    return error_set(err, "counts by window; say how long one is, such as window = \"1min\"");
  }
  *key = "burst";
  if (burst && has_window(c) && !is_count_of_window(c)) {
    return error_set(err,
                     "is for token_bucket and leaky_bucket; a window's count is rate times "
                     "window, and nothing else may be said of it");
  }
  if (burst && c->algorithm == LIMIT_TOKEN_BUCKET && c->burst == 0) {
    return error_set(err, "must be at least 1 for a token bucket: without a token no call passes");
  }
  *key = "window";
  if (window && !has_window(c)) {
    return error_set(err,
                     "is for fixed_window, sliding_log and sliding_counter; a bucket has a "
                     "burst");
  }
  *key = "at_once";
  if (c->at_once > c->burst)
    return error_set(err, "must be at most burst, the calls that may wait");
  return rates_valid(place, c, key, err);
}

static void compile(struct assembler *to, const void *config) {
  struct limit_config *c = arena_alloc(to->arena, sizeof *c);
  *c = *(const struct limit_config *)config;
  if (c->algorithm == LIMIT_TOKEN_BUCKET && c->burst == 0) c->burst = 1;
  c->window_ns = window_of(c);
  if (c->store == REF_NONE) {
    assemble(to, STEP_LIMIT)->limit = c;
    return;
  }
  uint32_t asks = to->steps;
  assemble(to, STEP_CALL);
  struct program_call *call = assemble_call(to);
  *call = (struct program_call){
      .component = c->store, .op = OP_INHERIT, .times = 1, .policy = OUTBOUND_NONE};
  call->request = call->response = dist_constant(0);
  call->policy.timeout_ns = c->timeout_ns;
  assemble(to, STEP_LIMIT)->limit = c;
  assemble_jump_here(to, asks); /* without an answer the limit is passed by */
}

const struct step_def step_limit = {
    .word = {.name = "limit",
             .role = ROLE_STEP,
             .usage =
                 "limit { \"100/min\", burst = 100, per = \"user\" }\n"
                 "limit { tier = { free = \"60/h\", paid = \"5000/h\" }, retry_after = true }\n"
                 "limit { \"100/s\", burst = 20, store = \"redis\" }\n"
                 "limit { \"10/s\", burst = 20, algorithm = \"leaky_bucket\" }\n"
                 "limit { \"100/min\", window = \"1min\", algorithm = \"fixed_window\" }\n"
                 "limit { profile { { \"0h\", \"50/s\" }, { \"9h\", \"10/s\" }, every = \"1d\" } }",
             .doc = "Lets calls through at a rate; others are answered with the cause rate_limited "
                    "(HTTP 429), or wait. Each limit of each instance counts for itself, and a "
                    "crash forgets what it counted; with `store` all instances count together. "
                    "Left out: a store that loses its counts, or has several copies of them.",
             .params = params,
             .subject = &subject},
    .can_be_off = true,
    .config_size = sizeof(struct limit_config),
    .check = check,
    .compile = compile,
};

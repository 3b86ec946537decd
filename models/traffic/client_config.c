/* What users may say of a client, and what follows from that without a run. */
#include <math.h>

#include "backoff.h"
#include "client_state.h"
#include "dist_bounds.h"
#include "outline.h"

/* --- what users may say --------------------------------------------------------------------- */

#define AT(field) offsetof(struct client_config, field)

static const char *const obeys_choices[] = {"nothing", "retry_after", NULL};

const struct param client_params[] = {
    {.name = "arrivals",
     .type = PARAM_ARRIVALS,
     .offset = AT(arrivals),
     .required = true,
     .doc =
         "When requests are sent: poisson(rate) for many independent users, constant(rate) for a "
         "pacemaker whose first request is sent at time 0, closed { users, think } for users who "
         "wait for the answer, think, and send the next; bursts { rate, size } and burst { number, "
         "at } for many at once, again and again or once; mmpp { { rate, time }, ... } for a rate "
         "that jumps by chance; trace { csv } as they were recorded. A rate may be a profile, "
         "which "
         "changes by the clock."},
    {.name = "target",
     .type = PARAM_REF,
     .offset = AT(target),
     .required = true,
     .doc = "Component that receives the requests. Of a group without a load balancer each request "
            "picks a member at random."},
    OUTBOUND_PARAMS(struct client_config, calls),
    SECOND_BEST_PARAM(struct client_config, fallback),
    {.name = "patience",
     .type = PARAM_TIME_DIST,
     .offset = AT(patience),
     .min = 1,
     .doc = "How long a user waits for a request, all tries together, drawn for each; then it ends "
            "with timeout, and counts as `gave_up`. Unlike a deadline nobody knows of it "
            "beforehand; `cancel` of a service says what becomes of work that nobody waits for. "
            "(Callers hang up after an exponential time in the Erlang-A model: Palm 1957; Garnett, "
            "Mandelbaum and Reiman 2002.)"},
    {.name = "mix",
     .type = PARAM_MIX,
     .offset = AT(mix),
     .doc = "Operations and their shares, which add up to 1; each request draws one."},
    {.name = "keys",
     .type = PARAM_KEYS,
     .offset = AT(keys),
     .doc = "Which data a request is about: zipf { n, s } or uniform_keys { n }. Caches need it."},
    {.name = "users",
     .type = PARAM_USERS,
     .offset = AT(users),
     .doc = "Whose requests they are: a number of users, each equally often, or zipf { n, s }, of "
            "whom some ask more often. Each request draws one. Those of a closed client are such "
            "users by themselves; each instance of a client has its own."},
    {.name = "journey",
     .type = PARAM_JOURNEY,
     .offset = AT(journey),
     .doc =
         "What a user does one after the other, in place of single requests: each arrival begins "
         "a journey, whose requests are of one user and wait for each other. It succeeds when "
         "all of them do that are not `optional`; the first other one that fails ends it."},
    {.name = "session",
     .type = PARAM_GROUP,
     .offset = AT(session),
     .group = stay_params,
     .doc = "A connection that a user holds for as long as it works, such as a desktop at a "
            "database, a WebSocket or a stream of gRPC: each arrival is a user who opens one, and "
            "asks on it."},
    {.name = "tier",
     .type = PARAM_TIERS,
     .offset = AT(tier),
     .doc = "Tiers of users and their shares, which add up to 1. A user has one tier for good; of "
            "users who ask unequally often, shares of requests differ from those of users."},
    {.name = "most",
     .type = PARAM_COUNT,
     .offset = AT(most),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Requests in flight (journeys under way, where there are such) at most, of each "
            "instance: one that would be one more is never "
            "sent and counts as `dropped`, as of a load generator all of whose virtual users wait "
            "(maxVUs of k6's constant-arrival-rate: grafana.com/docs/k6, dropped iterations)."},
    {.name = "obeys",
     .type = PARAM_ENUM,
     .offset = AT(obeys),
     .fallback = "nothing",
     .off = "nothing",
     .choices = obeys_choices,
     .doc = "What it does when a limit with `retry_after` tells it when to come again: nothing, or "
            "retry_after: its further attempt (`retry`), or a closed user's next request, comes no "
            "earlier (Envoy's rate_limited_reset_headers; RFC 9110). Where arrivals are open and "
            "no `retry` is given, a request that was told so is sent again by itself at that time, "
            "and further ones up to 10 times (urllib3's Retry: total = 10) while its time "
            "(`deadline`, `patience`) lasts; any other failure is final."},
    {.name = "request",
     .type = PARAM_SIZE_DIST,
     .offset = AT(request),
     .fallback = "0B",
     .doc = "Size of a request; matters where a path has a bandwidth."},
    {.name = "response",
     .type = PARAM_SIZE_DIST,
     .offset = AT(response),
     .fallback = "0B",
     .doc = "Size of an ok answer; matters where a path has a bandwidth. Errors have no size."},
    {0},
};

/* --- the policy of its calls ---------------------------------------------------------------- */

#define COMES_AGAIN 10u /* times, beyond the first */

struct outbound_config client_policy(const struct client_config *config) {
  struct outbound_config policy = config->calls;
  policy.obeys = config->obeys == OBEYS_RETRY_AFTER;
  bool closed = config->arrivals.kind == ARRIVALS_CLOSED; /* whose next request waits */
  if (!policy.obeys || policy.retry.given || closed) return policy;
  policy.retry = (struct retry_config){.given = true,
                                       .attempts = 1 + COMES_AGAIN,
                                       .on = ((1u << OUTCOMES) - 1) & ~(1u << OUTCOME_OK),
                                       .when_told = true};
  return policy;
}

/* --- checks and outline --------------------------------------------------------------------------
 */

/* What a journey says is not said otherwise. */
static bool journey_valid(const struct client_config *config, struct error *err) {
  const struct arrival_trace *trace = config->arrivals.trace;
  if (config->journey.n == 0) return true;
  if (config->mix.n) {
    return error_set(err, "'journey' says which operations are asked for: leave 'mix' out");
  }
  const char *column = !trace          ? NULL
                       : trace->op     ? "op"
                       : trace->item   ? "key"
                       : trace->answer ? "size"
                                       : NULL;
  if (column == NULL) return true;
  return error_set(err,
                   "each line of the trace begins a journey of several requests: its column \"%s\" "
                   "is about one; leave the column or 'journey' out",
                   column);
}

/* What a trace tells is not drawn as well. */
static bool trace_valid(const struct client_config *config, struct error *err) {
  const struct arrival_trace *trace = config->arrivals.trace;
  if (trace == NULL) return true;
  const char *twice = NULL, *column = NULL;
  if (trace->op && config->mix.n) twice = "mix", column = "op";
  if (trace->item && config->keys.kind != KEYS_NONE) twice = "keys", column = "key";
  if (trace->user && config->users.kind != KEYS_NONE) twice = "users", column = "user";
  if (trace->answer && dist_mean(&config->response) > 0) twice = "response", column = "size";
  if (twice == NULL) return true;
  return error_set(err, "the trace has a column \"%s\": leave '%s' out", column, twice);
}

/* Who holds a session asks on it, one request after the other. */
static bool session_valid(const struct client_config *config, struct error *err) {
  const struct stay_config *session = &config->session;
  if (!session->given) return true;
  bool thinks = session->think.kind != DIST_CONSTANT || session->think.a > 0;
  if (config->journey.n && thinks) {
    return error_set(err, "'journey' says when a user asks: leave 'session.think' out");
  }
  if (config->arrivals.kind == ARRIVALS_CLOSED && thinks) {
    return error_set(err,
                     "the users of a closed client think as 'closed' says: leave 'session.think' "
                     "out");
  }
  return true;
}

bool client_validate(const struct spec *spec, const struct component_spec *component,
                     struct error *err) {
  (void)spec;
  const struct client_config *config = component->config;
  if (config->arrivals.kind == ARRIVALS_CLOSED && config->arrivals.users > ARRIVALS_MAX_USERS) {
    return error_set(err, "closed: users must be at most %llu",
                     (unsigned long long)ARRIVALS_MAX_USERS);
  }
  bool closed = config->arrivals.kind == ARRIVALS_CLOSED;
  if (closed && config->users.kind != KEYS_NONE) {
    return error_set(err, "the users of a closed client are those of 'closed': leave 'users' out");
  }
  if (closed && config->most != PARAM_UNLIMITED) {
    return error_set(err,
                     "the users of a closed client never send more than one request each: "
                     "leave 'most' out");
  }
  if (!trace_valid(config, err) || !journey_valid(config, err) || !session_valid(config, err)) {
    return false;
  }
  if (!closed && config->tier.n && users_of(config)->kind == KEYS_NONE) {
    return error_set(err, "'tier' is a user's: say who they are, such as users = 1000");
  }
  struct outbound_config policy = client_policy(config);
  return second_best_valid(&config->fallback, err) && outbound_valid(&policy, err);
}

static double share_of(const struct mix *mix, int op) {
  if (mix->n == 0) return op == OP_DEFAULT ? 1 : 0;
  for (uint32_t i = 0; i < mix->n; i++) {
    if (mix->part[i].op == op) return mix->part[i].share;
  }
  return 0;
}

/* Requests of each arrival; of a session no more than these, since answers take time too. */
static double asked_of(const struct client_config *config, struct outline_source *source) {
  const struct stay_config *session = &config->session;
  double think_ns = session->given ? dist_mean(&session->think) : 0;
  if (config->journey.n) return config->journey.requests;
  if (!(think_ns > 0)) return 1;
  source->holds_back = true;
  return 1 + dist_mean(&session->lasts) / think_ns;
}

/* By Little's law, while all find a place. */
static double sessions_of(const struct client_config *config) {
  if (config->arrivals.kind == ARRIVALS_CLOSED) return (double)config->arrivals.users;
  struct outline_source all = {0};
  arrivals_outline(&config->arrivals, 1, &all);
  return all.rate_per_s * dist_mean(&config->session.lasts) / 1e9;
}

/* The session itself is no work. */
static void outline_session(const struct client_config *config, struct outline *out) {
  if (!config->session.given) return;
  bool elsewhere = config->session.holds != REF_NONE;
  out->source.sessions = sessions_of(config);
  out->source.holds = elsewhere ? config->session.holds : config->target;
  if (!elsewhere) return;
  struct outline_step *step = outline_add(out, OUTLINE_BRANCH);
  step->chance = 0;
  step->target = out->steps + 1;
  outline_add(out, OUTLINE_CALLS);
  outline_add_call(out, config->session.holds, OP_DEFAULT, config->calls.timeout_ns);
}

void client_outline(const struct spec *spec, const struct component_spec *component, int op,
                    struct outline *out) {
  (void)spec;
  const struct client_config *config = component->config;
  double share = share_of(mix_of(config), op);
  out->source.share = share;
  out->source.holds_back = config->most != PARAM_UNLIMITED;
  out->source.only_users = users_of(config)->kind != KEYS_NONE && config->tier.n == 0;
  double asked = asked_of(config, &out->source);
  arrivals_outline(&config->arrivals, share * asked, &out->source);
  if (config->journey.n) {
    out->source.journey_pause_ns = config->journey.pause_ns;
    double think_ns = dist_mean(&out->source.think) + config->journey.pause_ns;
    out->source.think = (struct dist){.kind = DIST_CONSTANT, .a = think_ns / asked};
  }
  out->source.has_users =
      users_of(config)->kind != KEYS_NONE || config->arrivals.kind == ARRIVALS_CLOSED;
  uint64_t users = config->arrivals.kind == ARRIVALS_CLOSED ? config->arrivals.users
                   : config->arrivals.trace                 ? 0
                                                            : users_of(config)->n;
  out->source.user_n = (uint32_t)users;
  out->source.keys = config->keys.kind != KEYS_NONE ? (uint32_t)config->keys.n : 0;
  out->source.has_keys =
      config->keys.kind != KEYS_NONE || (config->arrivals.trace && config->arrivals.trace->item);
  outline_session(config, out);
  if (share > 0) {
    outline_add(out, OUTLINE_CALLS);
    struct outline_call *call = outline_add_call(out, config->target, op, config->calls.timeout_ns);
    outbound_outline(&config->calls, call);
    call->request_sized = dist_mean(&config->request) > 0;
    call->answer_sized = dist_mean(&config->response) > 0;
    if (client_is_impatient(config)) {
      double longest_ns = dist_quantile_least(&config->patience, 0.999);
      call->deadline_ns = (uint64_t)fmin((double)call->deadline_ns, fmax(longest_ns, 1));
    }
    if (config->calls.retry.given) {
      out->source.pause_ns = backoff_least_ns(&config->calls.retry.backoff);
    }
  }
  outline_add(out, OUTLINE_END);
}

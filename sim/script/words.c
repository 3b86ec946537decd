#include "words.h"

#include <math.h>

#include "action_def.h"
#include "policy.h"
#include "registry.h"
#include "slows.h"
#include "step.h"
#include "traffic.h"
#include "traffic_profile.h"

#define MEMBERS_MAX 100000 /* of one component; a limit against slips such as a missing unit */

const struct param common_params[] = {
    {.name = "instances",
     .type = PARAM_COUNT,
     .offset = offsetof(struct common_config, instances),
     .fallback = "1",
     .min = 1,
     .max = MEMBERS_MAX,
     .doc = "Number of members, each with its own queue, clock, health and faults: web[1], web[2]. "
            "Of a "
            "service also on_demand { cold = \"200ms\" }: they come with its calls."},
    {.name = "zone",
     .type = PARAM_TEXT,
     .doc =
         "Zone that the component lives in, or a list of zones: member i lives in entry i of the "
         "list, which starts over when it ends."},
    {.name = "start",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct common_config, start),
     .fallback = "0ms",
     .doc = "How long a member that starts, also after a crash, refuses calls until it is ready."},
    {.name = "drain",
     .type = PARAM_DURATION,
     .offset = offsetof(struct common_config, drain_ns),
     .fallback = "0ms",
     .min = 0,
     .max = 1e18,
     .doc = "How long a member that is stopped goes on with the calls it has and takes no more; it "
            "stays for all that time, and what is left then is lost (Kubernetes: 30 s)."},
    {.name = "price",
     .type = PARAM_PRICE,
     .offset = offsetof(struct common_config, price),
     .doc = "What each member costs for the time that it is there, \"0.10/h\" in any currency; or "
            "what its use costs, { per_call = 2e-7, per_100ms = 2e-7, per_GB = 0.09 }: calls that "
            "it answers and did not turn away, the time of a call with an instance of a service "
            "(each call rounded up to 100 ms), bytes of the answers; or both, { \"0.02/h\", per_GB "
            "= 0.008 }. What is used while nobody waits any more costs, too."},
    {.name = "sessions",
     .type = PARAM_COUNT,
     .offset = offsetof(struct common_config, sessions),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "How many sessions of clients (`session`) one member holds at once; further ones are "
            "refused (PostgreSQL: 100, max_connections; nginx: 512, worker_connections). Of a "
            "database its `connections`, if not said."},
    {.name = "only_if",
     .type = PARAM_BOOL,
     .offset = offsetof(struct common_config, only_if),
     .fallback = "true",
     .doc = "Whether the component is there at all. If not, nothing may refer to it."},
    {0},
};

const struct param on_demand_params[] = {
    {.name = "cold",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct on_demand, cold),
     .required = true,
     .doc = "How long a new instance takes until it can work; the call that it was made for waits "
            "(AWS Lambda: 100 ms to more than 1 s)."},
    {.name = "idle",
     .type = PARAM_DURATION,
     .offset = offsetof(struct on_demand, idle_ns),
     .fallback = "10min",
     .min = 0,
     .max = 1e18,
     .doc = "One that nothing is asked of goes after this time (Shahrad et al., Serverless in the "
            "Wild, 2020: 10 min)."},
    {.name = "most",
     .type = PARAM_COUNT,
     .offset = offsetof(struct on_demand, most),
     .fallback = "1000",
     .min = 1,
     .max = 100000,
     .doc = "Calls for which there would have to be more are refused (AWS Lambda: 1000 of an "
            "account)."},
    {.name = "concurrency",
     .type = PARAM_COUNT,
     .offset = offsetof(struct on_demand, concurrency),
     .fallback = "1",
     .min = 1,
     .max = 1000,
     .doc = "Calls that an instance works on at once (AWS Lambda: 1)."},
    {0},
};

static const struct param run_params[] = {
    {.name = "duration",
     .type = PARAM_DURATION,
     .offset = offsetof(struct run_config, duration_ns),
     .fallback = "60s",
     .min = 1,
     .max = 9e18,
     .doc = "Simulated time of one replication, warm-up included."},
    {.name = "warmup",
     .type = PARAM_DURATION,
     .offset = offsetof(struct run_config, warmup_ns),
     .fallback = "auto",
     .doc = "Time at the start that is not measured, or \"auto\": found by MSER-5."},
    {.name = "replications",
     .type = PARAM_COUNT,
     .offset = offsetof(struct run_config, replications),
     .fallback = "10",
     .min = 1,
     .max = 1000000,
     .doc = "Independent repetitions, from which the intervals are computed; with a precision the "
            "least number of them."},
    {.name = "precision",
     .type = PARAM_RATIO,
     .offset = offsetof(struct run_config, precision),
     .min = 0.0001,
     .max = 1,
     .doc = "Adds replications (there are at least 10) until the interval of every goal's metric, "
            "without goals of each client's mean latency, reaches no farther than this from its "
            "value; of a ratio, from 0 or 1."},
    {.name = "max_replications",
     .type = PARAM_COUNT,
     .offset = offsetof(struct run_config, max_replications),
     .min = 10,
     .max = 1000000,
     .doc = "With a precision: the number at which adding ends, 1000 if not said."},
    {.name = "antithetic",
     .type = PARAM_BOOL,
     .offset = offsetof(struct run_config, antithetic),
     .fallback = "false",
     .doc = "Whether each replication is an antithetic pair: two simulations merged into one, of "
            "which the second draws 1 - u wherever the first draws u."},
    {.name = "seed",
     .type = PARAM_COUNT,
     .offset = offsetof(struct run_config, seed),
     .fallback = "1",
     .doc = "Seed of all random numbers; --seed on the command line wins."},
    {0},
};

static const struct param region_params[] = {
    {.name = "zones",
     .type = PARAM_TEXT,
     .required = true,
     .doc = "Names of the zones in the region, a list."},
    {0},
};

static const struct param fault_params[] = {
    {.name = "at",
     .type = PARAM_DURATION,
     .offset = offsetof(struct fault_config, at_ns),
     .doc = "When the fault begins, once."},
    {.name = "lasts",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct fault_config, lasts),
     .doc = "How long it lasts; without it for ever."},
    {.name = "mttf",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct fault_config, mttf),
     .doc =
         "Instead of `at`, with `mttr`: the fault recurs, this long after the start or after its "
         "last end."},
    {.name = "mttr",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct fault_config, mttr),
     .doc = "With `mttf`: how long each recurrence lasts."},
    {.name = "crews",
     .type = PARAM_COUNT,
     .offset = offsetof(struct fault_config, crews),
     .min = 1,
     .max = 100000,
     .doc = "Of each member by itself (web[*]): so many are repaired at once, and the others wait "
            "for it in turn."},
    {.name = "team",
     .type = PARAM_TEXT,
     .offset = offsetof(struct fault_config, team),
     .doc =
         "With crews, of any target: all faults of a team have the same crews, as many as each of "
         "them says."},
    {.name = "rank",
     .type = PARAM_COUNT,
     .offset = offsetof(struct fault_config, rank),
     .max = 1000,
     .doc = "Within a team: repairs of a lower rank come first, and those of a higher one are put "
            "off for them and go on later."},
    {.name = "name",
     .type = PARAM_TEXT,
     .offset = offsetof(struct fault_config, name),
     .doc = "Name in reports and of its random numbers; else made of what it does and to whom."},
    {0},
};

static const struct param goal_params[] = {
    {.name = "during",
     .type = PARAM_TEXT,
     .offset = offsetof(struct goal_config, during),
     .doc =
         "Name of a fault: the goal, which is on a metric of a client, is about the requests that "
         "ended while the fault held."},
    {.name = "recovers",
     .type = PARAM_TEXT,
     .offset = offsetof(struct goal_config, recovers),
     .doc =
         "In place of a goal's text: the goodput or the availability of a client, which is to be "
         "as before `within` this time `after` a fault: at least 90 % of what it was from the "
         "warm-up to the fault's first beginning, over a fifth of that time. In every "
         "replication, each time the fault ends."},
    {.name = "within",
     .type = PARAM_DURATION,
     .offset = offsetof(struct goal_config, within_ns),
     .doc = "With `recovers`: the time it may take from the end of the fault."},
    {.name = "after",
     .type = PARAM_TEXT,
     .offset = offsetof(struct goal_config, after),
     .doc = "With `recovers`: name of the fault."},
    {0},
};

const struct word_def word_defs[WORDS] = {
    [WORD_ALLOW] = {"allow", ROLE_BLOCK, false,
                    "allow { from = \"internet\", to = \"web\", op = { \"http\", \"https\" } }\n"
                    "allow { from = \"web\", to = \"db\", drop = true }",
                    "Calls that may pass. One such line makes everything else denied: rules of a "
                    "firewall, or of security groups.",
                    .params = allow_params},
    [WORD_FAULT] = {"fault", ROLE_BLOCK, false,
                    "fault { crash \"web[2]\", at = \"60s\", lasts = \"30s\" }\n"
                    "fault { hang \"db\", mttf = exponential \"30d\", mttr = \"10min\" }",
                    "Something that breaks, once or again and again.", .params = fault_params},
    [WORD_GOAL] = {"goal", ROLE_BLOCK, false,
                   "goal \"shop.latency.p99 < 250ms\"\n"
                   "goal { \"shop.availability >= 99%\", during = \"crash db\" }\n"
                   "goal { recovers = \"shop.goodput\", within = \"30s\", after = \"crash db\" }",
                   "What must hold: a metric, one of < <= > >= ==, and a value with its unit.",
                   .params = goal_params},
    [WORD_INCLUDE] = {"include", ROLE_BLOCK, false, "include \"common.lua\"",
                      "Runs another file of the scenario's folder and returns what it returns.",
                      .params = NULL},
    [WORD_DEFINE] = {"kind", ROLE_BLOCK, false,
                     "kind { name = \"web_and_db\", summary = \"A service with its database.\",\n"
                     "       entry = \"service\", parts = { { \"db\", kind = \"database\", doc = "
                     "\"What it asks.\" } "
                     "},\n"
                     "       params = { { \"work\", type = \"time\", default = \"5ms\", doc = \"Of "
                     "the service.\" } "
                     "},\n"
                     "       build = function(c)\n"
                     "         service(c.name) { on = { work(c.work), call(c.name .. \"/db\") } }\n"
                     "         database(c.name .. \"/db\") { read = \"2ms\" }\n"
                     "       end }",
                     "A kind composed of others, from then on written like any kind: web_and_db "
                     "\"shop\" { work = "
                     "\"3ms\" }.",
                     .params = NULL},
    [WORD_PARAM] = {"param", ROLE_BLOCK, false,
                    "local rate = param { \"rate\", \"900/s\", doc = \"offered load\" }",
                    "A value that -s rate=... may replace.", .params = NULL},
    [WORD_PATH] = {"path", ROLE_BLOCK, false,
                   "path { from = \"eu\", to = \"us\", latency = \"45ms\" }",
                   "The network between two components, zones or regions.", .params = path_params},
    [WORD_REGION] = {"region", ROLE_BLOCK, false,
                     "region \"eu\" { zones = { \"eu-1\", \"eu-2\" } }", "Zones that lie together.",
                     .params = region_params},
    [WORD_RUN] = {"run", ROLE_BLOCK, false,
                  "run { duration = \"5m\", warmup = \"auto\", replications = 10, seed = 1 }",
                  "How long and how often to simulate.", .params = run_params},
    [WORD_SWEEP] =
        {"sweep", ROLE_BLOCK, false,
         "sweep { rate = \"100..1000:100/s\", servers = \"1..8\", cache = { true, false "
         "},\n        where = function(p) return p.servers * 200 >= p.rate end }",
         "What `archsim sweep` varies: values for some of the scenario's parameters, and "
         "which combinations to run. Everything else ignores it.",
         .params = NULL},
    [WORD_CONSTANT] = {"constant", ROLE_VALUE, false, "constant \"3ms\"\nconstant \"90/s\"",
                       "Always the same value; of a rate: arrivals at equal distances.",
                       .params = NULL},
    [WORD_EMPIRICAL] =
        {"empirical", ROLE_VALUE, false,
         "empirical { p50 = \"3ms\", p90 = \"8ms\", p99 = \"20ms\", p999 = \"70ms\" }\n"
         "empirical { csv = \"times.csv\", column = 1, unit = \"ms\" }",
         "Measured quantiles joined by lines (min and max too), or measured values from a file.",
         .params = NULL},
    [WORD_ERLANG] = {"erlang", ROLE_VALUE, false, "erlang { mean = \"10ms\", stages = 4 }",
                     "Sum of equal exponential stages; varies less than one of them.",
                     .params = NULL},
    [WORD_EXPONENTIAL] = {"exponential", ROLE_VALUE, false,
                          "exponential \"10ms\"\nexponential { mean = \"10ms\" }\n"
                          "exponential { base = \"50ms\", cap = \"1s\", factor = 2, jitter = "
                          "\"full\" }",
                          "A memoryless time; as a pause between tries: one that grows.",
                          .params = NULL},
    [WORD_GAMMA] = {"gamma", ROLE_VALUE, false, "gamma { mean = \"10ms\", shape = 2 }",
                    "Gamma law; squared coefficient of variation 1 / shape.", .params = NULL},
    [WORD_HYPEREXPONENTIAL] = {"hyperexponential", ROLE_VALUE, false,
                               "hyperexponential { mean = \"10ms\", cv2 = 4 }\n"
                               "hyperexponential { { 0.9, \"5ms\" }, { 0.1, \"55ms\" } }",
                               "Mixture of exponentials: varies more than one of them.",
                               .params = NULL},
    [WORD_LOGNORMAL] = {"lognormal", ROLE_VALUE, false,
                        "lognormal { p50 = \"3ms\", p99 = \"20ms\" }\n"
                        "lognormal { mean = \"5ms\", cv = 1.5 }",
                        "Long-tailed times, by two of mean, p50, p95, p99, cv, cv2, sigma, mu.",
                        .params = NULL},
    [WORD_MIXTURE] = {"mixture", ROLE_VALUE, false,
                      "mixture { { 0.9, exponential \"5ms\" }, { 0.1, \"100ms\" } }",
                      "One of several distributions, by weights that add up to 1.", .params = NULL},
    [WORD_NORMAL] = {"normal", ROLE_VALUE, false, "normal { mean = \"10ms\", sd = \"2ms\" }",
                     "Normal law; values below 0 are drawn again.", .params = NULL},
    [WORD_PARETO] = {"pareto", ROLE_VALUE, false,
                     "pareto { min = \"1ms\", shape = 1.5, max = \"10s\" }",
                     "Heavy tail; without max unbounded.", .params = NULL},
    [WORD_SHIFTED] = {"shifted", ROLE_VALUE, false, "shifted { by = \"2ms\", exponential \"3ms\" }",
                      "A fixed amount plus a distribution.", .params = NULL},
    [WORD_UNIFORM] = {"uniform", ROLE_VALUE, false,
                      "uniform { \"1ms\", \"3ms\" }\nuniform { low = \"1ms\", high = \"3ms\" }",
                      "Every value between two equally likely.", .params = NULL},
    [WORD_WEIBULL] = {"weibull", ROLE_VALUE, false,
                      "weibull { mean = \"30d\", shape = 0.7 }\n"
                      "weibull { scale = \"30d\", shape = 0.7 }",
                      "Weibull law, as of lifetimes.", .params = NULL},
    [WORD_BURST] = {"burst", ROLE_VALUE, false, "burst { 1000, at = \"10s\" }",
                    "So many requests at one time, at the start if not said, and none after.",
                    burst_params, .subject = &burst_subject},
    [WORD_BURSTS] =
        {"bursts", ROLE_VALUE, false,
         "bursts { \"10/s\", size = 50 }\nbursts { \"10/s\", size = geometric(50) }",
         "Many requests at once, at times that have nothing to do with each other: here "
         "ten bursts and 500 requests a second.",
         bursts_params, .subject = &arrivals_rate},
    [WORD_CLOSED] =
        {"closed", ROLE_VALUE, false,
         "closed { users = 100, think = exponential \"5s\" }\nclosed { users = profile { "
         "{ \"0h\", 100 }, { \"9h\", 800 }, every = \"1d\" },\n  think = \"5s\" }",
         "Users who wait for the answer, think, and ask again. Their number is fixed, or "
         "follows a profile: who comes asks at once, who goes finishes what is under "
         "way.",
         .params = closed_params},
    [WORD_GEOMETRIC] =
        {"geometric", ROLE_VALUE, false, "geometric(50)",
         "A number of requests in a burst: 1 or more, with that mean, and memoryless.",
         .params = NULL},
    [WORD_MMPP] = {"mmpp", ROLE_VALUE, false,
                   "mmpp { { \"50/s\", \"60s\" }, { \"500/s\", \"5s\" } }",
                   "A Markov-modulated Poisson process: arrivals of independent users whose rate "
                   "jumps to the next phase, from the last to the first, after an exponential time "
                   "with that mean.",
                   NULL, .items = &mmpp_phases},
    [WORD_PAUSE] = {"pause", ROLE_VALUE, false, "pause(exponential \"3s\")",
                    "Time that a user lets pass on a journey, before the next request. In a fault: "
                    "all stands still, as with hang.",
                    .subject = &journey_pause},
    [WORD_POISSON] = {"poisson", ROLE_VALUE, false,
                      "poisson \"900/s\"\npoisson(profile { { \"0h\", \"50/s\" }, { \"9h\", "
                      "\"400/s\" }, every = \"1d\" })",
                      "Arrivals of many independent users.", NULL, .subject = &arrivals_rate},
    [WORD_PROFILE] =
        {"profile", ROLE_VALUE, false,
         "profile { { \"0h\", \"50/s\" }, { \"9h\", \"400/s\" }, every = \"1d\" }\n"
         "profile { { \"0s\", \"50/s\" }, { \"60s\", \"500/s\" }, steps = true, scale = 1.5 }",
         "A rate that changes over time, wherever one stands: lines between the points, or steps; "
         "the first rate before them and the last one after, or again from the beginning. `scale` "
         "multiplies all rates.",
         profile_params, .items = &profile_points},
    [WORD_REQUEST] = {"request", ROLE_VALUE, false,
                      "request \"login\"\nrequest { \"browse\", times = 5, pause = exponential "
                      "\"10s\" }",
                      "A request that a user makes on a journey and waits for.", request_params,
                      .subject = &request_subject},
    [WORD_TRACE] =
        {"trace", ROLE_VALUE, false,
         "trace { csv = \"access.csv\" }\n"
         "trace { csv = \"access.csv\", unit = \"ms\", begin = \"9h\", every = \"1d\", scale = 2 }",
         "Arrivals as they were recorded: a line for each request, by time; the first line names "
         "the columns: time, and op, user, key, size (of the answer) where they are known. `unit` "
         "is that of times without one, \"s\" if not said; `begin` the recorded time at which the "
         "run begins (earlier lines are left out), `every` a time after which all comes again; "
         "`scale` = 2 plays it twice as fast.",
         .params = NULL},
    [WORD_UNIFORM_KEYS] = {"uniform_keys", ROLE_VALUE, false, "uniform_keys { n = 100000 }",
                           "Every key equally often.", .params = uniform_keys_params},
    [WORD_PHI] = {"phi", ROLE_VALUE, false, "phi { 8 }",
                  "A detector of failures that says how unlikely the present silence is.",
                  .params = detector_params, .subject = &phi_subject},
    [WORD_MISSED] = {"missed", ROLE_VALUE, false, "missed { 3 }",
                     "A detector of failures that counts beats which did not come, in a row.",
                     .params = detector_params, .subject = &missed_subject},
    [WORD_TIMEOUT] = {"timeout", ROLE_VALUE, false, "timeout { \"5s\" }",
                      "A detector of failures that waits for so long after the last beat.",
                      .params = detector_params, .subject = &timeout_subject},
    [WORD_ON_DEMAND] = {"on_demand", ROLE_VALUE, false,
                        "on_demand { cold = lognormal { p50 = \"200ms\", p99 = \"1s\" }, idle = "
                        "\"10min\", most = 1000 }",
                        "Instances of a service that come with its calls and go when nothing is "
                        "asked of them: functions.",
                        .params = on_demand_params},
    [WORD_AIMD] = {"aimd", ROLE_VALUE, false, "aimd { start = 10, most = 200 }",
                   "A number of calls at once that grows by one with each good answer and shrinks "
                   "by a tenth with each failure.",
                   .params = aimd_params},
    [WORD_BACK] =
        {"back", ROLE_VALUE, false, "back { flush = \"1s\" }",
         "Writes are acknowledged by a cache and written to its origin later, each key once.",
         .params = back_params},
    [WORD_CONSISTENT_HASH] =
        {"consistent_hash", ROLE_VALUE, false, "consistent_hash { points = 100 }",
         "Data keys are divided among shards by points on a ring: one that comes takes keys from "
         "all, and no other key moves.",
         .params = consistent_hash_params},
    [WORD_GRADIENT] = {"gradient", ROLE_VALUE, false, "gradient { start = 20, most = 200 }",
                       "A number of calls at once that grows while answers take no longer than "
                       "usual and shrinks while they do.",
                       .params = gradient_params},
    [WORD_USL] =
        {"usl", ROLE_VALUE, false, "usl { sigma = 0.02, kappa = 0.0001 }",
         "Work that takes longer the more of it is done at once: by contention (they queue "
         "for something shared) and coherence (each has to agree with each).",
         .params = usl_params},
    [WORD_CURVE] = {"curve", ROLE_VALUE, false, "curve { { 0, 1 }, { 0.8, 2 }, { 1, 50 } }",
                    "How many times as long work takes by the share of the workers that are busy: "
                    "lines between the points.",
                    .params = NULL, .items = &curve_points},
    [WORD_ZIPF] = {"zipf", ROLE_VALUE, false, "zipf { n = 100000, s = 0.99 }",
                   "Key k is asked for in proportion to k^-s.", .params = zipf_params},
};

const struct word_def *word_at(uint32_t i) {
  if (i < WORDS) return &word_defs[i];
  uint32_t n = 0;
  for (i -= WORDS; steps[n]; n++) {
    if (n == i) return &steps[n]->word;
  }
  i -= n;
  for (n = 0; actions[n]; n++) {
    if (n == i) return &actions[n]->word;
  }
  const struct fault_def *fault = fault_at(i - n);
  return fault ? &fault->word : NULL;
}

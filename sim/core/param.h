/* Tables that describe what a user may write.
 *
 * A parameter table is the single source for parsing, units, ranges, defaults, did-you-mean,
 * `archsim describe`, the manual page and the editor's annotations. A default is written as a user
 * would write it and goes through the same parser. */
#ifndef PARAM_H
#define PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "dist.h"
#include "how_many.h"
#include "pause.h"

/* "unlimited" for counts, "never" for durations. */
#define PARAM_UNLIMITED UINT64_MAX

enum param_type {
  PARAM_BOOL,      /* bool                  true | false                                      */
  PARAM_COUNT,     /* uint64_t              64, or "unlimited" where `max` is infinite        */
  PARAM_NUMBER,    /* double                1.5                                               */
  PARAM_RATIO,     /* double, 0..1 = 100 %  "20%" or 0.2                                      */
  PARAM_DURATION,  /* uint64_t, ns          "250ms", or "never" where `max` is infinite       */
  PARAM_RATE,      /* double, per second    "900/s", "60/min", "5000/h"                       */
  PARAM_PACE,      /* struct pace_rate      "90/s", profile { ... }; and the time of its unit  */
  PARAM_BYTES,     /* uint64_t              "2GiB", "64kB"                                    */
  PARAM_ROOM,      /* struct room           10000 entries, or "512MiB"; or "unlimited"        */
  PARAM_TTL,       /* struct ttl            "60s", { "60s", jitter = "10%" }, or "never"        */
  PARAM_WRITES,    /* struct writes         "around", "through", "back", back { flush = "1s" }  */
  PARAM_BANDWIDTH, /* double, bits a second "1Gbit/s"; 0 is unlimited                         */
  PARAM_DISTANCE,  /* double, metres        "1000km"                                          */
  PARAM_TIME_DIST, /* struct dist, ns       "10ms", exponential "10ms"                        */
  PARAM_SIZE_DIST, /* struct dist, bytes    "10kB", exponential "10kB"                        */
  PARAM_ENUM,      /* uint32_t              one of `choices`, its index                       */
  PARAM_TEXT,      /* const char *                                                            */
  PARAM_REF,       /* uint32_t              name of a component, its index in the spec        */
  PARAM_REFS,      /* struct refs           one name or a list of names                       */
  PARAM_ROUTES,    /* struct routes         { api = "app" }: components by operation          */
  PARAM_WEIGHTS,   /* struct weights        { v1 = 9, v2 = 1 }: numbers by component          */
  PARAM_TIER_RATE, /* struct tier_rates     { free = "60/h", paid = "5000/h" }                */
  PARAM_GROUP,     /* a struct whose first member is `bool given;` described by `group`       */
  PARAM_LIST,      /* struct entries        a list of tables, each as `group` says            */
  PARAM_FLOW,      /* double, const struct profile *  "90/s", profile { ... }                 */
  PARAM_CROWD,     /* uint64_t, const struct profile *  100, profile of numbers               */
  PARAM_BATCH,     /* uint64_t, bool        50, geometric(50)                                 */
  PARAM_ARRIVALS,  /* struct arrivals       poisson "90/s", constant, closed, bursts ...      */
  PARAM_MIX,       /* struct mix            { browse = 0.95, buy = 0.05 }                     */
  PARAM_JOURNEY,   /* struct journey        { request "login", pause "3s", request "buy" }    */
  PARAM_TIERS,     /* struct mix            { free = 0.9, paid = 0.1 }, of tiers              */
  PARAM_USERS,     /* struct keys           1000, zipf { n =, s = }                           */
  PARAM_KEYS,      /* struct keys           zipf { n =, s = }, uniform_keys { n = }           */
  PARAM_BACKOFF,   /* struct backoff        "100ms" or exponential { base =, cap =, jitter = } */
  PARAM_OP,        /* int                   an operation that is sent; absent: -1             */
  PARAM_OP_KNOWN,  /* int                   one that is sent or handled elsewhere; absent: -1 */
  PARAM_STEPS,     /* struct block          a list of steps, of `choices` if given            */
  PARAM_FALLBACKS, /* struct fallbacks      a list of steps, or cause = list of steps         */
  PARAM_HANDLERS,  /* struct handlers       a list of steps, or operation = list of steps     */
  PARAM_PRIORITY,  /* struct priorities     { "buy", "browse" }: first is served first        */
  PARAM_OPS,       /* struct priorities     { "insert", "update" }: operations, of no order     */
  PARAM_BUDGET,    /* struct budget         "20%", or { share =, burst = } and the like       */
  PARAM_AFTER,     /* struct after          "50ms", or "p95" of what was measured             */
  PARAM_WINDOW,    /* struct window         100 calls, or "10s"                               */
  PARAM_PLACES,    /* struct concurrency_config  10, aimd { start = 10 }, gradient { ... }    */
  PARAM_SLOWS,     /* struct slows          usl { sigma =, kappa = }, curve { { 0, 1 }, ... } */
  PARAM_PRICE,     /* struct price          "0.10/h", { per_call = 2e-7, per_100ms = 2e-7 }   */
  PARAM_SHARDS,    /* struct sharding       "hash", "range", consistent_hash { points = 100 }  */
  PARAM_DETECTOR,  /* struct detector       phi { 8 }                                         */
  PARAM_ACT,   /* struct control_act            promote { "pg", takes = "5s" }                    */
  PARAM_WATCH, /* struct watched_metric     "web.utilization"                                 */
  PARAM_LIMIT, /* struct limit              "70%", 100, "250ms", "10/s"                       */
  PARAM_SHARES,    /* struct shares             "100%", { "10%", "50%", "100%" }                  */
  PARAM_CONDITION, /* struct condition          "web.error_ratio > 5%"                            */
  PARAM_HOW_MANY,  /* struct how_many       "quorum", one of `choices`, or 2; see how_many.h   */
  PARAM_ZONES,     /* struct refs           one name of a zone or a list of them              */
  PARAM_CAUSES,    /* uint32_t              bit set of enum outcome                           */
  PARAM_TYPES
};

/* A key of a group, or a choice, that is known from elsewhere and means nothing here. */
struct refused {
  const char *name, *why; /* and what to write instead */
};

struct param {
  const char *name;
  enum param_type type;
  size_t offset;              /* of the value in the config struct */
  const char *fallback;       /* default as a user would write it; NULL: see `required` */
  bool required;              /* else, with fallback NULL: absent means zeroed / none */
  double min, max;            /* inclusive range in the unit of the stored value; 0,0: any >= 0 */
  const char *const *choices; /* PARAM_ENUM, PARAM_HOW_MANY: NULL-terminated */
  const struct param *group;  /* PARAM_GROUP, PARAM_LIST: table ended by a name of NULL */
  size_t stride;   /* PARAM_LIST: bytes of an entry; `min` and `max` are of their number */
  const char *off; /* what switches it off (compare --off), as a user would write it; NULL: leaving
                      it out does, where its default is neutral (none, never, unlimited, 0) */
  const char *needs; /* another parameter of the table without which this one means nothing: "ttl";
                        "algorithm = hash|maglev"; "queued: workers", if the choice is queued;
                        "a or b"; "?ttl" is told by the linter and never refused, "?=ttl"
                        not where ttl is said, be it to say none */
  const struct refused *refused; /* PARAM_GROUP, PARAM_ENUM: ended by a name of NULL; NULL: none */
  const char *missing; /* of a required one: what to write, where that is more than a value */
  const char *doc;     /* one sentence or more; where the default has a source, names it */
};

/* Tables of a list, one behind the other. In a scenario the values without keys of an entry are
 * those of its first parameters: { "9h", "400/s" } is { at = "9h", rate = "400/s" }. */
struct entries {
  uint32_t n;
  const void *entry;
};

#define REF_NONE UINT32_MAX

struct refs {
  uint32_t n;
  const uint32_t *id;
};

/* Where each operation goes; sorted by operation, each once. */
struct routes {
  uint32_t n;
  const struct op_route {
    int op;
    uint32_t to;
  } * route;
};

/* Numbers by component; sorted by component, each once. */
struct weights {
  uint32_t n;
  const struct component_weight {
    uint32_t of;
    double weight;
  } * weight;
};

struct profile;

/* A rate and what it was told for: of "100/min" a minute. */
struct pace_rate {
  double per_s;
  uint64_t unit_ns;              /* 0: the points of a profile are told for several times */
  const struct profile *profile; /* a rate that changes by the clock; NULL: per_s */
};

/* Rates by tier of users; sorted by tier, each once. */
struct tier_rates {
  uint32_t n;
  const struct tier_rate {
    uint8_t tier; /* index into spec.tier */
    struct pace_rate rate;
  } * rate;
};

enum arrivals_kind {
  ARRIVALS_POISSON,
  ARRIVALS_CONSTANT,
  ARRIVALS_CLOSED,
  ARRIVALS_BURSTS, /* `size` requests at each arrival of a Poisson process */
  ARRIVALS_BURST,  /* `size` requests at `at_ns`, once */
  ARRIVALS_MMPP,   /* Poisson, at a rate that jumps between phases */
  ARRIVALS_TRACE,  /* as they were recorded */
};

struct mmpp_phase {
  double rate_per_s;
  const struct profile *profile; /* a rate that changes by the clock; NULL: rate_per_s */
  double mean_ns;                /* of the time it lasts, which is exponential */
};

struct arrival_trace;

struct arrivals {
  enum arrivals_kind kind;
  double rate_per_s;                 /* open: of arrivals; void where there is a profile */
  const struct profile *profile;     /* a rate that changes by the clock; NULL: rate_per_s */
  const struct arrival_trace *trace; /* ARRIVALS_TRACE; else NULL */
  uint64_t size;                     /* bursts, burst */
  bool geometric;                    /* bursts: `size` is the mean of a geometric law from 1 */
  uint64_t at_ns;                    /* burst */
  uint32_t phases;                   /* mmpp: one follows the other, the first the last */
  const struct mmpp_phase *phase;
  uint64_t users;              /* closed: the most at any time */
  const struct profile *crowd; /* closed: how many there are, if that changes; or NULL */
  struct dist think;           /* closed, ns: pause between a reply and the user's next request */
};

struct mix_part {
  uint8_t op;   /* index into spec.op, or of tiers into spec.tier */
  double share; /* the shares of a mix add up to 1 */
};

struct mix {
  uint32_t n; /* 0: the one operation called "default" */
  const struct mix_part *part;
};

/* What a user does, one after the other: requests, and pauses between them. */
struct journey_step {
  bool is_pause;
  bool optional;     /* if the request fails, the journey goes on and may still succeed */
  uint8_t op;        /* of the request: index into spec.op */
  uint64_t times;    /* so often, */
  bool geometric;    /* or so often on average, 1 or more */
  struct dist pause; /* ns: the pause, or the one between two of `times` */
};

struct journey {
  uint32_t n; /* 0: requests have nothing to do with each other */
  const struct journey_step *step;
  struct mix ops;  /* shares of its requests, where all are made */
  double requests; /* how many those are, on average */
  double pause_ns; /* of all pauses together, on average */
};

enum keys_kind { KEYS_NONE, KEYS_UNIFORM, KEYS_ZIPF };

struct keys {
  enum keys_kind kind;
  uint64_t n; /* 1 .. 2^32 - 1 */
  double s;
};

/* Recorded requests, by time; what was not recorded is NULL or without entries. `profile` of the
 * arrivals that have it is the rate that it makes, for checks that run nothing. */
struct arrival_trace {
  uint64_t rows;          /* at least 1 */
  const uint64_t *at_ns;  /* from the beginning of the run; never falls */
  uint64_t every_ns;      /* begins again; 0: once */
  struct mix ops;         /* the operations that occur, with their shares */
  const uint8_t *op;      /* index into spec.op */
  const uint32_t *item;   /* data key; 0: none */
  struct keys users;      /* how many there are */
  const uint32_t *user;   /* 1 .. users.n */
  const uint64_t *answer; /* bytes */
};

/* How much something holds: things or bytes. */
struct room {
  uint64_t n; /* PARAM_UNLIMITED: no limit */
  bool in_bytes;
};

/* What becomes of writes that come through a cache. */
enum write_policy { WRITE_AROUND, WRITE_THROUGH, WRITE_BACK };

struct writes {
  uint32_t policy;   /* enum write_policy */
  uint64_t flush_ns; /* back: what is kept is written so often */
};

/* How the data keys are divided among shards. */
enum sharding_rule { SHARDS_UNSAID, SHARDS_HASH, SHARDS_RANGE, SHARDS_RING };

struct sharding {
  uint32_t rule;   /* enum sharding_rule */
  uint64_t points; /* ring: of each shard */
};

/* A time to live, drawn between ns * (1 - jitter) and ns * (1 + jitter). */
struct ttl {
  uint64_t ns; /* PARAM_UNLIMITED: for good */
  double jitter;
};

/* See retry_budget.h. */
enum budget_rule { BUDGET_NONE, BUDGET_SHARE, BUDGET_PER_SUCCESS };

struct budget {
  enum budget_rule rule;
  double share, per_success, burst;
};

/* A time, or a quantile of the times measured so far. */
struct after {
  uint64_t ns;
  double quantile; /* 0.95; 0: `ns` is meant */
};

/* The last so many calls, or the last so long a time; one of both is 0. */
struct window {
  uint64_t calls, ns;
};

/* See concurrency.h. */
enum concurrency_rule { CONCURRENCY_FIXED, CONCURRENCY_AIMD, CONCURRENCY_GRADIENT };

struct concurrency_config {
  enum concurrency_rule rule;
  uint64_t start, least, most;
  double shrink;                      /* aimd */
  uint64_t slow_ns;                   /* aimd: a longer answer counts as a failure */
  double queue, smoothing, tolerance; /* gradient */
};

/* See pace.h. */
enum slows_rule { SLOWS_NONE, SLOWS_USL, SLOWS_CURVE };

struct slows {
  enum slows_rule rule;
  double sigma, kappa;   /* usl */
  struct entries points; /* curve: struct slows_point, by rising `busy` */
};

struct slows_point {
  double busy, factor;
};

/* What something costs, in any currency; see price.h. */
struct price {
  double per_s;                       /* of a member that is there */
  double per_call, per_100ms, per_gb; /* of what is used */
};

#define PRIORITY_NONE 255u /* no operation, or no tier, of that name */

struct priorities {
  uint32_t n; /* 0: all equal */
  /* From the first served to the last; what is not named comes after them. A name may be that of an
   * operation, of a tier or of a component, or of several of these. */
  const uint8_t *ops, *tiers;
  const uint32_t *components; /* REF_NONE: it is not one; spec.components: one that is left out */
  const char *const *name;
};

#endif

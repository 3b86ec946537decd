/* The words of the scenario language beside the names of kinds.
 *
 * Those with a meaning of their own have a row here; steps of handlers (steps/step.h), what
 * faults do (fault_def.h) and what controls do (action_def.h) have lists of their own. The
 * vocabulary, did-you-mean, `archsim describe` and the editor's annotations see all of them through
 * word_at. What a word means is decided where its value is used: `constant` and `uniform` are
 * distributions, arrivals or keys by context. */
#ifndef WORDS_H
#define WORDS_H

#include "metric.h"
#include "spec.h"
#include "word.h"

enum word_id {
  /* Blocks of a scenario. */
  WORD_ALLOW,
  WORD_FAULT,
  WORD_GOAL,
  WORD_INCLUDE,
  WORD_DEFINE,
  WORD_PARAM,
  WORD_PATH,
  WORD_REGION,
  WORD_RUN,
  WORD_SWEEP,
  /* Distributions, arrivals, keys, pauses. */
  WORD_CONSTANT,
  WORD_EMPIRICAL,
  WORD_ERLANG,
  WORD_EXPONENTIAL,
  WORD_GAMMA,
  WORD_HYPEREXPONENTIAL,
  WORD_LOGNORMAL,
  WORD_MIXTURE,
  WORD_NORMAL,
  WORD_PARETO,
  WORD_SHIFTED,
  WORD_UNIFORM,
  WORD_WEIBULL,
  WORD_BURST,
  WORD_BURSTS,
  WORD_CLOSED,
  WORD_GEOMETRIC,
  WORD_MMPP,
  WORD_PAUSE,
  WORD_POISSON,
  WORD_PROFILE,
  WORD_REQUEST,
  WORD_TRACE,
  WORD_UNIFORM_KEYS,
  WORD_ZIPF,
  WORD_PHI,
  WORD_MISSED,
  WORD_TIMEOUT,
  WORD_ON_DEMAND,
  WORD_AIMD,
  WORD_BACK,
  WORD_CONSISTENT_HASH,
  WORD_GRADIENT,
  WORD_USL,
  WORD_CURVE,
  WORDS,
  WORD_KIND = WORDS, /* the name of a registered kind */
  WORD_STEP,         /* a step of a handler */
  WORD_HARM,         /* what a fault does */
  WORD_ACTION,       /* what a control does */
  WORD_COMPOSED,     /* the name of a kind composed in Lua */
};

extern const struct word_def word_defs[WORDS];

/* Every word, number 0, 1 .. until NULL: those of the table, then steps, actions and faults. */
const struct word_def *word_at(uint32_t i);

/* Of struct on_demand. */
extern const struct param on_demand_params[];

/* Keys that every component has beside those of its kind; `zone` is parsed by hand. */
extern const struct param common_params[];

/* What `common_params` and the blocks' tables fill in. */
struct common_config {
  uint64_t instances;
  struct dist start;
  uint64_t drain_ns;
  struct price price;
  uint64_t sessions;
  bool only_if;
};

struct run_config {
  uint64_t duration_ns, replications, seed, warmup_ns; /* warmup: parsed by hand */
  uint64_t max_replications;                           /* 0: not given */
  double precision;                                    /* 0: not given */
  bool antithetic;
};

enum transport { TRANSPORT_MESSAGES, TRANSPORT_TCP };

struct path_config {
  struct dist latency, jitter;
  double metres, bits_per_s, loss;
  struct reorder_config {
    bool given;
    double share;
    uint64_t by_ns;
  } reorder;
  uint64_t hops, processing_ns, packet, overhead, buffer;
  bool one_way;
  uint32_t transport; /* enum transport */
  struct connect_config connect;
  struct price price;
  const char *from, *to;
};
extern const struct param path_params[];

struct allow_config {
  const char *from, *to;
  struct priorities op;
  bool drop;
};
extern const struct param allow_params[];

struct goal_config {
  const char *during, *recovers, *after;
  uint64_t within_ns;
};

struct fault_config {
  const char *name;
  uint64_t at_ns; /* PARAM_UNLIMITED: not given */
  struct dist lasts, mttf, mttr;
  uint64_t crews; /* 0: not given */
  const char *team;
  uint64_t rank;
};

#endif

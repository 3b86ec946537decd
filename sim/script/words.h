/* The words of the scenario language beside the names of kinds: one row each.
 *
 * The vocabulary, did-you-mean, `archsim describe` and the editor's annotations all read this
 * table. What a word means is decided where its value is used: `constant` and `uniform` are
 * distributions, arrivals or keys by context. */
#ifndef WORDS_H
#define WORDS_H

#include "metric.h"
#include "param.h"

enum word_id {
  /* Blocks of a scenario. */
  WORD_FAULT,
  WORD_GOAL,
  WORD_INCLUDE,
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
  WORD_CLOSED,
  WORD_POISSON,
  WORD_UNIFORM_KEYS,
  WORD_ZIPF,
  /* Steps of a handler. */
  WORD_BRANCH,
  WORD_CALL,
  WORD_FAIL,
  WORD_PARALLEL,
  WORD_REPLY,
  WORD_SLEEP,
  WORD_WORK,
  /* What a fault does. */
  WORD_CRASH,
  WORD_DROP,
  WORD_ERROR,
  WORD_HANG,
  WORD_PARTITION,
  WORD_SLOW,
  WORDS,
  WORD_KIND = WORDS, /* the name of a registered kind */
};

enum word_role { ROLE_BLOCK, ROLE_VALUE, ROLE_STEP, ROLE_FAULT };

struct word_def {
  const char *name;
  enum word_role role;
  bool bare;                  /* may be called without a value: fail() */
  const char *usage;          /* forms, one a line */
  const char *doc;            /* one sentence or two */
  const struct param *params; /* keys of its table where a parameter table describes them */
};

extern const struct word_def word_defs[WORDS];

/* Keys that every component has beside those of its kind; `zone` is parsed by hand. */
extern const struct param common_params[];

/* What `common_params` and the blocks' tables fill in. */
struct common_config {
  uint64_t instances;
};

struct run_config {
  uint64_t duration_ns, replications, seed, warmup_ns; /* warmup: parsed by hand */
  uint64_t max_replications;                           /* 0: not given */
  double precision;                                    /* 0: not given */
  bool antithetic;
};

struct path_config {
  struct dist latency;
  double bits_per_s, loss;
  bool one_way;
  const char *from, *to;
};

struct fault_config {
  const char *name;
  uint64_t at_ns; /* PARAM_UNLIMITED: not given */
  struct dist lasts, mttf, mttr;
};

/* The keys that the words for faults take beside their targets. */
struct harm_config {
  double factor, ratio;
  bool one_way;
};

#endif

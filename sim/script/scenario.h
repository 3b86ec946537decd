/* A scenario: what a user wrote in Lua, checked and turned into plain data.
 *
 * Loading runs the file in a sandbox, resolves names, parses every value against the parameter
 * tables, and checks what can be known without running: a scenario that loads can run. Everything
 * belongs to the scenario's arena. Lua is gone when loading returns. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "error.h"
#include "metric.h"
#include "spec.h"

enum goal_op { GOAL_LT, GOAL_LE, GOAL_GT, GOAL_GE, GOAL_EQ };

struct goal {
  const char *text;   /* as written, white space folded: "shop.latency.p99 < 250ms" */
  const char *metric; /* "shop.latency.p99" */
  enum goal_op op;
  double limit;          /* in the metric's stored unit: seconds, per second, ratio, count */
  enum metric_unit unit; /* of the metric */
  const char *file;      /* where it was declared; of the command line: NULL, 0 */
  int line;
};

enum value_type { VALUE_TEXT, VALUE_BOOLEAN, VALUE_NUMBER, VALUE_WHOLE };

const char *goal_op_text(enum goal_op op); /* "<" */

/* A `param { "rate", "900/s", doc = "offered load" }`, which -s may override. */
struct scenario_param {
  const char *name;
  const char *value;    /* the one used, as text */
  const char *fallback; /* the one in the file */
  const char *doc;      /* or "" */
  enum value_type type; /* of the default */
  const char *file;     /* where it was declared; NULL, 0: nowhere that is known */
  int line;
  bool unread; /* the file that declares it never uses it */
};

struct run_settings {
  uint64_t duration_ns; /* simulated time of a replication, warm-up included */
  bool warmup_auto;
  uint64_t warmup_ns; /* when not auto */
  uint32_t replications;
  double precision;          /* relative half width up to which replications are added; 0: none */
  uint32_t max_replications; /* with a precision */
  bool antithetic;           /* each replication is a pair of simulations */
  uint64_t seed;             /* 1 unless the scenario says otherwise; --seed wins */
  const char *file;          /* where it was declared; NULL, 0: nowhere */
  int line;
};

/* The content of a file that was read: the scenario, what it includes, files of values. */
struct scenario_input {
  const char *text;
  size_t length;
};

/* A parameter that means nothing because another is not said. */
struct scenario_idle {
  const char *subject, *what; /* "web", "queue means nothing without workers" */
  const char *file;
  int line;
};

struct scenario {
  struct arena *arena;
  const char *file;     /* as given on the command line */
  const char *name;     /* file name without folder and ".lua" */
  const char *question; /* first comment block of the file without "--", or "" */
  struct spec spec;
  uint32_t goals;
  const struct goal *goal;
  uint32_t params;
  const struct scenario_param *param; /* in order of declaration */
  struct run_settings run;
  uint32_t idles;
  const struct scenario_idle *idle;
  uint32_t inputs;
  bool has_sweep;                     /* there is a sweep block, which only a sweep reads */
  const struct scenario_input *input; /* in the order in which they were read */
};

struct setting { /* -s name=value */
  const char *name, *value;
};

/* What a command changes in a scenario. */
struct scenario_changes {
  uint32_t offs; /* mechanisms to leave out: see off.h */
  const char *const *off;
  uint32_t goals; /* these goals in place of the file's; 0: the file's */
  const char *const *goal;
};

/* Loads a scenario file. On a mistake: NULL and one sentence with file:line, the offending key,
 * what was expected, the nearest valid spelling, what to do. `settings` that name no parameter are
 * mistakes. */
struct scenario *scenario_load(const char *file, const struct setting *settings, uint32_t n,
                               struct error *err);

/* The same with changes; NULL: none. */
struct scenario *scenario_load_changed(const char *file, const struct setting *settings, uint32_t n,
                                       const struct scenario_changes *changes, struct error *err);
void scenario_free(struct scenario *scenario);

#endif

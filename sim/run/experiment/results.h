/* The results of an experiment: each metric's values by replication, merged, with its interval.
 *
 * Replications are added as they finish, in any order, and the results are the same for every
 * order: histograms hold whole numbers, whose sums do not depend on it, and everything with a
 * floating point is kept by replication and added up in their order at the end. The metrics are
 * sorted by name. Everything belongs to the results; results_free releases it. */
#ifndef RESULTS_H
#define RESULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "batches.h"
#include "blame.h"
#include "estimate.h"
#include "metric.h"
#include "populations.h"
#include "scenario.h"
#include "verdict.h"
#include "warmup.h"

struct result {
  const char *name;
  enum metric_merge merge;
  enum metric_unit unit;
  bool counted;      /* see metric_counted */
  double share_of_s; /* see metric_downtime */
  double q;          /* METRIC_QUANTILE */
  struct estimate estimate;
  uint32_t number;           /* in the order in which the models emit it */
  const double *replication; /* one value a replication, NaN where undefined */
  const struct hist *hist;   /* METRIC_QUANTILE: of all replications together; else NULL */
  /* Of a latency, failed requests count as endless in what follows (metric_value_of_all); of all
   * else it is the same. Goals, comparisons and gates judge this. */
  struct estimate judged;
  const double *judged_replication;
  double failed;       /* share of the requests that a latency leaves out; 0 of all else */
  const char *endless; /* what these are, "that failed"; NULL of all else */
  /* Shares of the requests sent that are in neither, see unfinished.h: of the estimate, and of what
   * is judged. */
  double unfinished, unjudged;
  /* Of a quantile with too few samples beyond it for an interval: its lower end; else NaN. */
  double at_least;
  /* Of a quantile whose interval rests on too few independent busy spells to hold: about how many
   * these are, at least 1; else 0. */
  double few_spells;
  struct populations populations; /* of what people look at first; none of all else */
};

struct goal_result {
  const struct goal *goal;
  struct estimate estimate;
  enum verdict verdict;
  double failed; /* of a latency: the share of requests that failed, which counts as endless */
  const char *endless; /* as that of its metric, and the next */
  double unjudged;
  const char *reason; /* why it fails or is undecided, if not for the value alone; else NULL */
};

struct check_result {
  const char *name;
  bool pass;      /* in every replication */
  uint32_t fails; /* in how many it did not */
  uint32_t
      shown_from; /* the replication (1..) from which `detail` is: the first failing one, or 1 */
  const char *detail;
};

/* How narrow the intervals were to become, and how narrow they are (precision.h). */
struct precision {
  double wanted;      /* 0: nothing was asked for */
  double reached;     /* relative half width of the metric that is farthest from it */
  double excess;      /* how many times too large it is; at most 1: all is well */
  const char *metric; /* which one; NULL: none needed a look */
  bool met;
};

/* Where lo and hi come from. */
enum interval_source { INTERVAL_REPLICATIONS, INTERVAL_BATCH_MEANS };

struct sim;
struct timeline;
struct trace_keep;
struct key_history;

struct results {
  struct arena *arena;
  const struct scenario *scenario; /* NULL in tests */
  uint64_t seed;
  uint32_t replications;
  uint64_t duration_ns; /* of one replication, warm-up included */
  struct warmup warmup;
  struct precision precision;
  enum interval_source interval;
  uint64_t events, fingerprint;
  double wall_s; /* the only field that differs between two runs of the same experiment */
  uint32_t n;
  struct result *list;
  uint32_t goals, checks, warnings;
  bool finished;
  struct goal_result *goal;
  struct check_result *check;
  uint32_t blames;
  struct blame *blame;       /* by component; NULL in tests */
  struct timeline *timeline; /* of replication 1; NULL: not wanted */
  struct trace_keep *traces; /* or NULL */
  struct key_history *keys;  /* or NULL */
  const char **warning;      /* sentences about how far the numbers can be trusted */
  struct merging *merging;
};

/* For the replications 0 .. `replications` - 1. */
void results_begin(struct results *results, uint32_t replications);

/* Makes room for more of them, `replications` in all. What results_finish makes of them is the same
 * as if this number had been given to results_begin. */
void results_grow(struct results *results, uint32_t replications);

/* Takes over what replication `index` (0-based) measured. Not thread-safe: the caller locks. */
void results_add(struct results *results, uint32_t index, const struct metrics *metrics,
                 const struct check *checks, uint32_t n_checks, uint64_t events,
                 uint64_t fingerprint);

/* So many followed requests of a client are kept. */
#define FOLLOWED_MOST 16384u

/* Takes over the followed requests of one more replication, of all components. */
void results_add_blame(struct results *results, const struct sim *sim);

/* Of a single replication: takes over what its batches measured, from which intervals are made. */
void results_take_batches(struct results *results, struct batches *batches);

/* How alike the neighbouring batches of a metric are (batch_means.h); NaN without batches. */
double results_batch_correlation(const struct results *results, const struct result *result);

/* Of a quantile: how many independent busy spells lie behind what is beyond it (tails_spells). */
double results_spells(const struct results *results, const struct result *result);

/* Of a quantile: which requests carry half of the sum of the latencies or of their squares
 * (tails_carriers). */
struct tail_carriers;
bool results_carriers(const struct results *results, const struct result *result, int power,
                      struct tail_carriers *carriers);

/* How many calls were in flight, on average, early and late in the measured time of a replication:
 * what tells whether it had settled (warmup.h). */
void results_add_levels(struct results *results, uint32_t index, struct warmup_levels levels);

/* What these levels say about the warm-up, over all replications. */
struct warmup_drift results_drift(const struct results *results);

/* The estimate of one metric when all replications that there is room for were added. */
struct estimate results_so_far(const struct results *results, const struct result *result);

/* After all replications were added: estimates, checks, fingerprint. */
void results_finish(struct results *results);

/* After results_finish: the verdicts on the scenario's goals (judge.c). */
void results_judge(struct results *results, const struct goal *goal, uint32_t goals);

void results_warn(struct results *results, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The metric of that name, or NULL. Slow before results_finish, which sorts them. */
const struct result *results_find(const struct results *results, const char *name);

/* Its value, or NaN. */
double results_value(const struct results *results, const char *name);

/* The metric "<component>.<metric>", or NULL; and its value, or NaN. */
const struct result *results_find_of(const struct results *results, const char *component,
                                     const char *metric);
double results_value_of(const struct results *results, const char *component, const char *metric);

/* Where the judged quantile lies as far as latencies that are alike are kept apart
 * (hist_quantile_span), in seconds; NaN of what is not a quantile. */
void result_span(const struct result *result, double *least, double *most);

/* How many samples lie beyond the quantile that a METRIC_QUANTILE reports. */
double result_samples_beyond(const struct result *result);
#define FEW_SAMPLES 100

/* The worst verdict of all goals; a pass where there are none. */
enum verdict results_verdict(const struct results *results);

/* True if each goal, and if each check passed. An undecided goal is not met. */
bool results_goals_met(const struct results *results);
bool results_checks_passed(const struct results *results);

void results_free(struct results *results);

#endif

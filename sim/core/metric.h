/* Results of one replication, by name.
 *
 * A metric is a quotient `num / den` or a statistic of a histogram, so that replications merge
 * without loss: quotients by adding both parts, quantiles and deviations by merging the histograms,
 * extremes by taking the extreme. Every replication of one scenario emits the same names in the
 * same order. */
#ifndef METRIC_H
#define METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hist.h"

enum metric_merge {
  METRIC_QUOTIENT,  /* num / den; den = 1 in each replication makes it an average of counts */
  METRIC_MAX,       /* largest num */
  METRIC_MIN,       /* smallest num */
  METRIC_QUANTILE,  /* quantile q of hist, in seconds (hist holds ns) */
  METRIC_DEVIATION, /* standard deviation of hist, in seconds */
};

static inline bool metric_is_of_hist(enum metric_merge merge) {
  return merge == METRIC_QUANTILE || merge == METRIC_DEVIATION;
}

/* The units in which a metric is stored and printed in JSON. A chance is an expected number that is
 * a probability where it is small, and may be as small as one likes. */
enum metric_unit {
  UNIT_SECONDS,
  UNIT_PER_SECOND,
  UNIT_RATIO,
  UNIT_COUNT,
  UNIT_MONEY,
  UNIT_CHANCE,
  UNIT_BYTES,
};

struct metric {
  const char *name; /* "shop.latency.p99"; owned by the list */
  enum metric_merge merge;
  enum metric_unit unit;
  bool counted;     /* QUOTIENT: see metric_counted */
  bool one_of_many; /* QUOTIENT: of another member each time, so that parts of a run tell nothing */
  double share_of_s; /* counted: a share of so many seconds; 0: not */
  double num, den;   /* MAX, MIN: den = 0 means there was nothing */
  struct hist *hist; /* QUANTILE, DEVIATION: owned by the simulation the list came from */
  double q;
  double answered, failed; /* of a latency: the requests that it is of, and those that failed */
};

struct percentile_spec;

struct metrics {
  bool unnamed;         /* by who collects: names are not wanted, only values, in their order */
  uint32_t percentiles; /* by sim_collect: those that are wanted beside the usual ones */
  const struct percentile_spec *percentile;
  uint32_t n, capacity;
  struct metric *list;
};

void metrics_free(struct metrics *metrics);

/* Before the simulation that they came from is freed: names, units and sorts stay. */
void metrics_forget(struct metrics *metrics);

/* The metric of that name, or NULL. */
const struct metric *metrics_find(const struct metrics *metrics, const char *name);

/* The printf-style name comes last. */
void metric_quotient(struct metrics *m, enum metric_unit unit, double num, double den,
                     const char *name, ...) __attribute__((format(printf, 5, 6)));
/* A quotient whose numerator counts things one by one: of `of` trials (a ratio), in `of` seconds (a
 * rate) or in a replication (1). Such a number is never surer than its count, however alike the
 * replications are (counted.h). */
void metric_counted(struct metrics *m, enum metric_unit unit, double count, double of,
                    const char *name, ...) __attribute__((format(printf, 5, 6)));
/* The share `failed` of `ended`, in seconds of a year. */
#define YEAR_S (365.0 * 86400)
void metric_downtime(struct metrics *m, double failed, double ended, const char *name, ...)
    __attribute__((format(printf, 4, 5)));
void metric_extreme(struct metrics *m, enum metric_merge which, enum metric_unit unit, bool any,
                    double value, const char *name, ...) __attribute__((format(printf, 6, 7)));
void metric_quantile(struct metrics *m, struct hist *hist, double q, const char *name, ...)
    __attribute__((format(printf, 4, 5)));

/* "<name>.latency.mean", min, max, p50 .. p9999 and sd: of the requests that were answered, beside
 * which `failed` were not. */
void metric_latencies(struct metrics *m, struct hist *latency, double failed, const char *name);

void metric_deviation(struct metrics *m, struct hist *hist, const char *name, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts the histograms in order, before several of their quantiles are asked for. */
void metrics_settle(struct metrics *m);

/* Value of one metric of one replication; NaN where it is undefined (0 / 0, an empty histogram). */
double metric_value(const struct metric *metric);

/* Up to this share, requests that failed change nothing about what is said of the others. Above it,
 * a mean latency over all counts as endless, and none is told without the share it leaves out. */
#define FAILED_NEGLIGIBLE 0.001

/* The same over all requests, a failed one counting as endless: what goals and comparisons judge. A
 * quantile q is the answered ones' quantile q / (1 - share that failed), and INFINITY beyond. The
 * largest is INFINITY where one failed, the mean where more than FAILED_NEGLIGIBLE did. */
double metric_value_of_all(const struct metric *metric);

/* Definition of a metric that a kind emits, for `describe`, the manual and goal checking. */
struct metric_def {
  const char *name; /* what follows "<component>." */
  const char *unit;
  const char *doc;
};

/* The metrics of every component and member, ended by a name of NULL. */
extern const struct metric_def common_metrics[];

/* Of them, those that have a value only where a kind has workers and a queue (kind->station). */
bool metric_of_station(const char *name);

/* Those of every component whose members send each other messages. */
extern const struct metric_def message_metrics[];

/* Those of paths, behind "path.". */
extern const struct metric_def path_metrics[];

/* The outcome of a physics check that the engine made on its own run. */
struct check {
  char name[96]; /* "little:web" */
  bool pass;
  char detail[256];
};

#endif

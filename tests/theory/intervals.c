/* How often 95 % intervals cover the truth on systems that are not a quiet queue: a busy server,
 * one that seldom fails, one that is whole or broken for a whole replication, a closed one, a
 * cache, and replications that are far too short for their quantiles. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binomial.h"
#include "trials.h"

enum { METRICS = 4 };

/* Between 93 and 97 of 100, or as far as so many experiments can tell. Counted shares are never
 * surer than their count, so that their intervals cover a little more, and clearly more where
 * hardly anything happens: whole numbers leave no other choice, and there is no upper bound
 * (`counted`); nor for ranks of pooled values, which are rounded outwards. An interval that is not
 * given claims nothing: `given` is the least share of the experiments that have one. Of `doubted`
 * ones the promise is that an interval that misses the truth comes with a warning. */
struct setup {
  const char *name, *file;
  struct setting setting[4];
  uint32_t settings, replications, trials;
  bool quick;
  const char *metric[METRICS];
  double truth[METRICS];
  double given;
  bool counted, doubted;
};

/* Where a system is up from the start and ends for good after exp(30 s): the mean availability of
 * the eleventh second. */
static double broken_availability(void) {
  return exp(-10.0 / 30) * 30 * (1 - exp(-1.0 / 30));
}

/* A mean that needs no warning gets one in so many experiments at most. */
#define NEEDLESS_MOST 0.03

static void study_one(struct study *study, const struct setup *setup) {
  char file[1024];
  struct error err;
  snprintf(file, sizeof file, "%s/scenarios/%s.lua", study->dir, setup->file);
  struct scenario *s = scenario_load(file, setup->setting, setup->settings, &err);
  if (s == NULL) {
    fprintf(stderr, "%s\n", err.text);
    exit(2);
  }
  uint32_t metrics = 0, trials = study->quick ? setup->trials / 5 : setup->trials;
  while (metrics < METRICS && setup->metric[metrics] != NULL) metrics++;
  struct series series = {.scenario = s,
                          .how = {.replications = setup->replications},
                          .metric = setup->metric,
                          .truth = setup->truth,
                          .metrics = metrics,
                          .trials = trials};
  trials_cover(&series);
  for (uint32_t m = 0; m < metrics; m++) {
    uint64_t given = series.expected[m];
    struct band band = binomial_band(given > 0 ? given : 1, 0.95, COVERAGE_ALPHA);
    if ((double)given < setup->given * trials) {
      study_find(study, "-", given, 1, (double)given / trials, setup->given, 1,
                 "share of experiments with an interval, %s: %s", setup->name, setup->metric[m]);
      continue;
    }
    uint64_t doubted = series.doubted[m];
    if (strstr(setup->metric[m], ".latency.mean") != NULL && !setup->doubted) {
      study_find(study, "-", given, 0, (double)doubted / (double)given, 0, NEEDLESS_MOST,
                 "warnings of few spells where there are none, %s: %s", setup->name,
                 setup->metric[m]);
    }
    if (setup->doubted) {
      study_find(study, "-", given, 1, (double)series.honest[m] / (double)given, 0.95, 1,
                 "coverage %.3f, or a warning, %s: %s", (double)series.covered[m] / (double)given,
                 setup->name, setup->metric[m]);
      continue;
    }
    if (strstr(setup->metric[m], ".latency.p99") != NULL && doubted > 0) {
      study_find(study, "-", given, 1, (double)series.honest[m] / (double)given, 0.95, 1,
                 "coverage, or a warning, %s: %s", setup->name, setup->metric[m]);
    }
    double most = fmax(band.high, PROMISED_MOST);
    study_find(study, "-", given, 0.95, (double)series.covered[m] / (double)given,
               fmin(band.low, 0.93), setup->counted ? 1 : most, "coverage, %s: %s", setup->name,
               setup->metric[m]);
  }
  trials_forget(&series);
  scenario_free(s);
}

/* The p99 of the time that a machine is out of order, of ten with one crew: one that fails finds k
 * of the nine others there as often as they are there by themselves, and waits for k + 1 repairs.
 */
static double repair_p99(void) {
  double there[10] = {1}, sum = 1, low = 0, high = 1000;
  for (int k = 1; k < 10; k++) sum += there[k] = there[k - 1] * (10 - k) * 0.08;
  while (high - low > 1e-9) {
    double t = (low + high) / 2, poisson = exp(-t), left = 1, beyond = 0;
    for (int k = 0; k < 10; k++) {
      beyond += there[k] / sum * (1 - (left -= poisson));
      poisson *= t / (k + 1);
    }
    *(beyond > 0.01 ? &low : &high) = t;
  }
  return 8 * 3600 * low;
}

/* p99 of a queue that is seldom empty, or of machines that wait for repair. */
static void study_quantiles(struct study *study) {
  static const struct {
    const char *what, *file, *rate, *duration, *warmup;
    double load; /* 0: machines */
    uint32_t replications, trials;
    bool doubted;
  } rows[] = {
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 5,
       1000, true},
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 6,
       1000, false},
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 8,
       1000, false},
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 9,
       1000, false},
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 10,
       1000, false},
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 12,
       3000, false},
      {"M/M/1 at 0.9, %u replications of 4,500 requests", "mmc", "90/s", "110s", "60s", 0.9, 20,
       1000, false},
      {"M/M/1 at 0.7, %u replications of 4,500 requests", "mmc", "70/s", "80s", "16s", 0.7, 5, 1000,
       false},
      {"M/M/1 at 0.7, %u replications of 4,500 requests", "mmc", "70/s", "80s", "16s", 0.7, 9, 1000,
       false},
      {"M/M/1 at 0.7, %u replications of 4,500 requests", "mmc", "70/s", "80s", "16s", 0.7, 20, 500,
       false},
      {"M/M/1 at 0.95, %u replications of 30,000 requests", "mmc", "95/s", "632s", "316s", 0.95, 12,
       200, false},
      {"ten machines, %u replications of 3,200 repairs", "repairmen", NULL, "35000h", NULL, 0, 9,
       1000, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char name[80];
    bool machines = rows[i].load == 0;
    snprintf(name, sizeof name, rows[i].what, rows[i].replications);
    struct setup setup = {.name = name,
                          .file = rows[i].file,
                          .setting = {{"duration", rows[i].duration},
                                      {"rate", rows[i].rate},
                                      {"warmup", rows[i].warmup}},
                          .settings = machines ? 1 : 3,
                          .replications = rows[i].replications,
                          .trials = rows[i].trials,
                          .metric = {machines ? "machines.latency.p99" : "c.latency.p99"},
                          .truth = {machines ? repair_p99() : 0.01 * log(100) / (1 - rows[i].load)},
                          .given = 1,
                          .doubted = rows[i].doubted};
    if (study->only == NULL || strstr(name, study->only) != NULL) study_one(study, &setup);
  }
}

void study_intervals(struct study *study) {
  const double p99 = 0.01 * log(100), p999 = 0.01 * log(1000), p95 = 0.01 * log(20);
  const struct setup setups[] = {
      {"M/M/1 at 0.9, 10 replications of 18,000 requests",
       "mmc",
       {{"rate", "90/s"}, {"duration", "260s"}, {"warmup", "60s"}},
       3,
       10,
       800,
       false,
       {"c.latency.mean", "c.latency.p99", "s.wait.probability", "s.utilization"},
       {0.1, 10 * p99, 0.9, 0.9},
       1,
       false,
       false},
      {"M/M/1 at 0.9, 5 replications of 1,000 requests",
       "mmc",
       {{"rate", "90/s"}, {"duration", "71s"}, {"warmup", "60s"}},
       3,
       5,
       600,
       false,
       {"c.latency.p50", "c.latency.p90"},
       {0.1 * log(2), 0.1 * log(10)},
       1,
       false,
       false},
      {"M/G/1 at 0.8, lognormal of cv2 43, 10 replications of 16,000 requests",
       "mg1",
       {{"law", "lognormal43"}, {"duration", "400s"}, {"warmup", "200s"}},
       3,
       10,
       400,
       true,
       {"c.latency.mean"},
       {0.01 * (1 + 0.8 * 44 / 2 / 0.2)},
       1,
       false,
       true},
      {"M/G/1 at 0.5, lognormal of cv2 43, 10 replications of 20,000 requests",
       "mg1",
       {{"law", "lognormal43"}, {"rate", "50/s"}, {"duration", "600s"}, {"warmup", "200s"}},
       4,
       10,
       400,
       false,
       {"c.latency.mean"},
       {0.01 * (1 + 0.5 * 44 / 2 / 0.5)},
       1,
       false,
       true},
      {"M/G/1 at 0.8, lognormal of cv2 10, 10 replications of 16,000 requests",
       "mg1",
       {{"law", "lognormal10"}, {"duration", "400s"}, {"warmup", "200s"}},
       3,
       10,
       400,
       false,
       {"c.latency.mean"},
       {0.01 * (1 + 0.8 * 11 / 2 / 0.2)},
       1,
       false,
       true},
      {"one in 10,000 fails, 10 replications of 1,000 requests",
       "rare",
       {{0}},
       0,
       10,
       1000,
       true,
       {"c.availability", "c.errors.failed", "c.goodput"},
       {0.9999, 0.1, 99.99},
       1,
       true,
       false},
      {"one in 10,000 fails, 100 replications of 1,000 requests",
       "rare",
       {{0}},
       0,
       100,
       200,
       false,
       {"c.availability", "c.errors.failed", "c.goodput"},
       {0.9999, 0.1, 99.99},
       1,
       true,
       false},
      {"whole or broken, 30 replications",
       "broken",
       {{0}},
       0,
       30,
       1000,
       true,
       {"c.availability"},
       {broken_availability()},
       1,
       false,
       false},
      {"closed, 20 users, 10 replications of 2,900 requests",
       "closed",
       {{"users", "20"}, {"duration", "220s"}, {"warmup", "20s"}},
       3,
       10,
       300,
       false,
       {"c.throughput", "c.latency.mean"},
       {14.5035, 0.37898},
       1,
       false,
       false},
      {"cache of 2 of 5 keys, 10 replications of 1,000 reads",
       "cache",
       {{"n", "5"}, {"capacity", "2"}, {"duration", "2s"}, {"warmup", "1s"}},
       4,
       10,
       1000,
       true,
       {"cache.hit_ratio"},
       {0.518885},
       1,
       true,
       false},
      {"1000 replications of 20 requests",
       "short",
       {{"n", "20"}},
       1,
       1000,
       200,
       false,
       {"c.latency.mean", "c.latency.p95", "c.latency.p99", "c.latency.p999"},
       {0.01, p95, p99, p999},
       0.99,
       true,
       false},
      {"20 replications of 200 requests",
       "short",
       {{"n", "200"}},
       1,
       20,
       1000,
       true,
       {"c.latency.mean", "c.latency.p95", "c.latency.p99", "c.latency.p999"},
       {0.01, p95, p99, p999},
       0.5,
       true,
       false},
  };
  for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
    if (study->only != NULL && strstr(setups[i].name, study->only) == NULL) continue;
    if (!study->quick || setups[i].quick) study_one(study, &setups[i]);
  }
  if (!study->quick) study_quantiles(study);
}

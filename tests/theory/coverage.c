/* Whether 95 % intervals cover the truth in 95 of 100 experiments, and order statistics theirs. */
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "binomial.h"
#include "findings.h"
#include "sim.h"
#include "trace.h"
#include "trials.h"

/* --- coverage of 95 % intervals over replications ------------------------------------------- */

static const char *const promised[] = {"c.latency.mean", "c.latency.p99", "s.utilization",
                                       "s.queue.mean", "c.throughput"};

/* That of a quantile reaches farther up, so as to cover no less where requests are few: a
 * simulation written apart from the engine, with the same rules, covers so much in 6000
 * experiments. */
#define COVERAGE_OF_QUANTILES 0.961

static void truths(double rho, double *truth) {
  truth[0] = SERVICE_S / (1 - rho);
  truth[1] = log(100) * SERVICE_S / (1 - rho);
  truth[2] = rho;
  truth[3] = rho * rho / (1 - rho);
  truth[4] = rho / SERVICE_S;
}

static void coverage_of_replications(struct study *study) {
  double truth[5];
  truths(0.7, truth);
  /* Half as long is long enough for the p99 of the quick part. */
  struct scenario *s = study_mm1(study, 0.7, study->quick ? 8000 : 16000, 500, 1);
  struct series series = {.scenario = s,
                          .how = {.replications = 10},
                          .metric = promised,
                          .truth = truth,
                          .metrics = 5,
                          .trials = study->quick ? 250 : 2000};
  trials_cover(&series);
  for (uint32_t m = 0; m < series.metrics; m++) {
    bool quantile = strstr(promised[m], ".p99") != NULL;
    double expected = quantile ? COVERAGE_OF_QUANTILES : 0.95;
    struct band band = binomial_band(series.trials, expected, COVERAGE_ALPHA);
    study_find(study, "-", series.trials, expected,
               (double)series.covered[m] / (double)series.expected[m], band.low, band.high,
               "coverage, 10 replications, rho 0.7: %s", promised[m]);
  }
  trials_forget(&series);
  scenario_free(s);
}

/* A quantile with few samples beyond it in each replication has a skew law; its interval keeps its
 * promise all the same. */
static void coverage_of_few_samples(struct study *study) {
  double truth[5];
  if (study->quick) return;
  truths(0.7, truth);
  struct scenario *s = study_mm1(study, 0.7, 4000, 500, 1);
  struct series series = {.scenario = s,
                          .how = {.replications = 10},
                          .metric = promised + 1,
                          .truth = truth + 1,
                          .metrics = 1,
                          .trials = 2000};
  trials_cover(&series);
  study_find(study, "-", series.trials, 0.95, (double)series.covered[0] / series.trials, 0.93, 0.97,
             "coverage, 10 replications with 28 samples beyond it in each, rho 0.7: %s",
             promised[1]);
  trials_forget(&series);
  scenario_free(s);
}

/* Stopping when the interval is narrow costs some coverage: 90 % is demanded, which Law (9.4.1)
 * found for sequential procedures of this kind. */
static void coverage_of_precision(struct study *study) {
  double truth[5];
  if (study->quick) return;
  truths(0.7, truth);
  struct scenario *s = study_mm1(study, 0.7, 2000, 500, 1);
  struct series series = {.scenario = s,
                          .how = {.precision = 0.05},
                          .metric = promised,
                          .truth = truth,
                          .metrics = 1,
                          .trials = 1000};
  trials_cover(&series);
  study_find(study, "-", series.trials, 0.95, (double)series.covered[0] / series.trials, 0.9, 1,
             "coverage, precision 5 %%, rho 0.7, %.0f replications on average: c.latency.mean",
             (double)series.replications / series.trials);
  trials_forget(&series);
  scenario_free(s);
}

/* --- V107: coverage of batch means ---------------------------------------------------------- */

static void coverage_of_batches(struct study *study) {
  if (study->quick) return;
  static const struct {
    double rho, customers, warmup, reference;
    uint32_t trials;
    bool quantiles; /* where batches are long enough for these */
  } setups[] = {
      {0.5, 1e4, 200, 0.9413, 6000, false},  {0.8, 1e4, 1500, 0.9045, 6000, false},
      {0.8, 1e5, 1500, 0.9440, 2000, true},  {0.9, 1e4, 6000, 0.8386, 8000, false},
      {0.9, 1e5, 6000, 0.9188, 2000, false},
  };
  static const char *const metric[] = {"s.wait.mean", "s.wait.p95", "c.latency.p99"};
  for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
    double rho = setups[i].rho;
    double truth[] = {SERVICE_S * rho / (1 - rho), SERVICE_S / (1 - rho) * log(rho / 0.05),
                      SERVICE_S / (1 - rho) * log(100)};
    struct scenario *s = study_mm1(study, rho, setups[i].customers / rho, setups[i].warmup, 1);
    struct series series = {.scenario = s,
                            .how = {.replications = 1},
                            .metric = metric,
                            .truth = truth,
                            .metrics = 3,
                            .trials = setups[i].trials};
    trials_cover(&series);
    study_find(study, "V107", series.trials, setups[i].reference,
               (double)series.covered[0] / series.trials, setups[i].reference - 0.015,
               setups[i].reference + 0.015,
               "coverage, 20 batches of %.0f requests, rho %g: s.wait.mean",
               setups[i].customers / 20, rho);
    for (uint32_t m = 1; m < 3 && setups[i].quantiles; m++) {
      study_find(study, "-", series.expected[m], 0.95,
                 (double)series.covered[m] / (double)series.expected[m], 0.9, 1,
                 "coverage, 20 batches of %.0f requests, rho %g: %s", setups[i].customers / 20, rho,
                 metric[m]);
    }
    trials_forget(&series);
    scenario_free(s);
  }
}

/* --- V109: order statistics ----------------------------------------------------------------- */

/* Latencies without a queue are independent and exponential, so the ranks of V109 enclose their
 * 95 % quantile with the probability that the binomial law says. Each run has about 1000 of them;
 * the ranks are those of its own number. */
static void enclose(struct series *series, uint32_t index) {
  struct metrics metrics = {0};
  const struct run_settings *how = &series->scenario->run;
  struct sim *sim =
      sim_new(&series->scenario->spec, index, 1, how->warmup_ns, how->duration_ns, false);
  trace_limit(sim, 0);
  if (!sim_run(sim, how->duration_ns)) exit(1);
  sim_collect(sim, &metrics);
  const struct hist *hist = NULL;
  for (uint32_t i = 0; i < metrics.n; i++) {
    if (!strcmp(metrics.list[i].name, "c.latency.p95")) hist = metrics.list[i].hist;
  }
  struct ranks r = quantile_ranks(hist_count(hist), 0.95, 0.95);
  double n = (double)hist_count(hist), truth = -log(0.05) * SERVICE_S * 1e9;
  bool inside = hist_quantile(hist, ((double)r.lower - 0.5) / n) <= truth &&
                truth < hist_quantile(hist, ((double)r.upper - 0.5) / n);
  g_mutex_lock(&series->lock);
  series->covered[0] += inside;
  *(double *)(void *)series->truth += r.coverage;
  g_mutex_unlock(&series->lock);
  metrics_free(&metrics);
  sim_free(sim);
}

void study_order_statistics(struct study *study) {
  char file[1024];
  snprintf(file, sizeof file, "%s/scenarios/mmc.lua", study->dir);
  const struct setting setting[] = {
      {"rate", "100/s"}, {"workers", "100"}, {"duration", "11s"}, {"warmup", "1s"}};
  struct error err;
  struct scenario *s = scenario_load(file, setting, 4, &err);
  if (s == NULL) exit(2);
  uint64_t covered = 0;
  double expected = 0;
  struct series series = {.trial = enclose,
                          .scenario = s,
                          .truth = &expected,
                          .covered = &covered,
                          .trials = study->quick ? 2500 : 5000};
  trials_run(&series);
  expected /= series.trials;
  struct band band = binomial_band(series.trials, expected, COVERAGE_ALPHA);
  study_find(study, "V109", series.trials, expected, (double)covered / series.trials, band.low,
             band.high, "order statistics of about 1000 latencies enclose their p95");
  scenario_free(s);
}

void study_coverage(struct study *study) {
  coverage_of_replications(study);
  coverage_of_few_samples(study);
  coverage_of_precision(study);
  coverage_of_batches(study);
}

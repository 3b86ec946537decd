/* Exact variances of means, and by how much paired runs reduce them. */
#include <glib.h>
#include <math.h>

#include "findings.h"

/* --- V104: exact variances of means --------------------------------------------------------- */

/* n Var(mean of n waits) -> rho (2 + 5 rho - 4 rho^2 + rho^3) / (1 - rho)^4 (Daley 1968), and
 * T Var(mean number in system over T) -> 2 rho (1 + rho) / (1 - rho)^4 (Whitt 1989). */
void study_variances(struct study *study) {
  static const struct {
    double rho, customers, warmup, waits, number;
    uint32_t trials;
    bool quick;
  } setups[] = {
      {0.5, 4000, 200, 29, 24, 4000, true},
      {0.8, 40000, 1500, 1976, 1800, 4000, false},
      {0.9, 100000, 6000, 35901, 34200, 2000, false},
      {0.95, 200000, 20000, 607601, 592800, 1000, false},
  };
  for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
    double rho = setups[i].rho, n = setups[i].customers / (study->quick ? 2 : 1);
    if (study->quick && !setups[i].quick) continue;
    uint32_t trials = setups[i].trials;
    struct scenario *s = study_mm1(study, rho, n / rho, setups[i].warmup, 1);
    struct results r;
    study_run(s, (struct experiment_options){.replications = trials}, 1, &r);
    double *number = g_new(double, trials);
    const double *wait = results_find(&r, "s.wait.mean")->replication;
    const double *queue = results_find(&r, "s.queue.mean")->replication;
    const double *busy = results_find(&r, "s.busy.mean")->replication;
    for (uint32_t k = 0; k < trials; k++) number[k] = queue[k] + busy[k];
    double of_waits = n * study_variance(wait, trials) / (SERVICE_S * SERVICE_S);
    double of_number = n / rho * study_variance(number, trials);
    study_find(study, "V104", trials, 1, of_waits / setups[i].waits, 0.9, 1.1,
               "variance of the mean wait / theory, rho %g", rho);
    study_find(study, "V104", trials, 1, of_number / setups[i].number, 0.9, 1.1,
               "variance of the mean number in system / theory, rho %g", rho);
    g_free(number);
    results_free(&r);
    scenario_free(s);
  }
}

/* --- V112: common random numbers ------------------------------------------------------------ */

static void common_numbers(struct study *study) {
  uint32_t trials = 2000;
  if (study->quick) return;
  struct scenario *slow = study_mm1(study, 0.8, 25000, 0, 1),
                  *fast = study_mm1(study, 0.8, 25000, 0, 1.1);
  struct results a, b, other;
  study_run(slow, (struct experiment_options){.replications = trials}, 1, &a);
  study_run(fast, (struct experiment_options){.replications = trials}, 1, &b);
  study_run(fast, (struct experiment_options){.replications = trials}, 2, &other);
  double *common = g_new(double, trials), *independent = g_new(double, trials);
  for (uint32_t i = 0; i < trials; i++) {
    const char *name = "c.latency.mean";
    double base = results_find(&a, name)->replication[i];
    common[i] = (base - results_find(&b, name)->replication[i]) / SERVICE_S;
    independent[i] = (base - results_find(&other, name)->replication[i]) / SERVICE_S;
  }
  double ratio = study_variance(independent, trials) / study_variance(common, trials);
  study_find(study, "V112", trials, 1.66667, study_mean(common, trials), 1.66667 * 0.97,
             1.66667 * 1.03, "difference of two mean times in system, mu 1 and 1.1");
  study_find(study, "V112", trials, 3.8, ratio, 3.8 * 0.85, 3.8 * 1.15,
             "variance with independent / with common random numbers");
  g_free(common);
  g_free(independent);
  results_free(&a);
  results_free(&b);
  results_free(&other);
  scenario_free(slow);
  scenario_free(fast);
}

/* --- V112: antithetic pairs ----------------------------------------------------------------- */

/* The variance of the mean of two independent replications over that of an antithetic pair, both of
 * the mean time in system of the first 20000 requests from empty, at mu 1; and of the difference of
 * two such means, mu 1 and 1.1, with common random numbers. (With inversion by hand outside the
 * engine: 1.28 and 1.22 over 3000 pairs.) The reference gives one figure for both. */
static void antithetic_pairs(struct study *study) {
  uint32_t trials = 2000;
  struct results r[2][2]; /* alone or paired, mu 1 or 1.1 */
  double mean[2], difference[2];
  if (study->quick) return;
  double *d = g_new(double, trials);
  for (uint32_t paired = 0; paired < 2; paired++) {
    for (uint32_t k = 0; k < 2; k++) {
      struct scenario *s = study_mm1(study, 0.8, 25000, 0, k == 0 ? 1 : 1.1);
      s->run.antithetic = paired == 1;
      study_run(s, (struct experiment_options){.replications = trials}, 1, &r[paired][k]);
      scenario_free(s);
    }
    const double *slow = results_find(&r[paired][0], "c.latency.mean")->replication,
                 *fast = results_find(&r[paired][1], "c.latency.mean")->replication;
    for (uint32_t i = 0; i < trials; i++) d[i] = slow[i] - fast[i];
    mean[paired] = study_variance(slow, trials);
    difference[paired] = study_variance(d, trials);
    results_free(&r[paired][0]);
    results_free(&r[paired][1]);
  }
  study_find(study, "V112", trials, 1.22, mean[0] / 2 / mean[1], 1.22 * 0.85, 1.22 * 1.15,
             "variance of two replications / of an antithetic pair, mu 1");
  study_find(study, "V112", trials, 1.22, difference[0] / 2 / difference[1], 1.22 * 0.85,
             1.22 * 1.15, "the same of the difference of two means, mu 1 and 1.1");
  g_free(d);
}

void study_pairing(struct study *study) {
  common_numbers(study);
  antithetic_pairs(study);
}

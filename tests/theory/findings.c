#include "findings.h"

#include <glib.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "binomial.h"

void study_find(struct study *study, const char *id, uint64_t trials, double reference,
                double measured, double low, double high, const char *what, ...) {
  struct finding *f = &study->list[study->n++];
  va_list args;
  g_assert(study->n <= MAX_FINDINGS);
  *f = (struct finding){.id = id,
                        .trials = trials,
                        .reference = reference,
                        .measured = measured,
                        .low = low,
                        .high = high,
                        .ok = measured >= low && measured <= high};
  va_start(args, what);
  vsnprintf(f->what, sizeof f->what, what, args);
  va_end(args);
  fprintf(stderr, "%s %s: %g, accepted %g .. %g\n", id, f->what, measured, low, high);
}

struct scenario *study_mm1(const struct study *study, double rho, double measured, double warmup,
                           double speed) {
  char file[1024], rate[32], mean[32], duration[32], left_out[32];
  snprintf(file, sizeof file, "%s/scenarios/mmc.lua", study->dir);
  snprintf(rate, sizeof rate, "%.12g/s", rho / SERVICE_S);
  snprintf(mean, sizeof mean, "%.12gns", round(SERVICE_S / speed * 1e9));
  snprintf(duration, sizeof duration, "%.12gs", (measured + warmup) * SERVICE_S);
  snprintf(left_out, sizeof left_out, "%.12gs", warmup * SERVICE_S);
  const struct setting setting[] = {
      {"rate", rate}, {"mean", mean}, {"duration", duration}, {"warmup", left_out}};
  struct error err;
  struct scenario *s = scenario_load(file, setting, 4, &err);
  if (s == NULL) {
    fprintf(stderr, "%s\n", err.text);
    exit(2);
  }
  return s;
}

void study_run(const struct scenario *s, struct experiment_options options, uint64_t seed,
               struct results *results) {
  struct error err;
  options.has_seed = true;
  options.seed = seed;
  options.follows_none = true;
  if (!experiment_run(s, &options, results, &err)) {
    fprintf(stderr, "%s\n", err.text);
    exit(2);
  }
  if (!results_checks_passed(results)) {
    fprintf(stderr, "a physics check failed at seed %lu\n", (unsigned long)seed);
    exit(1);
  }
}

double study_mean(const double *value, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += value[i];
  return sum / n;
}

double study_variance(const double *value, uint32_t n) {
  double mean = study_mean(value, n), squares = 0;
  for (uint32_t i = 0; i < n; i++) squares += (value[i] - mean) * (value[i] - mean);
  return squares / (n - 1);
}

/* --- the page ------------------------------------------------------------------------------- */

bool study_report(const struct study *study, bool markdown, FILE *out) {
  uint32_t failed = 0;
  if (markdown) {
    struct band band = binomial_band(1000, 0.95, COVERAGE_ALPHA);
    fprintf(
        out,
        "\n## Statistics\n\n"
        "Each row repeats an experiment many times with the engine, on M/M/1 if no system is "
        "named, counting time\nin service times. A 95 %% interval that keeps its promise covers "
        "the truth in 95 of 100 experiments; by\nchance alone the share of 1000 experiments lies "
        "between %.3f and %.3f in 99 cases of 100 (binomial). Batch\nmeans of a busy server's "
        "short run cover less, by as much as the reference says: that is why the report\nwarns. "
        "Shares cover a little more, since they are never surer than their count, and clearly "
        "more where hardly\nanything happens; those rows, and those of ranks of pooled values, "
        "which are rounded outwards, have no upper\nbound. The goodput of requests that come like "
        "clockwork is as sure as their availability. Only experiments that give an interval "
        "count: a quantile with too few samples has none.\nThe rows of systems that are not quiet "
        "queues, from M/M/1 at 0.9 to replications of 200 requests, are measured by\nthemselves "
        "with `build/tests/theory/study tests/theory --intervals`.\n\n"
        "| case | what | experiments | reference | measured | accepted | verdict |\n"
        "|---|---|---|---|---|---|---|\n",
        band.low, band.high);
  }
  for (uint32_t i = 0; i < study->n; i++) {
    const struct finding *f = &study->list[i];
    failed += !f->ok;
    fprintf(out,
            markdown ? "| %s | %s | %lu | %.6g | %.5g | %.5g .. %.5g | %s |\n"
                     : "%-4s %-78s n %-7lu ref %-9.6g got %-9.5g accepted %.5g .. %.5g  %s\n",
            f->id, f->what, (unsigned long)f->trials, f->reference, f->measured, f->low, f->high,
            f->ok ? "ok" : "FAILED");
  }
  fprintf(out, "%s%u findings hold, %u fail.\n", markdown ? "\n" : "", study->n - failed, failed);
  return failed == 0;
}

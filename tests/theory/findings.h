/* What the studies of statistics.h share: scenarios and experiments that must succeed, and the list
 * of findings, each one number measured over many experiments with the engine and its reference. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "experiment.h"

/* Time is counted in service times (mu = 1) in the references; here one lasts 10 ms. */
#define SERVICE_S 0.01
#define COVERAGE_ALPHA 0.01 /* 99 % bands, as in case V117 */

/* An interval of a quantile reaches farther up, so as to cover no less where requests are few, and
 * may cover so much where they are many; a share beyond that has to lie beyond what the number of
 * experiments lets such an interval show by chance. */
#define PROMISED_MOST 0.97

enum { MAX_FINDINGS = 96 };

struct finding {
  const char *id;
  char what[160];
  uint64_t trials;
  double reference, measured, low, high; /* accepted from low to high */
  bool ok;
};

struct study {
  const char *dir;
  bool quick;
  const char *only; /* of the systems of intervals.c those with this in their name; NULL: all */
  uint32_t n;
  struct finding list[MAX_FINDINGS];
};

/* Adds a finding, whose printf-style description comes last; accepted from low to high. */
void study_find(struct study *study, const char *id, uint64_t trials, double reference,
                double measured, double low, double high, const char *what, ...)
    __attribute__((format(printf, 8, 9)));

/* M/M/1 of that load, measured for so many mean service times after so many of warm-up. */
struct scenario *study_mm1(const struct study *study, double rho, double measured, double warmup,
                           double speed);

/* Ends the process if the experiment or one of its physics checks fails. */
void study_run(const struct scenario *s, struct experiment_options options, uint64_t seed,
               struct results *results);

double study_mean(const double *value, uint32_t n);
double study_variance(const double *value, uint32_t n);

/* A table, or a section of a page of Markdown. True if all findings hold. */
bool study_report(const struct study *study, bool markdown, FILE *out);

/* The studies: coverage.c, intervals.c, variance.c, warmup_curve.c. */
void study_coverage(struct study *study);
void study_intervals(struct study *study);
void study_order_statistics(struct study *study);
void study_variances(struct study *study);
void study_pairing(struct study *study);
void study_warmup_curve(struct study *study);

#endif

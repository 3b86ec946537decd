#include "statistics.h"

#include "findings.h"

bool statistics_study(const char *dir, bool quick, bool markdown, FILE *out) {
  struct study study = {.dir = dir, .quick = quick};
  study_coverage(&study);
  study_intervals(&study);
  study_variances(&study);
  study_warmup_curve(&study);
  study_order_statistics(&study);
  study_pairing(&study);
  return study_report(&study, markdown, out);
}

bool statistics_intervals(const char *dir, const char *only, bool markdown, FILE *out) {
  struct study study = {.dir = dir, .only = only};
  study_intervals(&study);
  return study_report(&study, markdown, out);
}

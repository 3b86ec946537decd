#include "metric.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "spec.h"

static struct metric *metric_add(struct metrics *m, const char *name, va_list args) {
  if (m->n == m->capacity) {
    m->capacity = m->capacity ? 2 * m->capacity : 64;
    m->list = mem_resize(m->list, m->capacity * sizeof *m->list);
  }
  struct metric *metric = &m->list[m->n++];
  *metric = (struct metric){0};
  if (!m->unnamed) {
    char text[256];
    vsnprintf(text, sizeof text, name, args);
    metric->name = mem_text(text);
  }
  return metric;
}

void metric_quotient(struct metrics *m, enum metric_unit unit, double num, double den,
                     const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_QUOTIENT;
  metric->unit = unit;
  metric->num = num;
  metric->den = den;
}

void metric_counted(struct metrics *m, enum metric_unit unit, double count, double of,
                    const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_QUOTIENT;
  metric->unit = unit;
  metric->counted = true;
  metric->num = count;
  metric->den = of;
}

void metric_downtime(struct metrics *m, double failed, double ended, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_QUOTIENT;
  metric->unit = UNIT_SECONDS;
  metric->counted = true;
  metric->share_of_s = YEAR_S;
  metric->num = failed * YEAR_S;
  metric->den = ended;
}

void metric_extreme(struct metrics *m, enum metric_merge which, enum metric_unit unit, bool any,
                    double value, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = which;
  metric->unit = unit;
  metric->num = any ? value : 0;
  metric->den = any ? 1 : 0;
}

static void set_quantile(struct metric *metric, struct hist *hist, double q) {
  metric->merge = METRIC_QUANTILE;
  metric->unit = UNIT_SECONDS;
  metric->hist = hist;
  metric->q = q;
}

/* Those of the family of "<family>.p50", right behind it: what shares a histogram is together. */
static void add_wanted(struct metrics *m, struct hist *hist, const char *median) {
  static const char ending[] = ".p50";
  size_t family = strlen(median);
  if (family < strlen(ending) || strcmp(median + family - strlen(ending), ending) != 0) return;
  family -= strlen(ending);
  for (uint32_t i = 0; i < m->percentiles; i++) {
    const struct percentile_spec *p = &m->percentile[i];
    if (strlen(p->family) != family || strncmp(p->family, median, family) != 0) continue;
    metric_quantile(m, hist, p->q, "%s.%s", p->family, p->word);
  }
}

void metric_quantile(struct metrics *m, struct hist *hist, double q, const char *name, ...) {
  va_list args;
  va_start(args, name);
  set_quantile(metric_add(m, name, args), hist, q);
  va_end(args);
  if (m->percentiles == 0) return;
  char text[256];
  va_start(args, name);
  vsnprintf(text, sizeof text, name, args);
  va_end(args);
  add_wanted(m, hist, text);
}

void metric_deviation(struct metrics *m, struct hist *hist, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_DEVIATION;
  metric->unit = UNIT_SECONDS;
  metric->hist = hist;
}

double metric_value(const struct metric *metric) {
  if (metric->merge == METRIC_QUANTILE) return hist_quantile(metric->hist, metric->q) / 1e9;
  if (metric->merge == METRIC_DEVIATION) return hist_deviation(metric->hist) / 1e9;
  if (metric->den == 0) return NAN;
  return metric->merge == METRIC_QUOTIENT ? metric->num / metric->den : metric->num;
}

void metric_latencies(struct metrics *m, struct hist *latency, double failed, const char *name) {
  static const struct {
    double q;
    const char *word;
  } quantile[] = {{0.5, "p50"},  {0.9, "p90"},    {0.95, "p95"},
                  {0.99, "p99"}, {0.999, "p999"}, {0.9999, "p9999"}};
  double answered = (double)hist_count(latency);
  uint32_t first = m->n;
  metric_quotient(m, UNIT_SECONDS, (double)hist_sum(latency) / 1e9, answered, "%s.latency.mean",
                  name);
  metric_extreme(m, METRIC_MIN, UNIT_SECONDS, answered > 0, (double)hist_min(latency) / 1e9,
                 "%s.latency.min", name);
  metric_extreme(m, METRIC_MAX, UNIT_SECONDS, answered > 0, (double)hist_max(latency) / 1e9,
                 "%s.latency.max", name);
  for (size_t i = 0; i < sizeof quantile / sizeof *quantile; i++) {
    metric_quantile(m, latency, quantile[i].q, "%s.latency.%s", name, quantile[i].word);
  }
  metric_deviation(m, latency, "%s.latency.sd", name);
  for (uint32_t i = first; i < m->n; i++) {
    m->list[i].answered = answered;
    m->list[i].failed = failed;
  }
}

/* The rank, not the share, is compared with what there is: 0.9 of 10 of which one failed is the
 * last that was answered. */
static double quantile_of_all(const struct metric *metric) {
  double rank = metric->q * (metric->answered + metric->failed);
  if (rank > metric->answered * (1 + 1e-12)) return INFINITY;
  return hist_quantile(metric->hist, fmin(rank / metric->answered, 1)) / 1e9;
}

double metric_value_of_all(const struct metric *metric) {
  if (metric->failed == 0) return metric_value(metric);
  double share = metric->failed / (metric->answered + metric->failed);
  switch (metric->merge) {
    case METRIC_QUANTILE:
      return quantile_of_all(metric);
    case METRIC_MAX:
      return INFINITY;
    case METRIC_QUOTIENT:
      return share > FAILED_NEGLIGIBLE ? INFINITY : metric_value(metric);
    case METRIC_MIN:
    case METRIC_DEVIATION:
      break;
  }
  return metric_value(metric);
}

void metrics_settle(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) {
    if (metric_is_of_hist(m->list[i].merge)) hist_settle(m->list[i].hist);
  }
}

void metrics_forget(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) m->list[i].hist = NULL;
}

const struct metric *metrics_find(const struct metrics *m, const char *name) {
  for (uint32_t i = 0; i < m->n; i++) {
    if (!strcmp(m->list[i].name, name)) return &m->list[i];
  }
  return NULL;
}

void metrics_free(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) free((char *)m->list[i].name);
  free(m->list);
  *m = (struct metrics){0};
}

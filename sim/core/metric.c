#include "metric.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"

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

void metric_quantile(struct metrics *m, struct hist *hist, double q, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_QUANTILE;
  metric->unit = UNIT_SECONDS;
  metric->hist = hist;
  metric->q = q;
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

void metrics_settle(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) {
    if (metric_is_of_hist(m->list[i].merge)) hist_settle(m->list[i].hist);
  }
}

void metrics_free(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) free((char *)m->list[i].name);
  free(m->list);
  *m = (struct metrics){0};
}

#include "quarters.h"

#include <math.h>
#include <string.h>

#include "meter.h"

double quarter_mean(const struct timeline *t, const struct series *s, uint32_t quarter) {
  uint32_t from = t->looks * (quarter - 1) / 4, to = t->looks * quarter / 4;
  double sum = 0;
  for (uint32_t w = from; w < to; w++) sum += (double)s->value[w];
  return sum / (to - from);
}

double quarter_of(const struct results *results, uint32_t component, const char *meter,
                  uint32_t quarter) {
  const struct timeline *t = results->timeline;
  for (uint32_t i = 0; t != NULL && i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0) continue;
    bool meant = meter != NULL ? s->what == SERIES_METER && strcmp(s->meter->name, meter) == 0
                               : s->what == SERIES_QUEUE;
    if (meant) return quarter_mean(t, s, quarter);
  }
  return NAN;
}

#include "quarters.h"

#include <math.h>
#include <string.h>

#include "meter.h"

/* Part `k` (1..`parts`) of the run. */
static double part_mean(const struct timeline *t, const struct series *s, uint32_t k,
                        uint32_t parts) {
  uint32_t from = t->looks * (k - 1) / parts, to = t->looks * k / parts;
  double sum = 0;
  for (uint32_t w = from; w < to; w++) sum += (double)s->value[w];
  return sum / (to - from);
}

double quarter_mean(const struct timeline *t, const struct series *s, uint32_t quarter) {
  return part_mean(t, s, quarter, 4);
}

static double part_of(const struct results *results, uint32_t component, const char *meter,
                      uint32_t k, uint32_t parts) {
  const struct timeline *t = results->timeline;
  for (uint32_t i = 0; t != NULL && i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0) continue;
    bool meant = meter != NULL ? s->what == SERIES_METER && strcmp(s->meter->name, meter) == 0
                               : s->what == SERIES_QUEUE;
    if (meant) return part_mean(t, s, k, parts);
  }
  return NAN;
}

double quarter_of(const struct results *results, uint32_t component, const char *meter,
                  uint32_t quarter) {
  return part_of(results, component, meter, quarter, 4);
}

double eighth_of(const struct results *results, uint32_t component, const char *meter,
                 uint32_t eighth) {
  return part_of(results, component, meter, eighth, 8);
}

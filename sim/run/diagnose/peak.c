#include "peak.h"

#include <math.h>

#include "timeline.h"

#define PARTS_LOOKED_AT 60u
#define FULL 0.98

struct peak peak_of(const struct results *results, uint32_t component) {
  const struct timeline *t = results->timeline;
  const struct peak unknown = {NAN, NAN};
  if (t == NULL || t->looks < PARTS_LOOKED_AT) return unknown;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0 || s->what != SERIES_UTILIZATION) continue;
    uint32_t full = 0;
    for (uint32_t part = 0; part < PARTS_LOOKED_AT; part++) {
      uint32_t from = t->looks * part / PARTS_LOOKED_AT,
               to = t->looks * (part + 1) / PARTS_LOOKED_AT;
      double sum = 0;
      for (uint32_t w = from; w < to; w++) sum += (double)s->value[w];
      full += sum / (to - from) >= FULL;
    }
    double share = (double)full / PARTS_LOOKED_AT;
    return (struct peak){share * (double)(t->looks * t->window_ns) / 1e9, share};
  }
  return unknown;
}

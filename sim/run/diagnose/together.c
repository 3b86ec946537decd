#include "together.h"

#include <math.h>

#include "sim.h"
#include "timeline.h"

#define ALIKE 1e-4 /* shares of a window */

static const float *up_of(const struct timeline *t, uint32_t component, uint32_t member) {
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component == component && s->member == member && s->what == SERIES_UP) return s->value;
  }
  return NULL;
}

bool together_down(const struct results *results, uint32_t component) {
  const struct timeline *t = results->timeline;
  if (t == NULL) return false;
  const float *all = up_of(t, component, 0);
  for (uint32_t m = 1; m <= results->scenario->spec.component[component].instances; m++) {
    const float *one = up_of(t, component, m);
    if (all == NULL || one == NULL) return false;
    for (uint32_t w = 0; w < t->looks; w++) {
      if (!(fabs((double)one[w] - (double)all[w]) < ALIKE)) return false;
    }
  }
  return true;
}

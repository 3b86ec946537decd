/* power_of_two: the least busy of `choices` different backends drawn at random (Mitzenmacher
 * 2001). With weights they are drawn, and compared, by weight (HAProxy's random). */
#include "algorithm.h"

static double load(const struct choosing *from, uint32_t which) {
  return (double)from->busy[which].active / weight_of(from->weight, which);
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  uint32_t drawn[ALGORITHM_MAX_CHOICES], n = draw_choices(from, c, draws, drawn);
  uint32_t best = drawn[0];
  for (uint32_t i = 1; i < n; i++) {
    bool less = from->weight ? load(from, drawn[i]) < load(from, best)
                             : from->busy[drawn[i]].active < from->busy[best].active;
    if (less) best = drawn[i];
  }
  return best;
}

const struct algorithm algorithm_power_of_two = {.name = "power_of_two",
                                                 .weighs = true,
                                                 .ramps = true,
                                                 .compares = COMPARES_CHOICES,
                                                 .pick = pick};

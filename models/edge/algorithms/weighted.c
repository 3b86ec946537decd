/* weighted: one after the other, by weight, spread as evenly as possible: nginx's smooth weighted
 * round robin. Each candidate gains its weight; the one that has most gets the call and gives back
 * what all of them gained. Weights 5, 1, 1 give a a b a c a a. */
#include <stddef.h>

#include "algorithm.h"

static void *prepare(struct arena *arena, const struct backends *backends) {
  return arena_alloc(arena, backends->n * sizeof(double));
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  double *gained = from->memory, all = 0;
  uint32_t best = UINT32_MAX;
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t which = c->which[i];
    double weight = weight_of(from->weight, which);
    gained[which] += weight;
    all += weight;
    if (best == UINT32_MAX || gained[which] > gained[best]) best = which;
  }
  gained[best] -= all;
  return best;
}

const struct algorithm algorithm_weighted = {
    .name = "weighted", .weighs = true, .ramps = true, .prepare = prepare, .pick = pick};

/* random: each with the same probability, or by weight. */
#include "algorithm.h"

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  if (from->weight) return candidates_at(c, from->weight, draws_unit(draws));
  return c->which[draws_below(draws, c->n)];
}

const struct algorithm algorithm_random = {
    .name = "random", .weighs = true, .ramps = true, .pick = pick};

/* random: each with the same probability. */
#include "algorithm.h"

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)from, (void)call;
  return c->which[draws_below(draws, c->n)];
}

const struct algorithm algorithm_random = {.name = "random", .pick = pick};

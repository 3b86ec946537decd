/* weighted: one after the other, by weight, spread as evenly as possible: nginx's smooth weighted
 * round robin. */
#include <stddef.h>

#include "algorithm.h"

static void *prepare(struct arena *arena, const struct backends *backends) {
  return arena_alloc(arena, backends->n * sizeof(double));
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  return turn_by_weight(from->memory, from->weight, c->which, c->n);
}

const struct algorithm algorithm_weighted = {
    .name = "weighted", .weighs = true, .ramps = true, .prepare = prepare, .pick = pick};

/* least_connections: the one with the fewest calls under way, of those that this balancer sent. */
#include "algorithm.h"

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  uint32_t best = c->which[c->first];
  for (uint32_t i = 1; i < c->n && from->busy[best].active > 0; i++) {
    uint32_t position = c->first + i < c->n ? c->first + i : c->first + i - c->n;
    uint32_t candidate = c->which[position];
    if (from->busy[candidate].active < from->busy[best].active) best = candidate;
  }
  return best;
}

const struct algorithm algorithm_least_connections = {
    .name = "least_connections", .turns = TURNS_TIES, .compares = COMPARES_ALL, .pick = pick};

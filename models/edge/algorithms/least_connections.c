/* least_connections: the one with the fewest calls under way, of those that this balancer sent.
 * With weights the one where, with this call, each part of its weight had fewest (Envoy's least
 * request). */
#include "algorithm.h"

static uint32_t pick_equal(const struct choosing *from, const struct candidates *c) {
  uint32_t best = c->which[c->first];
  for (uint32_t i = 1; i < c->n && from->busy[best].active > 0; i++) {
    uint32_t position = c->first + i < c->n ? c->first + i : c->first + i - c->n;
    uint32_t candidate = c->which[position];
    if (from->busy[candidate].active < from->busy[best].active) best = candidate;
  }
  return best;
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  if (!from->weight) return pick_equal(from, c);
  (void)call, (void)draws;
  uint32_t best = c->which[c->first];
  for (uint32_t i = 1; i < c->n; i++) {
    uint32_t candidate = c->which[(c->first + i) % c->n];
    if (busy_with(from, candidate, 1) < busy_with(from, best, 1)) best = candidate;
  }
  return best;
}

const struct algorithm algorithm_least_connections = {.name = "least_connections",
                                                      .turns = TURNS_TIES,
                                                      .weighs = true,
                                                      .ramps = true,
                                                      .compares = COMPARES_ALL,
                                                      .pick = pick};

/* nearest: the one to which messages take least on the way, by the paths from the balancer; equal
 * ones take turns. */
#include "algorithm.h"

struct turn {
  uint32_t next; /* the backend behind the last one chosen */
};

static void *prepare(struct arena *arena, const struct backends *backends) {
  (void)backends;
  return arena_alloc(arena, sizeof(struct turn));
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  struct turn *turn = from->memory;
  const double *ns = from->distance_ns;
  uint32_t nearest = c->which[0];
  for (uint32_t i = 1; i < c->n; i++) {
    if (ns[c->which[i]] < ns[nearest]) nearest = c->which[i];
  }
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->which[i] < turn->next || ns[c->which[i]] > ns[nearest]) continue;
    nearest = c->which[i];
    break;
  }
  turn->next = nearest + 1;
  return nearest;
}

const struct algorithm algorithm_nearest = {
    .name = "nearest", .by_distance = true, .prepare = prepare, .pick = pick};

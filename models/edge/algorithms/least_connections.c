/* least_connections: the one with the fewest calls under way, of those that this balancer sent.
 * With weights the one with the fewest for each part of its weight; those that have as few take
 * turns by weight, so that idle backends share the calls by weight (nginx's least_conn). */
#include "algorithm.h"

struct ties {
  double *gained;  /* see turn_by_weight */
  uint32_t *which; /* room for the backends that have as few */
};

static void *prepare(struct arena *arena, const struct backends *backends) {
  struct ties *ties = arena_alloc(arena, sizeof *ties);
  ties->gained = arena_alloc(arena, backends->n * sizeof *ties->gained);
  ties->which = arena_alloc(arena, backends->n * sizeof *ties->which);
  return ties;
}

static uint32_t pick_equal(const struct choosing *from, const struct candidates *c) {
  uint32_t best = c->which[c->first];
  for (uint32_t i = 1; i < c->n && from->busy[best].active > 0; i++) {
    uint32_t position = c->first + i < c->n ? c->first + i : c->first + i - c->n;
    uint32_t candidate = c->which[position];
    if (from->busy[candidate].active < from->busy[best].active) best = candidate;
  }
  return best;
}

/* Whether `one` has fewer calls for its weight than `other`: below 0, or as few: 0. Products, since
 * quotients of whole numbers would differ where they are the same. */
static double fewer(const struct choosing *from, uint32_t one, uint32_t other) {
  return (double)from->busy[one].active * from->weight[other] -
         (double)from->busy[other].active * from->weight[one];
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  if (!from->weight) return pick_equal(from, c);
  (void)call, (void)draws;
  const struct ties *ties = from->memory;
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    double less = n ? fewer(from, c->which[i], ties->which[0]) : 0;
    if (less < 0) n = 0;
    if (less <= 0) ties->which[n++] = c->which[i];
  }
  return n == 1 ? ties->which[0] : turn_by_weight(ties->gained, from->weight, ties->which, n);
}

const struct algorithm algorithm_least_connections = {.name = "least_connections",
                                                      .turns = TURNS_TIES,
                                                      .weighs = true,
                                                      .ramps = true,
                                                      .compares = COMPARES_ALL,
                                                      .prepare = prepare,
                                                      .pick = pick};

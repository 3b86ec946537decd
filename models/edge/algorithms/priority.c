/* priority: the first component among the backends gets all calls while enough of it is in use;
 * what it cannot take spills over to the next one, and so on (Envoy's priority levels). Within a
 * level calls go round. */
#include <stddef.h>

#include "algorithm.h"
#include "levels.h"

struct rounds {
  uint32_t *next; /* by level: the backend behind the last one chosen */
};

static void *prepare(struct arena *arena, const struct backends *backends) {
  struct rounds *rounds = arena_alloc(arena, sizeof *rounds);
  rounds->next = arena_alloc(arena, backends->levels * sizeof *rounds->next);
  return rounds;
}

/* Some candidate is of the level: the next one of them. */
static bool pick_of(const struct choosing *from, const struct candidates *c, uint32_t level,
                    uint32_t *out) {
  struct rounds *rounds = from->memory;
  uint32_t first = UINT32_MAX, next = UINT32_MAX;
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t which = c->which[i];
    if (from->levels->of[which] != level) continue;
    if (first == UINT32_MAX) first = which;
    if (next == UINT32_MAX && which >= rounds->next[level]) next = which;
  }
  if (first == UINT32_MAX) return false;
  *out = next == UINT32_MAX ? first : next;
  rounds->next[level] = *out + 1;
  return true;
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  const struct levels *levels = from->levels;
  uint32_t at = (uint32_t)draws_below(draws, 100), level = 0, which = c->which[0];
  while (level + 1 < levels->n && at >= levels->load[level]) at -= levels->load[level++];
  for (uint32_t i = 0; i < levels->n; i++) {
    if (pick_of(from, c, (level + i) % levels->n, &which)) break;
  }
  return which;
}

const struct algorithm algorithm_priority = {
    .name = "priority", .by_level = true, .prepare = prepare, .pick = pick};

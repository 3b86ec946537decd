/* A ring of hashed points: a value belongs to the owner of the first point at or behind it.
 *
 * Each owner has several points (virtual nodes). Who leaves hands over only what lay before its own
 * points, to those behind them, and who comes takes only that (Karger et al. 1997). */
#ifndef RING_H
#define RING_H

#include <stdint.h>

#include "arena.h"

struct ring_point {
  uint64_t at;
  uint32_t which;
};

struct ring {
  uint64_t n;
  struct ring_point *point; /* by place */
};

/* Has room for so many points, and none yet. */
struct ring *ring_new(struct arena *arena, uint64_t room);

/* Adds as many points of one of them, whose number `identity` no other one has. */
void ring_add(struct ring *ring, uint32_t which, uint64_t identity, uint64_t points);

/* After all points were added. */
void ring_close(struct ring *ring);

/* The number of the first point at or behind a place; there are points. */
uint64_t ring_find(const struct ring *ring, uint64_t at);

#endif

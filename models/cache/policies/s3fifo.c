/* s3fifo: three queues, first in first out. What is new goes through a small one, which is 10 % of
 * the room; what was used twice there, or comes back while its ghost is known, is let into the main
 * one, where each use saves it one round, up to three (Yang et al., FIFO queues are all you need
 * for cache eviction, SOSP 2023). */
#include <stdlib.h>

#include "arena.h"
#include "eviction.h"

enum { SMALL, MAIN, GHOST };
enum { SMALL_PERCENT = 10, GHOST_PERCENT = 90, USES_TO_STAY = 2, MOST_USES = 3 };

struct s3fifo {
  uint64_t small, main, ghosts; /* weights */
  bool came_back;               /* what is about to be added is a ghost */
};

static void init(struct store *s) {
  struct s3fifo *own = s->own = mem_zeroed(1, sizeof *own);
  own->small = policy_share(s, SMALL_PERCENT);
  own->main = s->capacity - own->small;
  own->ghosts = policy_share(s, GHOST_PERCENT);
}

static void own_free(struct store *s) {
  free(s->own);
}

static void hit(struct store *s, uint32_t e) {
  if (s->entry[e].count < MOST_USES) s->entry[e].count++;
}

static bool admits(struct store *s, uint32_t item, uint32_t ghost, uint64_t weight) {
  (void)item;
  struct s3fifo *own = s->own;
  own->came_back = ghost != NIL;
  if (ghost != NIL) store_forget(s, ghost);
  return weight <= own->small;
}

static uint32_t victim_of_main(struct store *s) {
  for (;;) {
    uint32_t e = s->list[MAIN].oldest;
    if (s->entry[e].count == 0) return e;
    s->entry[e].count--;
    list_move(s, MAIN, e);
  }
}

/* NIL: all that were there went on into the main queue. */
static uint32_t victim_of_small(struct store *s) {
  while (s->list[SMALL].n > 0) {
    uint32_t e = s->list[SMALL].oldest;
    if (s->entry[e].count < USES_TO_STAY) return e;
    s->entry[e].count = 0;
    list_move(s, MAIN, e);
  }
  return NIL;
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  const struct s3fifo *own = s->own;
  if (s->list[MAIN].weight <= own->main && s->list[SMALL].n > 0) {
    uint32_t e = victim_of_small(s);
    if (e != NIL) return e;
  }
  return victim_of_main(s);
}

static void evict(struct store *s, uint32_t e) {
  struct s3fifo *own = s->own;
  uint64_t weight = store_weight(s, e);
  bool was_small = s->entry[e].in == SMALL;
  list_take(s, e);
  if (!was_small || weight > own->ghosts) return;
  while (s->list[GHOST].weight + weight > own->ghosts) store_forget(s, s->list[GHOST].oldest);
  list_put(s, GHOST, e);
}

static void add(struct store *s, uint32_t e) {
  list_put(s, ((const struct s3fifo *)s->own)->came_back ? MAIN : SMALL, e);
}

const struct policy policy_s3fifo = {
    .name = "s3fifo",
    .doc =
        "the first of a small queue that was not used twice, or of the main queue that was not "
        "used since its last round; a key that comes back soon goes into the main queue (Yang "
        "et al., SOSP 2023: 10 % small)",
    .ghosts = 1 << GHOST,
    .init = init,
    .free = own_free,
    .hit = hit,
    .admits = admits,
    .add = add,
    .evict = evict,
    .victim = victim,
};

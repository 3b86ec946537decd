/* random: any entry, all equally likely. */
#include <stdlib.h>

#include "arena.h"
#include "eviction.h"

/* Those held, in any order, and where in that order each is. */
struct crowd {
  uint32_t *e, *place;
  uint32_t n, allocated;
};

static void init(struct store *s) {
  s->own = mem_zeroed(1, sizeof(struct crowd));
}

static void own_free(struct store *s) {
  struct crowd *crowd = s->own;
  free(crowd->e);
  free(crowd->place);
  free(crowd);
}

static void add(struct store *s, uint32_t e) {
  struct crowd *crowd = s->own;
  list_put(s, 0, e);
  if (crowd->allocated < s->allocated) {
    crowd->allocated = s->allocated;
    crowd->e = mem_resize(crowd->e, crowd->allocated * sizeof *crowd->e);
    crowd->place = mem_resize(crowd->place, crowd->allocated * sizeof *crowd->place);
  }
  crowd->place[e] = crowd->n;
  crowd->e[crowd->n++] = e;
}

static void removed(struct store *s, uint32_t e) {
  struct crowd *crowd = s->own;
  uint32_t last = crowd->e[--crowd->n];
  crowd->e[crowd->place[e]] = last;
  crowd->place[last] = crowd->place[e];
}

static void evict(struct store *s, uint32_t e) {
  removed(s, e);
  list_take(s, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight;
  const struct crowd *crowd = s->own;
  return crowd->e[draws_below(draws, crowd->n)];
}

const struct policy policy_random = {
    .name = "random",
    .doc = "any, all equally likely",
    .init = init,
    .free = own_free,
    .add = add,
    .evict = evict,
    .victim = victim,
    .remove = removed,
};

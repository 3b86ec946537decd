/* random: any entry, all equally likely. */
#include <stdlib.h>

#include "arena.h"
#include "eviction.h"

/* Those held, in any order; each knows its position by its count. */
struct crowd {
  uint32_t *e;
  uint32_t n, allocated;
};

static void init(struct store *s) {
  s->own = mem_zeroed(1, sizeof(struct crowd));
}

static void own_free(struct store *s) {
  free(((struct crowd *)s->own)->e);
  free(s->own);
}

static void add(struct store *s, uint32_t e) {
  struct crowd *crowd = s->own;
  list_put(s, 0, e);
  if (crowd->n == crowd->allocated) {
    crowd->allocated = s->allocated;
    crowd->e = mem_resize(crowd->e, crowd->allocated * sizeof *crowd->e);
  }
  s->entry[e].count = crowd->n & STORE_MOST_COUNT;
  crowd->e[crowd->n++] = e;
}

static void removed(struct store *s, uint32_t e) {
  struct crowd *crowd = s->own;
  uint32_t last = crowd->e[--crowd->n];
  crowd->e[s->entry[e].count] = last;
  s->entry[last].count = s->entry[e].count;
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

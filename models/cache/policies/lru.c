/* lru: the entry not used for longest goes first. */
#include "eviction.h"

static void hit(struct store *s, uint32_t e) {
  list_move(s, 0, e);
}

static void add(struct store *s, uint32_t e) {
  list_put(s, 0, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  return s->list[0].oldest;
}

const struct policy policy_lru = {
    .name = "lru",
    .doc = "the one not used for longest",
    .hit = hit,
    .add = add,
    .victim = victim,
};

/* lfu: the least used entry goes first, and of equal ones the one that has been so for longest.
 * Only uses since it was stored count, as in Redis, and they never grow old. */
#include <stdlib.h>

#include "arena.h"
#include "frequency.h"

static void init(struct store *s) {
  s->own = mem_zeroed(1, sizeof(struct frequency));
  frequency_init(s->own);
}

static void own_free(struct store *s) {
  frequency_free(s->own);
  free(s->own);
}

static void hit(struct store *s, uint32_t e) {
  frequency_use(s->own, s, e);
}

static void add(struct store *s, uint32_t e) {
  frequency_put(s->own, s, e, 1);
}

static void removed(struct store *s, uint32_t e) {
  frequency_leave(s->own, s, e);
}

static void evict(struct store *s, uint32_t e) {
  frequency_leave(s->own, s, e);
  list_take(s, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  return s->list[0].oldest;
}

const struct policy policy_lfu = {
    .name = "lfu",
    .doc = "the one used least since it was stored, the oldest of equal ones",
    .init = init,
    .free = own_free,
    .hit = hit,
    .add = add,
    .evict = evict,
    .victim = victim,
    .remove = removed,
};

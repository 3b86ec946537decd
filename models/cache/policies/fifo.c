/* fifo: the entry stored first goes first. */
#include "eviction.h"

static void add(struct store *s, uint32_t e) {
  list_put(s, 0, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  return s->list[0].oldest;
}

const struct policy policy_fifo = {
    .name = "fifo",
    .doc = "the one stored first",
    .add = add,
    .victim = victim,
};

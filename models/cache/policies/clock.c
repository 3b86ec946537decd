/* clock: first in, first out, but an entry that was used gets a second round. One bit (Corbato,
 * 1968). */
#include "eviction.h"

static void hit(struct store *s, uint32_t e) {
  s->entry[e].count = 1;
}

static void add(struct store *s, uint32_t e) {
  list_put(s, 0, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  uint32_t e;
  while (s->entry[e = s->list[0].oldest].count > 0) {
    s->entry[e].count = 0;
    list_move(s, 0, e);
  }
  return e;
}

const struct policy policy_clock = {
    .name = "clock",
    .doc = "the one stored first that was not used since the hand last passed it (one bit)",
    .hit = hit,
    .add = add,
    .victim = victim,
};

/* sieve: a hand goes from the oldest entry to the newest and takes the first one not visited since
 * it last came by; nothing moves (Zhang et al., SIEVE is simpler than LRU, NSDI 2024). */
#include <stdlib.h>

#include "arena.h"
#include "eviction.h"

struct sieve {
  uint32_t hand; /* NIL: at the oldest */
};

static void init(struct store *s) {
  struct sieve *own = s->own = mem_zeroed(1, sizeof *own);
  own->hand = NIL;
}

static void clear(struct store *s) {
  ((struct sieve *)s->own)->hand = NIL;
}

static void own_free(struct store *s) {
  free(s->own);
}

static void hit(struct store *s, uint32_t e) {
  s->entry[e].count = 1;
}

static void add(struct store *s, uint32_t e) {
  list_put(s, 0, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  struct sieve *own = s->own;
  uint32_t e = own->hand == NIL ? s->list[0].oldest : own->hand;
  while (s->entry[e].count > 0) {
    s->entry[e].count = 0;
    e = s->entry[e].newer == NIL ? s->list[0].oldest : s->entry[e].newer;
  }
  own->hand = s->entry[e].newer;
  return e;
}

static void removed(struct store *s, uint32_t e) {
  struct sieve *own = s->own;
  if (own->hand == e) own->hand = s->entry[e].newer;
}

const struct policy policy_sieve = {
    .name = "sieve",
    .doc =
        "the next one, from the oldest to the newest, that was not used since the hand last "
        "passed it, and what was used keeps its place (Zhang et al., NSDI 2024)",
    .init = init,
    .clear = clear,
    .free = own_free,
    .hit = hit,
    .add = add,
    .victim = victim,
    .remove = removed,
};

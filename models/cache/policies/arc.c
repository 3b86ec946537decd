/* arc: entries used once and entries used more often share the room as their ghosts say (Megiddo,
 * Modha, ARC: a self-tuning, low overhead replacement cache, FAST 2003, figure 4). With capacities
 * in bytes its sizes are in bytes, and a ghost moves the target by its own size. */
#include <stdlib.h>

#include "arena.h"
#include "eviction.h"

enum { T1, T2, B1, B2 }; /* used once, more often; ghosts of both */

struct arc {
  double target;       /* p: weight of T1 that is wanted */
  bool was_b1, was_b2; /* what is about to be added is a ghost of them */
  bool no_ghost;       /* what goes is forgotten */
};

static void init(struct store *s) {
  s->own = mem_zeroed(1, sizeof(struct arc));
}

static void clear(struct store *s) {
  *(struct arc *)s->own = (struct arc){0};
}

static void own_free(struct store *s) {
  free(s->own);
}

static void hit(struct store *s, uint32_t e) {
  list_move(s, T2, e);
}

/* Cases II and III: the target moves towards the list whose ghost is wanted. */
static void adapt(struct store *s, uint32_t ghost) {
  struct arc *own = s->own;
  double b1 = (double)s->list[B1].weight, b2 = (double)s->list[B2].weight;
  double size = (double)store_weight(s, ghost), capacity = (double)s->capacity;
  if (s->entry[ghost].in == B1) {
    own->was_b1 = true;
    own->target += size * (b2 > b1 ? b2 / b1 : 1);
    if (own->target > capacity) own->target = capacity;
  } else {
    own->was_b2 = true;
    own->target -= size * (b1 > b2 ? b1 / b2 : 1);
    if (own->target < 0) own->target = 0;
  }
}

/* Case IV: ghosts make room for one more. */
static void drop_ghosts(struct store *s, uint64_t weight) {
  struct list *list = s->list;
  if (list[T1].weight + list[B1].weight + weight > s->capacity) {
    while (list[B1].n > 0 && list[T1].weight + list[B1].weight + weight > s->capacity) {
      store_forget(s, list[B1].oldest);
    }
    return;
  }
  while (list[B2].n > 0 && s->used + list[B1].weight + list[B2].weight + weight > 2 * s->capacity) {
    store_forget(s, list[B2].oldest);
  }
}

static bool admits(struct store *s, uint32_t item, uint32_t ghost, uint64_t weight) {
  (void)item;
  struct arc *own = s->own;
  own->was_b1 = own->was_b2 = false;
  if (ghost != NIL) {
    adapt(s, ghost);
    store_forget(s, ghost);
  } else {
    drop_ghosts(s, weight);
  }
  return true;
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)draws;
  struct arc *own = s->own;
  const struct list *t1 = &s->list[T1], *t2 = &s->list[T2];
  bool is_new = !own->was_b1 && !own->was_b2;
  own->no_ghost = is_new && t1->weight + weight > s->capacity;
  if (own->no_ghost || t2->n == 0) return t1->oldest;
  double once = (double)t1->weight;
  bool from_t1 = t1->n > 0 && (once > own->target || (own->was_b2 && once >= own->target));
  return from_t1 ? t1->oldest : t2->oldest;
}

static void evict(struct store *s, uint32_t e) {
  if (((struct arc *)s->own)->no_ghost) {
    list_take(s, e);
  } else {
    list_move(s, s->entry[e].in == T1 ? B1 : B2, e);
  }
}

static void add(struct store *s, uint32_t e) {
  const struct arc *own = s->own;
  list_put(s, own->was_b1 || own->was_b2 ? T2 : T1, e);
}

const struct policy policy_arc = {
    .name = "arc",
    .doc =
        "the one not used for longest of those used once or of those used more often, as keys "
        "that come back tell which list is too short (Megiddo, Modha, FAST 2003)",
    .ghosts = 1 << B1 | 1 << B2,
    .init = init,
    .clear = clear,
    .free = own_free,
    .hit = hit,
    .admits = admits,
    .add = add,
    .evict = evict,
    .victim = victim,
};

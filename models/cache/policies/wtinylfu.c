/* wtinylfu: what is new goes through a small window by last use; what falls out of it is let into
 * the main part only if its key was asked for more often lately than the one that would go there
 * (Einziger, Friedman, Manes, TinyLFU, 2017, with the shares of Caffeine: window 1 %, of the rest
 * 80 % protected). Left out: a window that adapts, and Caffeine's guard against chosen keys. */
#include <stdlib.h>

#include "arena.h"
#include "eviction.h"
#include "sketch.h"

enum { WINDOW, PROBATION, PROTECTED };
enum { WINDOW_PERCENT = 1, PROTECTED_PERCENT = 80 };

struct tiny {
  struct sketch sketch;
  uint64_t window, main, protected; /* weights */
};

static void init(struct store *s) {
  struct tiny *own = s->own = mem_zeroed(1, sizeof *own);
  own->window = policy_share(s, WINDOW_PERCENT);
  own->main = s->capacity - own->window;
  own->protected = own->main / 100 * PROTECTED_PERCENT + own->main % 100 * PROTECTED_PERCENT / 100;
  sketch_resize(&own->sketch, s->in_bytes ? 0 : s->capacity);
}

static void clear(struct store *s) {
  sketch_clear(&((struct tiny *)s->own)->sketch);
}

static void own_free(struct store *s) {
  sketch_free(&((struct tiny *)s->own)->sketch);
  free(s->own);
}

static void hit(struct store *s, uint32_t e) {
  struct tiny *own = s->own;
  sketch_use(&own->sketch, s->entry[e].item);
  list_move(s, s->entry[e].in == WINDOW ? WINDOW : PROTECTED, e);
  while (s->list[PROTECTED].weight > own->protected) {
    list_move(s, PROBATION, s->list[PROTECTED].oldest);
  }
}

static bool admits(struct store *s, uint32_t item, uint32_t ghost, uint64_t weight) {
  (void)ghost, (void)weight;
  struct tiny *own = s->own;
  /* How many entries fit is not known where they are measured in bytes. */
  if (s->in_bytes && s->held > own->sketch.words)
    sketch_resize(&own->sketch, 2 * (uint64_t)s->held);
  sketch_use(&own->sketch, item);
  return true;
}

static bool main_has_room(const struct store *s, uint64_t weight) {
  const struct tiny *own = s->own;
  return s->list[PROBATION].weight + s->list[PROTECTED].weight + weight <= own->main;
}

/* What goes first in the main part; NIL: nothing is there. */
static uint32_t main_oldest(const struct store *s) {
  uint32_t e = s->list[PROBATION].oldest;
  return e != NIL ? e : s->list[PROTECTED].oldest;
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)draws;
  const struct tiny *own = s->own;
  while (s->list[WINDOW].n > 0 && s->list[WINDOW].weight + weight > own->window) {
    uint32_t candidate = s->list[WINDOW].oldest;
    if (!main_has_room(s, store_weight(s, candidate))) {
      uint32_t e = main_oldest(s);
      if (e == NIL || sketch_uses(&own->sketch, s->entry[candidate].item) <=
                          sketch_uses(&own->sketch, s->entry[e].item)) {
        return candidate;
      }
      list_move(s, PROBATION, candidate);
      return e;
    }
    list_move(s, PROBATION, candidate);
  }
  uint32_t e = main_oldest(s);
  return e != NIL ? e : s->list[WINDOW].oldest;
}

static void add(struct store *s, uint32_t e) {
  const struct tiny *own = s->own;
  list_put(s, WINDOW, e);
  while (s->list[WINDOW].n > 1 && s->list[WINDOW].weight > own->window &&
         main_has_room(s, store_weight(s, s->list[WINDOW].oldest))) {
    list_move(s, PROBATION, s->list[WINDOW].oldest);
  }
}

const struct policy policy_wtinylfu = {
    .name = "wtinylfu",
    .doc =
        "what leaves a window of 1 %, unless its key was asked for more often lately than the "
        "oldest of the main part on probation, which then goes (Caffeine)",
    .init = init,
    .clear = clear,
    .free = own_free,
    .hit = hit,
    .admits = admits,
    .add = add,
    .victim = victim,
};

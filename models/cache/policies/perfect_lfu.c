/* perfect_lfu: the entry whose key was ever asked for least goes first, and a key that was asked
 * for no more often is not kept in its place (Breslau et al., Web caching and Zipf-like
 * distributions, INFOCOM 1999). No real cache remembers all keys: this is a bound to compare with.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "frequency.h"

struct perfect {
  struct frequency frequency;
  struct uses {
    uint32_t item, n; /* n = 0: free */
  } * uses;           /* open addressing; a power of 2, at most half full */
  uint32_t slots, keys;
};

static struct uses *seek(const struct perfect *own, uint32_t item) {
  uint32_t i = (uint32_t)rng_mix(item) & (own->slots - 1);
  while (own->uses[i].n && own->uses[i].item != item) i = (i + 1) & (own->slots - 1);
  return &own->uses[i];
}

static void grow(struct perfect *own) {
  struct perfect old = *own;
  own->slots = old.slots ? 2 * old.slots : 256;
  own->uses = mem_zeroed(own->slots, sizeof *own->uses);
  for (uint32_t i = 0; i < old.slots; i++) {
    if (old.uses[i].n) *seek(own, old.uses[i].item) = old.uses[i];
  }
  free(old.uses);
}

static uint32_t count(struct perfect *own, uint32_t item) {
  struct uses *uses = seek(own, item);
  if (uses->n == 0) {
    if (2 * ++own->keys > own->slots) {
      grow(own);
      uses = seek(own, item);
    }
    uses->item = item;
  }
  if (uses->n < UINT32_MAX) uses->n++;
  return uses->n;
}

static void init(struct store *s) {
  struct perfect *own = s->own = mem_zeroed(1, sizeof *own);
  frequency_init(&own->frequency);
  grow(own);
}

static void clear(struct store *s) {
  struct perfect *own = s->own;
  memset(own->uses, 0, own->slots * sizeof *own->uses);
  own->keys = 0;
}

static void own_free(struct store *s) {
  struct perfect *own = s->own;
  frequency_free(&own->frequency);
  free(own->uses);
  free(own);
}

static void hit(struct store *s, uint32_t e) {
  struct perfect *own = s->own;
  count(own, s->entry[e].item);
  frequency_use(&own->frequency, s, e);
}

static bool admits(struct store *s, uint32_t item, uint32_t ghost, uint64_t weight) {
  (void)ghost;
  struct perfect *own = s->own;
  uint32_t uses = count(own, item);
  if (weight <= s->capacity - s->used) return true;
  return uses > frequency_of(&own->frequency, s, s->list[0].oldest);
}

static void add(struct store *s, uint32_t e) {
  struct perfect *own = s->own;
  frequency_put(&own->frequency, s, e, seek(own, s->entry[e].item)->n);
}

static void removed(struct store *s, uint32_t e) {
  frequency_leave(&((struct perfect *)s->own)->frequency, s, e);
}

static void evict(struct store *s, uint32_t e) {
  removed(s, e);
  list_take(s, e);
}

static uint32_t victim(struct store *s, uint64_t weight, struct draws *draws) {
  (void)weight, (void)draws;
  return s->list[0].oldest;
}

const struct policy policy_perfect_lfu = {
    .name = "perfect_lfu",
    .doc =
        "the one whose key was ever asked for least, if less often than the new one; all keys "
        "are remembered, which no real cache does (a bound; Breslau et al., 1999)",
    .init = init,
    .clear = clear,
    .free = own_free,
    .hit = hit,
    .admits = admits,
    .add = add,
    .evict = evict,
    .victim = victim,
    .remove = removed,
};

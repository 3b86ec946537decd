#include "cache_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "eviction.h"

static uint32_t bucket_of(const struct store *s, uint32_t item) {
  return (uint32_t)rng_mix(item) & s->bucket_mask;
}

/* --- entries -------------------------------------------------------------------------------- */

static void rehash(struct store *s, uint32_t buckets) {
  s->bucket = mem_resize(s->bucket, buckets * sizeof *s->bucket);
  s->bucket_mask = buckets - 1;
  memset(s->bucket, 0xff, buckets * sizeof *s->bucket);
  for (uint32_t e = 0; e < s->places; e++) {
    if (s->entry[e].in == STORE_FREE) continue;
    uint32_t *head = &s->bucket[bucket_of(s, s->entry[e].item)];
    s->entry[e].next = *head;
    *head = e;
  }
}

/* No more than are ever needed at once: those held, as many ghosts, and one that comes. */
static uint32_t more_entries(const struct store *s) {
  uint64_t more = s->allocated ? 2 * (uint64_t)s->allocated : 16;
  uint64_t most = UINT32_MAX - 1;
  if (!s->in_bytes && s->capacity < most / 2 - 1) {
    most = (s->policy->ghosts ? 2 * s->capacity : s->capacity) + 1;
  }
  return (uint32_t)(more < most ? more : most);
}

static void grow(struct store *s) {
  uint32_t old = s->allocated, buckets = s->bucket_mask + 1;
  s->allocated = more_entries(s);
  assert(s->allocated > old);
  s->entry = mem_grow(s->entry, s->allocated, sizeof *s->entry, "entries of a cache",
                      "bound its capacity, or have fewer keys");
  if (s->in_bytes) s->size = mem_resize(s->size, s->allocated * sizeof *s->size);
  if (s->answer) s->answer = mem_resize(s->answer, s->allocated * sizeof *s->answer);
  while (2 * buckets <= s->allocated) buckets *= 2;
  rehash(s, buckets);
}

static uint32_t take_free(struct store *s) {
  uint32_t e = s->free_list;
  if (e != NIL) {
    s->free_list = s->entry[e].next;
    return e;
  }
  if (s->places == s->allocated) grow(s);
  return s->places++;
}

/* It is in no list any more. */
static void give_back(struct store *s, uint32_t e) {
  uint32_t *link = &s->bucket[bucket_of(s, s->entry[e].item)];
  while (*link != e) link = &s->entry[*link].next;
  *link = s->entry[e].next;
  s->entry[e].next = s->free_list;
  s->entry[e].in = STORE_FREE;
  s->free_list = e;
}

void store_forget(struct store *s, uint32_t ghost) {
  list_take(s, ghost);
  give_back(s, ghost);
}

/* --- what a cache does ---------------------------------------------------------------------- */

void store_hit(struct store *s, uint32_t e) {
  if (s->policy->hit) s->policy->hit(s, e);
}

static uint64_t weight_of(const struct store *s, uint32_t size) {
  return s->in_bytes ? size : 1;
}

bool store_admits(struct store *s, uint32_t item, uint32_t size) {
  uint64_t weight = weight_of(s, size);
  if (weight > s->capacity) return false;
  return !s->policy->admits || s->policy->admits(s, item, store_seek(s, item), weight);
}

uint32_t store_victim(struct store *s, uint32_t size, struct draws *draws) {
  uint64_t weight = weight_of(s, size);
  if (weight <= s->capacity - s->used) return NIL;
  return s->policy->victim(s, weight, draws);
}

static void leave(struct store *s, uint32_t e) {
  s->used -= store_weight(s, e);
  s->held--;
}

void store_evict(struct store *s, uint32_t e) {
  leave(s, e);
  if (s->policy->evict) {
    s->policy->evict(s, e);
    if (store_is_ghost(s, e)) return;
  } else {
    list_take(s, e);
  }
  give_back(s, e);
}

uint32_t store_add(struct store *s, uint32_t item, uint32_t size) {
  uint32_t ghost = store_seek(s, item);
  assert(ghost == NIL || store_is_ghost(s, ghost));
  if (ghost != NIL) store_forget(s, ghost);
  uint32_t e = take_free(s);
  uint32_t *head = &s->bucket[bucket_of(s, item)];
  s->entry[e] =
      (struct entry){.item = item, .next = *head, .in = STORE_FREE, .expires_ns = ENTRY_ENDED};
  *head = e;
  if (s->size) s->size[e] = size;
  s->used += store_weight(s, e);
  s->held++;
  s->policy->add(s, e);
  assert(s->used <= s->capacity);
  return e;
}

void store_note_answer(struct store *s, uint32_t e, uint64_t bytes) {
  if (s->answer == NULL && bytes == 0) return;
  if (s->answer == NULL) s->answer = mem_zeroed(s->allocated, sizeof *s->answer);
  s->answer[e] = bytes;
}

void store_remove(struct store *s, uint32_t e) {
  leave(s, e);
  if (s->policy->remove) s->policy->remove(s, e);
  list_take(s, e);
  give_back(s, e);
}

void store_clear(struct store *s) {
  assert(s->held == 0);
  for (uint32_t k = 0; k < STORE_LISTS; k++) {
    while (s->list[k].oldest != NIL) store_forget(s, s->list[k].oldest);
  }
  if (s->policy->clear) s->policy->clear(s);
}

uint32_t store_next(const struct store *s, uint32_t e) {
  for (e = e == NIL ? 0 : e + 1; e < s->places; e++) {
    if (s->entry[e].in != STORE_FREE && !store_is_ghost(s, e)) return e;
  }
  return NIL;
}

bool store_is_sound(const struct store *s, uint32_t *found) {
  uint64_t weight = 0, listed = 0, places = 0;
  uint32_t held = 0;
  *found = 0;
  for (uint32_t k = 0; k < STORE_LISTS; k++) {
    uint64_t sum = 0, n = 0;
    for (uint32_t e = s->list[k].newest; e != NIL; e = s->entry[e].older) {
      sum += store_weight(s, e);
      n += s->entry[e].in == k;
    }
    if (sum != s->list[k].weight || n != s->list[k].n) return false;
    listed += n;
  }
  for (uint32_t e = 0; e < s->places; e++) places += s->entry[e].in != STORE_FREE;
  for (uint32_t e = store_next(s, NIL); e != NIL; e = store_next(s, e)) {
    weight += store_weight(s, e);
    held++;
    *found += store_seek(s, s->entry[e].item) == e;
  }
  return listed == places && held == s->held && *found == held && weight == s->used &&
         s->used <= s->capacity;
}

uint64_t store_bytes(const struct store *s) {
  uint64_t entry = sizeof *s->entry + (s->size ? sizeof *s->size : 0);
  return s->allocated * entry + ((uint64_t)s->bucket_mask + 1) * sizeof *s->bucket;
}

/* --- life ----------------------------------------------------------------------------------- */

void store_init(struct store *s, const struct policy *policy, uint64_t capacity, bool in_bytes,
                struct stream evict) {
  *s = (struct store){.policy = policy,
                      .ghosts = policy->ghosts,
                      .capacity = capacity,
                      .in_bytes = in_bytes,
                      .free_list = NIL,
                      .evict = evict};
  for (uint32_t k = 0; k < STORE_LISTS; k++) s->list[k].newest = s->list[k].oldest = NIL;
  rehash(s, 16);
  if (policy->init) policy->init(s);
}

void store_free(struct store *s) {
  if (s->policy && s->policy->free) s->policy->free(s);
  free(s->entry);
  free(s->size);
  free(s->answer);
  free(s->bucket);
}

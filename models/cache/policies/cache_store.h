/* What a cache holds: entries found by key, in lists, within a capacity of entries or bytes.
 *
 * The store knows nothing of calls and time: it finds, keeps and removes. Which entry makes room is
 * its policy's choice (eviction.h), which orders the entries in lists of the store: an entry
 * is in one of them, from the one put there last (`newest`) to the first (`oldest`). A ghost is an
 * entry that was evicted and of which a policy still knows that it was there; it holds no data and
 * takes no room.
 *
 * Invariant: every entry is in the hash table (chain by `next`) and in the list `in`; the held ones
 * weigh `used`, which is at most the capacity. An entry takes 32 bytes and its share of the table
 * of buckets 4; where the capacity is in bytes its size takes 4 more. The store owns all of it. */
#ifndef CACHE_STORE_H
#define CACHE_STORE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

#define NIL UINT32_MAX

/* Lists of entries; which of them hold ghosts says the policy. */
#define STORE_LISTS 5
#define STORE_FREE 7u /* `in` of an entry that is none */
#define STORE_MOST_COUNT ((1u << 24) - 1)

/* Its time was over when it was last looked at, or it is no entry, or a ghost: it does not count.
 * Times are below it, so that one comparison finds those whose time is just over. */
#define ENTRY_ENDED (UINT64_C(1) << 63)

struct entry {
  uint32_t item;
  uint32_t next; /* in its bucket, or in the list of free ones */
  uint32_t newer, older;
  uint64_t expires_ns; /* the cache's, as `copy`; with ENTRY_ENDED where it does not count */
  uint32_t copy;
  uint32_t in : 3;      /* list */
  uint32_t outcome : 4; /* the cache's: how the call ended that is kept */
  uint32_t dirty : 1;   /* the cache's: the origin does not have it */
  uint32_t count : 24;  /* the policy's */
};
static_assert(sizeof(struct entry) == 32, "memory is what a large cache costs");

struct list {
  uint32_t newest, oldest, n;
  uint64_t weight; /* of all its entries, in units of the capacity */
};

struct policy;

struct store {
  const struct policy *policy;
  uint32_t ghosts;   /* lists that hold them, a bit each */
  bool in_bytes;     /* the unit of weights; else one each */
  uint64_t capacity; /* UINT64_MAX: unlimited */
  uint64_t used;
  uint32_t held; /* entries that are no ghosts */
  struct entry *entry;
  uint32_t *size;   /* by entry, where the capacity is in bytes */
  uint64_t *answer; /* by entry: bytes of its answer; 0: as who asks expects. NULL: of all */
  uint32_t *bucket;
  uint32_t bucket_mask, allocated, free_list;
  uint32_t places; /* of entry: those that were ever used */
  struct list list[STORE_LISTS];
  struct stream evict; /* of a policy that draws */
  void *own;           /* the policy's */
};

void store_init(struct store *store, const struct policy *policy, uint64_t capacity, bool in_bytes,
                struct stream evict);
void store_free(struct store *store);

static inline bool store_is_ghost(const struct store *store, uint32_t e) {
  return store->ghosts >> store->entry[e].in & 1;
}

/* The entry of a key, held or a ghost; NIL: none. */
static inline uint32_t store_seek(const struct store *store, uint32_t item) {
  uint32_t e = store->bucket[(uint32_t)rng_mix(item) & store->bucket_mask];
  while (e != NIL && store->entry[e].item != item) e = store->entry[e].next;
  return e;
}

/* The entry that is held of a key; NIL: none. */
static inline uint32_t store_find(const struct store *store, uint32_t item) {
  uint32_t e = store_seek(store, item);
  return e != NIL && store_is_ghost(store, e) ? NIL : e;
}

/* An entry that is held was asked for, or stored again. */
void store_hit(struct store *store, uint32_t e);

/* Wants to keep a key that is not held. False: it is too large, or not worth it. */
bool store_admits(struct store *store, uint32_t item, uint32_t size);

/* The next entry that has to go, by store_evict, before `size` more fit; NIL: they do. `draws` are
 * of the call that brings it. */
uint32_t store_victim(struct store *store, uint32_t size, struct draws *draws);
void store_evict(struct store *store, uint32_t e);

/* Keeps what was admitted and fits: the entry, with nothing in it yet. */
uint32_t store_add(struct store *store, uint32_t item, uint32_t size);

/* Says of an entry how large its answer is, 0: as who asks expects; with ANSWER_DEGRADED if it is
 * second best. */
#define ANSWER_DEGRADED (UINT64_C(1) << 63)
void store_note_answer(struct store *store, uint32_t e, uint64_t bytes);

/* Removes an entry for another reason than room. */
void store_remove(struct store *store, uint32_t e);

/* Forgets everything, ghosts too. What is held was removed before. */
void store_clear(struct store *store);

/* The held entry behind e in the order of their places, which means nothing; NIL: the first, none.
 */
uint32_t store_next(const struct store *store, uint32_t e);

/* Whether the entries, lists and weights agree; counts those held that are found by their key. */
bool store_is_sound(const struct store *store, uint32_t *found);

/* Bytes of memory that it takes. */
uint64_t store_bytes(const struct store *store);

/* --- for policies --------------------------------------------------------------------------- */

static inline uint64_t store_weight(const struct store *store, uint32_t e) {
  return store->size ? store->size[e] : 1;
}

static inline void list_take(struct store *store, uint32_t e) {
  struct entry *entry = &store->entry[e];
  struct list *list = &store->list[entry->in];
  *(entry->newer == NIL ? &list->newest : &store->entry[entry->newer].older) = entry->older;
  *(entry->older == NIL ? &list->oldest : &store->entry[entry->older].newer) = entry->newer;
  list->n--;
  list->weight -= store_weight(store, e);
}

/* Puts it in a list just above `below`; NIL: it is the oldest. */
static inline void list_put_above(struct store *store, uint32_t to, uint32_t e, uint32_t below) {
  struct entry *entry = &store->entry[e];
  struct list *list = &store->list[to];
  entry->in = to & 7;
  entry->older = below;
  entry->newer = below == NIL ? list->oldest : store->entry[below].newer;
  *(entry->newer == NIL ? &list->newest : &store->entry[entry->newer].older) = e;
  *(below == NIL ? &list->oldest : &store->entry[below].newer) = e;
  list->n++;
  list->weight += store_weight(store, e);
}

static inline void list_put(struct store *store, uint32_t to, uint32_t e) {
  list_put_above(store, to, e, store->list[to].newest);
}

static inline void list_move(struct store *store, uint32_t to, uint32_t e) {
  list_take(store, e);
  list_put(store, to, e);
}

/* Makes one ghost less. */
void store_forget(struct store *store, uint32_t ghost);

#endif

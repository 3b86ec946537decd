/* Which entry of a cache makes room: one file and one row in models/meson.build each.
 *
 * A policy puts the entries of a store in lists, sees each hit, and names the one that goes next.
 * It must depend on nothing but the order of these events and, if it draws, on the draws of the
 * call that needs the room. A new entry has a count of 0 and is in no list until `add` puts it in
 * one. Shares are of the capacity, in its unit; each is at least one entry. */
#ifndef EVICTION_H
#define EVICTION_H

#include "cache_store.h"

struct policy {
  const char *name;
  const char *doc;                    /* "the one ...", with its source; for the manual */
  uint32_t ghosts;                    /* bit set of the lists that hold ghosts */
  void (*init)(struct store *store);  /* may be NULL, as those below but add and victim */
  void (*clear)(struct store *store); /* forget what lies beside the lists */
  void (*free)(struct store *store);
  void (*hit)(struct store *store, uint32_t e);
  /* A key that is not held would be kept; false: not. A ghost of it is known by its entry. */
  bool (*admits)(struct store *store, uint32_t item, uint32_t ghost, uint64_t weight);
  /* The entry that goes next for one of this weight. */
  uint32_t (*victim)(struct store *store, uint64_t weight, struct draws *draws);
  /* It goes: out of its list, or into one of ghosts. NULL: out of its list. */
  void (*evict)(struct store *store, uint32_t e);
  void (*add)(struct store *store, uint32_t e);
  /* It was removed for another reason; it is still in its list. */
  void (*remove)(struct store *store, uint32_t e);
};

/* NULL-terminated, with their names in the same order. */
extern const struct policy *const policies[];
extern const char *const policy_names[];

/* A share of the capacity, at least one entry. */
static inline uint64_t policy_share(const struct store *store, uint64_t percent) {
  uint64_t share = store->capacity / 100 * percent + store->capacity % 100 * percent / 100;
  return share > 0 ? share : 1;
}

#endif

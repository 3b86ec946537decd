/* Whose cache it is: one for all who ask, or one for each user or each caller, as browsers and
 * processes have them.
 *
 * An owner has a store of its own, made when it asks for the first time. What looks at a store
 * first enters that of the owner of the call; c->store is the one that was entered last. What is
 * sent is delivered at once where that takes no time, and may enter another one: nothing looks at
 * c->store afterwards.
 *
 * The cache of a caller is part of that process: it is empty when the process has broken since. */
#ifndef OWNERS_H
#define OWNERS_H

#include "cache_store.h"
#include "sim.h"
#include "whom.h"

struct cache_state;

struct owner {
  uint64_t who; /* user, or identity of a member */
  struct store *store;
  const struct member *member; /* the caller whose process it is; or NULL */
  uint32_t epoch;              /* the life of it that the entries are of */
  uint32_t next;               /* in its bucket */
};

struct owners {
  struct owner *owner;
  uint32_t n, allocated;
  uint32_t *bucket;
  uint32_t mask;
};

void owners_init(struct sim *sim, struct cache_state *c);
void owners_free(struct cache_state *c);

/* Of a cache that is everybody's, nothing. */
void owners_find(struct sim *sim, struct cache_state *c, const struct frame *call);

/* Enters the i-th. */
void owners_enter(struct cache_state *c, uint32_t i);

/* The same, of an owner whose process may have broken since it was entered. */
void owners_revisit(struct sim *sim, struct cache_state *c, uint32_t i);

/* A life of the cache begins with what is popular in the store of each owner that there is; those
 * who come later begin with theirs. */
void owners_warm(struct sim *sim, struct member *member);

/* What broken processes had is gone. */
void owners_settle(struct sim *sim, struct cache_state *c);

#endif

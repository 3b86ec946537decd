/* What an instance of a cache has, and what it keeps: entries with a time to live, which the ledger
 * follows.
 *
 * An entry counts until it is removed or its time is over; one whose time is over stays in the
 * store until it is looked up or makes room. */
#ifndef KEPT_H
#define KEPT_H

#include "cache_config.h"
#include "cache_store.h"
#include "sim.h"

struct cache_state {
  const struct cache_config *config;
  struct component *origin;
  struct outbound *out; /* NULL: the timeout is all there is to the policy */
  struct store store;
  struct stream hit_time, object_size;
  struct op_set write_ops;
  uint64_t hits, misses, expired, evictions, rejected, writes, invalidated, given_up, origin_errors;
  struct level entries, bytes; /* of those that count; bytes only where they are the capacity */
  uint64_t stored, removed;    /* since time 0 */
  uint64_t settled_ns;         /* what had expired by then is counted out */
  uint32_t truth; /* component whose data these are, if the ledger follows them; or REF_NONE */
  struct staleness read;
};

/* Keeps what a call to the origin has brought, if the policy wants it. */
void keep(struct sim *sim, struct cache_state *c, struct frame *fetch);

/* The entry of a key whose time is not over; NIL: none. It counts as used. */
uint32_t kept_lookup(struct sim *sim, struct cache_state *c, uint32_t item);

void kept_remove(struct sim *sim, struct cache_state *c, uint32_t e);
void kept_clear(struct sim *sim, struct cache_state *c);

/* Entries whose time is over by now no longer count. */
void kept_settle(struct sim *sim, struct cache_state *c);

#endif

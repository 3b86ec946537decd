/* What an instance of a cache has, and what it keeps: entries with a time to live, which the ledger
 * follows.
 *
 * An entry counts until it is removed or its time is over; one whose time is over stays in the
 * store until it is looked up or makes room. */
#ifndef KEPT_H
#define KEPT_H

#include "cache_config.h"
#include "cache_store.h"
#include "flights.h"
#include "owners.h"
#include "sim.h"

struct cache_state {
  const struct cache_config *config;
  struct component *origin;
  struct outbound *out; /* NULL: the timeout is all there is to the policy */
  struct member *member;
  struct timer flush_timer; /* of writes to the origin, from here on */
  struct level dirty;
  uint64_t lost_writes, written_back, write_back_failed, write_key;
  uint8_t write_op;
  struct owners owners;
  struct store *store; /* of the owner who was entered last */
  uint32_t owner;
  struct level owned;     /* owners that have one */
  struct flights flights; /* where misses join or entries are refreshed */
  struct stream hit_time, object_size, ttl, early, warm, evict;
  struct op_set write_ops, passed_ops;
  uint32_t second_best; /* after which causes there is something instead: a bit set */
  uint64_t fallbacks;
  uint64_t hits, misses, expired, evictions, rejected, writes, passed, invalidated, given_up,
      origin_errors;
  uint64_t joined, served_stale, refreshes, asked_early, negative_hits;
  double fetch_ns;             /* what a call to the origin takes, smoothed */
  struct level entries, bytes; /* of those that count; bytes only where they are the capacity */
  uint64_t stored, removed;    /* since time 0 */
  uint64_t settled_ns;         /* what had expired by then is counted out */
  uint32_t truth; /* component whose data these are, if the ledger follows them; or REF_NONE */
  struct staleness read;
  bool balanced; /* a balancer chooses among its members, whatever key lives where */
};

/* Looks at the store of the call's owner from here on. */
static inline void owner_enter(struct sim *sim, struct cache_state *c, const struct frame *call) {
  if (__builtin_expect(c->config->per != WHOM_ALL, 0)) owners_find(sim, c, call);
}

/* Keeps what a call to the origin has brought, if the policy wants it; an error for `negative`. */
void keep(struct sim *sim, struct cache_state *c, struct frame *fetch, enum outcome outcome);

/* Keeps what a write says, for good: the entry; NIL: it cannot be kept. */
uint32_t keep_written(struct sim *sim, struct cache_state *c, struct frame *call);

/* When what a call with this key stores now is over. */
uint64_t kept_expiry(const struct sim *sim, const struct cache_state *c, uint64_t key);

/* Sends a call that was made to the origin. Do this last. */
void cache_ask_origin(struct sim *sim, struct cache_state *c, struct frame *fetch);

/* Fills it with the current values of the keys that live on this member, up to the most of any
 * client. */
void keep_warm(struct sim *sim, struct member *member);

/* The entry of the key that a call asks for; NIL: none, or its time and that of `stale` is over. It
 * counts as used. */
uint32_t kept_lookup(struct sim *sim, struct cache_state *c, const struct frame *call);

/* Whether its time is over, but not that of `stale`. */
static inline bool kept_is_stale(const struct sim *sim, const struct cache_state *c, uint32_t e) {
  return (c->store->entry[e].expires_ns & ~ENTRY_ENDED) <= sim->now_ns;
}

void kept_remove(struct sim *sim, struct cache_state *c, uint32_t e);
void kept_clear(struct sim *sim, struct cache_state *c);
void kept_clear_all(struct sim *sim, struct cache_state *c); /* of all owners */

/* Entries whose time is over by now no longer count. */
void kept_settle(struct sim *sim, struct cache_state *c);

#endif

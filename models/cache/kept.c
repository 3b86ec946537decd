#include "kept.h"

#include "call.h"

static void level_add(struct level *level, uint64_t at_ns, int64_t by) {
  level_set(level, at_ns, level->value + (uint64_t)by);
}

static void count_in(const struct sim *sim, struct cache_state *c, uint32_t e) {
  level_up(&c->entries, sim->now_ns);
  if (c->store.in_bytes) level_add(&c->bytes, sim->now_ns, (int64_t)store_weight(&c->store, e));
}

static void count_out(const struct sim *sim, struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->store.entry[e];
  if (entry->expires_ns & ENTRY_ENDED) return;
  uint64_t end_ns = sim->now_ns;
  if (entry->expires_ns < end_ns) end_ns = entry->expires_ns;
  if (end_ns < c->entries.from_ns) end_ns = c->entries.from_ns;
  level_down(&c->entries, end_ns);
  if (c->store.in_bytes) level_add(&c->bytes, end_ns, -(int64_t)store_weight(&c->store, e));
  entry->expires_ns |= ENTRY_ENDED;
}

/* It is about to leave the store. */
static void let_go(struct sim *sim, struct cache_state *c, uint32_t e) {
  count_out(sim, c, e);
  if (sim->ledger) ledger_drop(sim, c->store.entry[e].copy);
  c->removed++;
}

void kept_remove(struct sim *sim, struct cache_state *c, uint32_t e) {
  let_go(sim, c, e);
  store_remove(&c->store, e);
}

void kept_clear(struct sim *sim, struct cache_state *c) {
  for (uint32_t e = NIL; (e = store_next(&c->store, e)) != NIL;) kept_remove(sim, c, e);
  store_clear(&c->store);
}

static uint64_t expiry(const struct sim *sim, const struct cache_state *c) {
  uint64_t ttl_ns = c->config->ttl_ns;
  const uint64_t never = ENTRY_ENDED - 1;
  return ttl_ns < never - sim->now_ns ? sim->now_ns + ttl_ns : never;
}

/* Of a value, where the capacity is in bytes: at most what an entry can say, 4 GiB; 0: nobody says
 * how large it is. */
static uint32_t size_of(struct sim *sim, const struct cache_state *c, struct frame *fetch) {
  if (!c->store.in_bytes) return 1;
  const struct dist *law = &c->config->object_size;
  double bytes = dist_mean(law) > 0 ? (double)dist_draw_keyed(law, &c->object_size, fetch->item, 0)
                                    : call_bytes(sim, fetch, true);
  return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* NIL: the policy does not want it. */
static uint32_t make_room(struct sim *sim, struct cache_state *c, uint32_t item, uint32_t size,
                          uint64_t key) {
  if (size == 0 || !store_admits(&c->store, item, size)) {
    c->rejected++;
    return NIL;
  }
  struct draws draws = draws_begin(c->store.evict, key, 0);
  uint32_t e;
  while ((e = store_victim(&c->store, size, &draws)) != NIL) {
    let_go(sim, c, e);
    store_evict(&c->store, e);
    c->evictions++;
  }
  c->stored++;
  return store_add(&c->store, item, size);
}

void keep(struct sim *sim, struct cache_state *c, struct frame *fetch) {
  uint32_t e = store_find(&c->store, fetch->item), size = size_of(sim, c, fetch);
  if (e != NIL && store_weight(&c->store, e) != (c->store.in_bytes ? size : 1)) {
    kept_remove(sim, c, e); /* it has grown or shrunk */
    e = NIL;
  }
  if (e != NIL) { /* another miss on the same key was faster */
    count_out(sim, c, e);
    if (sim->ledger) ledger_drop(sim, c->store.entry[e].copy);
    store_hit(&c->store, e);
  } else {
    e = make_room(sim, c, fetch->item, size, fetch->key);
    if (e == NIL) return;
  }
  struct entry *entry = &c->store.entry[e];
  entry->copy = c->truth != REF_NONE ? ledger_hold(sim, c->truth, fetch) : 0;
  entry->expires_ns = expiry(sim, c);
  count_in(sim, c, e);
}

uint32_t kept_lookup(struct sim *sim, struct cache_state *c, uint32_t item) {
  uint32_t e = store_find(&c->store, item);
  if (e == NIL) return NIL;
  struct entry *entry = &c->store.entry[e];
  if ((entry->expires_ns & ~ENTRY_ENDED) <= sim->now_ns) {
    kept_remove(sim, c, e);
    c->expired++;
    return NIL;
  }
  if (c->config->expire == EXPIRE_AFTER_ACCESS) entry->expires_ns = expiry(sim, c);
  store_hit(&c->store, e);
  return e;
}

void kept_settle(struct sim *sim, struct cache_state *c) {
  if (c->config->ttl_ns == PARAM_UNLIMITED || c->settled_ns == sim->now_ns) return;
  c->settled_ns = sim->now_ns; /* several meters are read at one instant */
  const struct entry *entry = c->store.entry;
  for (uint32_t e = 0, n = c->store.places; e < n; e++) {
    if (entry[e].expires_ns <= sim->now_ns) count_out(sim, c, e);
  }
}

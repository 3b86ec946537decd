#include "kept.h"

#include "call.h"
#include "column.h"
#include "write_back.h"

static void level_add(struct level *level, uint64_t at_ns, int64_t by) {
  level_set(level, at_ns, level->value + (uint64_t)by);
}

static void count_in(const struct sim *sim, struct cache_state *c, uint32_t e) {
  level_up(&c->entries, sim->now_ns);
  if (c->store->in_bytes) level_add(&c->bytes, sim->now_ns, (int64_t)store_weight(c->store, e));
}

static void count_out(const struct sim *sim, struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->store->entry[e];
  if (entry->expires_ns & ENTRY_ENDED) return;
  uint64_t end_ns = sim->now_ns;
  if (entry->expires_ns < end_ns) end_ns = entry->expires_ns;
  if (end_ns < c->entries.from_ns) end_ns = c->entries.from_ns;
  level_down(&c->entries, end_ns);
  if (c->store->in_bytes) level_add(&c->bytes, end_ns, -(int64_t)store_weight(c->store, e));
  entry->expires_ns |= ENTRY_ENDED;
}

/* It is about to leave the store. */
static void let_go(struct sim *sim, struct cache_state *c, uint32_t e) {
  count_out(sim, c, e);
  if (sim->ledger) ledger_drop(sim, c->store->entry[e].copy);
  c->removed++;
}

void kept_remove(struct sim *sim, struct cache_state *c, uint32_t e) {
  let_go(sim, c, e);
  store_remove(c->store, e);
}

void kept_clear_all(struct sim *sim, struct cache_state *c) {
  for (uint32_t i = 0; i < c->owners.n; i++) {
    owners_enter(c, i);
    kept_clear(sim, c);
  }
}

void kept_clear(struct sim *sim, struct cache_state *c) {
  for (uint32_t e = NIL; (e = store_next(c->store, e)) != NIL;) {
    bool dirty = c->store->entry[e].dirty;
    if (dirty) write_back_lose(sim, c, e);
    kept_remove(sim, c, e);
  }
  store_clear(c->store);
}

static const uint64_t never = ENTRY_ENDED - 1;

static uint64_t after(const struct sim *sim, uint64_t ns) {
  return ns < never - sim->now_ns ? sim->now_ns + ns : never;
}

/* Of what a call with this key stores, or uses. */
uint64_t kept_expiry(const struct sim *sim, const struct cache_state *c, uint64_t key) {
  const struct ttl *ttl = &c->config->ttl;
  if (ttl->jitter <= 0 || ttl->ns == PARAM_UNLIMITED) return after(sim, ttl->ns);
  struct draws draws = draws_begin(c->ttl, key, 0);
  return after(sim, dist_whole((double)ttl->ns * (1 + ttl->jitter * (2 * draws_unit(&draws) - 1))));
}

static uint32_t whole_size(double bytes) {
  return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Of a value, where the capacity is in bytes: at most what an entry can say, 4 GiB; 0: nobody says
 * how large it is. `fetch` NULL: it is the key's. */
static uint32_t size_of(struct sim *sim, const struct cache_state *c, uint32_t item,
                        struct frame *fetch) {
  const struct dist *law = &c->config->object_size;
  if (!c->store->in_bytes) return 1;
  if (dist_mean(law) > 0) return whole_size((double)dist_draw_keyed(law, &c->object_size, item, 0));
  return fetch ? whole_size(call_bytes(sim, fetch, true)) : 0;
}

/* NIL: the policy does not want it. */
static uint32_t make_room(struct sim *sim, struct cache_state *c, uint32_t item, uint32_t size,
                          uint64_t key) {
  if (size == 0 || !store_admits(c->store, item, size)) {
    c->rejected++;
    return NIL;
  }
  struct draws draws = draws_begin(c->store->evict, key, 0);
  uint32_t e;
  while ((e = store_victim(c->store, size, &draws)) != NIL) {
    bool dirty = write_back_clean(sim, c, e);
    uint32_t leaves = c->store->entry[e].item;
    let_go(sim, c, e);
    store_evict(c->store, e);
    c->evictions++;
    if (dirty) write_back_send(sim, c, leaves); /* it may fail at once, and is gone then */
  }
  c->stored++;
  return store_add(c->store, item, size);
}

/* What was made smaller on its way here, or is second best, is passed on like that; NULL: nothing
 * is known. */
static void kept_note_answer(struct sim *sim, struct cache_state *c, uint32_t e,
                             const struct frame *fetch) {
  uint64_t told = 0;
  if (fetch && column_wanted(sim, COLUMN_ANSWER)) told = column_get(sim, fetch, COLUMN_ANSWER);
  if (fetch && fetch->flags & CALL_DEGRADED) told |= ANSWER_DEGRADED;
  store_note_answer(c->store, e, told);
}

void keep(struct sim *sim, struct cache_state *c, struct frame *fetch, enum outcome outcome) {
  uint32_t item = fetch->item, e = store_find(c->store, item), size = size_of(sim, c, item, fetch);
  if (e != NIL && size == 0) size = (uint32_t)store_weight(c->store, e); /* as large as before */
  if (e != NIL && c->store->entry[e].dirty) return; /* what was read is older than what is kept */
  if (outcome != OUTCOME_OK && size == 0) size = 1; /* errors have no size */
  if (e != NIL && store_weight(c->store, e) != (c->store->in_bytes ? size : 1)) {
    kept_remove(sim, c, e); /* it has grown or shrunk */
    e = NIL;
  }
  if (e != NIL) { /* another miss on the same key was faster, or it was refreshed */
    count_out(sim, c, e);
    if (sim->ledger) ledger_drop(sim, c->store->entry[e].copy);
    store_hit(c->store, e);
  } else {
    e = make_room(sim, c, item, size, fetch->key);
    if (e == NIL) return;
  }
  struct entry *entry = &c->store->entry[e];
  bool ok = outcome == OUTCOME_OK;
  entry->copy = ok && c->truth != REF_NONE ? ledger_hold(sim, c->truth, fetch) : 0;
  kept_note_answer(sim, c, e, ok ? fetch : NULL);
  entry->expires_ns = ok ? kept_expiry(sim, c, fetch->key) : after(sim, c->config->negative_ns);
  entry->outcome = outcome & 15;
  count_in(sim, c, e);
}

uint32_t keep_written(struct sim *sim, struct cache_state *c, struct frame *call) {
  uint32_t e = store_find(c->store, call->item);
  if (e == NIL) {
    e = make_room(sim, c, call->item, size_of(sim, c, call->item, call), call->key);
    if (e == NIL) return NIL;
  } else {
    count_out(sim, c, e);
    store_hit(c->store, e);
  }
  kept_note_answer(sim, c, e, NULL);
  c->store->entry[e].expires_ns = never;
  c->store->entry[e].outcome = OUTCOME_OK;
  count_in(sim, c, e);
  return e;
}

static bool lives_here(const struct member *member, uint32_t item) {
  const struct component *component = member->component;
  const struct cache_state *c = member->state;
  return c->balanced || component->members == 1 || component_holder(component, item) == member;
}

/* The first of them whose key is beyond what fits. */
static uint32_t warm_end(struct sim *sim, const struct member *member, uint32_t keys) {
  const struct cache_state *c = member->state;
  uint64_t weight = 0;
  for (uint32_t item = 1; item <= keys; item++) {
    if (!lives_here(member, item)) continue;
    weight += size_of(sim, c, item, NULL);
    if (weight > c->store->capacity) return item;
  }
  return keys + 1;
}

void keep_warm(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  uint64_t keys = data_most_keys(sim->spec);
  if (keys > UINT32_MAX - 2) keys = UINT32_MAX - 2;
  /* The most popular ones come last, so that they are the newest. */
  for (uint32_t item = warm_end(sim, member, (uint32_t)keys); --item > 0;) {
    if (!lives_here(member, item) || store_find(c->store, item) != NIL) continue;
    uint32_t e = make_room(sim, c, item, size_of(sim, c, item, NULL), item);
    if (e == NIL) continue;
    struct entry *entry = &c->store->entry[e];
    struct draws draws = draws_begin(c->warm, item, 0);
    uint64_t ttl_ns = c->config->ttl.ns;
    kept_note_answer(sim, c, e, NULL);
    entry->copy = c->truth != REF_NONE ? ledger_hold_current(sim, c->truth, item) : 0;
    entry->expires_ns =
        ttl_ns == PARAM_UNLIMITED ? never : after(sim, 1 + draws_below(&draws, ttl_ns));
    count_in(sim, c, e);
  }
}

uint32_t kept_lookup(struct sim *sim, struct cache_state *c, const struct frame *call) {
  uint32_t e = store_find(c->store, call->item);
  if (e == NIL) return NIL;
  struct entry *entry = &c->store->entry[e];
  uint64_t expires_ns = entry->expires_ns & ~ENTRY_ENDED;
  if (expires_ns <= sim->now_ns) {
    if (entry->outcome == OUTCOME_OK && sim->now_ns - expires_ns < c->config->stale_ns) return e;
    kept_remove(sim, c, e);
    c->expired++;
    return NIL;
  }
  if (c->config->expire == EXPIRE_AFTER_ACCESS && !entry->dirty)
    entry->expires_ns = kept_expiry(sim, c, call->key);
  store_hit(c->store, e);
  return e;
}

static void settle_store(struct sim *sim, struct cache_state *c) {
  const struct entry *entry = c->store->entry;
  for (uint32_t e = 0, n = c->store->places; e < n; e++) {
    if (entry[e].expires_ns <= sim->now_ns) count_out(sim, c, e);
  }
}

void kept_settle(struct sim *sim, struct cache_state *c) {
  if (c->settled_ns == sim->now_ns) return; /* several meters are read at one instant */
  c->settled_ns = sim->now_ns;
  owners_settle(sim, c);
  if (c->config->ttl.ns == PARAM_UNLIMITED && c->config->negative_ns == 0) return;
  for (uint32_t i = 0; i < c->owners.n; i++) {
    owners_enter(c, i);
    settle_store(sim, c);
  }
}

#include "holding.h"

#include "arena.h"
#include "column.h"

enum { BUCKETS = 4096, NUMBER_BITS = 24 };

/* What a store has done for holders of a lock: the one that was given it last. */
struct seen {
  uint32_t store;
  uint64_t latest;
  struct seen *next;
};

struct lock {
  uint32_t service, item, number;
  uint32_t holders; /* now */
  uint64_t given;   /* how often so far */
  struct holding_meters *meters;
  struct seen *seen;
  struct lock *next; /* in its bucket */
};

struct holding {
  struct lock *bucket[BUCKETS];
  struct lock **lock; /* by number - 1 */
  uint32_t locks, capacity;
};

void holding_want(struct sim *sim) {
  if (sim->holding) return;
  sim->holding = arena_alloc(sim->arena, sizeof *sim->holding);
  column_want(sim, COLUMN_HELD);
}

static struct lock *add(struct sim *sim, struct lock **link, uint32_t service, uint32_t item) {
  struct holding *h = sim->holding;
  if (h->locks == h->capacity) {
    uint32_t capacity = h->capacity ? 2 * h->capacity : 64;
    struct lock **list = arena_alloc(sim->arena, capacity * sizeof *list);
    for (uint32_t i = 0; i < h->locks; i++) list[i] = h->lock[i];
    h->lock = list;
    h->capacity = capacity;
  }
  struct lock *lock = arena_alloc(sim->arena, sizeof *lock);
  *lock = (struct lock){.service = service, .item = item, .number = h->locks + 1};
  h->lock[h->locks++] = lock;
  if (h->locks >> NUMBER_BITS) sim_fail(sim, "%u locks have had a holder", h->locks);
  *link = lock;
  return lock;
}

static struct lock *lock_of(struct sim *sim, uint32_t service, uint32_t item) {
  uint64_t hash = rng_mix((uint64_t)service << 32 | item);
  struct lock **link = &sim->holding->bucket[hash % BUCKETS];
  while (*link && ((*link)->service != service || (*link)->item != item)) link = &(*link)->next;
  return *link ? *link : add(sim, link, service, item);
}

/* Of what COLUMN_HELD says. */
static struct lock *lock_at(const struct sim *sim, uint64_t held) {
  return sim->holding->lock[(held & ((1u << NUMBER_BITS) - 1)) - 1];
}

uint64_t holding_give(struct sim *sim, uint32_t service, uint32_t item,
                      struct holding_meters *meters) {
  struct lock *lock = lock_of(sim, service, item);
  lock->meters = meters;
  return ++lock->given << NUMBER_BITS | lock->number;
}

void holding_take(struct sim *sim, uint64_t held) {
  struct lock *lock = lock_at(sim, held);
  lock->meters->two_holders += lock->holders > 0;
  if (++lock->holders == 2) level_up(&lock->meters->shared, sim->now_ns);
}

void holding_leave(struct sim *sim, uint64_t held) {
  struct lock *lock = lock_at(sim, held);
  if (lock->holders-- == 2) level_down(&lock->meters->shared, sim->now_ns);
}

static struct seen *seen_by(struct sim *sim, struct lock *lock, uint32_t store) {
  struct seen *seen = lock->seen;
  while (seen && seen->store != store) seen = seen->next;
  if (seen) return seen;
  seen = arena_alloc(sim->arena, sizeof *seen);
  *seen = (struct seen){.store = store, .next = lock->seen};
  lock->seen = seen;
  return seen;
}

bool holding_is_stale(struct sim *sim, uint32_t store, const struct frame *call) {
  uint64_t held = column_get(sim, call, COLUMN_HELD);
  return held != 0 && held >> NUMBER_BITS < seen_by(sim, lock_at(sim, held), store)->latest;
}

void holding_counts(struct sim *sim, uint32_t store, const struct frame *call, bool stale) {
  uint64_t held = column_get(sim, call, COLUMN_HELD);
  if (held == 0) return;
  struct lock *lock = lock_at(sim, held);
  struct seen *seen = seen_by(sim, lock, store);
  lock->meters->stale_writes += stale;
  if (held >> NUMBER_BITS > seen->latest) seen->latest = held >> NUMBER_BITS;
}

void holding_done(struct sim *sim, uint32_t store, const struct frame *call, bool writes) {
  holding_counts(sim, store, call, writes && holding_is_stale(sim, store, call));
}

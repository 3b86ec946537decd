#include "owners.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "asker.h"
#include "column.h"
#include "kept.h"
#include "policies/eviction.h"

static uint32_t *bucket_of(const struct owners *o, uint64_t who) {
  return &o->bucket[(uint32_t)rng_mix(who) & o->mask];
}

static void grow(struct owners *o) {
  o->allocated = o->allocated ? 2 * o->allocated : 16;
  o->owner = mem_grow(o->owner, o->allocated, sizeof *o->owner, "owners of a cache",
                      "have fewer users, or leave per out");
  o->bucket = mem_resize(o->bucket, o->allocated * sizeof *o->bucket);
  o->mask = o->allocated - 1;
  memset(o->bucket, 0xff, o->allocated * sizeof *o->bucket);
  for (uint32_t i = 0; i < o->n; i++) {
    uint32_t *head = bucket_of(o, o->owner[i].who);
    o->owner[i].next = *head;
    *head = i;
  }
}

static uint32_t add(struct cache_state *c, uint64_t who, const struct member *member) {
  struct owners *o = &c->owners;
  if (o->n == o->allocated) grow(o);
  const struct room *capacity = &c->config->capacity;
  uint32_t *head = bucket_of(o, who);
  struct owner *owner = &o->owner[o->n];
  *owner = (struct owner){.who = who,
                          .store = mem_alloc(sizeof *owner->store),
                          .member = member,
                          .epoch = member ? member->epoch : 0,
                          .next = *head};
  store_init(owner->store, policies[c->config->policy], capacity->n, capacity->in_bytes, c->evict);
  *head = o->n;
  return o->n++;
}

void owners_enter(struct cache_state *c, uint32_t i) {
  c->owner = i;
  c->store = c->owners.owner[i].store;
}

/* Of a process that has broken since, nothing is left. */
static bool clear_broken(struct sim *sim, struct cache_state *c, uint32_t i) {
  const struct owner *owner = &c->owners.owner[i];
  if (!owner->member || owner->epoch == owner->member->epoch) return false;
  owners_enter(c, i);
  kept_clear(sim, c);
  return true;
}

/* The store that was entered begins. */
static void begin(struct sim *sim, struct cache_state *c) {
  if (c->config->warm) keep_warm(sim, c->member);
}

/* What it has in its next life begins when it asks, and not when somebody counts. */
static void renew(struct sim *sim, struct cache_state *c, uint32_t i) {
  if (!clear_broken(sim, c, i)) return;
  c->owners.owner[i].epoch = c->owners.owner[i].member->epoch;
  begin(sim, c);
}

void owners_revisit(struct sim *sim, struct cache_state *c, uint32_t i) {
  renew(sim, c, i);
  owners_enter(c, i);
}

void owners_warm(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  for (uint32_t i = 0; i < c->owners.n; i++) {
    owners_enter(c, i);
    keep_warm(sim, member);
  }
}

void owners_find(struct sim *sim, struct cache_state *c, const struct frame *call) {
  struct owners *o = &c->owners;
  enum whom per = c->config->per;
  if (per == WHOM_ALL) return;
  const struct member *caller = per == WHOM_CALLER ? asker_of(sim, call) : NULL;
  uint64_t who = whom_of(sim, call, per);
  uint32_t i = *bucket_of(o, who);
  while (i != NIL && o->owner[i].who != who) i = o->owner[i].next;
  if (i == NIL) {
    i = add(c, who, caller);
    level_up(&c->owned, sim->now_ns);
    owners_enter(c, i);
    begin(sim, c);
  }
  owners_revisit(sim, c, i);
}

void owners_settle(struct sim *sim, struct cache_state *c) {
  for (uint32_t i = 0; i < c->owners.n; i++) clear_broken(sim, c, i);
}

void owners_init(struct sim *sim, struct cache_state *c) {
  grow(&c->owners);
  whom_want(sim, c->config->per);
  if (c->config->per == WHOM_ALL) {
    owners_enter(c, add(c, 0, NULL));
  }
}

void owners_free(struct cache_state *c) {
  for (uint32_t i = 0; i < c->owners.n; i++) {
    store_free(c->owners.owner[i].store);
    free(c->owners.owner[i].store);
  }
  free(c->owners.owner);
  free(c->owners.bucket);
}

#include "dedup.h"

#include <stdlib.h>

#include "arena.h"
#include "rng.h"

void dedup_init(struct dedup *dedup, uint64_t window_ns) {
  *dedup = (struct dedup){.window_ns = window_ns};
}

void dedup_free(struct dedup *dedup) {
  free(dedup->table);
  free(dedup->queue);
}

static struct dedup_entry *bucket_of(struct dedup *d, uint64_t identity) {
  uint32_t mask = d->buckets - 1, i = (uint32_t)rng_mix(identity) & mask;
  while (d->table[i].taken && d->table[i].identity != identity) i = (i + 1) & mask;
  return &d->table[i];
}

static void grow_table(struct dedup *d) {
  struct dedup_entry *old = d->table;
  uint32_t n = d->buckets;
  d->buckets = n ? 2 * n : 64;
  d->table = mem_zeroed(d->buckets, sizeof *d->table);
  for (uint32_t i = 0; i < n; i++) {
    if (old[i].taken) *bucket_of(d, old[i].identity) = old[i];
  }
  free(old);
}

/* Open addressing without marks: the entries behind it move up. */
static void remove_entry(struct dedup *d, struct dedup_entry *entry) {
  uint32_t mask = d->buckets - 1, hole = (uint32_t)(entry - d->table);
  for (uint32_t i = (hole + 1) & mask; d->table[i].taken; i = (i + 1) & mask) {
    uint32_t home = (uint32_t)rng_mix(d->table[i].identity) & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    d->table[hole] = d->table[i];
    hole = i;
  }
  d->table[hole].taken = false;
  d->n--;
}

static void forget_old(struct dedup *d, uint64_t now_ns) {
  while (d->queued > 0) {
    const struct dedup_entry *oldest = &d->queue[d->head];
    if (d->window_ns == UINT64_MAX || now_ns - oldest->at_ns < d->window_ns) return;
    struct dedup_entry *entry = bucket_of(d, oldest->identity);
    if (entry->taken && entry->at_ns == oldest->at_ns) remove_entry(d, entry);
    d->head = (d->head + 1) % d->capacity;
    d->queued--;
  }
}

bool dedup_knows(struct dedup *dedup, uint64_t identity, uint64_t now_ns) {
  forget_old(dedup, now_ns);
  return dedup->n > 0 && bucket_of(dedup, identity)->taken;
}

static void enqueue(struct dedup *d, struct dedup_entry entry) {
  if (d->queued == d->capacity) {
    uint32_t capacity = d->capacity ? 2 * d->capacity : 64;
    struct dedup_entry *more = mem_zeroed(capacity, sizeof *more);
    for (uint32_t i = 0; i < d->queued; i++) more[i] = d->queue[(d->head + i) % d->capacity];
    free(d->queue);
    d->queue = more;
    d->head = 0;
    d->capacity = capacity;
  }
  d->queue[(d->head + d->queued++) % d->capacity] = entry;
}

void dedup_add(struct dedup *dedup, uint64_t identity, uint64_t now_ns) {
  if (2 * dedup->n >= dedup->buckets) grow_table(dedup);
  struct dedup_entry entry = {identity, now_ns, true};
  *bucket_of(dedup, identity) = entry;
  dedup->n++;
  if (dedup->window_ns != UINT64_MAX) enqueue(dedup, entry);
}

uint32_t dedup_forget_since(struct dedup *dedup, uint64_t since_ns) {
  struct dedup_entry *old = dedup->table;
  uint32_t buckets = dedup->buckets, before = dedup->n;
  if (buckets == 0) return 0;
  dedup->table = mem_zeroed(buckets, sizeof *dedup->table);
  dedup->n = 0;
  for (uint32_t i = 0; i < buckets; i++) {
    if (!old[i].taken || old[i].at_ns > since_ns) continue;
    *bucket_of(dedup, old[i].identity) = old[i];
    dedup->n++;
  }
  free(old);
  while (dedup->queued > 0) {
    uint32_t last = (dedup->head + dedup->queued - 1) % dedup->capacity;
    if (dedup->queue[last].at_ns <= since_ns) break;
    dedup->queued--;
  }
  return before - dedup->n;
}

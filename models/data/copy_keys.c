#include "copy_keys.h"

#include <stdlib.h>

#include "arena.h"
#include "column.h"
#include "idempotency.h"
#include "rng.h"

struct entry {
  uint64_t identity, made_ns;
  uint32_t write, has; /* a set of copies */
  uint32_t before;     /* the entry of an earlier write with the same key; 0: none */
};

struct copy_keys {
  uint64_t keep_ns;
  struct entry *entry; /* from 1 */
  uint32_t n, capacity;
  uint32_t *newest; /* open addressing by key: its last entry */
  uint32_t buckets, used;
  uint32_t *of_write; /* by its number; 0: it has no key */
  uint32_t writes;
  uint64_t duplicates;
};

struct copy_keys *copy_keys_new(struct sim *sim, const struct idempotency_config *config) {
  if (!config->given) return NULL;
  column_want(sim, COLUMN_IDENTITY);
  struct copy_keys *keys = mem_zeroed(1, sizeof *keys);
  keys->keep_ns = config->keep_ns;
  keys->n = 1;
  keys->buckets = 64;
  keys->newest = mem_zeroed(keys->buckets, sizeof *keys->newest);
  return keys;
}

void copy_keys_free(struct copy_keys *keys) {
  if (!keys) return;
  free(keys->entry);
  free(keys->newest);
  free(keys->of_write);
  free(keys);
}

static uint32_t *bucket_of(const struct copy_keys *keys, uint64_t identity) {
  uint32_t mask = keys->buckets - 1, i = (uint32_t)rng_mix(identity) & mask;
  while (keys->newest[i] && keys->entry[keys->newest[i]].identity != identity) i = (i + 1) & mask;
  return &keys->newest[i];
}

static void grow_table(struct copy_keys *keys) {
  uint32_t *old = keys->newest, n = keys->buckets;
  keys->buckets = 2 * n;
  keys->newest = mem_zeroed(keys->buckets, sizeof *keys->newest);
  for (uint32_t i = 0; i < n; i++) {
    if (old[i]) *bucket_of(keys, keys->entry[old[i]].identity) = old[i];
  }
  free(old);
}

static void set_of_write(struct copy_keys *keys, uint32_t write, uint32_t entry) {
  if (write >= keys->writes) {
    uint32_t writes = write < 128 ? 256 : 2 * write;
    keys->of_write = mem_resize(keys->of_write, writes * sizeof *keys->of_write);
    for (uint32_t i = keys->writes; i < writes; i++) keys->of_write[i] = 0;
    keys->writes = writes;
  }
  keys->of_write[write] = entry;
}

void copy_keys_made(struct copy_keys *keys, uint32_t copy, uint32_t write, uint64_t identity,
                    uint64_t now_ns) {
  if (identity == 0) return;
  if (keys->n >= keys->capacity) {
    keys->capacity = keys->capacity ? 2 * keys->capacity : 256;
    keys->entry = mem_resize(keys->entry, keys->capacity * sizeof *keys->entry);
  }
  if (2 * keys->used >= keys->buckets) grow_table(keys);
  uint32_t *newest = bucket_of(keys, identity);
  keys->used += *newest == 0;
  keys->entry[keys->n] = (struct entry){.identity = identity,
                                        .made_ns = now_ns,
                                        .write = write,
                                        .has = UINT32_C(1) << copy,
                                        .before = *newest};
  *newest = keys->n;
  set_of_write(keys, write, keys->n++);
}

void copy_keys_note(struct copy_keys *keys, uint32_t copy, uint32_t write, bool has) {
  uint32_t i = write < keys->writes ? keys->of_write[write] : 0;
  if (i == 0) return;
  uint32_t bit = UINT32_C(1) << copy;
  keys->entry[i].has = has ? keys->entry[i].has | bit : keys->entry[i].has & ~bit;
}

uint32_t copy_keys_done(struct copy_keys *keys, uint32_t copy, uint64_t identity, uint64_t now_ns,
                        struct idempotency_meters *meters) {
  if (identity == 0) return 0;
  uint32_t i = *bucket_of(keys, identity);
  while (i && !(keys->entry[i].has >> copy & 1)) i = keys->entry[i].before;
  if (i == 0) return 0;
  const struct entry *e = &keys->entry[i];
  bool kept =
      keys->keep_ns > 0 && (keys->keep_ns == UINT64_MAX || now_ns - e->made_ns < keys->keep_ns);
  if (kept) {
    meters->repeated++;
    return e->write;
  }
  meters->duplicates++;
  keys->duplicates++;
  return 0;
}

uint64_t copy_keys_twice(const struct copy_keys *keys, uint32_t copy) {
  uint64_t twice = 0;
  for (uint32_t b = 0; b < keys->buckets; b++) {
    uint64_t n = 0;
    for (uint32_t i = keys->newest[b]; i; i = keys->entry[i].before) {
      n += keys->entry[i].has >> copy & 1;
    }
    twice += n > 1 ? n - 1 : 0;
  }
  return twice;
}

uint64_t copy_keys_duplicates(const struct copy_keys *keys) {
  return keys->duplicates;
}

/* maglev: a table that backends fill in turns, each by a permutation of its own (Eisenbud et al.,
 * Maglev, NSDI 2016).
 *
 * Each has as many entries as any other, or one less; when one leaves, few entries of the others
 * change. With weights a backend has its turn less often (Envoy). The table is made of all that are
 * in use, when a call comes after that has changed. */
#include <stdlib.h>
#include <string.h>

#include "algorithm.h"

#define ENTRIES 65537u /* a prime: Envoy's and Google's */
#define NOBODY UINT16_MAX

struct row {
  uint32_t offset, skip;
  uint32_t next; /* position in its permutation */
  double turn;   /* gained so far: an entry for each whole one */
};

struct table {
  uint64_t version; /* of those in use that it is made of, plus 1; 0: of none */
  uint16_t entry[ENTRIES];
  struct row *row; /* by backend */
};

static void *prepare(struct arena *arena, const struct backends *backends) {
  struct table *table = arena_alloc(arena, sizeof *table);
  table->row = arena_alloc(arena, backends->n * sizeof *table->row);
  for (uint32_t i = 0; i < backends->n; i++) {
    uint64_t identity = backends->identity[i];
    table->row[i].offset = (uint32_t)(rng_mix(identity) % ENTRIES);
    table->row[i].skip = (uint32_t)(rng_mix(identity + 1) % (ENTRIES - 1)) + 1;
  }
  return table;
}

static void take_entry(struct table *table, uint32_t which) {
  struct row *row = &table->row[which];
  uint32_t at;
  do {
    at = (uint32_t)((row->offset + (uint64_t)row->skip * row->next++) % ENTRIES);
  } while (table->entry[at] != NOBODY);
  table->entry[at] = (uint16_t)which;
}

static void fill(struct table *table, const struct candidates *all, const double *weight) {
  memset(table->entry, 0xff, sizeof table->entry);
  double most = 0;
  for (uint32_t i = 0; i < all->n; i++) {
    struct row *row = &table->row[all->which[i]];
    row->next = 0;
    row->turn = 0;
    if (weight_of(weight, all->which[i]) > most) most = weight_of(weight, all->which[i]);
  }
  for (uint32_t filled = 0; filled < ENTRIES;) {
    for (uint32_t i = 0; i < all->n && filled < ENTRIES; i++) {
      struct row *row = &table->row[all->which[i]];
      row->turn += weight_of(weight, all->which[i]) / most;
      if (row->turn < 1) continue;
      row->turn -= 1;
      take_entry(table, all->which[i]);
      filled++;
    }
  }
}

/* Where the backend of an entry may not have the call, the next entry's does: many different ones
 * take over from one. */
static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call, (void)draws;
  struct table *table = from->memory;
  if (table->version != from->version + 1) {
    table->version = from->version + 1;
    fill(table, from->all, from->weight);
  }
  uint32_t first = (uint32_t)(rng_mix(from->hashed) % ENTRIES);
  for (uint32_t i = 0; i < ENTRIES; i++) {
    uint32_t which = table->entry[(first + i) % ENTRIES];
    if (candidates_have(c, which)) return which;
  }
  return c->which[0]; /* it has no entry: there are more backends than these */
}

const struct algorithm algorithm_maglev = {
    .name = "maglev", .hashes = true, .weighs = true, .prepare = prepare, .pick = pick};

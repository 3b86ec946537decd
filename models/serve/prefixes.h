/* Beginnings of prompts that an instance keeps, by key.
 *
 * Each is in use by some sequences or by none; those that nobody uses are in a list, the one whose
 * last use ended longest ago first, and are forgotten in that order. `n` of them are kept, and
 * `uses` sequences use one. */
#ifndef PREFIXES_H
#define PREFIXES_H

#include "sim.h"

#define PREFIX_BUCKETS 1024

struct prefix {
  uint32_t item, uses;
  struct prefix *chain;         /* in its bucket, or of those to be used again */
  struct prefix *older, *newer; /* unused */
};

struct prefixes {
  struct arena *arena;
  uint64_t n, uses;
  struct prefix **bucket, *oldest, *newest, *spare;
};

void prefixes_init(struct prefixes *p, struct arena *arena);

/* That of a key; NULL: it is not kept. */
struct prefix *prefixes_find(const struct prefixes *p, uint32_t item);

/* That of a key that has none, in use by one. */
struct prefix *prefixes_add(struct prefixes *p, uint32_t item);

void prefix_use(struct prefixes *p, struct prefix *prefix);
void prefix_release(struct prefixes *p, struct prefix *prefix);

/* False: all are in use, or there are none. */
bool prefixes_forget_oldest(struct prefixes *p);

/* All are gone; nobody uses one. */
void prefixes_clear(struct prefixes *p);

#endif

/* Entries in one list by how often they were used: the least used ones are the oldest, and among
 * equal ones the one that has been so for longest (Ketan Shah et al., An O(1) algorithm for
 * implementing the LFU cache eviction scheme, 2010).
 *
 * A class is all entries with one frequency, next to each other in the list; it knows its newest
 * entry. An entry knows its class by its count. */
#ifndef FREQUENCY_H
#define FREQUENCY_H

#include "eviction.h"

struct frequency {
  struct class {
    uint64_t uses;
    uint32_t newest, n;
    uint32_t fewer, more; /* classes beside it, by uses; of a free one `more` is the next free */
  } * class;
  uint32_t allocated, free_class, fewest;
};

void frequency_init(struct frequency *f);
void frequency_free(struct frequency *f);

/* Puts a new entry among those used so often. */
void frequency_put(struct frequency *f, struct store *s, uint32_t e, uint64_t uses);

/* It was used once more. */
void frequency_use(struct frequency *f, struct store *s, uint32_t e);

/* It leaves its class; the list is the caller's. */
void frequency_leave(struct frequency *f, struct store *s, uint32_t e);

uint64_t frequency_of(const struct frequency *f, const struct store *s, uint32_t e);

#endif

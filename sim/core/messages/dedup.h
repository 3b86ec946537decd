/* Which messages were seen within a window of time: what an idempotent consumer, or a broker that
 * refuses doubles, remembers.
 *
 * An entry is forgotten a window after it was added, so memory is bounded by what comes within one.
 * Nothing but the window bounds it: how long the memory of a real one is, is the point. */
#ifndef DEDUP_H
#define DEDUP_H

#include <stdbool.h>
#include <stdint.h>

struct dedup_entry {
  uint64_t identity, at_ns;
  bool taken;
};

struct dedup {
  uint64_t window_ns;
  struct dedup_entry *table; /* open addressing */
  uint32_t n, buckets;
  struct dedup_entry *queue; /* a ring, in the order in which they came */
  uint32_t head, queued, capacity;
};

void dedup_init(struct dedup *dedup, uint64_t window_ns);
void dedup_free(struct dedup *dedup);

/* Whether it was added within the window before now. */
bool dedup_knows(struct dedup *dedup, uint64_t identity, uint64_t now_ns);

/* Those that were added later are as if they had never been; how many. */
uint32_t dedup_forget_since(struct dedup *dedup, uint64_t since_ns);

/* One that is not known. */
void dedup_add(struct dedup *dedup, uint64_t identity, uint64_t now_ns);

#endif

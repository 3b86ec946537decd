#include "fencing.h"

#include "arena.h"
#include "column.h"
#include "lease.h"

enum { BUCKETS = 1024 };

struct greatest {
  uint64_t scope, number;
  struct greatest *next; /* in its bucket */
};

struct fencing {
  struct greatest *bucket[BUCKETS];
};

struct fencing *fencing_new(struct sim *sim) {
  column_want(sim, COLUMN_TOKEN);
  return arena_alloc(sim->arena, sizeof(struct fencing));
}

static struct greatest *greatest_of(struct sim *sim, struct fencing *fencing, uint64_t scope) {
  struct greatest **link = &fencing->bucket[rng_mix(scope) % BUCKETS];
  while (*link && (*link)->scope != scope) link = &(*link)->next;
  if (*link == NULL) {
    *link = arena_alloc(sim->arena, sizeof **link);
    **link = (struct greatest){.scope = scope};
  }
  return *link;
}

bool fencing_lets_do(struct sim *sim, struct fencing *fencing, const struct frame *call,
                     bool writes) {
  uint64_t token = column_get(sim, call, COLUMN_TOKEN);
  if (token == 0) return true;
  struct greatest *greatest = greatest_of(sim, fencing, token_scope(token, call->item));
  if (token_number(token) > greatest->number) greatest->number = token_number(token);
  return !writes || token_number(token) >= greatest->number;
}

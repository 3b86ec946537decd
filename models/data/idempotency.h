/* Idempotency keys: who sends a write again says by a key that it is the same, and a database that
 * remembers the key answers without doing it again.
 *
 * The key is made where a request begins, and goes with it: if the client tries again, or a
 * service on the way, the write has the key that it had before. The database looks it up and writes
 * it down together with the write, so a crash leaves both or none. Beside that it is known what was
 * really done: a write whose key was done before is a duplicate, however long ago that was.
 *
 * Invariant: of the writes with a key each was the first one done, was done again, or was not, or
 * it was the first and is lost. */
#ifndef IDEMPOTENCY_H
#define IDEMPOTENCY_H

#include "dedup.h"
#include "param.h"
#include "sim.h"

struct idempotency_config {
  bool given;
  uint64_t keep_ns;
};
extern const struct param idempotency_params[];

struct idempotency_meters {
  uint64_t duplicates, repeated;
};

struct idempotency {
  struct dedup remembered, done;
  struct idempotency_meters *meters;
  uint64_t asked, again, spared, lost; /* since time 0 */
};

/* NULL: nothing is said. */
struct idempotency *idempotency_new(struct sim *sim, const struct idempotency_config *config,
                                    struct idempotency_meters *meters);
void idempotency_free(struct idempotency *i);

/* Whether a write that has been worked on is to be done. */
bool idempotency_lets_do(struct sim *sim, struct idempotency *i, const struct frame *call);

/* What was written later is lost, and its keys with it. */
void idempotency_lose(struct idempotency *i, uint64_t since_ns);

struct checks;
struct member;
void idempotency_check(const struct idempotency *i, const struct member *member,
                       struct checks *out);

#endif

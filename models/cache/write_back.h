/* Writes that a cache acknowledges before its origin has them: kept as dirty entries, which are
 * written to the origin every so often, each key once, or when they make room. A dirty entry does
 * not end. What a crash or a flush takes before it was sent is lost; the ledger says how much. */
#ifndef WRITE_BACK_H
#define WRITE_BACK_H

#include "kept.h"

static inline bool writes_back(const struct cache_state *c) {
  return c->config->write.policy == WRITE_BACK;
}

/* When a life begins. */
void write_back_begin(struct sim *sim, struct member *member);

/* Keeps what a call writes and acknowledges it; false: it cannot be kept. */
bool write_back_keep(struct sim *sim, struct member *member, struct frame *call);

/* Sends all that is dirty; the timer has gone off. */
void write_back_flush(struct sim *sim, struct member *member);

/* What is dirty of it is about to be sent; false: nothing. */
bool write_back_clean(struct sim *sim, struct cache_state *c, uint32_t e);

/* Sends what was written of a key. It may fail at once: do what is to become of the entry before.
 */
void write_back_send(struct sim *sim, struct cache_state *c, uint32_t item);

/* A call that was sent ended. */
void write_back_ended(struct sim *sim, struct cache_state *c, const struct frame *fetch,
                      enum outcome outcome);

/* A dirty entry is about to be lost. */
void write_back_lose(struct sim *sim, struct cache_state *c, uint32_t e);

#endif

/* Parts of transactions (transaction.h) in the log of a database that has copies, as in Spanner and
 * CockroachDB, where each participant is a group that agrees on its log (Corbett et al., 2012,
 * 4.2.1): that a write is prepared, what was decided about it, or that a part is void and must not
 * be done any more, are entries of the log like writes, and answered when as many copies have them.
 * So they are as durable as a write of the database: who takes over has what its own log has. It
 * locks the rows of those that are prepared and not decided; other locks are in the memory of the
 * primary alone, and end with it.
 *
 * What has become of a part is what the log of the primary has of it that is committed. Where
 * copies follow later (asynchronous writes), or two lead, a vote or a decision can be lost with a
 * primary: then it is taken back in the transaction's record, and the transaction may be half
 * applied.
 *
 * Invariant: entries are in the order of their writes, whose numbers rise. */
#ifndef COPY_PARTS_H
#define COPY_PARTS_H

#include <stdbool.h>
#include <stdint.h>

struct copy;
struct copy_parts;
struct group;
struct member;
struct sim;

enum part_entry {
  PART_NONE,     /* nothing is known of it; of an entry: a write that is part of nothing */
  PART_PREPARED, /* it has voted, and its row is locked */
  PART_DONE,     /* its write is there */
  PART_VOID,     /* it was given up, and is not done any more */
  PART_UNDONE,   /* its write was undone by another one */
  PART_TOKEN     /* of an entry: no part, but the token of a reader (copy_tokens.h) */
};

/* Whether such an entry is a write that readers see. */
static inline bool part_entry_writes(enum part_entry what) {
  return what == PART_NONE || what == PART_DONE || what == PART_UNDONE;
}

/* What the copies share. */
struct copy_parts *copy_parts_new(void);
void copy_parts_free(struct copy_parts *parts);

/* The primary has put an entry about a part into its log, the last one there; `item`: its row. */
void copy_parts_add(struct sim *sim, const struct copy *copy, uint64_t part, uint32_t item,
                    enum part_entry what, uint32_t write);

/* What the log of a copy says of it. */
enum part_entry copy_parts_state(const struct sim *sim, const struct copy *copy, uint64_t part);

/* Its log is committed up to one more write. */
void copy_parts_committed(struct sim *sim, const struct copy *copy, uint32_t write);

/* It leads from now on, with the log that it has: what the one before it had more is taken back,
 * and `lock` is told the rows of what is prepared. */
void copy_parts_lead(struct sim *sim, const struct copy *copy,
                     void (*lock)(struct sim *sim, struct member *member, uint32_t item));

/* Parts that are prepared and not decided by the log of a copy. */
uint32_t copy_parts_prepared(const struct copy *copy);

/* The logs, which agree up to there, end to keep what is up to there. */
void copy_parts_forget(struct group *group, uint32_t until);

#endif

/* Rows of a database that takes part in transactions, or says `row_locks`: a write locks the row of
 * its data key, from when it comes until it is done; one that is prepared until its decision is
 * heard (transaction.h). Writes of a locked row wait, first come first served. Reads wait for
 * nobody: they see what was there before (as in PostgreSQL and InnoDB).
 *
 * A crash frees every row but those of prepared writes, which are on disk. Invariant: a row has
 * waiting writes only while it is locked. Writes without a data key lock nothing. */
#ifndef ROWS_H
#define ROWS_H

#include "sim.h"

struct rows_meters {
  struct level prepared; /* writes that are, and whose decision is not heard */
  struct level waiting;  /* writes that wait for a row */
  struct hist wait;      /* ns, of those that had to */
};

struct rows;

struct rows *rows_new(struct sim *sim, struct member *member, struct rows_meters *meters);

/* The row of a call is locked for it. False: it waits. */
bool rows_lock(struct sim *sim, struct rows *rows, struct frame *call);

/* From now on it survives a crash. */
void rows_keep(struct sim *sim, struct rows *rows, uint32_t item);

/* It is free. Returns the write that waited longest, which has the lock now; or NULL. */
struct frame *rows_unlock(struct sim *sim, struct rows *rows, uint32_t item);

void rows_crash(struct sim *sim, struct rows *rows);

/* Writes that wait. */
uint64_t rows_waiting(const struct rows *rows);

struct checks;
void rows_check(const struct rows *rows, struct checks *out);

#endif

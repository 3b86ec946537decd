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
  uint64_t deadlocks;    /* writes that gave up as others waited for them */
};

struct rows;

struct rows *rows_new(struct sim *sim, struct member *member, struct rows_meters *meters);

/* The row of a call is locked for it. False: it waits. */
bool rows_lock(struct sim *sim, struct rows *rows, struct frame *call);

/* The same of any row, for writes of several: locks it, if it is free; waits for it, as it is not;
 * waits no more. */
bool rows_take(struct sim *sim, struct rows *rows, uint32_t item, const struct frame *call);
void rows_wait(struct sim *sim, struct rows *rows, uint32_t item, struct frame *call);
void rows_leave(struct sim *sim, struct rows *rows, uint32_t item, struct frame *call);

/* The slot of the write that has a row. It is locked. */
uint32_t rows_holder(struct rows *rows, uint32_t item);
/* Whether this write has it, and has not been told to keep it. */
bool rows_has(const struct sim *sim, struct rows *rows, uint32_t item, const struct frame *call);

/* A free row is kept for a prepared write of which there is no call here. */
void rows_hold(struct sim *sim, struct rows *rows, uint32_t item);

/* Timers of theirs (several_rows.h). */
enum { ROWS_CHECK = 1000 };

/* From now on it survives a crash. */
void rows_keep(struct sim *sim, struct rows *rows, uint32_t item);

/* It is free. Returns the write that waited longest, which has the lock now; or NULL. */
struct frame *rows_unlock(struct sim *sim, struct rows *rows, uint32_t item);

/* Nothing is locked but what is kept. The calls that wait are answered by who crashes. */
void rows_crash(struct sim *sim, struct rows *rows);
/* Nothing is. The first of the calls that waited for a row of this member is taken out of them;
 * NULL: none does any more, and all rows are free. */
struct frame *rows_clear_next(struct sim *sim, struct rows *rows);

/* Writes that wait. */
uint64_t rows_waiting(const struct rows *rows);

struct checks;
void rows_check(const struct rows *rows, struct checks *out);

#endif

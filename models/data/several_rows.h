/* Writes that change several rows, as a transaction of several statements does: the row of the data
 * key and others that are drawn, locked one after the other, each before its part of the work, and
 * all kept until the write is done. Two that want rows of each other wait for ever; a write that
 * has waited for so long looks whether it is in such a circle, and if so gives up (PostgreSQL).
 *
 * A write waits for one row at most, and a row has one holder, so there is at most one way to
 * follow from a write: from the row that it waits for to its holder, and on. Invariant: a claim's
 * check is set only while it waits. */
#ifndef SEVERAL_ROWS_H
#define SEVERAL_ROWS_H

#include "param.h"
#include "rows.h"

enum { ROWS_MOST = 64 };

struct rows_config {
  bool given;
  uint64_t n, deadlock_ns;
  struct keys keys;
  uint32_t order;
};
extern const struct param rows_params[];

bool several_rows_valid(const struct rows_config *config, uint32_t instances, struct error *err);
/* Whether two writes can wait for each other. */
bool several_rows_can_deadlock(const struct rows_config *config);

struct several_rows;

/* NULL: writes change one row. */
struct several_rows *several_rows_new(struct sim *sim, struct member *member,
                                      const struct rows_config *config, struct rows *rows,
                                      uint64_t *deadlocks);

/* A write comes. False: it waits for its first row. */
bool several_rows_begin(struct sim *sim, struct several_rows *s, struct frame *call);

/* A part of its work is done: ROWS_NEXT, it has its next row; ROWS_WAIT, that row is taken, and
 * several_rows_wait has to be told when the write has left its worker; ROWS_ALL, it was the last.
 */
enum rows_step { ROWS_NEXT, ROWS_WAIT, ROWS_ALL };
enum rows_step several_rows_step(struct sim *sim, struct several_rows *s, const struct frame *call);
void several_rows_wait(struct sim *sim, struct several_rows *s, struct frame *call);

/* The how-many-th part of its work comes next, from 0. */
uint32_t several_rows_part(const struct several_rows *s, const struct frame *call);

/* It frees the last row it has. *next: who has that now; NULL: nobody. False: it has none left. */
bool several_rows_free_one(struct sim *sim, struct several_rows *s, const struct frame *call,
                           struct frame **next);

/* It has been given the row that it waited for (rows_unlock). */
void several_rows_got(struct several_rows *s, const struct frame *call);

/* A check is due. The write that has to give up, which waits no more; NULL: none. */
bool several_rows_is_check(const struct several_rows *s, const struct timer *timer);
struct frame *several_rows_check(struct sim *sim, struct several_rows *s,
                                 const struct timer *timer);

void several_rows_crash(struct several_rows *s);

#endif

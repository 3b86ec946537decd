/* What a member of a database is in a run; for the files that run it and that tell what it did. */
#ifndef DATABASE_STATE_H
#define DATABASE_STATE_H

#include "database_config.h"
#include "quorum.h"
#include "several_rows.h"
#include "shards.h"
#include "station.h"
#include "unchanged.h"

struct database_state {
  /* What most calls touch fills the first line and the beginning of `station`. */
  const struct database_config *config;
  const struct dist *read_time; /* that of the config, in a line of its own */
  struct stream read;
  uint64_t reads;
  bool applies;    /* writes of other leaders take a time of their own */
  bool has_writes; /* there are write_ops */
  bool followed;   /* by the ledger */
  bool special;    /* there are copies, shards or rows: `copy`, `quorum`, `shard`, `rows` */
  bool asks;       /* whether a call may be done: `fencing`, `idempotency`, `unchanged` */
  struct station station;
  struct stream write, apply;
  uint64_t writes;
  struct op_set write_ops;
  uint64_t rejected;
  struct copy *copy;            /* this member's, */
  struct quorum_member *quorum; /* or what it is without a primary */
  struct shard *shard;          /* or what it is among shards */
  struct rows *rows;            /* where it takes part in transactions */
  struct several_rows *several; /* or NULL: writes change one row */
  struct copy_meters copies;
  struct quorum_meters rounds;
  struct shard_meters moves;
  struct idempotency *idempotency; /* or NULL */
  struct idempotency_meters keys;
  struct outbox *outbox; /* or NULL */
  struct outbox_meters sent;
  struct rows_meters locks;
  struct fencing *fencing; /* or NULL */
  uint64_t fenced;
  struct unchanged *unchanged; /* of the component, or NULL */
  uint64_t changed;
  struct shipping *shipping; /* or NULL */
  uint64_t shipped;
};

static inline bool database_is_write(const struct database_state *db, const struct frame *call) {
  return db->has_writes && op_set_has(&db->write_ops, call->op);
}

/* How a call is answered whose work is over: done; as the same write was before; turned away, as it
 * comes from a former holder of a lock, or is for a version that is not there any more. */
enum answered { AS_DONE, AS_DONE_BEFORE, AS_FENCED_OFF, AS_CHANGED };

/* Of a database that asks (database_asks.c). */
__attribute__((noinline)) enum answered database_asks(struct sim *sim, struct database_state *db,
                                                      struct frame *call);

/* The same of a write at the primary of copies; `write`: the one that was done before. */
enum answered database_asks_primary(struct sim *sim, struct database_state *db,
                                    const struct frame *call, uint32_t *write);

/* --- in database.c -------------------------------------------------------------------------- */

/* A call has a worker. */
void database_begin(struct sim *sim, struct member *member, struct frame *call);
/* A write is done for good. */
void database_done_write(struct sim *sim, struct member *member, const struct frame *call);
/* It is turned away. */
void database_note_refused(struct sim *sim, struct database_state *db, const struct frame *call,
                           enum answered as);
/* The work of a write is over at the primary, who has locked its `row`; 0: none. */
void database_write_at_primary(struct sim *sim, struct member *member, struct frame *call,
                               uint32_t row);
/* Whether one more call may be there. */
bool database_has_connection(const struct database_state *db);

/* --- in database_rows.c, of one that locks rows ---------------------------------------------- */

/* Whether a call writes, as far as rows are concerned. */
bool database_writes_row(const struct sim *sim, const struct database_state *db,
                         const struct frame *call);
/* Whether a call need not, or cannot yet, wait for a worker. */
bool database_is_held(struct sim *sim, struct member *member, struct frame *call);
/* The work of a call is over. False: it is no write. */
bool database_done_at_row(struct sim *sim, struct member *member, struct frame *call);
bool database_done_at_copy(struct sim *sim, struct member *member, struct frame *call);
/* A check for deadlocks is due. */
void database_break_deadlock(struct sim *sim, struct member *member, const struct timer *timer);
extern const struct copy_locks database_locks;

/* What it counts, in database_results.c. */
extern const struct meter database_meters[];
bool database_has_meter(const void *config, const struct meter *meter);
bool database_uses_meter(const struct component *component, const struct meter *meter);
void database_collect(struct sim *sim, struct component *component, struct metrics *out);

/* Whether its members send each other messages. */
bool database_sends(const void *config);

#endif

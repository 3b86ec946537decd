/* Writes of a database that lock rows: of transactions (transaction.h), of `row_locks` and `rows`.
 * Where it has copies rows are locked by the primary, until a write is acknowledged, and what is
 * known of transactions is in its log (copy_parts.h). */
#include "call.h"
#include "column.h"
#include "database_state.h"
#include "timeline.h"
#include "transaction.h"

/* What is part of a transaction is a write, whatever its operation. */
bool database_writes_row(const struct sim *sim, const struct database_state *db,
                         const struct frame *call) {
  if (call->flags & CALL_MESSAGE) return false;
  return database_is_write(db, call) || column_get(sim, call, COLUMN_TRANSACTION) != 0;
}

/* A write has the row that it waited for. */
static void go_on(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->several) several_rows_got(db->several, call);
  if (station_enter(sim, &db->station, call, 0, true) == STATION_STARTED)
    database_begin(sim, member, call);
}

/* A write of several rows is over, and frees what it has. */
static void unlock_all(struct sim *sim, struct member *member, const struct frame *call) {
  struct database_state *db = member->state;
  struct frame *next;
  while (several_rows_free_one(sim, db->several, call, &next)) {
    if (next) go_on(sim, member, next);
  }
}

/* A row is free; the next write of it goes on. */
static void unlock(struct sim *sim, struct member *member, uint32_t item) {
  struct database_state *db = member->state;
  struct frame *next = item ? rows_unlock(sim, db->rows, item) : NULL;
  if (next) go_on(sim, member, next);
}

/* One that was committed before under the same key is there, and not done again. */
static void commit(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->idempotency == NULL || idempotency_lets_do(sim, db->idempotency, call)) {
    database_done_write(sim, member, call);
  } else {
    transaction_is_there(sim, call);
  }
}

/* A prepared write becomes one, or is undone. */
static void hear(struct sim *sim, struct member *member, struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  uint32_t bit = transaction_bit(sim, call);
  bool waits = t && (t->prepared & ~t->heard & bit) != 0;
  if (waits && transaction_phase(sim, call) == PHASE_COMMIT) commit(sim, member, call);
  if (t) transaction_heard(sim, call);
  uint32_t item = call->item;
  call_reply(sim, call, OUTCOME_OK);
  if (waits) unlock(sim, member, item);
}

/* The same where there are copies. Of a part that its log does not know there is nothing to commit;
 * that it is given up is put down all the same: its vote may still come. */
static void decide_at_copy(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  bool commits = transaction_phase(sim, call) == PHASE_COMMIT;
  enum part_entry is = copy_parts_state(sim, db->copy, transaction_part(sim, call));
  bool prepared = is == PART_PREPARED;
  if (!prepared && (commits || is != PART_NONE)) {
    copy_answer_behind(sim, db->copy, call, 0);
    return;
  }
  db->writes += commits;
  copy_write(sim, db->copy, call, commits ? PART_DONE : PART_VOID, prepared ? call->item : 0);
}

/* Whether a call need not, or cannot yet, wait for a worker. */
bool database_is_held(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  enum transaction_phase phase = transaction_phase(sim, call);
  if (phase == PHASE_COMMIT || phase == PHASE_ABORT) {
    (db->copy ? decide_at_copy : hear)(sim, member, call);
    return true;
  }
  if (!database_has_connection(db)) {
    db->rejected++;
    call_reply(sim, call, OUTCOME_REFUSED);
    return true;
  }
  if (!database_writes_row(sim, db, call)) return false;
  if (db->several) return !several_rows_begin(sim, db->several, call);
  return call->item != 0 && !rows_lock(sim, db->rows, call);
}

/* A part of a write of several rows is done. False: it was the last one. */
static bool goes_on_at_row(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->several == NULL) return false;
  switch (several_rows_step(sim, db->several, call)) {
    case ROWS_ALL:
      return false;
    case ROWS_NEXT:
      database_begin(sim, member, call);
      break;
    case ROWS_WAIT: {
      struct frame *next = station_leave(sim, &db->station, call);
      several_rows_wait(sim, db->several, call);
      if (next) database_begin(sim, member, next);
      break;
    }
  }
  return true;
}

/* It gives up, as others wait for it. */
void database_break_deadlock(struct sim *sim, struct member *member, const struct timer *timer) {
  struct database_state *db = member->state;
  struct frame *victim = several_rows_check(sim, db->several, timer);
  if (victim == NULL) return;
  sim_note(sim, member, member, "deadlock");
  unlock_all(sim, member, victim);
  call_reply(sim, victim, OUTCOME_FAILED);
}

/* A step of a saga is undone by a write, if it was done. */
static void undo(struct sim *sim, struct member *member, const struct frame *call) {
  const struct transaction *t = transaction_of(sim, call);
  if (t && t->applied & transaction_bit(sim, call)) database_done_write(sim, member, call);
  transaction_undone(sim, call);
}

/* The work of a write is done. One that prepares votes, unless it was given up meanwhile, and keeps
 * its row. */
bool database_done_at_row(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  enum transaction_phase phase = transaction_phase(sim, call);
  if (!database_writes_row(sim, db, call)) return false;
  if (goes_on_at_row(sim, member, call)) return true;
  const struct transaction *t = transaction_of(sim, call);
  bool votes = phase == PHASE_PREPARE && t && !(t->heard & transaction_bit(sim, call));
  bool does = phase == PHASE_ALONE && !transaction_is_void(sim, call);
  enum answered as = does && db->asks ? database_asks(sim, db, call) : AS_DONE;
  if (as >= AS_FENCED_OFF) {
    database_note_refused(sim, db, call, as);
    does = false;
  }
  uint32_t item = call->item;
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) database_begin(sim, member, next);
  if (votes) {
    if (item) rows_keep(sim, db->rows, item);
    transaction_prepared(sim, call);
  } else if (phase == PHASE_UNDO) {
    undo(sim, member, call);
  } else if (does && as == AS_DONE) {
    database_done_write(sim, member, call);
  } else if (does) {
    transaction_is_there(sim, call);
  }
  if (phase != PHASE_UNDO) transaction_settled(sim, call);
  bool good = votes || does || phase == PHASE_UNDO;
  if (db->several) unlock_all(sim, member, call);
  call_reply(sim, call, good ? OUTCOME_OK : OUTCOME_FAILED);
  if (!votes && db->several == NULL) unlock(sim, member, item);
  return true;
}

/* --- with copies ---------------------------------------------------------------------------- */

/* What a write puts into the log. False: it is not done, since it was given up or there already. */
static bool entry_of(struct sim *sim, const struct database_state *db, const struct frame *call,
                     enum part_entry *what) {
  uint64_t part = transaction_part(sim, call);
  enum part_entry is = copy_parts_state(sim, db->copy, part);
  switch (transaction_phase(sim, call)) {
    case PHASE_PREPARE:
      *what = PART_PREPARED;
      return is == PART_NONE;
    case PHASE_UNDO:
      *what = is == PART_DONE ? PART_UNDONE : PART_VOID;
      return is == PART_DONE || is == PART_NONE;
    case PHASE_ALONE:
    case PHASE_COMMIT:
    case PHASE_ABORT:
      break;
  }
  *what = PART_DONE;
  return is == PART_NONE;
}

bool database_done_at_copy(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (!database_writes_row(sim, db, call)) return false;
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) database_begin(sim, member, next);
  uint32_t item = call->item;
  if (!db->copy->leads || (item && !rows_has(sim, db->rows, item, call))) {
    db->copies.read_only++;
    call_reply(sim, call, OUTCOME_FAILED);
    return true;
  }
  uint64_t part = transaction_part(sim, call);
  if (part == 0) {
    database_write_at_primary(sim, member, call, item);
    return true;
  }
  enum part_entry what;
  bool does = entry_of(sim, db, call, &what);
  bool undoes = transaction_phase(sim, call) == PHASE_UNDO;
  transaction_pin(sim, part);
  if (!undoes) transaction_settled(sim, call);
  if (does) {
    db->writes += part_entry_writes(what);
    if (what == PART_PREPARED && item) rows_keep(sim, db->rows, item);
    copy_write(sim, db->copy, call, what, what == PART_PREPARED ? 0 : item);
  } else if (undoes) {
    copy_answer_behind(sim, db->copy, call, item);
  } else {
    call_reply(sim, call, OUTCOME_FAILED);
    unlock(sim, member, item);
  }
  transaction_unpin(sim, part);
  return true;
}

/* Its calls that wait for rows cannot be done here. */
static void clear_rows(struct sim *sim, struct member *member) {
  struct database_state *db = member->state;
  struct frame *call;
  while ((call = rows_clear_next(sim, db->rows)) != NULL) call_reply(sim, call, OUTCOME_FAILED);
}

static void lock_prepared(struct sim *sim, struct member *member, uint32_t item) {
  rows_hold(sim, ((struct database_state *)member->state)->rows, item);
}

const struct copy_locks database_locks = {
    .unlock = unlock, .clear = clear_rows, .lock = lock_prepared};

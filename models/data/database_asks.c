/* What a database asks before what it has worked on is done. Its parts for that are in lines of
 * memory that no other database touches. */
#include "column.h"
#include "copies.h"
#include "copy_keys.h"
#include "copy_tokens.h"
#include "database_state.h"
#include "fencing.h"
#include "idempotency.h"

enum answered database_asks(struct sim *sim, struct database_state *db, struct frame *call) {
  bool writes = database_is_write(db, call);
  if (db->fencing && !fencing_lets_do(sim, db->fencing, call, writes)) return AS_FENCED_OFF;
  if (!writes) {
    if (db->unchanged) unchanged_read(sim, db->unchanged, call);
    return AS_DONE;
  }
  if (db->idempotency && !idempotency_lets_do(sim, db->idempotency, call)) return AS_DONE_BEFORE;
  if (db->unchanged && !unchanged_write(sim, db->unchanged, call)) return AS_CHANGED;
  if (db->unchanged && db->shipping) {
    unchanged_may_lose(sim, db->unchanged, call, &db->shipping->safe_ns);
  }
  return AS_DONE;
}

enum answered database_asks_primary(struct sim *sim, struct database_state *db,
                                    const struct frame *call, uint32_t *write) {
  const struct copy *copy = db->copy;
  const struct group *group = copy->group;
  if (group->tokens && copy_tokens_look(sim, copy, call) == TOKEN_OLD) return AS_FENCED_OFF;
  if (group->keys) {
    *write = copy_keys_done(group->keys, copy->number, column_get(sim, call, COLUMN_IDENTITY),
                            sim->now_ns, &db->keys);
    if (*write) return AS_DONE_BEFORE;
  }
  if (db->unchanged && !unchanged_at_primary(sim, db->unchanged, copy, call)) return AS_CHANGED;
  return AS_DONE;
}

/* database: a server with a connection limit that reads and writes. */
#include <assert.h>

#include "anti_entropy.h"
#include "call.h"
#include "certify.h"
#include "checks.h"
#include "column.h"
#include "copy_keys.h"
#include "copy_outbox.h"
#include "copy_sets.h"
#include "database_state.h"
#include "fault_meant.h"
#include "holding.h"
#include "key_history.h"
#include "life.h"
#include "message.h"
#include "program.h"
#include "sim.h"
#include "skew.h"
#include "station.h"
#include "timeline.h"
#include "transaction.h"

static inline uint64_t work_of(const struct database_state *db, const struct frame *call,
                               bool writes) {
  const struct dist *time = writes ? &db->config->write : db->read_time;
  return dist_draw_keyed(time, writes ? &db->write : &db->read, call->key, 0);
}

/* --- without a primary ---------------------------------------------------------------------- */

static void start_round_message(struct sim *sim, struct member *member, struct frame *message) {
  struct database_state *db = member->state;
  bool reads = quorum_message_reads(sim, message);
  quorum_see(sim, db->quorum, message);
  bool of_others = !reads && db->applies && message_sender(sim, message) != member;
  call_work(sim, member, message,
            of_others ? dist_draw_keyed(&db->config->copies.apply, &db->apply, message->key, 0)
                      : work_of(db, message, !reads));
}

static void end_round_message(struct sim *sim, struct database_state *db, struct frame *message) {
  if (quorum_message_reads(sim, message)) {
    db->reads++;
  } else {
    db->writes++;
    quorum_show(sim, db->quorum, message);
  }
  call_reply(sim, message, OUTCOME_OK);
}

/* A write is done for good. */
void database_done_write(struct sim *sim, struct member *member, const struct frame *call) {
  struct database_state *db = member->state;
  db->writes++;
  if (__builtin_expect(sim->holding != NULL, 0)) {
    holding_done(sim, member->component->id, call, true);
  }
  if (__builtin_expect(sim->keys != NULL, 0)) key_note_call(sim, call, KEY_WRITTEN);
  if (__builtin_expect(db->shipping != NULL, 0)) shipping_acknowledge(db->shipping);
  if (__builtin_expect(db->outbox != NULL, 0)) outbox_add(sim, db->outbox, call);
  if (db->followed) ledger_write(sim, member->component->id, call);
  if (__builtin_expect(db->rows != NULL, 0)) transaction_applied(sim, call);
}

/* --- with copies ---------------------------------------------------------------------------- */

/* As start, where there are copies: also of a write of the primary's that is to be applied. Of
 * shards: a key that moves, and otherwise false. */
static bool start_special(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->rows && database_writes_row(sim, db, call)) {
    uint64_t part = db->several ? several_rows_part(db->several, call) : 0;
    call_work(sim, member, call,
              dist_draw_keyed(&db->config->write, &db->write, call->key, part << 32));
    return true;
  }
  if (db->shard || (db->rows && !db->copy)) {
    if (!(call->flags & CALL_MESSAGE)) return false;
    call_work(sim, member, call, shard_move_ns(sim, db->shard, call));
    return true;
  }
  if (db->quorum) {
    start_round_message(sim, member, call);
    return true;
  }
  if (call->flags & CALL_MESSAGE) {
    call_work(sim, member, call, copy_apply_ns(db->copy));
    return true;
  }
  bool writes = database_is_write(db, call);
  uint64_t work_ns = work_of(db, call, writes);
  if (!writes) {
    struct history_view view = route_read(sim, db->copy, call, work_ns);
    if (db->followed)
      ledger_read_older(sim, member->component->id, call, view.behind, view.superseded_ns);
    if (db->unchanged) unchanged_read_copy(sim, db->unchanged, call, view.version);
  }
  call_work(sim, member, call, work_ns);
  return true;
}

/* A read is over. One that was made under a lock is answered when copies remember its token. */
static void done_read(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  db->reads++;
  enum token_is token = TOKEN_NONE;
  if (db->copy->leads && db->copy->group->tokens) token = copy_tokens_look(sim, db->copy, call);
  if (token == TOKEN_NONE) {
    if (sim->holding) holding_done(sim, member->component->id, call, false);
    call_reply(sim, call, OUTCOME_OK);
    return;
  }
  if (token == TOKEN_NEW) {
    copy_write(sim, db->copy, call, PART_TOKEN, 0);
  } else {
    copy_answer_behind(sim, db->copy, call, 0);
  }
}

/* One comes from a holder of a lock that another one has had since, or is for a version that is not
 * there any more. */
void database_note_refused(struct sim *sim, struct database_state *db, const struct frame *call,
                           enum answered as) {
  *(as == AS_FENCED_OFF ? &db->fenced : &db->changed) += 1;
  if (sim->keys && as == AS_FENCED_OFF) key_note_call(sim, call, KEY_FENCED);
}

void database_write_at_primary(struct sim *sim, struct member *member, struct frame *call,
                               uint32_t row) {
  struct database_state *db = member->state;
  uint32_t write = 0;
  enum answered as = database_asks_primary(sim, db, call, &write);
  switch (as) {
    case AS_DONE:
      db->writes++;
      copy_write(sim, db->copy, call, PART_NONE, row);
      return;
    case AS_DONE_BEFORE:
      copy_answer_again(sim, db->copy, call, write, row);
      return;
    case AS_FENCED_OFF:
    case AS_CHANGED:
      database_note_refused(sim, db, call, as);
      call_reply(sim, call, OUTCOME_FAILED);
      if (row) db->copy->group->locks->unlock(sim, member, row);
  }
}

/* The same of its end. */
static bool done_special(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->rows && (db->copy ? database_done_at_copy : database_done_at_row)(sim, member, call)) {
    return true;
  }
  if ((db->shard || (db->rows && !db->copy)) && !(call->flags & CALL_MESSAGE)) return false;
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) database_begin(sim, member, next);
  if (db->quorum) {
    end_round_message(sim, db, call);
  } else if (call->flags & CALL_MESSAGE) {
    call_reply(sim, call, OUTCOME_OK);
    if (db->copy) copy_applied(sim, db->copy);
  } else if (!database_is_write(db, call)) {
    done_read(sim, member, call);
  } else if (db->copy->leads) {
    database_write_at_primary(sim, member, call, 0);
  } else {
    db->copies.read_only++;
    call_reply(sim, call, OUTCOME_FAILED);
  }
  return true;
}

/* Calls whose answer waits for other copies have connections, too, and those that wait for rows. */
bool database_has_connection(const struct database_state *db) {
  uint64_t connections = db->config->connections;
  uint64_t waiting = db->rows ? rows_waiting(db->rows) : 0;
  if (db->quorum) waiting += db->quorum->waiting;
  if (db->copy) waiting += db->copy->waiters + db->copy->elector.n_held;
  return connections == PARAM_UNLIMITED ||
         db->station.held + db->station.queued + waiting < connections;
}

/* Whether the call is dealt with: copies take no writes, and without a primary it goes to all. */
static bool dealt_with(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->rows && !db->copy) return database_is_held(sim, member, call);
  if (db->shard) return false;
  const struct copies_config *copies = &db->config->copies;
  bool writes = db->rows ? database_writes_row(sim, db, call) : database_is_write(db, call);
  bool elected = copies->elect.given && copies->read.word == READ_PRIMARY;
  bool locked = db->copy && db->copy->group->tokens && column_get(sim, call, COLUMN_TOKEN) != 0;
  if (db->copy && (writes || elected || locked) && !db->copy->leads) {
    db->copies.read_only += writes;
    call_reply(sim, call, OUTCOME_FAILED);
    return true;
  }
  if (db->rows && writes) return database_is_held(sim, member, call);
  if (!database_has_connection(db)) {
    db->rejected++;
    call_reply(sim, call, OUTCOME_REFUSED);
    return true;
  }
  if (db->quorum) quorum_call(sim, db->quorum, call);
  return db->quorum || (elected && !writes && elect_holds(sim, db->copy, call));
}

/* A read that its leader held may begin. */
static void let_in(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (station_enter(sim, &db->station, call, 0, true) == STATION_STARTED)
    database_begin(sim, member, call);
}

static void database_start(struct sim *sim, struct member *member) {
  struct database_state *db = member->state;
  if (db->copy && db->config->copies.elect.given) elect_start(sim, db->copy);
  if (db->outbox) outbox_begin(sim, db->outbox);
  if (db->shipping) shipping_begin(sim, db->shipping);
  if (db->copy) copy_backup_begin(sim, db->copy);
  if (db->quorum) anti_entropy_begin(sim, db->quorum);
}

static void database_on_message(struct sim *sim, struct member *member, struct frame *message) {
  struct database_state *db = member->state;
  if (db->copy && message_what(sim, message) != COPIES_APPLY) {
    copy_on_message(sim, db->copy, message);
  } else if (db->quorum && anti_entropy_takes(sim, db->quorum, message)) {
    /* It needs no worker, */
  } else if (db->quorum && db->quorum->quorum->certifier &&
             certify_takes(sim, db->quorum, message)) {
    /* nor does a vote. */
  } else if (station_enter(sim, &db->station, message, 0, true) == STATION_STARTED) {
    database_begin(sim, member, message);
  }
}

static double database_message_bytes(struct sim *sim, struct member *member, struct frame *parent,
                                     struct frame *call, bool answer) {
  (void)parent;
  const struct database_state *db = member->state;
  if (!(call->flags & CALL_MESSAGE) || message_is_probe(sim, call)) return 0;
  if (db->quorum) return quorum_message_bytes(sim, db->quorum, call, answer);
  return db->copy && !answer ? copy_message_bytes(sim, db->copy, call) : 0;
}

static void database_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                               struct frame *message, enum outcome outcome) {
  (void)parent;
  struct database_state *db = member->state;
  if (db->shard) {
    shard_on_answer(sim, db->shard, message, outcome);
  } else if (db->quorum) {
    quorum_on_answer(sim, db->quorum, message, outcome);
  } else {
    copy_on_answer(sim, db->copy, message, outcome);
  }
}

static void database_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  struct database_state *db = member->state;
  if (db->outbox && outbox_due(sim, db->outbox, timer)) return;
  if (several_rows_is_check(db->several, timer)) {
    database_break_deadlock(sim, member, timer);
  } else if (db->shard) {
    shard_go_on(sim, db->shard);
  } else if (db->shipping) {
    shipping_due(sim, db->shipping, timer);
  } else if (db->quorum) {
    if (!anti_entropy_due(sim, db->quorum, timer)) hints_hand_off(sim, db->quorum);
  } else {
    copy_on_due(sim, db->copy, timer);
  }
}

static void database_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  struct database_state *db = member->state;
  if (db->copy) copy_check(db->copy, out);
  if (db->quorum) quorum_check(db->quorum, out);
  if (db->outbox) outbox_check(db->outbox, out);
  if (db->idempotency) idempotency_check(db->idempotency, member, out);
  if (db->shipping) shipping_check(db->shipping, out);
  if (db->shard) shard_check(db->shard, out);
  if (db->rows) rows_check(db->rows, out);
  if (db->rows && db->copy && db->copy->leads && !member_is_off(member)) {
    /* A row is free when its decision is answered. */
    uint64_t prepared = copy_parts_prepared(db->copy), kept = db->locks.prepared.value;
    check_member(out, member, "prepared", kept >= prepared && kept <= prepared + db->copy->waiters,
                 "%llu rows are kept, for %llu writes that are prepared by its log, and decisions "
                 "that wait for copies",
                 (unsigned long long)kept, (unsigned long long)prepared);
  }
}

/* --- calls ---------------------------------------------------------------------------------- */

void database_begin(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (__builtin_expect(db->special, 0) && start_special(sim, member, call)) return;
  bool writes = database_is_write(db, call);
  if (db->followed && !writes) ledger_read(sim, member->component->id, call);
  call_work(sim, member, call, work_of(db, call, writes));
}

static void database_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (__builtin_expect(db->special, 0) && dealt_with(sim, member, call)) return;
  switch (station_enter(sim, &db->station, call, 0, false)) {
    case STATION_STARTED:
      database_begin(sim, member, call);
      break;
    case STATION_QUEUED:
      break;
    case STATION_FULL:
      db->rejected++;
      call_reply(sim, call, OUTCOME_REFUSED);
      break;
  }
}

static __attribute__((cold, noinline)) void turn_away(struct sim *sim, struct member *member,
                                                      struct frame *call, enum answered as) {
  struct database_state *db = member->state;
  database_note_refused(sim, db, call, as);
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) database_begin(sim, member, next);
  call_reply(sim, call, OUTCOME_FAILED);
}

static void database_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (__builtin_expect(db->special, 0) && done_special(sim, member, call)) return;
  enum answered as = __builtin_expect(db->asks, 0) ? database_asks(sim, db, call) : AS_DONE;
  if (__builtin_expect(as >= AS_FENCED_OFF, 0)) {
    turn_away(sim, member, call, as);
    return;
  }
  if (as == AS_DONE_BEFORE) {
    /* As it was then. */
  } else if (database_is_write(db, call)) {
    database_done_write(sim, member, call);
  } else {
    db->reads++;
    if (sim->holding) holding_done(sim, member->component->id, call, false);
    if (sim->keys) key_note_call(sim, call, KEY_READ);
  }
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) database_begin(sim, member, next);
  call_reply(sim, call, OUTCOME_OK);
}

/* It calls nobody but the topic of its outbox. */
static void database_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *call, enum outcome outcome) {
  (void)parent;
  outbox_heard(sim, ((struct database_state *)member->state)->outbox, call, outcome);
}

/* There are no copies: what is not in the safe place is lost, and what stands beside it. */
static void lose_alone(struct sim *sim, struct database_state *db) {
  shipping_lose(sim, db->shipping);
  if (db->idempotency) idempotency_lose(db->idempotency, db->shipping->safe_ns);
  if (db->unchanged) unchanged_lose(db->unchanged, &db->shipping->safe_ns);
  if (db->outbox) outbox_lose(sim, db->outbox);
}

static void database_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                              bool begins) {
  struct database_state *db = member->state;
  if (fault == &fault_lose) {
    if (db->shipping) lose_alone(sim, db);
    if (db->copy) copy_lose(sim, db->copy);
    if (db->quorum) quorum_lose(sim, db->quorum);
    return;
  }
  station_fault(sim, member, &db->station, fault, begins);
  if (db->outbox && fault == &fault_crash && !begins) outbox_begin(sim, db->outbox);
  if (db->shipping && fault == &fault_crash && !begins) shipping_begin(sim, db->shipping);
  if (db->shard && fault == &fault_crash && !begins) shard_go_on(sim, db->shard);
  if (db->rows && fault == &fault_crash && begins) rows_crash(sim, db->rows);
  if (db->rows && db->copy && fault == &fault_crash && begins) {
    if (rows_clear_next(sim, db->rows)) assert(false); /* none waits any more */
  }
  if (fault == &fault_crash && begins) several_rows_crash(db->several);
  if (db->copy) copy_fault(sim, db->copy, fault, begins);
  if (db->quorum) quorum_fault(sim, db->quorum, fault, begins);
}

/* --- life ----------------------------------------------------------------------------------- */

static struct member *database_pick(const struct component *component, const struct frame *call) {
  if (!component->shared) return component_pick_holder(component, call);
  return database_keeps_copies(component->config) ? copy_sets_pick(component, call)
                                                  : shards_pick(component, call);
}

static void init_copies(struct sim *sim, struct member *member) {
  struct database_state *db = member->state;
  struct component *component = member->component;
  const struct copies_config *copies = &db->config->copies;
  if (!component->shared)
    component->shared = copy_sets_new(sim, component, copies, &db->config->shards);
  struct copy_sets *sets = component->shared;
  uint32_t set = (member->index - 1) / sets->members;
  db->special = true;
  if (!copies_have_primary(copies)) {
    db->quorum = quorum_new(sim, member, &sets->quorum[set], copies, db->write_ops, &db->copies,
                            &db->rounds);
    return;
  }
  db->copy = copy_new(sim, member, &sets->group[set], copies, db->write_ops, &db->copies);
  struct group *group = db->copy->group;
  group->let_in = let_in;
  copy_backup_new(sim, db->copy, database_ship(db->config), &db->shipped);
  if (db->rows) {
    group->locks = &database_locks;
    if (!group->parts) group->parts = copy_parts_new();
  }
  if (db->config->fencing && !group->tokens) group->tokens = copy_tokens_new(sim);
  if (db->copy->number == 0) group->keys = copy_keys_new(sim, &db->config->idempotency);
  if (!db->outbox) return;
  db->copy->outbox = db->outbox;
  outbox_set_copy(db->outbox, db->copy);
  if (!group->messages) group->messages = copy_outbox_new();
}

/* Nothing is sent to a safe place. */
static const struct shipping_config nowhere = {.given = true, .every_ns = TIME_NEVER};

/* A fault takes its data, and nothing of them is anywhere else. */
static bool loses_all(const struct sim *sim, const struct member *member) {
  if (!database_loses_all(sim->spec, member->component->spec)) return false;
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    const struct fault_spec *fault = &sim->spec->fault[i];
    if (fault->type == &fault_lose && fault_target_holds(sim, fault->target, member)) return true;
  }
  return false;
}

static void database_init(struct sim *sim, struct member *member) {
  struct database_state *db = member->state;
  db->config = member->component->config;
  struct dist *read_time = arena_lines(sim->arena, 1, sizeof *read_time);
  *read_time = db->config->read;
  db->read_time = read_time;
  uint64_t workers = db->config->workers, queue = PARAM_UNLIMITED;
  if (db->config->connections != PARAM_UNLIMITED) {
    if (workers > db->config->connections) workers = db->config->connections;
    queue = db->config->connections - workers;
  }
  station_init(sim, &db->station, DISCIPLINE_FIFO, workers, queue, 1);
  db->read = sim_stream(sim, member->component, "read");
  db->write = sim_stream(sim, member->component, "write");
  db->applies =
      copies_all_lead(&db->config->copies) && spec_states(member->component->spec, "copies.apply");
  db->apply = sim_stream(sim, member->component, "apply");
  db->write_ops = data_writes(sim->spec, member->component->id);
  for (uint32_t i = 0; i < SPEC_MAX_OPS / 64; i++) db->has_writes |= db->write_ops.bits[i] != 0;
  db->followed = ledger_follows(sim, member->component->id);
  bool alone = !database_keeps_copies(db->config);
  if (alone) db->idempotency = idempotency_new(sim, &db->config->idempotency, &db->keys);
  db->outbox = outbox_new(sim, member, &db->config->outbox, &db->sent);
  if (db->config->fencing && alone) db->fencing = fencing_new(sim);
  const struct database_state *first = member->component->member->state;
  db->unchanged = member->index == 1 ? unchanged_new(sim, member) : first->unchanged;
  struct shipping_meters losses = {&db->shipped, &db->copies.lost, &db->copies.recovery_point};
  const struct shipping_config *ship = database_ship(db->config);
  if (loses_all(sim, member)) ship = &nowhere;
  if (alone) db->shipping = shipping_new(sim, member, ship, losses);
  if (db->shipping && db->outbox) outbox_set_safe(db->outbox, &db->shipping->safe_ns);
  db->asks = db->fencing || db->idempotency || db->unchanged;
  if (alone && db->config->shards.rule != SHARDS_UNSAID) {
    db->special = true;
    db->shard = shard_new(sim, member, &db->config->shards, &db->config->move, &db->moves);
  }
  if (db->config->row_locks || db->config->rows.given ||
      program_takes_part(sim->spec, member->component->id)) {
    db->special = true;
    db->rows = rows_new(sim, member, &db->locks);
    db->several = several_rows_new(sim, member, &db->config->rows, db->rows, &db->locks.deadlocks);
    transactions_want(sim);
  }
  if (!alone) init_copies(sim, member);
}

static void database_on_peer(struct sim *sim, struct member *member, struct member *about) {
  const struct database_state *db = member->state;
  if (db->shard) shards_on_peer(sim, db->shard, about);
}

static void database_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct database_state *db = member->state;
  station_free(&db->station);
  copy_free(db->copy);
  quorum_free(db->quorum);
  idempotency_free(db->idempotency);
  outbox_free(db->outbox);
  unchanged_free(db->unchanged, member);
}

static struct station *database_station(struct member *member) {
  return &((struct database_state *)member->state)->station;
}

static const struct touches database_touches[EVENT_MEMBER + 1] = {
    [EVENT_ARRIVE] = {3, 0, 1, false},
    [EVENT_TIMER] = {3, 0, 0, true},
};

static void database_fetch(const struct sim *sim, const struct member *member,
                           enum event_kind event) {
  if (event != EVENT_TIMER) return;
  station_fetch(sim, &((const struct database_state *)member->state)->station);
}

static const char *const database_operations[] = {"read", "write", NULL};

const struct kind kind_database = {
    .name = "database",
    .summary = "A server with a connection limit that reads and writes.",
    .doc = database_doc,
    .example =
        "client \"app\" { arrivals = poisson \"400/s\", target = \"db\", "
        "mix = { read = 0.9, write = 0.1 } }\n"
        "database \"db\" { workers = 4, connections = 100,\n"
        "  read = lognormal { p50 = \"3ms\", p99 = \"20ms\" }, write = exponential \"6ms\" }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = database_params,
    .meters = database_meters,
    .operations = database_operations,
    .keeps_data = true,
    .takes_part = true,
    .remembers = database_remembers,
    .pick = database_pick,
    .messages = copies_messages,
    .sends = database_sends,
    .keeps_versions = database_keeps_copies,
    .primary = copy_sets_primary,
    .promote = copy_sets_promote,
    .has_meter = database_has_meter,
    .uses_meter = database_uses_meter,
    .metrics = shards_metrics,
    .collect = database_collect,
    .on_peer = database_on_peer,
    .place = database_place,
    .places = database_places,
    .message_bytes = database_message_bytes,
    .on_message = database_on_message,
    .on_answer = database_on_answer,
    .on_due = database_on_due,
    .check = database_check,
    .config_size = sizeof(struct database_config),
    .state_size = sizeof(struct database_state),
    .validate = database_validate,
    .outline = database_outline,
    .data_op = database_data_op,
    .init = database_init,
    .start = database_start,
    .on_call = database_on_call,
    .on_reply = database_on_reply,
    .missed_ns = outbox_missed_ns,
    .on_timer = database_on_timer,
    .on_fault = database_on_fault,
    .own_faults = (const struct fault_def *const[]){&fault_lose, &fault_skew, NULL},
    .station = database_station,
    .touches = database_touches,
    .fetch = database_fetch,
    .destroy = database_destroy,
};

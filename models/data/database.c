/* database: a server with a connection limit that reads and writes. */
#include "call.h"
#include "certify.h"
#include "database_config.h"
#include "message.h"
#include "quorum.h"
#include "shards.h"
#include "sim.h"
#include "skew.h"
#include "station.h"

struct database_state {
  /* What most calls touch fills the first line and the beginning of `station`. */
  const struct database_config *config;
  const struct dist *read_time; /* of the config */
  struct stream read, write;
  bool has_writes; /* there are write_ops */
  bool followed;   /* by the ledger */
  bool special;    /* there are copies, or shards: `copy`, `quorum` or `shard` */
  uint64_t reads;
  struct station station __attribute__((aligned(64)));
  uint64_t writes;
  struct op_set write_ops;
  uint64_t rejected;
  struct copy *copy;            /* this member's, */
  struct quorum_member *quorum; /* or what it is without a primary */
  struct shard *shard;          /* or what it is among shards */
  struct copy_meters copies;
  struct quorum_meters rounds;
  struct shard_meters moves;
  struct idempotency *idempotency; /* or NULL */
  struct idempotency_meters keys;
  struct outbox *outbox; /* or NULL */
  struct outbox_meters sent;
  struct shipping *shipping; /* or NULL */
  uint64_t shipped;
};

static bool is_write(const struct database_state *db, const struct frame *call) {
  return db->has_writes && op_set_has(&db->write_ops, call->op);
}

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
  call_work(sim, member, message, work_of(db, message, !reads));
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

/* --- with copies ---------------------------------------------------------------------------- */

/* As start, where there are copies: also of a write of the primary's that is to be applied. Of
 * shards: a key that moves, and otherwise false. */
static bool start_special(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->shard) {
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
  bool writes = is_write(db, call);
  uint64_t work_ns = work_of(db, call, writes);
  if (!writes) {
    struct history_view view = route_read(sim, db->copy, call, work_ns);
    if (db->followed)
      ledger_read_older(sim, member->component->id, call, view.behind, view.superseded_ns);
  }
  call_work(sim, member, call, work_ns);
  return true;
}

static void start(struct sim *sim, struct member *member, struct frame *call);

/* The same of its end. */
static bool done_special(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (db->shard && !(call->flags & CALL_MESSAGE)) return false;
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) start(sim, member, next);
  if (db->quorum) {
    end_round_message(sim, db, call);
  } else if (call->flags & CALL_MESSAGE) {
    call_reply(sim, call, OUTCOME_OK);
    if (db->copy) copy_applied(sim, db->copy);
  } else if (!is_write(db, call)) {
    db->reads++;
    call_reply(sim, call, OUTCOME_OK);
  } else if (db->copy->leads) {
    db->writes++;
    copy_write(sim, db->copy, call);
  } else {
    db->copies.read_only++;
    call_reply(sim, call, OUTCOME_FAILED);
  }
  return true;
}

/* Calls whose answer waits for other copies have connections, too. */
static bool has_connection(const struct database_state *db) {
  uint64_t connections = db->config->connections;
  uint64_t waiting =
      db->quorum ? db->quorum->waiting : db->copy->waiters + db->copy->elector.n_held;
  return connections == PARAM_UNLIMITED ||
         db->station.held + db->station.queued + waiting < connections;
}

/* Whether the call is dealt with: copies take no writes, and without a primary it goes to all. */
static bool dealt_with(struct sim *sim, struct database_state *db, struct frame *call) {
  if (db->shard) return false;
  const struct copies_config *copies = &db->config->copies;
  bool writes = is_write(db, call);
  bool elected = copies->elect.given && copies->read.word == READ_PRIMARY;
  if (db->copy && (writes || elected) && !db->copy->leads) {
    db->copies.read_only += writes;
    call_reply(sim, call, OUTCOME_FAILED);
    return true;
  }
  if (!has_connection(db)) {
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
  if (station_enter(sim, &db->station, call, 0, true) == STATION_STARTED) start(sim, member, call);
}

static void database_start(struct sim *sim, struct member *member) {
  struct database_state *db = member->state;
  if (db->copy && db->config->copies.elect.given) elect_start(sim, db->copy);
  if (db->outbox) outbox_begin(sim, db->outbox);
  if (db->shipping) shipping_begin(sim, db->shipping);
}

static void database_on_message(struct sim *sim, struct member *member, struct frame *message) {
  struct database_state *db = member->state;
  if (db->copy && message_what(sim, message) != COPIES_APPLY) {
    copy_on_message(sim, db->copy, message);
  } else if (db->quorum && db->quorum->quorum->certifier &&
             certify_takes(sim, db->quorum, message)) {
    /* It needs no worker. */
  } else if (station_enter(sim, &db->station, message, 0, true) == STATION_STARTED) {
    start(sim, member, message);
  }
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
  if (db->shard) {
    shard_go_on(sim, db->shard);
  } else if (db->shipping) {
    shipping_due(sim, db->shipping, timer);
  } else if (db->quorum) {
    hints_hand_off(sim, db->quorum);
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
}

/* --- calls ---------------------------------------------------------------------------------- */

static void start(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (__builtin_expect(db->special, 0) && start_special(sim, member, call)) return;
  bool writes = is_write(db, call);
  if (db->followed && !writes) ledger_read(sim, member->component->id, call);
  call_work(sim, member, call, work_of(db, call, writes));
}

static void database_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (__builtin_expect(db->special, 0) && dealt_with(sim, db, call)) return;
  switch (station_enter(sim, &db->station, call, 0, false)) {
    case STATION_STARTED:
      start(sim, member, call);
      break;
    case STATION_QUEUED:
      break;
    case STATION_FULL:
      db->rejected++;
      call_reply(sim, call, OUTCOME_REFUSED);
      break;
  }
}

static void database_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  if (__builtin_expect(db->special, 0) && done_special(sim, member, call)) return;
  bool again =
      db->idempotency && is_write(db, call) && !idempotency_lets_do(sim, db->idempotency, call);
  if (again) {
    /* It is answered as it was before. */
  } else if (is_write(db, call)) {
    db->writes++;
    if (__builtin_expect(db->shipping != NULL, 0)) shipping_acknowledge(db->shipping);
    if (__builtin_expect(db->outbox != NULL, 0)) outbox_add(sim, db->outbox, call);
    if (db->followed) ledger_write(sim, member->component->id, call);
  } else {
    db->reads++;
  }
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) start(sim, member, next);
  call_reply(sim, call, OUTCOME_OK);
}

/* It calls nobody but the topic of its outbox. */
static void database_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *call, enum outcome outcome) {
  (void)parent;
  outbox_heard(sim, ((struct database_state *)member->state)->outbox, call, outcome);
}

static void database_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                              bool begins) {
  struct database_state *db = member->state;
  if (fault == &fault_lose) {
    shipping_lose(sim, db->shipping);
    return;
  }
  station_fault(sim, member, &db->station, fault, begins);
  if (db->outbox && fault == &fault_crash && !begins) outbox_begin(sim, db->outbox);
  if (db->shipping && fault == &fault_crash && !begins) shipping_begin(sim, db->shipping);
  if (db->shard && fault == &fault_crash && !begins) shard_go_on(sim, db->shard);
  if (db->copy) copy_fault(sim, db->copy, fault, begins);
  if (db->quorum) quorum_fault(sim, db->quorum, fault, begins);
}

/* --- life ----------------------------------------------------------------------------------- */

static struct member *database_pick(const struct component *component, const struct frame *call) {
  if (!component->shared) return component_pick_holder(component, call);
  const struct database_config *config = component->config;
  if (config->shards.rule != SHARDS_UNSAID) return shards_pick(component, call);
  return copies_have_primary(&config->copies) ? route_pick(component, call)
                                              : quorum_pick(component, call);
}

static void database_init(struct sim *sim, struct member *member) {
  struct database_state *db = member->state;
  db->config = member->component->config;
  db->read_time = &db->config->read;
  uint64_t workers = db->config->workers, queue = PARAM_UNLIMITED;
  if (db->config->connections != PARAM_UNLIMITED) {
    if (workers > db->config->connections) workers = db->config->connections;
    queue = db->config->connections - workers;
  }
  station_init(sim, &db->station, DISCIPLINE_FIFO, workers, queue, 1);
  db->read = sim_stream(sim, member->component, "read");
  db->write = sim_stream(sim, member->component, "write");
  db->write_ops = data_writes(sim->spec, member->component->id);
  for (uint32_t i = 0; i < SPEC_MAX_OPS / 64; i++) db->has_writes |= db->write_ops.bits[i] != 0;
  db->followed = ledger_follows(sim, member->component->id);
  db->idempotency = idempotency_new(sim, &db->config->idempotency, &db->keys);
  db->outbox = outbox_new(sim, member, &db->config->outbox, &db->sent);
  db->shipping = shipping_new(
      sim, member, &db->config->ship,
      (struct shipping_meters){&db->shipped, &db->copies.lost, &db->copies.recovery_point});
  if (db->config->shards.rule != SHARDS_UNSAID) {
    db->special = true;
    db->shard = shard_new(sim, member, &db->config->shards, &db->config->move, &db->moves);
  }
  if (db->config->copies.given && member->component->members > 1) {
    const struct copies_config *copies = &db->config->copies;
    db->special = true;
    if (copies_have_primary(copies)) {
      db->copy = copy_new(sim, member, copies, db->write_ops, &db->copies);
      db->copy->group->let_in = let_in;
    } else {
      db->quorum = quorum_new(sim, member, copies, db->write_ops, &db->copies, &db->rounds);
    }
  }
}

static uint64_t calls_of(const struct member *member) {
  const struct database_state *db = member->state;
  return db->reads + db->writes;
}

static void database_collect(struct sim *sim, struct component *component, struct metrics *out) {
  (void)sim;
  const struct database_config *config = component->config;
  if (config->shards.rule != SHARDS_UNSAID) shards_collect(component, calls_of, out);
}

static void database_on_peer(struct sim *sim, struct member *member, struct member *about) {
  const struct database_state *db = member->state;
  shards_on_peer(sim, db->shard, about);
}

static void database_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct database_state *db = member->state;
  station_free(&db->station);
  copy_free(db->copy);
  quorum_free(db->quorum);
  idempotency_free(db->idempotency);
  outbox_free(db->outbox);
}

static struct station *database_station(struct member *member) {
  return &((struct database_state *)member->state)->station;
}

static const struct touches database_touches[EVENT_MEMBER + 1] = {
    [EVENT_ARRIVE] = {4, 0, 2, false},
    [EVENT_TIMER] = {4, 0, 2, true},
};

static void database_fetch(const struct sim *sim, const struct member *member,
                           enum event_kind event) {
  if (event != EVENT_TIMER) return;
  station_fetch(sim, &((const struct database_state *)member->state)->station);
}

static const char *const database_operations[] = {"read", "write", NULL};

#define STATE(field) offsetof(struct database_state, field)

static const struct meter database_meters[] = {
    {"reads", METER_COUNT, STATE(reads), 0, "Reads done."},
    {"writes", METER_COUNT, STATE(writes), 0, "Writes done."},
    {"rejected_connections", METER_COUNT, STATE(rejected), 0,
     "Calls refused because every connection was in use."},
#define COPIES(field) STATE(copies) + offsetof(struct copy_meters, field)
    {"lag", METER_TIMES, COPIES(lag), 0,
     "From when the primary had made a write until a copy showed it to readers"},
    {"behind", METER_MEAN_LEVEL, COPIES(behind), 0,
     "Writes of the primary that a copy does not show yet"},
    {"applied", METER_COUNT, COPIES(applied), 0, "Writes that copies applied."},
    {"resent", METER_COUNT, COPIES(resent), 0,
     "Writes sent to a copy that had missed them: it was down, cut off, or a message was lost."},
    {"waiting_writes", METER_LEVEL, COPIES(waiting), 0,
     "Writes done at the primary that wait for other copies"},
    {"fall_backs", METER_COUNT, COPIES(falls), 0,
     "Times that the primary gave up waiting for other copies (`fall_back`)."},
    {"fallen_back", METER_LEVEL, COPIES(falling), 0,
     "Whether the primary goes on without waiting (1), or not (0)"},
    {"stale_reads", METER_RATIO, COPIES(seen.stale), COPIES(seen.fresh),
     "Reads that saw a version that was out of date when they were asked for, as a share of those "
     "with a data key."},
    {"stale_age", METER_TIMES, COPIES(seen.age), 0,
     "How long the version of a stale read had been out of date"},
    {"own_write_missed", METER_COUNT, COPIES(seen.own_missed), 0,
     "Reads that missed an earlier write of the same user."},
    {"not_monotonic", METER_COUNT, COPIES(seen.went_back), 0,
     "Reads that saw an older version than their user had seen before."},
    {"read_only", METER_COUNT, COPIES(read_only), 0,
     "Writes that reached a copy that is not the primary, and failed."},
    {"lost_writes", METER_COUNT, COPIES(lost), 0,
     "Acknowledged writes that the copy which became primary did not have, or that the last copy "
     "which had them threw away; or that were lost with the data and not in the safe place."},
    {"conflicts", METER_COUNT, COPIES(conflicts), 0,
     "Writes that a former primary acknowledged after another copy had become primary, and which "
     "that one did not have. Where all lead, writes that had not seen each other: those that were "
     "lost, merged or aborted for it (`conflict`)."},
    {"two_primaries", METER_LEVEL, COPIES(two), 0,
     "Whether two copies took themselves for the primary (1), or not (0)"},
    {"promotions", METER_COUNT, COPIES(promotions), 0, "Copies that became primary."},
    {"recovery_time", METER_TIMES, COPIES(recovery_time), 0,
     "From when a primary failed until the one that replaced it acknowledged a write"},
    {"recovery_point", METER_TIMES, COPIES(recovery_point), 0,
     "How far back the oldest acknowledged write lies that was lost with a primary, from when that "
     "failed; 0 if none was. Or with data that were lost: how far back what is restored lies"},
    {"elections", METER_COUNT, COPIES(elections), 0, "Terms in which a copy stood for election."},
    {"split_votes", METER_COUNT, COPIES(split_votes), 0,
     "Such terms in which none got the votes of more than half; counted when the next one begins."},
    {"rewound", METER_COUNT, COPIES(rewound), 0,
     "Writes that a copy threw away to be in line with a new primary."},
#undef COPIES
#define ROUNDS(field) STATE(rounds) + offsetof(struct quorum_meters, field)
    {"waiting_calls", METER_LEVEL, ROUNDS(waiting), 0,
     "Calls whose coordinator waits for answers of copies"},
    {"too_few_answers", METER_COUNT, ROUNDS(too_few), 0,
     "Calls that failed because too few copies answered."},
    {"hints", METER_COUNT, ROUNDS(hints), 0,
     "Writes that a copy did not take and its coordinator kept for it."},
    {"hints_kept", METER_LEVEL, ROUNDS(kept), 0, "Such writes that are kept"},
    {"hinted", METER_COUNT, ROUNDS(hinted), 0, "Such writes that were handed over."},
    {"repairs", METER_COUNT, ROUNDS(repaired), 0,
     "Newer versions sent to copies that had answered a read with an older one."},
    {"lost_updates", METER_COUNT, ROUNDS(lost_updates), 0,
     "Acknowledged writes that a later one of another leader replaced without having seen them; or "
     "an earlier one whose time stamp is later (`skew`)."},
    {"merged", METER_COUNT, ROUNDS(merged), 0,
     "Such writes that were merged with it, and so are not lost."},
#undef ROUNDS
#define MOVES(field) STATE(moves) + offsetof(struct shard_meters, field)
    {"keys_moved", METER_COUNT, MOVES(moved), 0, "Keys that have moved to a shard that came."},
    {"moved_share", METER_RATIO, MOVES(moves), MOVES(stays),
     "Keys that have to move when a shard comes, as a share of all."},
    {"keys_to_move", METER_LEVEL, MOVES(remaining), 0, "Keys that still have to move"},
#undef MOVES
    {"duplicates", METER_COUNT, STATE(keys) + offsetof(struct idempotency_meters, duplicates), 0,
     "Writes that had been done before under the same key, and were done again (`idempotency`)."},
    {"repeated", METER_COUNT, STATE(keys) + offsetof(struct idempotency_meters, repeated), 0,
     "Writes that had been done before under the same key, and were not done again."},
#define SENT(field) STATE(sent) + offsetof(struct outbox_meters, field)
    {"relayed", METER_COUNT, SENT(relayed), 0, "Messages of the outbox that the topic has."},
    {"relayed_again", METER_COUNT, SENT(again), 0,
     "How often one was sent again, as its acknowledgement had not come or the database crashed."},
    {"outbox", METER_LEVEL, SENT(waiting), 0, "Messages that wait in the outbox"},
    {"relay_delay", METER_TIMES, SENT(delay), 0,
     "From a write until the topic has acknowledged its message"},
#undef SENT
    {"shipped", METER_COUNT, STATE(shipped), 0,
     "Transfers that have arrived in the safe place (`ship`)."},
    {0},
};

static bool keeps_copies(const void *config) {
  const struct database_config *c = config;
  return c->copies.given && copies_members(&c->copies) > 1;
}

static bool database_sends(const void *config) {
  const struct database_config *c = config;
  return keeps_copies(config) || (c->shards.rule != SHARDS_UNSAID && shards_move_in_time(&c->move));
}

/* Those that both have, with a primary and without. */
static bool is_of_any_copies(const struct meter *meter) {
  static const size_t both[] = {
      offsetof(struct copy_meters, lag),
      offsetof(struct copy_meters, behind),
      offsetof(struct copy_meters, applied),
      offsetof(struct copy_meters, seen.stale),
      offsetof(struct copy_meters, seen.age),
      offsetof(struct copy_meters, seen.own_missed),
      offsetof(struct copy_meters, seen.went_back),
  };
  for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
    if (meter->at == STATE(copies) + both[i]) return true;
  }
  return false;
}

static bool database_has_meter(const void *config, const struct meter *meter) {
  const struct database_config *c = config;
  if (meter->at < STATE(copies)) return true;
  bool of_loss = meter->at == STATE(copies) + offsetof(struct copy_meters, lost) ||
                 meter->at == STATE(copies) + offsetof(struct copy_meters, recovery_point);
  if (meter->at >= STATE(keys) && meter->at < STATE(keys) + sizeof(struct idempotency_meters)) {
    return c->idempotency.given;
  }
  if (meter->at >= STATE(sent) && meter->at < STATE(sent) + sizeof(struct outbox_meters)) {
    return c->outbox.given;
  }
  if (meter->at == STATE(shipped) || (of_loss && c->ship.given)) return c->ship.given;
  if (meter->at >= STATE(moves) && meter->at < STATE(moves) + sizeof(struct shard_meters))
    return c->shards.rule != SHARDS_UNSAID;
  if (!keeps_copies(config)) return false;
  if (is_of_any_copies(meter)) return true;
  bool votes = meter->at == STATE(copies) + offsetof(struct copy_meters, elections) ||
               meter->at == STATE(copies) + offsetof(struct copy_meters, split_votes);
  if (votes && !c->copies.elect.given) return false;
  bool merged = meter->at == STATE(rounds) + offsetof(struct quorum_meters, merged);
  bool conflicts = meter->at == STATE(copies) + offsetof(struct copy_meters, conflicts);
  if (merged || (conflicts && copies_all_lead(&c->copies))) return copies_all_lead(&c->copies);
  return copies_have_primary(&c->copies) == (meter->at < STATE(rounds));
}

const struct kind kind_database = {
    .name = "database",
    .summary = "A server with a connection limit that reads and writes.",
    .doc =
        "A call whose operation is in `write_ops` is a write, every other one a read. Calls wait "
        "first come first served for a worker; each call present holds a connection, and when "
        "all are in use further calls are refused. Several instances are shards: each "
        "data key lives on one of them, chosen by its hash or as `shards` says, and nothing is "
        "replicated; callers know at once where "
        "a key is, also while keys move, and one that is down or leaves keeps its keys, so that "
        "calls "
        "for them are refused. With "
        "`copies` "
        "the members all hold the data: the primary takes the writes and sends each at once to the "
        "others, which apply them in order with their own workers; how far they lag comes out of "
        "that. A copy that is down or cut off gets what it missed when it answers again, in one "
        "message. With `copies.elect` they elect the primary by Raft: terms, votes and logs are on "
        "disk at once, and callers know at once who leads; left out: snapshots, changes of "
        "members, "
        "clocks of different speed. Without a primary (`copies.read` is a number or a quorum) a "
        "call's "
        "coordinator "
        "sends it to all copies at once, which each work on it, and costs no work itself. With "
        "`copies.leaders` = all every copy answers alone and sends its writes to the others; of "
        "two "
        "the one with the later time stamp counts, which the fault `skew` can make the wrong one. "
        "With "
        "`copies.conflict` = abort they vote on each write before it is answered: it costs one "
        "round trip to as many as are needed, and one that another leader was quicker with fails; "
        "left out: a view that drops a copy which is down, so what that had asked for and not "
        "decided keeps other writes of these data out until it is back. Left "
        "out: locks, transactions, buffer pool, "
        "checkpoints, what the data are; of shards: routes that are out of date, keys that move "
        "back, "
        "splits without a shard that comes; of copies: the first one made of all data, limits on "
        "the "
        "log that is kept for one which is away, cascades of copies, callers who go round a copy "
        "that is down. Unless a `control` or the copies make another copy the primary, writes fail "
        "while the "
        "primary is down; what is on its way to other copies when it crashes still gets there. "
        "With "
        "`idempotency` a write has the key of the request that it is made for, and one that was "
        "done is not done again, though it costs the same work. With "
        "`outbox` a write and its message are one transaction, and a relay publishes it later. "
        "With "
        "`ship` what is acknowledged is sent to a safe place every so often; after the fault "
        "`lose`, "
        "which takes the data, that is what is left. Left out: full backups apart from the log, "
        "the "
        "time to restore (say how long the fault lasts), readers who had seen what is lost.",
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
    .pick = database_pick,
    .messages = copies_messages,
    .sends = database_sends,
    .keeps_versions = keeps_copies,
    .primary = promote_primary,
    .promote = promote,
    .has_meter = database_has_meter,
    .metrics = shards_metrics,
    .collect = database_collect,
    .on_peer = database_on_peer,
    .place = database_place,
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
    .on_timer = database_on_timer,
    .on_fault = database_on_fault,
    .own_faults = (const struct fault_def *const[]){&fault_lose, &fault_skew, NULL},
    .station = database_station,
    .touches = database_touches,
    .fetch = database_fetch,
    .destroy = database_destroy,
};

/* What a database counts. */
#include "copy_sets.h"
#include "database_state.h"

#define STATE(field) offsetof(struct database_state, field)

const struct meter database_meters[] = {
    {"reads", METER_COUNT, STATE(reads), 0, "Reads done."},
    {"writes", METER_COUNT, STATE(writes), 0, "Writes done."},
    {"rejected_connections", METER_COUNT, STATE(rejected), 0,
     "Calls refused because every connection was in use."},
#define COPIES(field) STATE(copies) + offsetof(struct copy_meters, field)
    {"lag", METER_TIMES, COPIES(lag), 0,
     "From when the primary had made a write until a copy showed it to readers"},
    {"behind", METER_MEAN_LEVEL, COPIES(behind), 0,
     "Writes of the primary that a copy does not show yet, mean over all copies, the primary too"},
    {"applied", METER_COUNT, COPIES(applied), 0, "Writes that copies applied."},
    {"resent", METER_COUNT, COPIES(resent), 0,
     "Writes sent to a copy that had missed them: it was down, cut off, or a message was lost."},
    {"snapshots", METER_COUNT, COPIES(snapshots), 0,
     "Times that a copy lacked more than the log keeps, and was sent all data."},
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
     "which had them threw away; or that were lost with the data and not in the safe place. "
     "Without "
     "a primary: data whose newest acknowledged write no copy has any more, nor is it kept for "
     "one."},
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
    {"compared", METER_COUNT, ROUNDS(compared), 0,
     "Versions that a copy was found to lack when it compared what it has with another one "
     "(`anti_entropy`); they are handed over as hints are."},
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
#define LOCKS(field) STATE(locks) + offsetof(struct rows_meters, field)
    {"prepared", METER_LEVEL, LOCKS(prepared), 0,
     "Rows that are locked by a prepared write, whose decision is not heard"},
    {"lock_waiting", METER_LEVEL, LOCKS(waiting), 0, "Writes that wait for a locked row"},
    {"lock_wait", METER_TIMES, LOCKS(wait), 0,
     "How long writes waited for a locked row, of those that had to"},
    {"deadlocks", METER_COUNT, LOCKS(deadlocks), 0,
     "Writes that gave up as those that they waited for waited for them (`rows`)."},
#undef LOCKS
#define SENT(field) STATE(sent) + offsetof(struct outbox_meters, field)
    {"relayed", METER_COUNT, SENT(relayed), 0, "Messages of the outbox that the topic has."},
    {"relayed_again", METER_COUNT, SENT(again), 0,
     "How often one was sent again, as its acknowledgement had not come or the database crashed."},
    {"relayed_lost", METER_COUNT, SENT(void_), 0,
     "Messages that the topic has of writes which were lost when another copy took over, or with "
     "the data."},
    {"outbox", METER_LEVEL, SENT(waiting), 0, "Messages that wait in the outbox"},
    {"relay_delay", METER_TIMES, SENT(delay), 0,
     "From a write until the topic has acknowledged its message"},
#undef SENT
    {"fenced", METER_COUNT, STATE(fenced), 0,
     "Writes that failed since they were made under a lock that a later holder has (`fencing`)."},
    {"changed", METER_COUNT, STATE(changed), 0,
     "Writes that failed since their datum had been written after it was read (`if_unchanged`)."},
    {"shipped", METER_COUNT, STATE(shipped), 0,
     "Transfers that have arrived in the safe place (`ship`)."},
    {0},
};

bool database_sends(const void *config) {
  const struct database_config *c = config;
  return database_keeps_copies(config) ||
         (c->shards.rule != SHARDS_UNSAID && shards_move_in_time(&c->move));
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

static bool is_of_locks(const struct meter *meter) {
  return meter->at >= STATE(locks) && meter->at < STATE(locks) + sizeof(struct rows_meters);
}

/* Only who takes part in transactions, or locks rows in any case, has rows. */
static bool is_of_loss(const struct meter *meter) {
  return meter->at == STATE(copies) + offsetof(struct copy_meters, lost) ||
         meter->at == STATE(copies) + offsetof(struct copy_meters, recovery_point);
}

/* Whether one of its members, which have no copies, can lose what it has. */
static bool any_can_lose(const struct component *component) {
  for (uint32_t i = 0; i < component->members; i++) {
    const struct database_state *db = component->member[i].state;
    if (db->shipping) return true;
  }
  return false;
}

bool database_uses_meter(const struct component *component, const struct meter *meter) {
  const struct database_state *db = component->member->state;
  if (is_of_loss(meter) && !database_keeps_copies(db->config)) return any_can_lose(component);
  if (meter->at == STATE(changed)) return db->unchanged != NULL;
  return db->rows != NULL || !is_of_locks(meter);
}

bool database_has_meter(const void *config, const struct meter *meter) {
  const struct database_config *c = config;
  if (meter->at == STATE(locks.deadlocks)) return c->rows.given;
  if (meter->at < STATE(copies) || is_of_locks(meter) || meter->at == STATE(changed)) return true;
  if (meter->at >= STATE(keys) && meter->at < STATE(keys) + sizeof(struct idempotency_meters)) {
    return c->idempotency.given;
  }
  if (meter->at >= STATE(sent) && meter->at < STATE(sent) + sizeof(struct outbox_meters)) {
    bool lost = meter->at == STATE(sent) + offsetof(struct outbox_meters, void_);
    return c->outbox.given && (!lost || database_keeps_copies(config) || database_ship(c)->given);
  }
  if (meter->at == STATE(fenced)) return c->fencing;
  bool ships = database_ship(c)->given;
  if (meter->at == STATE(shipped) || (is_of_loss(meter) && ships)) return ships;
  if (meter->at >= STATE(moves) && meter->at < STATE(moves) + sizeof(struct shard_meters))
    return c->shards.rule != SHARDS_UNSAID && !database_keeps_copies(config);
  if (!database_keeps_copies(config)) return is_of_loss(meter);
  if (is_of_any_copies(meter)) return true;
  if (meter->at == STATE(copies) + offsetof(struct copy_meters, lost)) {
    return c->copies.conflict != CONFLICT_ABORT;
  }
  if (meter->at == STATE(copies) + offsetof(struct copy_meters, snapshots)) {
    return c->copies.keep != PARAM_UNLIMITED;
  }
  bool votes = meter->at == STATE(copies) + offsetof(struct copy_meters, elections) ||
               meter->at == STATE(copies) + offsetof(struct copy_meters, split_votes);
  if (votes && !c->copies.elect.given) return false;
  bool merged = meter->at == STATE(rounds) + offsetof(struct quorum_meters, merged);
  bool conflicts = meter->at == STATE(copies) + offsetof(struct copy_meters, conflicts);
  if (merged || (conflicts && copies_all_lead(&c->copies))) return copies_all_lead(&c->copies);
  return copies_have_primary(&c->copies) == (meter->at < STATE(rounds));
}

static uint64_t calls_of(const struct member *member) {
  const struct database_state *db = member->state;
  return db->reads + db->writes;
}

void database_collect(struct sim *sim, struct component *component, struct metrics *out) {
  (void)sim;
  const struct database_config *config = component->config;
  if (database_keeps_copies(config)) copy_sets_collect(component, out);
  if (config->shards.rule == SHARDS_UNSAID) return;
  const struct shards *shards = component->shared;
  if (database_keeps_copies(config)) shards = ((struct copy_sets *)component->shared)->shards;
  if (shards) shards_collect(shards, calls_of, out);
}

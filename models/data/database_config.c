/* What users may say about a database. */
#include "database_config.h"

#include <math.h>
#include <string.h>

#include "copy_sets.h"
#include "program.h"

/* --- operations ----------------------------------------------------------------------------- */

/* Whether an operation is in the list, or where there is none, is the one called `name`. */
static bool is_listed(const struct spec *spec, const struct priorities *list, const char *name,
                      int op) {
  if (list->n == 0) return !strcmp(spec->op[op], name);
  for (uint32_t i = 0; i < list->n; i++) {
    if (list->ops[i] == op) return true;
  }
  return false;
}

enum data_op database_data_op(const struct spec *spec, const struct component_spec *component,
                              int op) {
  const struct database_config *config = component->config;
  if (is_listed(spec, &config->write_ops, "write", op)) return DATA_WRITE;
  if (is_listed(spec, &config->read_ops, "read", op) || op == OP_DEFAULT) return DATA_READ;
  return DATA_UNTOLD;
}

const struct shipping_config *database_ship(const struct database_config *config) {
  return config->copies.ship.given ? &config->copies.ship : &config->ship;
}

bool database_loses_all(const struct spec *spec, const struct component_spec *component) {
  const struct database_config *c = component->config;
  bool alone = !database_keeps_copies(c) && !database_ship(c)->given;
  bool locks = c->row_locks || c->rows.given ||
               program_takes_part(spec, (uint32_t)(component - spec->component));
  return alone && c->shards.rule == SHARDS_UNSAID && !locks;
}

bool database_remembers(const void *config) {
  return ((const struct database_config *)config)->idempotency.given;
}

bool database_keeps_copies(const void *config) {
  const struct database_config *c = config;
  return c->copies.given && copies_members(&c->copies) > 1;
}

uint32_t database_shards(const struct database_config *config, uint32_t members) {
  return config->copies.given ? members / copies_members(&config->copies) : members;
}

/* What does not go together with shards, or only with them. */
static bool sharding_valid(const struct component_spec *component,
                           const struct database_config *config, struct error *err) {
  bool copied = database_keeps_copies(config);
  if (config->shards.rule == SHARDS_UNSAID) return true;
  if (!copied && component->instances < 2) {
    return error_set(err,
                     "has shards and one instance, which has all keys; say how many there are by "
                     "instances, those that come later (join) among them");
  }
  if (copied && shards_move_in_time(&config->move)) {
    return error_set(err,
                     "has both move and copies; keys do not move between shards that have copies: "
                     "leave one of them out");
  }
  if (copied || !config->ship.given) return true;
  return error_set(err,
                   "has both shards and ship, which do not go together without copies; leave out "
                   "one of them");
}

/* Of writes with a condition. */
static bool compares_valid(const struct spec *spec, const struct component_spec *component,
                           bool takes_part, struct error *err) {
  const struct database_config *config = component->config;
  bool copied = config->copies.given;
  if (!program_compares(spec, (uint32_t)(component - spec->component))) return true;
  const char *other = copied && !copies_have_primary(&config->copies) ? "copies without a primary"
                      : takes_part                                    ? "a part in a transaction"
                                                                      : NULL;
  if (other) {
    return error_set(err,
                     "a write to it has if_unchanged, and it has %s, which do not go together yet; "
                     "leave out one of them",
                     other);
  }
  if (!copied || data_most_keys(spec) > 0) return true;
  return error_set(err,
                   "a write to it has if_unchanged, and no client has keys, so that no write is "
                   "about the same datum as another; give one keys, such as uniform_keys { n = "
                   "1000 }");
}

/* Of a part in a transaction: what it cannot have, and why. */
static bool part_valid(const struct spec *spec, const struct component_spec *component,
                       struct error *err) {
  const struct database_config *config = component->config;
  bool undone = program_is_undone(spec, (uint32_t)(component - spec->component));
  const char *other = NULL, *why = NULL;
  if (config->rows.given) {
    other = "rows";
    why = "a step of a transaction locks one row";
  } else if (database_ship(config)->given) {
    other = "ship";
    why = "what is restored would not know which votes and decisions it had heard since";
  } else if (config->idempotency.given && config->copies.given) {
    other = "idempotency and copies";
    why = "keys are known by the log, where a write has none until it is decided";
  } else if (config->idempotency.given && undone) {
    other = "idempotency";
    why =
        "in a saga a key would stay known of a write that is undone later (commit = \"2pc\" and "
        "\"none\" have no such writes)";
  } else if (config->fencing) {
    other = "fencing";
    why = "a decision has no token";
  }
  if (!other) return true;
  return error_set(
      err,
      "takes part in a transaction and has %s, which do not go together: %s; leave out "
      "one of them",
      other, why);
}

/* What does not go together with locks of rows, and fencing. */
static bool locking_valid(const struct spec *spec, const struct component_spec *component,
                          bool takes_part, struct error *err) {
  const struct database_config *config = component->config;
  bool leaderless = config->copies.given && !copies_have_primary(&config->copies);
  bool several = config->rows.given;
  const char *locks = takes_part ? "takes part in a transaction" : "locks rows";
  if (config->fencing && leaderless) {
    return error_set(err,
                     "has both fencing and copies without a primary, where nobody would know "
                     "the greatest token; leave out one of them");
  }
  if ((takes_part || config->row_locks || several) && leaderless) {
    return error_set(err,
                     "%s and has copies without a primary, where nobody would hold the locks; "
                     "leave out one of them, or let one copy lead",
                     locks);
  }
  if (takes_part && !part_valid(spec, component, err)) return false;
  if (!several || !config->copies.given) return true;
  return error_set(err, "%s and has copies, which do not go together yet; leave out one of them",
                   locks);
}

bool database_validate(const struct spec *spec, const struct component_spec *component,
                       struct error *err) {
  const struct database_config *config = component->config;
  for (uint32_t i = 0; i < config->read_ops.n; i++) {
    int op = config->read_ops.ops[i];
    if (!is_listed(spec, &config->write_ops, "write", op)) continue;
    return error_set(err, "operation '%s' is in read_ops and also a write; a call is one of both",
                     spec->op[op]);
  }
  if (!copies_validate(spec, component, &config->copies, err)) return false;
  if (!sharding_valid(component, config, err)) return false;
  bool takes_part = program_takes_part(spec, (uint32_t)(component - spec->component));
  if (!locking_valid(spec, component, takes_part, err)) return false;
  if (!several_rows_valid(&config->rows, component->instances, err)) return false;
  if (!compares_valid(spec, component, takes_part, err)) return false;
  uint32_t shards = database_shards(config, component->instances);
  if (!shards_validate(spec, &config->shards, &config->move, shards, err)) return false;
  if (config->copies.given && config->outbox.given && !copies_have_primary(&config->copies)) {
    return error_set(err,
                     "has outbox and copies without a primary, where nobody would publish the "
                     "messages of all; leave outbox out, or let one copy lead (copies.read = "
                     "\"primary\", \"any\" or \"nearest\" and copies.leaders = 1)");
  }
  if (config->copies.given && config->idempotency.given && !copies_have_primary(&config->copies)) {
    return error_set(
        err,
        "has idempotency and copies without a primary, where nobody would know all "
        "keys; leave idempotency out, or let one copy lead (copies.read = \"primary\", "
        "\"any\" or \"nearest\" and copies.leaders = 1)");
  }
  if (!outbox_valid(spec, &config->outbox, err)) return false;
  if (config->ship.given && config->copies.ship.given) {
    return error_set(err, "says ship twice, for itself and in copies; leave one of them out");
  }
  if (database_ship(config)->given && config->copies.given &&
      !copies_have_primary(&config->copies)) {
    return error_set(err,
                     "has ship and copies without a primary, where nobody would know all writes; "
                     "leave ship out, or let one copy lead (copies.read = \"primary\", \"any\" or "
                     "\"nearest\" and copies.leaders = 1)");
  }
  if (config->connections != PARAM_UNLIMITED && config->workers != PARAM_UNLIMITED &&
      config->connections < config->workers) {
    return error_set(err,
                     "connections (%llu) is less than workers (%llu): each running query holds a "
                     "connection, so the other workers can never run; raise connections or lower "
                     "workers",
                     (unsigned long long)config->connections, (unsigned long long)config->workers);
  }
  return true;
}

uint64_t database_places(const void *config) {
  uint64_t connections = ((const struct database_config *)config)->connections;
  return connections == PARAM_UNLIMITED ? 0 : connections;
}

void database_place(struct component_spec *component, struct arena *arena) {
  const struct database_config *config = component->config;
  copy_sets_place(component, &config->copies, arena);
}

void database_outline(const struct spec *spec, const struct component_spec *component, int op,
                      struct outline *out) {
  const struct database_config *config = component->config;
  out->workers = config->workers;
  out->connections = config->connections;
  if (config->connections != PARAM_UNLIMITED) {
    if (out->workers > config->connections) out->workers = config->connections;
    out->queue = config->connections - out->workers;
  }
  out->by_key = database_shards(config, component->instances) > 1;
  copies_outline(spec, component, &config->copies, out);
  out->fences = config->fencing;
  out->restores = database_ship(config)->given || database_loses_all(spec, component);
  out->remembers = config->idempotency.given && config->idempotency.keep_ns > 0;
  out->relays_to = config->outbox.given ? config->outbox.topic + 1 : 0;
  bool writes = database_data_op(spec, component, op) == DATA_WRITE;
  const struct dist *time = writes ? &config->write : &config->read;
  /* Without a primary the quickest copies answer: in how long their law alone does not tell. */
  if (!out->copies || out->copies->write == 0 || time->kind == DIST_CONSTANT)
    outline_work(out, time);
  if (writes && outbox_takes(&config->outbox, op)) {
    outline_add(out, OUTLINE_REPLY);
    outline_add(out, OUTLINE_CALLS);
    outline_add_call(out, config->outbox.topic, op, PARAM_UNLIMITED);
  }
  outline_add(out, OUTLINE_END);
}

const char database_doc[] =
    "A call is a write if its operation is in `write_ops`; every other call is a read. Calls "
    "wait for a worker, first come first served. Each call that is present holds a "
    "connection; when all connections are in use, further calls are refused.\n"
    "Several instances are shards. Each data key lives on one of them, chosen by its hash or "
    "as `shards` says, and without `copies` nothing is replicated. Callers always know where a "
    "key is, even while keys move. A shard that is down or leaves keeps its keys: calls for them "
    "are refused.\n"
    "With `copies` every member holds all the data. The primary takes the writes and sends "
    "each to the others at once. They apply the writes in order, with their own workers, and "
    "how far they lag follows from that. A copy that was down or cut off gets what it missed "
    "in one message when it answers again. While the primary is down writes fail, unless a "
    "`control` or the copies themselves make another copy the primary. One that a control chose "
    "applies what it has before it takes writes, and answers reads meanwhile. What was on its way "
    "to other copies when the primary crashed still arrives. A copy that answers later "
    "than round trips to it take, as TCP judges that (at least 1 s), counts as away, and is asked "
    "again after each such time.\n"
    "On a path with a bandwidth what brings a write to a copy, at once or later, is as large as "
    "the request of that write. Without a primary a read is as large as the call and its answer, "
    "to and from each copy. Acknowledgements, beats, votes and decisions have no size.\n"
    "With `copies.elect` the copies elect the primary by Raft. Unless `pre_vote` is false, one "
    "that misses its leader first asks if it would win, and raises its term when more than half "
    "say so. Who has heard of a leader within `timeout` votes for nobody, and a leader that more "
    "than half have not answered for so long steps down (etcd: check quorum). Writing terms, votes "
    "and logs to disk takes no time, and callers know at once who leads.\n"
    "With `shards` and `copies` each of the `instances` is a shard of `copies.n` members, which "
    "come one shard behind the other: of 4 shards with 3 copies pg[1] to pg[3] are the first one, "
    "pg[4] the first primary of the second, and there are 12 members. Each shard has a primary, "
    "elections or quorums of its own, and a `control` that promotes replaces the primary of the "
    "shard whose primary failed (MongoDB's shards are replica sets in this way). Keys do not move "
    "between such shards; with the fault `join` a copy comes late.\n"
    "`copies.read` as a number or a quorum means that there is no primary. Then a coordinator "
    "sends each call to all copies at once. Each copy does the work; the coordinator does "
    "none. A copy that loses its data (the fault `lose`) comes back empty under its name. It gets "
    "back what hints, read repair and `anti_entropy` bring; until then its answers count and know "
    "nothing. Where all lead another leader gives it all it has.\n"
    "With `copies.leaders` = all every copy answers from what it has and sends its writes to "
    "the others. Of two writes the one with the later time stamp counts; the fault `skew` can "
    "make that the wrong one. With `copies.conflict` = abort the copies vote on each write "
    "before it is answered. A vote costs one round trip to as many copies as are needed, and "
    "a write fails if another leader was quicker.\n"
    "In a `transaction` of a service the database locks the row of each write. Once a write "
    "is prepared, its row stays locked, also through a crash, until the decision arrives. "
    "Prepares and decisions are calls. With copies a vote and a decision are entries of the log, "
    "as "
    "durable as a write, and answered when as many copies have them (Spanner, CockroachDB); rows "
    "are "
    "locked by the primary until a write is acknowledged, and who takes over has the locks of what "
    "is prepared in its log and no others. Where copies follow asynchronously a vote can be lost "
    "with "
    "a primary, and the transaction is half applied.\n"
    "With `idempotency` a write carries the key of its request. A write that is sent again "
    "costs the same work but is not done again. With copies the key and the write are one "
    "entry of the log. So a new primary knows the keys of what it has, and it answers a "
    "repeated write as soon as it may answer for all of its log. In a `transaction` a key is known "
    "once its write is there: with two phases when the decision is heard, and the tries of a "
    "request count together in `half_applied`.\n"
    "A write with `if_unchanged` is compared with the newest write of its datum that the primary "
    "has taken, answered or not, and fails at once if that is another one than its reader saw; who "
    "reads a copy that lags fails until it has caught up. Of data that were lost it is the version "
    "that is there again: who has read a later one fails.\n"
    "With `outbox` a write and its message are one transaction, and a relay publishes the "
    "message later. With copies both are one entry of the log, which the primary publishes when it "
    "has answered the write; who takes over goes on, so that a message can come twice. "
    "The relay waits as long as the topic takes; what vanished on the way it sends again after 1 "
    "s. "
    "With `fencing` a write fails if its lock has been given to somebody else. "
    "With `ship` what is acknowledged goes to a safe place every so often; after the fault "
    "`lose` only that is left, and without `ship` nothing.\n"
    "Reads lock no row and wait for none: they see what is committed (several versions, as in "
    "PostgreSQL and InnoDB). A read that locks its row (SELECT ... FOR UPDATE) is a write here, "
    "with "
    "its operation in `write_ops`.\n"
    "With `rows` a write changes several rows. It locks each before that part of its work and "
    "keeps all until the end. A write that has waited for a while looks whether those that it "
    "waits for wait for it; if so, it fails.\n"
    "Left out: shared locks of rows (SELECT ... FOR SHARE, as a foreign key takes of the row that "
    "it names: several writes have it at once, and keep out who changes it); of `rows`, what the "
    "ledger sees of them beside the row of the data key, and steps of a transaction that have "
    "several rows; deadlocks between databases, "
    "which end by a timeout; what a vote and a decision cost the database; buffer pool, "
    "checkpoints, and what the data are; of transactions over copies, locks of reads, time stamps "
    "(TrueTime) and their waits, and steps that go out before the last is answered.\n"
    "Left out: of shards, routes that are out of date, keys that move back, the bytes of those "
    "that move, and splits "
    "without a new shard, and with copies shards that come; of copies, the first copy of all data, "
    "also to one that lost them "
    "(it has at once what every copy showed), what sending a snapshot (`keep`) costs disks, "
    "workers and paths, "
    "cascades of copies, and callers who avoid a copy that is down; of elections, "
    "what one that wins has not applied yet (it shows it at once), "
    "changes of members, copies that never vote, a leader that hands over to another one, and "
    "clocks that run at different speeds; of leaders that "
    "vote, dropping a copy that is down, so that what it had asked for and not decided keeps "
    "other writes of these data out until it is back; of `ship`, full backups apart from the "
    "log, the time to restore (say how long the fault lasts), readers who had seen what is lost, "
    "and the tokens of `fencing`, which outlive it.";

#define AT(field) offsetof(struct database_config, field)

const struct param database_params[] = {
    {.name = "workers",
     .type = PARAM_COUNT,
     .offset = AT(workers),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Statements that run at once (cores, or disk channels)."},
    {.name = "connections",
     .type = PARAM_COUNT,
     .offset = AT(connections),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Connections, one for each call present, running or waiting; further calls are refused "
            "(PostgreSQL's max_connections is 100). Each session that a client holds here "
            "(`session`) is one, too, unless `sessions` says how many there may be."},
    {.name = "read",
     .type = PARAM_TIME_DIST,
     .offset = AT(read),
     .fallback = "0ms",
     .doc = "How long a read holds a worker."},
    {.name = "write",
     .type = PARAM_TIME_DIST,
     .offset = AT(write),
     .fallback = "0ms",
     .doc = "How long a write holds a worker."},
    {.name = "read_ops",
     .type = PARAM_OPS,
     .offset = AT(read_ops),
     .doc = "Operations that are reads. If not given: the one named \"read\". Requests of a client "
            "without a mix have no named operation and are reads too."},
    {.name = "write_ops",
     .type = PARAM_OPS,
     .offset = AT(write_ops),
     .doc = "Operations that are writes, such as { \"insert\", \"update\" }. If not given: the one "
            "named \"write\". An operation that is in neither list counts as a read, and `archsim "
            "check` says so."},
    {.name = "copies",
     .type = PARAM_GROUP,
     .offset = AT(copies),
     .group = copies_params,
     .doc = "Copies: members that all hold the data, or those of one shard (`shards`). One, the "
            "primary, takes the writes and sends them to the others; or none is it (`read`)."},
    {.name = "idempotency",
     .type = PARAM_GROUP,
     .offset = AT(idempotency),
     .group = idempotency_params,
     .doc = "A write that is sent again is not done again: it has the key of the first one, which "
            "the database remembers. A write that a message leads to has the message's key."},
    {.name = "row_locks",
     .type = PARAM_BOOL,
     .offset = AT(row_locks),
     .fallback = "false",
     .doc = "Whether a write locks the row of its data key, from when it comes until it is done: "
            "writes of one row come one after the other, first come first served, and wait without "
            "a worker (as in PostgreSQL and InnoDB, where reads see what was there before). With "
            "copies it is done when it is acknowledged. In a transaction they do in any case."},
    {.name = "rows",
     .type = PARAM_GROUP,
     .offset = AT(rows),
     .group = rows_params,
     .doc =
         "A write is a transaction that changes several rows, which it locks one after the other, "
         "as row_locks does one, and keeps until it is done. Two that want each other's rows are "
         "deadlocked, until one gives up and fails."},
    {.name = "fencing",
     .type = PARAM_BOOL,
     .offset = AT(fencing),
     .fallback = "false",
     .doc =
         "Whether it looks at the tokens of locks: a write that was made under a lock fails if "
         "the database has been called for a later holder of the same lock (ZooKeeper's zxid or "
         "etcd's revision as fencing token). With copies calls under locks go to the primary, and "
         "the greatest token is in the log: the first read under a lock waits for copies as a "
         "write "
         "does."},
    {.name = "outbox",
     .type = PARAM_GROUP,
     .offset = AT(outbox),
     .group = outbox_params,
     .doc = "A write leaves a message in the same transaction, and a relay publishes it until the "
            "topic has it."},
    {.name = "ship",
     .type = PARAM_GROUP,
     .offset = AT(ship),
     .group = shipping_params,
     .doc = "What is acknowledged is sent to a safe place every so often: log shipping, backups. "
            "After the fault `lose` that is what there is."},
    {.name = "shards",
     .type = PARAM_SHARDS,
     .offset = AT(shards),
     .doc = "How data keys are divided among the instances (with `copies` among groups of them). "
            "\"hash\": by a hash of the key modulo the number of shards, so that most keys move "
            "when one comes. \"range\": equal ranges of keys; when one comes the busiest is split, "
            "at the median of the last 63 keys that were asked for (as CockroachDB splits by "
            "load). consistent_hash { points = 100 }: one that comes gets a fair share, and "
            "nothing else moves. If not given: by hash, for good; one that comes late has had its "
            "keys from the start."},
    {.name = "move",
     .type = PARAM_TIME_DIST,
     .offset = AT(move),
     .fallback = "0ms",
     .doc = "How long moving a key to a shard that comes (the fault `join`) holds a worker of the "
            "shard that has it, and then one of the shard that takes it. Each shard gives one key "
            "at a time. 0: all move at once. Not with `copies`."},
    {0},
};

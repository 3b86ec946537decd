/* database: a server with a connection limit that reads and writes. */
#include <math.h>
#include <string.h>

#include "call.h"
#include "outline.h"
#include "sim.h"
#include "station.h"

struct database_config {
  uint64_t workers, connections;
  struct dist read, write;
  struct priorities read_ops, write_ops;
};

struct database_state {
  /* What most calls touch fills the first line and the beginning of `station`. */
  const struct database_config *config;
  const struct dist *read_time; /* of the config */
  struct stream read, write;
  bool has_writes; /* there are write_ops */
  bool followed;   /* by the ledger */
  uint64_t reads;
  struct station station __attribute__((aligned(64)));
  uint64_t writes;
  struct op_set write_ops;
  uint64_t rejected;
};

static bool is_write(const struct database_state *db, const struct frame *call) {
  return db->has_writes && op_set_has(&db->write_ops, call->op);
}

static void start(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
  bool writes = is_write(db, call);
  if (db->followed && !writes) ledger_read(sim, member->component->id, call);
  const struct dist *time = writes ? &db->config->write : db->read_time;
  call_work(sim, member, call,
            dist_draw_keyed(time, writes ? &db->write : &db->read, call->key, 0));
}

static void database_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct database_state *db = member->state;
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
  if (is_write(db, call)) {
    db->writes++;
    if (db->followed) ledger_write(sim, member->component->id, call);
  } else {
    db->reads++;
  }
  struct frame *next = station_leave(sim, &db->station, call);
  if (next) start(sim, member, next);
  call_reply(sim, call, OUTCOME_OK);
}

static void database_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome; /* it calls nobody */
}

static void database_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                              bool begins) {
  struct database_state *db = member->state;
  station_fault(sim, member, &db->station, fault, begins);
}

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

static enum data_op database_data_op(const struct spec *spec,
                                     const struct component_spec *component, int op) {
  const struct database_config *config = component->config;
  if (is_listed(spec, &config->write_ops, "write", op)) return DATA_WRITE;
  if (is_listed(spec, &config->read_ops, "read", op) || op == OP_DEFAULT) return DATA_READ;
  return DATA_UNTOLD;
}

/* --- life ----------------------------------------------------------------------------------- */

static bool database_validate(const struct spec *spec, const struct component_spec *component,
                              struct error *err) {
  const struct database_config *config = component->config;
  for (uint32_t i = 0; i < config->read_ops.n; i++) {
    int op = config->read_ops.ops[i];
    if (!is_listed(spec, &config->write_ops, "write", op)) continue;
    return error_set(err, "operation '%s' is in read_ops and also a write; a call is one of both",
                     spec->op[op]);
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

static void database_outline(const struct spec *spec, const struct component_spec *component,
                             int op, struct outline *out) {
  const struct database_config *config = component->config;
  out->workers = config->workers;
  out->connections = config->connections;
  if (config->connections != PARAM_UNLIMITED) {
    if (out->workers > config->connections) out->workers = config->connections;
    out->queue = config->connections - out->workers;
  }
  out->by_key = component->instances > 1;
  bool writes = database_data_op(spec, component, op) == DATA_WRITE;
  outline_work(out, writes ? &config->write : &config->read);
  outline_add(out, OUTLINE_END);
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
}

static void database_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  station_free(&((struct database_state *)member->state)->station);
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

#define AT(field) offsetof(struct database_config, field)

static const char *const database_operations[] = {"read", "write", NULL};

static const struct param database_params[] = {
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
            "(PostgreSQL's max_connections is 100)."},
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
     .type = PARAM_PRIORITY,
     .offset = AT(read_ops),
     .doc = "Operations that are reads. If not given: the one named \"read\". Requests of a client "
            "without a mix have no named operation and are reads too."},
    {.name = "write_ops",
     .type = PARAM_PRIORITY,
     .offset = AT(write_ops),
     .doc = "Operations that are writes, such as { \"insert\", \"update\" }. If not given: the one "
            "named \"write\". An operation that is in neither list counts as a read, and `archsim "
            "check` says so."},
    {0},
};

#define STATE(field) offsetof(struct database_state, field)

static const struct meter database_meters[] = {
    {"reads", METER_COUNT, STATE(reads), 0, "Reads done."},
    {"writes", METER_COUNT, STATE(writes), 0, "Writes done."},
    {"rejected_connections", METER_COUNT, STATE(rejected), 0,
     "Calls refused because every connection was in use."},
    {0},
};

const struct kind kind_database = {
    .name = "database",
    .summary = "A server with a connection limit that reads and writes.",
    .doc =
        "A call whose operation is in `write_ops` is a write, every other one a read. Calls wait "
        "first come first served for a worker; each call present holds a connection, and when "
        "all are in use further calls are refused. Several instances are shards: each "
        "data key lives on one of them, chosen by its hash, and nothing is replicated. Left out: "
        "locks, transactions, buffer pool, "
        "checkpoints, what the data are.",
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
    .pick = component_pick_holder,
    .config_size = sizeof(struct database_config),
    .state_size = sizeof(struct database_state),
    .validate = database_validate,
    .outline = database_outline,
    .data_op = database_data_op,
    .init = database_init,
    .on_call = database_on_call,
    .on_reply = database_on_reply,
    .on_timer = database_on_timer,
    .on_fault = database_on_fault,
    .station = database_station,
    .touches = database_touches,
    .fetch = database_fetch,
    .destroy = database_destroy,
};

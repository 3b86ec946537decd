#include "network/connection.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "engine.h"
#include "fault.h"
#include "held.h"
#include "life.h"
#include "message.h"
#include "network.h"
#include "network/handshake.h"
#include "network/keep.h"
#include "network/pair.h"
#include "network/transfer.h"

struct connection_counts *connection_counts_of(const struct sim *sim,
                                               const struct path_spec *path) {
  return &sim->connections->count[path - sim->spec->path];
}

struct level *connections_open(const struct sim *sim, const struct connection *conn) {
  return &sim->connections->open[conn->path - sim->spec->path];
}

/* --- rides ---------------------------------------------------------------------------------- */

struct ride *ride_new(struct sim *sim, const struct frame *call) {
  struct connections *c = sim->connections;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= c->rides) {
    c->ride = mem_resize(c->ride, sim->calls.ready * sizeof *c->ride);
    memset(c->ride + c->rides, 0xff, (sim->calls.ready - c->rides) * sizeof *c->ride);
    c->rides = sim->calls.ready;
  }
  c->ride[slot] = (struct ride){.stamp = call->stamp, .connection = NO_CONNECTION};
  return &c->ride[slot];
}

static void ride_attach(struct sim *sim, const struct frame *call, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct ride *ride = ride_new(sim, call);
  uint32_t slot = frame_slot(sim, call);
  ride->connection = id;
  ride->connection_stamp = conn->stamp;
  ride->before = conn->last;
  ride->next = SLOT_NONE;
  *(conn->last == SLOT_NONE ? &conn->first : &sim->connections->ride[conn->last].next) = slot;
  conn->last = slot;
  conn->calls++;
  conn->requests++;
  connection_room_changed(sim, id);
}

static void ride_detach(struct sim *sim, struct ride *ride, struct connection *conn) {
  struct ride *rides = sim->connections->ride;
  *(ride->before == SLOT_NONE ? &conn->first : &rides[ride->before].next) = ride->next;
  *(ride->next == SLOT_NONE ? &conn->last : &rides[ride->next].before) = ride->before;
  conn->calls--;
}

/* --- opening and closing -------------------------------------------------------------------- */

void connection_push(struct sim *sim, uint32_t id, uint64_t delay_ns, enum connection_step step) {
  fel_push(&sim->fel, event_make(sim->now_ns + delay_ns, id << 4 | EVENT_CONNECTION,
                                 connection_at(sim, id)->stamp << 3 | step));
}

static uint32_t connection_new(struct sim *sim, const struct member *from, const struct member *to,
                               const struct path_spec *path, uint64_t key) {
  struct connections *c = sim->connections;
  uint32_t id = c->free;
  if (id != NO_CONNECTION) {
    c->free = c->list[id].next;
  } else {
    if (c->n == c->capacity) {
      c->capacity = c->capacity ? 2 * c->capacity : 64;
      c->list = mem_resize(c->list, c->capacity * sizeof *c->list);
    }
    id = c->n++;
    c->list[id].stamp = 0;
  }
  struct flow_window fresh = {transfer_first_window(path), UINT64_MAX, sim->now_ns};
  c->list[id] = (struct connection){.stamp = c->list[id].stamp,
                                    .from = from->id,
                                    .to = to->id,
                                    .first = SLOT_NONE,
                                    .last = SLOT_NONE,
                                    .path = path,
                                    .state = CONNECTION_OPENING,
                                    .key = key,
                                    .began_ns = sim->now_ns,
                                    .rto_ns = TCP_RTO_FIRST_NS,
                                    .window = {fresh, fresh}};
  c->list[id].pair = pair_of(sim, from->id, to->id);
  connection_enlist(sim, id);
  connection_counts_of(sim, path)->opened++;
  return id;
}

void connection_close(struct sim *sim, uint32_t id) {
  struct connections *c = sim->connections;
  struct connection *conn = connection_at(sim, id);
  struct accept_state *at = c->accept[conn->to];
  connection_counts_of(sim, conn->path)->closed++;
  if (conn->state == CONNECTION_OPEN) level_down(connections_open(sim, conn), sim->now_ns);
  conn->state = CONNECTION_FREE;
  connection_set_room(sim, id, false);
  connection_delist(sim, id);
  conn->stamp = (conn->stamp + 1) & 0x1fffffff;
  conn->next = c->free;
  c->free = id;
  if (at != NULL) accept_close(sim, at, id);
}

bool connection_is_work(const struct sim *sim, const struct frame *call) {
  const struct ride *ride = sim->connections ? ride_of(sim, call) : NULL;
  return ride != NULL && ride->phase == RIDE_HANDSHAKE;
}

/* --- calls leave their connection ----------------------------------------------------------- */

void ride_ends(struct sim *sim, struct frame *call, bool usable) {
  struct ride *ride = ride_of(sim, call);
  struct connection *conn = ride_connection(sim, ride);
  uint32_t id = ride->connection;
  ride->stamp = UINT32_MAX;
  if (conn == NULL) return;
  ride_detach(sim, ride, conn);
  if (conn->state != CONNECTION_OPEN || conn->broken) return; /* its next step sees to it */
  if (!usable && conn->calls == 0 && conn->path->connect.streams == 1) {
    connection_close(sim, id);
  } else if (conn->calls == 0) {
    keep_idle(sim, id);
  } else {
    connection_room_changed(sim, id);
  }
}

void ride_fails(struct sim *sim, struct frame *call, enum outcome outcome) {
  const struct ride *ride = ride_of(sim, call);
  if (call->flags & CALL_MESSAGE && !ride->answer) message_lost(sim, call);
  ride_ends(sim, call, false);
  sim->calls.lost++;
  frame_set_state(sim, call, FRAME_LOST);
  call->pending = (uint16_t)outcome;
  call_finish(sim, call);
}

void connections_forget(struct sim *sim, const struct frame *call) {
  struct ride *ride = ride_of(sim, call);
  if (ride == NULL) return;
  if (ride->phase != RIDE_HANDSHAKE) {
    ride_ends(sim, (struct frame *)call, false);
    return;
  }
  ride->stamp = UINT32_MAX;
  struct connection *conn = ride_connection(sim, ride);
  if (conn == NULL) return;
  conn->worked = call->pending == OUTCOME_OK;
  connection_push(sim, ride->connection, 0, STEP_WORKED);
}

bool connection_event_is_dead(const struct sim *sim, const struct event *event) {
  return connection_at(sim, event_ref(event) >> 4)->stamp != event_arg(event) >> 3;
}

void segment_event(struct sim *sim, const struct event *event) {
  struct frame *call = frame_at(sim, event_ref(event) >> 4);
  if (call->stamp == event_arg(event)) transfer_goes_on(sim, call);
}

/* --- calls ---------------------------------------------------------------------------------- */

static uint32_t connection_for(struct sim *sim, const struct member *from, const struct member *to,
                               const struct path_spec *path, const struct frame *call) {
  struct connection_counts *count = connection_counts_of(sim, path);
  uint32_t pair = pair_of(sim, from->id, to->id); /* which may move the others */
  uint32_t id = sim->connections->pair[pair].first_free;
  count->calls++;
  uint32_t held = held_connection(sim, from, to, call); /* which its session has to itself */
  if (held != NO_CONNECTION) id = held;
  if (id != NO_CONNECTION) {
    count->reused += connection_at(sim, id)->requests > 0;
    return id;
  }
  id = connection_new(sim, from, to, path, call->key);
  struct connection *conn = connection_at(sim, id);
  conn->flights = handshake_flights(sim, conn);
  count->resumed += conn->resumed;
  return id;
}

bool connections_carry(struct sim *sim, struct member *from, struct member *to,
                       struct frame *call) {
  const struct path_spec *path = network_transport(sim, from, to);
  if (path == NULL) return false;
  if (call->flags & CALL_MESSAGE) { /* among members that talk all the time */
    ride_new(sim, call);
    transfer_begin(sim, call, false);
    return true;
  }
  uint32_t id = connection_for(sim, from, to, path, call);
  bool is_new = connection_at(sim, id)->requests == 0;
  ride_attach(sim, call, id);
  if (connection_at(sim, id)->state == CONNECTION_OPEN) {
    if (!keep_meets_closing(sim, id)) transfer_begin(sim, call, false);
    return true;
  }
  trace_mark(sim, call, PART_CONNECT);
  if (is_new) handshake_send(sim, id);
  return true;
}

/* Nobody listens to an answer whose caller has given up or is gone, or whose connection was lost:
 * it goes as it may. */
bool connections_carry_back(struct sim *sim, struct member *maker, struct frame *call) {
  struct ride *ride = ride_of(sim, call);
  bool unheard = maker == NULL || call->flags & CALL_ABANDONED;
  if (ride == NULL) return false;
  bool gone = ride->connection != NO_CONNECTION && ride_connection(sim, ride) == NULL;
  if (unheard || gone) {
    ride_ends(sim, call, false);
    return false;
  }
  transfer_begin(sim, call, true);
  return true;
}

/* --- crashes -------------------------------------------------------------------------------- */

static void end_pair(struct sim *sim, const struct pair *pair, bool of_caller) {
  for (uint32_t id = pair->first, next; id != NO_CONNECTION; id = next) {
    struct connection *conn = connection_at(sim, id);
    next = conn->next;
    bool syn_on_its_way = conn->state == CONNECTION_OPENING && conn->flight == 0;
    if (conn->broken || (syn_on_its_way && !of_caller)) continue;
    conn->broken = true;
    connection_set_room(sim, id, false);
    connection_push(sim, id, 0, STEP_RESET);
  }
}

void connections_down(struct sim *sim, const struct member *member) {
  const struct connections *c = sim->connections;
  if (c->accept[member->id]) accept_crash(sim, c->accept[member->id]);
  for (uint32_t from = 0; from < sim->members; from++) {
    for (uint32_t p = c->first_pair[from]; p != NO_PAIR; p = c->pair[p].next) {
      bool of_caller = from == member->id;
      if (of_caller || c->pair[p].to == member->id) end_pair(sim, &c->pair[p], of_caller);
    }
  }
}

/* --- building ------------------------------------------------------------------------------- */

static bool any_transport(const struct spec *spec) {
  for (uint32_t p = 0; p < spec->paths; p++) {
    if (spec->path[p].tcp) return true;
  }
  return false;
}

static void init_accept(struct sim *sim) {
  struct connections *c = sim->connections;
  c->accept = arena_lines(sim->arena, sim->members, sizeof *c->accept);
  for (uint32_t i = 0; i < sim->members; i++) {
    const struct component *component = sim->member[i].component;
    const struct accept_config *config =
        component->kind->accept ? component->kind->accept(component->config) : NULL;
    if (config == NULL || !config->given) continue;
    c->accept[i] = arena_lines(sim->arena, 1, sizeof **c->accept);
    c->accept[i]->config = config;
    c->closes |= config->idle_ns != PARAM_UNLIMITED;
  }
}

void connections_init(struct sim *sim) {
  const struct spec *spec = sim->spec;
  if (!any_transport(spec)) return;
  struct connections *c = sim->connections = mem_zeroed(1, sizeof *c);
  c->free = NO_CONNECTION;
  c->first_pair = arena_lines(sim->arena, sim->members, sizeof *c->first_pair);
  c->last_pair = arena_lines(sim->arena, sim->members, sizeof *c->last_pair);
  memset(c->first_pair, 0xff, sim->members * sizeof *c->first_pair);
  memset(c->last_pair, 0xff, sim->members * sizeof *c->last_pair);
  c->expired = arena_lines(sim->arena, sim->members, sizeof *c->expired);
  c->resume = sim_named_stream(sim, "connections", "resume");
  c->count = arena_lines(sim->arena, spec->paths, sizeof *c->count);
  c->at_warmup = arena_lines(sim->arena, spec->paths, sizeof *c->at_warmup);
  c->open = arena_lines(sim->arena, spec->paths, sizeof *c->open);
  c->setup = arena_lines(sim->arena, spec->paths, sizeof *c->setup);
  for (uint32_t p = 0; p < spec->paths; p++) hist_init(&c->setup[p], 0, sim->arena);
  init_accept(sim);
  pairs_grow(c);
}

void connections_free(struct sim *sim) {
  struct connections *c = sim->connections;
  if (c == NULL) return;
  for (uint32_t i = 0; i < sim->members; i++) {
    if (c->accept[i]) accept_free(c->accept[i]);
  }
  for (uint32_t p = 0; p < sim->spec->paths; p++) hist_free(&c->setup[p]);
  free(c->list);
  free(c->pair);
  free(c->pair_slot);
  free(c->ride);
  free(c);
}

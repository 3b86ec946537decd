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
#include "network/keep.h"
#include "network/pair.h"
#include "network/transfer.h"

enum {
  SYN_RETRIES = 6, /* Linux, tcp_syn_retries: given up after 127 s */
};
#define HALF_OPEN_NS (63 * NS_PER_S) /* Linux, tcp_synack_retries = 5 */
#define FLIGHT_SALT (UINT64_C(1) << 32)

struct connection_counts *connection_counts_of(const struct sim *sim,
                                               const struct path_spec *path) {
  return &sim->connections->count[path - sim->spec->path];
}

static struct level *open_level(const struct sim *sim, const struct connection *conn) {
  return &sim->connections->open[conn->path - sim->spec->path];
}

/* --- rides ---------------------------------------------------------------------------------- */

static struct ride *ride_new(struct sim *sim, const struct frame *call) {
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
  if (conn->state == CONNECTION_OPEN) level_down(open_level(sim, conn), sim->now_ns);
  conn->state = CONNECTION_FREE;
  connection_set_room(sim, id, false);
  connection_delist(sim, id);
  conn->stamp = (conn->stamp + 1) & 0x1fffffff;
  conn->next = c->free;
  c->free = id;
  if (at != NULL) accept_close(sim, at, id);
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

/* --- flights -------------------------------------------------------------------------------- */

static uint8_t flights_of(const struct sim *sim, struct connection *conn) {
  const struct connect_config *config = &conn->path->connect;
  if (config->tls == TLS_NONE) return 2;
  struct draws draws = draws_begin(sim->connections->resume, conn->key, conn->to);
  conn->resumed = draws_unit(&draws) < config->resume;
  if (config->tls == TLS_12) return conn->resumed ? 4 : 6;
  return conn->resumed && config->early ? 2 : 4;
}

/* Whether somebody still waits for it to be open. */
static bool is_wanted(const struct sim *sim, const struct connection *conn) {
  for (uint32_t slot = conn->first; slot != SLOT_NONE; slot = sim->connections->ride[slot].next) {
    if (!(frame_at(sim, slot)->flags & CALL_ABANDONED)) return true;
  }
  return false;
}

/* Nothing but its connection will move it. */
static bool stands_still(const struct ride *ride) {
  return ride->phase == RIDE_WAITS || ride->phase == RIDE_HELD;
}

/* Those that wait for it hear that it failed. */
static void fail_all(struct sim *sim, uint32_t id, enum outcome outcome) {
  uint32_t stamp = connection_at(sim, id)->stamp;
  connection_at(sim, id)->broken = true;
  connection_set_room(sim, id, false);
  for (;;) {
    const struct connection *conn = connection_at(sim, id);
    if (conn->stamp != stamp) return;
    uint32_t slot = conn->first;
    while (slot != SLOT_NONE && !stands_still(&sim->connections->ride[slot])) {
      slot = sim->connections->ride[slot].next;
    }
    if (slot == SLOT_NONE) return;
    ride_fails(sim, frame_at(sim, slot), outcome);
  }
}

static void give_up(struct sim *sim, uint32_t id, enum outcome outcome) {
  connection_counts_of(sim, connection_at(sim, id)->path)->failed++;
  fail_all(sim, id, outcome);
  struct connection *conn = connection_at(sim, id);
  if (conn->half_open) {
    conn->state = CONNECTION_LEFT;
  } else {
    connection_close(sim, id);
  }
}

/* An entry stays that long if the handshake does not go on. */
static void forget_later(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  if (!conn->half_open || conn->forgets) return;
  conn->forgets = true;
  connection_push(sim, id, conn->entry_ns + HALF_OPEN_NS - sim->now_ns, STEP_FORGET);
}

/* The present flight was lost. Who opens sends the SYN again whichever of the first two it was, and
 * the server answers it again. */
static void flight_lost(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  uint64_t due_ns = conn->flight_ns + (conn->rto_ns << conn->tries);
  conn->tries++;
  connection_counts_of(sim, conn->path)->again++;
  forget_later(sim, id);
  connection_push(sim, id, due_ns > sim->now_ns ? due_ns - sim->now_ns : 0, STEP_AGAIN);
}

static void send_flight(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  bool back = conn->flight & 1;
  const struct member *from = &sim->member[back ? conn->to : conn->from];
  const struct member *to = &sim->member[back ? conn->from : conn->to];
  struct segments what = {.key = conn->key,
                          .salt = FLIGHT_SALT | (uint64_t)conn->flight << 8 | conn->tries,
                          .answer = back,
                          .n = 1};
  struct sent sent;
  network_send_segments(sim, from, to, &what, &sent);
  connection_counts_of(sim, conn->path)->segments++;
  if (conn->flight != 1) conn->flight_ns = sim->now_ns;
  conn->cut = sent.cut;
  if (sent.lost > 0) {
    flight_lost(sim, id);
  } else {
    connection_push(sim, id, sent.last_ns, STEP_ARRIVES);
  }
}

static void next_flight(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  conn->flight++;
  if (conn->flight > 1) conn->tries = 0;
  send_flight(sim, id);
}

/* --- the server's side ---------------------------------------------------------------------- */

static uint64_t work_of(const struct connection *conn, const struct accept_config *config) {
  uint64_t work_ns = conn->resumed ? config->resumed_ns : config->handshake_ns;
  bool shows_certificate = conn->path->connect.mutual && !conn->resumed;
  return work_ns + (shows_certificate ? config->verify_ns : 0);
}

static void is_served(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  conn->served = true;
  if (conn->state == CONNECTION_OPENING) {
    next_flight(sim, id);
  } else {
    transfer_release(sim, id);
  }
}

/* The component's own workers do the work, as that of a call that nobody waits for. */
void connection_accepted(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct member *to = &sim->member[conn->to];
  const struct accept_config *config = sim->connections->accept[conn->to]->config;
  if (work_of(conn, config) == 0) {
    is_served(sim, id);
    return;
  }
  struct frame *work = call_new(sim, to, NULL);
  work->key = rng_mix(conn->key + FLIGHT_SALT);
  work->flags |= CALL_MESSAGE | CALL_ABANDONED | CALL_DETACHED;
  struct ride *ride = ride_new(sim, work);
  ride->phase = RIDE_HANDSHAKE;
  ride->connection = id;
  ride->connection_stamp = conn->stamp;
  call_post(sim, work, to, to, TIME_NEVER);
}

bool connection_is_work(const struct sim *sim, const struct frame *call) {
  const struct ride *ride = sim->connections ? ride_of(sim, call) : NULL;
  return ride != NULL && ride->phase == RIDE_HANDSHAKE;
}

uint64_t connection_work_ns(const struct sim *sim, const struct frame *call) {
  const struct connection *conn = ride_connection(sim, ride_of(sim, call));
  return conn ? work_of(conn, sim->connections->accept[conn->to]->config) : 0;
}

static void is_worked(struct sim *sim, uint32_t id) {
  if (connection_at(sim, id)->worked) {
    is_served(sim, id);
  } else {
    connection_at(sim, id)->broken = true;
    connection_set_room(sim, id, false);
    connection_push(sim, id, 0, STEP_RESET);
  }
}

/* The handshake's last part is at the server. */
static void ack_arrives(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct accept_state *at = sim->connections->accept[conn->to];
  if (accept_ack(sim, at, id)) return;
  connection_push(sim, id, TCP_RTO_FIRST_NS << (conn->tries < 5 ? conn->tries++ : 5), STEP_ACK);
}

static void refuse(struct sim *sim, uint32_t id) {
  uint32_t stamp = connection_at(sim, id)->stamp;
  connection_counts_of(sim, connection_at(sim, id)->path)->failed++;
  connection_at(sim, id)->broken = true;
  connection_set_room(sim, id, false);
  while (connection_at(sim, id)->first != SLOT_NONE) { /* its host refuses them as any call */
    struct frame *call = frame_at(sim, connection_at(sim, id)->first);
    ride_ends(sim, call, false);
    call_deliver(sim, call);
  }
  if (connection_at(sim, id)->stamp == stamp) connection_close(sim, id);
}

static void arrives_at_server(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct member *to = &sim->member[conn->to];
  struct accept_state *at = sim->connections->accept[conn->to];
  if (member_is_off(to)) {
    refuse(sim, id);
  } else if (conn->flight == 0) {
    if (at != NULL && !accept_syn(sim, at, id)) {
      flight_lost(sim, id);
    } else {
      next_flight(sim, id);
    }
  } else if (conn->flight == 2 && at != NULL) {
    ack_arrives(sim, id);
  } else {
    conn->served = true;
    next_flight(sim, id);
  }
}

/* --- the caller's side ---------------------------------------------------------------------- */

static void reset(struct sim *sim, uint32_t id) {
  uint32_t stamp = connection_at(sim, id)->stamp;
  fail_all(sim, id, OUTCOME_RESET);
  if (connection_at(sim, id)->stamp == stamp) connection_close(sim, id);
}

static void is_open(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct accept_state *at = sim->connections->accept[conn->to];
  uint32_t stamp = conn->stamp;
  conn->state = CONNECTION_OPEN;
  conn->tries = 0;
  level_up(open_level(sim, conn), sim->now_ns);
  hist_add(&sim->connections->setup[conn->path - sim->spec->path], sim->now_ns - conn->began_ns);
  if (at == NULL) {
    conn->served = true;
  } else if (conn->flights == 2) { /* the last part is still under way */
    struct sent sent;
    struct segments ack = {.key = conn->key, .salt = FLIGHT_SALT | 2 << 8};
    network_send_segments(sim, &sim->member[conn->from], &sim->member[conn->to], &ack, &sent);
    connection_push(sim, id, sent.last_ns, STEP_ACK);
  }
  for (uint32_t slot = conn->first; slot != SLOT_NONE;) {
    struct frame *call = frame_at(sim, slot);
    slot = sim->connections->ride[slot].next;
    if (call->flags & CALL_ABANDONED) {
      ride_fails(sim, call, OUTCOME_TIMEOUT);
    } else {
      transfer_begin(sim, call, false);
    }
    if (connection_at(sim, id)->stamp != stamp) return;
  }
}

/* Whether one side refuses the certificate that the other has shown. Of a resumed session none is
 * shown again. */
static bool certificate_expired(const struct sim *sim, const struct connection *conn) {
  const struct connect_config *config = &conn->path->connect;
  if (config->tls == TLS_NONE || conn->resumed) return false;
  const uint32_t *expired = sim->connections->expired;
  return expired[conn->to] > 0 || (config->mutual && expired[conn->from] > 0);
}

static void flight_arrives(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  if (!(conn->flight & 1)) {
    arrives_at_server(sim, id);
    return;
  }
  if (conn->flight == 1) {
    bool sent_once = conn->tries == 0;
    if (sent_once) connection_measured(conn, sim->now_ns - conn->flight_ns);
    if (!is_wanted(sim, conn)) { /* the server is told by a reset, and forgets it */
      connection_counts_of(sim, conn->path)->failed++;
      reset(sim, id);
      return;
    }
  }
  if (conn->flight + 1 == conn->flights) {
    if (__builtin_expect(certificate_expired(sim, conn), 0)) {
      give_up(sim, id, OUTCOME_DENIED);
      return;
    }
    is_open(sim, id);
  } else {
    next_flight(sim, id);
  }
}

static void send_again(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  if (!is_wanted(sim, conn) || conn->tries > SYN_RETRIES) {
    give_up(sim, id, conn->cut ? OUTCOME_UNREACHABLE : OUTCOME_TIMEOUT);
    return;
  }
  if (conn->flight == 1) conn->flight = 0;
  send_flight(sim, id);
}

void connection_event(struct sim *sim, const struct event *event) {
  if (connection_event_is_dead(sim, event)) return;
  uint32_t id = event_ref(event) >> 4;
  const struct connection *conn = connection_at(sim, id);
  enum connection_step step = (enum connection_step)(event_arg(event) & 7);
  if (conn->broken && step != STEP_RESET && step != STEP_FORGET) return;
  switch (step) {
    case STEP_ARRIVES:
      flight_arrives(sim, id);
      return;
    case STEP_AGAIN:
      send_again(sim, id);
      return;
    case STEP_ACK:
      ack_arrives(sim, id);
      return;
    case STEP_WORKED:
      is_worked(sim, id);
      return;
    case STEP_FORGET:
      if (conn->state == CONNECTION_LEFT) connection_close(sim, id);
      return;
    case STEP_RESET:
      reset(sim, id);
      return;
    case STEP_IDLE:
      keep_is_over(sim, id);
      return;
  }
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
  conn->flights = flights_of(sim, conn);
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
  if (is_new) send_flight(sim, id);
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

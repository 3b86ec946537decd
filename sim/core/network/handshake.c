#include "network/handshake.h"

#include "call.h"
#include "engine.h"
#include "life.h"
#include "network.h"
#include "network/certificate.h"
#include "network/keep.h"
#include "network/pair.h"
#include "network/transfer.h"

enum {
  SYN_RETRIES = 6, /* Linux, tcp_syn_retries: given up after 127 s */
};
#define HALF_OPEN_NS (63 * NS_PER_S) /* Linux, tcp_synack_retries = 5 */
#define FLIGHT_SALT (UINT64_C(1) << 32)

/* --- flights -------------------------------------------------------------------------------- */

uint8_t handshake_flights(const struct sim *sim, struct connection *conn) {
  const struct connect_config *config = &conn->path->connect;
  if (config->tls == TLS_NONE) return 2;
  struct draws draws = draws_begin(sim->connections->resume, conn->key, conn->to);
  conn->resumed = draws_unit(&draws) < config->resume;
  uint8_t further = certificate_flights(sim, conn);
  if (config->tls == TLS_12) return conn->resumed ? 4 : 6 + further;
  return conn->resumed && config->early ? 2 : 4 + further;
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

void handshake_send(struct sim *sim, uint32_t id) {
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
  handshake_send(sim, id);
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
  level_up(connections_open(sim, conn), sim->now_ns);
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

/* The caller has the flight, and has looked at it. */
static void goes_on(struct sim *sim, uint32_t id) {
  const struct connection *conn = connection_at(sim, id);
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

void handshake_checked(struct sim *sim, uint32_t id, bool good) {
  if (connection_at(sim, id)->state != CONNECTION_OPENING || connection_at(sim, id)->broken) return;
  if (good) {
    goes_on(sim, id);
  } else {
    give_up(sim, id, OUTCOME_DENIED);
  }
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
  if (__builtin_expect(conn->path->connect.check != CHECK_NONE, 0) && certificate_waits(sim, id)) {
    return;
  }
  goes_on(sim, id);
}

static void send_again(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  if (!is_wanted(sim, conn) || conn->tries > SYN_RETRIES) {
    give_up(sim, id, conn->cut ? OUTCOME_UNREACHABLE : OUTCOME_TIMEOUT);
    return;
  }
  if (conn->flight == 1) conn->flight = 0;
  handshake_send(sim, id);
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

#include "network/accept.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "network/connection.h"

static bool backlog_is_full(const struct accept_state *at) {
  uint64_t backlog = at->config->lingers_ns > 0 ? 0 : at->config->backlog;
  return at->held.value >= at->config->most && at->queued >= backlog;
}

/* --- places that outlive their connections --------------------------------------------------- */

void accept_settle(const struct sim *sim, struct accept_state *at) {
  while (at->lingering > 0 && at->until_ns[at->first] <= sim->now_ns) {
    level_down(&at->held, at->until_ns[at->first]);
    at->first = (at->first + 1) % at->room;
    at->lingering--;
  }
}

void accept_crash(const struct sim *sim, struct accept_state *at) {
  accept_settle(sim, at);
  for (; at->lingering > 0; at->lingering--) level_down(&at->held, sim->now_ns);
}

void accept_free(struct accept_state *at) {
  free(at->queue);
  free(at->until_ns);
}

static void linger(const struct sim *sim, struct accept_state *at) {
  accept_settle(sim, at);
  if (at->lingering == at->room) {
    uint32_t room = at->room ? 2 * at->room : 64;
    uint64_t *until_ns = mem_alloc(room * sizeof *until_ns);
    for (uint32_t i = 0; i < at->lingering; i++) {
      until_ns[i] = at->until_ns[(at->first + i) % at->room];
    }
    free(at->until_ns);
    at->until_ns = until_ns;
    at->first = 0;
    at->room = room;
  }
  at->until_ns[(at->first + at->lingering++) % at->room] = sim->now_ns + at->config->lingers_ns;
}

/* --- connections that come ------------------------------------------------------------------- */

bool accept_syn(struct sim *sim, struct accept_state *at, uint32_t connection) {
  struct connection *conn = connection_at(sim, connection);
  if (conn->half_open) return true;
  accept_settle(sim, at);
  bool table_full = !at->config->cookies && at->half_open >= at->config->half_open;
  if (table_full || backlog_is_full(at)) {
    at->dropped++;
    return false;
  }
  if (at->half_open >= at->config->half_open) return true; /* a cookie */
  conn->half_open = true;
  conn->entry_ns = sim->now_ns;
  if (++at->half_open > at->half_open_max) at->half_open_max = at->half_open;
  return true;
}

static void leave_table(struct accept_state *at, struct connection *conn) {
  if (!conn->half_open) return;
  conn->half_open = false;
  at->half_open--;
}

static void hold(struct sim *sim, struct accept_state *at, struct connection *conn) {
  conn->accepted = true;
  level_up(&at->held, sim->now_ns);
  if (at->held.value > at->held_max) at->held_max = at->held.value;
}

static void enqueue(struct sim *sim, struct accept_state *at, uint32_t connection) {
  if (at->entries == at->capacity) {
    uint32_t more = at->capacity ? 2 * at->capacity : 64, n = at->entries;
    uint32_t *queue = mem_alloc(2 * (size_t)more * sizeof *queue);
    for (uint32_t i = 0; i < n; i++) {
      queue[i] = at->queue[(at->head + i) % at->capacity];
      queue[more + i] = at->queue_stamp[(at->head + i) % at->capacity];
    }
    free(at->queue);
    at->queue = queue;
    at->queue_stamp = queue + more;
    at->head = 0;
    at->capacity = more;
  }
  uint32_t place = (at->head + at->entries++) % at->capacity;
  at->queue[place] = connection;
  at->queue_stamp[place] = connection_at(sim, connection)->stamp;
  if (++at->queued > at->queued_max) at->queued_max = at->queued;
}

bool accept_ack(struct sim *sim, struct accept_state *at, uint32_t connection) {
  struct connection *conn = connection_at(sim, connection);
  accept_settle(sim, at);
  if (backlog_is_full(at)) return false;
  leave_table(at, conn);
  if (at->held.value < at->config->most) {
    hold(sim, at, conn);
    connection_accepted(sim, connection);
    return true;
  }
  conn->queued = true;
  enqueue(sim, at, connection);
  return true;
}

/* The one that has waited longest. */
static void take_up_next(struct sim *sim, struct accept_state *at) {
  while (at->entries > 0 && at->held.value < at->config->most) {
    uint32_t id = at->queue[at->head], stamp = at->queue_stamp[at->head];
    at->head = (at->head + 1) % at->capacity;
    at->entries--;
    struct connection *conn = connection_at(sim, id);
    if (conn->stamp != stamp) continue;
    conn->queued = false;
    at->queued--;
    hold(sim, at, conn);
    connection_accepted(sim, id);
  }
}

void accept_close(struct sim *sim, struct accept_state *at, uint32_t connection) {
  struct connection *conn = connection_at(sim, connection);
  leave_table(at, conn);
  if (conn->queued) at->queued--;
  if (!conn->accepted) return;
  conn->accepted = false;
  if (at->config->lingers_ns > 0 && !sim->member[conn->to].down) {
    linger(sim, at);
    return;
  }
  level_down(&at->held, sim->now_ns);
  take_up_next(sim, at);
}

/* --- parameters ----------------------------------------------------------------------------- */

#define AT(field) offsetof(struct accept_config, field)

const struct param accept_params[] = {
    {.name = "most",
     .type = PARAM_COUNT,
     .offset = AT(most),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Connections that one instance holds at once, idle ones included."},
    {.name = "backlog",
     .type = PARAM_COUNT,
     .offset = AT(backlog),
     .fallback = "4096",
     .max = INFINITY,
     .doc = "Open connections that may wait to be taken up (Linux, somaxconn); while it is full, "
            "SYNs are dropped."},
    {.name = "half_open",
     .type = PARAM_COUNT,
     .offset = AT(half_open),
     .fallback = "unlimited",
     .max = INFINITY,
     .doc = "Entries for connections whose handshake is not over; Linux has 128 to 4096, by memory "
            "(tcp_max_syn_backlog). Of a full table nobody is told: the SYN is dropped. An entry "
            "is given up after 63 s (tcp_synack_retries = 5)."},
    {.name = "cookies",
     .type = PARAM_BOOL,
     .offset = AT(cookies),
     .fallback = "false",
     .needs = "half_open",
     .doc = "Whether SYNs are answered without an entry while the table is full (tcp_syncookies, "
            "on by default in Linux)."},
    {.name = "idle",
     .type = PARAM_DURATION,
     .offset = AT(idle_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "After how long it closes a connection that nobody uses (Node.js: 5 s, "
            "keepAliveTimeout; Apache: 5 s, KeepAliveTimeout; nginx: 75 s, keepalive_timeout). A "
            "call that is on its way then is reset: callers should keep theirs for less."},
    {.name = "lingers",
     .type = PARAM_DURATION,
     .offset = AT(lingers_ns),
     .fallback = "0s",
     .max = 1e18,
     .needs = "most",
     .doc = "How long the place of a connection that is closed stays taken, as in the table of a "
            "stateful firewall (Linux, nf_conntrack_tcp_timeout_time_wait: 120 s; of a stream of "
            "UDP: 120 s) or of a host (TIME_WAIT: 60 s). Then there is no backlog: without a place "
            "a SYN is dropped."},
    {.name = "handshake",
     .type = PARAM_DURATION,
     .offset = AT(handshake_ns),
     .fallback = "0ms",
     .doc = "Work of a new connection, done by the component's own workers. TLS with RSA-2048: "
            "0.4 ms, ECDSA P-256: 0.06 ms (openssl speed, one Xeon core, OpenSSL 3.0)."},
    {.name = "resumed",
     .type = PARAM_DURATION,
     .offset = AT(resumed_ns),
     .fallback = "0ms",
     .needs = "handshake",
     .doc = "The same for one whose TLS session is resumed, which signs nothing: 0.04 ms for the "
            "key exchange (X25519, measured the same way)."},
    {.name = "verify",
     .type = PARAM_DURATION,
     .offset = AT(verify_ns),
     .fallback = "0ms",
     .doc = "Further work where the caller shows a certificate too (`mutual`): 0.02 ms for a "
            "signature of RSA-2048, 0.08 ms for ECDSA P-256, times the length of the chain."},
    {0},
};

#include "network/keep.h"

#include "network/connection.h"
#include "network/pair.h"

/* After how long the called side closes one that nobody uses. */
static uint64_t closed_after_ns(const struct sim *sim, const struct connection *conn) {
  const struct accept_state *at = sim->connections->accept[conn->to];
  return at ? at->config->idle_ns : PARAM_UNLIMITED;
}

/* How long the caller keeps it: it hears as soon as the other side has closed it. Both count from
 * the last answer, one when it is sent and the other when it is there, and the news takes as long
 * as the answer did. */
static uint64_t kept_ns(const struct sim *sim, const struct connection *conn) {
  uint64_t closed_ns = closed_after_ns(sim, conn);
  return conn->path->connect.keep_ns < closed_ns ? conn->path->connect.keep_ns : closed_ns;
}

/* A call that is sent now will find that the other side has closed it: it did, or will have by the
 * time that the call is there, one round trip before its caller can know. */
static bool is_being_closed(const struct sim *sim, const struct connection *conn) {
  uint64_t closed_ns = closed_after_ns(sim, conn);
  if (closed_ns == PARAM_UNLIMITED || conn->requests <= 1) return false;
  return conn->calls == 1 && sim->now_ns - conn->idle_ns + conn->srtt_ns >= closed_ns;
}

void keep_idle(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  const struct connect_config *config = &conn->path->connect;
  if (config->keep_ns == 0 || conn->requests >= config->requests) {
    connection_close(sim, id);
    return;
  }
  conn->idle_ns = sim->now_ns;
  connection_room_changed(sim, id);
  uint64_t kept = kept_ns(sim, conn);
  if (conn->idle_event || kept == PARAM_UNLIMITED) return;
  conn->idle_event = true;
  connection_push(sim, id, kept, STEP_IDLE);
}

void keep_is_over(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  conn->idle_event = false;
  if (conn->calls > 0) return;
  uint64_t until_ns = conn->idle_ns + kept_ns(sim, conn);
  if (until_ns <= sim->now_ns) {
    connection_close(sim, id);
    return;
  }
  conn->idle_event = true;
  connection_push(sim, id, until_ns - sim->now_ns, STEP_IDLE);
}

/* The only call on it is answered by a reset. */
bool keep_meets_closing(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  if (!is_being_closed(sim, conn)) return false;
  connection_counts_of(sim, conn->path)->raced++;
  conn->broken = true;
  connection_set_room(sim, id, false);
  connection_push(sim, id, conn->srtt_ns, STEP_RESET);
  return true;
}

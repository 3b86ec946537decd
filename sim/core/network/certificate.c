#include "network/certificate.h"

#include "message.h"
#include "network/handshake.h"
#include "network/pair.h"

#define QUESTION_SALT (UINT64_C(3) << 40)
enum { SITE_QUESTION = 0x7fff };

static bool asks(const struct sim *sim, const struct connection *conn) {
  const struct connect_config *config = &conn->path->connect;
  if (config->check == CHECK_NONE || config->tls == TLS_NONE || conn->resumed) return false;
  return sim->connections->pair[conn->pair].checked_until_ns <= sim->now_ns;
}

static void remember(struct sim *sim, const struct connection *conn) {
  uint64_t keep_ns = conn->path->connect.check_keep_ns;
  uint64_t *until_ns = &sim->connections->pair[conn->pair].checked_until_ns;
  *until_ns = keep_ns < TIME_NEVER - sim->now_ns ? sim->now_ns + keep_ns : TIME_NEVER;
}

uint8_t certificate_flights(const struct sim *sim, const struct connection *conn) {
  if (conn->path->connect.responder != REF_NONE || !asks(sim, conn)) return 0;
  connection_counts_of(sim, conn->path)->checks++;
  return 2;
}

bool certificate_waits(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  const struct connect_config *config = &conn->path->connect;
  if (conn->flight != 3) return false;
  if (config->responder == REF_NONE) {
    if (conn->flights > (config->tls == TLS_12 ? 6 : 4)) remember(sim, conn);
    return false;
  }
  if (!asks(sim, conn)) return false;
  connection_counts_of(sim, conn->path)->checks++;
  struct component *responder = &sim->component[config->responder];
  uint64_t key = rng_mix(conn->key + QUESTION_SALT);
  struct frame question = {.key = key};
  conn->asks = true;
  member_ask(sim, &sim->member[conn->from], component_pick_any(responder, &question), SITE_QUESTION,
             key, id + 1, config->check_timeout_ns);
  return true;
}

bool certificate_heard(struct sim *sim, const struct frame *ping, enum outcome outcome) {
  if (sim->connections == NULL || ping->site != SITE_QUESTION || ping->item == 0) return false;
  struct connection *conn = connection_at(sim, ping->item - 1);
  bool its_own = conn->asks && rng_mix(conn->key + QUESTION_SALT) == ping->key;
  if (!its_own) return true; /* that one is closed */
  conn->asks = false;
  if (outcome == OUTCOME_OK) {
    remember(sim, conn);
  } else {
    connection_counts_of(sim, conn->path)->unchecked++;
  }
  handshake_checked(sim, ping->item - 1, outcome == OUTCOME_OK || !conn->path->connect.hard);
  return true;
}

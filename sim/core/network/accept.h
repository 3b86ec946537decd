/* The called side of connections: what its host lets in.
 *
 * A SYN takes an entry in the table of half-open connections until the handshake's last part is
 * there. Without room the SYN is dropped and nobody is told, so that the caller sends it again
 * after a second; with cookies there is always room, since the entry is in the answer. What is open
 * waits in the backlog until the component takes it up; it takes up as many as it may hold at once.
 * With a full backlog SYNs are dropped too. Then its own workers do the work of the handshake.
 *
 * A place may outlive its connection, as an entry in the table of a stateful firewall does: nobody
 * waits for one then, and without one a SYN is dropped. Places are given back when somebody looks,
 * at the time at which they were due.
 *
 * Sources: Linux, Documentation/networking/ip-sysctl.rst (tcp_max_syn_backlog, somaxconn,
 * tcp_syncookies, tcp_synack_retries = 5: an entry is given up 63 s after the SYN). */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "meter.h"
#include "param.h"
#include "sim.h"

struct accept_config {
  bool given, cookies;
  uint64_t most, backlog, half_open;
  uint64_t idle_ns;    /* PARAM_UNLIMITED: it never closes one */
  uint64_t lingers_ns; /* for which a place stays taken when its connection is closed */
  uint64_t handshake_ns, resumed_ns, verify_ns;
};

/* Keys of a parameter group of a kind that is called. */
extern const struct param accept_params[];

/* Rows of its metric table. */
#define ACCEPT_METRICS                                                                      \
  {"accept.half_open.max", "",                                                              \
   "Most entries in the table of half-open connections, of one "                            \
   "instance."},                                                                            \
      {"accept.backlog.max", "",                                                            \
       "Most connections that waited to be taken up, of one "                               \
       "instance."},                                                                        \
      {"accept.held", "",                                                                   \
       "Connections taken up, and places of closed ones (`lingers`), averaged over time."}, \
      {"accept.held.max", "", "Most connections taken up at once, of one instance."}, {     \
    "accept.dropped", "", "SYNs dropped because the table or the backlog was full."         \
  }

struct accept_state {
  const struct accept_config *config;
  struct level held;
  uint64_t half_open, queued;
  uint64_t half_open_max, queued_max, held_max, dropped;
  uint32_t *queue; /* numbers of connections, a ring; those that are closed are skipped */
  uint32_t *queue_stamp;
  uint32_t head, entries, capacity;
  /* Of connections that are closed and whose place is still taken: until when, a ring. */
  uint64_t *until_ns;
  uint32_t first, lingering, room;
};

/* A SYN, for the first time or again. False: it is dropped. */
bool accept_syn(struct sim *sim, struct accept_state *at, uint32_t connection);
/* The last part of a handshake is there. False: no room, it stays half-open. */
bool accept_ack(struct sim *sim, struct accept_state *at, uint32_t connection);
/* Gives back the places that are due. */
void accept_settle(const struct sim *sim, struct accept_state *at);
/* The host has crashed, and its table is gone. */
void accept_crash(const struct sim *sim, struct accept_state *at);
void accept_free(struct accept_state *at);
/* The connection is closed. */
void accept_close(struct sim *sim, struct accept_state *at, uint32_t connection);

#endif

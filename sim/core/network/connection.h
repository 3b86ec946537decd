/* Connections of paths with transport = "tcp": between a calling member and a called one.
 *
 * A call takes a connection that has room, or opens one. Opening takes flights, which cross the
 * path one after the other like any message, and are sent again after their timers when they are
 * lost: SYN and SYN-ACK, then those of TLS. What a call and its answer take over an open one is in
 * transfer.h; what the called side has to say, in accept.h. A connection that nobody uses is kept
 * for a while and then closed.
 *
 * A call on a connection has a ride: a column beside its frame. Connections are known by number and
 * stamp, so that a ride on one that was closed fails one comparison.
 *
 * Left out: the messages that close a connection (both ends know at the same instant), and
 * simultaneous opening. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "network/accept.h"
#include "sim.h"

struct checks;
struct metrics;
struct path_spec;

#define NO_CONNECTION UINT32_MAX

enum connection_state {
  CONNECTION_FREE,
  CONNECTION_OPENING,
  CONNECTION_OPEN, /* requests may be sent */
  CONNECTION_LEFT, /* its caller has given it up; the other side does not know */
};

/* What the one event that a connection waits for is about, beside its being idle. */
enum connection_step {
  STEP_ARRIVES, /* a flight */
  STEP_AGAIN,   /* it is sent again */
  STEP_ACK,     /* the last part of the handshake reaches the server */
  STEP_WORKED,  /* the server has done its part of the work */
  STEP_FORGET,  /* the server gives up a half-open one */
  STEP_RESET,   /* one side is gone */
  STEP_IDLE,
};

/* Of one direction: what RFC 5681 calls cwnd and ssthresh, in segments. */
struct flow_window {
  uint64_t size, threshold;
  uint64_t sent_ns; /* when last */
};

struct connection {
  uint32_t stamp;
  uint32_t from, to; /* members */
  uint32_t pair;
  uint32_t next, before;           /* of the same pair */
  uint32_t next_free, before_free; /* of those with room */
  uint32_t first, last;            /* slots of the calls on it */
  uint32_t calls, orders;          /* calls on it; transfers begun */
  const struct path_spec *path;
  uint8_t state, flight, flights, tries;
  bool has_room, idle_event, resumed;
  bool asks;      /* waits for what a responder says of its certificate */
  bool broken;    /* about to be reset */
  bool cut;       /* its last flight met a partition */
  bool served;    /* the server has accepted it and done its part of the work */
  bool half_open; /* has an entry in the server's table */
  bool forgets;   /* which will be given up */
  bool accepted, queued, worked;
  uint64_t key;      /* of the call that opened it, for its draws */
  uint64_t requests; /* so far */
  uint64_t began_ns, flight_ns, entry_ns, idle_ns;
  uint64_t rto_ns, srtt_ns, rttvar_ns; /* RFC 6298; srtt 0: no sample so far */
  struct flow_window window[2];        /* requests, answers */
};

enum ride_phase {
  RIDE_WAITS,    /* for its connection to be open */
  RIDE_CROSSES,  /* the last of its segments are on their way */
  RIDE_NEXT,     /* waits for acknowledgements */
  RIDE_AGAIN,    /* waits to send what was lost again */
  RIDE_HELD,     /* all is there, but something before it is not, or the server has not begun */
  RIDE_THERE,    /* with the callee */
  RIDE_HANDSHAKE /* not a call: the server's work for a connection */
};

struct ride {
  uint32_t stamp; /* of the frame */
  uint32_t connection, connection_stamp;
  uint32_t next, before; /* of the same connection */
  uint32_t order;        /* among the transfers of the connection */
  uint8_t phase, tries;
  bool answer, recovers;
  uint64_t left;  /* segments */
  uint64_t burst; /* sent last */
  double bytes;   /* of those that are left */
  uint64_t salt;  /* tells its bursts apart */
  uint64_t rto_ns;
};

/* Of one path. */
struct connection_counts {
  uint64_t opened, closed, failed, calls, reused, resumed;
  uint64_t segments, again, timeouts;
  uint64_t checks, unchecked; /* questions about certificates, and those without an answer */
  uint64_t raced;             /* calls on a connection that the called side was closing */
};

struct connections {
  struct connection *list;
  uint32_t n, capacity, free;
  struct pair *pair;
  uint32_t pairs, pair_capacity;
  uint32_t *first_pair, *last_pair; /* by calling member */
  uint32_t *pair_slot, pair_mask;   /* open addressing, a power of two, at most half full */
  struct ride *ride;                /* by slot */
  uint32_t rides;
  struct accept_state **accept; /* by member; NULL: it does not say */
  uint32_t *expired; /* by member: faults that hold and make its certificate one of the past */
  bool closes;       /* some called side closes what nobody uses */
  struct stream resume;
  struct connection_counts *count, *at_warmup; /* by path */
  struct level *open;                          /* by path */
  struct hist *setup;                          /* by path: time from the first SYN until open */
};

static inline struct connection *connection_at(const struct sim *sim, uint32_t id) {
  return &sim->connections->list[id];
}

/* The ride of a frame, or NULL. */
static inline struct ride *ride_of(const struct sim *sim, const struct frame *call) {
  const struct connections *c = sim->connections;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= c->rides || c->ride[slot].stamp != call->stamp) return NULL;
  return &c->ride[slot];
}

/* The connection of a ride; NULL: it goes without one, or that one was closed. */
static inline struct connection *ride_connection(const struct sim *sim, const struct ride *ride) {
  if (ride->connection == NO_CONNECTION) return NULL;
  struct connection *conn = connection_at(sim, ride->connection);
  return conn->stamp == ride->connection_stamp ? conn : NULL;
}

struct connection_counts *connection_counts_of(const struct sim *sim, const struct path_spec *path);

/* --- for the engine -------------------------------------------------------------------------- */

void connections_init(struct sim *sim); /* after the network; members and their kinds exist */
void connections_free(struct sim *sim);

/* A call is sent to `to`, or a message from `from`. True: a path with transport = "tcp" lies
 * between, and the call has been seen to. */
bool connections_carry(struct sim *sim, struct member *from, struct member *to, struct frame *call);

/* The same for an answer; call->pending says which. */
bool connections_carry_back(struct sim *sim, struct member *maker, struct frame *call);

/* Events of connections and of calls on them. */
void connection_event(struct sim *sim, const struct event *event);
void segment_event(struct sim *sim, const struct event *event);
bool connection_event_is_dead(const struct sim *sim, const struct event *event);

/* A frame ends and nobody hears of it. */
void connections_forget(struct sim *sim, const struct frame *call);

/* What a frame that reaches its member is to do: work for a connection. False: it is none. */
bool connection_is_work(const struct sim *sim, const struct frame *call);
uint64_t connection_work_ns(const struct sim *sim, const struct frame *call);

/* The host of a member is gone, and its ends of all connections with it. */
void connections_down(struct sim *sim, const struct member *member);

void connections_reset(struct sim *sim); /* end of warm-up */
void connections_collect(struct sim *sim, struct metrics *out);
void connections_check(struct sim *sim, struct checks *out);

/* --- for handshake.c, accept.c and transfer.c ------------------------------------------------ */

void connection_close(struct sim *sim, uint32_t id);
void connection_push(struct sim *sim, uint32_t id, uint64_t delay_ns, enum connection_step step);
/* How many of a path are open. */
struct level *connections_open(const struct sim *sim, const struct connection *conn);
/* The server has taken it up: its part of the work begins. */
void connection_accepted(struct sim *sim, uint32_t id);
/* A frame has a ride from now on, so far on no connection. */
struct ride *ride_new(struct sim *sim, const struct frame *call);
/* A call is no longer on its connection, which may be used again, or is closed. */
void ride_ends(struct sim *sim, struct frame *call, bool usable);
/* The call ends here, with this outcome. */
void ride_fails(struct sim *sim, struct frame *call, enum outcome outcome);

#endif

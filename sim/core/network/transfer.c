#include "network/transfer.h"

#include <math.h>

#include "call.h"
#include "engine.h"
#include "fault.h"
#include "network.h"
#include "round_trip.h"

/* --- round trips and timers ----------------------------------------------------------------- */

/* RFC 6298, section 2. */
void connection_measured(struct connection *conn, uint64_t rtt_ns) {
  uint64_t rto_ns = round_trip_measured(&conn->srtt_ns, &conn->rttvar_ns, rtt_ns);
  conn->rto_ns = rto_ns < TCP_RTO_MOST_NS ? rto_ns : TCP_RTO_MOST_NS;
}

static uint64_t doubled(uint64_t rto_ns) {
  return 2 * rto_ns < TCP_RTO_MOST_NS ? 2 * rto_ns : TCP_RTO_MOST_NS;
}

static uint64_t first_timer(const struct connection *conn) {
  return conn ? conn->rto_ns : ROUND_TRIP_SLACK_NS;
}

static void push_segment_event(struct sim *sim, const struct frame *call, uint64_t delay_ns) {
  push_frame_event(sim, call, delay_ns, EVENT_SEGMENT);
}

/* --- bursts --------------------------------------------------------------------------------- */

struct way {
  struct member *from, *to, *maker;
  struct flow_window *window; /* NULL: a message among members, whose connection is there */
  struct flow_window fresh;
  struct connection_counts *count;
};

/* False: who called is gone. */
static bool way_of(struct sim *sim, const struct frame *call, const struct ride *ride,
                   struct connection *conn, struct way *way) {
  way->maker = call_sender(sim, call);
  if (call->flags & CALL_MESSAGE && !way->maker) return false;
  if (!way->maker) return false;
  struct member *callee = &sim->member[frame_callee(call)];
  way->from = ride->answer ? callee : way->maker;
  way->to = ride->answer ? way->maker : callee;
  const struct path_spec *path = network_transport(sim, way->maker, callee);
  way->fresh = (struct flow_window){transfer_first_window(path), UINT64_MAX, 0};
  way->window = conn ? &conn->window[ride->answer] : &way->fresh;
  way->count = connection_counts_of(sim, path);
  return true;
}

/* After a pause as long as the timer the window is as at first (RFC 5681, 4.1). */
static void restart_after_idle(const struct sim *sim, const struct connection *conn,
                               struct flow_window *window) {
  if (conn == NULL || sim->now_ns - window->sent_ns <= conn->rto_ns) return;
  uint64_t first = transfer_first_window(conn->path);
  if (window->size > first) window->size = first;
}

static void grow(struct flow_window *window, uint64_t acknowledged) {
  window->size += window->size < window->threshold ? acknowledged : 1;
}

static void halve(struct flow_window *window, bool timed_out) {
  window->threshold = window->size / 2 > 2 ? window->size / 2 : 2;
  window->size = timed_out ? 1 : window->threshold;
}

/* When the acknowledgement of the first segment of a burst is back; TIME_NEVER: it is cut off. */
static uint64_t acknowledged_ns(struct sim *sim, const struct frame *call, const struct way *way,
                                const struct ride *ride, const struct sent *sent) {
  struct sent back;
  struct segments ack = {.key = call->key, .salt = ride->salt, .answer = !ride->answer};
  network_send_segments(sim, way->to, way->from, &ack, &back);
  return back.cut ? TIME_NEVER : sent->first_ns + back.last_ns;
}

/* Whether three segments arrive after the first lost one: those of the burst, and those that the
 * acknowledgements of the ones before it let out. */
static bool noticed(const struct ride *ride, const struct sent *sent) {
  uint64_t behind = ride->burst - sent->lost - sent->first_lost, more = ride->left - sent->lost;
  uint64_t let_out = more < sent->first_lost ? more : sent->first_lost;
  return !sent->cut && behind + let_out >= TCP_DUPLICATES;
}

/* What arrives ends the doubling of the timer. */
static void something_arrived(struct ride *ride, const struct connection *conn) {
  ride->tries = 0;
  ride->rto_ns = first_timer(conn);
}

/* Some of a burst were lost: when they are sent again. */
static uint64_t again_after(struct sim *sim, struct frame *call, struct ride *ride,
                            const struct way *way, const struct connection *conn,
                            const struct sent *sent) {
  if (sent->lost < ride->burst) something_arrived(ride, conn);
  uint64_t back_ns = noticed(ride, sent) ? acknowledged_ns(sim, call, way, ride, sent) : TIME_NEVER;
  halve(way->window, back_ns == TIME_NEVER);
  way->count->again += sent->lost;
  ride->recovers = true;
  trace_mark(sim, call, PART_LOST);
  if (back_ns != TIME_NEVER) return back_ns;
  way->count->timeouts++;
  ride->tries++;
  uint64_t after_ns = ride->rto_ns;
  ride->rto_ns = doubled(after_ns);
  return after_ns;
}

static void send_burst(struct sim *sim, struct frame *call) {
  struct ride *ride = ride_of(sim, call);
  struct connection *conn = ride_connection(sim, ride);
  struct way way;
  if (!way_of(sim, call, ride, conn, &way)) {
    ride_fails(sim, call, OUTCOME_RESET);
    return;
  }
  restart_after_idle(sim, conn, way.window);
  uint64_t n = ride->left < way.window->size ? ride->left : way.window->size;
  double bytes = n == ride->left ? ride->bytes : (double)(n * TCP_MSS);
  struct segments what = {.key = call->key,
                          .salt = ride->salt++,
                          .answer = ride->answer,
                          .n = (uint32_t)n,
                          .bytes = bytes};
  struct sent sent;
  network_send_segments(sim, way.from, way.to, &what, &sent);
  way.count->segments += n;
  way.window->sent_ns = sim->now_ns;
  ride->burst = n;
  ride->left -= n - sent.lost;
  ride->bytes = fmax(ride->bytes - (double)(n - sent.lost) * TCP_MSS, 0);
  if (sent.lost > 0) {
    ride->phase = RIDE_AGAIN;
    push_segment_event(sim, call, again_after(sim, call, ride, &way, conn, &sent));
  } else if (ride->left == 0) {
    ride->phase = RIDE_CROSSES;
    push_segment_event(sim, call, sent.last_ns);
  } else {
    uint64_t back_ns = acknowledged_ns(sim, call, &way, ride, &sent);
    if (back_ns != TIME_NEVER && conn) connection_measured(conn, back_ns);
    something_arrived(ride, conn);
    ride->phase = RIDE_NEXT;
    push_segment_event(sim, call, back_ns == TIME_NEVER ? ride->rto_ns : back_ns);
  }
}

void transfer_begin(struct sim *sim, struct frame *call, bool answer) {
  struct ride *ride = ride_of(sim, call);
  struct connection *conn = ride_connection(sim, ride);
  bool refusal = answer && call->pending != OUTCOME_OK; /* carries no data */
  ride->answer = answer;
  ride->recovers = false;
  ride->tries = 0;
  ride->bytes = refusal ? 0 : call_bytes(sim, call, answer);
  ride->left = ride->bytes > TCP_MSS ? (uint64_t)ceil(ride->bytes / TCP_MSS) : 1;
  ride->salt = 0;
  ride->rto_ns = first_timer(conn);
  if (conn) ride->order = conn->orders++;
  trace_mark(sim, call, answer ? PART_RETURN : PART_NETWORK);
  send_burst(sim, call);
}

/* --- arriving ------------------------------------------------------------------------------- */

/* Whether something sent before it, the same way on the same connection, is still missing. */
static bool waits_for_earlier(const struct sim *sim, const struct connection *conn,
                              const struct ride *ride) {
  if (conn->path->connect.streams == 1) return false;
  for (uint32_t slot = conn->first; slot != SLOT_NONE; slot = sim->connections->ride[slot].next) {
    const struct ride *other = &sim->connections->ride[slot];
    bool under_way = other->phase == RIDE_AGAIN || other->phase == RIDE_CROSSES;
    if (under_way && other->recovers && other->answer == ride->answer &&
        other->order < ride->order) {
      return true;
    }
  }
  return false;
}

static void request_is_there(struct sim *sim, struct frame *call, struct ride *ride) {
  ride->phase = RIDE_THERE;
  call_deliver(sim, call);
}

static void answer_is_there(struct sim *sim, struct frame *call) {
  ride_ends(sim, call, true);
  call_finish(sim, call);
}

/* All of it has arrived. */
static void arrives(struct sim *sim, struct frame *call) {
  struct ride *ride = ride_of(sim, call);
  struct connection *conn = ride_connection(sim, ride);
  if (conn == NULL && ride->connection != NO_CONNECTION && !ride->answer) {
    ride_ends(sim, call, false); /* the host knows it no more, and says so */
    call_reply_uncounted(sim, call, OUTCOME_RESET);
    return;
  }
  if (conn != NULL) {
    if ((!ride->answer && !conn->served) || waits_for_earlier(sim, conn, ride)) {
      ride->phase = RIDE_HELD;
      if (!ride->answer && !conn->served) trace_mark(sim, call, PART_CONNECT);
      return;
    }
    struct flow_window *window = &conn->window[ride->answer];
    if (2 * ride->burst > window->size) grow(window, ride->burst); /* RFC 7661: it was used */
  }
  bool releases = conn && ride->recovers && conn->path->connect.streams > 1;
  uint32_t id = ride->connection, stamp = ride->connection_stamp;
  ride->recovers = false;
  if (ride->answer) {
    answer_is_there(sim, call);
  } else {
    request_is_there(sim, call, ride);
  }
  if (releases && connection_at(sim, id)->stamp == stamp) transfer_release(sim, id);
}

void transfer_release(struct sim *sim, uint32_t id) {
  const struct connection *conn = connection_at(sim, id);
  for (uint32_t slot = conn->first; slot != SLOT_NONE; slot = sim->connections->ride[slot].next) {
    struct ride *ride = &sim->connections->ride[slot];
    if (ride->phase != RIDE_HELD) continue;
    ride->phase = RIDE_CROSSES;
    push_segment_event(sim, frame_at(sim, slot), 0);
  }
}

void transfer_goes_on(struct sim *sim, struct frame *call) {
  struct ride *ride = ride_of(sim, call);
  if (ride == NULL) return;
  if (ride->phase == RIDE_CROSSES) {
    arrives(sim, call);
    return;
  }
  if (ride->phase != RIDE_NEXT && ride->phase != RIDE_AGAIN) return;
  if (ride->tries > TCP_RETRIES) {
    ride_fails(sim, call, OUTCOME_TIMEOUT);
    return;
  }
  struct connection *conn = ride_connection(sim, ride);
  if (ride->connection != NO_CONNECTION && conn == NULL) {
    ride_fails(sim, call, OUTCOME_RESET);
    return;
  }
  if (ride->phase == RIDE_AGAIN) {
    trace_mark(sim, call, ride->answer ? PART_RETURN : PART_NETWORK);
  } else if (conn) {
    grow(&conn->window[ride->answer], ride->burst);
  }
  send_burst(sim, call);
}

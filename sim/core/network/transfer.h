/* A message on its way over TCP: its segments, the window that limits how many are under way, and
 * what happens to those that are lost.
 *
 * Segments leave in bursts. The first burst has as many as the window lets through (10 at first,
 * RFC 6928), the next one leaves when acknowledgements come back, and finds the window doubled
 * (slow start) or one larger (congestion avoidance, RFC 5681). Each segment is lost by itself. If
 * three arrive after a lost one, of the same burst or let out by acknowledgements of it, the sender
 * knows it by their acknowledgements, sends it again with the next burst and halves the window;
 * otherwise it waits for its timer (RFC 6298: of the measured round trips, 1 s without any, as in
 * Linux at least 200 ms longer than one; doubled each time, until something arrives) and begins
 * with one segment. With several calls on one connection, what arrives behind a lost segment waits
 * for it.
 *
 * Left out: lost acknowledgements (later ones stand for them), delayed acknowledgements, tail loss
 * probes (RFC 8985), what segments of other calls on the connection tell of a loss, the receiver's
 * window, CUBIC (the window grows as in Reno), Nagle. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "network/connection.h"

enum {
  TCP_MSS = 1460,          /* bytes: Ethernet's 1500 without the headers of IPv4 and TCP */
  TCP_INITIAL_WINDOW = 10, /* RFC 6928, where a path does not say */
  TCP_DUPLICATES = 3,      /* RFC 5681 */
  TCP_RETRIES = 15,        /* Linux, tcp_retries2 */
};
#define TCP_RTO_FIRST_NS NS_PER_S        /* RFC 6298 */
#define TCP_RTO_MOST_NS (120 * NS_PER_S) /* Linux, TCP_RTO_MAX */

/* Segments that may leave at first. */
static inline uint64_t transfer_first_window(const struct path_spec *path) {
  return path->connect.window ? path->connect.window : TCP_INITIAL_WINDOW;
}

void connection_measured(struct connection *conn, uint64_t rtt_ns);

/* Its request, or with `answer` its answer, begins to be sent. The call has a ride. */
void transfer_begin(struct sim *sim, struct frame *call, bool answer);

/* Something a call on its way waits for has happened. */
void transfer_goes_on(struct sim *sim, struct frame *call);

/* All is there that was missing before it, or the server has begun. */
void transfer_release(struct sim *sim, uint32_t connection);

#endif

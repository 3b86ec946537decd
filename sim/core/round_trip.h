/* How long a sender waits for an answer: from the round trips that it has measured, their mean and
 * how far they are off it, as TCP does (RFC 6298, section 2). As in Linux the least that there is
 * of it is what is added to the mean, not the whole: tcp_rtt_estimator (net/ipv4/tcp_input.c) keeps
 * rttvar at TCP_RTO_MIN or more, and tcp_set_rto adds it to srtt. */
#ifndef ROUND_TRIP_H
#define ROUND_TRIP_H

#include <stdint.h>

#define ROUND_TRIP_SLACK_NS UINT64_C(200000000) /* Linux, TCP_RTO_MIN */

/* Takes one in, and returns how long to wait; a mean of 0: none was measured so far. */
static inline uint64_t round_trip_measured(uint64_t *mean_ns, uint64_t *off_ns, uint64_t rtt_ns) {
  if (*mean_ns == 0) {
    *mean_ns = rtt_ns;
    *off_ns = rtt_ns / 2;
  } else {
    uint64_t off = *mean_ns > rtt_ns ? *mean_ns - rtt_ns : rtt_ns - *mean_ns;
    *off_ns = (3 * *off_ns + off) / 4;
    *mean_ns = (7 * *mean_ns + rtt_ns) / 8;
  }
  uint64_t slack_ns = 4 * *off_ns;
  return *mean_ns + (slack_ns > ROUND_TRIP_SLACK_NS ? slack_ns : ROUND_TRIP_SLACK_NS);
}

#endif

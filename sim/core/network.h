/* Messages between members: the paths they take, their wires, and what cuts them off. For the
 * engine's own files; kinds send calls and never messages. */
#ifndef NETWORK_H
#define NETWORK_H

#include "sim.h"

struct network *network_new(struct sim *sim);
void network_free(struct network *network);
void network_reset(struct sim *sim); /* end of warm-up */
/* How busy the wires of paths with a bandwidth were: path.FROM.TO.utilization. */
void network_collect(struct sim *sim, struct metrics *out);
/* Bytes that were sent over path number `path` since the warm-up, either way, where these have a
 * price. */
double network_bytes(const struct sim *sim, uint32_t path);

/* Sends a message from one member to another. OK: it arrives after *delay_ns; TIMEOUT: lost on the
 * way; UNREACHABLE: a partition swallowed it. */
enum outcome network_cross(struct sim *sim, const struct member *from, const struct member *to,
                           struct frame *call, bool answer, uint64_t *delay_ns);

/* What a message between two members, given by their ids, takes where that is a constant and
 * nothing can happen to it on its way, as things are; TIME_NEVER: ask network_cross, which also
 * says so. */
uint64_t network_constant_ns(const struct sim *sim, uint32_t from, uint32_t to);

/* The path from one member to another, if it has transport = "tcp"; else NULL. */
const struct path_spec *network_transport(struct sim *sim, const struct member *from,
                                          const struct member *to);

/* A burst of segments is sent: when the first and the last of them arrive, and how many are lost on
 * the way, which the wire carries all the same. `key` and `salt` tell it from all others. */
struct segments {
  uint64_t key, salt;
  bool answer; /* it goes against the direction of its call */
  uint32_t n;
  double bytes;
};
struct sent {
  uint64_t first_ns, last_ns;
  uint32_t lost, first_lost; /* first_lost: from 0 */
  bool cut;                  /* all are: a partition swallows them */
};
void network_send_segments(struct sim *sim, const struct member *from, const struct member *to,
                           const struct segments *what, struct sent *sent);

/* The path (an index into the spec) that messages between two members take, either way; REF_NONE
 * if there is none. */
uint32_t network_path_between(struct sim *sim, const struct member *from, const struct member *to);

/* Whether how long a message takes on some path depends on how large it is. */
bool network_asks_bytes(const struct sim *sim);

/* A member is about to send messages. */
void network_prefetch(const struct network *net, uint32_t from);

/* Whether a small control message gets through now, and how long it takes. */
bool network_reaches(struct sim *sim, const struct member *from, const struct member *to,
                     uint64_t *delay_ns);

/* Adds or removes a fault between two sets of members (bit sets over member ids). */
struct cut {
  const uint64_t *a, *b;
  bool calls_only; /* to b, from anywhere; a is NULL */
  const struct fault_spec *fault;
  struct stream stream;
  bool active;
};
void network_add_cut(struct sim *sim, struct cut *cut);
void network_cuts_changed(struct sim *sim);

#endif

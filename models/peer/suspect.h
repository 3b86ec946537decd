/* Which peers a peer takes for failed: in each round a peer counts its own heartbeat up and tells
 * all counts that it knows along with the rest, so that beats of all come to all by way of others
 * (van Renesse et al., A Gossip-style Failure Detection Service, 1998; Cassandra). One whose count
 * has not risen for too long is suspected: by the times between its rises so far (phi accrual), or
 * for a time that is given (timeout), or so many rounds (missed). */
#ifndef SUSPECT_H
#define SUSPECT_H

#include "control.h"
#include "hist.h"
#include "sim.h"

struct beats;

#define SUSPECT_PEERS_MAX 256u /* each peer keeps what it knows of each other one */

struct suspect_meters {
  uint64_t suspicions, false_alarms;
  struct hist detection;
};

/* Of one peer. */
struct suspect {
  const struct detector *detector;
  uint64_t every_ns;
  uint64_t *count;     /* heartbeats that it knows of, by peer; its own among them */
  uint32_t *life;      /* and of which life of that peer they are */
  struct beats *beats; /* by peer, since it lives */
  bool *suspected;
  struct suspect_meters meters;
};

bool suspect_valid(const struct detector *detector, uint32_t peers, struct error *err);
void suspect_init(struct sim *sim, const struct member *member, struct suspect *s,
                  const struct detector *detector, uint64_t every_ns);

/* A round of the peer begins: it beats, and looks at all others. */
void suspect_round(struct sim *sim, struct member *member, struct suspect *s);
/* It hears what another one knows. */
void suspect_hear(struct sim *sim, struct member *member, struct suspect *s,
                  const struct suspect *other);
/* It crashed, and knows nothing of others any more. */
void suspect_crash(const struct member *member, struct suspect *s);

#endif

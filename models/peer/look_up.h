/* Look-ups: peers stand on a ring of identifiers, each keeps the keys between the peer before it
 * and itself, and each knows its successor and, at distances 1, 2, 4 .., the peers from there on
 * (fingers). Who is asked for a key asks the peer it knows that is closest before the key, that one
 * says whom to ask next, and so on until the key's own peer: Stoica et al., Chord: A Scalable
 * Peer-to-peer Lookup Service for Internet Applications, 2001 (iterative style). */
#ifndef LOOK_UP_H
#define LOOK_UP_H

#include "gossip.h"

struct look_up_config {
  bool given;
  uint32_t ids;
  uint64_t timeout_ns;
};
extern const struct param look_up_params[];

/* Index into the kind's messages: behind those of gossip.h. */
enum { LOOK_UP_ASK = GOSSIP_MESSAGES };

struct look_up_meters {
  uint64_t lookups, failed, hops;
};

struct look_up_ring;

/* Of one peer. */
struct look_up {
  const struct look_up_config *config;
  struct look_up_ring *ring; /* of all of them */
  struct look_up_meters meters;
};

void look_up_init(struct sim *sim, struct member *member, struct look_up *l,
                  const struct look_up_config *config);

/* A call arrived; it is answered when the key's peer is found. */
void look_up_call(struct sim *sim, struct member *member, struct look_up *l, struct frame *call);

void look_up_on_message(struct sim *sim, struct member *member, struct look_up *l,
                        struct frame *message);
void look_up_on_answer(struct sim *sim, struct member *member, struct look_up *l,
                       struct frame *parent, const struct frame *message, enum outcome outcome);

#endif

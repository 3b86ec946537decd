/* Certification: where all copies lead and no write may be lost, they vote on each one before it is
 * answered, as in MySQL Group Replication, or in Galera Cluster.
 *
 * The leader that takes a write works on it first, on what it has of the datum then. After that it
 * asks the other copies. A copy votes for one undecided write of a datum at a time, and against one
 * that had not seen what the copy knows of. A write with the votes of more than half (or of as many
 * as `write` says) is taken, answered, and sent to all; one vote against aborts it. Since two
 * majorities meet, of two writes that had not seen each other at most one is taken (Thomas, A
 * Majority Consensus Approach to Concurrency Control, 1979).
 *
 * Of two undecided ones the older one wins: a copy that has voted for the younger one gives that up
 * if it is its own, and otherwise waits for what becomes of it; the younger one is voted down at
 * once. So only older ones wait for younger ones, and none wait in a circle. Writes of one leader
 * wait for each other at that leader, as for the lock of a row.
 *
 * Votes and decisions are on disk. A leader that crashes has given up what it had not decided, but
 * tells the others only when it is back: until then they take no other write of these data.
 *
 * Invariant: a write is kept until every copy knows what became of it and shows it. */
#ifndef CERTIFY_H
#define CERTIFY_H

#include "quorum.h"

struct certifier;

struct certifier *certifier_new(const struct quorum *q);
void certifier_free(struct certifier *c);

/* A leader takes a write: the call is held. */
void certify_call(struct sim *sim, struct quorum_member *m, struct frame *call);

/* Bytes of a message that asks for a vote on a write, or hands it over. */
double certify_bytes(const struct sim *sim, const struct certifier *c, const struct frame *message);

/* Whether a message is dealt with as it arrives, without a worker. */
bool certify_takes(struct sim *sim, struct quorum_member *m, struct frame *message);

/* Work on a message begins, and is done. */
void certify_see(struct sim *sim, struct quorum_member *m, const struct frame *message);
void certify_show(struct sim *sim, struct quorum_member *m, const struct frame *message);

void certify_on_answer(struct sim *sim, struct quorum_member *m, struct frame *message,
                       enum outcome outcome);
void certify_crash(struct quorum_member *m);
void certify_restart(struct sim *sim, struct quorum_member *m);

#endif

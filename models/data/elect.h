/* Raft (Ongaro and Ousterhout, 2014): copies elect their primary themselves.
 *
 * A copy that hears of no leader for a time drawn at random stands for election: it raises its term
 * and asks the others, each of which votes once in a term, and only for one whose log has no less
 * than its own. Who has the votes of more than half leads; it sends beats, and nobody stands while
 * it does. Its first entry is empty: with it everything before counts as committed as soon as more
 * than half have it. A leader that for the time of `timeout` heard of no majority stops to lead
 * (check quorum), and a copy that has just heard a leader votes for nobody (Ongaro's dissertation,
 * 4.2.3). Terms, votes and logs are on disk and survive crashes; who leads does not.
 *
 * Logs and terms are those of copies.h. */
#ifndef ELECT_H
#define ELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "param.h"
#include "rng.h"
#include "sim.h"

struct copy;
struct checks;

enum elect_reads { READS_INDEX, READS_LEASE, READS_LOCAL };

struct elect_config {
  bool given;
  uint64_t heartbeat_ns, timeout_ns, spread_ns; /* spread 0: as long as the timeout */
  bool pre_vote;
  enum elect_reads reads;
};
extern const struct param elect_params[];

enum elect_stage { STAGE_NONE, STAGE_PRE_VOTE, STAGE_STANDS };

/* A read that waits until its leader knows that it still is one. */
struct held_read {
  uint32_t slot, stamp;
  uint64_t came_ns;
};

/* What a copy has for elections. */
struct elector {
  uint32_t voted; /* number of the copy that has its vote of this term, plus 1 */
  uint32_t votes; /* set of copies */
  uint32_t tries; /* times that its patience ended in this term */
  enum elect_stage stage;
  bool learns;    /* it lost its data: without a vote until it has what is committed */
  uint32_t first; /* as leader: its first entry, with which it knows what is committed */
  uint64_t heard_ns, led_ns, asked_ns; /* of a leader; it leads since; its last round of beats */
  struct timer due;
  struct held_read *held;
  uint32_t n_held, capacity;
};

/* What all copies share, which none of them sees: who won each term, to tell that one did. */
struct elections {
  struct stream stream;
  uint32_t *winner; /* by term: number plus 1 */
  uint32_t capacity, newest_won, newest_stood;
  bool twice; /* two copies won the same term */
  bool early; /* one showed what was not committed */
};

#define ELECT_DUE 2 /* timer.what */

void elect_start(struct sim *sim, struct copy *copy);
void elect_crash(struct copy *copy);
void elect_restart(struct sim *sim, struct copy *copy);
void elect_free(struct copy *copy);

void elect_on_message(struct sim *sim, struct copy *copy, struct frame *message);
void elect_on_answer(struct sim *sim, struct copy *copy, struct frame *message);
void elect_on_due(struct sim *sim, struct copy *copy);

/* A leader of its term was heard; it follows a new term; others have answered since `sent_ns`. */
void elect_heard(struct sim *sim, struct copy *copy);
void elect_follows(struct sim *sim, struct copy *copy);
void elect_contact(struct sim *sim, struct copy *copy, uint32_t peer, uint64_t sent_ns);

/* Others learn up to where the log is committed. */
void elect_tell_committed(struct sim *sim, struct copy *copy);

/* A read came to the leader: whether it has to wait; group->let_in follows. */
bool elect_holds(struct sim *sim, struct copy *copy, struct frame *call);

#endif

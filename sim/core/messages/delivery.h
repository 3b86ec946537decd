/* What really became of messages: of each that a topic took, and each group that it is meant for,
 * one record that neither the topic nor the consumer can be wrong about.
 *
 * A record begins when a topic takes the message (delivery_publish). Each time it is sent to a
 * consumer, the call carries a column that leads to the record (delivery_send). The consumer's side
 * writes that the work on it has ended, well or not (delivery_worked), at the instant at which it
 * does, whatever becomes of the acknowledgement. The topic says when it has nothing of the message
 * any more, and why (delivery_let_go). A record whose topic has let go, and that no consumer has
 * any more, is closed:
 *
 *   done        the work on it ended well at least once; each further time is a duplicate
 *   dead        given up as a dead letter
 *   dropped     made room for others
 *   expired     was too old
 *   lost        anything else: it was acknowledged, or its topic broke, and nobody did the work
 *
 * Each message that was taken is in one of these, or still with the topic or a consumer. A message
 * whose call vanished on its way, or whose consumer broke while the topic was down, is closed by
 * looking at the calls there are (audience_count).
 *
 * A publisher that tries again publishes a second message with the same identity (the key of the
 * call without its tries). The work on it is a duplicate, too.
 *
 * Order: a message is out of order if the work on a later one of the same key ended before; among
 * messages without a key any later one.
 *
 * Who owns what: the simulation owns the records (40 bytes each; used again when closed), a topic
 * has one audience for each of its groups. */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "sim.h"

struct dedup;
struct subscription;
struct whose;

enum let_go { STILL_KEPT, LET_ACKED, LET_DEAD, LET_DROPPED, LET_EXPIRED, LET_LOST };

/* What has become of the messages of a group since the run began. */
struct audience_count {
  uint64_t published, done, dead, dropped, expired, lost;
  uint64_t kept;    /* with the topic, their work never done */
  uint64_t on_way;  /* let go by the topic, with a consumer that may still do the work */
  uint64_t again;   /* of `done`: published again, and done before under the same identity */
  uint64_t extra;   /* work that ended well on what was done already */
  uint64_t swapped; /* out of order */
  uint64_t open;    /* with the topic, done or not */
};

/* The consumer's side: a member that takes messages has one in its state. */
struct consumer {
  const struct subscription *config; /* NULL: it takes none */
  struct level backlog;              /* of its group; of one member for all */
  bool paused;                       /* by itself, as its garbage is collected */
  uint64_t consumed, duplicates, deduplicated, failed, out_of_order;
  uint64_t tried_again, opened; /* by its retry; its breaker */
  struct hist end_to_end;       /* ns */
};

/* --- for topics ----------------------------------------------------------------------------- */

#define DELIVERY_NONE UINT32_MAX

/* A group of a topic, which remembers what it has done for `dedup_ns` (0: it does not); its number.
 * In a kind's init. */
uint32_t audience_new(struct sim *sim, uint64_t dedup_ns);

/* A message was sent by its publisher at `sent_ns`, on behalf of `whose` request, and taken now.
 * `tag` is the topic's. Returns its record. */
uint32_t delivery_publish(struct sim *sim, uint32_t audience, uint64_t sent_ns, uint64_t identity,
                          const struct whose *whose, uint32_t item, uint32_t tag);

/* It could not be delivered until now (a delay): its place in the order is behind those before. */
void delivery_is_due(struct sim *sim, uint32_t record);

/* A new call, made by the topic, is about to carry it to a consumer; it is on behalf of the request
 * that published it. */
void delivery_send(struct sim *sim, uint32_t record, const struct frame *call);

/* Whose request that was. */
struct whose delivery_whose(const struct sim *sim, uint32_t record);

/* The topic has nothing of it any more. */
void delivery_let_go(struct sim *sim, uint32_t record, enum let_go why);

/* The answer to a call that carried a message is here. Returns the tag if this was the last call
 * that carried it and the topic has not let go; else DELIVERY_NONE. */
uint32_t delivery_heard(struct sim *sim, const struct frame *call);

/* The same of a call whose time was over: its consumer may go on with it, and end it. */
uint32_t delivery_given_up(struct sim *sim, const struct frame *call);

/* How long it takes a topic to find out that a call which carries a message has vanished, or its
 * answer: when the message is visible again, or when its connection has been silent for a session.
 * TIME_NEVER: it carries none. */
uint64_t delivery_missed_ns(const struct sim *sim, const struct frame *call);

/* Changes with each call that carries it. */
uint32_t delivery_stamp(const struct sim *sim, uint32_t record);

/* Counts up to now. Where calls have vanished this looks at all calls. */
struct audience_count audience_count(struct sim *sim, uint32_t audience);

/* --- for consumers -------------------------------------------------------------------------- */

/* Whether the work on the message of a new call would be for nothing, as the group remembers that
 * it was done; then the call is to be answered at once. */
bool delivery_is_done(struct sim *sim, struct consumer *consumer, const struct frame *call);

/* The work on a message ends; on any other call this does nothing. */
void delivery_worked(struct sim *sim, struct consumer *consumer, const struct frame *call, bool ok);

/* The call was answered before the work ended; `rest` goes on with it. */
void delivery_goes_on(struct sim *sim, const struct frame *call, const struct frame *rest);

/* The member takes messages again after a crash or a start (`restarted`); or it is down; or it
 * begins to hang or to pause, or ends it. Of all members: others are cut off from each other than
 * before. */
void consumer_changes(struct sim *sim, struct member *member, bool restarted);
void consumers_look(struct sim *sim);

#endif

/* Copies of a topic: each partition is a log of which every broker (a member of the topic) has one,
 * and one of them, its leader, takes the messages; the others fetch them from it, as in Kafka.
 *
 * In sync are the brokers that have had all of the leader's log within `lag`; the leader among
 * them. A message is committed when all that are in sync have it, and only then delivered. Its
 * publisher is answered at once (acks = 0 and 1: when the leader has it) or when it is committed
 * (acks = "all").
 *
 * A broker that has been down, or has hung, for `session` is out of sync, and where it led another
 * one does: the first of those in sync that are up. Are there none, the partition has no leader
 * until one of them is back; or, with `unclean`, any broker that is up leads. The log of the new
 * leader is the log: what the former one has beyond it is thrown away, acknowledged or not. That is
 * counted here, from what is in the logs and who was answered, and not from what a broker thinks.
 *
 * Invariant: of each partition, committed <= has[leader] = end; every broker's log is the leader's
 * up to has[broker] <= end. Messages that all brokers have are kept by none of this, only as
 * letters. */
#ifndef REPLICAS_H
#define REPLICAS_H

#include "call.h"
#include "error.h"
#include "param.h"
#include "sim.h"
#include "timer.h"
#include "whose.h"

struct topic_state;

#define REPLICAS_MOST 32u
#define NO_BROKER UINT32_MAX

struct replicas_config {
  bool given;
  uint64_t n, min_insync;
  struct refs zone;
  bool unclean;
  uint64_t session_ns, lag_ns;
};
extern const struct param replicas_params[];
extern const char *const replicas_messages[];

/* What becomes a letter in each group. */
struct publication {
  uint64_t key, sent_ns, identity, delay_ns;
  uint32_t item;
  uint16_t partition;
  uint8_t op, class;
  struct whose whose;
};

/* In the log of a partition's leader. */
struct logged {
  struct publication what;
  uint64_t at_ns;
  uint32_t slot, stamp; /* the publisher's call, if it waits; SLOT_NONE */
  bool acked;
};

/* Of one broker, about one partition. */
struct follower {
  uint64_t has;          /* up to here it has the log */
  uint64_t known;        /* as far as the leader knows */
  uint64_t caught_up_ns; /* when it last had all */
  bool asked;            /* a message to it is not answered yet */
  bool catches_up;       /* not in sync, and it lacks only what came since it was asked last */
  struct timer *again;   /* by leader */
};

struct replicated {
  uint32_t number, leader;        /* NO_BROKER: none */
  uint32_t target;                /* whom callers take for it */
  uint32_t epoch;                 /* of the leader: how many there were before */
  uint32_t in_sync;               /* set of brokers */
  uint64_t first, end, committed; /* positions; those up to `first` are not kept any more */
  struct logged *ring;
  uint32_t capacity;
  struct follower *follower;
};

/* Of calls that wait at a broker which leads no more and hangs. */
struct unanswered {
  uint32_t slot, stamp, broker;
};

struct replicas {
  const struct replicas_config *config;
  struct sim *sim;
  struct component *component;
  struct replicated *part;
  uint32_t n, partitions;
  struct timer *expiry;         /* by broker */
  uint64_t *away_ns;            /* by broker: since when it is down or hangs; TIME_NEVER */
  bool *expired;                /* by broker: for longer than `session` */
  uint64_t *void_before_ns;     /* by broker: what it sent before then is no more its business */
  uint64_t appended, discarded; /* since time 0 */
  struct unanswered *unanswered;
  uint32_t unanswered_n, unanswered_capacity;
};

bool replicas_validate(const struct component_spec *component, struct error *err);
void replicas_place(struct component_spec *component, struct arena *arena);
void replicas_init(struct sim *sim, struct topic_state *t, struct component *component);
void replicas_free(struct topic_state *t);
void replicas_check(struct sim *sim, struct member *member, struct checks *out);

/* The broker that callers send a message to: the leader of its partition. */
struct member *replicas_pick(const struct component *component, const struct frame *call);
uint32_t replicas_partition(const struct replicas *r, const struct frame *call);

/* A message has come to a broker: takes it, or refuses. */
void replicas_take(struct sim *sim, struct member *broker, struct frame *call);

void replicas_on_message(struct sim *sim, struct member *broker, struct frame *message);
void replicas_on_answer(struct sim *sim, struct member *broker, struct frame *message,
                        enum outcome outcome);
void replicas_on_due(struct sim *sim, struct member *broker, struct timer *timer);
void replicas_fault(struct sim *sim, struct member *broker, const struct fault_def *fault,
                    bool begins);

/* The broker that delivers the messages of a partition; NULL: it cannot at present. */
struct member *replicas_leader(const struct replicas *r, uint32_t partition);

/* A broker that is up, for what is nobody's in particular; NULL: there is none. */
struct member *replicas_any(const struct replicas *r);

#endif

/* Further fields of a request, beside its frame: columns of a table whose rows are the frames'
 * slots.
 *
 * A column exists only in a simulation in which somebody reads it, and who reads one says so before
 * the first event. A call that is made on behalf of another has its fields. An entry belongs to the
 * frame whose stamp it has, so that a slot that is used again has none. */
#ifndef COLUMN_H
#define COLUMN_H

#include <stdbool.h>
#include <stdint.h>

enum column_id {
  COLUMN_USER,     /* whose request it is: a number that no other user has */
  COLUMN_TIER,     /* of the user: index into spec.tier, plus 1 */
  COLUMN_CLIENT,   /* the client that sent it: hash of its name */
  COLUMN_CALLER,   /* the member that made it, plus 1: see asker.h; its own alone */
  COLUMN_CAME,     /* ns: when it came to its callee, where that looks at waits */
  COLUMN_RETRY_IN, /* ns: of a call that was refused, until another one may pass; its own alone */
  COLUMN_DEADLINE, /* ns: when nobody waits for its answer any more */
  COLUMN_ANSWER,   /* bytes of its answer, where they are not what its caller expects; its own alone
                    */
  COLUMN_ASKED,    /* bytes of a request, see call_keep_bytes(); its own alone */
  COLUMN_EXPECTED, /* bytes of its answer as its caller expects them; its own alone */
  COLUMN_VERSION,  /* of the data that it is about */
  COLUMN_SENT_BY,  /* of a message: who sent it and what it is, see message.c */
  COLUMN_BODY,     /* of a message: what it says */
  COLUMN_DELIVERY, /* of a call that carries a message of a topic: see delivery.c; its own alone */
  COLUMN_TRY, /* of the same, where its consumer has a policy: see topic_policy.c; its own alone */
  COLUMN_BATCH,    /* of a call that went with others: how many they were; its own alone */
  COLUMN_DELAY,    /* ns: of a call that publishes, until the message can be delivered */
  COLUMN_ACKS,     /* of a call that publishes: enum acks; its own alone */
  COLUMN_IDENTITY, /* what its request wants of whom it calls: the same when that is tried again */
  COLUMN_MESSAGE,  /* identity of what a call publishes, where that is not its key; its own alone */
  COLUMN_TRANSACTION, /* which part of which transaction it is: see transaction.c; its own alone */
  COLUMN_JOURNEY,     /* of a client's request or session: which journey, or user with a session, of
                         its client it is part of, plus 1 */
  COLUMN_LOCK,  /* of a call to a lock service: what it wants; of a handler: which lock it has; its
                   own alone */
  COLUMN_TOKEN, /* of the lock under which it is made: what a store can look at, see fencing.h */
  COLUMN_HELD,  /* the same, and what really is so: see holding.h */
  COLUMN_ENVIRONMENT, /* of a call to a service whose instances come on demand: which one works on
                         it, plus 1; its own alone */
  COLUMN_LASTS,       /* ns: of a session, for how long it stands; see held.h */
  COLUMN_STANDS,      /* of a session: the call that stands where it is held; its own alone */
  COLUMN_SESSION,     /* of a request: the session that it is made on */
  COLUMN_SEEN,        /* of a call that reads: the version that it found, see conditional.h; its own
                         alone */
  COLUMN_EXPECTS,     /* of a write: on which version alone it is to be done */
  COLUMN_KINDS
};

/* When a message is acknowledged: when it was sent, when one broker has it, or when all in sync
 * do. */
enum acks { ACKS_UNSAID, ACKS_NONE, ACKS_LEADER, ACKS_ALL };

struct sim;
struct frame;

/* In a kind's init: this column will be read. */
void column_want(struct sim *sim, enum column_id column);

/* From a kind's start on: whether somebody reads it. Who has values writes them only then. */
bool column_wanted(const struct sim *sim, enum column_id column);

/* 0: nobody wrote it. */
uint64_t column_get(const struct sim *sim, const struct frame *call, enum column_id column);
void column_set(struct sim *sim, const struct frame *call, enum column_id column, uint64_t value);

/* `call` has the fields that `parent` has; sim->columns is not NULL. */
void columns_inherit(struct sim *sim, const struct frame *parent, const struct frame *call);

void columns_free(struct sim *sim);

#endif

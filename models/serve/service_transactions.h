/* A service as the coordinator of transactions (transaction.h): it marks the calls that are parts
 * of one, decides, tells the participants until each has heard, and goes on with that after a
 * crash. */
#ifndef SERVICE_TRANSACTIONS_H
#define SERVICE_TRANSACTIONS_H

#include "program.h"
#include "timer.h"
#include "transaction.h"

struct coordinator {
  struct transactions_open open;
  struct timer again;
  struct transaction_meters meters;
};

/* `child` is about to be sent to `to`, a part of the transaction that `call` is in or begins.
 * Returns who gets it: of copies the one that leads, since no other takes part. */
struct member *coordinator_sends(struct sim *sim, struct member *member, struct coordinator *c,
                                 struct frame *call, struct frame *child,
                                 const struct program_call *spec, struct member *to);

/* All parts have succeeded. With two phases the participants are told, and `call` waits for so many
 * answers (pending); a mark in due_ns says that they are still being sent. */
void coordinator_decides(struct sim *sim, struct member *member, struct coordinator *c,
                         struct frame *call);

/* The handler ends: what is not decided then is given up. */
void coordinator_ends(struct sim *sim, struct member *member, struct coordinator *c,
                      struct frame *call);

/* The answer to a call; returns whether it told a decision. */
bool coordinator_hears(struct sim *sim, struct member *member, struct coordinator *c,
                       struct frame *child, enum outcome outcome);

/* A pause is over, or a crash: who has not heard is told again. */
void coordinator_goes_on(struct sim *sim, struct member *member, struct coordinator *c);
void coordinator_crash(struct sim *sim, struct member *member, struct coordinator *c, bool begins);

#endif

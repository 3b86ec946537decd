/* Transactions: writes of several stores that belong together, and what really became of them.
 *
 * A service that makes the writes (the coordinator) begins a record of what belongs together; each
 * store (a participant) notes in it what it has for good. From that alone, and from no opinion of
 * the protocol between them, it is known whether a transaction is half applied: it is over for its
 * coordinator, and some of its writes are there and others not. A write that comes later (its
 * caller had given up) is counted when it comes.
 *
 * Two-phase commit (Gray, Notes on Data Base Operating Systems, 1978): a participant prepares its
 * write and votes; from then on the row is locked until it hears the decision, and what it has
 * prepared survives a crash. The coordinator decides when all have voted, and has that on disk
 * before it tells anybody. If it crashes before, the transaction is in doubt: no participant may
 * decide alone. Of what is not on disk it knows after the crash that it never was decided: it is
 * aborted (presumed abort).
 *
 * Saga (Garcia-Molina and Salem, 1987): the writes are made one after the other, and what is done
 * when a later one fails is undone by writes of their own. What nobody heard of is undone, too: a
 * participant that has heard so does not do it afterwards. One that is on disk goes on with that
 * after a crash of its coordinator; of one in memory nobody knows any more.
 *
 * A call that belongs to one carries its number, which of its parts it is and in which phase
 * (COLUMN_TRANSACTION). A record is used again when it is over and nothing can come of it any more;
 * a call of a former use belongs to none. */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "sim.h"

#define TRANSACTION_PARTS 8u

enum transaction_phase { PHASE_ALONE, PHASE_PREPARE, PHASE_COMMIT, PHASE_ABORT, PHASE_UNDO };
enum transaction_state { TRANSACTION_OPEN, TRANSACTION_COMMITTED, TRANSACTION_ABORTED };

/* What its coordinator counts. */
struct transaction_meters {
  uint64_t committed, aborted, half_applied, compensated;
  uint64_t in_doubt;         /* a participant had voted, and the coordinator was down */
  uint64_t doubtful, clean;  /* crashes of the coordinator: with some in doubt, with none */
  struct hist in_doubt_time; /* ns: until the last participant heard the decision */
};

struct transaction {
  uint32_t number, stamp;  /* stamp: of this use of the record */
  uint32_t next, previous; /* those of its coordinator that are not over */
  uint32_t coordinator;    /* member */
  struct transaction_meters *meters;
  uint8_t state; /* enum transaction_state */
  bool two_phase, over, in_doubt, half;
  bool saga, durable;
  /* Sets of parts. */
  uint8_t all, sent;       /* parts that it has, and whose calls were sent */
  uint8_t settled;         /* nothing comes of the call any more but what it has done */
  uint8_t prepared, heard; /* heard: the participant knows the decision, */
  uint8_t told;            /* and the coordinator that it does */
  uint8_t applied;
  uint32_t pins;     /* entries of logs that are about it and that may yet be lost */
  uint64_t doubt_ns; /* since when in doubt */
  uint64_t request;  /* whose tries count together (deeds.h); 0: each counts alone */
  struct transaction_part {
    uint32_t member, item;
    uint64_t key, identity; /* identity: its idempotency key */
    uint8_t op, undo;       /* undo: of a saga */
  } part[TRANSACTION_PARTS];
};

/* Those of one coordinator that are not over, in the order in which they began. */
struct transactions_open {
  uint32_t first, last; /* 0: none */
};

/* In the init of a kind whose members coordinate. */
void transactions_want(struct sim *sim);

/* Begins one; in its frame the number is kept. */
struct transaction *transaction_begin(struct sim *sim, struct transactions_open *open,
                                      const struct member *coordinator,
                                      struct transaction_meters *meters, uint32_t parts,
                                      bool two_phase);

/* The one that a call belongs to; NULL: none, or it is over and forgotten. */
struct transaction *transaction_of(const struct sim *sim, const struct frame *call);
struct transaction *transaction_at(const struct sim *sim, uint32_t number);
enum transaction_phase transaction_phase(const struct sim *sim, const struct frame *call);
uint32_t transaction_bit(const struct sim *sim, const struct frame *call);

void transaction_mark(struct sim *sim, const struct frame *call, const struct transaction *t,
                      uint32_t part, enum transaction_phase phase);

/* --- for participants ----------------------------------------------------------------------- */

/* The participant is done with the call, well or not: to be said before it is answered. The write
 * of a call is there for good; it is prepared; the decision has been heard. */
void transaction_settled(struct sim *sim, const struct frame *call);
void transaction_applied(struct sim *sim, const struct frame *call);
/* It was there already, from an earlier try of the request. */
void transaction_is_there(struct sim *sim, const struct frame *call);
void transaction_prepared(struct sim *sim, const struct frame *call);
void transaction_heard(struct sim *sim, const struct frame *call);
/* Of a saga: its write, if it is there, is undone; it is not to be done any more. */
void transaction_undone(struct sim *sim, const struct frame *call);
bool transaction_is_void(const struct sim *sim, const struct frame *call);

/* --- for participants that have copies ------------------------------------------------------- */

/* What they know of a transaction are entries of their log, which may be lost with who has it. Of a
 * part such an entry is about: what transaction_mark has put into its call, the phase left out. */
uint64_t transaction_part(const struct sim *sim, const struct frame *call); /* 0: none */
/* NULL: it is over and forgotten. */
struct transaction *transaction_of_part(const struct sim *sim, uint64_t part);
static inline uint32_t transaction_bit_of(uint64_t part) {
  return 1u << (part >> 4 & 15);
}

/* What has become of a part is there for good, as far as the one that leads knows: the same as
 * above. The last three take it back: who leads now does not have it. */
enum transaction_fact {
  FACT_PREPARED,
  FACT_HEARD,
  FACT_APPLIED,
  FACT_UNDONE,
  FACT_NOT_HEARD,
  FACT_NOT_APPLIED,
  FACT_NOT_UNDONE
};
void transaction_note(struct sim *sim, uint64_t part, enum transaction_fact fact);

/* Its record is not used for another one while there is such an entry. */
void transaction_pin(struct sim *sim, uint64_t part);
void transaction_unpin(struct sim *sim, uint64_t part);

/* --- for coordinators ----------------------------------------------------------------------- */

/* The coordinator crashes: those that some participant has voted for are in doubt. */
void transactions_crash(struct sim *sim, struct transactions_open *open,
                        struct transaction_meters *meters);

/* It is over for its coordinator. */
void transaction_end(struct sim *sim, struct transactions_open *open, struct transaction *t);

#endif

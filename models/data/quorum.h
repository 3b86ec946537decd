/* Copies of data without a primary, as in Dynamo (DeCandia et al., 2007) and Cassandra: any copy
 * takes any call and coordinates it. It sends a write to all copies and answers when `write` of
 * them have it; it asks all of them for a read, waits for `read` answers and takes the newest.
 *
 * Where all copies lead (`leaders = all`) a copy that takes a read answers it from what it has, and
 * a write when `write` copies have it, itself among them; the rest is the same. With conflict =
 * abort the copies vote on a write first (certify.h).
 *
 *   quorum.c        members, routes, faults, checks
 *   coordinate.c    one call, from its messages to the copies until all have answered
 *   certify.c       where all lead, and vote on each write
 *   hints.c         writes that a copy could not take, kept for it (hinted handoff)
 *   anti_entropy.h  copies compare what they have
 *
 * A write has a time stamp, and of two a copy keeps the later one. What readers really get is
 * judged by the history (history.h), which sees all copies at once: when a copy begins to read, it
 * is noted there what was acknowledged by then; no answer carries that.
 *
 * Invariant: each call that was begun is answered, failed, lost with its coordinator, or waits. */
#ifndef QUORUM_H
#define QUORUM_H

#include "copies.h"

/* In the order of copies_messages. */
enum {
  QUORUM_READ = COPIES_MESSAGES,
  QUORUM_WRITE,
  QUORUM_HINT,
  QUORUM_REPAIR,
  QUORUM_CERTIFY,
  QUORUM_COMPARE,
  QUORUM_MESSAGES
};

struct quorum_meters {
  uint64_t too_few, hints, hinted, repaired, compared;
  uint64_t lost_updates, merged; /* where all lead */
  struct level waiting, kept;
};

/* A call that is coordinated. */
struct round {
  uint32_t generation;  /* of this place in the list, raised whenever it becomes free */
  uint32_t next;        /* free one */
  uint32_t coordinator; /* member; ROUND_FREE: none */
  uint32_t call, stamp; /* who waits for it, until `decided` */
  uint32_t item, write; /* write 0: a read */
  uint32_t answered;    /* set of copies */
  uint32_t asks, gives; /* bytes of the call and of its answer, where paths ask */
  uint16_t failed, under_way, sent;
  bool decided;
  bool beaten; /* a write that one with a later time stamp has replaced already */
};
#define ROUND_FREE UINT32_MAX

/* Writes that one copy lacks, oldest first, in a ring. */
struct hints {
  uint32_t *write;
  uint32_t first, n, capacity;
  uint32_t under_way; /* the first so many, of a batch, */
  uint32_t batch;
  uint64_t taken; /* of which these are taken */
  bool broken;    /* none of the last batch was */
};

struct quorum;

struct quorum_member {
  struct quorum *quorum;
  struct member *member;
  uint32_t number; /* from 0; from quorum->n on it keeps no data */
  uint32_t waiting;
  struct hints *hints; /* by copy */
  struct timer handoff, compares;
  uint32_t compared; /* how often it asked another copy to compare */
  bool lost_data;    /* it has lost its data, and nobody has been asked for them since */
  uint64_t ahead_ns; /* its clock: of the true time */
  uint64_t begun, answered, failed, lost; /* since time 0 */
  struct copy_meters *meters;
  struct quorum_meters *own;
};

/* What all members of one shard share. */
struct quorum {
  struct sim *sim;
  const struct copies_config *config;
  struct component *component;
  uint32_t first, members; /* of the component's: from this one on, from 0, so many */
  uint32_t n, read, write; /* copies, and how many answers a call needs */
  struct quorum_member *member;
  struct op_set write_ops;
  struct history *history;
  bool followed; /* by the ledger */
  bool keeps_hints;
  bool sized;                  /* some path asks how large messages are */
  struct certifier *certifier; /* or NULL */
  struct round *round;
  struct history_view *seen; /* round * n + copy: what a copy has read for it */
  uint32_t rounds, capacity, free;
};

/* --- quorum.c ------------------------------------------------------------------------------- */

/* Of the quorum, which the first of its members makes. */
struct quorum_member *quorum_new(struct sim *sim, struct member *member, struct quorum **quorum,
                                 const struct copies_config *config, struct op_set write_ops,
                                 struct copy_meters *meters, struct quorum_meters *own);
void quorum_free(struct quorum_member *m);
void quorum_fault(struct sim *sim, struct quorum_member *m, const struct fault_def *fault,
                  bool begins);
void quorum_check(struct quorum_member *m, struct checks *out);
struct outline;
void copies_outline(const struct spec *spec, const struct component_spec *component,
                    const struct copies_config *config, struct outline *out);
struct member *quorum_pick(const struct quorum *q, const struct frame *call);

/* --- coordinate.c --------------------------------------------------------------------------- */

void quorum_call(struct sim *sim, struct quorum_member *m, struct frame *call);
void quorum_on_answer(struct sim *sim, struct quorum_member *m, struct frame *message,
                      enum outcome outcome);
/* Bytes of a message of a member, or of its answer. */
double quorum_message_bytes(const struct sim *sim, const struct quorum_member *m,
                            const struct frame *message, bool answer);
/* A copy begins to work on a message, and is done with it. */
bool quorum_message_reads(const struct sim *sim, const struct frame *message);
void quorum_see(struct sim *sim, struct quorum_member *m, const struct frame *message);
void quorum_show(struct sim *sim, struct quorum_member *m, const struct frame *message);
/* A write is made; a copy shows it; the call that waits for it is told so. */
uint32_t quorum_begin_write(struct sim *sim, struct quorum *q, uint32_t item, uint64_t key,
                            uint64_t stamp_ns);
void quorum_show_write(struct sim *sim, struct quorum_member *m, uint32_t write);
void quorum_note_write(struct sim *sim, struct quorum_member *m, uint32_t write,
                       const struct frame *call);
void quorum_set_waiting(struct sim *sim, struct quorum_member *m, uint32_t waiting);
/* Its coordinator has crashed. */
void quorum_lose_rounds(struct sim *sim, struct quorum_member *m);

/* It goes down with its data. */
void quorum_lose(struct sim *sim, struct quorum_member *m);

/* --- hints.c -------------------------------------------------------------------------------- */

/* `put` does not count it as one that a copy did not take. */
void hints_keep(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t write);
void hints_put(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t write);
void hints_hand_off(struct sim *sim, struct quorum_member *m); /* to all */
void hints_on_answer(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t number,
                     enum outcome outcome);
void hints_restart(struct sim *sim, struct quorum_member *m);
void hints_lose(struct sim *sim, struct quorum_member *m); /* its disk is gone */
void hints_free(struct quorum_member *m);

#endif

/* The behaviour of a service: what it does for each operation, as a flat list of steps.
 *
 * A handler runs from its first step; control falls through to the next step unless a step says
 * otherwise and the call is answered OK after STEP_END. Branches jump forwards only, so a handler
 * always ends. A program is immutable and lives in the spec's arena. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "arena.h"
#include "outbound.h"
#include "rate_limiter.h"
#include "shedder.h"
#include "spec.h"

#define OP_INHERIT (-1) /* a call passes on the operation it is made for */

enum step_kind {
  STEP_END,        /* answer OK (if not answered yet) and finish */
  STEP_WORK,       /* hold a worker for a draw of `dist` */
  STEP_WORK_BYTES, /* the same, and `chance` ns for each byte of the request and the answer (need
                      0), or of one of them (1, 2) */
  STEP_COMPRESS,   /* hold a worker for `dist` (constant) for each byte of the answer, which is then
                      `chance` times as large */
  STEP_SLEEP,      /* let a draw of `dist` pass without needing a worker's attention */
  STEP_CALL,       /* calls[first]; on failure (of these `causes`, if they are not 0) go on at
                      `target` if that is not 0, else fail */
  STEP_PARALLEL,   /* calls[first .. first+count-1] at once; go on when `need` of them succeeded */
  STEP_BRANCH,     /* with probability `chance`, and (op < 0 or the operation is op), and (causes is
                      0 or the last call failed of one of them): next step; else go on at `target` */
  STEP_JUMP,       /* go on at `target` */
  STEP_LIMIT,      /* `limit`: answer RATE_LIMITED and finish, or go on, at once or later */
  STEP_SHED,       /* `shed`: answer SHED and finish, or go on */
  STEP_DECIDE,     /* the calls of a transaction have succeeded: go on when all have heard of it */
  STEP_UNLOCK,     /* give back the lock that was taken last, if the handler still has it */
  STEP_FAIL,       /* answer `outcome` and finish */
  STEP_REPLY,      /* answer OK now, and go on with the following steps on the server's account */
};

struct program_call {
  uint32_t component; /* whom to call */
  int op;             /* or OP_INHERIT */
  bool each;          /* in STEP_PARALLEL: one to every member of the component */
  struct outbound_config policy;
  uint64_t times;                /* in STEP_PARALLEL, else: this many such calls at once (>= 1) */
  uint64_t need;                 /* of `each`, while the program is made: see struct step */
  struct dist request, response; /* bytes; 0 = nothing to transmit */
  uint8_t part, parts;           /* of a transaction with so many: its number, from 1; 0: of none */
  bool prepares;                 /* with two phases */
  bool saga, durable;            /* or what is done is undone by */
  int undo;                      /* this operation; OP_INHERIT: it is not said */
  bool locks, renews;            /* takes a lock, of a lock service; and renews its lease, */
  uint64_t lease_ns;             /* which is so long */
  bool publishes;                /* a message: to a topic */
  bool keyed;                    /* of a message or a lock: it has the request's key */
  uint64_t delay_ns;             /* until it may be delivered */
  uint32_t passes;               /* causes of its failure that become the caller's: a bit set */
  bool if_unchanged;             /* a write on the version alone that the handler has read */
  struct how_many acks;          /* brokers that have it: 0, 1 or the word (all) */
};

struct step {
  enum step_kind kind;
  uint16_t target;       /* step to go on at */
  uint16_t ordinal;      /* numbers the draws of this step: its position among steps of its kind */
  uint32_t first, count; /* into program.calls; count is 1 for STEP_CALL */
  uint32_t need;         /* PARALLEL: successes wanted; 0 = of all calls (times counted) */
  double chance;
  int op;
  bool hand_over;  /* REPLY: the worker does not stay for the steps that follow */
  uint8_t outcome; /* FAIL: enum outcome, not OK */
  uint32_t causes; /* a bit set of enum outcome */
  uint32_t passes; /* CALL: of failures that end the handler those that it answers itself */
  const struct limit_config *limit;
  const struct shed_config *shed;
  struct dist dist; /* ns */
};

struct program {
  uint32_t steps, calls;
  const struct step *step; /* step[steps - 1] is STEP_END */
  const struct program_call *call;
};

/* A list of steps within a step, compiled on its own: a program without STEP_END. */
struct block {
  bool given; /* an empty list is one, too */
  struct program program;
};

#define CAUSES_ALL ~1u /* every outcome but OK */

/* What is done instead of failing, by the cause of the failure. */
struct fallbacks {
  uint32_t n; /* 0: nothing */
  const struct fallback {
    uint32_t causes; /* a bit set; those of different entries have none in common */
    struct block block;
  } * fallback;
};

/* What a service does, by operation. */
struct handlers {
  uint32_t n;
  const struct handler {
    int op; /* -1: whatever operation has no handler of its own */
    struct program program;
  } * handler;
};

/* Sets what a spec says of all handlers' calls, once they are read. */
void program_survey(struct spec *spec);

/* Whether some handler's transaction writes to a component. */
bool program_takes_part(const struct spec *spec, uint32_t component);

/* Whether one that may undo it later does (a saga). */
bool program_is_undone(const struct spec *spec, uint32_t component);

/* Whether some handler's write to a component, or to what passes it on there, has a condition. */
bool program_compares(const struct spec *spec, uint32_t component);

/* How many calls that is. */
static inline uint64_t program_call_copies(const struct spec *spec,
                                           const struct program_call *call) {
  return call->each ? spec->component[call->component].instances : call->times;
}

/* --- making one ----------------------------------------------------------------------------- */

/* A program that is being written, step by step. What does not fit any more is written nowhere and
 * noted in `full`, so that a writer need not ask each time. */
struct assembler {
  struct arena *arena;
  uint32_t *budget; /* steps and calls that may still be made */
  struct step *step;
  struct program_call *call;
  uint32_t steps, calls, step_capacity, call_capacity;
  bool full;
  struct step beyond;
  struct program_call call_beyond;
};

/* Appends a step that does nothing yet; void when the next one is appended. */
struct step *assemble(struct assembler *to, enum step_kind kind);

/* Appends a call to the last step. */
struct program_call *assemble_call(struct assembler *to);

/* The step that was appended as number `step` goes on at the next one to come. */
void assemble_jump_here(struct assembler *to, uint32_t step);

void assemble_block(struct assembler *to, const struct block *block);

/* What was appended, with its draws numbered. */
struct program assemble_program(struct assembler *to);

#endif

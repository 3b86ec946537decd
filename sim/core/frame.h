/* A call in flight: 64 bytes, which its maker and the component that handles it share.
 *
 * Its maker, the caller, owns the frame's upper half, the component that handles it (the callee)
 * its lower half. A frame lives from call_new until its answer is delivered or, if the caller gave
 * up waiting (timeout), until the callee is done with it: work that nobody waits for any more still
 * burns capacity. A frame's slot is reused; its stamp tells generations apart, so a handle is
 * (slot, stamp) and a stale one fails one comparison. Every change of its state is checked. */
#ifndef FRAME_H
#define FRAME_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim_assert.h"

#define SLOT_NONE UINT32_MAX

struct sim;

/* How a call ended. The names are the causes of errors in reports. */
enum outcome {
  OUTCOME_OK,
  OUTCOME_TIMEOUT,
  OUTCOME_REFUSED,     /* down, or queue full */
  OUTCOME_RESET,       /* lost with its server */
  OUTCOME_UNREACHABLE, /* partition */
  OUTCOME_SHED,
  OUTCOME_RATE_LIMITED,
  OUTCOME_CIRCUIT_OPEN,
  OUTCOME_FAILED, /* the component answered with an error */
  OUTCOME_DENIED,
  OUTCOMES
};
extern const char *const outcome_name[OUTCOMES];

/* Whether what is done after these causes, a bit set, is done after this outcome. What a partition
 * swallows is told from what is slow by reports alone: the caller sees that no answer comes, and
 * what it does about a timeout it does about this, too. */
static inline bool causes_have(uint32_t causes, enum outcome outcome) {
  if (outcome == OUTCOME_UNREACHABLE) causes |= causes >> OUTCOME_TIMEOUT << OUTCOME_UNREACHABLE;
  return causes >> outcome & 1;
}

/* Where a frame is, seen from its callee. */
enum frame_state {
  FRAME_FREE,
  FRAME_MADE,       /* not sent: its maker, which counts as its callee, has it, asleep or not */
  FRAME_HELD_UP,    /* reached the callee, which hangs and will see it when that is over */
  FRAME_TRAVELLING, /* on its way to the callee */
  FRAME_QUEUED,     /* waits at the callee */
  FRAME_WORKING,    /* the callee works on it until due_ns; stands still while the callee hangs */
  FRAME_SHARING,    /* as WORKING, but its station keeps the time (processor sharing) */
  FRAME_SLEEPING,   /* a timer that no fault of the callee touches (a sleep, a back-off) */
  FRAME_WAITING,    /* the callee waits for calls of its own */
  FRAME_RESETTING,  /* its server broke; the answer that says so is about to be sent */
  FRAME_REPLYING,   /* the answer is on its way back */
  FRAME_LOST,       /* vanished: nobody will ever answer */
  FRAME_STATES
};

enum frame_flags {
  CALL_ROOT = 1,       /* made by a member on its own account: `parent` is that member's id */
  CALL_ABANDONED = 2,  /* the caller waits no longer */
  CALL_MESSAGE = 4,    /* among members of a kind, or a health check: see message.h */
  CALL_UNWANTED = 8,   /* the callee was told that nobody waits any more: see abandon.h */
  CALL_DETACHED = 16,  /* counted as ended: the rest of a handler whose caller has its answer, or
                          given up while it was held up */
  CALL_RELEASED = 32,  /* callee: no worker holds it while it waits for calls of its own */
  CALL_TRACED = 64,    /* belongs to a followed request: see trace.h */
  CALL_DEGRADED = 128, /* its answer is second best: somewhere a fallback was taken */
};

struct frame {
  /* The pool's. */
  uint32_t stamp;
  uint32_t next; /* link of the queue it is in, or of the free list */
  /* The caller's. */
  uint32_t parent; /* slot of the call on whose behalf this one is made, or a member's id */
  uint32_t parent_stamp;
  uint64_t key;     /* identity of the request for all random draws */
  uint64_t sent_ns; /* when the caller (meant to) send it; latency counts from here */
  /* The callee's. */
  uint64_t mark_ns; /* start of the present wait or hold */
  uint64_t due_ns;  /* end of the present work or sleep; while it stands still: ~(work left) */
  /* The caller's. */
  uint32_t item;  /* data key, 0 = none */
  uint32_t place; /* member id of the callee in the low 24 bits, enum frame_state above: one word,
                     so that setting both is one store and reading either never waits for it */
  uint16_t site;  /* the caller's own mark: which step, which attempt, which backend */
  /* The callee's. */
  uint16_t pc;      /* position in its handler */
  uint16_t pending; /* calls it still waits for; from the reply on: the enum outcome */
  /* The caller's. */
  uint8_t op;    /* index into spec.op */
  uint8_t flags; /* enum frame_flags */
};
static_assert(sizeof(struct frame) == 64, "a frame fills one cache line");

static inline uint32_t frame_callee(const struct frame *frame) {
  return frame->place & 0xffffff;
}

static inline enum frame_state frame_state(const struct frame *frame) {
  return (enum frame_state)(frame->place >> 24);
}

/* Whether the callee has the frame: it is queued, worked on, asleep or waiting there. */
static inline bool frame_is_handled(const struct frame *frame) {
  return frame_state(frame) >= FRAME_QUEUED && frame_state(frame) <= FRAME_WAITING;
}

/* The states that each state may follow, one bit each. A change that is not here is a mistake of
 * the code that makes it: a call answered twice, sent twice, worked on after its end. */
#define AFTER(state) (1u << FRAME_##state)
#define AFTER_ARRIVAL                                                                      \
  (AFTER(TRAVELLING) | AFTER(QUEUED) | AFTER(WORKING) | AFTER(SHARING) | AFTER(SLEEPING) | \
   AFTER(WAITING))
static const uint16_t frame_follows[FRAME_STATES] = {
    [FRAME_FREE] = AFTER(MADE) | AFTER(REPLYING) | AFTER(LOST),
    [FRAME_MADE] = AFTER(FREE),
    [FRAME_TRAVELLING] = AFTER(MADE) | AFTER(HELD_UP),
    [FRAME_HELD_UP] = AFTER(TRAVELLING),
    [FRAME_QUEUED] = AFTER_ARRIVAL & ~AFTER(QUEUED),
    [FRAME_WORKING] = AFTER_ARRIVAL,
    [FRAME_SHARING] = AFTER_ARRIVAL,
    [FRAME_SLEEPING] = AFTER_ARRIVAL,
    [FRAME_WAITING] = AFTER_ARRIVAL,
    [FRAME_RESETTING] = AFTER_ARRIVAL & ~AFTER(TRAVELLING),
    [FRAME_REPLYING] = AFTER_ARRIVAL | AFTER(RESETTING),
    [FRAME_LOST] = AFTER(TRAVELLING) | AFTER(REPLYING),
};
#undef AFTER_ARRIVAL
#undef AFTER

/* Where the states that `state` may follow have numbers in a row, one comparison tells. */
static inline bool frame_may_become(const struct frame *frame, enum frame_state state) {
  uint32_t set = frame_follows[state], least = (uint32_t)__builtin_ctz(set), row = set >> least;
  if (!__builtin_constant_p(state) || (row & (row + 1)) != 0) return set >> frame_state(frame) & 1;
  return frame->place - (least << 24) < (uint32_t)__builtin_popcount(row) << 24;
}

static inline void frame_set_state(const struct sim *sim, struct frame *frame,
                                   enum frame_state state) {
  sim_assert(sim, frame_callee(frame), frame_may_become(frame, state),
             "a call cannot come into this state now: was it answered or sent twice?");
  frame->place = frame_callee(frame) | (uint32_t)state << 24;
}

static inline void frame_set_place(struct frame *frame, uint32_t callee, enum frame_state state) {
  frame->place = callee | (uint32_t)state << 24;
}

#endif

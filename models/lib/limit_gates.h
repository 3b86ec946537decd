/* The limits of one member: one limiter for each step `limit` of its programs. */
#ifndef LIMIT_GATES_H
#define LIMIT_GATES_H

#include "outline.h"
#include "program.h"
#include "rate_limiter.h"
#include "sim.h"

struct limits {
  uint32_t n;
  struct limit_gate {
    const struct step *step;
    uint32_t limiters;
    bool lent;               /* the store's, and kept by the first member */
    struct limiter *limiter; /* of others, then of each tier that has a rate of its own */
  } * limit;
  uint64_t refused, delayed;
  uint64_t left, told; /* calls that callers could still make at once, by the calls that came */
};

/* Whether any of the handlers has a limit. */
bool limits_are_in(const struct handlers *on);

/* `first`: of the first member of the component, which has those that are counted in a store; NULL:
 * this is it. */
void limits_init(struct sim *sim, struct limits *limits, const struct handlers *on,
                 const struct limits *first);
void limits_free(struct limits *limits);
/* What the member itself counted. */
void limits_clear(struct limits *limits);

/* How long the call has to wait at the step, or LIMITER_REFUSED. */
uint64_t limits_take(struct sim *sim, struct limits *limits, const struct step *step,
                     const struct frame *call);

/* What passes a limit depends on what comes: a branch of unknown chance, on or to the step `end`.
 */
void limits_outline(const struct limit_config *limit, uint32_t end, struct outline *out,
                    struct outline_step *to);

void limits_check(const struct limits *limits, const struct member *member, struct checks *out);

#endif

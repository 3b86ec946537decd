/* What a service does for each operation, laid out for the calls that come.
 *
 * A plan says in one cache line what most calls need to know, and has in the next one the draws of
 * the work that begins its program. Members of a group share the plans of their component; only the
 * rows of draws change. */
#ifndef SERVICE_PLAN_H
#define SERVICE_PLAN_H

#include "draw_row.h"
#include "program.h"
#include "service_config.h"
#include "sim.h"

struct plan {
  struct stream work;       /* of the service */
  const struct step *steps; /* of its program; NULL: none */
  const struct program *program;
  uint32_t first_call;  /* calls of the programs before it */
  bool works_first : 1; /* the first step is work, */
  bool quick : 1;       /* whose draw is quick (dist_is_quick), */
  bool only_works : 1;  /* and nothing follows it */
  uint16_t ordinal;     /* of that step */
  /* The second step is this call, the program's only one, and its last; NULL: it is not so. */
  const struct program_call *then;
  /* Of that call, so that neither it nor its component need be looked at: */
  uint64_t then_timeout_ns;
  uint32_t then_to;    /* the only member of its component; MEMBER_NONE: there are several */
  int32_t then_op;     /* or OP_INHERIT */
  struct draw_row row; /* of that step, if it is quick */
};
static_assert(sizeof(struct plan) == 128, "a plan fills two cache lines");

/* When its work is done, most calls either end or make a call, which the station does not see. */
extern const struct touches service_touches[EVENT_MEMBER + 1];

/* The plans of a component by operation; from sim->arena. */
struct plan *service_plans(struct sim *sim, const struct component *self);

/* Draws of one request: its key is the entity, the step's ordinal the block. */
static inline uint64_t step_block(const struct step *step) {
  return (uint64_t)step->ordinal << 32;
}
static inline uint64_t plan_block(const struct plan *plan) {
  return (uint64_t)plan->ordinal << 32;
}

static inline uint64_t step_time(const struct stream *stream, const struct frame *call,
                                 const struct step *step) {
  return dist_draw_keyed(&step->dist, stream, call->key, step_block(step));
}

/* Of the first step, if its draw is quick and there. */
static inline bool plan_has_time(const struct plan *plan, const struct frame *call,
                                 uint64_t *work_ns) {
  return draw_row_has(&plan->row, &plan->work, call->key, plan_block(plan), work_ns);
}

/* Of the first step, which is work. */
static inline uint64_t plan_time(struct plan *plan, const struct frame *call) {
  uint64_t work_ns;
  if (plan_has_time(plan, call, &work_ns)) return work_ns;
  const struct dist *dist = &plan->steps->dist;
  if (__builtin_expect(!plan->quick, 0)) {
    return dist_draw_keyed_slow(dist, &plan->work, call->key, plan_block(plan));
  }
  return draw_row_take(&plan->row, dist, &plan->work, call->key, plan_block(plan));
}

#endif

#include "service_run.h"

#include "abandon.h"
#include "call.h"
#include "delivery.h"
#include "outline.h"
#include "price.h"
#include "service_calls.h"

/* A call is about to end: what it has of the service beside a worker. */
static __attribute__((noinline)) void leave_extras(struct sim *sim, struct member *member,
                                                   struct frame *call, enum outcome outcome) {
  struct service_state *s = member->state;
  if (s->coordinates) coordinator_ends(sim, member, &s->coordinator, call);
  if (s->locks) locker_leaves(sim, member, &s->locker, call);
  if (s->pool.config != NULL) environment_left(sim, member, &s->pool, call);
  if (s->consumer.config != NULL) {
    delivery_worked(sim, &s->consumer, call, outcome == OUTCOME_OK);
  }
}

struct frame *service_end(struct sim *sim, struct member *member, struct frame *call,
                          enum outcome outcome) {
  struct service_state *s = member->state;
  struct frame *next = NULL;
  if (__builtin_expect(s->has_extras, 0)) leave_extras(sim, member, call, outcome);
  if (!(call->flags & CALL_RELEASED)) {
    if (__builtin_expect(s->bills_time, 0)) price_worked(sim, member, sim->now_ns - call->mark_ns);
    next = station_leave(sim, &s->station, call);
  }
  call_reply(sim, call, outcome);
  if (__builtin_expect(s->uses_memory, 0)) footprint_call_ended(sim, member, &s->memory);
  return next;
}

void service_take_out(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  if (__builtin_expect(s->has_extras, 0)) leave_extras(sim, member, call, OUTCOME_RESET);
  bool came = frame_state(call) == FRAME_QUEUED;
  call_reply(sim, call, OUTCOME_RESET);
  if (__builtin_expect(s->uses_memory, 0) && came) footprint_call_gone(sim, member, &s->memory);
}

struct frame *service_release_worker(struct sim *sim, struct service_state *s, struct frame *call) {
  if (!s->is_async || call->flags & CALL_RELEASED) return NULL;
  call->flags |= CALL_RELEASED;
  return station_leave(sim, &s->station, call);
}

/* --- steps that call others ----------------------------------------------------------------- */

static struct frame *start_calls(struct sim *sim, struct member *member, struct frame *call,
                                 const struct program *program, const struct step *step) {
  if (step->kind == STEP_CALL) {
    struct frame *next = service_await_one(sim, member->state, call);
    service_send(sim, member, call, &program->call[step->first], step->first, 0);
    return next;
  }
  frame_set_state(sim, call, FRAME_WAITING);
  call->pending = (uint16_t)service_calls_in(sim, program, step);
  call->due_ns = STILL_SENDING;
  struct frame *next = service_release_worker(sim, member->state, call);
  for (uint32_t i = 0; i < step->count; i++) {
    uint64_t copies = program_call_copies(sim->spec, &program->call[step->first + i]);
    for (uint32_t k = 0; k < copies; k++) {
      if (__builtin_expect(service_passes_over(sim, &program->call[step->first + i], k), 0)) {
        call->due_ns += UINT64_C(1) << 32;
        call->pending--;
        continue;
      }
      service_send(sim, member, call, &program->call[step->first + i], step->first + i, k);
    }
  }
  call->due_ns &= ~STILL_SENDING;
  service_decide(sim, member, call, step, service_judge(sim, program, step, call), OUTCOME_FAILED);
  return next;
}

/* A transaction is decided: its handler goes on when all have heard. */
static struct frame *start_telling(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  frame_set_state(sim, call, FRAME_WAITING);
  call->due_ns = STILL_SENDING;
  struct frame *next = service_release_worker(sim, s, call);
  coordinator_decides(sim, member, &s->coordinator, call);
  call->due_ns = 0;
  if (call->pending == 0) service_decide(sim, member, call, NULL, GOES_ON, OUTCOME_OK);
  return next;
}

/* --- the interpreter ------------------------------------------------------------------------ */

static const struct program *program_of(const struct member *member, const struct frame *call) {
  const struct service_state *s = member->state;
  return s->plan[call->op].program;
}

/* Answers the caller and goes on with a frame on nobody's account. */
static struct frame *reply_early(struct sim *sim, const struct service_state *s,
                                 struct frame *call) {
  struct frame *rest = call_detach(sim, call);
  if (s->consumer.config != NULL) delivery_goes_on(sim, call, rest);
  if (s->locks) locker_goes_on(sim, call, rest);
  call_reply(sim, call, OUTCOME_OK);
  return rest;
}

/* The worker takes up another call, which is returned; the rest of this one goes on by itself at
 * the same instant, as if it had slept. */
static struct frame *hand_over(struct sim *sim, struct member *member, struct frame *rest) {
  struct service_state *s = member->state;
  if (s->bills_time) price_worked(sim, member, sim->now_ns - rest->mark_ns);
  struct frame *next = station_leave(sim, &s->station, rest);
  rest->flags |= CALL_RELEASED;
  call_sleep(sim, member, rest, 0);
  return next;
}

static bool branch_taken(const struct service_shared *shared, const struct frame *call,
                         const struct step *step) {
  if (step->op >= 0 && call->op != step->op) return false;
  if (step->causes && !(step->causes >> call->pending & 1)) return false;
  if (step->chance >= 1) return true;
  struct draws draws = draws_begin(shared->branch, call->key, step_block(step));
  return draws_unit(&draws) < step->chance;
}

/* Whether a call of an event loop would have to queue again although nobody waits for it. */
static bool is_dropped(struct service_state *s, const struct frame *call) {
  if (!(call->flags & CALL_UNWANTED) || s->config->cancel < CANCEL_QUEUED) return false;
  s->cancelled++;
  return true;
}

/* An asleep or waiting call of an event loop needs a worker again before it can go on. False: it
 * has to wait for one. */
static bool worker_again(struct sim *sim, struct service_state *s, struct frame *call) {
  call->flags &= (uint8_t)~CALL_RELEASED;
  return station_enter(sim, &s->station, call, class_of(sim, s, call), true) == STATION_STARTED;
}

/* The answer becomes smaller; how long that takes. */
static uint64_t compress(struct sim *sim, struct frame *call, const struct step *step) {
  double bytes = call_bytes(sim, call, true);
  call_set_answer_bytes(sim, call, bytes * step->chance);
  return dist_whole(bytes * dist_mean(&step->dist));
}

static __attribute__((cold, noinline)) uint64_t work_on_bytes(struct sim *sim,
                                                              const struct service_state *s,
                                                              struct frame *call,
                                                              const struct step *step) {
  if (step->kind == STEP_COMPRESS) return compress(sim, call, step);
  double bytes = 0;
  if (step->need != 2) bytes += call_bytes(sim, call, false);
  if (step->need != 1) bytes += call_bytes(sim, call, true);
  return dist_whole((double)step_time(&s->plan->work, call, step) + bytes * step->chance);
}

/* Runs a call from its pc until it has to wait or ends. Returns the call that its worker takes up
 * instead, or NULL. */
static struct frame *run_one(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  const struct program *program = program_of(member, call);
  if (__builtin_expect(s->has_extras, 0) && s->pool.config != NULL && call->pc == 0 &&
      environment_awaited(sim, member, &s->pool, call)) {
    return NULL;
  }
  for (;;) {
    const struct step *step = &program->step[call->pc];
    switch (step->kind) {
      case STEP_COMPRESS:
      case STEP_WORK_BYTES:
      case STEP_WORK: {
        if (call->flags & CALL_RELEASED) {
          if (is_dropped(s, call)) return service_end(sim, member, call, OUTCOME_RESET);
          if (!worker_again(sim, s, call)) return NULL;
        }
        uint64_t work_ns = __builtin_expect(step->kind != STEP_WORK, 0)
                               ? work_on_bytes(sim, s, call, step)
                               : step_time(&s->plan->work, call, step);
        station_work(sim, member, &s->station, call, work_ns);
        return NULL;
      }
      case STEP_SLEEP: {
        call_sleep(sim, member, call, step_time(&s->shared->sleep, call, step));
        return service_release_worker(sim, s, call);
      }
      case STEP_CALL:
        if (__builtin_expect(!service_waits_for(&program->call[step->first]), 0)) {
          call->pc++;
          service_send_unheard(sim, member, call, &program->call[step->first], step->first);
          break;
        }
        return start_calls(sim, member, call, program, step);
      case STEP_PARALLEL:
        return start_calls(sim, member, call, program, step);
      case STEP_BRANCH:
        call->pc = branch_taken(s->shared, call, step) ? (uint16_t)(call->pc + 1) : step->target;
        break;
      case STEP_JUMP:
        call->pc = step->target;
        break;
      case STEP_LIMIT: {
        uint64_t wait_ns = limits_take(sim, &s->limits, step, call);
        if (wait_ns == LIMITER_REFUSED) return service_end(sim, member, call, OUTCOME_RATE_LIMITED);
        if (wait_ns > 0) {
          call_sleep(sim, member, call, wait_ns);
          trace_mark(sim, call, PART_LIMIT);
          return service_release_worker(sim, s, call);
        }
        call->pc++;
        break;
      }
      case STEP_SHED:
        if (!service_sheds_pass(sim, &s->sheds, step, &s->station, call)) {
          return service_end(sim, member, call, OUTCOME_SHED);
        }
        call->pc++;
        break;
      case STEP_UNLOCK:
        call->pc++;
        if (s->locks) locker_leaves(sim, member, &s->locker, call);
        break;
      case STEP_DECIDE:
        return start_telling(sim, member, call);
      case STEP_FAIL:
        return service_end(sim, member, call, (enum outcome)step->outcome);
      case STEP_REPLY:
        if (!call_is_rest(call)) call = reply_early(sim, s, call);
        if (step->hand_over && !(call->flags & CALL_RELEASED)) return hand_over(sim, member, call);
        call->pc++;
        break;
      case STEP_END:
        return service_end(sim, member, call, OUTCOME_OK);
    }
  }
}

/* In a pause nothing goes on, not even what takes no time: it is work of none, after which on_timer
 * takes the step that was to come. */
static __attribute__((cold, noinline)) void go_on_after_pause(struct sim *sim,
                                                              struct member *member,
                                                              struct frame *call) {
  struct service_state *s = member->state;
  call->pc--;
  station_share(sim, member, &s->station, call, 0);
}

/* Nor does a call end then. */
static void end(struct sim *sim, struct member *member, struct frame *call, enum outcome outcome) {
  struct service_state *s = member->state;
  if (__builtin_expect(s->pace.paused, 0)) {
    call->pc = PC_ENDS;
    call->pending = (uint16_t)outcome;
    station_share(sim, member, &s->station, call, 0);
    return;
  }
  service_take_up(sim, member, service_end(sim, member, call, outcome));
}

void service_run(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  if (__builtin_expect(s->pace.paused, 0)) {
    go_on_after_pause(sim, member, call);
    return;
  }
  do {
    call = run_one(sim, member, call);
  } while (call && !service_start_drawn(sim, member, call));
}

/* Goes on with what is to be done instead of failing; the answer is second best from now on. */
static void fall_back(struct member *member, struct frame *call, const struct step *step,
                      enum outcome outcome) {
  struct service_state *s = member->state;
  s->fallbacks++;
  call->flags |= CALL_DEGRADED;
  call->pending = (uint16_t)outcome; /* for those who ask for the cause */
  call->pc = step->target;
}

void service_decide(struct sim *sim, struct member *member, struct frame *call,
                    const struct step *step, enum verdict verdict, enum outcome outcome) {
  /* A quorum's other members (`each`) do what they were asked all the same. */
  bool drops = verdict != STILL_WAITS && step && step->kind == STEP_PARALLEL && call->pending > 0;
  if (__builtin_expect(drops, 0) && !program_of(member, call)->call[step->first].each) {
    call_pass_on(sim, call);
  }
  switch (verdict) {
    case STILL_WAITS:
      return;
    case GOES_ON:
      call->pc++;
      break;
    case FAILS:
      if (step->target == 0 || (step->causes && !(step->causes >> outcome & 1))) {
        enum outcome ends = causes_have(step->passes, outcome) ? outcome : OUTCOME_FAILED;
        end(sim, member, call, ends);
        return;
      }
      fall_back(member, call, step, outcome);
      break;
  }
  service_run(sim, member, call);
}

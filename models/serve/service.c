/* service: servers with workers and a queue that run a handler for each operation. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "arena.h"
#include "call.h"
#include "conditional.h"
#include "delivery.h"
#include "fault_def.h"
#include "outbound_params.h"
#include "outline.h"
#include "price.h"
#include "program.h"
#include "service_calls.h"
#include "service_life.h"
#include "service_run.h"
#include "service_state.h"

/* The work of a call that has to wait is drawn when it queues, when nothing depends on it, and not
 * when its worker is free, when the next event does: a tenth less time on M/M/1. */
static inline void draw_ahead(const struct service_state *s, struct frame *call) {
  struct plan *plan = &s->plan[call->op];
  if (plan->works_first) station_draw(call, plan_time(plan, call));
}

/* Most handlers begin with work, and do nothing else or make a call and end: what follows is
 * service_run for these, without its detours. */

static inline void start(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  struct plan *plan = &s->plan[call->op];
  if (!plan->works_first) {
    service_run(sim, member, call);
    return;
  }
  station_work(sim, member, &s->station, call, plan_time(plan, call));
}

static __attribute__((noinline)) void timer_otherwise(struct sim *sim, struct member *member,
                                                      struct frame *call) {
  const struct plan *plan = &((struct service_state *)member->state)->plan[call->op];
  if (plan->then && call->pc == 0) {
    call->pc = 1;
    struct frame *next = service_await_one(sim, member->state, call);
    service_send_then(sim, member, call, plan);
    service_take_up(sim, member, next);
  } else if (__builtin_expect(call->pc == PC_ENDS, 0)) {
    enum outcome outcome = (enum outcome)call->pending;
    service_take_up(sim, member, service_end(sim, member, call, outcome));
  } else {
    call->pc++;
    service_run(sim, member, call);
  }
}

static __attribute__((noinline)) void worked(struct sim *sim, struct member *member,
                                             struct frame *call) {
  struct service_state *s = member->state;
  service_take_up(sim, member, station_leave(sim, &s->station, call));
  call_reply(sim, call, OUTCOME_OK);
}

/* Whether `next` can be taken up by what is written down below alone. */
static inline bool is_taken_up_plainly(const struct sim *sim, const struct member *member,
                                       const struct frame *next) {
  const struct service_state *s = member->state;
  return next != NULL && s->plain_queue && !s->station.on_cores && next->pc == 0 &&
         s->plan[next->op].works_first && hist_has_room(&s->station.wait) &&
         call_works_plainly(sim, member, next, station_drawn(next));
}

/* Under load most workers go from a call that only works to the next one. As only the answer at the
 * end is a call, this part saves no registers: see service_on_call. */
static void service_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  if (!s->plan[call->op].only_works) {
    timer_otherwise(sim, member, call);
    return;
  }
  struct frame *next = station_next(sim, &s->station);
  if (!is_taken_up_plainly(sim, member, next)) {
    worked(sim, member, call);
    return;
  }
  uint64_t work_ns = station_drawn(next);
  station_pass_on(sim, &s->station, call, next);
  call_work_plainly(sim, next, work_ns);
  call_reply(sim, call, OUTCOME_OK);
}

/* Who stands still sends no signs of life either. */
static void note_pause(struct sim *sim, struct member *member) {
  struct service_state *s = member->state;
  if (!s->consumer.config || s->consumer.paused == s->pace.paused) return;
  s->consumer.paused = s->pace.paused;
  consumer_changes(sim, member, false);
}

static void service_on_due(struct sim *sim, struct member *member, struct timer *departure) {
  struct service_state *s = member->state;
  if (__builtin_expect(departure == &s->coordinator.again, 0)) {
    coordinator_goes_on(sim, member, &s->coordinator);
    return;
  }
  if (s->pool.config != NULL && departure == &s->pool.expiry) {
    environments_expire(sim, member, &s->pool);
    return;
  }
  if (s->uses_memory && footprint_due(sim, member, &s->memory, departure)) return;
  if (s->locks && locker_due(sim, member, &s->locker, departure, s->pace.paused)) return;
  struct frame *done = station_due(sim, member, &s->station, departure);
  note_pause(sim, member);
  if (done) service_on_timer(sim, member, done);
}

static __attribute__((cold, noinline)) void no_handler(struct sim *sim, struct member *member,
                                                       struct frame *call) {
  sim_fail(sim, "service \"%s\" received operation '%s' and has no handler for it",
           member->component->spec->name, sim->spec->op[call->op]);
  call_reply(sim, call, OUTCOME_FAILED);
}

static uint32_t class_of_waiting(const struct sim *sim, const void *service,
                                 const struct frame *call) {
  return class_listed(sim, service, call);
}

/* Of a lower class than the newcomer; NULL: nobody who waits is. */
static struct frame *make_room(struct sim *sim, struct service_state *s, const struct frame *call) {
  if (s->station.discipline == DISCIPLINE_PRIORITY) {
    return station_evict(sim, &s->station, class_of(sim, s, call));
  }
  return station_evict_newest(sim, &s->station, class_of_waiting, s, class_listed(sim, s, call));
}

/* The queue is full. With `evict` the newcomer takes the place of a call of a lower class. */
static __attribute__((noinline)) void refuse_one(struct sim *sim, struct member *member,
                                                 struct frame *call) {
  struct service_state *s = member->state;
  struct frame *refused = call;
  if (s->config->evict) {
    struct frame *lowest = make_room(sim, s, call);
    if (lowest) {
      s->evicted++;
      station_enter(sim, &s->station, call, class_of(sim, s, call), false);
      draw_ahead(s, call);
      refused = lowest;
    }
  }
  if (s->uses_memory) s->memory.calls--;
  call_reply(sim, refused, OUTCOME_REFUSED);
}

/* What a service asks before a call may come in, if it asks anything. False: the call was answered.
 */
static __attribute__((noinline)) bool let_in(struct sim *sim, struct service_state *s,
                                             struct frame *call) {
  if (s->consumer.config != NULL && delivery_is_done(sim, &s->consumer, call)) {
    call_reply(sim, call, OUTCOME_OK);
    return false;
  }
  if (s->works_on_bytes) call_keep_bytes(sim, call);
  if (s->sheds.n > 0 &&
      !service_sheds_admit(sim, &s->sheds, s->plan[call->op].program, &s->station, call)) {
    call_reply(sim, call, OUTCOME_SHED);
    return false;
  }
  return true;
}

static __attribute__((noinline)) void take_in(struct sim *sim, struct member *member,
                                              struct frame *call) {
  struct service_state *s = member->state;
  if (__builtin_expect(!s->plan[call->op].steps, 0)) {
    no_handler(sim, member, call);
    return;
  }
  call->pc = 0;
  if (__builtin_expect(s->has_extras, 0) && !let_in(sim, s, call)) return;
  if (__builtin_expect(s->uses_memory, 0)) s->memory.calls++;
  bool by_work = s->station.discipline == DISCIPLINE_SJF;
  if (by_work && s->station.held >= s->station.workers) draw_ahead(s, call);
  switch (station_enter(sim, &s->station, call, class_of(sim, s, call), false)) {
    case STATION_STARTED:
      start(sim, member, call);
      break;
    case STATION_QUEUED:
      if (!by_work) draw_ahead(s, call);
      break;
    case STATION_FULL:
      refuse_one(sim, member, call);
      break;
  }
  if (__builtin_expect(s->uses_memory, 0)) footprint_grows(sim, member, &s->memory);
}

/* Under load most calls have to wait, and most of these need nothing but a place and a draw. As
 * everything else is one call at the end, this part saves no registers: a tenth fewer instructions
 * for such a call. */
static void service_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  uint64_t work_ns;
  if (s->plain_queue && station_has_to_wait(&s->station) && !(call->flags & CALL_TRACED) &&
      plan_has_time(&s->plan[call->op], call, &work_ns)) {
    call->pc = 0;
    station_draw(call, work_ns);
    station_queue(sim, &s->station, call);
    return;
  }
  take_in(sim, member, call);
}

/* The work for a new connection waits for a worker like a call, in the last class. */
static void service_on_connection(struct sim *sim, struct member *member, struct frame *work,
                                  uint64_t work_ns) {
  struct service_state *s = member->state;
  work->pc = 0;
  work->op = (uint8_t)(sim->spec->ops ? sim->spec->ops : 1);
  station_draw(work, work_ns);
  switch (station_enter(sim, &s->station, work, class_of(sim, s, work), false)) {
    case STATION_STARTED:
      station_work(sim, member, &s->station, work, work_ns);
      break;
    case STATION_QUEUED:
      break;
    case STATION_FULL:
      call_reply(sim, work, OUTCOME_REFUSED);
      break;
  }
}

/* A message that was sent without waiting never came to its topic. */
static __attribute__((cold, noinline)) void unheard(const struct sim *sim,
                                                    const struct frame *child) {
  struct component *to = sim->member[frame_callee(child)].component;
  if (to->kind->message_unheard) to->kind->message_unheard(to);
}

static void service_on_reply(struct sim *sim, struct member *member, struct frame *call,
                             struct frame *child, enum outcome outcome) {
  struct service_state *s = member->state;
  bool told = __builtin_expect(s->coordinates, 0) &&
              coordinator_hears(sim, member, &s->coordinator, child, outcome);
  if (call == NULL) {
    if (told) return;
    if (outcome != OUTCOME_OK) unheard(sim, child);
    return;
  }
  if (outbound_takes(sim, child, outcome)) return;
  if (child->site != call->pc || frame_state(call) != FRAME_WAITING)
    return; /* of a step that is over */
  if (__builtin_expect(sim->ledger != NULL, 0) && outcome == OUTCOME_OK) {
    ledger_pass_on(sim, child, call);
  }
  compare_pass_on(sim, child, call);
  const struct plan *plan = &((struct service_state *)member->state)->plan[call->op];
  if (plan->then && outcome == OUTCOME_OK) {
    call->pc = 2;
    service_take_up(sim, member, service_end(sim, member, call, OUTCOME_OK));
    return;
  }
  const struct program *program = plan->program;
  const struct step *step = &program->step[call->pc];
  if (step->kind == STEP_CALL) {
    const struct program_call *made = &program->call[step->first];
    if (__builtin_expect(made->locks, 0) && outcome == OUTCOME_OK) {
      locker_takes(sim, member, &s->locker, call, child, made);
    }
    if (__builtin_expect(step->passes >> outcome & 1, 0)) call_tell_when(sim, child, call);
    service_decide(sim, member, call, step, outcome == OUTCOME_OK ? GOES_ON : FAILS, outcome);
    return;
  }
  call->pending--;
  if (outcome != OUTCOME_OK) call->due_ns++;
  if (call->due_ns & STILL_SENDING) return;
  if (step->kind == STEP_DECIDE) {
    if (call->pending == 0) service_decide(sim, member, call, step, GOES_ON, outcome);
    return;
  }
  service_decide(sim, member, call, step, service_judge(sim, program, step, call), OUTCOME_FAILED);
}

/* --- giving up ------------------------------------------------------------------------------ */

static enum heed service_heeds(const void *config) {
  switch ((enum cancel)((const struct service_config *)config)->cancel) {
    case CANCEL_NEVER:
      return HEED_NOTHING;
    case CANCEL_PASSED_ON:
      return HEED_PASS_ON;
    case CANCEL_QUEUED:
    case CANCEL_RUNNING:
      return HEED_STOP;
  }
  return HEED_NOTHING;
}

/* Ends a call that has begun: what it holds is free, and what was done for it is given up. */
static void stop(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  s->stopped++;
  if (frame_state(call) == FRAME_SHARING) station_unshare(sim, &s->station, call);
  if (frame_state(call) == FRAME_WAITING) call_abandon_made(sim, call);
  call->due_ns = TIME_NEVER; /* its timer comes to nothing */
  service_take_up(sim, member, service_end(sim, member, call, OUTCOME_RESET));
}

static void service_on_cancel(struct sim *sim, struct member *member, struct frame *call) {
  struct service_state *s = member->state;
  enum cancel cancel = (enum cancel)s->config->cancel;
  enum frame_state where = frame_state(call);
  if (where == FRAME_TRAVELLING || where == FRAME_QUEUED) {
    if (cancel < CANCEL_QUEUED) return;
    s->cancelled++;
    if (where == FRAME_QUEUED) station_cancel(sim, &s->station, call, class_of(sim, s, call));
    service_take_out(sim, member, call);
  } else if (cancel == CANCEL_RUNNING) {
    stop(sim, member, call);
  } else if (where == FRAME_WAITING) {
    call_pass_on(sim, call);
  }
}

static void service_on_life(struct sim *sim, struct member *member) {
  footprint_lives(sim, member, &((struct service_state *)member->state)->memory);
}

static void service_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                             bool begins) {
  struct service_state *s = member->state;
  if (fault == &fault_crash && begins) {
    limits_clear(&s->limits);
    service_sheds_clear(&s->sheds);
    if (s->locks) locker_crash(sim, &s->locker);
    environments_clear(sim, &s->pool);
    footprint_clear(sim, member, &s->memory);
  }
  station_fault(sim, member, &s->station, fault, begins);
  if (fault == &fault_crash && s->coordinates) {
    coordinator_crash(sim, member, &s->coordinator, begins);
  }
  s->consumer.paused = s->pace.paused;
  if (s->consumer.config && (fault == &fault_hang || fault == &fault_crash)) {
    consumer_changes(sim, member, fault == &fault_crash && !begins);
  }
}

static struct consumer *service_consumer(struct member *member) {
  return &((struct service_state *)member->state)->consumer;
}

/* --- the kind ------------------------------------------------------------------------------- */

static struct station *service_station(struct member *member) {
  return &((struct service_state *)member->state)->station;
}

static uint64_t service_memory(const struct member *member) {
  return ((const struct service_state *)member->state)->memory.used.value;
}

static void service_fetch(const struct sim *sim, const struct member *member,
                          enum event_kind event) {
  const struct service_state *s = member->state;
  if (event == EVENT_REPLY) {
    station_fetch(sim, &s->station);
  } else if (event == EVENT_TIMER && s->plan->only_works) {
    for (int i = 0; i < STATION_LINES; i++)
      __builtin_prefetch((const char *)&s->station + 64 * i, 1);
  }
}

static void service_on_held(struct sim *sim, struct member *member) {
  struct service_state *s = member->state;
  if (s->uses_memory) footprint_grows(sim, member, &s->memory);
}

const struct kind kind_service = {
    .name = "service",
    .summary = "Servers with workers and a queue that run a handler for each operation.",
    .doc = service_doc,
    .example =
        "client \"users\" { arrivals = poisson \"50/s\", target = \"shop\", "
        "mix = { browse = 0.9, buy = 0.1 } }\n"
        "service \"shop\" { instances = 2, workers = 4, queue = 64,\n"
        "  on = { browse = { work(exponential \"20ms\") },\n"
        "         buy = { work(exponential \"30ms\"), call { \"stock\", timeout = \"200ms\" } } } "
        "}\n"
        "service \"stock\" { workers = 2, work = lognormal { p50 = \"5ms\", p99 = \"40ms\" } }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = service_params,
    .on_demand = true,
    .bills_time = true,
    .paid_s = service_paid_s,
    .place = service_place,
    .meters = service_meters,
    .has_meter = service_has_meter,
    .metrics = service_metrics,
    .config_size = sizeof(struct service_config),
    .state_size = sizeof(struct service_state),
    .validate = service_validate,
    .outline = service_outline,
    .subscription = service_subscription,
    .consumer = service_consumer,
    .subscriber_workers = service_workers,
    .init = service_init,
    .start = service_start,
    .on_call = service_on_call,
    .on_reply = service_on_reply,
    .on_timer = service_on_timer,
    .on_due = service_on_due,
    .on_cancel = service_on_cancel,
    .heeds = service_heeds,
    .accept = service_accept,
    .on_connection = service_on_connection,
    .on_fault = service_on_fault,
    .on_life = service_on_life,
    .on_held = service_on_held,
    .own_faults = (const struct fault_def *const[]){&fault_leak, NULL},
    .message_bytes = service_message_bytes,
    .station = service_station,
    .tenancy = service_tenancy,
    .memory = service_memory,
    .touches = service_touches,
    .fetch = service_fetch,
    .check = service_check,
    .destroy = service_destroy,
};

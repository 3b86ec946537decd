/* A queueing station: workers, a queue in front of them, and what is measured about both.
 *
 * A frame enters, waits until a worker is free, is held by that worker until it leaves. The station
 * keeps exact time integrals of how many wait and how many are held, and independently the sums of
 * the waits and holds of single frames; Little's law says that both agree to the nanosecond, and
 * the engine checks this after each run.
 *
 * Under processor sharing and where one interrupts another (SRPT, the preemptive ones) nobody waits
 * here: all frames are with the workers (cores.h).
 * Under SJF those who wait are ordered by the work that was drawn for them before they entered.
 * Work also runs on cores where a pace (pace.h) changes how fast it is, and on a host, whose cores
 * are shared with other stations. */
#ifndef STATION_H
#define STATION_H

#include <assert.h>
#include <stddef.h>

#include "call.h"
#include "cores.h"
#include "sim.h"

enum discipline {
  DISCIPLINE_FIFO,
  DISCIPLINE_LIFO,
  DISCIPLINE_PRIORITY,
  DISCIPLINE_SJF, /* shortest job first, by the work that was drawn for those who wait */
  DISCIPLINE_PS,
  DISCIPLINE_SRPT,                /* shortest remaining processing time: a shorter one interrupts */
  DISCIPLINE_PREEMPTIVE_PRIORITY, /* one of a higher class interrupts, and the other goes on later
                                   */
  DISCIPLINE_PREEMPTIVE_LIFO,     /* every newcomer does */
};
extern const char *const discipline_choices[]; /* for parameter tables */

/* All are with the workers at once, and nobody waits in the queue. */
static inline bool discipline_shares(enum discipline discipline) {
  return discipline >= DISCIPLINE_PS;
}

/* A number times a time, or a sum of times: 64 bits would hold 584 years, which 10,000 frames spend
 * in three weeks. */
__extension__ typedef unsigned __int128 station_integral;

/* What was added up since time 0. Invariant: the integral of the number queued up to the instant t
 * is queued_ns + queued * t modulo 2^128, and that of those held the same way, so a step up at t
 * subtracts t and a step down adds it. What a histogram adds up anyway is taken from it: see
 * station_totals.
 */
struct station_totals {
  station_integral queued_ns, held_ns, busy_ns; /* time integrals of queued, held, busy workers */
  station_integral wait_ns, hold_ns;            /* sums over frames that finished the wait, hold */
  station_integral lost_wait_ns, lost_hold_ns;  /* of frames lost in a crash or cancelled */
  uint64_t started, left, lost; /* frames whose wait, hold ended; whose hold a crash ended */
};

struct station_class {
  uint32_t head, tail; /* slots */
};

/* What entering and leaving touches fills two cache lines, with the beginning of `wait`. */
struct station {
  uint32_t queued, held, queue_max; /* frames, of which there are fewer than 2^32 */
  uint8_t discipline;               /* enum discipline */
  bool plain;                /* first come first served, and nobody leaves the queue before */
  bool busy_apart;           /* busy workers are those of `own`: frames held say nothing */
  bool on_cores;             /* there are `cores` */
  uint64_t workers;          /* or PARAM_UNLIMITED */
  uint64_t queue_limit;      /* frames that may wait, or under PS: be present beyond the workers */
  struct station_class only; /* if there is one class */
  uint16_t classes;
  station_integral queued_ns, held_ns, hold_ns; /* in place of those of `totals` */
  struct hist wait;                             /* since the warm-up ended */
  struct cores *cores; /* what works: its own or those of a host; NULL: each frame by itself */
  struct station_class *class;  /* if there are several */
  struct station_totals totals; /* of waits: before that */
  struct station_totals at_warmup;
  uint64_t riders;   /* held frames that share a worker with another: see station_take_along */
  struct pace *pace; /* NULL: work takes as long as was drawn */
  struct cores own;  /* under processor sharing, or with a pace */
  double slow_was;   /* on a host: of the member, when the work there was last scaled */
  struct shortest by_work; /* under SJF: who waits */
  uint32_t still, still_capacity;
  struct cores_rest *rest; /* on a host: work that stands still, `still` pieces of it */
} __attribute__((aligned(64)));
enum { STATION_LINES = 2 };
static_assert(offsetof(struct station, wait.capacity) <= 64 * STATION_LINES,
              "what each call touches fills two cache lines");

/* The classes, the first in front. */
static inline struct station_class *station_classes(struct station *st) {
  return st->classes == 1 ? &st->only : st->class;
}

void station_init(struct sim *sim, struct station *st, enum discipline discipline, uint64_t workers,
                  uint64_t queue_limit, uint32_t classes);
void station_free(struct station *st);

enum admission { STATION_STARTED, STATION_QUEUED, STATION_FULL };

/* Work that was drawn before a frame waits, kept as work that stands still: what SJF goes by. */
static inline void station_draw(struct frame *frame, uint64_t work_ns) {
  frame->due_ns = ~work_ns;
}
static inline uint64_t station_drawn(const struct frame *frame) {
  return ~frame->due_ns;
}

/* A frame asks for a worker. `class` 0 is served first under priority. `admitted`: it was let in
 * before and may not be turned away. */
enum admission station_enter(struct sim *sim, struct station *st, struct frame *frame,
                             uint32_t class, bool admitted);

static inline void station_queued_more(const struct sim *sim, struct station *st) {
  st->queued_ns -= sim->now_ns;
  if (++st->queued > st->queue_max) st->queue_max = st->queued;
}

/* Behind the last one. */
static inline void station_append(struct sim *sim, struct station_class *class,
                                  struct frame *frame) {
  uint32_t slot = frame_slot(sim, frame);
  frame->next = SLOT_NONE;
  *(class->tail == SLOT_NONE ? &class->head : &frame_at(sim, class->tail)->next) = slot;
  class->tail = slot;
}

/* station_enter of a frame that arrives at a plain station with one class, is not followed and has
 * to wait: of what comes most often under load, that which needs nothing else. */
static inline bool station_has_to_wait(const struct station *st) {
  return st->held >= st->workers && st->queued < st->queue_limit;
}
static inline void station_queue(struct sim *sim, struct station *st, struct frame *frame) {
  frame->mark_ns = sim->now_ns;
  frame_set_state(sim, frame, FRAME_QUEUED);
  station_append(sim, &st->only, frame);
  station_queued_more(sim, st);
}

/* For kind.fetch: the frame that is taken up next, of one class, and where its wait goes. */
static inline void station_fetch(const struct sim *sim, const struct station *st) {
  if (st->queued == 0) return;
  __builtin_prefetch(frame_at(sim, st->only.head), 1);
  __builtin_prefetch(st->wait.value + st->wait.values, 1);
}

/* station_leave of a plain station with one class, without a call: `next` is who comes next, or
 * NULL. What may be written down of its wait has room. */
static inline struct frame *station_next(const struct sim *sim, const struct station *st) {
  return st->queued == 0 ? NULL : frame_at(sim, st->only.head);
}
static inline void station_pass_on(const struct sim *sim, struct station *st,
                                   const struct frame *frame, struct frame *next) {
  st->hold_ns += sim->now_ns - frame->mark_ns;
  st->queued_ns += sim->now_ns;
  st->queued--;
  st->only.head = next->next;
  if (st->only.head == SLOT_NONE) st->only.tail = SLOT_NONE;
  hist_add_room(&st->wait, sim->now_ns - next->mark_ns);
  next->mark_ns = sim->now_ns;
}

/* The worker that holds `frame` becomes free. Returns the frame it takes up next, whose wait is
 * over, or NULL. */
struct frame *station_leave(struct sim *sim, struct station *st, struct frame *frame);

/* The frame that has waited longest shares the worker of one that is held: `workers` counts one
 * more until station_let_go, so that as many as before are free. Somebody waits. */
struct frame *station_take_along(struct sim *sim, struct station *st);
void station_let_go(struct sim *sim, struct station *st, struct frame *frame);

/* The queue is full and a frame of this class wants in: takes out the one that has waited longest
 * in the lowest class that waits, if that is lower. The caller answers it. NULL: there is none. */
struct frame *station_evict(struct sim *sim, struct station *st, uint32_t class);

/* The same of a queue that is not ordered by class (FIFO, LIFO): `class_of` tells it of those that
 * wait, and the newest of the lowest class goes. Looks at all of them. */
typedef uint32_t station_class_fn(const struct sim *sim, const void *context,
                                  const struct frame *frame);
struct frame *station_evict_newest(struct sim *sim, struct station *st, station_class_fn *class_of,
                                   const void *context, uint32_t class);

/* Under preemptive priority: what tells the class of a frame with a new piece of work. */
void station_rank(struct station *st, cores_rank_fn *rank, const void *ranks);

/* Work runs on these cores from now on: before any frame enters. */
void station_on_host(struct station *st, struct cores *cores);

/* Work on a held frame; on_timer follows (or on cores on_due, see station_due). */
__attribute__((noinline)) void station_share(struct sim *sim, struct member *member,
                                             struct station *st, struct frame *frame,
                                             uint64_t work_ns); /* on cores */
static inline void station_work(struct sim *sim, struct member *member, struct station *st,
                                struct frame *frame, uint64_t work_ns) {
  if (__builtin_expect(st->on_cores, 0)) {
    station_share(sim, member, st, frame, work_ns);
  } else {
    call_work(sim, member, frame, work_ns);
  }
}

/* A timer of the station went off (kind.on_due). Returns the frame whose work is done; NULL: a
 * pause began or ended. */
struct frame *station_due(struct sim *sim, struct member *member, struct station *st,
                          struct timer *timer);

/* Frames may be taken out of the queue if anybody gives up at all: to be said before any enters. */
void station_allow_cancel(const struct sim *sim, struct station *st);

/* A waiting frame leaves the queue, to be answered by the caller. `class` is that which it entered
 * with. */
void station_cancel(struct sim *sim, struct station *st, struct frame *frame, uint32_t class);

/* On cores: the work on a held frame stops unfinished. */
void station_unshare(struct sim *sim, struct station *st, const struct frame *frame);

/* For pace.h: its frames have cores of their own, so many; a pause has begun or ended. */
void station_share_among(struct station *st, uint64_t workers);
void station_pause(struct sim *sim, struct member *member, struct station *st);

/* A held frame is lost with its server: its hold ends. The engine says so of each before on_fault.
 */
void station_lose(struct sim *sim, struct station *st, const struct frame *frame);

void station_fault(struct sim *sim, struct member *member, struct station *st,
                   const struct fault_def *fault, bool begins);
void station_reset(struct sim *sim, struct station *st);

/* The totals up to now. */
struct station_totals station_totals(const struct sim *sim, const struct station *st);

#endif

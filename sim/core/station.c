#include "station.h"

#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "arena.h"
#include "fault_def.h"
#include "pace.h"

const char *const discipline_choices[] = {
    "fifo", "lifo", "priority", "sjf", "ps", "srpt", "preemptive_priority", "preemptive_lifo",
    NULL};

void station_init(struct sim *sim, struct station *st, enum discipline discipline, uint64_t workers,
                  uint64_t queue_limit, uint32_t classes) {
  memset(st, 0, sizeof *st);
  st->discipline = (uint8_t)discipline;
  st->plain = discipline == DISCIPLINE_FIFO || discipline == DISCIPLINE_PRIORITY;
  st->workers = workers;
  st->queue_limit = queue_limit;
  st->classes = (uint16_t)(classes ? classes : 1);
  if (st->classes > 1) st->class = arena_alloc(sim->arena, st->classes * sizeof *st->class);
  struct station_class *class = station_classes(st);
  for (uint32_t i = 0; i < st->classes; i++) class[i].head = class[i].tail = SLOT_NONE;
  st->busy_apart = discipline_shares(discipline);
  if (st->busy_apart) station_share_among(st, workers);
  hist_init(&st->wait, 0, sim->arena);
}

static double newest_first(const struct sim *sim, const void *ranks, const struct frame *frame,
                           uint64_t order) {
  (void)sim, (void)ranks, (void)frame;
  return -(double)order;
}

void station_rank(struct station *st, cores_rank_fn *rank, const void *ranks) {
  st->own.rank = rank;
  st->own.ranks = ranks;
}

void station_share_among(struct station *st, uint64_t workers) {
  cores_init(&st->own, NULL, workers);
  st->cores = &st->own;
  st->on_cores = true;
  st->own.shortest_first = st->discipline == DISCIPLINE_SRPT;
  if (st->discipline == DISCIPLINE_PREEMPTIVE_LIFO) station_rank(st, newest_first, NULL);
}

void station_free(struct station *st) {
  cores_free(&st->own);
  free(st->rest);
  free(st->by_work.entry);
  hist_free(&st->wait);
}

/* --- what is measured ----------------------------------------------------------------------- */

struct station_totals station_totals(const struct sim *sim, const struct station *st) {
  struct station_totals t = st->totals;
  t.queued_ns = st->queued_ns + (station_integral)st->queued * sim->now_ns;
  t.held_ns = st->held_ns + (station_integral)st->held * sim->now_ns;
  t.hold_ns = st->hold_ns;
  if (st->busy_apart) {
    t.busy_ns = st->own.busy.sum + (station_integral)st->own.busy.value * sim->now_ns;
  }
  t.wait_ns += hist_sum(&st->wait);
  t.started += hist_count(&st->wait);
  t.left = t.started - st->held - t.lost;
  return t;
}

void station_reset(struct sim *sim, struct station *st) {
  st->at_warmup = station_totals(sim, st);
  st->totals.wait_ns = st->at_warmup.wait_ns;
  st->totals.started = st->at_warmup.started;
  st->queue_max = st->queued;
  hist_clear(&st->wait);
}

static inline void queued_less(const struct sim *sim, struct station *st) {
  st->queued_ns += sim->now_ns;
  st->queued--;
}

static inline void held_more(const struct sim *sim, struct station *st) {
  st->held_ns -= sim->now_ns;
  st->held++;
}

static inline void held_less(const struct sim *sim, struct station *st) {
  st->held_ns += sim->now_ns;
  st->held--;
}

static inline void wait_over(struct sim *sim, struct station *st, struct frame *frame) {
  uint64_t wait_ns = sim->now_ns - frame->mark_ns;
  frame->mark_ns = sim->now_ns;
  hist_add(&st->wait, wait_ns);
}

/* --- queue ---------------------------------------------------------------------------------- */

/* By the work that was drawn ahead; last come first served; or with links that let frames leave. */
static __attribute__((noinline)) void enqueue_otherwise(struct sim *sim, struct station *st,
                                                        struct frame *frame,
                                                        struct station_class *class) {
  uint32_t slot = frame_slot(sim, frame);
  if (st->discipline == DISCIPLINE_SJF) {
    shortest_add(&st->by_work, (double)station_drawn(frame), slot);
    return;
  }
  bool last_first = st->discipline == DISCIPLINE_LIFO;
  uint32_t ahead = last_first ? SLOT_NONE : class->tail;
  uint32_t behind = last_first ? class->head : SLOT_NONE;
  frame->next = behind;
  *(ahead == SLOT_NONE ? &class->head : &frame_at(sim, ahead)->next) = slot;
  if (behind == SLOT_NONE) class->tail = slot;
  if (!sim->calls.kin) return;
  sim->calls.kin[slot].ahead = ahead;
  if (behind != SLOT_NONE) sim->calls.kin[behind].ahead = slot;
}

static inline void enqueue(struct sim *sim, struct station *st, struct frame *frame,
                           uint32_t which) {
  struct station_class *class = station_classes(st) + which;
  if (__builtin_expect(!st->plain, 0)) {
    enqueue_otherwise(sim, st, frame, class);
  } else {
    station_append(sim, class, frame);
  }
}

static inline struct frame *dequeue_from(struct sim *sim, struct station_class *class) {
  struct frame *frame = frame_at(sim, class->head);
  class->head = frame->next;
  if (class->head == SLOT_NONE) class->tail = SLOT_NONE;
  return frame;
}

/* Somebody waits. */
static inline struct frame *dequeue(struct sim *sim, struct station *st) {
  struct station_class *class = station_classes(st);
  /* Those who are ordered by their work lie in no line that is touched otherwise. */
  if (__builtin_expect(!st->plain, 0) && st->by_work.n > 0) {
    return frame_at(sim, shortest_take(&st->by_work).slot);
  }
  while (__builtin_expect(class->head == SLOT_NONE, 0)) {
    class ++;
    assert(class < station_classes(st) + st->classes);
  }
  return dequeue_from(sim, class);
}

struct frame *station_evict(struct sim *sim, struct station *st, uint32_t class) {
  struct station_class *all = station_classes(st);
  for (uint32_t i = st->classes; i-- > class + 1;) {
    if (all[i].head == SLOT_NONE) continue;
    struct frame *frame = dequeue_from(sim, &all[i]);
    queued_less(sim, st);
    st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
    return frame;
  }
  return NULL;
}

/* Behind `ahead`, or at the head. */
static void unlink_behind(struct sim *sim, struct station *st, uint32_t ahead,
                          const struct frame *frame) {
  struct station_class *class = &st->only;
  *(ahead == SLOT_NONE ? &class->head : &frame_at(sim, ahead)->next) = frame->next;
  if (frame->next == SLOT_NONE) {
    class->tail = ahead;
  } else if (!st->plain && sim->calls.kin) {
    sim->calls.kin[frame->next].ahead = ahead;
  }
}

struct frame *station_evict_newest(struct sim *sim, struct station *st, station_class_fn *class_of,
                                   const void *context, uint32_t class) {
  bool newest_first = st->discipline == DISCIPLINE_LIFO;
  uint32_t ahead = SLOT_NONE, before = SLOT_NONE, found = SLOT_NONE;
  for (uint32_t slot = st->only.head; slot != SLOT_NONE; slot = frame_at(sim, slot)->next) {
    uint32_t its = class_of(sim, context, frame_at(sim, slot));
    bool newer = found != SLOT_NONE && !newest_first && its == class;
    if (its > class || newer) class = its, found = slot, before = ahead;
    ahead = slot;
  }
  if (found == SLOT_NONE) return NULL;
  struct frame *frame = frame_at(sim, found);
  unlink_behind(sim, st, before, frame);
  queued_less(sim, st);
  st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
  return frame;
}

static bool sharing_full(const struct station *st) {
  return st->held >= st->workers && st->held - st->workers >= st->queue_limit;
}

enum admission station_enter(struct sim *sim, struct station *st, struct frame *frame,
                             uint32_t class, bool admitted) {
  frame->mark_ns = sim->now_ns;
  if (st->held < st->workers || discipline_shares(st->discipline)) {
    if (!admitted && sharing_full(st)) return STATION_FULL;
    held_more(sim, st);
    hist_add_zero(&st->wait);
    return STATION_STARTED;
  }
  if (st->queued >= st->queue_limit && !admitted) return STATION_FULL;
  frame_set_state(sim, frame, FRAME_QUEUED);
  trace_mark(sim, frame, PART_QUEUE);
  enqueue(sim, st, frame, class);
  station_queued_more(sim, st);
  return STATION_QUEUED;
}

struct frame *station_leave(struct sim *sim, struct station *st, struct frame *frame) {
  st->hold_ns += sim->now_ns - frame->mark_ns;
  sim_assert(sim, frame_callee(frame), st->held > 0, "no worker is taken");
  if (st->queued == 0) {
    held_less(sim, st);
    return NULL;
  }
  /* The worker passes from one frame to the other: the number held stays. */
  queued_less(sim, st);
  struct frame *next = dequeue(sim, st);
  wait_over(sim, st, next);
  return next;
}

struct frame *station_take_along(struct sim *sim, struct station *st) {
  queued_less(sim, st);
  struct frame *frame = dequeue(sim, st);
  wait_over(sim, st, frame);
  held_more(sim, st);
  st->workers++;
  st->riders++;
  return frame;
}

void station_let_go(struct sim *sim, struct station *st, struct frame *frame) {
  uint64_t held_ns = sim->now_ns - frame->mark_ns;
  st->hold_ns += held_ns;
  held_less(sim, st);
  st->workers--;
  st->riders--;
}

void station_allow_cancel(const struct sim *sim, struct station *st) {
  assert(st->queued == 0);
  if (sim->calls.kin) st->plain = false;
}

void station_cancel(struct sim *sim, struct station *st, struct frame *frame, uint32_t which) {
  sim_assert(sim, frame_callee(frame), frame_state(frame) == FRAME_QUEUED && !st->plain,
             "only a call that waits can leave the queue, and only where that is allowed");
  queued_less(sim, st);
  st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
  if (st->discipline == DISCIPLINE_SJF) {
    shortest_remove_at(&st->by_work, shortest_find(&st->by_work, frame_slot(sim, frame)));
    return;
  }
  struct station_class *class = station_classes(st) + which;
  uint32_t slot = frame_slot(sim, frame), ahead = sim->calls.kin[slot].ahead, behind = frame->next;
  if (class->head == slot) ahead = SLOT_NONE;
  *(ahead == SLOT_NONE ? &class->head : &frame_at(sim, ahead)->next) = behind;
  *(behind == SLOT_NONE ? &class->tail : &sim->calls.kin[behind].ahead) = ahead;
}

/* --- work on cores -------------------------------------------------------------------------- */

void station_on_host(struct station *st, struct cores *cores) {
  st->cores = cores;
  st->on_cores = true;
  st->slow_was = 1;
}

static bool on_host(const struct station *st) {
  return st->cores != NULL && st->cores != &st->own;
}

/* The work goes on when the member does. */
static void stand_still(struct sim *sim, struct station *st, const struct frame *frame,
                        double left_ns) {
  if (st->still == st->still_capacity) {
    st->still_capacity = st->still_capacity ? 2 * st->still_capacity : 16;
    st->rest = mem_resize(st->rest, st->still_capacity * sizeof *st->rest);
  }
  st->rest[st->still++] = (struct cores_rest){left_ns, frame_slot(sim, frame)};
}

void station_share(struct sim *sim, struct member *member, struct station *st, struct frame *frame,
                   uint64_t work_ns) {
  frame_set_state(sim, frame, FRAME_SHARING);
  bool paused = st->pace && st->pace->paused;
  trace_mark(sim, frame, member->hung ? PART_FAULT : paused ? PART_PAUSE : PART_SERVICE);
  if (st->pace) work_ns = pace_work(sim, st->pace, work_ns);
  if (!on_host(st)) {
    st->own.owner = member;
    cores_add(sim, st->cores, frame, (double)work_ns);
    return;
  }
  double needs_ns = (double)work_ns * member->slow;
  if (member->hung || paused) {
    stand_still(sim, st, frame, needs_ns);
  } else {
    cores_add(sim, st->cores, frame, needs_ns);
  }
}

struct frame *station_due(struct sim *sim, struct member *member, struct station *st,
                          struct timer *timer) {
  if (timer == &st->own.departure) return cores_due(sim, &st->own);
  pace_due(sim, member, st);
  return NULL;
}

void station_unshare(struct sim *sim, struct station *st, const struct frame *frame) {
  for (uint32_t i = 0; i < st->still; i++) {
    if (st->rest[i].slot != frame_slot(sim, frame)) continue;
    for (st->still--; i < st->still; i++) st->rest[i] = st->rest[i + 1];
    return;
  }
  cores_remove(sim, st->cores, frame);
}

/* --- faults --------------------------------------------------------------------------------- */

static void forget_all(struct sim *sim, struct station *st) {
  st->queued_ns += (station_integral)st->queued * sim->now_ns;
  for (uint64_t i = 0; i < st->by_work.n; i++) {
    st->totals.lost_wait_ns += sim->now_ns - frame_at(sim, st->by_work.entry[i].slot)->mark_ns;
  }
  st->by_work.n = 0;
  struct station_class *class = station_classes(st);
  for (uint32_t i = 0; i < st->classes; i++) {
    for (uint32_t slot = class[i].head; slot != SLOT_NONE;) {
      struct frame *frame = frame_at(sim, slot);
      slot = frame->next;
      st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
    }
    class[i].head = class[i].tail = SLOT_NONE;
  }
  st->queued = 0;
}

void station_lose(struct sim *sim, struct station *st, const struct frame *frame) {
  assert(st->held > 0);
  held_less(sim, st);
  st->totals.lost_hold_ns += sim->now_ns - frame->mark_ns;
  st->totals.lost++;
}

/* What of the member's work runs on a host stops, goes on, or needs more or less of it. */
static void host_fault(struct sim *sim, struct member *member, struct station *st) {
  uint64_t room = st->still + st->cores->sharing.n;
  if (room > st->still_capacity) {
    st->still_capacity = (uint32_t)room;
    st->rest = mem_resize(st->rest, room * sizeof *st->rest);
  }
  st->still += cores_take_off(sim, st->cores, member->id, st->rest + st->still);
  double stretch = member->slow / st->slow_was;
  st->slow_was = member->slow;
  uint32_t n = st->still;
  for (uint32_t i = 0; i < n; i++) st->rest[i].left_ns *= stretch;
  if (member->hung || (st->pace && st->pace->paused)) return;
  st->still = 0;
  for (uint32_t i = 0; i < n; i++) {
    cores_add(sim, st->cores, frame_at(sim, st->rest[i].slot), st->rest[i].left_ns);
  }
}

/* As fast as the member is now. */
static void set_speed(struct sim *sim, struct member *member, struct station *st) {
  if (on_host(st)) {
    host_fault(sim, member, st);
    return;
  }
  bool still = member->hung || (st->pace && st->pace->paused);
  st->own.owner = member;
  cores_set_speed(sim, &st->own, still ? 0 : 1 / member->slow);
}

void station_fault(struct sim *sim, struct member *member, struct station *st,
                   const struct fault_def *fault, bool begins) {
  if (fault == &fault_crash && begins) {
    forget_all(sim, st);
    assert(st->held == 0); /* the engine has taken them: station_lose */
    st->still = 0;
    if (on_host(st)) cores_take_off(sim, st->cores, member->id, NULL);
    if (st->cores == &st->own) cores_clear(sim, &st->own);
  }
  if (st->pace && fault == &fault_crash) pace_life(sim, member, st, begins);
  if (st->cores) set_speed(sim, member, st);
}

static void mark(struct sim *sim, const struct member *member, uint32_t slot, bool paused) {
  enum part part = member->hung ? PART_FAULT : paused ? PART_PAUSE : PART_SERVICE;
  trace_mark(sim, frame_at(sim, slot), part);
}

void station_pause(struct sim *sim, struct member *member, struct station *st) {
  bool paused = st->pace->paused;
  for (uint64_t i = 0; i < st->cores->sharing.n; i++) {
    uint32_t slot = st->cores->sharing.entry[i].slot;
    if (frame_callee(frame_at(sim, slot)) == member->id) mark(sim, member, slot, paused);
  }
  for (uint32_t i = 0; i < st->still; i++) {
    mark(sim, member, st->rest[i].slot, paused);
  }
  set_speed(sim, member, st);
}

#include "station.h"

#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "arena.h"
#include "fault_def.h"
#include "timer.h"

const char *const discipline_choices[] = {"fifo", "lifo", "priority", "ps", NULL};

void station_init(struct sim *sim, struct station *st, enum discipline discipline, uint64_t workers,
                  uint64_t queue_limit, uint32_t classes) {
  memset(st, 0, sizeof *st);
  st->discipline = discipline;
  st->plain = discipline == DISCIPLINE_FIFO || discipline == DISCIPLINE_PRIORITY;
  st->workers = workers;
  st->queue_limit = queue_limit;
  st->classes = (uint16_t)(classes ? classes : 1);
  st->class =
      st->classes == 1 ? &st->only : arena_alloc(sim->arena, st->classes * sizeof *st->class);
  for (uint32_t i = 0; i < st->classes; i++) st->class[i].head = st->class[i].tail = SLOT_NONE;
  st->rate_factor = 1;
  hist_init(&st->wait, 0, sim->arena);
}

void station_free(struct station *st) {
  free(st->heap);
  hist_free(&st->wait);
}

/* --- what is measured ----------------------------------------------------------------------- */

static uint64_t busy_workers(const struct station *st) {
  return st->sharing < st->workers ? st->sharing : st->workers;
}

/* Under processor sharing: before the number of those that share changes. */
static void settle_busy(const struct sim *sim, struct station *st) {
  st->totals.busy_ns += (station_integral)busy_workers(st) * (sim->now_ns - st->busy_to_ns);
  st->busy_to_ns = sim->now_ns;
}

struct station_totals station_totals(const struct sim *sim, const struct station *st) {
  struct station_totals t = st->totals;
  t.queued_ns = st->queued_ns + (station_integral)st->queued * sim->now_ns;
  t.held_ns = st->held_ns + (station_integral)st->held * sim->now_ns;
  t.hold_ns = st->hold_ns;
  t.busy_ns += (station_integral)busy_workers(st) * (sim->now_ns - st->busy_to_ns);
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

/* Last come first served, or with links that let frames leave. */
static __attribute__((noinline)) void enqueue_otherwise(struct sim *sim, struct station *st,
                                                        struct frame *frame,
                                                        struct station_class *class) {
  uint32_t slot = frame_slot(sim, frame);
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
  struct station_class *class = &st->class[which];
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
  struct station_class *class = st->class;
  while (__builtin_expect(class->head == SLOT_NONE, 0)) {
    class ++;
    assert(class < st->class + st->classes);
  }
  return dequeue_from(sim, class);
}

struct frame *station_evict(struct sim *sim, struct station *st, uint32_t class) {
  for (uint32_t i = st->classes; i-- > class + 1;) {
    if (st->class[i].head == SLOT_NONE) continue;
    struct frame *frame = dequeue_from(sim, &st->class[i]);
    queued_less(sim, st);
    st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
    return frame;
  }
  return NULL;
}

static bool sharing_full(const struct station *st) {
  return st->held >= st->workers && st->held - st->workers >= st->queue_limit;
}

enum admission station_enter(struct sim *sim, struct station *st, struct frame *frame,
                             uint32_t class, bool admitted) {
  frame->mark_ns = sim->now_ns;
  if (st->held < st->workers || st->discipline == DISCIPLINE_PS) {
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

void station_allow_cancel(const struct sim *sim, struct station *st) {
  assert(st->queued == 0);
  if (sim->calls.kin) st->plain = false;
}

void station_cancel(struct sim *sim, struct station *st, struct frame *frame, uint32_t which) {
  sim_assert(sim, frame_callee(frame), frame_state(frame) == FRAME_QUEUED && !st->plain,
             "only a call that waits can leave the queue, and only where that is allowed");
  struct station_class *class = &st->class[which];
  uint32_t slot = frame_slot(sim, frame), ahead = sim->calls.kin[slot].ahead, behind = frame->next;
  if (class->head == slot) ahead = SLOT_NONE;
  *(ahead == SLOT_NONE ? &class->head : &frame_at(sim, ahead)->next) = behind;
  *(behind == SLOT_NONE ? &class->tail : &sim->calls.kin[behind].ahead) = ahead;
  queued_less(sim, st);
  st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
}

/* --- processor sharing ---------------------------------------------------------------------- */

static double ps_rate(const struct station *st) {
  if (st->sharing == 0) return 0;
  double share = st->sharing <= st->workers ? 1 : (double)st->workers / (double)st->sharing;
  return share * st->rate_factor;
}

static bool ps_before(const struct ps_entry *a, const struct ps_entry *b) {
  return a->finish < b->finish || (a->finish == b->finish && a->order < b->order);
}

static void ps_sift_up(struct ps_entry *heap, uint64_t i) {
  struct ps_entry entry = heap[i];
  for (; i > 0 && ps_before(&entry, &heap[(i - 1) / 2]); i = (i - 1) / 2) {
    heap[i] = heap[(i - 1) / 2];
  }
  heap[i] = entry;
}

static void ps_sift_down(struct ps_entry *heap, uint64_t i, uint64_t n) {
  struct ps_entry entry = heap[i];
  for (uint64_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && ps_before(&heap[child + 1], &heap[child])) child++;
    if (!ps_before(&heap[child], &entry)) break;
    heap[i] = heap[child];
  }
  heap[i] = entry;
}

static void ps_advance(struct sim *sim, struct station *st) {
  settle_busy(sim, st);
  st->virtual_ns += (double)(sim->now_ns - st->virtual_at_ns) * ps_rate(st);
  st->virtual_at_ns = sim->now_ns;
  if (st->sharing == 0)
    st->virtual_ns = 0; /* start again from 0: keeps the numbers small and exact */
}

/* Plans the next departure, in place of the one planned before. */
static void ps_plan(struct sim *sim, struct member *member, struct station *st) {
  double rate = ps_rate(st);
  if (rate <= 0) {
    timer_stop(&st->departure);
    return;
  }
  double left = (st->heap[0].finish - st->virtual_ns) / rate;
  uint64_t delay_ns = left > 0 ? dist_whole(left) : 0;
  timer_set(sim, member, &st->departure, delay_ns, 0, 0);
}

void station_share(struct sim *sim, struct member *member, struct station *st, struct frame *frame,
                   uint64_t work_ns) {
  ps_advance(sim, st);
  frame_set_state(sim, frame, FRAME_SHARING);
  trace_mark(sim, frame, member->hung ? PART_FAULT : PART_SERVICE);
  if (st->sharing == st->heap_capacity) {
    st->heap_capacity = st->heap_capacity ? 2 * st->heap_capacity : 16;
    st->heap = mem_resize(st->heap, st->heap_capacity * sizeof *st->heap);
  }
  st->heap[st->sharing] =
      (struct ps_entry){st->virtual_ns + (double)work_ns, st->order++, frame_slot(sim, frame)};
  ps_sift_up(st->heap, st->sharing++);
  ps_plan(sim, member, st);
}

struct frame *station_due(struct sim *sim, struct member *member, struct station *st) {
  ps_advance(sim, st);
  struct frame *frame = frame_at(sim, st->heap[0].slot);
  st->heap[0] = st->heap[--st->sharing];
  if (st->sharing) ps_sift_down(st->heap, 0, st->sharing);
  ps_plan(sim, member, st);
  return frame;
}

/* Looks for the frame: giving up is rare, and those present are few, or all of them are late. */
void station_unshare(struct sim *sim, struct member *member, struct station *st,
                     const struct frame *frame) {
  ps_advance(sim, st);
  uint64_t i = 0;
  for (; st->heap[i].slot != frame_slot(sim, frame); i++) assert(i + 1 < st->sharing);
  st->heap[i] = st->heap[--st->sharing];
  if (i < st->sharing) {
    ps_sift_down(st->heap, i, st->sharing);
    ps_sift_up(st->heap, i);
  }
  ps_plan(sim, member, st);
}

/* --- faults --------------------------------------------------------------------------------- */

static void forget_all(struct sim *sim, struct station *st) {
  st->queued_ns += (station_integral)st->queued * sim->now_ns;
  for (uint32_t i = 0; i < st->classes; i++) {
    for (uint32_t slot = st->class[i].head; slot != SLOT_NONE;) {
      struct frame *frame = frame_at(sim, slot);
      slot = frame->next;
      st->totals.lost_wait_ns += sim->now_ns - frame->mark_ns;
    }
    st->class[i].head = st->class[i].tail = SLOT_NONE;
  }
  st->queued = 0;
}

void station_lose(struct sim *sim, struct station *st, const struct frame *frame) {
  assert(st->held > 0);
  held_less(sim, st);
  st->totals.lost_hold_ns += sim->now_ns - frame->mark_ns;
  st->totals.lost++;
}

void station_fault(struct sim *sim, struct member *member, struct station *st,
                   const struct fault_def *fault, bool begins) {
  if (fault == &fault_crash && begins) {
    forget_all(sim, st);
    assert(st->held == 0); /* the engine has taken them: station_lose */
    settle_busy(sim, st);
    st->sharing = 0;
    st->virtual_ns = 0;
  }
  if (st->discipline != DISCIPLINE_PS) return;
  ps_advance(sim, st);
  st->rate_factor = member->hung ? 0 : 1 / member->slow;
  ps_plan(sim, member, st);
}

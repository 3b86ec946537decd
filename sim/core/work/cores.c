#include "cores.h"

#include <stdlib.h>

#include "arena.h"
#include "timer.h"

void cores_init(struct cores *c, struct member *owner, uint64_t cores) {
  *c = (struct cores){.owner = owner, .cores = cores, .speed = 1};
}

void cores_free(struct cores *c) {
  free(c->heap);
}

/* --- progress ------------------------------------------------------------------------------- */

static double rate_of(const struct cores *c) {
  if (c->sharing == 0) return 0;
  double share = c->sharing <= c->cores ? 1 : (double)c->cores / (double)c->sharing;
  double rate = share * c->speed;
  return c->stretch ? rate / c->stretch(c->of, c->sharing) : rate;
}

/* Before anything changes. */
static void advance(struct sim *sim, struct cores *c) {
  c->virtual_ns += (double)(sim->now_ns - c->virtual_at_ns) * c->rate;
  c->virtual_at_ns = sim->now_ns;
  if (c->sharing == 0) c->virtual_ns = 0; /* starts again: keeps the numbers small and exact */
}

/* After it has: plans the next departure, in place of the one planned before. */
static void plan(struct sim *sim, struct cores *c) {
  uint64_t busy = c->sharing < c->cores ? c->sharing : c->cores;
  if (busy != c->busy.value) level_set(&c->busy, sim->now_ns, busy);
  c->rate = rate_of(c);
  if (c->rate <= 0) {
    timer_stop(&c->departure);
    return;
  }
  double left = (c->heap[0].finish - c->virtual_ns) / c->rate;
  uint64_t delay_ns = left > 0 ? dist_whole(left) : 0;
  timer_set(sim, c->owner, &c->departure, delay_ns, 0, 0);
}

/* --- who is done first ---------------------------------------------------------------------- */

static bool before(const struct cores_entry *a, const struct cores_entry *b) {
  return a->finish < b->finish || (a->finish == b->finish && a->order < b->order);
}

static void sift_up(struct cores_entry *heap, uint64_t i) {
  struct cores_entry entry = heap[i];
  for (; i > 0 && before(&entry, &heap[(i - 1) / 2]); i = (i - 1) / 2) {
    heap[i] = heap[(i - 1) / 2];
  }
  heap[i] = entry;
}

static void sift_down(struct cores_entry *heap, uint64_t i, uint64_t n) {
  struct cores_entry entry = heap[i];
  for (uint64_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && before(&heap[child + 1], &heap[child])) child++;
    if (!before(&heap[child], &entry)) break;
    heap[i] = heap[child];
  }
  heap[i] = entry;
}

static void remove_at(struct cores *c, uint64_t i) {
  c->heap[i] = c->heap[--c->sharing];
  if (i == c->sharing) return;
  sift_down(c->heap, i, c->sharing);
  sift_up(c->heap, i);
}

/* --- coming and going ----------------------------------------------------------------------- */

void cores_add(struct sim *sim, struct cores *c, const struct frame *frame, double work_ns) {
  advance(sim, c);
  if (c->sharing == c->capacity) {
    c->capacity = c->capacity ? 2 * c->capacity : 16;
    c->heap = mem_resize(c->heap, c->capacity * sizeof *c->heap);
  }
  c->heap[c->sharing] =
      (struct cores_entry){c->virtual_ns + work_ns, c->order++, frame_slot(sim, frame)};
  sift_up(c->heap, c->sharing++);
  plan(sim, c);
}

struct frame *cores_due(struct sim *sim, struct cores *c) {
  advance(sim, c);
  struct frame *frame = frame_at(sim, c->heap[0].slot);
  c->heap[0] = c->heap[--c->sharing];
  if (c->sharing) sift_down(c->heap, 0, c->sharing);
  plan(sim, c);
  return frame;
}

void cores_remove(struct sim *sim, struct cores *c, const struct frame *frame) {
  advance(sim, c);
  uint64_t i = 0;
  for (; c->heap[i].slot != frame_slot(sim, frame); i++) assert(i + 1 < c->sharing);
  remove_at(c, i);
  plan(sim, c);
}

uint32_t cores_take_off(struct sim *sim, struct cores *c, uint32_t member,
                        struct cores_rest *rest) {
  advance(sim, c);
  uint64_t kept = 0, all = c->sharing;
  uint32_t n = 0;
  for (uint64_t i = 0; i < all; i++) {
    struct cores_entry entry = c->heap[i];
    if (frame_callee(frame_at(sim, entry.slot)) != member) {
      c->heap[kept++] = entry;
    } else {
      double left = entry.finish - c->virtual_ns;
      if (rest) rest[n] = (struct cores_rest){left > 0 ? left : 0, entry.slot};
      n++;
    }
  }
  c->sharing = 0; /* a heap again, one after the other */
  while (c->sharing < kept) sift_up(c->heap, c->sharing++);
  plan(sim, c);
  return n;
}

void cores_set_speed(struct sim *sim, struct cores *c, double speed) {
  advance(sim, c);
  c->speed = speed;
  plan(sim, c);
}

void cores_changed(struct sim *sim, struct cores *c) {
  advance(sim, c);
  plan(sim, c);
}

void cores_clear(struct sim *sim, struct cores *c) {
  advance(sim, c);
  c->sharing = 0;
  c->virtual_ns = 0;
  plan(sim, c);
}

#include "cores.h"

#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "timer.h"

void cores_init(struct cores *c, struct member *owner, uint64_t cores) {
  *c = (struct cores){.owner = owner, .cores = cores, .speed = 1};
}

void cores_free(struct cores *c) {
  free(c->sharing.entry);
  free(c->put_off.entry);
}

/* --- progress ------------------------------------------------------------------------------- */

static double rate_of(const struct cores *c) {
  double stretch = c->stretch ? c->stretch(c->of, c->sharing.n) : 1; /* it looks when asked */
  if (c->sharing.n == 0) return 0;
  double share = c->sharing.n <= c->cores ? 1 : (double)c->cores / (double)c->sharing.n;
  return share * c->speed / stretch;
}

/* Before anything changes. */
static void advance(struct sim *sim, struct cores *c) {
  c->virtual_ns += (double)(sim->now_ns - c->virtual_at_ns) * c->rate;
  c->virtual_at_ns = sim->now_ns;
  if (c->sharing.n == 0) c->virtual_ns = 0; /* starts again: keeps the numbers small and exact */
}

/* After it has: plans the next departure, in place of the one planned before. */
static void plan(struct sim *sim, struct cores *c) {
  uint64_t busy = c->sharing.n < c->cores ? c->sharing.n : c->cores;
  if (busy != c->busy.value) level_set(&c->busy, sim->now_ns, busy);
  c->rate = rate_of(c);
  if (c->rate <= 0) {
    timer_stop(&c->departure);
    return;
  }
  double left = (c->sharing.entry[0].key - c->virtual_ns) / c->rate;
  uint64_t delay_ns = left > 0 ? dist_whole(left) : 0;
  timer_set(sim, c->owner, &c->departure, delay_ns, 0, 0);
}

/* --- some before others ---------------------------------------------------------------------- */

/* Who runs has its rank aside, and who stands still the work that is left. */
static void change_places(struct shortest_entry *entry) {
  double key = entry->key;
  entry->key = entry->aside;
  entry->aside = key;
}

static void put_off(struct sim *sim, struct cores *c, struct shortest_entry entry) {
  if (c->rank != NULL) change_places(&entry);
  shortest_put(&c->put_off, entry);
  trace_mark(sim, frame_at(sim, entry.slot), PART_QUEUE);
}

static bool runs_before(const struct cores *c, const struct shortest_entry *a,
                        const struct shortest_entry *b) {
  if (c->rank == NULL) return shortest_before(a, b);
  return a->aside < b->aside || (a->aside <= b->aside && a->order < b->order);
}

/* Somebody new has work: whether one of those who run comes after that, who is then put off. Looks
 * at all who run: there are no more than cores. */
static bool makes_way(struct sim *sim, struct cores *c, const struct shortest_entry *newcomer) {
  uint64_t last = 0;
  for (uint64_t i = 1; i < c->sharing.n; i++) {
    if (runs_before(c, &c->sharing.entry[last], &c->sharing.entry[i])) last = i;
  }
  struct shortest_entry entry = c->sharing.entry[last];
  entry.key -= c->virtual_ns;
  bool stays = c->rank != NULL ? entry.aside <= newcomer->aside : entry.key <= newcomer->key;
  if (stays) return false;
  shortest_remove_at(&c->sharing, last);
  put_off(sim, c, entry);
  return true;
}

/* A core is free for one that was put off. */
static void take_up_again(struct sim *sim, struct cores *c) {
  if (c->put_off.n == 0 || c->sharing.n >= c->cores) return;
  struct shortest_entry entry = shortest_take(&c->put_off);
  if (c->rank != NULL) change_places(&entry);
  entry.key += c->virtual_ns;
  shortest_put(&c->sharing, entry);
  trace_mark(sim, frame_at(sim, entry.slot), PART_SERVICE);
}

/* --- coming and going ----------------------------------------------------------------------- */

void cores_add(struct sim *sim, struct cores *c, const struct frame *frame, double work_ns) {
  advance(sim, c);
  struct shortest_entry entry = {
      .key = work_ns, .order = c->sharing.order++, .slot = frame_slot(sim, frame)};
  if (c->rank != NULL) entry.aside = c->rank(sim, c->ranks, frame, entry.order);
  bool some_wait = c->shortest_first || c->rank != NULL;
  if (some_wait && c->sharing.n >= c->cores && !makes_way(sim, c, &entry)) {
    put_off(sim, c, entry);
  } else {
    entry.key += c->virtual_ns;
    shortest_put(&c->sharing, entry);
  }
  plan(sim, c);
}

struct frame *cores_due(struct sim *sim, struct cores *c) {
  advance(sim, c);
  struct frame *frame = frame_at(sim, shortest_take(&c->sharing).slot);
  take_up_again(sim, c);
  plan(sim, c);
  return frame;
}

void cores_remove(struct sim *sim, struct cores *c, const struct frame *frame) {
  advance(sim, c);
  uint64_t i = shortest_find(&c->sharing, frame_slot(sim, frame));
  if (i < c->sharing.n) {
    shortest_remove_at(&c->sharing, i);
    take_up_again(sim, c);
  } else {
    i = shortest_find(&c->put_off, frame_slot(sim, frame));
    assert(i < c->put_off.n);
    shortest_remove_at(&c->put_off, i);
  }
  plan(sim, c);
}

uint32_t cores_take_off(struct sim *sim, struct cores *c, uint32_t member,
                        struct cores_rest *rest) {
  assert(!c->shortest_first && c->rank == NULL);
  advance(sim, c);
  uint64_t kept = 0, all = c->sharing.n;
  uint32_t n = 0;
  for (uint64_t i = 0; i < all; i++) {
    struct shortest_entry entry = c->sharing.entry[i];
    if (frame_callee(frame_at(sim, entry.slot)) != member) {
      c->sharing.entry[kept++] = entry;
    } else {
      double left = entry.key - c->virtual_ns;
      if (rest) rest[n] = (struct cores_rest){left > 0 ? left : 0, entry.slot};
      n++;
    }
  }
  c->sharing.n = 0; /* a heap again, one after the other */
  while (c->sharing.n < kept) shortest_sift_up(c->sharing.entry, c->sharing.n++);
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
  c->sharing.n = c->put_off.n = 0;
  c->virtual_ns = 0;
  plan(sim, c);
}

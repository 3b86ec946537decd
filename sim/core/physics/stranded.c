#include "stranded.h"

#include <stdlib.h>

#include "arena.h"
#include "engine.h"
#include "fault.h"

struct timed {
  const struct sim *sim;
  bool *mark;
};

static void mark_timed(void *context, const struct event *event) {
  const struct timed *timed = context;
  uint32_t kind = event_ref(event) & 15, slot = event_ref(event) >> 4;
  if (kind != EVENT_TIMEOUT && kind != EVENT_TRY) return;
  if (frame_at(timed->sim, slot)->stamp == event_arg(event)) timed->mark[slot] = true;
}

bool *calls_given_up(struct sim *sim) {
  struct timed timed = {sim, mem_zeroed(sim->calls.used, sizeof *timed.mark)};
  fel_visit(&sim->fel, mark_timed, &timed);
  faults_visit(sim, mark_timed, &timed);
  return timed.mark;
}

/* The root call that waits, over any number of hops, for `frame`; NULL if nobody does, or not for
 * ever. */
static struct frame *root_waiting_for(const struct sim *sim, const bool *given_up,
                                      struct frame *frame) {
  while (!(frame->flags & CALL_ABANDONED) && !given_up[frame_slot(sim, frame)]) {
    if (frame->flags & CALL_ROOT) return frame->flags & CALL_MESSAGE ? NULL : frame;
    struct frame *parent = frame_at(sim, frame->parent);
    if (parent->stamp != frame->parent_stamp || frame_state(parent) != FRAME_WAITING) return NULL;
    frame = parent;
  }
  return NULL;
}

uint64_t calls_lost(struct sim *sim) {
  uint64_t n = 0;
  uint32_t slot;
  if (sim->calls.lost == 0) return 0;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    n += frame_state(f) == FRAME_LOST;
  }
  return n;
}

struct stranded sim_stranded(struct sim *sim) {
  struct stranded s = {0};
  if (sim->calls.lost == 0) return s;
  bool *given_up = calls_given_up(sim);
  uint32_t capacity = 0, slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (frame_state(f) != FRAME_LOST) continue;
    struct frame *root = root_waiting_for(sim, given_up, f);
    if (!root || root->site & SITE_STRANDED) continue;
    if (s.n == capacity) {
      capacity = capacity ? 2 * capacity : 64;
      s.root = mem_resize(s.root, capacity * sizeof *s.root);
      s.cause = mem_resize(s.cause, capacity * sizeof *s.cause);
    }
    s.root[s.n] = root;
    s.cause[s.n++] = (enum outcome)f->pending;
    root->site |= SITE_STRANDED; /* a fan-out may have lost several messages */
  }
  for (uint32_t i = 0; i < s.n; i++) s.root[i]->site &= (uint16_t)~SITE_STRANDED;
  free(given_up);
  return s;
}

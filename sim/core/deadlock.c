#include "deadlock.h"

#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "engine.h"
#include "outline.h"
#include "station.h"
#include "stranded.h"

static bool calls_while_holding(struct sim *sim, const struct component *component) {
  struct arena *arena = arena_new();
  bool found = false;
  for (uint32_t op = 0; op < sim->spec->ops && !found; op++) {
    struct outline outline;
    outline_begin(&outline, arena);
    component->kind->outline(sim->spec, component->spec, (int)op, &outline);
    found = outline.holds && outline.calls > 0 && outline.workers != PARAM_UNLIMITED;
  }
  arena_free(arena);
  return found;
}

bool deadlock_possible(struct sim *sim, const struct component *component) {
  if (!component->kind->outline || !component->kind->station) return false;
  return calls_while_holding(sim, component);
}

/* What is known of a frame while stuck ones are looked for. */
struct search {
  struct sim *sim;
  bool *stuck;       /* by slot: so far nothing says that it can go on */
  bool *gives_up;    /* by slot: its caller does, some time */
  bool *waits;       /* by slot: for one of its calls that is stuck */
  uint64_t *holding; /* by member: stuck calls that hold its workers */
};

static bool is_full(struct member *member) {
  const struct station *st = member_station(member);
  return st && st->workers != PARAM_UNLIMITED && st->held >= st->workers && st->queued > 0;
}

/* A deadlock begins at a member that can be part of one and has no worker left. */
static bool may_have_begun(struct sim *sim) {
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *member = &sim->member[i];
    if (is_full(member) && deadlock_possible(sim, member->component)) return true;
  }
  return false;
}

/* The frame that waits for `call`; NULL: nobody does. */
static struct frame *waiting_for(const struct sim *sim, const struct frame *call) {
  if (call->flags & (CALL_ROOT | CALL_ABANDONED)) return NULL;
  struct frame *parent = call_parent(sim, call);
  return parent && frame_state(parent) == FRAME_WAITING ? parent : NULL;
}

/* A call waits for a worker, or for calls that are all stuck themselves. */
static void begin(struct search *s) {
  uint32_t slot;
  for (struct frame *f = frame_first(s->sim, &slot); f; f = frame_following(s->sim, &slot)) {
    enum frame_state state = frame_state(f);
    s->stuck[frame_slot(s->sim, f)] = state == FRAME_QUEUED || state == FRAME_WAITING;
  }
}

/* Counts again who holds what, and for which calls something stuck is under way. */
static void count(struct search *s) {
  uint32_t slot;
  for (uint32_t i = 0; i < s->sim->members; i++) s->holding[i] = 0;
  for (uint32_t i = 0; i < s->sim->calls.used; i++) s->waits[i] = false;
  for (struct frame *f = frame_first(s->sim, &slot); f; f = frame_following(s->sim, &slot)) {
    if (!s->stuck[frame_slot(s->sim, f)]) continue;
    bool holds = frame_state(f) == FRAME_WAITING && !(f->flags & CALL_RELEASED);
    if (holds) s->holding[frame_callee(f)]++;
    struct frame *parent = waiting_for(s->sim, f);
    if (parent) s->waits[frame_slot(s->sim, parent)] = true;
  }
}

/* Takes out those that can go on. False: there was none. */
static bool reduce(struct search *s) {
  bool any = false;
  uint32_t slot;
  for (struct frame *f = frame_first(s->sim, &slot); f; f = frame_following(s->sim, &slot)) {
    uint32_t at = frame_slot(s->sim, f);
    struct member *callee = &s->sim->member[frame_callee(f)];
    if (s->stuck[at]) {
      bool goes_on = frame_state(f) == FRAME_QUEUED
                         ? !is_full(callee) || s->holding[callee->id] < member_station(callee)->held
                         : !s->waits[at];
      s->stuck[at] = !goes_on;
      any |= goes_on;
    }
    struct frame *parent = waiting_for(s->sim, f);
    bool answered = parent && (!s->stuck[at] || s->gives_up[at]);
    if (!answered || !s->stuck[frame_slot(s->sim, parent)]) continue;
    s->stuck[frame_slot(s->sim, parent)] = false;
    any = true;
  }
  return any;
}

static uint64_t *stuck_by_component(const struct search *s) {
  uint64_t *n = mem_zeroed(s->sim->spec->components, sizeof *n);
  uint32_t slot;
  for (struct frame *f = frame_first(s->sim, &slot); f; f = frame_following(s->sim, &slot)) {
    if (frame_state(f) != FRAME_QUEUED || !s->stuck[frame_slot(s->sim, f)]) continue;
    n[s->sim->member[frame_callee(f)].component->id]++;
  }
  return n;
}

uint64_t *deadlock_count(struct sim *sim) {
  if (!may_have_begun(sim)) return NULL;
  struct search s = {.sim = sim,
                     .stuck = mem_zeroed(sim->calls.used, sizeof *s.stuck),
                     .gives_up = calls_given_up(sim),
                     .waits = mem_zeroed(sim->calls.used, sizeof *s.waits),
                     .holding = mem_zeroed(sim->members, sizeof *s.holding)};
  begin(&s);
  do count(&s);
  while (reduce(&s));
  uint64_t *n = stuck_by_component(&s);
  free(s.stuck);
  free(s.gives_up);
  free(s.waits);
  free(s.holding);
  return n;
}

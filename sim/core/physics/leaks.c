#include "leaks.h"

#include <stdlib.h>

#include "abandon.h"
#include "arena.h"
#include "call.h"
#include "engine.h"
#include "fault_def.h"
#include "outbound_state.h"
#include "outline.h"
#include "station.h"
#include "stranded.h"

/* Whether anything in the scenario loses messages for good. */
static bool may_lose(const struct spec *spec) {
  for (uint32_t i = 0; i < spec->faults; i++) {
    if (spec->fault[i].type->swallows) return true;
  }
  for (uint32_t i = 0; i < spec->paths; i++) {
    if (spec->path[i].loss > 0 && !spec->path[i].tcp) return true;
  }
  return false;
}

bool leak_possible(struct sim *sim, const struct component *caller, const struct component *callee,
                   struct arena *scratch) {
  const struct kind *kind = caller->kind;
  if (!kind->outline || !may_lose(sim->spec)) return false;
  bool found = false;
  for (uint32_t op = 0; op < sim->spec->ops && !found; op++) {
    struct outline outline;
    outline_begin(&outline, scratch);
    kind->outline(sim->spec, caller->spec, (int)op, &outline);
    if (!callee && (!outline.holds || outline.workers == PARAM_UNLIMITED)) continue;
    for (uint32_t i = 0; i < outline.calls; i++) {
      const struct outline_call *call = &outline.call[i];
      found |= call->timeout_ns == PARAM_UNLIMITED && call->deadline_ns == PARAM_UNLIMITED &&
               (!callee || call->to == callee->id);
    }
  }
  return found;
}

/* --- looking -------------------------------------------------------------------------------- */

struct search {
  struct sim *sim;
  bool *gives_up;    /* by slot: its caller does, some time */
  uint32_t *open;    /* by slot: calls made for it that may still end */
  uint64_t *workers; /* by component */
  uint32_t *found;   /* those that never end and whose consequences are not drawn yet */
  uint32_t n;
};

/* The frame that waits for `call`; NULL: nobody does. */
static struct frame *waiting_for(const struct sim *sim, const struct frame *call) {
  if (call->flags & (CALL_ROOT | CALL_ABANDONED)) return NULL;
  struct frame *parent = call_parent(sim, call);
  return parent && frame_state(parent) == FRAME_WAITING ? parent : NULL;
}

/* Whether it is taken out where it is handled, as somebody further up gives up and the component
 * hears of it. */
static bool ends_with_caller(const struct search *s, const struct frame *frame) {
  const struct component *by = s->sim->member[frame_callee(frame)].component;
  if (!by->kind->heeds || by->kind->heeds(by->config) != HEED_STOP) return false;
  for (const struct frame *f = frame; f; f = waiting_for(s->sim, f)) {
    if (s->gives_up[frame_slot(s->sim, f)]) return true;
  }
  return false;
}

static void leave_place(const struct search *s, const struct frame *call) {
  const struct try *try = s->sim->outbounds ? try_known(s->sim, call) : NULL;
  if (try && try->placed && try->out->pool && try->generation == try->out->generation) {
    try->out->pool->leaked++;
  }
}

/* Who waits for nothing else than calls that never end never ends either. */
static void draw_consequences(struct search *s, struct frame *call) {
  struct frame *parent = waiting_for(s->sim, call);
  if (parent && ends_with_caller(s, parent)) return;
  leave_place(s, call);
  if (!parent || --s->open[frame_slot(s->sim, parent)] > 0) return;
  struct member *member = &s->sim->member[frame_callee(parent)];
  const struct station *st = member_station(member);
  bool holds = st && st->workers != PARAM_UNLIMITED && !(parent->flags & CALL_RELEASED);
  if (holds) s->workers[member->component->id]++;
  if (!s->gives_up[frame_slot(s->sim, parent)]) s->found[s->n++] = frame_slot(s->sim, parent);
}

static void forget_pools(const struct sim *sim) {
  for (uint32_t c = 0; sim->outbounds && c < sim->spec->components; c++) {
    for (struct outbound_row *row = sim->outbounds->of[c]; row; row = row->next) {
      for (struct outbound *out = row->first; out; out = out->next) {
        if (out->pool) out->pool->leaked = 0;
      }
    }
  }
}

static void search(struct search *s) {
  struct sim *sim = s->sim;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    const struct frame *parent = waiting_for(sim, f);
    if (parent) s->open[frame_slot(sim, parent)]++;
    bool ever = frame_state(f) == FRAME_LOST && !(f->flags & CALL_ABANDONED);
    if (ever && !s->gives_up[frame_slot(sim, f)]) s->found[s->n++] = frame_slot(sim, f);
  }
  while (s->n > 0) draw_consequences(s, frame_at(sim, s->found[--s->n]));
}

uint64_t *leaks_count(struct sim *sim) {
  forget_pools(sim);
  if (sim->calls.lost == 0) return NULL;
  struct search s = {.sim = sim,
                     .gives_up = calls_given_up(sim),
                     .open = mem_zeroed(sim->calls.used, sizeof *s.open),
                     .workers = mem_zeroed(sim->spec->components, sizeof *s.workers),
                     .found = mem_alloc(sim->calls.used * sizeof *s.found)};
  search(&s);
  free(s.gives_up);
  free(s.open);
  free(s.found);
  return s.workers;
}

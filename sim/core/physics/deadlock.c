#include "deadlock.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "engine.h"
#include "outbound_state.h"
#include "outline.h"
#include "station.h"
#include "stranded.h"

static bool calls_while_holding(struct sim *sim, const struct component *component,
                                struct arena *scratch) {
  bool found = false;
  for (uint32_t op = 0; op < sim->spec->ops && !found; op++) {
    struct outline outline;
    outline_begin(&outline, scratch);
    component->kind->outline(sim->spec, component->spec, (int)op, &outline);
    found = outline.holds && outline.calls > 0 && outline.workers != PARAM_UNLIMITED;
  }
  return found;
}

bool deadlock_possible(struct sim *sim, const struct component *component, struct arena *scratch) {
  const struct kind *kind = component->kind;
  if (!kind->outline || !kind_has_station(kind, component->config)) return false;
  return calls_while_holding(sim, component, scratch);
}

/* Whether calls of `from`, some operation of it, can lead to a call to `to`. */
static bool leads_to(struct sim *sim, uint32_t from, uint32_t to) {
  uint32_t n = sim->spec->components, found = 0;
  uint32_t *list = mem_alloc(n * sizeof *list);
  bool *seen = mem_zeroed(n, sizeof *seen);
  struct arena *arena = arena_new();
  list[found++] = from;
  seen[from] = true;
  for (uint32_t i = 0; i < found; i++) {
    const struct component_spec *spec = &sim->spec->component[list[i]];
    for (uint32_t op = 0; spec->kind->outline && op < sim->spec->ops; op++) {
      struct outline outline;
      outline_begin(&outline, arena);
      spec->kind->outline(sim->spec, spec, (int)op, &outline);
      for (uint32_t k = 0; k < outline.calls; k++) {
        uint32_t next = outline.call[k].to;
        if (!seen[next]) list[found++] = next;
        seen[next] = true;
      }
    }
  }
  bool reached = seen[to];
  arena_free(arena);
  free(seen);
  free(list);
  return reached;
}

bool deadlock_possible_in_pool(struct sim *sim, const struct component *caller,
                               const struct component *callee, const struct pool_config *pool) {
  if (!pool->given || pool->wait_ns != TIME_NEVER || pool->queue == 0) return false;
  return leads_to(sim, callee->id, caller->id);
}

/* --- looking -------------------------------------------------------------------------------- */

/* What is known of the calls in flight while stuck ones are looked for. All that wait are taken to
 * be stuck until something says that they can go on. */
struct search {
  struct sim *sim;
  bool *goes_on;     /* by slot */
  bool *gives_up;    /* by slot: its caller does, some time */
  bool *awaited;     /* by slot: a call made for it waits itself */
  uint64_t *holding; /* by member: calls that may be stuck and hold its workers */
  uint32_t *queue;   /* by member: the first that waits there, or SLOT_NONE */
  uint32_t *next;    /* by slot: the next one there */
  uint32_t *found;   /* those that go on and whose consequences are not drawn yet */
  uint32_t n;
};

static bool is_full(struct member *member) {
  const struct station *st = member_station(member);
  return st && st->workers != PARAM_UNLIMITED && st->held >= st->workers && st->queued > 0;
}

static bool pool_is_full(const struct pool *pool) {
  return pool->waiting.n > 0 && pool->taken.n >= concurrency_limit(&pool->size);
}

static bool some_pool_is_full(const struct sim *sim) {
  for (uint32_t c = 0; sim->outbounds && c < sim->spec->components; c++) {
    for (struct outbound_row *row = sim->outbounds->of[c]; row; row = row->next) {
      for (struct outbound *out = row->first; out; out = out->next) {
        if (out->owns_pool && pool_is_full(out->pool)) return true;
      }
    }
  }
  return false;
}

/* A deadlock begins at a member that can be part of one and has no worker left, or at a pool. */
static bool may_have_begun(struct sim *sim) {
  struct arena *scratch = arena_new();
  bool may = some_pool_is_full(sim);
  for (uint32_t i = 0; i < sim->members && !may; i++) {
    struct member *member = &sim->member[i];
    may = is_full(member) && deadlock_possible(sim, member->component, scratch);
  }
  arena_free(scratch);
  return may;
}

/* The frame that waits for `call`; NULL: nobody does. */
static struct frame *waiting_for(const struct sim *sim, const struct frame *call) {
  if (call->flags & (CALL_ROOT | CALL_ABANDONED)) return NULL;
  struct frame *parent = call_parent(sim, call);
  return parent && frame_state(parent) == FRAME_WAITING ? parent : NULL;
}

/* What is known of its way through a pool of its caller's, if it is in one. */
static struct try *in_pool(const struct sim *sim, const struct frame *call) {
  struct try *try = sim->outbounds ? try_known(sim, call) : NULL;
  if (!try || try->errand == NO_ERRAND || try->generation != try->out->generation) return NULL;
  return try->out->pool ? try : NULL
    ;
}

static bool waits_for_place(const struct sim *sim, const struct frame *call) {
  if (frame_state(call) != FRAME_MADE) return false;
  const struct try *try = in_pool(sim, call);
  return try && try->phase == PHASE_WAITING;
}

/* For a worker, for a place, or for calls of its own. */
static bool waits(const struct sim *sim, const struct frame *f) {
  enum frame_state state = frame_state(f);
  return state == FRAME_QUEUED || state == FRAME_WAITING || waits_for_place(sim, f);
}

static bool holds_worker(const struct frame *f) {
  return frame_state(f) == FRAME_WAITING && !(f->flags & CALL_RELEASED);
}

/* --- who goes on ---------------------------------------------------------------------------- */

static void go_on(struct search *s, uint32_t slot) {
  if (s->goes_on[slot]) return;
  s->goes_on[slot] = true;
  s->found[s->n++] = slot;
}

static void queue_goes_on(struct search *s, uint32_t member) {
  for (uint32_t slot = s->queue[member]; slot != SLOT_NONE; slot = s->next[slot]) go_on(s, slot);
  s->queue[member] = SLOT_NONE;
}

static void pool_goes_on(struct search *s, struct pool *pool) {
  for (uint32_t slot = pool->head; slot != SLOT_NONE && !pool->moves;
       slot = s->sim->outbounds->try[slot].after) {
    go_on(s, slot);
  }
  pool->moves = true;
}

/* A call that goes on frees what it holds, and answers who waits for it. */
static void draw_consequences(struct search *s, struct frame *f) {
  uint32_t member = frame_callee(f);
  if (holds_worker(f)) {
    s->holding[member]--;
    queue_goes_on(s, member);
  }
  const struct try *try = in_pool(s->sim, f);
  if (try && try->placed) pool_goes_on(s, try->out->pool);
  const struct frame *parent = waiting_for(s->sim, f);
  if (parent) go_on(s, frame_slot(s->sim, parent));
}

/* Who holds what and who waits where. */
static void enter(struct search *s, struct frame *f) {
  uint32_t slot = frame_slot(s->sim, f), member = frame_callee(f);
  if (!waits(s->sim, f)) return;
  if (holds_worker(f)) s->holding[member]++;
  if (frame_state(f) == FRAME_QUEUED) {
    s->next[slot] = s->queue[member];
    s->queue[member] = slot;
  }
  const struct frame *parent = waiting_for(s->sim, f);
  if (parent) s->awaited[frame_slot(s->sim, parent)] = true;
}

/* Those of whom it can be said at once. A queue moves if a worker is free or held by who works. */
static void begin(struct search *s, struct frame *f) {
  uint32_t slot = frame_slot(s->sim, f);
  struct member *callee = &s->sim->member[frame_callee(f)];
  const struct frame *parent = waiting_for(s->sim, f);
  if (parent && s->gives_up[slot]) go_on(s, frame_slot(s->sim, parent));
  if (!waits(s->sim, f)) {
    go_on(s, slot);
  } else if (frame_state(f) == FRAME_WAITING) {
    if (!s->awaited[slot]) go_on(s, slot);
  } else if (frame_state(f) == FRAME_QUEUED) {
    bool moves = !is_full(callee) || s->holding[callee->id] < member_station(callee)->held;
    if (moves) queue_goes_on(s, callee->id);
  } else {
    struct pool *pool = in_pool(s->sim, f)->out->pool;
    if (s->gives_up[slot]) go_on(s, slot);
    if (!pool_is_full(pool)) pool_goes_on(s, pool);
  }
}

static void forget_pools(const struct sim *sim) {
  for (uint32_t c = 0; sim->outbounds && c < sim->spec->components; c++) {
    for (struct outbound_row *row = sim->outbounds->of[c]; row; row = row->next) {
      for (struct outbound *out = row->first; out; out = out->next) {
        if (!out->pool) continue;
        out->pool->moves = false;
        out->pool->stuck = 0;
      }
    }
  }
}

static void search(struct search *s) {
  struct sim *sim = s->sim;
  uint32_t slot;
  memset(s->queue, 0xff, sim->members * sizeof *s->queue);
  forget_pools(sim);
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) enter(s, f);
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) begin(s, f);
  while (s->n > 0) draw_consequences(s, frame_at(sim, s->found[--s->n]));
}

static uint64_t *stuck_by_component(const struct search *s) {
  uint64_t *n = mem_zeroed(s->sim->spec->components, sizeof *n);
  uint32_t slot;
  for (struct frame *f = frame_first(s->sim, &slot); f; f = frame_following(s->sim, &slot)) {
    if (s->goes_on[frame_slot(s->sim, f)]) continue;
    if (frame_state(f) == FRAME_QUEUED) n[s->sim->member[frame_callee(f)].component->id]++;
    if (frame_state(f) == FRAME_MADE) in_pool(s->sim, f)->out->pool->stuck++;
  }
  return n;
}

uint64_t *deadlock_count(struct sim *sim) {
  if (!may_have_begun(sim)) return NULL;
  struct search s = {.sim = sim,
                     .goes_on = mem_zeroed(sim->calls.used, sizeof *s.goes_on),
                     .gives_up = calls_given_up(sim),
                     .awaited = mem_zeroed(sim->calls.used, sizeof *s.awaited),
                     .holding = mem_zeroed(sim->members, sizeof *s.holding),
                     .queue = mem_alloc(sim->members * sizeof *s.queue),
                     .next = mem_alloc(sim->calls.used * sizeof *s.next),
                     .found = mem_alloc(sim->calls.used * sizeof *s.found)};
  search(&s);
  uint64_t *n = stuck_by_component(&s);
  free(s.goes_on);
  free(s.gives_up);
  free(s.awaited);
  free(s.holding);
  free(s.queue);
  free(s.next);
  free(s.found);
  return n;
}

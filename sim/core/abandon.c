#include "abandon.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "engine.h"
#include "fault.h"
#include "held.h"
#include "message.h"
#include "network.h"
#include "outbound.h"
#include "outline.h"
#include "trace.h"

/* --- who is told ---------------------------------------------------------------------------- */

static enum heed heeds(const struct component *component) {
  return component->kind->heeds ? component->kind->heeds(component->config) : HEED_NOTHING;
}

/* Whether a component that passes the news on calls one that is told. */
static bool calls_one_told(const struct sim *sim, const struct component *component,
                           struct arena *arena) {
  if (!component->kind->outline) return true; /* nothing is known of whom it calls */
  for (uint32_t op = 0; op < sim->spec->ops; op++) {
    struct outline outline;
    outline_begin(&outline, arena);
    component->kind->outline(sim->spec, component->spec, (int)op, &outline);
    for (uint32_t i = 0; i < outline.calls; i++) {
      if (sim->component[outline.call[i].to].told) return true;
    }
  }
  return false;
}

/* From the components that act on the news back to all that lie before them. */
static void find_told(struct sim *sim) {
  struct arena *arena = arena_new();
  for (bool found = true; found;) {
    found = false;
    for (uint32_t c = 0; c < sim->spec->components; c++) {
      struct component *component = &sim->component[c];
      if (component->told || heeds(component) != HEED_PASS_ON) continue;
      component->told = calls_one_told(sim, component, arena);
      found |= component->told;
    }
  }
  arena_free(arena);
}

/* A step that makes several calls may be decided before all are answered. */
static bool decides_early(const struct outline *outline) {
  for (uint32_t i = 0; i < outline->steps; i++) {
    const struct outline_step *step = &outline->step[i];
    if (step->what != OUTLINE_CALLS || step->count == 0) continue;
    if (step->count > 1 || outline->call[step->first].times > 1) return true;
  }
  return false;
}

static bool may_give_up(const struct sim *sim, const struct component *component,
                        struct arena *arena) {
  const struct kind *kind = component->kind;
  if (!kind->outline || component_sends(component->spec)) return true;
  if (kind->stands_apart && kind->probes) return true;
  if (kind->gives_locks) return true; /* who gives one back waits for no answer for ever */
  for (uint32_t op = 0; op < sim->spec->ops; op++) {
    struct outline outline;
    outline_begin(&outline, arena);
    component->kind->outline(sim->spec, component->spec, (int)op, &outline);
    if (outline.health.given || decides_early(&outline)) return true;
    for (uint32_t i = 0; i < outline.calls; i++) {
      const struct outline_call *call = &outline.call[i];
      if (call->timeout_ns != TIME_NEVER || call->deadline_ns != TIME_NEVER) return true;
      if (call->policy && !outbound_is_plain(call->policy)) return true;
    }
  }
  return false;
}

/* Without a timeout, a policy, a fault or calls at once every caller waits for its answer. */
static bool somebody_may_give_up(const struct sim *sim) {
  if (sim->spec->faults > 0) return true;
  struct arena *arena = arena_new();
  bool found = false;
  for (uint32_t c = 0; c < sim->spec->components && !found; c++) {
    found = may_give_up(sim, &sim->component[c], arena);
  }
  arena_free(arena);
  return found;
}

void abandon_init(struct sim *sim) {
  bool any = false;
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct component *component = &sim->component[c];
    component->told = heeds(component) == HEED_STOP;
    any |= component->told;
  }
  sim->patience_ends = somebody_may_give_up(sim);
  if (!any || !sim->patience_ends) return;
  find_told(sim);
  sim->calls.kin = mem_zeroed(1, sizeof *sim->calls.kin);
}

void abandon_grow(struct calls *calls, uint32_t before) {
  if (!calls->kin) return;
  calls->kin = mem_resize(calls->kin, calls->ready * sizeof *calls->kin);
  memset(calls->kin + before, 0, (calls->ready - before) * sizeof *calls->kin);
}

void abandon_free(struct calls *calls) {
  free(calls->kin);
}

/* --- which calls were made on behalf of which ----------------------------------------------- */

/* The links of a frame are not cleared when it ends: what they lead to says whether it is meant. */
static struct frame *first_child(const struct sim *sim, const struct frame *parent) {
  uint32_t slot = sim->calls.kin[frame_slot(sim, parent)].child;
  struct frame *child = frame_at(sim, slot);
  bool meant = slot != 0 && frame_state(child) != FRAME_FREE && !(child->flags & CALL_ROOT) &&
               child->parent == frame_slot(sim, parent) && child->parent_stamp == parent->stamp;
  return meant ? child : NULL;
}

static struct frame *elder_of(const struct sim *sim, const struct frame *child) {
  uint32_t slot = sim->calls.kin[frame_slot(sim, child)].elder;
  return slot ? frame_at(sim, slot) : NULL;
}

void kin_add(struct sim *sim, struct frame *parent, struct frame *child) {
  struct kin *kin = sim->calls.kin;
  uint32_t slot = frame_slot(sim, child);
  struct frame *elder = first_child(sim, parent);
  kin[slot].elder = elder ? frame_slot(sim, elder) : 0;
  kin[slot].younger = 0;
  if (elder) kin[kin[slot].elder].younger = slot;
  kin[frame_slot(sim, parent)].child = slot;
}

/* Siblings stay linked to each other when their parent has ended. */
void kin_remove(struct sim *sim, struct frame *child) {
  struct kin *kin = sim->calls.kin;
  uint32_t slot = frame_slot(sim, child), elder = kin[slot].elder, younger = kin[slot].younger;
  if (elder) kin[elder].younger = younger;
  if (younger) {
    kin[younger].elder = elder;
  } else if (kin[child->parent].child == slot) {
    kin[child->parent].child = elder; /* harmless if the slot is another's by now */
  }
}

bool call_is_in_vain(const struct sim *sim, const struct frame *call) {
  while (!(call->flags & CALL_ROOT)) {
    call = call_parent(sim, call);
    /* One that has ended was not given up; the rest of a handler is for nobody by intent. */
    if (call == NULL || call_is_rest(call)) return false;
    if (call->flags & CALL_ABANDONED) return true;
  }
  return false;
}

/* --- telling -------------------------------------------------------------------------------- */

/* Who was called, by name or not. */
static const struct member *called(const struct sim *sim, const struct frame *call) {
  const struct member *callee = &sim->member[frame_callee(call)];
  while (callee->kind->by_name && sim->calls.kin && (call = first_child(sim, call)) != NULL) {
    callee = &sim->member[frame_callee(call)];
  }
  return callee;
}

/* Sends the news to the callee. From a name to whom it stands for it is no way. */
static void tell(struct sim *sim, const struct member *maker, struct frame *call) {
  const struct member *callee = &sim->member[frame_callee(call)];
  bool session = held_is_session(sim, call); /* one end of a connection that is gone */
  if (frame_state(call) == FRAME_REPLYING || !(callee->component->told || session)) return;
  sim_assert(sim, maker->id, session || sim->calls.kin != NULL,
             "a call is given up though its maker's outline says that it never is");
  uint64_t delay_ns = 0;
  bool far = sim->network && !maker->kind->by_name;
  if (far && !network_reaches(sim, maker, called(sim, call), &delay_ns)) return;
  push_frame_event(sim, call, delay_ns, EVENT_CANCEL);
}

/* Nobody waits for it from now on. */
static void give_up(struct sim *sim, const struct member *maker, struct frame *call) {
  call->flags |= CALL_ABANDONED;
  if (frame_state(call) == FRAME_HELD_UP && !(call->flags & (CALL_MESSAGE | CALL_DETACHED))) {
    sim->member[frame_callee(call)].flow.errors++; /* whatever becomes of it later */
    call->flags |= CALL_DETACHED;
  }
  tell(sim, maker, call);
}

void call_cancel(struct sim *sim, struct frame *call) {
  if (call->flags & CALL_MESSAGE) return; /* those who get one do what it says */
  call->flags |= CALL_UNWANTED;
  if (!frame_is_handled(call)) return; /* not there yet, or over */
  struct member *callee = &sim->member[frame_callee(call)];
  if (callee->hung) {
    faults_defer(sim, callee,
                 event_make(sim->now_ns, frame_slot(sim, call) << 4 | EVENT_CANCEL, call->stamp));
    return;
  }
  if (sim->holds && held_ends(sim, call)) return;
  callee->kind->on_cancel(sim, callee, call);
}

bool unwanted_arrival(struct sim *sim, struct member *to, struct frame *call) {
  if (sim->holds && held_is_session(sim, call)) return held_arrives(sim, to, call);
  if (!to->component->told) return false;
  uint32_t stamp = call->stamp;
  to->kind->on_cancel(sim, to, call);
  return call->stamp != stamp || frame_state(call) != FRAME_TRAVELLING;
}

void call_pass_on(struct sim *sim, struct frame *call) {
  if (!sim->calls.kin) return;
  const struct member *maker = &sim->member[frame_callee(call)];
  for (struct frame *f = first_child(sim, call); f; f = elder_of(sim, f)) {
    if (frame_state(f) == FRAME_MADE) {
      f->flags |= CALL_UNWANTED;
      if (sim->outbounds) outbound_unwanted(sim, f);
    } else if (!(f->flags & CALL_ABANDONED)) {
      tell(sim, maker, f);
    }
  }
}

/* --- giving up ------------------------------------------------------------------------------ */

static void abandon(struct sim *sim, const struct member *maker, struct frame *call) {
  sim->calls.abandoned++;
  if (sim->outbounds) outbound_forget(sim, call);
  if (call->flags & CALL_TRACED) trace_ended(sim, call, OUTCOME_RESET);
  if (frame_state(call) == FRAME_MADE || frame_state(call) == FRAME_LOST) {
    call_end_unheard(sim, call, &sim->calls.late);
  } else {
    give_up(sim, maker, call);
  }
}

bool call_abandon(struct sim *sim, struct call_ref ref) {
  sim_assert(sim, MEMBER_NONE, ref.slot > 0 && ref.slot < sim->calls.used, "no such call");
  struct frame *call = frame_at(sim, ref.slot);
  if (call->stamp != ref.stamp || call->flags & CALL_ABANDONED) return false;
  const struct member *maker = call_maker_if_alive(sim, call);
  if (!maker) return false;
  abandon(sim, maker, call);
  return true;
}

void call_abandon_made(struct sim *sim, struct frame *call) {
  if (!sim->calls.kin) return;
  const struct member *maker = &sim->member[frame_callee(call)];
  for (struct frame *f = first_child(sim, call), *next; f; f = next) {
    next = elder_of(sim, f);
    if (!(f->flags & CALL_ABANDONED)) abandon(sim, maker, f);
  }
}

void call_timeout(struct sim *sim, struct frame *call) {
  if (call->flags & CALL_ABANDONED) return;
  struct frame *parent = NULL;
  struct member *maker = &sim->member[call->parent];
  if (!(call->flags & CALL_ROOT)) {
    parent = call_parent(sim, call);
    if (!parent) {
      if (frame_state(call) == FRAME_LOST) call_end_unheard(sim, call, &sim->calls.orphaned);
      return; /* its maker ended first; what did not vanish comes back and ends then */
    }
    maker = &sim->member[frame_callee(parent)];
  }
  if (__builtin_expect(maker->hung, 0)) {
    faults_defer(sim, maker,
                 event_make(sim->now_ns, frame_slot(sim, call) << 4 | EVENT_TIMEOUT, call->stamp));
    return;
  }
  bool vanished = frame_state(call) == FRAME_LOST;
  enum outcome outcome = vanished ? (enum outcome)call->pending : OUTCOME_TIMEOUT;
  sim->calls.timed_out++;
  if (call->flags & CALL_TRACED) trace_ended(sim, call, outcome);
  if (vanished) {
    call->flags |= CALL_ABANDONED;
  } else {
    give_up(sim, maker, call);
  }
  if (call->flags & CALL_MESSAGE) {
    message_answered(sim, maker, parent, call, outcome);
  } else {
    maker->kind->on_reply(sim, maker, parent, call, outcome);
  }
  if (vanished) call_end_unheard(sim, call, &sim->calls.late);
}

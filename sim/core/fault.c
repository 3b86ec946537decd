/* Faults: when they begin and end, and what a crash, a hang or a slowdown does to a member.
 *
 * Every fault of the spec becomes one instance, or one for each member (`name[*]`). Instances keep
 * no queue of their own: a begin event schedules the end and, for recurring ones, an end event the
 * next begin. Times are drawn from streams named after the fault. A member counts how many crashes
 * and hangs hold at once, so overlapping faults add up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "engine.h"
#include "timeline.h"
#include "trace.h"

struct instance {
  const struct fault_spec *spec;
  uint64_t *members;   /* bit set */
  struct stream times; /* keyed by the instance; block 0, 1, 2 ... of draws */
  uint64_t entity, number;
  struct stream verdicts;
  struct cut cut; /* for faults between two places */
  uint64_t *far_side;
  bool is_cut, active;
};

struct deferred {
  uint32_t member;
  struct event event;
};

struct faults {
  uint32_t instances;
  struct instance *instance;
  uint32_t words; /* of a bit set over members */
  uint32_t deferred_n, deferred_capacity;
  struct deferred *deferred;
};

/* --- who is meant --------------------------------------------------------------------------- */

static bool target_holds(const struct sim *sim, struct fault_target t, const struct member *m) {
  switch (t.kind) {
    case TARGET_COMPONENT:
    case TARGET_EACH:
      return m->component->id == t.id;
    case TARGET_MEMBER:
      return m->component->id == t.id && m->index == t.member;
    case TARGET_ZONE:
      return m->zone == t.id;
    case TARGET_REGION:
      return m->zone != REF_NONE && sim->spec->zone[m->zone].region == t.id;
  }
  return false;
}

/* Clients are cut off with their zone, but they do not break with it: they are who is asked. */
static uint64_t *member_set(const struct sim *sim, struct fault_target target, bool with_sources) {
  uint64_t *set = mem_zeroed(sim->faults->words, sizeof *set);
  for (uint32_t i = 0; i < sim->members; i++) {
    if (sim->member[i].kind->is_source && !with_sources) continue;
    if (target_holds(sim, target, &sim->member[i])) set[i / 64] |= UINT64_C(1) << (i % 64);
  }
  return set;
}

static inline bool in_set(const uint64_t *set, uint32_t id) {
  return set[id / 64] >> (id % 64) & 1;
}

/* --- deferred events of hung members -------------------------------------------------------- */

void faults_defer(struct sim *sim, struct member *member, struct event event) {
  struct faults *f = sim->faults;
  if (f->deferred_n == f->deferred_capacity) {
    f->deferred_capacity = f->deferred_capacity ? 2 * f->deferred_capacity : 64;
    f->deferred = mem_resize(f->deferred, f->deferred_capacity * sizeof *f->deferred);
  }
  f->deferred[f->deferred_n++] = (struct deferred){member->id, event};
}

void faults_visit(const struct faults *faults, void (*visit)(void *, const struct event *),
                  void *context) {
  for (uint32_t i = 0; faults && i < faults->deferred_n; i++) {
    visit(context, &faults->deferred[i].event);
  }
}

/* What came for the member while it hung happens now, in the order in which it came, and before
 * anything that comes at this instant. */
static void release_deferred(struct sim *sim, const struct member *member) {
  struct faults *f = sim->faults;
  uint32_t kept = 0, n = 0;
  struct event *mine = mem_alloc((f->deferred_n + 1) * sizeof *mine);
  for (uint32_t i = 0; i < f->deferred_n; i++) {
    if (f->deferred[i].member == member->id) {
      mine[n++] = f->deferred[i].event;
    } else {
      f->deferred[kept++] = f->deferred[i];
    }
  }
  f->deferred_n = kept;
  for (uint32_t i = 0; i < n; i++) {
    sim_dispatch(sim, &mine[i]);
  }
  free(mine);
}

/* --- effects on one member ------------------------------------------------------------------ */

static void update_impaired(struct sim *sim, struct member *m) {
  m->impaired = m->down || m->hung || m->slow != 1 || m->drop > 0 || m->error > 0;
  bool dark = m->down || m->hung;
  if (dark && m->down_since_ns == TIME_NEVER) m->down_since_ns = sim->now_ns;
  if (!dark && m->down_since_ns != TIME_NEVER) {
    m->down_ns += sim->now_ns - m->down_since_ns;
    m->down_since_ns = TIME_NEVER;
  }
}

/* Everything queued or in service is lost: its callers get a reset. */
static void reset_calls(struct sim *sim, struct member *m) {
  uint32_t n = 0, capacity = 64, slot;
  struct event *list = mem_alloc(capacity * sizeof *list);
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (frame_callee(f) != m->id) continue;
    if (frame_state(f) == FRAME_MADE) call_end_unheard(sim, f, &sim->calls.orphaned);
    if (!frame_is_handled(f)) continue;
    if (n == capacity) list = mem_resize(list, (capacity *= 2) * sizeof *list);
    list[n++] = event_make(0, frame_slot(sim, f), f->stamp);
  }
  /* A call may wait for another one here: what becomes of that does not concern it any more. */
  for (uint32_t i = 0; i < n; i++) {
    frame_set_state(sim, frame_at(sim, event_ref(&list[i])), FRAME_RESETTING);
  }
  for (uint32_t i = 0; i < n; i++) { /* answering may free and reuse frames */
    struct frame *f = frame_at(sim, event_ref(&list[i]));
    if (f->stamp != event_arg(&list[i]) || frame_state(f) != FRAME_RESETTING) continue;
    f->due_ns = TIME_NEVER; /* its timer comes to nothing */
    call_reply(sim, f, OUTCOME_RESET);
  }
  free(list);
}

static void push_timer(struct sim *sim, struct frame *f, uint64_t left_ns) {
  f->due_ns = sim->now_ns + left_ns;
  fel_push(&sim->fel, event_make(f->due_ns, frame_slot(sim, f) << 4 | EVENT_TIMER, f->stamp));
}

/* Running work stops (hang begins), goes on (hang ends) or takes `stretch` times as long. */
static void rework(struct sim *sim, struct member *m, bool was_hung, double stretch) {
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (frame_callee(f) != m->id || frame_state(f) != FRAME_WORKING) continue;
    uint64_t left_ns = was_hung ? ~f->due_ns : f->due_ns - sim->now_ns;
    if (stretch != 1) left_ns = (uint64_t)((double)left_ns * stretch + 0.5);
    if (m->hung) {
      f->due_ns = ~left_ns;
    } else {
      push_timer(sim, f, left_ns);
    }
  }
}

static void tell_traces(struct sim *sim, const struct member *m) {
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (frame_callee(f) != m->id || !frame_is_handled(f)) continue;
    if (f->flags & CALL_TRACED) trace_fault(sim, f, m);
  }
}

static void tell(struct sim *sim, struct member *m, enum fault_type type, bool begins) {
  const struct kind *kind = m->component->kind;
  if (kind->on_fault) kind->on_fault(sim, m, type, begins);
}

static void member_crash(struct sim *sim, struct member *m, bool begins) {
  m->down = (uint16_t)(m->down + (begins ? 1 : -1));
  update_impaired(sim, m);
  if (m->down != (begins ? 1 : 0)) return;
  tell(sim, m, FAULT_CRASH, begins);
  if (!begins) return;
  reset_calls(sim, m);
  release_deferred(sim, m);
}

static void member_hang(struct sim *sim, struct member *m, bool begins) {
  bool was_hung = m->hung;
  m->hung = (uint16_t)(m->hung + (begins ? 1 : -1));
  update_impaired(sim, m);
  if (was_hung == (m->hung > 0)) return;
  rework(sim, m, was_hung, 1);
  tell_traces(sim, m);
  tell(sim, m, FAULT_HANG, begins);
  if (!begins) release_deferred(sim, m);
}

static void member_slow(struct sim *sim, struct member *m, double factor, bool begins) {
  double stretch = begins ? factor : 1 / factor;
  m->slow = begins ? m->slow * factor : m->slow / factor;
  if (m->slow > 1 - 1e-12 && m->slow < 1 + 1e-12) m->slow = 1; /* rounding of overlapping faults */
  update_impaired(sim, m);
  rework(sim, m, m->hung, stretch);
  tell_traces(sim, m);
  tell(sim, m, FAULT_SLOW, begins);
}

/* Probabilities of independent faults that hold at once; set anew from those active. */
static void member_ratios(struct sim *sim, struct member *m) {
  double passes_drop = 1, passes_error = 1;
  for (uint32_t i = 0; i < sim->faults->instances; i++) {
    const struct instance *it = &sim->faults->instance[i];
    if (!it->active || it->is_cut || !in_set(it->members, m->id)) continue;
    if (it->spec->type == FAULT_DROP) passes_drop *= 1 - it->spec->ratio;
    if (it->spec->type == FAULT_ERROR) passes_error *= 1 - it->spec->ratio;
  }
  m->drop = 1 - passes_drop;
  m->error = 1 - passes_error;
  update_impaired(sim, m);
}

enum outcome faults_gate(struct sim *sim, struct member *to, struct frame *call) {
  (void)to;
  for (uint32_t i = 0; i < sim->faults->instances; i++) {
    const struct instance *it = &sim->faults->instance[i];
    if (!it->active || it->is_cut || !in_set(it->members, to->id)) continue;
    if (it->spec->type != FAULT_DROP && it->spec->type != FAULT_ERROR) continue;
    struct draws draws = draws_begin(it->verdicts, call->key, to->component->name_hash);
    if (draws_unit(&draws) < it->spec->ratio) {
      return it->spec->type == FAULT_DROP ? OUTCOME_TIMEOUT : OUTCOME_FAILED;
    }
  }
  return OUTCOME_OK;
}

/* --- beginning and ending ------------------------------------------------------------------- */

static void apply(struct sim *sim, struct instance *it, bool begins) {
  it->active = begins;
  if (it->is_cut) {
    it->cut.active = begins;
    network_cuts_changed(sim);
    return;
  }
  for (uint32_t i = 0; i < sim->members; i++) {
    if (!in_set(it->members, i)) continue;
    struct member *m = &sim->member[i];
    switch (it->spec->type) {
      case FAULT_CRASH:
        member_crash(sim, m, begins);
        break;
      case FAULT_HANG:
        member_hang(sim, m, begins);
        break;
      case FAULT_SLOW:
        member_slow(sim, m, it->spec->factor, begins);
        break;
      case FAULT_DROP:
      case FAULT_ERROR:
        member_ratios(sim, m);
        break;
      case FAULT_PARTITION:
        break;
    }
  }
}

static uint64_t draw_time(struct instance *it, const struct dist *dist) {
  struct draws draws = draws_begin(it->times, it->entity, it->number++ << 32);
  return dist_draw_whole(dist, &draws);
}

static void schedule(struct sim *sim, uint32_t which, uint64_t delay_ns, bool begins) {
  if (delay_ns > TIME_NEVER / 2 - sim->now_ns) return;
  fel_push(&sim->fel, event_make(sim->now_ns + delay_ns, which << 4 | EVENT_FAULT, begins ? 1 : 0));
}

void faults_event(struct sim *sim, uint32_t which, bool begins) {
  struct instance *it = &sim->faults->instance[which];
  if (begins) {
    if (it->spec->recurring || !it->spec->forever) {
      schedule(sim, which, draw_time(it, &it->spec->lasts), false);
    }
  } else if (it->spec->recurring) {
    schedule(sim, which, draw_time(it, &it->spec->mttf), true);
  }
  timeline_fault(sim, it->spec, (uint32_t)it->entity, begins);
  apply(sim, it, begins);
}

void faults_start(struct sim *sim) {
  for (uint32_t i = 0; i < sim->faults->instances; i++) {
    struct instance *it = &sim->faults->instance[i];
    uint64_t at_ns = it->spec->recurring ? draw_time(it, &it->spec->mttf) : it->spec->at_ns;
    schedule(sim, i, at_ns, true);
  }
}

/* --- building ------------------------------------------------------------------------------- */

static void instance_init(struct sim *sim, struct instance *it, const struct fault_spec *spec,
                          struct fault_target target, uint64_t entity) {
  it->spec = spec;
  it->entity = entity;
  it->is_cut = spec->type == FAULT_PARTITION || spec->on_path;
  it->members = member_set(sim, target, it->is_cut);
  it->times = sim_named_stream(sim, spec->name, "fault times");
  it->verdicts = sim_named_stream(sim, spec->name, "fault verdicts");
  if (!it->is_cut) return;
  it->far_side = member_set(sim, spec->other, true);
  it->cut = (struct cut){.a = it->members,
                         .b = it->far_side,
                         .one_way = spec->one_way,
                         .type = spec->type,
                         .factor = spec->factor,
                         .ratio = spec->ratio,
                         .stream = it->verdicts};
}

struct faults *faults_new(struct sim *sim) {
  struct faults *f = mem_zeroed(1, sizeof *f);
  sim->faults = f;
  f->words = sim->members / 64 + 1;
  uint32_t n = 0;
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    struct fault_target t = sim->spec->fault[i].target;
    n += t.kind == TARGET_EACH ? sim->component[t.id].members : 1;
  }
  f->instance = mem_zeroed(n ? n : 1, sizeof *f->instance);
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    const struct fault_spec *spec = &sim->spec->fault[i];
    if (spec->target.kind != TARGET_EACH) {
      instance_init(sim, &f->instance[f->instances++], spec, spec->target, 0);
      continue;
    }
    for (uint32_t k = 1; k <= sim->component[spec->target.id].members; k++) {
      struct fault_target one = {TARGET_MEMBER, spec->target.id, k};
      instance_init(sim, &f->instance[f->instances++], spec, one, k);
    }
  }
  for (uint32_t i = 0; i < f->instances; i++) { /* only now do the instances stay where they are */
    if (f->instance[i].is_cut) network_add_cut(sim, &f->instance[i].cut);
  }
  return f;
}

void faults_free(struct faults *f) {
  if (!f) return;
  for (uint32_t i = 0; i < f->instances; i++) {
    free(f->instance[i].members);
    free(f->instance[i].far_side);
  }
  free(f->instance);
  free(f->deferred);
  free(f);
}

#include "held.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "column.h"
#include "engine.h"
#include "network.h"
#include "network/connection.h"

/* Of one member. */
struct places {
  struct level taken;
  uint64_t most, refused, lost, lost_before;
  uint64_t begun, ended;
};

struct holds {
  struct places *at; /* by member */
};

/* --- who holds ------------------------------------------------------------------------------ */

static bool passes_on(const struct kind *kind) {
  return kind->is_source || kind->bypass != NULL || kind->by_name;
}

static bool anybody_stays(const struct sim *sim) {
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    const struct component_spec *component = &sim->spec->component[c];
    if (component->kind->stays && component->kind->stays(component->config)) return true;
  }
  return false;
}

void held_init(struct sim *sim) {
  if (!anybody_stays(sim)) return;
  sim->holds = arena_alloc(sim->arena, sizeof *sim->holds);
  sim->holds->at = arena_lines(sim->arena, sim->members, sizeof *sim->holds->at);
  column_want(sim, COLUMN_LASTS);
  column_want(sim, COLUMN_STANDS);
  column_want(sim, COLUMN_SESSION);
  column_want(sim, COLUMN_JOURNEY);
}

uint64_t held_at(const struct sim *sim, const struct member *member) {
  return sim->holds ? sim->holds->at[member_id(sim, member)].taken.value : 0;
}

/* --- names of frames ------------------------------------------------------------------------- */

static uint64_t name_of(const struct sim *sim, const struct frame *frame) {
  return (uint64_t)frame->stamp << 32 | frame_slot(sim, frame);
}

/* NULL: it is over. */
static struct frame *named(const struct sim *sim, uint64_t name) {
  struct frame *frame = name ? frame_at(sim, (uint32_t)name) : NULL;
  return frame && frame->stamp == (uint32_t)(name >> 32) ? frame : NULL;
}

/* The call that stands at the member that has the session; NULL: it is not open. */
static struct frame *where_it_stands(const struct sim *sim, const struct frame *session) {
  struct frame *stands = named(sim, column_get(sim, session, COLUMN_STANDS));
  return stands && frame_state(stands) == FRAME_SLEEPING ? stands : NULL;
}

static struct frame *session_of(const struct sim *sim, const struct frame *call) {
  if (sim->holds == NULL) return NULL;
  struct frame *session = named(sim, column_get(sim, call, COLUMN_SESSION));
  return session ? where_it_stands(sim, session) : NULL;
}

/* One hop nearer to the client; NULL: this is the first. */
static struct frame *before(const struct sim *sim, const struct frame *frame) {
  return frame->flags & CALL_ROOT ? NULL : call_parent(sim, frame);
}

static struct frame *root_of(const struct sim *sim, struct frame *frame) {
  while (frame && !(frame->flags & CALL_ROOT)) frame = before(sim, frame);
  return frame;
}

/* --- the client's side ----------------------------------------------------------------------- */

struct frame *held_new(struct sim *sim, struct member *owner, uint64_t key, uint64_t lasts_ns,
                       uint64_t mark) {
  struct frame *session = call_new(sim, owner, NULL);
  session->key = key;
  session->flags |=
      CALL_UNWANTED; /* what is made on behalf of it has that too: see unwanted_arrival */
  column_set(sim, session, COLUMN_LASTS, lasts_ns > 0 ? lasts_ns : 1);
  column_set(sim, session, COLUMN_JOURNEY, mark);
  return session;
}

void held_open(struct sim *sim, struct frame *session, struct component *at) {
  call_send(sim, session, component_pick(at, session), TIME_NEVER);
}

bool held_is_session(const struct sim *sim, const struct frame *call) {
  return sim->holds != NULL && column_get(sim, call, COLUMN_LASTS) != 0;
}

uint64_t held_mark(const struct sim *sim, const struct frame *session) {
  return column_get(sim, session, COLUMN_JOURNEY);
}

struct member *held_use(struct sim *sim, struct frame *call, const struct frame *session,
                        const struct component *to) {
  column_set(sim, call, COLUMN_SESSION, name_of(sim, session));
  struct member *first = &sim->member[frame_callee(session)];
  return first->component == to ? first : NULL;
}

void held_fail(struct sim *sim, struct frame *call, enum outcome outcome) {
  call->pending = (uint16_t)outcome;
  call_finish(sim, call);
}

/* --- on the way ------------------------------------------------------------------------------ */

uint32_t held_site(const struct sim *sim, const struct member *member, const struct frame *call) {
  uint32_t id = member_id(sim, member);
  for (const struct frame *f = session_of(sim, call); f;) {
    const struct frame *above = before(sim, f);
    if (above && frame_callee(above) == id) return f->site;
    f = above;
  }
  return HELD_NOWHERE;
}

bool held_is_here(const struct sim *sim, const struct member *to, const struct frame *call) {
  if (sim->holds == NULL || to->down || to->phase != MEMBER_DRAINING) return false;
  const struct frame *stands = session_of(sim, call);
  return stands && frame_callee(stands) == to->id;
}

uint32_t held_connection(const struct sim *sim, const struct member *from, const struct member *to,
                         const struct frame *call) {
  for (const struct frame *f = session_of(sim, call); f; f = before(sim, f)) {
    if (frame_callee(f) != to->id || call_maker(sim, f) != from) continue;
    const struct ride *ride = ride_of(sim, f);
    return ride && ride_connection(sim, ride) ? ride->connection : NO_CONNECTION;
  }
  return NO_CONNECTION;
}

/* --- where it stands ------------------------------------------------------------------------- */

/* What a message takes on average over the hops back to the client. */
static uint64_t way_back_ns(struct sim *sim, const struct frame *stands) {
  double ns = 0;
  for (const struct frame *f = stands; f; f = before(sim, f)) {
    ns += network_mean_ns(sim, &sim->member[frame_callee(f)], call_maker(sim, f));
  }
  return (uint64_t)ns;
}

static void tell_holder(struct sim *sim, struct member *at) {
  if (at->kind->on_held) at->kind->on_held(sim, at);
}

static void take_place(struct sim *sim, struct member *to, struct frame *call,
                       struct frame *session) {
  uint64_t lasts_ns = column_get(sim, session, COLUMN_LASTS);
  frame_set_state(sim, call, FRAME_SLEEPING);
  call->flags |= CALL_RELEASED; /* no worker holds it */
  call->due_ns = lasts_ns < TIME_NEVER / 2 - sim->now_ns ? sim->now_ns + lasts_ns : TIME_NEVER;
  column_set(sim, session, COLUMN_STANDS, name_of(sim, call));
  if (call->due_ns != TIME_NEVER) push_frame_event(sim, call, lasts_ns, EVENT_CANCEL);
  struct places *places = &sim->holds->at[to->id];
  level_up(&places->taken, sim->now_ns);
  places->begun++;
  if (places->taken.value > places->most) places->most = places->taken.value;
  tell_holder(sim, to);
  struct member *owner = &sim->member[session->parent];
  owner->kind->on_session(sim, owner, session, way_back_ns(sim, call));
}

static uint64_t places_of(const struct member *member) {
  const struct component_spec *spec = member->component->spec;
  if (spec->sessions > 0 || !spec->kind->places) return spec->sessions;
  return spec->kind->places(spec->config);
}

bool held_arrives(struct sim *sim, struct member *to, struct frame *call) {
  if (!held_is_session(sim, call) || passes_on(to->kind)) return false;
  struct frame *session = root_of(sim, call);
  struct places *places = &sim->holds->at[to->id];
  uint64_t most = places_of(to);
  if (session == NULL || session->flags & CALL_ABANDONED) {
    call_reply(sim, call, OUTCOME_RESET);
  } else if (most > 0 && places->taken.value >= most) {
    places->refused++;
    call_reply(sim, call, OUTCOME_REFUSED);
  } else {
    take_place(sim, to, call, session);
  }
  return true;
}

/* Its time is over, or somebody on the way has given it up. */
bool held_ends(struct sim *sim, struct frame *call) {
  struct member *at = &sim->member[frame_callee(call)];
  if (!held_is_session(sim, call)) return false;
  if (passes_on(at->kind)) return at->kind->on_cancel == NULL;
  if (frame_state(call) != FRAME_SLEEPING) return true;
  struct places *places = &sim->holds->at[at->id];
  places->ended++;
  bool over = sim->now_ns >= call->due_ns;
  frame_set_state(sim, call, FRAME_WORKING); /* it does not stand any more */
  level_down(&places->taken, sim->now_ns);
  call_reply(sim, call, over ? OUTCOME_OK : OUTCOME_RESET);
  tell_holder(sim, at);
  return true;
}

/* Somebody on the way is gone, and with it the connection that the session has beyond. */
static void cut_off(struct sim *sim, const struct member *at, struct frame *call) {
  struct frame *session = root_of(sim, call);
  struct frame *stands = session ? where_it_stands(sim, session) : NULL;
  uint64_t delay_ns = 0;
  if (stands == NULL) return;
  const struct member *there = &sim->member[frame_callee(stands)];
  if (sim->network && !network_reaches(sim, at, there, &delay_ns)) return;
  push_frame_event(sim, stands, delay_ns, EVENT_CANCEL);
}

void held_lost(struct sim *sim, struct frame *call) {
  const struct member *at = &sim->member[frame_callee(call)];
  if (!held_is_session(sim, call)) return;
  if (passes_on(at->kind)) {
    cut_off(sim, at, call);
    return;
  }
  if (frame_state(call) != FRAME_SLEEPING) return;
  sim->holds->at[at->id].lost++;
  level_down(&sim->holds->at[at->id].taken, sim->now_ns);
}

/* --- results --------------------------------------------------------------------------------- */

void held_reset(struct sim *sim) {
  if (sim->holds == NULL) return;
  for (uint32_t i = 0; i < sim->members; i++) {
    struct places *places = &sim->holds->at[i];
    level_reset(&places->taken, sim->now_ns);
    places->most = places->taken.value;
    places->refused = 0;
    places->lost_before = places->lost;
  }
}

static void emit(const struct sim *sim, const struct component *component, uint32_t first,
                 uint32_t n, const char *name, struct metrics *out) {
  double integral_s = 0, measured_s = 0, most = 0, refused = 0, lost = 0;
  if (sim->now_ns > sim->warmup_ns) measured_s = (double)(sim->now_ns - sim->warmup_ns) / 1e9;
  for (uint32_t i = first; i < first + n; i++) {
    const struct places *places = &sim->holds->at[component->member[i].id];
    integral_s += level_integral_ns(&places->taken, sim->now_ns) / 1e9;
    if ((double)places->most > most) most = (double)places->most;
    refused += (double)places->refused;
    lost += (double)(places->lost - places->lost_before);
  }
  metric_quotient(out, UNIT_COUNT, integral_s, measured_s, "%s.sessions", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, true, most, "%s.sessions.max", name);
  metric_counted(out, UNIT_COUNT, refused, 1, "%s.sessions.refused", name);
  metric_counted(out, UNIT_COUNT, lost, 1, "%s.sessions.lost", name);
}

void held_collect(struct sim *sim, const struct component *component, struct metrics *out) {
  if (sim->holds == NULL || passes_on(component->kind) || component->kind->stands_apart) return;
  emit(sim, component, 0, component->members, component->spec->name, out);
  for (uint32_t i = 0; component->members > 1 && i < component->members; i++) {
    char name[128];
    snprintf(name, sizeof name, "%s[%u]", component->spec->name, i + 1);
    emit(sim, component, i, 1, name, out);
  }
}

void held_check(struct sim *sim, struct checks *out) {
  if (sim->holds == NULL) return;
  uint64_t *stand = mem_zeroed(sim->members, sizeof *stand);
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (!held_is_session(sim, f) || frame_state(f) != FRAME_SLEEPING) continue;
    stand[frame_callee(f)] += !passes_on(sim->member[frame_callee(f)].kind);
  }
  for (uint32_t i = 0; i < sim->members; i++) {
    const struct places *p = &sim->holds->at[i];
    if (p->begun == 0) continue;
    bool holds = p->taken.value == stand[i] && p->begun == p->ended + p->lost + stand[i];
    check_member(
        out, &sim->member[i], "sessions", holds,
        "%llu sessions begun = %llu ended + %llu lost + %llu that stand there, %llu places",
        (unsigned long long)p->begun, (unsigned long long)p->ended, (unsigned long long)p->lost,
        (unsigned long long)stand[i], (unsigned long long)p->taken.value);
  }
  free(stand);
}

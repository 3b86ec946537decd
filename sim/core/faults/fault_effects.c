#include "fault_effects.h"

#include <stdlib.h>

#include "abandon.h"
#include "arena.h"
#include "call.h"
#include "engine.h"
#include "fault.h"
#include "fault_def.h"
#include "held.h"
#include "life.h"
#include "network/connection.h"
#include "outbound.h"
#include "present.h"
#include "time_scale.h"
#include "trace.h"

void member_update_impaired(struct sim *sim, struct member *m) {
  bool was_impaired = m->impaired;
  bool shut = m->phase != MEMBER_UP || !m->listed;
  m->impaired = m->down || m->hung || m->slow != 1 || m->drop > 0 || m->error > 0 || shut;
  bool dark = member_is_there(m) && (m->hung || member_is_off(m));
  bool goes_dark = dark && m->down_since_ns == TIME_NEVER;
  if (goes_dark) {
    m->down_since_ns = sim->now_ns;
    m->downs++;
  }
  if (!dark && m->down_since_ns != TIME_NEVER) {
    m->down_ns += sim->now_ns - m->down_since_ns;
    m->down_since_ns = TIME_NEVER;
  }
  if (m->impaired && (goes_dark || !was_impaired)) life_tell_of(sim, m);
}

void member_tell(struct sim *sim, struct member *m, const struct fault_def *fault, bool begins) {
  if (m->kind->on_fault) m->kind->on_fault(sim, m, fault, begins);
}

/* --- crash ---------------------------------------------------------------------------------- */

/* What was to happen in the life that ends does not. */
static void end_life(struct sim *sim, struct member *m, struct present made) {
  m->epoch++;
  for (uint32_t i = 0; i < made.n; i++) {
    call_abandon(sim, (struct call_ref){made.call[i].slot, made.call[i].stamp});
  }
  if (!m->has_events) return; /* looking would mean looking at all events */
  m->has_events = false;
  sim_unschedule(sim, m);
  faults_drop_deferred(sim, m, event_is_of);
}

/* What the member held ends, and it forgets its queue. A call may wait for another one at a member
 * that breaks too: what becomes of that does not concern it any more, so all are on their way back
 * before the first is answered. */
static void go_down(struct sim *sim, struct member *m, struct present calls, struct present made) {
  struct station *st = member_station(m);
  outbound_crash(sim, m);
  if (sim->connections) connections_down(sim, m);
  end_life(sim, m, made);
  for (uint32_t i = 0; i < calls.n; i++) {
    struct frame *f = present_frame(sim, &calls.call[i]);
    if (frame_state(f) == FRAME_MADE) {
      call_end_unheard(sim, f, &sim->calls.orphaned);
      continue;
    }
    call_pass_on(sim, f); /* its connections end with it */
    bool held = frame_state(f) != FRAME_QUEUED && !(f->flags & CALL_RELEASED);
    if (st && held) station_lose(sim, st, f);
  }
  member_tell(sim, m, &fault_crash, true);
  for (uint32_t i = 0; i < calls.n; i++) {
    struct frame *f = present_frame(sim, &calls.call[i]);
    if (!f) continue;
    if (sim->holds) held_lost(sim, f);
    frame_set_state(sim, f, FRAME_RESETTING);
    f->due_ns = TIME_NEVER; /* its timer comes to nothing */
  }
}

/* Everything that was queued or in service is lost: its callers get a reset. */
static void reset_calls(struct sim *sim, const struct present *calls) {
  for (uint32_t i = 0; i < calls->n; i++) { /* answering may free and reuse frames */
    struct frame *f = present_frame(sim, &calls->call[i]);
    if (f && frame_state(f) == FRAME_RESETTING) call_reply(sim, f, OUTCOME_RESET);
  }
}

void member_lose_all(struct sim *sim, struct member *m) {
  struct present calls, made;
  present_find(sim, &m->id, 1, &calls, &made);
  go_down(sim, m, calls, made);
  reset_calls(sim, &calls);
  present_free(&calls);
  present_free(&made);
  if (sim->faults) faults_release_deferred(sim, m);
}

/* All are down before anybody hears of one of them: who does must not turn to the next one, which
 * goes at the same instant and whose calls are known already. */
static void members_go_down(struct sim *sim, const uint32_t *list, uint32_t n) {
  struct present calls, made;
  present_find(sim, list, n, &calls, &made);
  bool *was_off = mem_alloc(n * sizeof *was_off);
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = &sim->member[list[i]];
    was_off[i] = member_is_off(m);
    m->down++;
    m->impaired = true;
  }
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = &sim->member[list[i]];
    member_update_impaired(sim, m);
    if (!was_off[i]) go_down(sim, m, present_of(&calls, m->id), present_of(&made, m->id));
    life_changed(sim, m);
  }
  free(was_off);
  reset_calls(sim, &calls);
  present_free(&calls);
  present_free(&made);
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = &sim->member[list[i]];
    if (m->down == 1) faults_release_deferred(sim, m);
  }
}

void members_crash(struct sim *sim, const uint32_t *list, uint32_t n, bool begins) {
  if (begins) {
    members_go_down(sim, list, n);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = &sim->member[list[i]];
    m->down--;
    bool restarts = m->down == 0 && life_restart(sim, m);
    member_update_impaired(sim, m);
    life_changed(sim, m);
    if (!restarts && !member_is_off(m)) member_tell(sim, m, &fault_crash, false);
  }
}

/* --- hang and slowdown ---------------------------------------------------------------------- */

static void push_timer(struct sim *sim, struct frame *f, uint64_t left_ns) {
  f->due_ns = sim->now_ns + left_ns;
  fel_push(&sim->fel, event_make(f->due_ns, frame_slot(sim, f) << 4 | EVENT_TIMER, f->stamp));
}

/* Work that was cut off at TIME_LONG has lost what it was: nobody can say how much of it is left
 * when it gets faster again. */
static uint64_t stretched(struct sim *sim, const struct member *m, uint64_t left_ns,
                          double stretch) {
  if (stretch < 1 && left_ns >= TIME_LONG / 2) {
    sim_fail(sim,
             "work at \"%s\" is slowed until it lasts more than 73 years, and then made faster "
             "again; lower the fault's factor, or use hang",
             m->component->spec->name);
  }
  return time_scale(left_ns, stretch);
}

/* Running work stops (hang begins), goes on (hang ends) or takes `stretch` times as long. */
static void rework(struct sim *sim, const struct member *m, struct present calls, bool was_hung,
                   double stretch) {
  for (uint32_t i = 0; i < calls.n; i++) {
    struct frame *f = present_frame(sim, &calls.call[i]);
    if (f->flags & CALL_TRACED && frame_is_handled(f)) trace_fault(sim, f, m);
    if (frame_state(f) != FRAME_WORKING) continue;
    uint64_t left_ns = was_hung ? ~f->due_ns : f->due_ns - sim->now_ns;
    if (stretch != 1) left_ns = stretched(sim, m, left_ns, stretch);
    if (m->hung) {
      f->due_ns = ~left_ns;
    } else {
      push_timer(sim, f, left_ns);
    }
  }
}

void members_hang(struct sim *sim, const uint32_t *list, uint32_t n, bool begins) {
  struct present calls;
  present_find(sim, list, n, &calls, NULL);
  for (uint32_t i = 0; i < n; i++) { /* all, before anybody hears of one */
    struct member *m = &sim->member[list[i]];
    m->hung = (uint16_t)(m->hung + (begins ? 1 : -1));
    if (begins) m->impaired = true;
  }
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = &sim->member[list[i]];
    member_update_impaired(sim, m);
    if (m->hung > (begins ? 1 : 0)) continue;
    rework(sim, m, present_of(&calls, m->id), !begins, 1);
    member_tell(sim, m, &fault_hang, begins);
  }
  present_free(&calls);
  for (uint32_t i = 0; !begins && i < n; i++) {
    struct member *m = &sim->member[list[i]];
    if (!m->hung) faults_release_deferred(sim, m);
  }
}

void members_slow(struct sim *sim, const uint32_t *list, uint32_t n, double factor, bool begins) {
  struct present calls;
  present_find(sim, list, n, &calls, NULL);
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = &sim->member[list[i]];
    m->slow = begins ? m->slow * factor : m->slow / factor;
    /* rounding of overlapping faults */
    if (m->slow > 1 - 1e-12 && m->slow < 1 + 1e-12) m->slow = 1;
    member_update_impaired(sim, m);
    rework(sim, m, present_of(&calls, m->id), m->hung, begins ? factor : 1 / factor);
    member_tell(sim, m, &fault_slow, begins);
  }
  present_free(&calls);
}

/* Members that are taken for failed. */
#include "arena.h"
#include "control_state.h"
#include "fault.h"
#include "timeline.h"

void control_watch_members(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  c->n = c->component->members;
  c->watched = arena_alloc(sim->arena, c->n * sizeof *c->watched);
  for (uint32_t i = 0; i < c->n; i++) {
    struct member *m = &c->component->member[i];
    c->watched[i] = (struct watched){.member = m, .failed_ns = TIME_NEVER};
  }
}

void control_forget_members(struct member *control) {
  const struct control_state *c = control->state;
  for (uint32_t i = 0; i < c->n; i++) {
    const struct beats *old = &c->watched[i].beats;
    c->watched[i].beats = (struct beats){.sample = old->sample, .room = old->room};
    c->watched[i].suspected = false;
  }
}

/* When what is wrong with a member began; TIME_NEVER: nothing is. */
static uint64_t failed_since(const struct sim *sim, const struct member *m) {
  return m->down_since_ns != TIME_NEVER ? m->down_since_ns : faults_since_ns(sim, m, 0);
}

void control_suspect(struct sim *sim, struct member *control, struct watched *who) {
  struct control_state *c = control->state;
  who->suspected = true;
  uint64_t before_ns = who->failed_ns;
  who->failed_ns = failed_since(sim, who->member);
  c->suspicions++;
  if (who->failed_ns == TIME_NEVER) {
    c->false_alarms++;
  } else if (who->failed_ns != before_ns) { /* else it was found out before */
    hist_add(&c->detection, sim->now_ns - who->failed_ns);
  }
  sim_note(sim, control, who->member, "suspected");
  if (c->action) c->action->on_failed(sim, control, who);
}

void control_heard(struct sim *sim, struct member *control, struct watched *who) {
  const struct control_state *c = control->state;
  if (who->suspected) sim_note(sim, control, who->member, "heard again");
  who->suspected = false;
  if (c->action && c->action->on_heard) c->action->on_heard(sim, control, who);
}

/* alert(): somebody is told that a condition holds. */
#include "arena.h"
#include "control_state.h"
#include "fault.h"
#include "outline.h"
#include "timeline.h"

struct alerting {
  uint64_t holds_since_ns; /* TIME_NEVER: the condition does not hold */
  uint64_t fault_ns;       /* beginning of the fault that was told of last */
  bool fires;
  bool *below, *around; /* by component: what is watched and what it calls; and who is connected */
};

static void init(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  struct alerting *a = c->doing;
  a->holds_since_ns = a->fault_ns = TIME_NEVER;
  uint32_t n = sim->spec->components, watched = c->config->watch.component;
  a->below = arena_alloc(sim->arena, n * sizeof *a->below);
  a->around = arena_alloc(sim->arena, n * sizeof *a->around);
  outline_reach(sim->spec, watched, false, a->below);
  outline_reach(sim->spec, watched, true, a->around);
}

/* A fault counts that holds, or held in the time of which the condition tells: one of what is
 * watched or of what it calls before one that is farther away, and none that has no way to it. */
static uint64_t found_ns(const struct sim *sim, const struct alerting *a, uint64_t seen_ns) {
  uint64_t since_ns = faults_since_among_ns(sim, a->below, seen_ns);
  return since_ns != TIME_NEVER ? since_ns : faults_since_among_ns(sim, a->around, seen_ns);
}

static void fire(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct alerting *a = c->doing;
  uint64_t seen_ns =
      c->config->over_ns > c->config->every_ns ? c->config->over_ns : c->config->every_ns;
  seen_ns += sim->now_ns - a->holds_since_ns;
  uint64_t since_ns = found_ns(sim, a, seen_ns);
  a->fires = true;
  c->actions++;
  level_set(&c->firing, sim->now_ns, 1);
  if (since_ns == TIME_NEVER) {
    c->false_alarms++;
  } else if (since_ns != a->fault_ns) { /* else it was told of before */
    hist_add(&c->detection, sim->now_ns - since_ns);
  }
  a->fault_ns = since_ns;
  sim_note(sim, control, control, "alert");
}

static void on_news(struct sim *sim, struct member *control, const struct news *news) {
  struct control_state *c = control->state;
  struct alerting *a = c->doing;
  if (news->side == 0) {
    a->holds_since_ns = TIME_NEVER;
    if (a->fires) sim_note(sim, control, control, "resolved");
    a->fires = false;
    level_set(&c->firing, sim->now_ns, 0);
    return;
  }
  if (a->holds_since_ns == TIME_NEVER) a->holds_since_ns = sim->now_ns;
  if (a->fires || sim->now_ns - a->holds_since_ns < c->config->act.holds_ns) return;
  fire(sim, control);
}

/* What its process knew is gone; who was told stays told. */
static void on_crash(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct alerting *a = c->doing;
  a->holds_since_ns = TIME_NEVER;
  a->fires = false;
  level_set(&c->firing, sim->now_ns, 0);
}

static const struct param params[] = {
    {.name = "holds",
     .type = PARAM_DURATION,
     .offset = offsetof(struct control_act, holds_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .doc = "The condition has to hold at each look for so long (Prometheus: `for`, 0 by itself)."},
    {0},
};

static const char *const meters[] = {"actions", "detection", "false_alarms", "firing", NULL};

const struct action_def action_alert = {
    .word = {.name = "alert",
             .role = ROLE_VALUE,
             .bare = true,
             .usage = "alert()\nalert { holds = \"5min\" }",
             .doc = "Somebody is told that the condition holds, once until it no longer does.",
             .params = params},
    .meters = meters,
    .state_size = sizeof(struct alerting),
    .init = init,
    .on_news = on_news,
    .on_crash = on_crash,
};

/* restart { "web", takes = "20s" }: a member that failed is ended and begins again. */
#include "arena.h"
#include "backoff.h"
#include "control_state.h"
#include "life.h"
#include "present.h"
#include "time_scale.h"
#include "timeline.h"

enum { DUE_UP = DUE_ACTION };

/* Of one member. */
struct restarted {
  struct timer up;
  uint64_t in_row; /* restarts of a process that did not run for long in between */
};

struct restarts {
  struct restarted *member;
  struct stream pauses;
};

static void init(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct restarts *r = c->doing;
  r->member = arena_alloc(sim->arena, c->n * sizeof *r->member);
  r->pauses = sim_stream(sim, control->component, "restarts");
  present_keep(sim); /* what a member has is lost with it */
}

/* Before this restart, as after crashes of a container in Kubernetes. */
static uint64_t pause_ns(struct sim *sim, const struct member *control, const struct watched *w,
                         struct restarted *own) {
  const struct control_state *c = control->state;
  const struct control_act *act = &c->config->act;
  if (act->backoff.base_ns == 0) return 0;
  if (sim->now_ns - w->since_ns >= act->reset_ns) own->in_row = 0;
  const struct restarts *r = c->doing;
  return backoff_ns(&act->backoff, r->pauses, member_identity(w->member), ++own->in_row);
}

static void on_failed(struct sim *sim, struct member *control, struct watched *w) {
  struct control_state *c = control->state;
  struct restarted *own = &((struct restarts *)c->doing)->member[w - c->watched];
  w->suspected = false; /* of the process that is to begin nothing is known */
  beats_expect(&w->beats, sim->now_ns > w->since_ns ? sim->now_ns : w->since_ns);
  if (w->since_ns > sim->now_ns) return; /* it is to begin anyway */
  if (timer_is_set(sim, &own->up)) c->failed_actions++;
  uint64_t takes_ns = time_sum(pause_ns(sim, control, w, own), control_takes_ns(control, w));
  if (!member_restart(sim, w->member, takes_ns)) {
    c->failed_actions++;
    return;
  }
  sim_note(sim, control, w->member, "restarted");
  w->since_ns = time_sum(sim->now_ns, takes_ns);
  beats_expect(&w->beats, w->since_ns);
  uint64_t start_up_ns = member_start_up_ns(sim, w->member); /* the same that its start took */
  timer_set(sim, control, &own->up, time_sum(takes_ns, start_up_ns), DUE_UP,
            (uint32_t)(w - c->watched));
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  struct control_state *c = control->state;
  const struct watched *w = &c->watched[timer->data];
  if (member_is_off(w->member) || w->member->hung) {
    c->failed_actions++;
    return;
  }
  c->actions++;
  if (w->failed_ns != TIME_NEVER) hist_add(&c->recovery, sim->now_ns - w->failed_ns);
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     const struct control_act *act, uint32_t watched, struct error *err) {
  if (spec_states(control, "act.reset") && act->backoff.base_ns == 0) {
    return error_set(err,
                     "act: reset ends the pauses of backoff, and there is none; say backoff "
                     "= exponential { base = \"10s\", cap = \"300s\" }");
  }
  const struct component_spec *to = &spec->component[act->target];
  if (to->kind->lodging) {
    return error_set(err,
                     "restarts members of host \"%s\", a machine that no new process brings back; "
                     "watch and restart what runs on it",
                     to->name);
  }
  if (act->target == watched) return true;
  const char *name = spec->component[act->target].name;
  return error_set(err, "restarts members of \"%s\" and watches \"%s\"; say probe = \"%s\"", name,
                   spec->component[watched].name, name);
}

#define AT(field) offsetof(struct control_act, field)

static const struct param subject = {.name = "target",
                                     .type = PARAM_REF,
                                     .offset = AT(target),
                                     .required = true,
                                     .doc = "Component of which members are restarted."};
static const struct param params[] = {
    {.name = "takes",
     .type = PARAM_TIME_DIST,
     .offset = AT(takes),
     .fallback = "0s",
     .doc = "From the decision until the new process begins; its `start` comes after that."},
    {.name = "backoff",
     .type = PARAM_BACKOFF,
     .offset = AT(backoff),
     .doc = "Pause before that, longer with each restart in a row; the member is down meanwhile. "
            "Kubernetes' CrashLoopBackOff is exponential { base = \"10s\", cap = \"300s\" }. "
            "Default: none."},
    {.name = "reset",
     .type = PARAM_DURATION,
     .offset = AT(reset_ns),
     .fallback = "10min",
     .min = 0,
     .max = 1e18,
     .needs = "backoff",
     .doc = "A process that ran for this long begins the row again (Kubernetes: 10 min)."},
    {0},
};

static const char *const meters[] = {"actions", "failed_actions", "recovery", NULL};

const struct action_def action_restart = {
    .word = {.name = "restart",
             .role = ROLE_VALUE,
             .usage = "restart { \"web\", takes = \"20s\" }",
             .doc = "A member that failed is ended, with all that it has, and begins again.",
             .params = params,
             .subject = &subject},
    .meters = meters,
    .restarts = true,
    .state_size = sizeof(struct restarts),
    .validate = validate,
    .init = init,
    .on_failed = on_failed,
    .on_due = on_due,
};

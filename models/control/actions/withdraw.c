/* withdraw "web": a member that failed is taken out of the register until it answers again. */
#include "control_state.h"
#include "life.h"
#include "timeline.h"

struct withdrawals {
  bool *out; /* by member */
};

static void init(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct withdrawals *own = c->doing;
  own->out = arena_alloc(sim->arena, c->n * sizeof *own->out);
}

static void put(struct sim *sim, struct member *control, struct watched *w, bool out) {
  struct control_state *c = control->state;
  ((struct withdrawals *)c->doing)->out[w - c->watched] = out;
  member_withdraw(sim, w->member, out);
  sim_note(sim, control, w->member, out ? "not ready" : "ready again");
}

static void on_failed(struct sim *sim, struct member *control, struct watched *w) {
  struct control_state *c = control->state;
  if (((struct withdrawals *)c->doing)->out[w - c->watched]) return;
  put(sim, control, w, true);
  c->actions++;
}

static void on_heard(struct sim *sim, struct member *control, struct watched *w) {
  const struct control_state *c = control->state;
  if (((struct withdrawals *)c->doing)->out[w - c->watched]) put(sim, control, w, false);
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     const struct control_act *act, uint32_t watched, struct error *err) {
  (void)control;
  const struct component_spec *to = &spec->component[act->target];
  if (to->kind->lodging) {
    return error_set(err,
                     "withdraws members of host \"%s\", which nobody calls; watch and withdraw "
                     "what runs on it",
                     to->name);
  }
  if (act->target == watched) return true;
  const char *name = spec->component[act->target].name;
  return error_set(err, "withdraws members of \"%s\" and watches \"%s\"; say probe = \"%s\"", name,
                   spec->component[watched].name, name);
}

static const struct param subject = {.name = "target",
                                     .type = PARAM_REF,
                                     .offset = offsetof(struct control_act, target),
                                     .required = true,
                                     .doc = "Component of which members are withdrawn."};

static const char *const meters[] = {"actions", NULL};

const struct action_def action_withdraw = {
    .word = {.name = "withdraw",
             .role = ROLE_VALUE,
             .usage = "withdraw \"web\"",
             .doc = "A member that failed is taken out of the register until it answers again, as "
                    "by a readiness probe; calls that it has go on.",
             .subject = &subject},
    .meters = meters,
    .state_size = sizeof(struct withdrawals),
    .validate = validate,
    .init = init,
    .on_failed = on_failed,
    .on_heard = on_heard,
};

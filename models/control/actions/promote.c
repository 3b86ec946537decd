/* promote { "pg", takes = "5s" }: another copy of a database becomes its primary. */
#include "control_state.h"

enum { DUE_DONE = DUE_ACTION };

struct promotion {
  struct timer done;
};

static void on_failed(struct sim *sim, struct member *control, struct watched *who) {
  const struct control_state *c = control->state;
  struct promotion *p = c->doing;
  if (timer_is_set(sim, &p->done)) return;
  /* A copy that fails is no reason to have another primary. */
  if (c->component->kind->primary(c->component) != who->member) return;
  timer_set(sim, control, &p->done, c->config->act.takes_ns, DUE_DONE,
            (uint32_t)(who - c->watched));
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  struct control_state *c = control->state;
  struct promotion *p = c->doing;
  uint32_t which = timer->data;
  const struct watched *w = &c->watched[which];
  uint32_t suspected = 0;
  for (uint32_t i = 0; i < c->n; i++) suspected |= (uint32_t)c->watched[i].suspected << i;
  if (!c->component->kind->promote(sim, c->component, suspected)) {
    c->failed_actions++; /* nobody is left: it tries again while it suspects */
    if (w->suspected) timer_set(sim, control, &p->done, c->config->every_ns, DUE_DONE, which);
    return;
  }
  c->actions++;
  if (w->failed_ns != TIME_NEVER) hist_add(&c->recovery, sim->now_ns - w->failed_ns);
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     const struct control_act *act, uint32_t watched, struct error *err) {
  (void)control;
  const struct component_spec *database = &spec->component[watched];
  if (act->target != watched) {
    return error_set(err, "promotes a copy of \"%s\" and hears \"%s\"; say heartbeat = \"%s\"",
                     spec->component[act->target].name, database->name,
                     spec->component[act->target].name);
  }
  const struct kind *kind = database->kind;
  if (kind->promote && kind->keeps_versions(database->config)) return true;
  return error_set(err,
                   "\"%s\" has no copies of which one could be promoted; give it copies = { n = "
                   "3 }, or name a database that has some",
                   database->name);
}

#define AT(field) offsetof(struct control_act, field)

static const struct param subject = {.name = "target",
                                     .type = PARAM_REF,
                                     .offset = AT(target),
                                     .required = true,
                                     .doc = "Database with copies."};
static const struct param params[] = {
    {.name = "takes",
     .type = PARAM_DURATION,
     .offset = AT(takes_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .doc = "From the decision until the new primary takes writes."},
    {0},
};

static const char *const meters[] = {"actions", "failed_actions", "recovery", NULL};

const struct action_def action_promote = {
    .word = {.name = "promote",
             .role = ROLE_VALUE,
             .usage = "promote { \"pg\", takes = \"5s\" }",
             .doc = "Another copy of a database becomes its primary.",
             .params = params,
             .subject = &subject},
    .meters = meters,
    .replaces_primary = true,
    .state_size = sizeof(struct promotion),
    .validate = validate,
    .on_failed = on_failed,
    .on_due = on_due,
};

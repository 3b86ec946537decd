/* promote { "pg", takes = "5s" }: another copy of a database becomes its primary; of shards, that
 * of the shard whose primary has failed, while those of others may be replaced at the same time. */
#include "arena.h"
#include "control_state.h"

enum { DUE_DONE = DUE_ACTION };

struct promotion {
  struct timer *done; /* by member: the primary that is being replaced */
  bool *suspected;    /* by member */
};

static void init(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  struct promotion *p = c->doing;
  p->done = arena_alloc(sim->arena, c->n * sizeof *p->done);
  p->suspected = arena_alloc(sim->arena, c->n * sizeof *p->suspected);
}

static struct member *primary_of(const struct control_state *c, const struct watched *w) {
  return c->component->kind->primary(w->member);
}

/* Whether it is about to replace the primary of this one's shard. */
static bool is_replacing(struct sim *sim, const struct control_state *c,
                         const struct watched *who) {
  const struct promotion *p = c->doing;
  for (uint32_t i = 0; i < c->n; i++) {
    if (!timer_is_set(sim, &p->done[i])) continue;
    if (primary_of(c, &c->watched[i]) == primary_of(c, who)) return true;
  }
  return false;
}

static void on_failed(struct sim *sim, struct member *control, struct watched *who) {
  const struct control_state *c = control->state;
  struct promotion *p = c->doing;
  if (is_replacing(sim, c, who)) return;
  /* A copy that fails is no reason to have another primary. */
  if (primary_of(c, who) != who->member) return;
  uint32_t which = (uint32_t)(who - c->watched);
  timer_set(sim, control, &p->done[which], control_takes_ns(control, who), DUE_DONE, which);
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  struct control_state *c = control->state;
  struct promotion *p = c->doing;
  uint32_t which = timer->data;
  const struct watched *w = &c->watched[which];
  for (uint32_t i = 0; i < c->n; i++) p->suspected[i] = c->watched[i].suspected;
  if (!c->component->kind->promote(sim, w->member, p->suspected)) {
    c->failed_actions++; /* nobody is left: it tries again while it suspects */
    if (w->suspected) timer_set(sim, control, timer, c->config->every_ns, DUE_DONE, which);
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
     .type = PARAM_TIME_DIST,
     .offset = AT(takes),
     .fallback = "0s",
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
    .init = init,
    .on_failed = on_failed,
    .on_due = on_due,
};

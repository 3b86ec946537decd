/* scale { "web", from = 2, to = 20 }: members are started and stopped. */
#include <math.h>

#include "arena.h"
#include "control_state.h"
#include "life.h"
#include "scaling.h"
#include "timeline.h"

struct group {
  struct component *component;
  struct scale_rule rule;
  struct scaling scaling;
  bool *wanted; /* by member */
  uint64_t n;   /* of them that are */
  uint64_t changed_ns;
  bool has_changed;
};

/* --- whom it takes -------------------------------------------------------------------------- */

/* Where a stopped member leaves nothing behind that others would miss. */
static bool can_change(const struct kind *kind) {
  return !kind->is_source && !kind->stands_apart && !kind->by_name && !kind->keeps_data &&
         !kind->keeps_messages && !kind->pick && !kind->lodging && !kind->messages;
}

static bool prepare(const struct spec *spec, const struct control_act *act,
                    struct component_spec *component, struct error *err) {
  (void)spec;
  struct component_spec *target = &component[act->target];
  if (!can_change(target->kind)) {
    return error_set(err,
                     "scales \"%s\", a %s, whose members are not started and stopped like that",
                     target->name, target->kind->name);
  }
  if (target->absent > 0) {
    return error_set(err, "scales \"%s\", which another control scales already", target->name);
  }
  if (act->from >= act->to) {
    return error_set(err, "scales \"%s\" from %llu to %llu members; 'to' has to be more",
                     target->name, (unsigned long long)act->from, (unsigned long long)act->to);
  }
  uint64_t n = spec_states(target, "instances") ? target->instances : act->from;
  if (n < act->from || n > act->to) {
    return error_set(err, "scales \"%s\" from %llu to %llu members, and it begins with %llu",
                     target->name, (unsigned long long)act->from, (unsigned long long)act->to,
                     (unsigned long long)n);
  }
  target->instances = (uint32_t)act->to;
  target->absent = (uint32_t)(act->to - n);
  target->comes_and_goes = true;
  return true;
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     const struct control_act *act, uint32_t watched, struct error *err) {
  (void)spec, (void)watched;
  const struct control_config *config = control->config;
  const uint64_t windows_ns[] = {config->cooldown_ns, act->up.wait_ns, act->up.every_ns,
                                 act->down.every_ns};
  for (size_t i = 0; i < sizeof windows_ns / sizeof *windows_ns; i++) {
    if (windows_ns[i] / config->every_ns <= READINGS_MOST) continue;
    return error_set(err,
                     "would remember more than %u readings: a longer 'every', or shorter times",
                     READINGS_MOST);
  }
  if (act->by == 0 || config->target.unit == LIMIT_NONE) return true;
  return error_set(err, "has a target, by which the number of members is found; leave 'by' out");
}

static void init(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  const struct control_config *config = c->config;
  struct group *g = c->doing;
  g->component = &sim->component[config->act.target];
  g->rule = (struct scale_rule){.from = config->act.from,
                                .to = config->act.to,
                                .up = config->act.up,
                                .down = config->act.down};
  g->rule.down.wait_ns = config->cooldown_ns;
  scaling_init(&g->scaling, &g->rule, config->every_ns, sim->arena);
  uint32_t all = g->component->members;
  g->wanted = arena_alloc(sim->arena, all * sizeof *g->wanted);
  g->n = all - g->component->spec->absent;
  for (uint32_t i = 0; i < g->n; i++) g->wanted[i] = true;
  struct control_state *state = control->state;
  level_set(&state->scaled.members, sim->now_ns, g->n);
  level_set(&state->scaled.ready, sim->now_ns, g->n);
}

/* --- members -------------------------------------------------------------------------------- */

static bool is_ready(const struct member *m) {
  return m->phase == MEMBER_UP && !m->down && !m->hung;
}

static uint64_t ready(const struct group *g) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < g->component->members; i++) {
    n += g->wanted[i] && is_ready(&g->component->member[i]);
  }
  return n;
}

/* One that is away; those that still drain go on with their calls. NULL: there is none. */
static struct member *one_to_start(const struct group *g) {
  for (uint32_t i = 0; i < g->component->members; i++) {
    struct member *m = &g->component->member[i];
    if (!g->wanted[i] && m->phase == MEMBER_ABSENT) return m;
  }
  return NULL;
}

/* One that is not ready yet rather than one that works, then the last. */
static struct member *one_to_stop(const struct group *g) {
  struct member *best = NULL;
  for (uint32_t i = 0; i < g->component->members; i++) {
    struct member *m = &g->component->member[i];
    if (!g->wanted[i]) continue;
    if (best == NULL || !is_ready(m) || is_ready(best)) best = m;
  }
  return best;
}

static void change(struct sim *sim, struct member *control, struct group *g, struct member *m,
                   bool wanted) {
  g->wanted[m->index - 1] = wanted;
  g->n += wanted ? 1 : (uint64_t)-1;
  sim_note(sim, control, m, wanted ? "started" : "stopped");
  life_keep_away(sim, m, !wanted);
}

static void change_to(struct sim *sim, struct member *control, struct group *g, uint64_t n) {
  struct control_state *c = control->state;
  uint64_t before = g->n;
  struct member *m;
  while (g->n < n && (m = one_to_start(g)) != NULL) change(sim, control, g, m, true);
  while (g->n > n && (m = one_to_stop(g)) != NULL) change(sim, control, g, m, false);
  if (g->n == before) return;
  c->scaled.ups += g->n > before;
  c->scaled.downs += g->n < before;
  c->actions++;
  level_set(&c->scaled.members, sim->now_ns, g->n);
  g->changed_ns = sim->now_ns;
  g->has_changed = true;
}

/* --- what is wanted ------------------------------------------------------------------------- */

/* Without a target: so many more or less, and then a pause. */
static uint64_t by_steps(const struct sim *sim, const struct control_config *config,
                         const struct group *g, int side) {
  uint64_t by = config->act.by ? config->act.by : 1;
  bool pauses = g->has_changed && sim->now_ns - g->changed_ns < config->cooldown_ns;
  if (side == 0 || pauses) return g->n;
  if (side > 0) return g->n + by;
  return g->n > g->rule.from + by ? g->n - by : g->rule.from;
}

static void on_news(struct sim *sim, struct member *control, const struct news *news) {
  struct control_state *c = control->state;
  struct group *g = c->doing;
  uint64_t up = ready(g);
  level_set(&c->scaled.ready, sim->now_ns, up);
  if (isnan(news->target)) {
    uint64_t n = by_steps(sim, c->config, g, news->side);
    level_set(&c->scaled.at_most, sim->now_ns, n > g->rule.to);
    change_to(sim, control, g, n > g->rule.to ? g->rule.to : n);
    return;
  }
  bool own = &sim->component[news->metric->component] == g->component;
  enum reading_sort sort = reading_sort(news->metric);
  struct scale_load load = {.value = news->value,
                            .target = news->target,
                            .tolerance = news->tolerance,
                            .sort = sort == READING_OF_MEMBERS && !own ? READING_VALUE : sort,
                            .members = g->n,
                            .ready = up,
                            .unready = g->n - up};
  if (sort == READING_TOTAL) { /* the target is for each of them */
    double all = news->target * (double)g->n * (1 + news->tolerance);
    level_set(&c->off_target, sim->now_ns, news->value > all);
  }
  uint64_t wanted = scaling_wanted(&load);
  level_set(&c->scaled.at_most, sim->now_ns, wanted > g->rule.to);
  change_to(sim, control, g, scaling_next(&g->scaling, &g->rule, sim->now_ns, g->n, wanted));
}

/* --- words ---------------------------------------------------------------------------------- */

#define AT(field) offsetof(struct control_act, field)
#define PACE(field) offsetof(struct scale_pace, field)

static const struct param up_params[] = {
    {.name = "members",
     .type = PARAM_COUNT,
     .offset = PACE(members),
     .fallback = "4",
     .min = 0,
     .max = INFINITY,
     .doc = "So many more within `every` (Kubernetes: 4), or \"unlimited\"."},
    {.name = "share",
     .type = PARAM_RATIO,
     .offset = PACE(share),
     .fallback = "100%",
     .max = 1000,
     .doc = "Or that share of those that there were, whichever is more (Kubernetes: 100 %)."},
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = PACE(every_ns),
     .fallback = "15s",
     .min = 1e6,
     .max = 1e18,
     .doc = "Time in which (Kubernetes: 15 s)."},
    {.name = "wait",
     .type = PARAM_DURATION,
     .offset = PACE(wait_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .doc = "Up to the least number that was wanted within this time (Kubernetes: 0 s)."},
    {0},
};

static const struct param down_params[] = {
    {.name = "members",
     .type = PARAM_COUNT,
     .offset = PACE(members),
     .fallback = "0",
     .min = 0,
     .max = INFINITY,
     .doc = "So many fewer within `every`, or \"unlimited\"."},
    {.name = "share",
     .type = PARAM_RATIO,
     .offset = PACE(share),
     .fallback = "100%",
     .max = 1,
     .doc = "Or that share of those that there were, whichever is more (Kubernetes: 100 %)."},
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = PACE(every_ns),
     .fallback = "15s",
     .min = 1e6,
     .max = 1e18,
     .doc = "Time in which (Kubernetes: 15 s)."},
    {0},
};

static const struct param subject = {.name = "target",
                                     .type = PARAM_REF,
                                     .offset = AT(target),
                                     .required = true,
                                     .doc =
                                         "Component whose members come and go; it begins with its "
                                         "`instances`, or if it says none with `from`."};

static const struct param params[] = {
    {.name = "from",
     .type = PARAM_COUNT,
     .offset = AT(from),
     .fallback = "1",
     .min = 0,
     .max = 100000,
     .doc = "Fewest members. With 0 the last one goes, too, and the first that comes then is one "
            "alone (KEDA)."},
    {.name = "to",
     .type = PARAM_COUNT,
     .offset = AT(to),
     .required = true,
     .min = 1,
     .max = 100000,
     .doc = "Most members."},
    {.name = "by",
     .type = PARAM_COUNT,
     .offset = AT(by),
     .min = 1,
     .max = 100000,
     .doc = "With above or below: so many more or fewer at a time, 1 if not said."},
    {.name = "up",
     .type = PARAM_GROUP,
     .offset = AT(up),
     .group = up_params,
     .doc = "How fast their number may grow; what is given alone changes."},
    {.name = "down",
     .type = PARAM_GROUP,
     .offset = AT(down),
     .group = down_params,
     .doc = "How fast it may shrink, beside `cooldown`."},
    {0},
};

static const char *const keys[] = {"cooldown", NULL};
static const char *const meters[] = {"actions",     "members", "ready", "scale_ups",
                                     "scale_downs", "at_most", NULL};

const struct action_def action_scale = {
    .word = {.name = "scale",
             .role = ROLE_VALUE,
             .usage = "scale { \"web\", from = 2, to = 20 }\n"
                      "scale { \"web\", to = 20, up = { members = 10, every = \"1min\" } }",
             .doc = "Members of a component are started and stopped, by what a control watches.",
             .params = params,
             .subject = &subject},
    .keys = keys,
    .meters = meters,
    .state_size = sizeof(struct group),
    .prepare = prepare,
    .validate = validate,
    .init = init,
    .on_news = on_news,
};

/* rollout { "web", to = "web2", by = { "10%", "50%", "100%" }, every = "1min" }: the calls that
 * balancers give to one component go to another by rising shares, and back if that shows to be bad.
 */
#include <math.h>

#include "control_state.h"
#include "kind.h"
#include "outline.h"
#include "reading.h"
#include "timeline.h"

enum { DUE_STEP = DUE_ACTION, DUE_LOOK };

struct release {
  struct timer step, look;
  uint32_t steps; /* taken so far */
  bool over;
  uint64_t since_ns; /* the new version gets calls since then */
  struct reading reading;
};

static void share(struct sim *sim, struct member *control, double to) {
  struct control_state *c = control->state;
  const struct control_act *act = &c->config->act;
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (!m->kind->divide) continue;
    m->kind->divide(sim, m, &sim->component[act->target], &sim->component[act->version], to);
  }
  level_set(&c->share, sim->now_ns, (uint64_t)(100 * to + 0.5));
}

static const struct condition *back_when(const struct control_config *config) {
  return config->back_when.metric.name ? &config->back_when : &config->act.back_when;
}

static bool looks(const struct control_config *config) {
  return back_when(config)->metric.name != NULL;
}

static void init(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  struct release *r = c->doing;
  if (looks(c->config)) {
    reading_init(sim, &r->reading, &back_when(c->config)->metric, c->config->act.look_ns, 0);
  }
}

/* Nobody gets the new version before the first step. */
static void before(struct sim *sim, struct member *control) {
  share(sim, control, 0);
}

static void take_step(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct release *r = c->doing;
  const struct control_act *act = &c->config->act;
  if (r->steps == act->shares.n) { /* the last one has lasted as long as the others */
    r->over = true;
    c->actions++;
    hist_add(&c->release_time, sim->now_ns - r->since_ns);
    sim_note(sim, control, sim->component[act->version].member, "released");
    return;
  }
  share(sim, control, act->shares.share[r->steps++]);
  sim_note(sim, control, sim->component[act->version].member, "gets a larger share");
  timer_set(sim, control, &r->step, act->step_ns, DUE_STEP, 0);
}

static void on_time(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  struct release *r = c->doing;
  r->since_ns = sim->now_ns;
  take_step(sim, control);
  if (!looks(c->config)) return;
  reading_forget(sim, &r->reading);
  timer_set(sim, control, &r->look, c->config->act.look_ns, DUE_LOOK, 0);
}

static void take_back(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct release *r = c->doing;
  r->over = true;
  timer_stop(&r->step);
  share(sim, control, 0);
  c->taken_back++;
  hist_add(&c->taken_back_after, sim->now_ns - r->since_ns);
  sim_note(sim, control, sim->component[c->config->act.version].member, "taken back");
}

static void look(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  struct release *r = c->doing;
  const struct condition *when = back_when(c->config);
  double value = reading_look(sim, &r->reading);
  if (r->over) return;
  if (when->above ? value > when->limit.value : value < when->limit.value) {
    take_back(sim, control);
  } else {
    timer_set(sim, control, &r->look, c->config->act.look_ns, DUE_LOOK, 0);
  }
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  if (timer->what == DUE_STEP) {
    take_step(sim, control);
  } else {
    look(sim, control);
  }
}

/* --- what makes sense ----------------------------------------------------------------------- */

/* Whether a component spreads its calls over one of two, or both. */
struct spreads {
  bool from, to, others;
  bool never; /* its weights give one of the two no calls at all */
};

static struct spreads spreads_of(const struct spec *spec, const struct component_spec *component,
                                 const struct control_act *act) {
  struct spreads out = {0};
  if (component->kind->divide == NULL) return out;
  struct arena *arena = arena_new();
  struct outline outline;
  outline_begin(&outline, arena);
  component->kind->outline(spec, component, OP_DEFAULT, &outline);
  for (uint32_t i = 0; outline.spreads && i < outline.calls; i++) {
    uint32_t to = outline.call[i].to;
    out.from |= to == act->target;
    out.to |= to == act->version;
    bool other = to != act->target && to != act->version;
    out.others |= other;
    out.never |= !other && outline.call[i].share == 0;
  }
  arena_free(arena);
  return out;
}

static bool check_balancers(const struct spec *spec, const struct control_act *act,
                            struct error *err) {
  const char *from = spec->component[act->target].name, *to = spec->component[act->version].name;
  bool any = false;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *component = &spec->component[i];
    struct spreads s = spreads_of(spec, component, act);
    if (s.from != s.to || ((s.from || s.to) && s.others)) {
      return error_set(err,
                       "act: \"%s\" gives calls to %s; so that a share of them can go to \"%s\", "
                       "its backends are { \"%s\", \"%s\" }",
                       component->name,
                       s.others ? "others, too"
                       : s.from ? from
                                : to,
                       to, from, to);
    }
    if (s.never) {
      return error_set(
          err,
          "act: the weights of \"%s\" give \"%s\" or \"%s\" no calls at all, whatever its "
          "share; leave them out, the rollout says who gets how many",
          component->name, from, to);
    }
    any |= s.from;
  }
  if (any) return true;
  return error_set(err,
                   "act: no load balancer gives calls to \"%s\" and \"%s\", so no share can move; "
                   "put one before them with backends = { \"%s\", \"%s\" }",
                   from, to, from, to);
}

static bool check_shares(const struct control_act *act, struct error *err) {
  for (uint32_t i = 0; i < act->shares.n; i++) {
    double share = act->shares.share[i];
    if (share > (i > 0 ? act->shares.share[i - 1] : 0)) continue;
    return error_set(err,
                     "act: by: each share is larger than the one before, as in { \"10%%\", "
                     "\"50%%\", \"100%%\" }");
  }
  return true;
}

/* Who gives all calls to the former version gives them to the new one, too, as if both had been
 * named. */
static bool prepare(const struct spec *spec, const struct control_act *act,
                    struct component_spec *component, struct error *err) {
  (void)err;
  for (uint32_t i = 0; i < spec->components && act->target != act->version; i++) {
    const struct kind *kind = component[i].kind;
    if (!kind->add_version) continue;
    kind->add_version((void *)component[i].config, act->target, act->version, spec->arena);
  }
  return true;
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     const struct control_act *act, uint32_t watched, struct error *err) {
  (void)watched;
  const struct control_config *config = control->config;
  if (act->target == act->version) {
    return error_set(err, "act: \"%s\" is to be replaced by itself; name the new version in to",
                     spec->component[act->target].name);
  }
  if (!check_shares(act, err) || !check_balancers(spec, act, err)) return false;
  if (config->back_when.metric.name && act->back_when.metric.name) {
    return error_set(err,
                     "says back_when twice, for itself and for its act; leave one of them out");
  }
  const struct condition *when = back_when(config);
  return !looks(config) || (reading_takes(&when->metric, &when->limit, "back_when", err) &&
                            reading_is_there(spec, &when->metric, err));
}

static void reset(struct sim *sim, struct member *control, bool after) {
  const struct control_state *c = control->state;
  struct release *r = c->doing;
  if (looks(c->config)) reading_reset(sim, &r->reading, after);
}

static void destroy(struct member *control) {
  const struct control_state *c = control->state;
  struct release *r = c->doing;
  if (looks(c->config)) reading_free(&r->reading);
}

#define AT(field) offsetof(struct control_act, field)

static const struct param subject = {.name = "target",
                                     .type = PARAM_REF,
                                     .offset = AT(target),
                                     .required = true,
                                     .doc = "Component that gets the calls so far."};
static const struct param params[] = {
    {.name = "to",
     .type = PARAM_REF,
     .offset = AT(version),
     .required = true,
     .doc = "Component that gets them afterwards: the new version. Balancers have both among their "
            "backends, and nothing else; it gets no calls before."},
    {.name = "by",
     .type = PARAM_SHARES,
     .offset = AT(shares),
     .fallback = "100%",
     .doc = "Shares of the calls that go to it, one step after the other: { \"10%\", \"50%\", "
            "\"100%\" }. Each call draws its side, and its further tries stay there."},
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(step_ns),
     .fallback = "1min",
     .min = 1e6,
     .max = 1e18,
     .doc = "How long each share lasts; the last one, too, until the release is over."},
    {.name = "back_when",
     .type = PARAM_CONDITION,
     .offset = AT(back_when),
     .doc = "\"web2.error_ratio > 5%\": when that is so, all calls go back to the former version, "
            "at once and for good. Looked at until the release is over. Default: never."},
    {.name = "look",
     .type = PARAM_DURATION,
     .offset = AT(look_ns),
     .fallback = "10s",
     .min = 1e6,
     .max = 1e18,
     .needs = "back_when",
     .doc = "How often that is looked at, of the time since the last look."},
    {0},
};

static const char *const keys[] = {"back_when", NULL};
static const char *const meters[] = {"actions",    "release_time",     "share",
                                     "taken_back", "taken_back_after", NULL};

const struct action_def action_rollout = {
    .word = {.name = "rollout",
             .role = ROLE_VALUE,
             .usage =
                 "rollout { \"web\", to = \"web2\", by = { \"10%\", \"50%\", \"100%\" }, every "
                 "= \"1min\", back_when = \"web2.error_ratio > 5%\" }",
             .doc =
                 "Calls that balancers give to one component go to another by rising shares, and "
                 "back when that shows to be bad. A balancer whose backends are the former version "
                 "alone has the new one from then on, too.",
             .params = params,
             .subject = &subject},
    .keys = keys,
    .meters = meters,
    .state_size = sizeof(struct release),
    .prepare = prepare,
    .validate = validate,
    .init = init,
    .before = before,
    .on_time = on_time,
    .on_due = on_due,
    .reset = reset,
    .destroy = destroy,
};

/* Rules about controls that scale. */
#include <math.h>
#include <string.h>

#include "action_def.h"
#include "lint.h"
#include "reading.h"
#include "subscription.h"

/* --- what a control says -------------------------------------------------------------------- */

struct scaler {
  uint32_t control;
  const struct control_act *act;
  const struct watched_metric *metric;
  double target, tolerance; /* target: NaN, it has none */
  uint64_t cooldown_ns;
};

static const void *value_of(const struct component_spec *component, const char *name) {
  const struct param *p = component->kind->params;
  while (strcmp(p->name, name) != 0) p++;
  return (const char *)component->config + p->offset;
}

/* The next control that scales, from `*c` on. */
static bool next_scaler(const struct lint *lint, uint32_t *c, struct scaler *out) {
  for (; *c < lint->spec->components; (*c)++) {
    const struct component_spec *component = &lint->spec->component[*c];
    const struct control_act *act = action_of(component);
    if (act == NULL || act->action->prepare == NULL || act->off) continue;
    const struct limit *target = value_of(component, "target");
    *out = (struct scaler){.control = (*c)++,
                           .act = act,
                           .metric = value_of(component, "watch"),
                           .target = target->unit == LIMIT_NONE ? NAN : target->value,
                           .tolerance = *(const double *)value_of(component, "tolerance"),
                           .cooldown_ns = *(const uint64_t *)value_of(component, "cooldown")};
    if (out->metric->name) return true;
  }
  return false;
}

static const char *target_name(const struct lint *lint, const struct scaler *s) {
  return lint->spec->component[s->act->target].name;
}

static bool is_of_members(const struct scaler *s) {
  return s->metric->component == s->act->target && reading_sort(s->metric) == READING_OF_MEMBERS;
}

/* --- rules ---------------------------------------------------------------------------------- */

void lint_scales_never_up(struct lint *lint) {
  struct scaler s;
  for (uint32_t c = 0; next_scaler(lint, &c, &s);) {
    if (!is_of_members(&s) || !(s.target * (1 + s.tolerance) >= 1)) continue;
    struct finding *f = lint_add_component(lint, s.control);
    f->what = lint_text(lint,
                        "its target is %s %%, and with a tolerance of %s %% nothing is done "
                        "below %s %%",
                        lint_number(lint, 100 * s.target), lint_number(lint, 100 * s.tolerance),
                        lint_number(lint, 100 * s.target * (1 + s.tolerance)));
  }
}

void lint_scale_too_low(struct lint *lint) {
  struct scaler s;
  for (uint32_t c = 0; next_scaler(lint, &c, &s);) {
    const struct call_node *node = node_of(lint->graph, s.act->target);
    if (!is_of_members(&s) || node == NULL || isnan(s.target)) continue;
    double load = lint->graph->load[s.act->target];
    double workers = (double)node->outline.workers * (double)s.act->to;
    if (load >= workers || !(load > workers * s.target * (1 + s.tolerance))) continue;
    struct finding *f = lint_add_component(lint, s.control);
    f->what = lint_text(lint,
                        "%llu members of %s are busy for %s %% of the time, and its target "
                        "is %s %%",
                        (unsigned long long)s.act->to, target_name(lint, &s),
                        lint_number(lint, 100 * load / workers), lint_number(lint, 100 * s.target));
    f->mend =
        lint_text(lint, "to = %.0f or more", ceil((double)s.act->to * load / workers / s.target));
  }
}

void lint_starts_after_cooldown(struct lint *lint) {
  struct scaler s;
  for (uint32_t c = 0; next_scaler(lint, &c, &s);) {
    double start_ns = dist_mean(&lint->spec->component[s.act->target].start);
    if (start_ns <= (double)s.cooldown_ns) continue;
    struct finding *f = lint_add_component(lint, s.control);
    f->what = lint_text(lint, "%s takes %s to start, and the cooldown is %s", target_name(lint, &s),
                        lint_ns(lint, start_ns), lint_ns(lint, (double)s.cooldown_ns));
  }
}

/* Whether calls of `from`, or of those that it calls, reach `to`. */
static bool reaches(struct lint *lint, uint32_t from, uint32_t to) {
  uint32_t n, queued = 0;
  const struct call_pair *pair = call_pairs(lint->spec, lint->arena, &n);
  bool *seen = arena_alloc(lint->arena, lint->spec->components * sizeof *seen);
  uint32_t *queue = arena_alloc(lint->arena, lint->spec->components * sizeof *queue);
  queue[queued++] = from;
  seen[from] = true;
  for (uint32_t done = 0; done < queued; done++) {
    for (uint32_t i = 0; i < n; i++) {
      if (pair[i].from != queue[done] || seen[pair[i].to]) continue;
      seen[pair[i].to] = true;
      queue[queued++] = pair[i].to;
    }
  }
  return seen[to];
}

void lint_scale_out_of_reach(struct lint *lint) {
  struct scaler s;
  for (uint32_t c = 0; next_scaler(lint, &c, &s);) {
    const struct component_spec *watched = &lint->spec->component[s.metric->component];
    const struct subscription *from = subscription_of(&lint->spec->component[s.act->target]);
    bool is_topic = from && from->given && from->topic == s.metric->component;
    if (!lint->graph->complete || is_topic || watched->kind->lodging) continue;
    if (reaches(lint, s.metric->component, s.act->target)) continue;
    struct finding *f = lint_add_component(lint, s.control);
    f->what = lint_text(lint, "it watches %s.%s and scales %s, whose calls %s does not wait for",
                        watched->name, s.metric->name, target_name(lint, &s), watched->name);
  }
}

/* at = "60s": something is done at that time. */
#include "control_state.h"

enum { DUE_AT };

static bool is_said(const struct control_config *config) {
  return config->at_ns != PARAM_UNLIMITED;
}

static uint32_t watches(const struct control_config *config) {
  (void)config;
  return REF_NONE;
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     struct error *err) {
  (void)spec;
  const struct control_config *config = control->config;
  if (config->act.action) return true;
  return error_set(err, "has a time and does nothing then; say act");
}

static void init(struct sim *sim, struct member *control) {
  (void)sim, (void)control;
}

static void start(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  timer_set(sim, control, &c->tick, c->config->at_ns, DUE_AT, 0);
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  (void)timer;
  struct control_state *c = control->state;
  c->ticks++;
  if (c->action) c->action->on_time(sim, control);
}

/* Who is down then does it when it is back. */
static void on_crash(struct sim *sim, struct member *control, bool begins) {
  struct control_state *c = control->state;
  if (begins || c->ticks > 0) return;
  uint64_t at_ns = c->config->at_ns;
  timer_set(sim, control, &c->tick, at_ns > sim->now_ns ? at_ns - sim->now_ns : 0, DUE_AT, 0);
}

static const char *const keys[] = {NULL};
static const char *const meters[] = {NULL};

const struct signal_def signal_at = {
    .name = "at",
    .tells = TELLS_TIME,
    .keys = keys,
    .meters = meters,
    .is_said = is_said,
    .watches = watches,
    .validate = validate,
    .init = init,
    .start = start,
    .on_due = on_due,
    .on_crash = on_crash,
};

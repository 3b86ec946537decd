/* watch = "web.utilization": a metric is read again and again, as a monitoring system does. */
#include <math.h>

#include "control_state.h"
#include "reading.h"

enum { DUE_LOOK, DUE_TELL };

struct sight {
  struct reading reading, brief; /* brief: over `short`, if that is said */
  struct timer tell;
  double value, brief_value; /* read last, and to be told of */
};

static bool is_said(const struct control_config *config) {
  return config->watch.name != NULL;
}

static uint32_t watches(const struct control_config *config) {
  return config->watch.component;
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     struct error *err) {
  const struct control_config *config = control->config;
  const struct limit *target = &config->target;
  bool sides = config->above.unit != LIMIT_NONE || config->below.unit != LIMIT_NONE;
  if (!sides && target->unit == LIMIT_NONE) {
    return error_set(err, "watches %s and says nothing of it; give a target, above or below",
                     config->watch.name);
  }
  if (sides && target->unit != LIMIT_NONE) {
    return error_set(err, "has a target and above or below; leave one of them out");
  }
  if (target->unit != LIMIT_NONE && target->value <= 0) {
    return error_set(err, "has a target of nothing; it is a value above 0");
  }
  if (sides && config->above.unit != LIMIT_NONE && config->below.unit != LIMIT_NONE &&
      config->below.value >= config->above.value) {
    return error_set(err, "has a 'below' that is not less than 'above'");
  }
  if (config->short_ns > 0 && (!sides || config->short_ns >= config->over_ns)) {
    return error_set(err,
                     "has a 'short' that is not shorter than 'over', or no limit; it is a second "
                     "window, in which the metric is above or below, too");
  }
  if (config->delay_ns > config->every_ns) {
    return error_set(err,
                     "has a 'delay' longer than 'every'; a reading is acted on before the next");
  }
  if (config->over_ns / config->every_ns > READINGS_MOST) {
    return error_set(err,
                     "has an 'over' of more than %u times 'every'; shorten it, or lengthen every",
                     READINGS_MOST);
  }
  return reading_takes(&config->watch, target, "target", err) &&
         reading_takes(&config->watch, &config->above, "above", err) &&
         reading_takes(&config->watch, &config->below, "below", err) &&
         reading_is_there(spec, &config->watch, err);
}

static void init(struct sim *sim, struct member *control) {
  const struct control_state *c = control->state;
  struct sight *s = c->seen;
  const struct control_config *config = c->config;
  reading_init(sim, &s->reading, &config->watch, config->every_ns, config->over_ns);
  if (config->short_ns == 0) return;
  reading_init(sim, &s->brief, &config->watch, config->every_ns, config->short_ns);
}

static void start(struct sim *sim, struct member *control) {
  control_begin(sim, control, DUE_LOOK);
}

static int side_of(const struct control_config *config, double value) {
  double high = config->above.value, low = config->below.value;
  bool has_high = config->above.unit != LIMIT_NONE, has_low = config->below.unit != LIMIT_NONE;
  if (config->target.unit != LIMIT_NONE) {
    has_high = has_low = true;
    high = config->target.value * (1 + config->tolerance);
    low = config->target.value * (1 - config->tolerance);
  }
  if (has_high && value > high) return 1;
  return has_low && value < low ? -1 : 0;
}

/* Of a total the target is for each member, so only the action knows on which side it is. */
static void tell(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  const struct sight *s = c->seen;
  int side = side_of(c->config, s->value);
  if (c->config->short_ns > 0 && side != side_of(c->config, s->brief_value)) side = 0;
  struct news news = {.metric = &c->config->watch,
                      .value = s->value,
                      .target = c->config->target.unit ? c->config->target.value : NAN,
                      .tolerance = c->config->tolerance,
                      .side = side};
  level_set(&c->off_target, sim->now_ns, news.side > 0);
  if (c->action) c->action->on_news(sim, control, &news);
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  struct control_state *c = control->state;
  struct sight *s = c->seen;
  if (timer->what == DUE_TELL) {
    tell(sim, control);
    return;
  }
  timer_set(sim, control, &c->tick, c->config->every_ns, DUE_LOOK, 0);
  c->ticks++;
  s->value = reading_look(sim, &s->reading);
  if (c->config->short_ns > 0) s->brief_value = reading_look(sim, &s->brief);
  if (c->config->delay_ns == 0) {
    tell(sim, control);
  } else {
    timer_set(sim, control, &s->tell, c->config->delay_ns, DUE_TELL, 0);
  }
}

static void on_crash(struct sim *sim, struct member *control, bool begins) {
  struct control_state *c = control->state;
  struct sight *s = c->seen;
  if (begins) return;
  reading_forget(sim, &s->reading);
  if (c->config->short_ns > 0) reading_forget(sim, &s->brief);
  timer_set(sim, control, &c->tick, c->config->every_ns, DUE_LOOK, 0);
}

static void reset(struct sim *sim, struct member *control, bool after) {
  struct control_state *c = control->state;
  struct sight *s = c->seen;
  reading_reset(sim, &s->reading, after);
  if (c->config->short_ns > 0) reading_reset(sim, &s->brief, after);
}

static void destroy(struct member *control) {
  struct control_state *c = control->state;
  struct sight *s = c->seen;
  reading_free(&s->reading);
  reading_free(&s->brief);
}

static const char *const keys[] = {"target", "above", "below",     "over",     "short",
                                   "delay",  "every", "tolerance", "cooldown", NULL};
static const char *const meters[] = {"off_target", NULL};

const struct signal_def signal_watch = {
    .name = "watch",
    .tells = TELLS_NEWS,
    .keys = keys,
    .meters = meters,
    .state_size = sizeof(struct sight),
    .is_said = is_said,
    .watches = watches,
    .validate = validate,
    .init = init,
    .start = start,
    .on_due = on_due,
    .on_crash = on_crash,
    .reset = reset,
    .destroy = destroy,
};

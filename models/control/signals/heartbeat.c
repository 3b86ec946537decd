/* heartbeat = "pg": each member is asked by a message; its answer is the beat. */
#include "arena.h"
#include "control_state.h"
#include "life.h"
#include "message.h"

enum { DUE_BEAT, DUE_SILENCE };

static bool is_said(const struct control_config *config) {
  return config->heartbeat != REF_NONE;
}

static uint32_t watches(const struct control_config *config) {
  return config->heartbeat;
}

static bool validate(const struct spec *spec, const struct component_spec *control,
                     struct error *err) {
  (void)spec;
  const struct control_config *config = control->config;
  if (config->detector.rule == DETECTOR_TIMEOUT && config->detector.silent_ns <= config->every_ns) {
    return error_set(
        err,
        "has detector = timeout { ... } that is over before the next beat comes; let it "
        "be longer than every");
  }
  if (config->detector.rule == DETECTOR_BEATS || !spec_states(control, "fails")) return true;
  return error_set(err,
                   "has both fails and detector, which says by itself who has failed; leave "
                   "one of them out");
}

static bool has_failed(const struct control_config *config, const struct beats *beats,
                       uint64_t now_ns) {
  switch (config->detector.rule) {
    case DETECTOR_BEATS:
      return beats->missed >= config->fails;
    case DETECTOR_PHI:
      return beats_phi(beats, now_ns) >= config->detector.phi;
    case DETECTOR_MISSED:
      return beats->missed >= config->detector.missed;
    case DETECTOR_TIMEOUT: /* by a timer of its own */
      break;
  }
  return false;
}

/* From now on it is waited for. */
static void wait_for(struct sim *sim, struct member *control, struct watched *w) {
  const struct control_state *c = control->state;
  if (c->config->detector.rule != DETECTOR_TIMEOUT) return;
  timer_set(sim, control, &w->silence, c->config->detector.silent_ns, DUE_SILENCE,
            (uint32_t)(w - c->watched));
}

static void look(struct sim *sim, struct member *control, struct watched *w) {
  const struct control_state *c = control->state;
  if (w->since_ns > sim->now_ns) w->beats.missed = 0; /* it is to begin only then */
  if (w->suspected || !has_failed(c->config, &w->beats, sim->now_ns)) return;
  control_suspect(sim, control, w);
}

static void beat(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  timer_set(sim, control, &c->tick, c->config->every_ns, DUE_BEAT, 0);
  c->ticks++;
  for (uint32_t i = 0; i < c->n; i++) {
    struct watched *w = &c->watched[i];
    look(sim, control, w);
    bool runs = !w->suspected && w->since_ns <= sim->now_ns;
    if (runs && !timer_is_set(sim, &w->silence)) wait_for(sim, control, w);
    uint64_t key = rng_mix(member_identity(control) + member_identity(w->member)) + c->ticks;
    member_ping(sim, control, w->member, (uint16_t)i, key, c->config->timeout_ns);
  }
}

static void init(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  control_watch_members(sim, control);
  for (uint32_t i = 0; c->config->detector.rule == DETECTOR_PHI && i < c->n; i++) {
    c->watched[i].beats.room = PHI_SAMPLES;
    c->watched[i].beats.sample = arena_alloc(sim->arena, PHI_SAMPLES * sizeof(double));
  }
}

static void start(struct sim *sim, struct member *control) {
  control_begin(sim, control, DUE_BEAT);
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  const struct control_state *c = control->state;
  if (timer->what == DUE_SILENCE) {
    struct watched *w = &c->watched[timer->data];
    if (w->since_ns <= sim->now_ns) control_suspect(sim, control, w);
  } else {
    beat(sim, control);
  }
}

static void on_answer(struct sim *sim, struct member *control, struct frame *message,
                      enum outcome outcome) {
  struct control_state *c = control->state;
  struct watched *w = &c->watched[message->site];
  if (outcome != OUTCOME_OK) {
    w->beats.missed++;
    look(sim, control, w);
    return;
  }
  /* The answer of a process says when it began. One that was on its way when it crashed is of the
   * life before. */
  uint32_t life = w->member->epoch - member_is_off(w->member);
  if (w->epoch == life) {
    beats_heard(&w->beats, sim->now_ns, c->config->every_ns);
  } else {
    beats_heard_again(&w->beats, sim->now_ns);
  }
  w->epoch = life;
  wait_for(sim, control, w);
  control_heard(sim, control, w);
}

/* A control that was down knows nothing of what it saw before. */
static void on_crash(struct sim *sim, struct member *control, bool begins) {
  if (begins) {
    control_forget_members(control);
  } else {
    beat(sim, control);
  }
}

static const char *const keys[] = {"every", "timeout", "fails", "detector", NULL};
static const char *const meters[] = {"detection", "suspicions", "false_alarms", NULL};

const struct signal_def signal_heartbeat = {
    .name = "heartbeat",
    .tells = TELLS_FAILED,
    .keys = keys,
    .meters = meters,
    .is_said = is_said,
    .watches = watches,
    .validate = validate,
    .init = init,
    .start = start,
    .on_due = on_due,
    .on_answer = on_answer,
    .on_crash = on_crash,
};

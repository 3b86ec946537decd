/* control: watches the members of a component, and does something when one of them fails. */
#include "control.h"

#include <math.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "detector.h"
#include "fault_def.h"
#include "message.h"
#include "outline.h"
#include "sim.h"
#include "timeline.h"
#include "timer.h"

struct control_config {
  uint32_t heartbeat;
  uint64_t every_ns, timeout_ns, fails;
  struct detector detector;
  struct control_act act;
};

struct watched {
  struct member *member;
  struct beats beats;
  uint32_t epoch; /* its life that was heard last */
  bool suspected;
  uint64_t failed_ns; /* TIME_NEVER: it was right when it was suspected */
};

enum due { DUE_BEAT, DUE_DONE };

struct control_state {
  const struct control_config *config;
  struct component *component; /* that it watches */
  struct watched *watched;
  uint32_t n;
  uint64_t beats; /* sent for so far */
  struct timer beat, done;
  struct stream phase;
  uint64_t suspicions, false_alarms, actions, failed_actions;
  struct hist detection, recovery;
};

/* --- what it does --------------------------------------------------------------------------- */

static void act(struct sim *sim, struct member *member, struct watched *w) {
  struct control_state *c = member->state;
  const struct control_act *what = &c->config->act;
  if (what->rule == ACT_NONE || timer_is_set(sim, &c->done)) return;
  /* A copy that fails is no reason to have another primary. */
  if (c->component->kind->primary(c->component) != w->member) return;
  timer_set(sim, member, &c->done, what->takes_ns, DUE_DONE, (uint32_t)(w - c->watched));
}

static void done(struct sim *sim, struct member *member, uint32_t which) {
  struct control_state *c = member->state;
  struct watched *w = &c->watched[which];
  uint32_t suspected = 0;
  for (uint32_t i = 0; i < c->n; i++) suspected |= (uint32_t)c->watched[i].suspected << i;
  if (!c->component->kind->promote(sim, c->component, suspected)) {
    c->failed_actions++; /* nobody is left: it tries again while it suspects */
    if (w->suspected) timer_set(sim, member, &c->done, c->config->every_ns, DUE_DONE, which);
    return;
  }
  c->actions++;
  if (w->failed_ns != TIME_NEVER) hist_add(&c->recovery, sim->now_ns - w->failed_ns);
}

/* --- what it finds out ---------------------------------------------------------------------- */

static bool has_failed(const struct control_config *config, const struct beats *beats,
                       uint64_t now_ns) {
  switch (config->detector.rule) {
    case DETECTOR_BEATS:
      return beats->missed >= config->fails;
    case DETECTOR_PHI:
      return beats_phi(beats, now_ns) >= config->detector.phi;
  }
  return false;
}

static void suspect(struct sim *sim, struct member *member, struct watched *w) {
  struct control_state *c = member->state;
  w->suspected = true;
  w->failed_ns = w->member->down_since_ns;
  c->suspicions++;
  if (w->failed_ns == TIME_NEVER) {
    c->false_alarms++;
  } else {
    hist_add(&c->detection, sim->now_ns - w->failed_ns);
  }
  sim_note(sim, member, w->member, "suspected");
  act(sim, member, w);
}

static void look(struct sim *sim, struct member *member, struct watched *w) {
  const struct control_state *c = member->state;
  if (!w->suspected && has_failed(c->config, &w->beats, sim->now_ns)) suspect(sim, member, w);
}

static void beat(struct sim *sim, struct member *member) {
  struct control_state *c = member->state;
  timer_set(sim, member, &c->beat, c->config->every_ns, DUE_BEAT, 0);
  c->beats++;
  for (uint32_t i = 0; i < c->n; i++) {
    struct watched *w = &c->watched[i];
    look(sim, member, w);
    uint64_t key = rng_mix(member_identity(member) + member_identity(w->member)) + c->beats;
    member_ping(sim, member, w->member, (uint16_t)i, key, c->config->timeout_ns);
  }
}

static void control_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *message, enum outcome outcome) {
  (void)parent;
  struct control_state *c = member->state;
  struct watched *w = &c->watched[message->site];
  if (outcome != OUTCOME_OK) {
    w->beats.missed++;
    look(sim, member, w);
    return;
  }
  if (w->epoch == w->member->epoch) {
    beats_heard(&w->beats, sim->now_ns, c->config->every_ns);
  } else {
    beats_heard_again(&w->beats, sim->now_ns); /* the answer of a process says when it began */
  }
  w->epoch = w->member->epoch;
  if (w->suspected) sim_note(sim, member, w->member, "heard again");
  w->suspected = false;
}

static void control_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  if (timer->what == DUE_BEAT) {
    beat(sim, member);
  } else {
    done(sim, member, timer->data);
  }
}

/* --- life ----------------------------------------------------------------------------------- */

static bool control_validate(const struct spec *spec, const struct component_spec *component,
                             struct error *err) {
  const struct control_config *config = component->config;
  const struct component_spec *watched = &spec->component[config->heartbeat];
  if (component->instances > 1) {
    return error_set(err,
                     "has %u instances; each would act for itself, and several that agree are not "
                     "modelled: leave instances out",
                     component->instances);
  }
  if (config->detector.rule == DETECTOR_PHI && spec_states(component, "fails")) {
    return error_set(err,
                     "has both fails and detector = phi { ... }, which counts no missed beats; "
                     "leave one of them out");
  }
  if (config->act.rule == ACT_NONE) return true;
  if (config->act.target != config->heartbeat) {
    return error_set(err, "promotes a copy of \"%s\" and hears \"%s\"; say heartbeat = \"%s\"",
                     spec->component[config->act.target].name, watched->name,
                     spec->component[config->act.target].name);
  }
  const struct kind *kind = watched->kind;
  if (kind->promote && kind->keeps_versions(watched->config)) return true;
  return error_set(err,
                   "\"%s\" has no copies of which one could be promoted; give it copies = { n = "
                   "3 }, or name a database that has some",
                   watched->name);
}

/* Nothing that a request meets. */
static void control_outline(const struct spec *spec, const struct component_spec *component, int op,
                            struct outline *out) {
  (void)spec, (void)component, (void)op;
  outline_add(out, OUTLINE_END);
}

static void control_init(struct sim *sim, struct member *member) {
  struct control_state *c = member->state;
  c->config = member->component->config;
  c->component = &sim->component[c->config->heartbeat];
  c->phase = sim_stream(sim, member->component, "phase");
  c->n = c->component->members;
  c->watched = arena_alloc(sim->arena, c->n * sizeof *c->watched);
  for (uint32_t i = 0; i < c->n; i++) {
    c->watched[i] = (struct watched){.member = &c->component->member[i], .failed_ns = TIME_NEVER};
    if (c->config->detector.rule != DETECTOR_PHI) continue;
    c->watched[i].beats.room = PHI_SAMPLES;
    c->watched[i].beats.sample = arena_alloc(sim->arena, PHI_SAMPLES * sizeof(double));
  }
}

/* The first beat comes at any time within the first interval: no fault is in step with them. */
static void control_start(struct sim *sim, struct member *member) {
  struct control_state *c = member->state;
  struct draws draws = draws_begin(c->phase, member_identity(member), 0);
  uint64_t phase_ns = (uint64_t)(draws_unit(&draws) * (double)c->config->every_ns);
  timer_set(sim, member, &c->beat, phase_ns, DUE_BEAT, 0);
}

/* A control that was down knows nothing of what it saw before. */
static void control_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                             bool begins) {
  struct control_state *c = member->state;
  if (fault != &fault_crash) return;
  for (uint32_t i = 0; begins && i < c->n; i++) {
    const struct beats *old = &c->watched[i].beats;
    c->watched[i].beats = (struct beats){.sample = old->sample, .room = old->room};
    c->watched[i].suspected = false;
  }
  if (!begins) beat(sim, member);
}

static void control_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  call_reply(sim, call, OUTCOME_REFUSED); /* nobody calls it */
}

static void control_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                             struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome;
}

#define AT(field) offsetof(struct control_config, field)

static const struct param control_params[] = {
    {.name = "heartbeat",
     .type = PARAM_REF,
     .offset = AT(heartbeat),
     .required = true,
     .doc = "Component whose members it watches, each by itself."},
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(every_ns),
     .fallback = "10s",
     .min = 1e6,
     .max = 1e18,
     .doc = "Time between two beats (Kubernetes probes: 10 s; Patroni: loop_wait is 10 s)."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "1s",
     .min = 1e3,
     .max = 1e18,
     .doc = "A beat or answer that has not come by then is missed (Kubernetes: 1 s)."},
    {.name = "fails",
     .type = PARAM_COUNT,
     .offset = AT(fails),
     .fallback = "3",
     .min = 1,
     .max = 1000,
     .doc = "Missed beats in a row after which a member counts as failed, without another detector "
            "(Kubernetes: 3)."},
    {.name = "detector",
     .type = PARAM_DETECTOR,
     .offset = AT(detector),
     .doc = "phi { 8 }: instead of missed beats, a member has failed when the silence since the "
            "last one is so long that, by the times between beats so far, the chance of it is "
            "below 10^-8. It is looked at when a beat is due, and how long a restart took counts "
            "as no time "
            "between beats. Default: missed beats."},
    {.name = "act",
     .type = PARAM_ACT,
     .offset = AT(act),
     .doc = "promote { \"pg\", takes = \"5s\" }: another copy of the database becomes the primary, "
            "that long after the primary is found to have failed. Nothing is done if not given."},
    {0},
};

#define STATE(field) offsetof(struct control_state, field)

static const struct meter control_meters[] = {
    {"detection", METER_TIMES, STATE(detection), 0,
     "From the beginning of a crash or hang until it was suspected"},
    {"suspicions", METER_COUNT, STATE(suspicions), 0, "Members that were found to have failed."},
    {"false_alarms", METER_COUNT, STATE(false_alarms), 0,
     "Of them, those that neither lay crashed nor hung: slow, cut off from here, or stopped as "
     "planned."},
    {"actions", METER_COUNT, STATE(actions), 0, "Actions done."},
    {"failed_actions", METER_COUNT, STATE(failed_actions), 0,
     "Attempts to act that found nobody to promote."},
    {"recovery", METER_TIMES, STATE(recovery), 0,
     "From the beginning of a crash or hang until the action was done"},
    {0},
};

const struct kind kind_control = {
    .name = "control",
    .summary = "Watches the members of a component and acts when one fails.",
    .doc =
        "It stands beside the way of the requests. Each member that it watches is asked every "
        "`every` by a message over the network, which its host answers unless it is down, hung "
        "or cut off; the answer is the beat. What it finds out, and when, comes out of that: a "
        "partition between it and a member looks to it like a crash. The first beat comes at any "
        "time within the first `every`. Of a database with copies only a failed primary is "
        "replaced, by the copy that has most of the log among those that are up and that the "
        "control hears; a promotion that has begun is not taken back when the former primary is "
        "heard again, and callers know the new one at once. Left out: several managers that agree "
        "on what they saw, scripts that fail, going back to the former primary, and restarts.",
    .example =
        "client \"app\" { arrivals = poisson \"100/s\", target = \"pg\", "
        "mix = { read = 0.9, write = 0.1 } }\n"
        "database \"pg\" { copies = { n = 3, fence = true } }\n"
        "control \"ha\" { heartbeat = \"pg\", every = \"1s\", detector = phi { 8 },\n"
        "  act = promote { \"pg\", takes = \"5s\" } }\n"
        "fault { crash \"pg[1]\", at = \"60s\", lasts = \"1min\" }\n"
        "run { duration = \"3min\", warmup = \"5s\", replications = 4 }\n",
    .params = control_params,
    .meters = control_meters,
    .stands_apart = true,
    .config_size = sizeof(struct control_config),
    .state_size = sizeof(struct control_state),
    .validate = control_validate,
    .outline = control_outline,
    .init = control_init,
    .start = control_start,
    .on_call = control_on_call,
    .on_reply = control_on_reply,
    .on_answer = control_on_answer,
    .on_due = control_on_due,
    .on_fault = control_on_fault,
};

/* probe = "web": each member is asked whether it works, as the kubelet or systemd asks a process:
 * by a check that its host answers, or with `op` by a request that its handler does. */
#include "arena.h"
#include "control_state.h"
#include "fault.h"
#include "life.h"
#include "probe_op.h"

enum { DUE_PROBE, DUE_EXIT };

/* Of one member. */
struct probed {
  struct timer ended; /* its process did: looked at when all else of that instant is done */
  uint32_t passed;    /* probes in a row */
};

struct probing {
  struct probed *probed;
};

static bool is_said(const struct control_config *config) {
  return config->probe != REF_NONE;
}

static uint32_t watches(const struct control_config *config) {
  return config->probe;
}

/* --- validation ----------------------------------------------------------------------------- */

static bool validate(const struct spec *spec, const struct component_spec *control,
                     struct error *err) {
  const struct control_config *config = control->config;
  const struct component_spec *probed = &spec->component[config->probe];
  if (config->timeout_ns > config->every_ns) {
    return error_set(err,
                     "timeout is longer than every, so probes would overlap; shorten timeout or "
                     "lengthen every");
  }
  if (probed->kind->lodging && config->exits) {
    return error_set(err, "probe: exits is about processes, and \"%s\" is a host; leave it out",
                     probed->name);
  }
  bool asks = probed->kind->lodging != NULL && config->op >= 0;
  if (probed->kind->by_name || asks) {
    return error_set(
        err, "probe: %s \"%s\" answers no %s; %s", probed->kind->name, probed->name,
        asks ? "requests" : "probes",
        asks ? "leave op out, or probe what runs on it" : "probe what stands behind it");
  }
  return probe_op_valid(spec, config->probe, config->op, "probe", err);
}

/* --- probing -------------------------------------------------------------------------------- */

static void probe_one(struct sim *sim, struct member *control, uint16_t which) {
  struct control_state *c = control->state;
  const struct watched *w = &c->watched[which];
  uint64_t key = rng_mix(member_identity(control) + member_identity(w->member)) + c->ticks;
  c->probes++;
  probe_send(sim, control, w->member, c->config->op, which, key, c->config->timeout_ns);
}

/* Who is away as planned is not asked, nor a process that is not there, since it is to begin again.
 */
static void probe_all(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  timer_set(sim, control, &c->tick, c->config->every_ns, DUE_PROBE, 0);
  c->ticks++;
  for (uint32_t i = 0; i < c->n; i++) {
    const struct watched *w = &c->watched[i];
    bool away = w->member->phase == MEMBER_ABSENT || w->member->phase == MEMBER_DRAINING;
    if (!away && w->since_ns <= sim->now_ns) probe_one(sim, control, (uint16_t)i);
  }
}

/* It has not answered since it began. */
static bool is_starting(const struct watched *w) {
  return w->since_ns > 0 && w->heard_ns < w->since_ns;
}

static void fail(struct sim *sim, struct member *control, struct watched *w) {
  struct control_state *c = control->state;
  ((struct probing *)c->seen)->probed[w - c->watched].passed = 0;
  c->failed_probes++;
  bool starting = c->config->startup_ns > 0 && is_starting(w);
  if (starting && sim->now_ns < w->since_ns + c->config->startup_ns) return;
  w->beats.missed++;
  bool failed = w->beats.missed >= c->config->fails;
  if (!w->suspected && (failed || starting)) control_suspect(sim, control, w);
}

static void on_answer(struct sim *sim, struct member *control, struct frame *message,
                      enum outcome outcome) {
  struct control_state *c = control->state;
  struct watched *w = &c->watched[message->site];
  if (message->sent_ns < w->since_ns) return; /* of a process that is gone */
  if (outcome != OUTCOME_OK) {
    fail(sim, control, w);
    return;
  }
  struct probed *p = &((struct probing *)c->seen)->probed[message->site];
  w->beats.missed = 0;
  w->heard_ns = sim->now_ns;
  if (++p->passed >= c->config->rise) control_heard(sim, control, w);
}

/* --- processes that end --------------------------------------------------------------------- */

/* Something happens to a member. Who started its process sees it end (the kubelet, systemd), but
 * not from another machine that the machine is gone. */
static void on_peer(struct sim *sim, struct member *control, struct member *about) {
  struct control_state *c = control->state;
  if (!c->config->exits || about->down == 0 || member_is_off(control)) return;
  uint32_t which = about->index - 1;
  struct timer *ended = &((struct probing *)c->seen)->probed[which].ended;
  timer_set(sim, control, ended, 0, DUE_EXIT, which);
}

static void look_at_process(struct sim *sim, struct member *control, struct timer *timer) {
  struct control_state *c = control->state;
  struct watched *w = &c->watched[timer->data];
  if (w->member->down == 0 || w->suspected) return;
  if (w->since_ns > sim->now_ns) { /* it crashes when it begins */
    timer_set(sim, control, timer, w->since_ns - sim->now_ns, DUE_EXIT, timer->data);
    return;
  }
  if (faults_end_with_process(sim, w->member)) control_suspect(sim, control, w);
}

/* --- life ----------------------------------------------------------------------------------- */

static void init(struct sim *sim, struct member *control) {
  struct control_state *c = control->state;
  struct probing *probing = c->seen;
  control_watch_members(sim, control);
  probing->probed = arena_alloc(sim->arena, c->n * sizeof *probing->probed);
  if (c->config->exits) component_watch(sim, control, c->component);
}

static void start(struct sim *sim, struct member *control) {
  control_begin(sim, control, DUE_PROBE);
}

static void on_due(struct sim *sim, struct member *control, struct timer *timer) {
  if (timer->what == DUE_PROBE) {
    probe_all(sim, control);
  } else {
    look_at_process(sim, control, timer);
  }
}

/* A control that was down knows nothing of what it saw before. */
static void on_crash(struct sim *sim, struct member *control, bool begins) {
  const struct control_state *c = control->state;
  if (!begins) {
    probe_all(sim, control);
    return;
  }
  control_forget_members(control);
  for (uint32_t i = 0; i < c->n; i++) ((struct probing *)c->seen)->probed[i].passed = 0;
}

static const char *const keys[] = {"every", "timeout", "fails", "rise",
                                   "op",    "startup", "exits", NULL};
static const char *const meters[] = {"detection", "suspicions",    "false_alarms",
                                     "probes",    "failed_probes", NULL};

const struct signal_def signal_probe = {
    .name = "probe",
    .tells = TELLS_FAILED,
    .keys = keys,
    .meters = meters,
    .state_size = sizeof(struct probing),
    .is_said = is_said,
    .watches = watches,
    .validate = validate,
    .init = init,
    .start = start,
    .on_due = on_due,
    .on_answer = on_answer,
    .on_peer = on_peer,
    .on_crash = on_crash,
};

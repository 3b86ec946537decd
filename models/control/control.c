/* control: watches a component, and does something about what it sees. */
#include "arena.h"
#include "call.h"
#include "control_state.h"
#include "fault_def.h"
#include "outline.h"

void control_begin(struct sim *sim, struct member *control, uint16_t what) {
  struct control_state *c = control->state;
  struct draws draws = draws_begin(c->phase, member_identity(control), 0);
  uint64_t phase_ns = (uint64_t)(draws_unit(&draws) * (double)c->config->every_ns);
  timer_set(sim, control, &c->tick, phase_ns, what, 0);
}

uint64_t control_takes_ns(struct member *control, struct watched *who) {
  const struct control_state *c = control->state;
  uint64_t key = rng_mix(member_identity(control) + member_identity(who->member)) + ++who->decided;
  return dist_draw_keyed(&c->config->act.takes, &c->takes, key, 0);
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
  c->signal = signal_of(c->config);
  c->action = c->config->act.off ? NULL : c->config->act.action;
  uint32_t watched = c->signal->watches(c->config);
  if (watched != REF_NONE) c->component = &sim->component[watched];
  c->phase = sim_stream(sim, member->component, "phase");
  c->takes = sim_stream(sim, member->component, "takes");
  if (c->signal->state_size) c->seen = arena_alloc(sim->arena, c->signal->state_size);
  c->signal->init(sim, member);
  if (c->action == NULL) return;
  if (c->action->state_size) c->doing = arena_alloc(sim->arena, c->action->state_size);
  if (c->action->init) c->action->init(sim, member);
}

static void control_start(struct sim *sim, struct member *member) {
  const struct control_state *c = member->state;
  const struct action_def *action = c->config->act.action;
  if (action && action->before) action->before(sim, member);
  if (!member->component->spec->bypassed) c->signal->start(sim, member);
}

static void control_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  const struct control_state *c = member->state;
  if (timer->what < DUE_ACTION) {
    c->signal->on_due(sim, member, timer);
  } else {
    c->action->on_due(sim, member, timer);
  }
}

static void control_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                              struct frame *message, enum outcome outcome) {
  (void)parent;
  const struct control_state *c = member->state;
  c->signal->on_answer(sim, member, message, outcome);
}

static void control_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                             bool begins) {
  const struct control_state *c = member->state;
  if (fault != &fault_crash || member->component->spec->bypassed) return;
  c->signal->on_crash(sim, member, begins);
  if (begins && c->action && c->action->on_crash) c->action->on_crash(sim, member);
}

static void control_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  call_reply(sim, call, OUTCOME_REFUSED); /* nobody calls it */
}

/* A probe that is a request. */
static void control_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                             struct frame *call, enum outcome outcome) {
  control_on_answer(sim, member, parent, call, outcome);
}

static void control_on_peer(struct sim *sim, struct member *member, struct member *about) {
  const struct control_state *c = member->state;
  if (member->component->spec->bypassed) return;
  if (c->signal->on_peer) c->signal->on_peer(sim, member, about);
}

static void control_before_reset(struct sim *sim, struct member *member) {
  const struct control_state *c = member->state;
  if (c->signal->reset) c->signal->reset(sim, member, false);
  if (c->action && c->action->reset) c->action->reset(sim, member, false);
}

static void control_reset(struct sim *sim, struct member *member) {
  const struct control_state *c = member->state;
  if (c->signal->reset) c->signal->reset(sim, member, true);
  if (c->action && c->action->reset) c->action->reset(sim, member, true);
}

static void control_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  const struct control_state *c = member->state;
  if (c->signal->destroy) c->signal->destroy(member);
  if (c->action && c->action->destroy) c->action->destroy(member);
}

static bool control_has_meter(const void *config, const struct meter *meter) {
  const struct control_config *c = config;
  const struct signal_def *signal = signal_of(c);
  return (signal && control_lists(signal->meters, meter->name)) ||
         (c->act.action && !c->act.off && control_lists(c->act.action->meters, meter->name));
}

#define STATE(field) offsetof(struct control_state, field)

static const struct meter control_meters[] = {
    {"detection", METER_TIMES, STATE(detection), 0,
     "From the beginning of a fault until its member was suspected, or the alert fired; once a "
     "fault"},
    {"suspicions", METER_COUNT, STATE(suspicions), 0, "Members that were found to have failed."},
    {"false_alarms", METER_COUNT, STATE(false_alarms), 0,
     "Of them, those that no fault had hit: cut off from here, busy, starting, or stopped as "
     "planned. Alerts while no fault held, nor had in the time that they are about."},
    {"actions", METER_COUNT, STATE(actions), 0, "Actions done."},
    {"failed_actions", METER_COUNT, STATE(failed_actions), 0,
     "Attempts to act that came to nothing: nobody to promote; a restart after which the member "
     "was "
     "not up, or that the next one cut short."},
    {"recovery", METER_TIMES, STATE(recovery), 0,
     "From the beginning of a fault until the action was done"},
    {"probes", METER_COUNT, STATE(probes), 0, "Probes sent."},
    {"failed_probes", METER_COUNT, STATE(failed_probes), 0,
     "Of them, those refused, answered with an error or not in time."},
    {"off_target", METER_MEAN_LEVEL, STATE(off_target), 0,
     "Share of the time in which the metric, when read last, was above its target or `above`"},
    {"members", METER_LEVEL, STATE(scaled.members), 0,
     "Members that it wants, be they up or starting"},
    {"ready", METER_LEVEL, STATE(scaled.ready), 0,
     "Of them, those that were up when it looked last"},
    {"scale_ups", METER_COUNT, STATE(scaled.ups), 0, "Times that it started members."},
    {"scale_downs", METER_COUNT, STATE(scaled.downs), 0, "Times that it stopped members."},
    {"firing", METER_MEAN_LEVEL, STATE(firing), 0, "Share of the time in which the alert fired"},
    {"share", METER_LEVEL, STATE(share), 0, "Share of the calls that the new version gets, in %"},
    {"taken_back", METER_COUNT, STATE(taken_back), 0, "Releases that were taken back."},
    {"taken_back_after", METER_TIMES, STATE(taken_back_after), 0,
     "From the first share that the new version got until it was taken back"},
    {"release_time", METER_TIMES, STATE(release_time), 0,
     "From the first share that the new version got until the release was over"},
    {"at_most", METER_MEAN_LEVEL, STATE(scaled.at_most), 0,
     "Share of the time in which it would have had more members than `to`"},
    {0},
};

const struct kind kind_control = {
    .name = "control",
    .summary = "Watches a component and acts when one of its members fails or a metric says so.",
    .doc =
        "A control stands beside the way of the requests. With `heartbeat` it sends each member "
        "a message over the network every `every`; the member's host answers unless it is down, "
        "hung or cut off, and that answer is the beat. A partition between the two therefore "
        "looks to the control like a crash. The first message goes out at a random moment within "
        "the first `every`. Of a database with copies only a failed primary is replaced: by the "
        "copy with the longest log among those that are up and that the control hears. A "
        "promotion that has begun is not taken back when the former primary is heard again. "
        "Callers know the new primary at once.\n"
        "\n"
        "A probe (`probe`) is such a message, too; with `op` it is a request that the member's "
        "handler answers. The message fails when a member is down, hung, cut off or answers "
        "errors; the request also when it is slow or busy. All members are probed at the same "
        "time (the kubelet of each machine has its own). A restart (`restart`) ends a member's "
        "process, with all that it has. That ends a crash or a hang of the process. It does not "
        "end one of a zone, region or host, whose machine is away, nor a fault with `crews`, nor "
        "slow, error or drop; so a host itself cannot be restarted. `mttf` counts from when the "
        "process is up again. A member that is "
        "withdrawn (`withdraw`) gets no calls from those who look into the register, such as "
        "balancers. When all members are withdrawn, calls are refused.\n"
        "\n"
        "With `watch` the control reads a metric every `every`, the first time at a random "
        "moment within the first `every`. `scale` follows the horizontal autoscaler of "
        "Kubernetes. Of a metric that is a mean of the members (utilization) or a time, it wants "
        "value / target times the members that are up. Of one of all together (a queue, a "
        "backlog, a rate) it wants value / target members. The mean leaves out a member that "
        "came up since the last reading. Members that start count as idle when more are asked "
        "for. Members that are stopped drain, and come back only after they have left; `to` "
        "counts neither them nor what they cost.\n"
        "\n"
        "An alert (`alert`) fires when the metric has been above its limit, or below, for "
        "`holds` at a look. It counts as a detection of the earliest fault that held in the time "
        "that it is about and hit what is watched or what that calls; without one of these, of one "
        "that hit others who are connected by calls; without any it is a false alarm. A rollout "
        "(`rollout`) divides the calls of each balancer that has both versions and no others "
        "among its backends. A call draws its side by the share, and nobody helps out when its "
        "version has no backend in use (Envoy's weighted clusters). All instances of the new "
        "version are there all the time. A control that crashes in a rollout leaves the share as "
        "it is.\n"
        "Left out: several managers that agree on what they saw, scripts that fail, going back to "
        "the former primary; time that a process is given to end well (Kubernetes: 30 s; add it "
        "to `takes`), restarts on another machine; several metrics at once, schedules, forecasts, "
        "a lack of machines to start members on, readings that are lost; who is told by an alert "
        "and when they act; the same version for each user, instances that are replaced one by "
        "one.",
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
    .has_meter = control_has_meter,
    .stands_apart = true,
    .optional = true,
    .probes = true,
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
    .on_peer = control_on_peer,
    .on_fault = control_on_fault,
    .before_reset = control_before_reset,
    .reset = control_reset,
    .destroy = control_destroy,
};

/* What a control may be told, and what of it makes sense together. */
#include "control_config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "signal_def.h"

const struct signal_def *signal_of(const struct control_config *config) {
  for (uint32_t i = 0; signals[i]; i++) {
    if (signals[i]->is_said(config)) return signals[i];
  }
  return NULL;
}

bool control_lists(const char *const *list, const char *name) {
  for (; list && *list; list++) {
    if (!strcmp(*list, name)) return true;
  }
  return false;
}

/* A control has one signal. */
static bool check_signals(const struct control_config *config, struct error *err) {
  const struct signal_def *signal = signal_of(config);
  if (signal == NULL) {
    char names[128] = "";
    for (uint32_t i = 0, at = 0; signals[i]; i++) {
      at += (uint32_t)snprintf(names + at, sizeof names - at, "%s%s", at ? ", " : "",
                               signals[i]->name);
    }
    return error_set(err, "watches nothing; say what by one of its keys: %s", names);
  }
  for (uint32_t i = 0; signals[i]; i++) {
    if (signals[i] == signal || !signals[i]->is_said(config)) continue;
    return error_set(err, "has both %s and %s; declare a control for each", signal->name,
                     signals[i]->name);
  }
  return true;
}

/* Keys that mean something with another signal alone. */
static bool check_keys(const struct component_spec *component, const struct signal_def *signal,
                       struct error *err) {
  for (uint32_t i = 0; signals[i]; i++) {
    for (const char *const *key = signals[i]->keys; *key; key++) {
      if (!spec_states(component, *key) || control_lists(signal->keys, *key)) continue;
      return error_set(err, "has %s, which means nothing with %s; leave it out", *key,
                       signal->name);
    }
  }
  const struct control_config *config = component->config;
  for (uint32_t i = 0; actions[i]; i++) {
    for (const char *const *key = actions[i]->keys; key && *key; key++) {
      if (!spec_states(component, *key) || actions[i] == config->act.action) continue;
      return error_set(err, "has %s, which means nothing without act = %s { ... }", *key,
                       actions[i]->word.name);
    }
  }
  return true;
}

static bool hears(const struct action_def *action, enum tells tells) {
  switch (tells) {
    case TELLS_FAILED:
      return action->on_failed != NULL;
    case TELLS_NEWS:
      return action->on_news != NULL;
    case TELLS_TIME:
      return action->on_time != NULL;
  }
  return false;
}

static bool check_action(const struct spec *spec, const struct component_spec *component,
                         const struct signal_def *signal, struct error *err) {
  const struct control_config *config = component->config;
  const struct action_def *action = config->act.action;
  if (action == NULL) return true;
  if (!hears(action, signal->tells)) {
    char others[128] = "";
    for (uint32_t i = 0, at = 0; signals[i]; i++) {
      if (!hears(action, signals[i]->tells)) continue;
      at += (uint32_t)snprintf(others + at, sizeof others - at, "%s%s", at ? " or " : "",
                               signals[i]->name);
    }
    return error_set(err, "%s cannot act on what %s tells; say %s", action->word.name, signal->name,
                     others);
  }
  return action->validate == NULL ||
         action->validate(spec, component, &config->act, signal->watches(config), err);
}

bool control_validate(const struct spec *spec, const struct component_spec *component,
                      struct error *err) {
  const struct control_config *config = component->config;
  if (component->instances > 1) {
    return error_set(err,
                     "has %u instances; each would act for itself, and several that agree are not "
                     "modelled: leave instances out",
                     component->instances);
  }
  if (!check_signals(config, err)) return false;
  const struct signal_def *signal = signal_of(config);
  return check_keys(component, signal, err) &&
         (signal->validate == NULL || signal->validate(spec, component, err)) &&
         check_action(spec, component, signal, err);
}

#define AT(field) offsetof(struct control_config, field)

const struct param control_params[] = {
    {.name = "heartbeat",
     .type = PARAM_REF,
     .offset = AT(heartbeat),
     .doc = "Component whose members are asked for a sign of life, each by itself."},
    {.name = "probe",
     .type = PARAM_REF,
     .offset = AT(probe),
     .doc = "Component whose members are asked whether they work, each by itself, as the kubelet "
            "and systemd ask: by a check that its host answers, or with `op` by a request."},
    {.name = "at",
     .type = PARAM_DURATION,
     .offset = AT(at_ns),
     .fallback = "never",
     .min = 0,
     .max = INFINITY,
     .doc = "Time at which `act` is done, such as a rollout."},
    {.name = "watch",
     .type = PARAM_WATCH,
     .offset = AT(watch),
     .doc =
         "Metric that is read every `every`, \"web.utilization\": of a component with workers "
         "utilization (of the members that are up), queue, busy, in_flight, wait; of any that is "
         "called rate, throughput, error_ratio; of a client rate, goodput, error_ratio, latency, "
         "p50, p90, p95, p99; and what its kind counts, such as the backlog of a topic."},
    {.name = "target",
     .type = PARAM_LIMIT,
     .offset = AT(target),
     .needs = "watch",
     .doc = "Value that the metric should have; of a queue, a backlog, a rate: for each member."},
    {.name = "above",
     .type = PARAM_LIMIT,
     .offset = AT(above),
     .needs = "watch",
     .doc = "Instead of a target: something is done while the metric is above this."},
    {.name = "below",
     .type = PARAM_LIMIT,
     .offset = AT(below),
     .needs = "watch",
     .doc = "Instead of a target, or beside `above`: while it is below this."},
    {.name = "over",
     .type = PARAM_DURATION,
     .offset = AT(over_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .needs = "watch",
     .doc =
         "The metric is that of the last so long a time; without it of the time since it was read "
         "last, and a queue or backlog is read as it stands then (as KEDA does)."},
    {.name = "short",
     .type = PARAM_DURATION,
     .offset = AT(short_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .needs = "over",
     .doc =
         "A second, shorter window: the metric is above (or below) in both, so that an alert ends "
         "soon after what it was about (Google's SRE workbook: a twelfth of the long one)."},
    {.name = "delay",
     .type = PARAM_DURATION,
     .offset = AT(delay_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .needs = "watch",
     .doc = "How old a reading is when it is acted on; at most `every`."},
    {.name = "tolerance",
     .type = PARAM_RATIO,
     .offset = AT(tolerance),
     .fallback = "10%",
     .max = 1,
     .off = "0%",
     .needs = "target",
     .doc =
         "Nothing is done while the metric differs from its target by no more than this share of "
         "it (Kubernetes: 10 %)."},
    {.name = "cooldown",
     .type = PARAM_DURATION,
     .offset = AT(cooldown_ns),
     .fallback = "5min",
     .min = 0,
     .max = 1e18,
     .off = "0s",
     .needs = "watch",
     .doc =
         "Of scale. With a target: members are stopped down to the largest number that was wanted "
         "within this time (Kubernetes: stabilisation window of 300 s; KEDA: 300 s before the "
         "last one goes). With above or below: for so long after a change nothing is changed (EC2: "
         "300 s)."},
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(every_ns),
     .fallback = "10s",
     .min = 1e6,
     .max = 1e18,
     .doc = "Time between two beats, probes or readings (Kubernetes probes: 10 s, its autoscaler: "
            "15 s; "
            "Patroni: loop_wait is 10 s)."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "1s",
     .min = 1e3,
     .max = 1e18,
     .doc = "An answer that has not come by then is missed (Kubernetes: 1 s)."},
    {.name = "fails",
     .type = PARAM_COUNT,
     .offset = AT(fails),
     .fallback = "3",
     .min = 1,
     .max = 1000,
     .doc = "Answers missed in a row after which a member counts as failed, without another "
            "detector (Kubernetes: 3)."},
    {.name = "rise",
     .type = PARAM_COUNT,
     .offset = AT(rise),
     .fallback = "1",
     .min = 1,
     .max = 1000,
     .doc = "Probes answered in a row after which a member that failed counts as working again "
            "(Kubernetes: 1)."},
    {.name = "op",
     .type = PARAM_OP_KNOWN,
     .offset = AT(op),
     .doc = "A probe is a request of this operation: it waits in the member's queue and takes what "
            "its handler takes, and counts as a call. Not said: the member's host answers, however "
            "busy it is."},
    {.name = "startup",
     .type = PARAM_DURATION,
     .offset = AT(startup_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .doc = "For so long after a restart that this control made, failed probes do not count until "
            "one has been answered (Kubernetes' startup probe: failureThreshold times "
            "periodSeconds); after it one that still fails is enough."},
    {.name = "exits",
     .type = PARAM_BOOL,
     .offset = AT(exits),
     .fallback = "false",
     .doc = "A crash of a process is seen at once, as by who started it (the kubelet, systemd), in "
            "place of by failed probes; not that of a zone, region or host."},
    {.name = "detector",
     .type = PARAM_DETECTOR,
     .offset = AT(detector),
     .doc = "phi { 8 }: instead of missed beats, a member has failed when the silence since the "
            "last one is so long that, by the times between beats so far, the chance of it is "
            "below 10^-8. It is looked at when a beat is due, and how long a restart took counts "
            "as no time between beats. missed { 3 }: when so many in a row have not been answered, "
            "as `fails`. timeout { \"5s\" }: when it has not been heard for so long, at that very "
            "time. Default: missed beats."},
    {.name = "act",
     .type = PARAM_ACT,
     .offset = AT(act),
     .doc =
         "promote { \"pg\", takes = \"5s\" }: another copy of the database becomes the primary, "
         "that long after the primary is found to have failed. scale { \"web\", to = 20 }: members "
         "are started and stopped. Nothing is done if not given."},
    {.name = "back_when",
     .type = PARAM_CONDITION,
     .offset = AT(back_when),
     .doc = "Of rollout, which may also say it by itself: \"web2.error_ratio > 5%\", and all calls "
            "go back to the former version."},
    {0},
};

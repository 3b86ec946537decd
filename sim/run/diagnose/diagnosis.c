#include "diagnosis.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "breakdown.h"
#include "failures.h"
#include "fault_def.h"
#include "format.h"
#include "json_write.h"
#include "limiter.h"
#include "peak.h"
#include "recovery.h"
#include "sim.h"
#include "timeline.h"
#include "wire.h"

/* Workers, or a wire, that are busy for this share of the time are near their limit. */
#define BUSY_NEAR 0.8
/* A queue that holds this many times more calls in the last quarter of a run than in the second,
 * and at least so many, grows. */
#define GROWTH 1.5
#define GROWTH_LEAST 10.0
/* Later in the run by this factor, new requests alone may make a queue grow. */
#define MORE_COMES 1.1
/* Fewer stale reads are no finding. */
#define STALE_LEAST 0.01
/* Nor is a shorter time in which all workers were busy. */
#define FULL_LEAST 0.05

const char *const severity_name[] = {"saturated", "near", "fault", "stale"};

static void add(struct diagnosis *d, const char *component, const char *limit,
                enum severity severity, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void add(struct diagnosis *d, const char *component, const char *limit,
                enum severity severity, const char *format, ...) {
  va_list args;
  va_start(args, format);
  d->list = g_renew(struct diagnosed, d->list, d->n + 1);
  d->list[d->n++] = (struct diagnosed){.component = g_strdup(component),
                                       .limit = limit,
                                       .severity = severity,
                                       .sentence = g_strdup_vprintf(format, args)};
  va_end(args);
}

/* The label of a value with this unit; the macro-less way to use several in one sentence. */
static struct label seconds(double value) {
  return format_value(UNIT_SECONDS, value);
}

static struct label per_second(double value) {
  return format_value(UNIT_PER_SECOND, value);
}

static struct label ratio(double value) {
  return format_value(UNIT_RATIO, value);
}

/* --- limits --------------------------------------------------------------------------------- */

/* The number that a component's parameter of that name holds; NaN: it has none, or no limit. */
static double limit_of(const struct component_spec *c, const char *name) {
  for (const struct param *p = c->kind->params; p != NULL && p->name != NULL; p++) {
    if (p->type != PARAM_COUNT || strcmp(p->name, name) != 0) continue;
    uint64_t value;
    memcpy(&value, (const char *)c->config + p->offset, sizeof value);
    return value == PARAM_UNLIMITED ? NAN : (double)value;
  }
  return NAN;
}

/* A series averaged over the windows of one quarter of the run (1..4), of replication 1. */
static double in_quarter(const struct timeline *t, const struct series *s, uint32_t quarter) {
  uint32_t from = t->looks * (quarter - 1) / 4, to = t->looks * quarter / 4;
  double sum = 0;
  for (uint32_t w = from; w < to; w++) sum += (double)s->value[w];
  return sum / (to - from);
}

/* Calls waiting at a component. */
static double queue_in_quarter(const struct results *results, uint32_t component,
                               uint32_t quarter) {
  const struct timeline *t = results->timeline;
  for (uint32_t i = 0; t != NULL && i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0 || s->what != SERIES_QUEUE) continue;
    return in_quarter(t, s, quarter);
  }
  return NAN;
}

static bool look_at_deadlock(const struct results *results, const struct component_spec *c,
                             struct diagnosis *d) {
  if (!(results_value_of(results, c->name, "deadlocked") > 0)) return false;
  gchar *sentence = answer_deadlock(results, c->name);
  add(d, c->name, "workers", SEVERITY_SATURATED, "%s", sentence);
  g_free(sentence);
  return true;
}

/* New requests of all clients, per second. */
static double offered_in_quarter(const struct results *results, uint32_t quarter) {
  const struct timeline *t = results->timeline;
  double sum = 0;
  for (uint32_t i = 0; t != NULL && i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->member == 0 && s->what == SERIES_OFFERED) sum += in_quarter(t, s, quarter);
  }
  return sum;
}

static void look_at_growth(const struct results *results, uint32_t id, const char *name,
                           struct diagnosis *d) {
  double before = queue_in_quarter(results, id, 2), after = queue_in_quarter(results, id, 4);
  if (!(after > GROWTH_LEAST && after > GROWTH * before)) return;
  double calm = offered_in_quarter(results, 2), busy = offered_in_quarter(results, 4);
  if (busy > MORE_COMES * calm) {
    add(d, name, "queue", SEVERITY_NEAR,
        "The queue of %s grew from %s waiting calls in the second quarter of the run to %s in the "
        "last, while new requests rose from %s to %s: numbers over the whole run mix both.",
        name, format_count(before).text, format_count(after).text, per_second(calm).text,
        per_second(busy).text);
    return;
  }
  const char *behind = limiter_behind(results, id);
  gchar *why = behind != NULL ? g_strdup_printf("it waits for %s, which is saturated", behind)
                              : g_strdup("more comes in than it can serve");
  add(d, name, "queue", SEVERITY_SATURATED,
      "The queue of %s grew from %s waiting calls in the second quarter of the run to %s in the "
      "last: %s, so every number below depends on the length of the run.",
      name, format_count(before).text, format_count(after).text, why);
  g_free(why);
}

/* Not busy on the whole, but for some time more than it could be. */
static void look_at_peak(const struct results *results, uint32_t id, const char *name,
                         struct diagnosis *d) {
  struct peak peak = peak_of(results, id);
  if (!(peak.share >= FULL_LEAST)) return;
  add(d, name, "workers", SEVERITY_SATURATED,
      "%s was saturated for %s%s, though its workers are busy only %s of the time in all.", name,
      seconds(peak.full_s).text, results->replications > 1 ? " of replication 1" : "",
      ratio(results_value_of(results, name, "utilization")).text);
}

static void look_at_workers(const struct results *results, uint32_t id, struct diagnosis *d) {
  const struct component_spec *c = &results->scenario->spec.component[id];
  double busy = results_value_of(results, c->name, "utilization");
  double workers = limit_of(c, "workers"), wait = results_value_of(results, c->name, "wait.mean");
  if (!(busy >= BUSY_NEAR)) {
    look_at_peak(results, id, c->name, d);
    return;
  }
  GString *whose = g_string_new(NULL);
  if (!isnan(workers)) {
    g_string_printf(whose, "%.0f worker%s%s", workers * c->instances,
                    workers * c->instances == 1 ? "" : "s", c->instances > 1 ? " in all" : "");
  } else {
    g_string_assign(whose, "workers");
  }
  const char *are = workers * c->instances == 1 ? "is" : "are";
  GString *waits = g_string_new(NULL);
  if (wait > 0) {
    g_string_printf(waits, ", and a call waits %s for one", seconds(wait).text);
    g_string_append_printf(waits, " (p99 %s)",
                           seconds(results_value_of(results, c->name, "wait.p99")).text);
  }
  bool saturated = busy >= BUSY_SATURATED;
  add(d, c->name, "workers", saturated ? SEVERITY_SATURATED : SEVERITY_NEAR,
      "%s %s: its %s %s busy %s of the time%s.", c->name,
      saturated ? "is saturated" : "has little room left", whose->str, are, ratio(busy).text,
      waits->str);
  g_string_free(waits, TRUE);
  g_string_free(whose, TRUE);
}

/* A queue that was once as long as it may be turned calls away, if there were errors. */
/* Whether failures of followed requests began with a refusal of this component; where too few were
 * followed it may be. */
static bool refused(const struct results *results, uint32_t id) {
  const struct spec *spec = &results->scenario->spec;
  uint32_t known = 0;
  for (uint32_t c = 0; results->blame != NULL && c < spec->components; c++) {
    const struct blame *blame = &results->blame[c];
    uint32_t n;
    struct failure_share *list = breakdown_failures(blame, &n);
    bool here = false;
    for (uint32_t i = 0; i < n; i++) {
      here |= list[i].component == id && list[i].cause == OUTCOME_REFUSED;
    }
    free(list);
    if (here) return true;
    known += blame->samples - breakdown_followed(blame);
  }
  return known < FOLLOWED_LEAST;
}

static void look_at_queue(const struct results *results, uint32_t id, struct diagnosis *d) {
  const struct component_spec *c = &results->scenario->spec.component[id];
  double longest = results_value_of(results, c->name, "queue.max");
  double errors = results_value_of(results, c->name, "errors");
  double arrivals = results_value_of(results, c->name, "arrivals");
  if (!(errors > 0 && arrivals > 0) || isnan(longest) || !refused(results, id)) return;
  double queue = limit_of(c, "queue"), connections = limit_of(c, "connections");
  if (queue == 0) {
    add(d, c->name, "queue", SEVERITY_SATURATED,
        "%s has no queue and refused what came while its workers were busy: it answered %s of its "
        "calls with an error.",
        c->name, ratio(errors / arrivals).text);
  } else if (!isnan(queue) && longest >= queue) {
    add(d, c->name, "queue", SEVERITY_SATURATED,
        "The queue of %s was full with %.0f waiting calls%s: it answered %s of its calls with an "
        "error.",
        c->name, queue, c->instances > 1 ? " at one of its members" : "",
        ratio(errors / arrivals).text);
  } else if (!isnan(connections) && longest >= fmax(0, connections - limit_of(c, "workers"))) {
    add(d, c->name, "pool", SEVERITY_SATURATED,
        "All %.0f connections of %s were taken at once: it refused %s of its calls.", connections,
        c->name, ratio(errors / arrivals).text);
  }
}

static void look_at_uptime(const struct results *results, const struct component_spec *c,
                           struct diagnosis *d) {
  double up = results_value_of(results, c->name, "uptime");
  if (!(up < 1)) return;
  add(d, c->name, "none", SEVERITY_FAULT, "%s was down or hung for %s of the measured time%s.",
      c->name, ratio(1 - up).text, c->instances > 1 ? ", averaged over its members" : "");
}

static void look_at_staleness(const struct results *results, const struct component_spec *c,
                              struct diagnosis *d) {
  double stale = results_value_of(results, c->name, "stale_ratio");
  if (!(stale >= STALE_LEAST)) return;
  add(d, c->name, "none", SEVERITY_STALE,
      "%s answered %s of its reads with data that an acknowledged write had replaced, on average "
      "%s before the read came (p99 %s).",
      c->name, ratio(stale).text,
      seconds(results_value_of(results, c->name, "stale_age.mean")).text,
      seconds(results_value_of(results, c->name, "stale_age.p99")).text);
}

/* --- faults that crash nothing -------------------------------------------------------------- */

static const char *target_name(const struct spec *spec, const struct fault_target *target) {
  switch (target->kind) {
    case TARGET_ZONE:
      return spec->zone[target->id].name;
    case TARGET_REGION:
      return spec->region[target->id];
    case TARGET_COMPONENT:
    case TARGET_MEMBER:
    case TARGET_EACH:
      break;
  }
  return spec->component[target->id].name;
}

/* How long this fault held in the measured time of replication 1, for any member at all; 0 if the
 * timeline could not keep all periods, which come in the order of their beginning. */
static double held_s(const struct results *results, const struct fault_spec *fault) {
  const struct timeline *t = results->timeline;
  uint64_t sum_ns = 0, until_ns = results->warmup.ns;
  if (t == NULL || t->left_out > 0) return 0;
  for (uint32_t i = 0; i < t->periods; i++) {
    const struct fault_period *p = &t->period[i];
    uint64_t from = p->from_ns > until_ns ? p->from_ns : until_ns;
    uint64_t to = p->until_ns < results->duration_ns ? p->until_ns : results->duration_ns;
    if (p->fault != fault || to <= from) continue;
    sum_ns += to - from;
    until_ns = to;
  }
  return (double)sum_ns / 1e9;
}

/* A crash or a hang shows in the uptime; of the others only the fault itself is known. */
static void look_at_faults(const struct results *results, struct diagnosis *d) {
  const struct spec *spec = &results->scenario->spec;
  double measured_s = (double)(results->duration_ns - results->warmup.ns) / 1e9;
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (fault->type->refuses || fault->type->stalls) continue;
    double held = held_s(results, fault);
    if (!(held > 0)) continue;
    add(d, target_name(spec, &fault->target), "none", SEVERITY_FAULT,
        "The fault '%s' held for %s, %s of the measured time%s.", fault->name, seconds(held).text,
        ratio(held / measured_s).text, results->replications > 1 ? " of replication 1" : "");
  }
}

/* --- paths ---------------------------------------------------------------------------------- */

static void look_at_wires(const struct results *results, struct diagnosis *d) {
  for (uint32_t i = 0; i < 2 * results->scenario->spec.paths; i++) {
    struct wire w = wire_of(results, i / 2, i % 2 == 1);
    if (!(w.busy >= BUSY_NEAR) || (i % 2 == 1 && strcmp(w.from, w.to) == 0)) continue;
    bool saturated = w.busy >= BUSY_SATURATED;
    gchar *name = g_strdup_printf("path.%s.%s", w.from, w.to);
    add(d, name, "bandwidth", saturated ? SEVERITY_SATURATED : SEVERITY_NEAR,
        "The path from %s to %s %s: its %.4g Mbit/s are in use %s of the time.", w.from, w.to,
        saturated ? "is saturated" : "has little room left", w.bits_per_s / 1e6,
        ratio(w.busy).text);
    g_free(name);
  }
}

/* An overload that outlives what began it. Retries keep it up where they are a fifth of a load that
 * was served before. */
static void look_at_recovery(const struct results *results, uint32_t client, struct diagnosis *d) {
  struct recovery r = recovery_of(results, client);
  if (!r.stuck) return;
  const char *name = results->scenario->spec.component[client].name;
  bool retries = r.retries > 0.2 * r.offered && r.offered < 1.1 * r.offered_before;
  GString *why = g_string_new(NULL);
  if (retries) {
    g_string_printf(why, "; %s retries come on top of %s new requests and keep the overload up",
                    format_value(UNIT_PER_SECOND, r.retries).text,
                    format_value(UNIT_PER_SECOND, r.offered).text);
  }
  add(d, name, retries ? "retries" : "none", SEVERITY_SATURATED,
      "Requests of %s do not get over the faults: %s after '%s' ended %s of them fail, against %s "
      "before the first fault%s.",
      name, seconds(r.after_s).text, r.fault->name, ratio(r.failing_after).text,
      ratio(r.failing_before).text, why->str);
  g_string_free(why, TRUE);
}

/* A component that waits for a saturated one is as full as that one. */
static void find_root(const struct results *results, struct diagnosis *d) {
  struct limiter first = limiter_find(results, REF_NONE);
  for (uint32_t i = 0; i < d->n && first.name != NULL; i++) {
    d->list[i].root = strcmp(d->list[i].component, first.name) == 0;
  }
}

static int by_severity(const void *left, const void *right) {
  const struct diagnosed *a = left, *b = right;
  if (a->severity != b->severity) return a->severity < b->severity ? -1 : 1;
  if (a->root != b->root) return a->root ? -1 : 1;
  int order = strcmp(a->component, b->component);
  return order != 0 ? order : strcmp(a->limit, b->limit);
}

struct diagnosis diagnose(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  struct diagnosis d = {0};
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (c->kind->is_source || c->bypassed) continue;
    if (!look_at_deadlock(results, c, &d)) { /* the cause of what the next two see */
      look_at_workers(results, i, &d);
      look_at_growth(results, i, c->name, &d);
    }
    look_at_queue(results, i, &d);
    look_at_uptime(results, c, &d);
    look_at_staleness(results, c, &d);
  }
  look_at_faults(results, &d);
  look_at_wires(results, &d);
  uint32_t client = answer_client(results);
  if (client != REF_NONE) look_at_recovery(results, client, &d);
  find_root(results, &d);
  if (d.n > 0) qsort(d.list, d.n, sizeof *d.list, by_severity);
  d.healthy = d.n == 0 && results_goals_met(results) && !failures_any(results);
  d.client = client != REF_NONE ? spec->component[client].name : NULL;
  d.saturates = answer_saturates(results, client);
  d.time = client != REF_NONE ? answer_time(results, client) : g_strdup("");
  d.failed = failures_say(results);
  return d;
}

void diagnosis_free(struct diagnosis *d) {
  for (uint32_t i = 0; i < d->n; i++) {
    g_free(d->list[i].component);
    g_free(d->list[i].sentence);
  }
  g_free(d->list);
  g_free(d->time);
  g_free(d->saturates);
  g_free(d->failed);
  *d = (struct diagnosis){0};
}

json_t *diagnosis_json(const struct diagnosis *d) {
  json_t *tree = json_object(), *list = json_array(), *answer = json_object();
  for (uint32_t i = 0; i < d->n; i++) {
    json_t *finding = json_object();
    json_object_set_new(finding, "component", json_text(d->list[i].component));
    json_object_set_new(finding, "limit", json_text(d->list[i].limit));
    json_object_set_new(finding, "severity", json_text(severity_name[d->list[i].severity]));
    json_object_set_new(finding, "sentence", json_text(d->list[i].sentence));
    json_array_append_new(list, finding);
  }
  if (d->client != NULL) json_object_set_new(answer, "client", json_text(d->client));
  json_object_set_new(answer, "time", json_text(d->time));
  json_object_set_new(answer, "saturates", json_text(d->saturates));
  json_object_set_new(answer, "failed", json_text(d->failed));
  json_object_set_new(tree, "healthy", json_boolean(d->healthy));
  json_object_set_new(tree, "findings", list);
  json_object_set_new(tree, "answer", answer);
  return tree;
}

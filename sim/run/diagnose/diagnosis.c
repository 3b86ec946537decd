#include "diagnosis.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action_def.h"
#include "answer.h"
#include "besides.h"
#include "breakdown.h"
#include "failures.h"
#include "fault_def.h"
#include "finding.h"
#include "format.h"
#include "handed_over.h"
#include "held_up.h"
#include "json_write.h"
#include "keeping.h"
#include "leak.h"
#include "limiter.h"
#include "mistaken.h"
#include "offered.h"
#include "outline.h"
#include "places.h"
#include "quarters.h"
#include "recovery.h"
#include "scaling_said.h"
#include "shortage.h"
#include "sim.h"
#include "timeline.h"
#include "together.h"
#include "way.h"
#include "wire.h"
#include "withheld.h"

/* Later in the run by this factor, new requests alone may make a queue grow. */
#define MORE_COMES 1.1
/* Fewer stale reads are no finding. */
#define STALE_LEAST 0.01
/* Attempts of a control that came to nothing, before it is told. */
#define IN_VAIN_LEAST 3

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

static bool look_at_deadlock(const struct results *results, const struct component_spec *c,
                             struct finding_list *list) {
  double stuck = results_value_of(results, c->name, "deadlocked");
  if (!(stuck > 0)) return false;
  struct finding *f = finding_add(list, RULE_DEADLOCK, SEVERITY_SATURATED, c->name, NULL);
  gchar *why = answer_deadlock(results, c->name);
  f->effect = stuck;
  finding_say(f, format_count(stuck).text, "%s", why);
  g_free(why);
  return true;
}

/* A control whose actions mostly come to nothing: one that restarts what is not up yet keeps it
 * down, and its victim looks as if the fault had never ended. */
static void look_at_actions(const struct results *results, const struct component_spec *c,
                            struct finding_list *list) {
  double failed = results_value_of(results, c->name, "failed_actions");
  double done = results_value_of(results, c->name, "actions");
  if (action_of(c) == NULL || !(failed >= IN_VAIN_LEAST && failed > (isnan(done) ? 0 : done)))
    return;
  struct finding *f = finding_add(list, RULE_IN_VAIN, SEVERITY_SATURATED, c->name, NULL);
  f->effect = failed;
  gchar *all =
      isnan(done) || done == 0 ? g_strdup("none") : g_strdup_printf("%s", format_count(done).text);
  finding_say(f, format_count(failed).text, "%s of its %s attempts came to anything%s, since %s",
              all, format_count(failed + (isnan(done) ? 0 : done)).text,
              results->replications > 1 ? ", averaged over replications" : "",
              action_of(c)->action->restarts
                  ? "what it restarts is not up before it is restarted again"
                  : "there was nobody to promote");
  g_free(all);
}

/* What its callers see are crashes that nobody declared. */
static void look_at_memory(const struct results *results, const struct component_spec *c,
                           struct finding_list *list) {
  double kills = results_value_of(results, c->name, "out_of_memory");
  if (!(kills > 0)) return;
  struct finding *f = finding_add(list, RULE_OUT_OF_MEMORY, SEVERITY_SATURATED, c->name, NULL);
  f->effect = kills;
  finding_say(f, format_count(kills).text,
              "%s times%s an instance took more than its limit, and was killed with the calls that "
              "it had",
              format_count(kills).text,
              results->replications > 1 ? ", averaged over replications," : "");
}

/* Pools of callers, whose metrics are "CALLER.CALLEE.pool.deadlocked". */
static void look_at_pools(const struct results *results, struct finding_list *list) {
  static const char tail[] = ".pool.deadlocked";
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    if (!g_str_has_suffix(r->name, tail) || !(r->estimate.value > 0)) continue;
    gchar *pool = g_strndup(r->name, strlen(r->name) - strlen(tail));
    gchar **ends = g_strsplit(pool, ".", 2);
    gchar *name = g_strdup_printf("of %s for its calls of %s", ends[0], ends[1]);
    struct finding *f = finding_add(list, RULE_POOL_DEADLOCK, SEVERITY_SATURATED, ends[0], name);
    f->effect = r->estimate.value;
    finding_say(f, format_count(f->effect).text,
                "its places are held by calls that wait for calls which wait for a place "
                "themselves; when the run ended, %s calls could never get one%s",
                format_count(f->effect).text,
                results->replications > 1 ? ", averaged over replications" : "");
    g_free(name);
    g_strfreev(ends);
    g_free(pool);
  }
}

/* In one quarter of the run (1..4). */
static double offered_in_quarter(const struct results *results, uint32_t quarter) {
  const struct timeline *t = results->timeline;
  if (t == NULL) return 0;
  return offered_in(results, t->looks * (quarter - 1) / 4, t->looks * quarter / 4);
}

/* What this one waits for, so that its queue is no fault of its own; to be freed. */
static gchar *why_it_grows(const struct results *results, uint32_t id) {
  gchar *by = held_by(results, id, true);
  gchar *why = by != NULL ? g_strdup_printf("it waits for %s", by)
                          : g_strdup("more comes in than it can serve");
  g_free(by);
  return why;
}

/* After a fault a queue may be long, and be worked off in the last quarter. */
static bool is_worked_off(const struct results *results, uint32_t id, const char *meter) {
  const struct timeline *t = results->timeline;
  return t->periods > 0 && !(eighth_of(results, id, meter, 8) > eighth_of(results, id, meter, 7));
}

/* False: it does not grow by itself, but at most with the load. */
static bool look_at_growth(const struct results *results, uint32_t id, const char *name,
                           struct finding_list *list) {
  bool topic = results->scenario->spec.component[id].kind->keeps_messages;
  const char *meter = topic ? "backlog" : NULL;
  double before = quarter_of(results, id, meter, 2), between = quarter_of(results, id, meter, 3);
  double after = quarter_of(results, id, meter, 4);
  if (!(after > GROWTH_LEAST && after > GROWTH * before)) return false;
  double calm = offered_in_quarter(results, 2), busy = offered_in_quarter(results, 4);
  bool rose = busy > MORE_COMES * calm;
  if (!rose && !(after > STEADY * between && between > STEADY * before)) return false;
  if (!rose && is_worked_off(results, id, meter)) return false;
  const char *what = topic ? "messages" : "calls";
  enum rule grows = topic ? RULE_BACKLOG_GROWS : RULE_QUEUE_GROWS;
  struct finding *f = finding_add(list, rose ? RULE_LOAD_ROSE : grows,
                                  rose ? SEVERITY_NEAR : SEVERITY_SATURATED, name, NULL);
  f->effect = after;
  struct label was = format_count(before), is = format_count(after);
  if (rose) {
    finding_say(f, is.text,
                "%s %s waited in the second quarter of the run, %s in the last, while new "
                "requests rose from %s to %s; numbers over the whole run mix both",
                was.text, what, is.text, per_second(calm).text, per_second(busy).text);
    return false;
  }
  gchar *why = why_it_grows(results, id);
  finding_say(f, is.text,
              "%s %s waited in the second quarter of the run, %s in the last; %s, and the "
              "longer the run, the longer the waits",
              was.text, what, is.text, why);
  g_free(why);
  return true;
}

static void look_at_places(const struct results *results, uint32_t id, const char *name,
                           struct finding_list *list) {
  struct places places = places_of(results, id);
  if (places.component == REF_NONE || !places.full) return;
  struct finding *f = finding_add(list, RULE_PLACES, SEVERITY_SATURATED, name, NULL);
  f->effect = places.waiting;
  gchar *said = places_said(results, &places);
  finding_say(f, format_count(results_value_of(results, name, "waiting")).text, "%s", said);
  g_free(said);
}

/* Whether failures of followed requests began with a refusal of this component while it was up;
 * where none was followed it may be, unless it was down, too. `alone`: none began otherwise there,
 * or in what it calls. */
static bool refused(const struct results *results, uint32_t id, bool *alone) {
  const struct spec *spec = &results->scenario->spec;
  uint32_t known = 0;
  bool any = false, *below = mem_zeroed(spec->components, sizeof *below);
  *alone = true;
  outline_reach(spec, id, false, below);
  for (uint32_t c = 0; results->blame != NULL && c < spec->components; c++) {
    const struct blame *blame = &results->blame[c];
    uint32_t n;
    struct failure_share *shares = breakdown_origins(blame, FOLLOWED_FAILED, false, &n);
    for (uint32_t i = 0; i < n; i++) {
      bool here = shares[i].component == id && shares[i].cause == OUTCOME_REFUSED &&
                  shares[i].part != PART_POOL && shares[i].part != PART_FAULT;
      any |= here;
      *alone &= here || (shares[i].component < spec->components && !below[shares[i].component]);
    }
    free(shares);
    known += breakdown_followed(blame, FOLLOWED_FAILED);
  }
  free(below);
  if (any) return true;
  return known == 0 && !(results_value_of(results, spec->component[id].name, "uptime") < 1);
}

/* Errors that are told by themselves: its calls were given up, or its handler turned them away. */
static double errors_meant(const struct results *results, const char *name) {
  static const char *const told[] = {"cancelled", "stopped", "shed", "limited"};
  double sum = 0;
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    double n = results_value_of(results, name, told[i]);
    if (!isnan(n)) sum += n;
  }
  return sum;
}

/* A queue that was once as long as it may be turned calls away, if there were errors. */
static void look_at_queue(const struct results *results, uint32_t id, struct finding_list *list) {
  const struct component_spec *c = &results->scenario->spec.component[id];
  double longest = results_value_of(results, c->name, "queue.max");
  double errors = results_value_of(results, c->name, "errors");
  double arrivals = results_value_of(results, c->name, "arrivals");
  bool alone;
  if (!(errors > 0 && arrivals > 0) || isnan(longest) || !refused(results, id, &alone)) return;
  if (errors <= errors_meant(results, c->name)) return;
  double queue = shortage_limit(c, "queue"), connections = shortage_limit(c, "connections");
  struct label share = ratio(errors / arrivals);
  struct finding *f;
  if (queue == 0) {
    f = finding_add(list, RULE_NO_QUEUE, SEVERITY_SATURATED, c->name, NULL);
    finding_say(f, share.text,
                "and refused what came while its workers were busy: %s of its calls were answered "
                "with an error%s",
                share.text, alone ? "" : ", for this cause or another");
  } else if (!isnan(queue) && longest >= queue) {
    f = finding_add(list, RULE_QUEUE_FULL, SEVERITY_SATURATED, c->name, NULL);
    finding_say(f, share.text,
                "with %.0f waiting calls%s: %s of its calls were answered with an error%s", queue,
                c->instances > 1 ? " at one of its members" : "", share.text,
                alone ? "" : ", for this cause or another");
  } else if (!isnan(connections) &&
             longest >= fmax(0, connections - shortage_limit(c, "workers"))) {
    f = finding_add(list, RULE_CONNECTIONS, SEVERITY_SATURATED, c->name, NULL);
    finding_say(f, share.text,
                alone ? "it has %.0f and refused %s of its calls"
                      : "it has %.0f and refused calls; %s were answered with an error, for this "
                        "cause or another",
                connections, share.text);
  } else {
    return;
  }
  f->effect = errors / arrivals;
}

/* --- what readers get ----------------------------------------------------------------------- */

static void look_at_staleness(const struct results *results, const struct component_spec *c,
                              struct finding_list *list) {
  double stale = results_value_of(results, c->name, "stale_ratio");
  if (!(stale >= STALE_LEAST)) return;
  struct finding *f = finding_add(list, RULE_STALE, SEVERITY_STALE, c->name, NULL);
  f->effect = stale;
  finding_say(f, ratio(stale).text,
              "%s of its reads got data that an acknowledged write had replaced, on average %s "
              "before the read came (p99 %s)",
              ratio(stale).text, seconds(results_value_of(results, c->name, "stale_age.mean")).text,
              seconds(results_value_of(results, c->name, "stale_age.p99")).text);
}

/* --- faults --------------------------------------------------------------------------------- */

/* 1 and up; 0: none was, or several, or members come and go. */
static uint32_t only_member_down(const struct results *results, const struct component_spec *c) {
  uint32_t found = 0, n = 0;
  for (uint32_t i = 1; c->instances > 1 && i <= c->instances; i++) {
    gchar *name = g_strdup_printf("%s[%u]", c->name, i);
    if (results_value_of(results, name, "uptime") < 1) {
      found = i;
      n++;
    }
    g_free(name);
  }
  bool all_there = results_find_of(results, c->name, "instances") == NULL;
  return n == 1 && all_there ? found : 0;
}

/* A crash or a hang shows in the uptime; which of them it was is known from the faults declared. */
static void look_at_uptime(const struct results *results, uint32_t id, struct finding_list *list) {
  const struct spec *spec = &results->scenario->spec;
  const struct component_spec *c = &spec->component[id];
  double down = 1 - results_value_of(results, c->name, "uptime");
  bool crashes = false, hangs = false, *on = g_new0(bool, spec->components);
  if (!(down > 0)) {
    g_free(on);
    return;
  }
  on[id] = true;
  const struct way here = {spec, on};
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (!way_meets(&here, fault)) continue;
    crashes |= fault->type->refuses;
    hangs |= fault->type->stalls;
  }
  g_free(on);
  crashes |= action_restarts(spec, id); /* what hung is down while it begins again */
  /* Where no fault does either, it was killed, as for its memory. */
  enum rule rule = !hangs ? RULE_DOWN : crashes ? RULE_DOWN_OR_HUNG : RULE_HUNG;
  struct finding *f = finding_add(list, rule, SEVERITY_FAULT, c->name, NULL);
  f->effect = down;
  uint32_t member = only_member_down(results, c);
  if (member > 0) {
    g_free(f->name);
    f->name = g_strdup_printf("%s[%u]", c->name, member);
    down = 1 - results_value_of(results, f->name, "uptime");
  }
  finding_say(f, ratio(down).text, "for %s of the measured time%s", ratio(down).text,
              c->instances > 1 && member == 0 && !together_down(results, id)
                  ? ", averaged over its members"
                  : "");
}

static const char *target_name(const struct spec *spec, const struct fault_target *target) {
  if (target->kind == TARGET_GROUP) target = spec->group[target->id].target;
  switch (target->kind) {
    case TARGET_GROUP:
    case TARGET_ZONE:
      return spec->zone[target->id].name;
    case TARGET_REGION:
      return spec->region[target->id];
    case TARGET_COMPONENT:
    case TARGET_MEMBER:
    case TARGET_EACH:
    case TARGET_RANDOM:
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

/* One that is over as soon as it begins, such as a cache that is emptied. */
static void look_at_strikes(const struct results *results, const struct fault_spec *fault,
                            struct finding_list *list) {
  const struct timeline *t = results->timeline;
  uint32_t n = 0;
  uint64_t first_ns = 0;
  for (uint32_t i = 0; t != NULL && i < t->periods; i++) {
    const struct fault_period *p = &t->period[i];
    if (p->fault != fault || p->from_ns != p->until_ns || p->from_ns < results->warmup.ns) continue;
    if (n++ == 0) first_ns = p->from_ns;
  }
  if (n == 0) return;
  const struct spec *spec = &results->scenario->spec;
  gchar *name = g_strdup_printf("'%s'", fault->name);
  struct finding *f =
      finding_add(list, RULE_STRUCK, SEVERITY_FAULT, target_name(spec, &fault->target), name);
  f->effect = n;
  gchar *all = n > 1 ? g_strdup_printf(", and %u times in all", n) : g_strdup("");
  finding_say(f, NULL, "%sat %s%s%s", n > 1 ? "first " : "", format_duration(first_ns).text,
              results->replications > 1 ? " of replication 1" : "", all);
  g_free(all);
  g_free(name);
}

/* Of one that comes and goes while it holds; to be freed. */
static gchar *cuts_of(const struct fault_spec *fault) {
  if (!fault->type->flaps) return g_strdup("");
  struct label down = format_duration(fault->down_ns > 0 ? fault->down_ns : fault->every_ns / 2);
  return g_strdup_printf("; messages were lost for %s of each %s", down.text,
                         format_duration(fault->every_ns).text);
}

/* A crash or a hang shows in the uptime; of the others only the fault itself is known. Members that
 * join are no harm. */
static void look_at_faults(const struct results *results, struct finding_list *list) {
  const struct spec *spec = &results->scenario->spec;
  double measured_s = (double)(results->duration_ns - results->warmup.ns) / 1e9;
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (fault->type->refuses || fault->type->stalls || fault->type->life == LIFE_COMES) continue;
    double held = held_s(results, fault);
    if (!(held > 0)) {
      look_at_strikes(results, fault, list);
      continue;
    }
    gchar *name = g_strdup_printf("'%s'", fault->name);
    struct finding *f =
        finding_add(list, RULE_FAULT, SEVERITY_FAULT, target_name(spec, &fault->target), name);
    f->effect = held;
    gchar *cuts = cuts_of(fault);
    if (held >= measured_s) {
      finding_say(f, seconds(held).text, "all of the measured time%s", cuts);
    } else {
      finding_say(f, seconds(held).text, "for %s, %s of the measured time%s%s", seconds(held).text,
                  ratio(held / measured_s).text,
                  results->replications > 1 ? " of replication 1" : "", cuts);
    }
    g_free(cuts);
    g_free(name);
  }
}

/* What outlives its beginning. Retries keep an overload up where they are a fifth of a load that
 * was served before; calls that hold their places for ever need none. */
static void look_at_recovery(const struct results *results, uint32_t client,
                             struct finding_list *list) {
  struct recovery r = recovery_of(results, client);
  if (!r.stuck) return;
  const char *name = results->scenario->spec.component[client].name;
  bool retries = r.retries > 0.2 * r.offered && r.offered < 1.1 * r.offered_before;
  bool overloaded = recovery_overloaded(results, client);
  GString *why = g_string_new(NULL);
  if (retries) {
    g_string_printf(why, "; %s retries come on top of %s new requests%s",
                    per_second(r.retries).text, per_second(r.offered).text,
                    overloaded ? " and keep the overload up" : "");
  }
  struct finding *f = finding_add(list, r.fault != NULL ? RULE_RECOVERY : RULE_RELAPSE,
                                  SEVERITY_SATURATED, name, NULL);
  if (retries && overloaded) f->limit = "retries";
  f->effect = r.offered * r.failing_after;
  struct label share = ratio(r.failing_after);
  gchar *what = r.fault != NULL
                    ? g_strdup_printf("'%s' ended", r.fault->name)
                    : g_strdup_printf("new requests had come down from %s to %s",
                                      per_second(r.peak).text, per_second(r.level).text);
  finding_say(f, share.text, "%s after %s, %s of them fail, against %s before %s%s",
              seconds(r.after_s).text, what, share.text, ratio(r.failing_before).text,
              r.fault != NULL ? "the first fault" : "they rose", why->str);
  g_free(what);
  g_string_free(why, TRUE);
}

/* --- all of it ------------------------------------------------------------------------------ */

/* A component that waits for a saturated one is as full as that one. */
static void find_root(const struct results *results, struct finding_list *list) {
  struct limiter first = limiter_find(results, REF_NONE);
  for (uint32_t i = 0; i < list->n && first.name != NULL; i++) {
    struct finding *f = &list->list[i];
    f->root = f->severity <= SEVERITY_NEAR && strcmp(f->component, first.name) == 0;
  }
}

struct diagnosis diagnose(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  struct diagnosis d = {0};
  struct finding_list *list = &d.findings;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (c->kind->is_source) look_at_recovery(results, i, list);
    if (c->kind->is_source || c->bypassed) continue;
    if (!look_at_deadlock(results, c, list)) { /* the cause of what the next two see */
      bool grows = look_at_growth(results, i, c->name, list);
      shortage_look(results, i, grows, list);
    }
    leak_look(results, i, list);
    look_at_places(results, i, c->name, list);
    look_at_actions(results, c, list);
    mistaken_look(results, c, list);
    withheld_look(results, c, list);
    look_at_memory(results, c, list);
    look_at_queue(results, i, list);
    look_at_uptime(results, i, list);
    look_at_staleness(results, c, list);
    keeping_look_at(results, i, list);
  }
  look_at_pools(results, list);
  leak_look_at_pools(results, list);
  look_at_faults(results, list);
  wires_look(results, list);
  find_root(results, list);
  finding_sort(list);
  d.groups = finding_group(list);
  uint32_t client = answer_client(results);
  d.healthy = list->n == 0 && results_goals_met(results) && !failures_any(results);
  d.client = client != REF_NONE ? spec->component[client].name : NULL;
  d.saturates = answer_saturates(results, client);
  d.time = client != REF_NONE ? answer_time(results, client) : g_strdup("");
  d.scaled = scaling_said(results, client);
  handed_over_say(results, &d.scaled);
  d.root = answer_root(results, client);
  d.buffer = wire_buffer_helps(results, client);
  d.failed = failures_say(results);
  d.besides = besides_say(results);
  d.failed_share = failures_share(results);
  d.failed_first = failures_are_many(results);
  return d;
}

void diagnosis_free(struct diagnosis *d) {
  finding_groups_free(&d->groups);
  finding_free(&d->findings);
  g_free(d->time);
  g_free(d->saturates);
  g_free(d->failed);
  g_free(d->besides);
  g_free(d->scaled);
  g_free(d->buffer);
  *d = (struct diagnosis){0};
}

json_t *diagnosis_json(const struct diagnosis *d) {
  json_t *tree = json_object(), *answer = json_object();
  if (d->client != NULL) json_object_set_new(answer, "client", json_text(d->client));
  json_object_set_new(answer, "time", json_text(d->time));
  json_object_set_new(answer, "saturates", json_text(d->saturates));
  json_object_set_new(answer, "failed", json_text(d->failed));
  if (d->scaled[0] != '\0') json_object_set_new(answer, "scaled", json_text(d->scaled));
  if (d->besides[0] != '\0') json_object_set_new(answer, "besides", json_text(d->besides));
  json_object_set_new(answer, "failed_first", json_boolean(d->failed_first));
  json_object_set_new(answer, "failed_share", json_number(d->failed_share));
  if (d->buffer[0] != '\0') json_object_set_new(answer, "buffer", json_text(d->buffer));
  if (d->root != NULL) json_object_set_new(answer, "root", json_text(d->root));
  json_object_set_new(tree, "healthy", json_boolean(d->healthy));
  json_object_set_new(tree, "findings", finding_json(&d->findings));
  json_object_set_new(tree, "groups", finding_groups_json(&d->groups));
  json_object_set_new(tree, "answer", answer);
  return tree;
}

#include "answer.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "breakdown.h"
#include "format.h"
#include "limiter.h"
#include "recovery.h"
#include "sim.h"
#include "timeline.h"
#include "way.h"
#include "wire.h"

static struct label seconds(double value) {
  return format_value(UNIT_SECONDS, value);
}

static struct label ratio(double value) {
  return format_value(UNIT_RATIO, value);
}

/* The component that a metric belongs to, if it makes requests. */
static uint32_t client_of(const struct spec *spec, const char *metric) {
  size_t length = strcspn(metric, ".");
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    bool owner = strlen(c->name) == length && strncmp(c->name, metric, length) == 0;
    if (owner && c->kind->is_source) return i;
  }
  return REF_NONE;
}

static uint32_t client_of_goals(const struct results *results, bool failed) {
  uint32_t found = REF_NONE;
  for (uint32_t i = 0; i < results->goals && found == REF_NONE; i++) {
    const struct goal_result *g = &results->goal[i];
    if (failed && g->verdict == VERDICT_PASS) continue;
    found = client_of(&results->scenario->spec, g->goal->metric);
  }
  return found;
}

uint32_t answer_client(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  uint32_t best = client_of_goals(results, true);
  double most = -1;
  if (best == REF_NONE) best = client_of_goals(results, false);
  if (best != REF_NONE) return best;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) continue;
    double requests = results_value_of(results, spec->component[i].name, "requests");
    if (requests > most) {
      most = requests;
      best = i;
    }
  }
  return best;
}

/* "84 % is service at db, 12 % is service at api"; at most three, and none that is small. */
static void append_shares(const struct spec *spec, const struct composition *c, GString *text) {
  for (uint32_t i = 0; i < c->n && i < 3; i++) {
    double share = c->share[i].seconds / c->latency_s;
    if (i > 0 && share < 0.03) break;
    g_string_append_printf(text, "%s %.0f %% is %s %s", i > 0 ? "," : "", 100 * share,
                           part_defs[c->share[i].part].takes,
                           spec->component[c->share[i].component].name);
  }
}

/* Of the slowest requests that ended well; where most failed, of those that did. */
char *answer_time(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  const char *name = spec->component[client].name;
  if (results->blame == NULL) return g_strdup(""); /* nobody was followed */
  const struct blame *blame = &results->blame[client];
  uint32_t ok = breakdown_followed(blame);
  bool mostly_failed = ok < blame->samples - ok;
  struct composition c =
      mostly_failed ? breakdown_failed(blame)
                    : breakdown_at(blame, 0.99, results_value_of(results, name, "latency.p99"));
  if (c.requests == 0 || c.n == 0) {
    composition_free(&c);
    const char *why = blame->samples == 0
                          ? "No request of %s was followed, so that its time is not "
                            "known."
                      : mostly_failed ? "Most requests of %s failed at once."
                                      : "The requests of %s that were followed took no time.";
    return g_strdup_printf(why, name);
  }
  GString *text = g_string_new(NULL);
  g_string_printf(text,
                  mostly_failed ? "Most requests of %s failed, after %s on average, of which"
                                : "Requests of %s about p99 take %s on average, of which",
                  name, seconds(c.latency_s).text);
  append_shares(spec, &c, text);
  g_string_append_c(text, '.');
  composition_free(&c);
  return g_string_free(text, FALSE);
}

static char *sentence_on_wire(const struct wire *w) {
  if (w->busy >= BUSY_SATURATED) {
    return g_strdup_printf(
        "The path from %s to %s is saturated: its %.4g Mbit/s are in use %s of "
        "the time, and messages queue for it.",
        w->from, w->to, w->bits_per_s / 1e6, ratio(w->busy).text);
  }
  return g_strdup_printf(
      "The path from %s to %s saturates first as load grows: its %.4g Mbit/s "
      "are in use %s of the time, which leaves room for %.3g times this load.",
      w->from, w->to, w->bits_per_s / 1e6, ratio(w->busy).text, 1 / w->busy);
}

/* What limits a system that did not get over a fault: its level at the end, since the mean of the
 * whole run mixes two states. NULL: its workers are not that busy. */
static char *sentence_on_overload(const struct results *results, const struct limiter *first) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; first->name != NULL && i < spec->components; i++) {
    if (strcmp(spec->component[i].name, first->name) != 0) continue;
    double busy = recovery_level(results, i, SERIES_UTILIZATION);
    double queue = recovery_level(results, i, SERIES_QUEUE);
    if (!(busy >= BUSY_SATURATED)) return NULL;
    return g_strdup_printf(
        "%s stays saturated after the faults are over: in the last tenth of the run its workers "
        "are busy %s of the time and %s calls wait for one.",
        first->name, ratio(busy).text, format_count(queue).text);
  }
  return NULL;
}

char *answer_deadlock(const struct results *results, const char *component) {
  return g_strdup_printf(
      "%s is deadlocked: its workers are held by calls that wait for calls which wait for a worker "
      "themselves; when the run ended, %s calls in its queue could never go on%s.",
      component, format_count(results_value_of(results, component, "deadlocked")).text,
      results->replications > 1 ? ", averaged over replications" : "");
}

char *answer_saturates(const struct results *results, uint32_t client) {
  struct limiter first = limiter_find(results, client);
  struct wire wire = wire_busiest(results, client);
  bool limited = first.name != NULL && !isnan(first.utilization);
  if (client != REF_NONE && recovery_of(results, client).stuck) {
    char *overload = sentence_on_overload(results, &first);
    if (overload != NULL) return overload;
  }
  if (wire.busy > 0 && !(limited && first.utilization >= wire.busy)) return sentence_on_wire(&wire);
  if (!limited) {
    return client != REF_NONE && limiter_find(results, REF_NONE).name != NULL
               ? g_strdup_printf(
                     "No component that requests of %s reach has a limited number of "
                     "workers, so none saturates.",
                     results->scenario->spec.component[client].name)
               : g_strdup("No component has a limited number of workers, so none saturates.");
  }
  if (first.deadlocked) return answer_deadlock(results, first.name);
  if (first.utilization >= BUSY_SATURATED) {
    return g_strdup_printf(
        "%s is saturated: %s workers are busy %s of the time and %s calls wait "
        "for one on average.",
        first.name, first.group ? "the busiest member's" : "its", ratio(first.utilization).text,
        format_value(UNIT_COUNT, first.queue).text);
  }
  if (first.utilization <= 0) return g_strdup("No worker was ever busy.");
  return g_strdup_printf(
      "%s saturates first as load grows: %s workers are busy %s of the time, "
      "which leaves room for %.3g times this load.",
      first.name, first.group ? "the busiest member's" : "its", ratio(first.utilization).text,
      1 / first.utilization);
}

/* The share of the failures in replication 1 that fell into windows in which this fault held, the
 * one after it included. */
static double share_during(const struct results *results, uint32_t client,
                           const struct fault_spec *fault) {
  const struct timeline *t = results->timeline;
  double all = 0, during = 0;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != client || s->what != SERIES_ERRORS) continue;
    for (uint32_t w = 0; w < t->looks; w++) {
      uint64_t from_ns = w * t->window_ns, to_ns = from_ns + t->window_ns;
      bool held = false;
      for (uint32_t k = 0; k < t->periods; k++) {
        const struct fault_period *p = &t->period[k];
        if (p->fault != fault || p->from_ns >= to_ns) continue;
        held |= p->until_ns == TIME_NEVER || p->until_ns + t->window_ns > from_ns;
      }
      all += (double)s->value[w];
      if (held) during += (double)s->value[w];
    }
  }
  return all > 0 ? during / all : 0;
}

/* That it never recovered; else a fault that explains most of the failures; else the component that
 * is overloaded. */
static void append_cause(const struct results *results, uint32_t client, GString *text) {
  struct recovery recovery = recovery_of(results, client);
  if (recovery.stuck) {
    g_string_append_printf(text, "; %s after the fault '%s' ended %s still fail",
                           seconds(recovery.after_s).text, recovery.fault->name,
                           ratio(recovery.failing_after).text);
    return;
  }
  const struct timeline *t = results->timeline;
  const struct fault_spec *best = NULL;
  double most = 0.5;
  struct arena *arena = arena_new();
  struct way way = way_of(&results->scenario->spec, client, arena);
  for (uint32_t i = 0; t != NULL && i < t->periods; i++) {
    if (!way_meets(&way, t->period[i].fault)) continue;
    double share = share_during(results, client, t->period[i].fault);
    if (share > most) {
      most = share;
      best = t->period[i].fault;
    }
  }
  arena_free(arena);
  if (best != NULL) {
    g_string_append_printf(text, "; %.0f %% of the failures fall in the time of the fault '%s'",
                           100 * most, best->name);
    return;
  }
  struct limiter first = limiter_find(results, client);
  if (first.deadlocked || first.utilization >= BUSY_SATURATED) {
    g_string_append_printf(text, "; %s is %s", first.name,
                           first.deadlocked ? "deadlocked" : "saturated");
  }
}

char *answer_failed(const struct results *results, uint32_t client) {
  const char *name = results->scenario->spec.component[client].name;
  double requests = results_value_of(results, name, "requests") * results->replications;
  double availability = results_value_of(results, name, "availability");
  if (isnan(availability)) return g_strdup_printf("No request of %s ended.", name);
  double offered = results_value_of(results, name, "offered");
  double ended = results_value_of(results, name, "throughput");
  if (availability >= 1 && ended < 0.98 * offered) {
    return g_strdup_printf(
        "Nothing failed, but only %s of the %s requests of %s ended: the others wait.",
        format_value(UNIT_PER_SECOND, ended).text, format_value(UNIT_PER_SECOND, offered).text,
        name);
  }
  double degraded = results_value_of(results, name, "degraded");
  if (availability >= 1 && degraded > 0) {
    return g_strdup_printf(
        "Nothing failed, but %s of the %s requests of %s were answered with a fallback.",
        ratio(degraded).text, format_count(requests).text, name);
  }
  if (availability >= 1) {
    return g_strdup_printf("Nothing failed: all %s requests of %s ended well.",
                           format_count(requests).text, name);
  }
  GString *text = g_string_new(NULL);
  g_string_printf(text, "%s of the requests of %s failed:", ratio(1 - availability).text, name);
  double all = (1 - availability) * requests;
  bool any = false;
  for (int i = OUTCOME_OK + 1; i < OUTCOMES; i++) {
    gchar *metric = g_strdup_printf("errors.%s", outcome_name[i]);
    double n = results_value_of(results, name, metric) * results->replications;
    g_free(metric);
    if (!(n / all >= 0.01)) continue;
    g_string_append_printf(text, "%s %.0f %% %s", any ? "," : "", 100 * n / all, outcome_name[i]);
    any = true;
  }
  append_cause(results, client, text);
  g_string_append_c(text, '.');
  return g_string_free(text, FALSE);
}

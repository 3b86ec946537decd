#include "answer.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "breakdown.h"
#include "failures.h"
#include "format.h"
#include "held_up.h"
#include "later.h"
#include "limiter.h"
#include "part_said.h"
#include "peak.h"
#include "places.h"
#include "recovery.h"
#include "sim.h"
#include "standstill.h"
#include "timeline.h"
#include "unfinished.h"
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

/* Of the first goal with that verdict that is on a client. */
static uint32_t client_of_goals(const struct results *results, enum verdict verdict) {
  uint32_t found = REF_NONE;
  for (uint32_t i = 0; i < results->goals && found == REF_NONE; i++) {
    const struct goal_result *g = &results->goal[i];
    if (g->verdict == verdict) found = client_of(&results->scenario->spec, g->goal->metric);
  }
  return found;
}

uint32_t answer_client(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  static const enum verdict gravity[] = {VERDICT_FAIL, VERDICT_UNDECIDED, VERDICT_PASS};
  uint32_t best = REF_NONE;
  double most = -1, most_failed = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(gravity) && best == REF_NONE; i++) {
    best = client_of_goals(results, gravity[i]);
  }
  if (best != REF_NONE) return best;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) continue;
    const char *name = spec->component[i].name;
    double requests = results_value_of(results, name, "requests");
    double share = unfinished_or_failed(results, name), failed = requests * share;
    if (!(share > FAILED_NEGLIGIBLE)) failed = 0;
    if (failed > most_failed || (!(failed < most_failed) && requests > most)) {
      most_failed = failed;
      most = requests;
      best = i;
    }
  }
  return best;
}

static bool fails(const struct results *results, uint32_t client) {
  if (client == REF_NONE) return false;
  const char *name = results->scenario->spec.component[client].name;
  return unfinished_or_failed(results, name) > FAILED_NEGLIGIBLE;
}

/* "84 % is service at db, 12 % is service at api"; at most three, and none that is small. */
static void append_shares(const struct spec *spec, const struct composition *c, GString *text) {
  for (uint32_t i = 0; i < c->n && i < 3; i++) {
    double share = c->share[i].seconds / c->latency_s;
    if (i > 0 && share < 0.03) break;
    const struct path_spec *path = breakdown_path(spec, &c->share[i]);
    gchar *owner = breakdown_owner(spec, &c->share[i]);
    gchar *said = part_said(&part_defs[c->share[i].part], owner,
                            path != NULL ? spec_path_from(spec, path) : NULL,
                            path != NULL ? spec_path_to(spec, path) : NULL);
    g_string_append_printf(text, "%s %.0f %% is %s", i > 0 ? "," : "", 100 * share, said);
    g_free(said);
    g_free(owner);
  }
}

/* Of a client most of whose requests failed. */
static const char *how_many_failed(const struct results *results, const char *name) {
  return results_value_of(results, name, "availability") > 0 ? "Most" : "All";
}

static gchar *why_no_time(const struct results *results, const struct blame *blame,
                          const char *name, bool mostly_failed) {
  /* That none had ended is told of what failed. */
  if (blame->fair > 0 && blame->fair == breakdown_followed(blame, FOLLOWED_UNDER_WAY)) {
    return g_strdup("");
  }
  if (results_value_of(results, name, "offered") <= 0 && blame->samples == 0) {
    return g_strdup(""); /* nobody came, which is told of what failed, too */
  }
  if (blame->samples > 0 && mostly_failed) {
    return g_strdup_printf("%s requests of %s failed immediately.", how_many_failed(results, name),
                           name);
  }
  return g_strdup_printf(blame->samples == 0
                             ? "No request of %s was followed, so that its time is not known."
                             : "The requests of %s that were followed took no time.",
                         name);
}

/* Shares of fewer requests say how few they are of. */
#define COMPOSED_LEAST 10u

/* Most of what all beyond a quantile take may be another part than at the quantile itself, as where
 * six requests of a thousand take a hundred times as long. */
static bool is_other_beyond(const struct composition *at, const struct composition *beyond) {
  if (beyond->requests < COMPOSED_LEAST || beyond->n == 0) return false;
  const struct share *one = &at->share[0], *other = &beyond->share[0];
  bool same = one->component == other->component && one->part == other->part;
  return !same && other->seconds > 0.5 * beyond->latency_s;
}

/* " near that 100 % is service at s; of the time of all of them 99 % is service at slow" where
 * that is another part, else the shares alone. */
static void append_slowest(const struct results *results, uint32_t client,
                           const struct composition *at, double p99, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  struct composition beyond = breakdown_beyond(&results->blame[client], 0.99, p99);
  bool other = is_other_beyond(at, &beyond);
  if (other) g_string_append(text, " near that");
  append_shares(spec, at, text);
  if (other) {
    g_string_append(text, "; of the time of all of them");
    append_shares(spec, &beyond, text);
  }
  composition_free(&beyond);
}

/* Of the slowest requests that were answered ok; where most failed, of those that did. The latency
 * is that of the tables, the shares are those of the followed requests about it. */
char *answer_time(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  const char *name = spec->component[client].name;
  if (results->blame == NULL) return g_strdup(""); /* nobody was followed */
  const struct blame *blame = &results->blame[client];
  bool mostly_failed = breakdown_mostly_failed(blame);
  double p99 = results_value_of(results, name, "latency.p99");
  struct composition c = mostly_failed ? breakdown_failed(blame) : breakdown_at(blame, 0.99, p99);
  if (c.requests == 0 || c.n == 0) {
    composition_free(&c);
    gchar *why = why_no_time(results, blame, name, mostly_failed);
    GString *all = g_string_new(why);
    g_free(why);
    later_say(results, all);
    return g_string_free(all, FALSE);
  }
  GString *text = g_string_new(NULL);
  if (mostly_failed) {
    g_string_printf(text, "%s requests of %s failed, after %s on average. Of that time",
                    how_many_failed(results, name), name, seconds(c.latency_s).text);
  } else {
    g_string_printf(text, "The slowest 1 %% of the%s requests of %s take %s or longer:",
                    fails(results, client) ? " answered" : "", name,
                    seconds(isnan(p99) ? c.latency_s : p99).text);
  }
  if (mostly_failed) {
    append_shares(spec, &c, text);
  } else {
    append_slowest(results, client, &c, p99, text);
  }
  if (c.requests < COMPOSED_LEAST) {
    g_string_append_printf(text, " (of only %u followed request%s)", c.requests,
                           c.requests == 1 ? "" : "s");
  }
  char *still = fails(results, client) ? NULL : standstill_said(results, &c);
  if (still != NULL) g_string_append_printf(text, "; %s", still);
  g_free(still);
  g_string_append_c(text, '.');
  later_say(results, text);
  composition_free(&c);
  return g_string_free(text, FALSE);
}

/* Whether there is room for more load cannot be told from one load: a caller's workers are busy for
 * longer the longer their callees take, a cache keeps more of what is asked more often. `archsim
 * capacity` tries. */
static char *room_left(const struct results *results, uint32_t client) {
  if (fails(results, client)) {
    if (!failures_may_be_of_load(results, client)) return g_strdup("");
    const char *name = results->scenario->spec.component[client].name;
    double failed = 1 - results_value_of(results, name, "availability");
    double unfinished = unfinished_of(results, name);
    if (unfinished > failed) {
      return g_strdup_printf(", but %s of the requests of %s do not end already at this load",
                             ratio(unfinished).text, name);
    }
    return g_strdup_printf(", but %s of the requests of %s fail already at this load",
                           ratio(failed).text, name);
  }
  enum verdict verdict = results_verdict(results);
  if (verdict == VERDICT_FAIL) return g_strdup(", but a goal is missed already at this load");
  if (verdict == VERDICT_UNDECIDED) {
    return g_strdup(", and whether all goals are met at this load is undecided");
  }
  return g_strdup_printf("; `archsim capacity` finds how much more load %s",
                         results->goals > 0 ? "the goals allow" : "a goal allows");
}

static char *sentence_on_wire(const struct results *results, uint32_t client,
                              const struct wire *w) {
  if (w->busy >= BUSY_SATURATED) {
    return g_strdup_printf(
        "The path from %s to %s is saturated: its %.4g Mbit/s are in use %s of "
        "the time, and messages queue for it.",
        w->from, w->to, w->bits_per_s / 1e6, format_busy(w->busy).text);
  }
  gchar *room = room_left(results, client);
  gchar *text = g_strdup_printf(
      "The path from %s to %s is the busiest: its %.4g Mbit/s are in use %s of the time%s.",
      w->from, w->to, w->bits_per_s / 1e6, format_busy(w->busy).text, room);
  g_free(room);
  return text;
}

/* What limits a system that did not get over a fault: its level at the end, since the mean of the
 * whole run mixes two states. NULL: its workers are not that busy. */
static char *sentence_on_overload(const struct results *results, const struct limiter *first,
                                  bool faults) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; first->name != NULL && i < spec->components; i++) {
    if (strcmp(spec->component[i].name, first->name) != 0) continue;
    double busy = recovery_level(results, i, SERIES_UTILIZATION);
    double queue = recovery_level(results, i, SERIES_QUEUE);
    if (!(busy >= BUSY_SATURATED)) return NULL;
    return g_strdup_printf(
        "%s stays saturated after %s over: in the last tenth of the run its workers are busy %s of "
        "the time%s%s%s.",
        first->name, faults ? "the faults are" : "the peak of the load is", format_busy(busy).text,
        queue > 0 ? " and " : "", queue > 0 ? format_count(queue).text : "",
        queue > 0 ? " calls wait for one" : "");
  }
  return NULL;
}

char *answer_deadlock(const struct results *results, const char *component) {
  return g_strdup_printf(
      "its workers are held by calls that wait for calls which wait for a worker "
      "themselves; when the run ended, %s calls in its queue could never go on%s",
      format_count(results_value_of(results, component, "deadlocked")).text,
      results->replications > 1 ? ", averaged over replications" : "");
}

/* "Of what requests of users reach, ", where others are busier. */
static gchar *of_what_is_reached(const struct results *results, uint32_t client,
                                 const struct limiter *first) {
  struct limiter all = limiter_find(results, REF_NONE);
  bool others = client != REF_NONE && all.name != NULL && all.component != first->component &&
                all.utilization > first->utilization;
  return others ? g_strdup_printf("Of what requests of %s reach, ",
                                  results->scenario->spec.component[client].name)
                : g_strdup("");
}

/* Whose workers these are. */
static const char *whose(const struct limiter *limiter) {
  return limiter->group && limiter->member == 0 ? "the busiest member's" : "its";
}

static char *sentence_on_busiest(const struct results *results, uint32_t client,
                                 const struct limiter *first) {
  struct peak peak = peak_of(results, first->component);
  bool amiss = fails(results, client) || !results_goals_met(results);
  if (first->utilization < 0.5 && !(peak.share >= PEAK_NO_ROOM) && amiss) {
    gchar *of = of_what_is_reached(results, client, first);
    char *name = limiter_name(first);
    gchar *text = g_strdup_printf(
        of[0] != '\0'
            ? "%sno workers are short on average: the busiest are those of %s, %s of the time."
            : "%sOn average workers are not short: the busiest are those of %s, %s of the "
              "time.",
        of, name, format_busy(first->utilization).text);
    g_free(name);
    g_free(of);
    return text;
  }
  char *by = held_by(results, first->component, true);
  gchar *room =
      peak.share >= PEAK_NO_ROOM
          ? g_strdup_printf(" on average, but all of the time for %s: %s%s",
                            peak_said(results, peak).text,
                            by != NULL ? "it waits for " : "more load makes those times longer",
                            by != NULL ? by : "")
          : room_left(results, client);
  g_free(by);
  gchar *of = of_what_is_reached(results, client, first);
  char *name = limiter_name(first);
  gchar *text = g_strdup_printf("%s%s is the busiest: %s %s are busy %s of the time%s.", of, name,
                                whose(first), limiter_places(results, first->name),
                                format_busy(first->utilization).text, room);
  g_free(name);
  g_free(of);
  g_free(room);
  return text;
}

const char *answer_root(const struct results *results, uint32_t client) {
  struct limiter first = limiter_find(results, client);
  bool full = first.deadlocked || first.utilization >= BUSY_SATURATED;
  if (client == REF_NONE) return NULL;
  struct places places = places_worst(results, client);
  if (first.name == NULL && places.component != REF_NONE && places.full) {
    return results->scenario->spec.component[places.component].name;
  }
  return full ? first.name : NULL;
}

static char *sentence_without_workers(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  struct places places = places_worst(results, client);
  if (places.component != REF_NONE) {
    const char *name = spec->component[places.component].name;
    gchar *said = places_said(results, &places);
    gchar *text = places.full
                      ? g_strdup_printf("%s is saturated: %s.", name, said)
                      : g_strdup_printf(
                            "No component has a limited number of workers. At %s %s; "
                            "`archsim capacity` finds how much more load %s.",
                            name, said, results->goals > 0 ? "the goals allow" : "a goal allows");
    g_free(said);
    return text;
  }
  bool any = false; /* without requests nothing could be */
  for (uint32_t i = 0; i < spec->components; i++) any |= spec->component[i].kind->is_source;
  if (!any) return g_strdup("");
  if (client == REF_NONE || limiter_find(results, REF_NONE).name == NULL) {
    return g_strdup("No component has a limited number of workers, so none saturates.");
  }
  return g_strdup_printf(
      "No component that requests of %s reach has a limited number of workers, "
      "so none saturates.",
      spec->component[client].name);
}

static char *sentence_on_saturated(const struct results *results, const struct limiter *first) {
  char *by = held_by(results, first->component, false);
  char *name = limiter_name(first);
  /* After the name of another one it has to be said whose workers these are. */
  const char *places = limiter_places(results, first->name);
  gchar *workers = by != NULL ? g_strdup_printf("the %s of %s", places, name)
                              : g_strdup_printf("%s %s", whose(first), places);
  char *text =
      g_strdup_printf("%s is %s%s: %s are busy %s of the time%s%s%s.", name,
                      by != NULL ? "held up by " : "saturated", by != NULL ? by : "", workers,
                      format_busy(first->utilization).text, first->queue > 0 ? " and " : "",
                      first->queue > 0 ? format_count(first->queue).text : "",
                      first->queue > 0 ? " calls wait for one on average" : "");
  g_free(workers);
  g_free(name);
  g_free(by);
  return text;
}

char *answer_saturates(const struct results *results, uint32_t client) {
  struct limiter first = limiter_find(results, client);
  struct wire wire = wire_busiest(results, client);
  bool limited = first.name != NULL && !isnan(first.utilization);
  struct recovery recovery = {0};
  if (client != REF_NONE) recovery = recovery_of(results, client);
  if (recovery.stuck) {
    char *overload = sentence_on_overload(results, &first, recovery.fault != NULL);
    if (overload != NULL) return overload;
  }
  if (wire.busy > 0 && !(limited && first.utilization >= wire.busy)) {
    return sentence_on_wire(results, client, &wire);
  }
  if (!limited) return sentence_without_workers(results, client);
  if (first.deadlocked) {
    gchar *why = answer_deadlock(results, first.name);
    gchar *text = g_strdup_printf("%s is deadlocked: %s.", first.name, why);
    g_free(why);
    return text;
  }
  if (first.utilization >= BUSY_SATURATED) return sentence_on_saturated(results, &first);
  if (first.utilization <= 0) return g_strdup("No worker was ever busy.");
  return sentence_on_busiest(results, client, &first);
}

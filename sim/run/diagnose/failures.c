#include "failures.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "breakdown.h"
#include "failure_cause.h"
#include "fault_def.h"
#include "format.h"
#include "gone.h"
#include "held_up.h"
#include "not_up.h"
#include "part_said.h"
#include "sim.h"
#include "unfinished.h"
#include "way.h"

/* Of many clients those that failed most are told about. */
#define CLIENTS_TOLD 3u
/* Of the calls in whose place fallbacks were taken. */
#define FALLBACKS_TOLD 2u
/* Smaller shares of the failures are left to the JSON. */
#define SHARE_LEAST 0.03
/* An operation is named that has this share of the failures at least, of the requests at most. */
#define OPERATION_LEAST 0.9
#define OPERATION_MOST 0.5

static struct label ratio(double value) {
  return format_value(UNIT_RATIO, value);
}

/* --- why ----------------------------------------------------------------------------------------
 */

/* Most of the followed ones were turned away or failed on purpose, at any load. */
static bool are_meant(const struct blame *blame) {
  uint32_t n;
  double share = 0;
  struct failure_share *list = breakdown_origins(blame, FOLLOWED_FAILED, false, &n);
  for (uint32_t i = 0; i < n; i++) {
    bool meant = list[i].cause == OUTCOME_RATE_LIMITED || list[i].cause == OUTCOME_DENIED ||
                 list[i].cause == OUTCOME_FAILED;
    if (meant) share += list[i].share;
  }
  free(list);
  return share > 0.5;
}

bool failures_may_be_of_load(const struct results *results, uint32_t client) {
  if (failure_cause_known(results, client)) return false;
  return results->blame == NULL || !are_meant(&results->blame[client]);
}

struct client {
  uint32_t id;
  double requests, failed; /* in a replication; NaN: none ended */
};

static struct client client_of(const struct results *results, uint32_t id) {
  const char *name = results->scenario->spec.component[id].name;
  double requests = results_value_of(results, name, "requests");
  return (struct client){id, requests,
                         requests * (1 - results_value_of(results, name, "availability"))};
}

/* --- where ---------------------------------------------------------------------------------- */

/* What happened to a request whose failure began at a component, whose name stands in between. */
static const struct {
  const char *before, *after;
} happened[OUTCOMES] = {
    [OUTCOME_REFUSED] = {"were refused by ", ""},
    [OUTCOME_RESET] = {"were cut off at ", ""},
    [OUTCOME_UNREACHABLE] = {"could not reach ", ""},
    [OUTCOME_SHED] = {"were shed by ", ""},
    [OUTCOME_RATE_LIMITED] = {"were turned away by the rate limit of ", ""},
    [OUTCOME_CIRCUIT_OPEN] = {"were turned away by the open breaker of ", ""},
    [OUTCOME_FAILED] = {"were answered with an error by ", ""},
    [OUTCOME_DENIED] = {"were denied by ", ""},
};

/* Who called the component where messages were lost on the way; REF_NONE: several, or unknown. */
static uint32_t only_caller(const struct blame *blame, const struct failure_share *f,
                            enum followed which) {
  uint32_t n, caller = REF_NONE, callers = 0;
  struct failure_share *list = breakdown_origins(blame, which, true, &n);
  for (uint32_t i = 0; i < n; i++) {
    bool here = list[i].component == f->component && list[i].cause == f->cause &&
                list[i].part == f->part && list[i].caller != f->component;
    if (here && list[i].caller != caller) {
      caller = list[i].caller;
      callers++;
    }
  }
  free(list);
  return callers == 1 ? caller : REF_NONE;
}

/* Whether somebody opens no connection while nobody vouches for the certificate. */
static bool any_hard_check(const struct spec *spec) {
  for (uint32_t p = 0; p < spec->paths; p++) {
    if (spec->path[p].connect.check != CHECK_NONE && spec->path[p].connect.hard) return true;
  }
  return false;
}

/* Whether nothing but its memory kills it: no fault that is declared takes it down. */
static bool killed_for_memory(const struct results *results, uint32_t component) {
  const struct spec *spec = &results->scenario->spec;
  if (!(results_value_of(results, spec->component[component].name, "out_of_memory") > 0)) {
    return false;
  }
  bool others = false, *on = g_new0(bool, spec->components);
  on[component] = true;
  const struct way here = {spec, on};
  for (uint32_t i = 0; i < spec->faults; i++) {
    others |= spec->fault[i].type->refuses && way_meets(&here, &spec->fault[i]);
  }
  g_free(on);
  return !others;
}

/* What refused them: a balancer that knew of nobody to ask, where it did so at least half as often.
 */
static const char *why_refused(const struct results *results, const struct failure_share *f,
                               double failed) {
  const char *name = results->scenario->spec.component[f->component].name;
  double none_there = results_value_of(results, name, "no_backend");
  return none_there >= 0.5 * f->share * failed ? ", which had no backend left" : "";
}

/* ", since all places of gateway were taken", where most attempts to open one met that. */
static void say_no_session(const struct results *results, const char *client, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  double failed = results_value_of(results, client, "sessions.failed");
  g_string_append(text, "had no session");
  for (uint32_t i = 0; i < spec->components; i++) {
    const char *name = spec->component[i].name;
    if (!(2 * results_value_of(results, name, "sessions.refused") >= failed)) continue;
    g_string_append_printf(text, ", since all places of %s were taken", name);
    return;
  }
}

static void append_origin(const struct results *results, uint32_t client,
                          const struct failure_share *f, enum followed which, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  const struct blame *blame = &results->blame[client];
  const char *name = spec->component[f->component].name;
  bool lost = f->cause == OUTCOME_TIMEOUT && f->part == PART_LOST;
  uint32_t caller = lost ? only_caller(blame, f, which) : REF_NONE;
  g_string_append_printf(
      text, "%s ",
      f->share == 1 ? "all" : format_share(f->share, breakdown_followed(blame, which)).text);
  if (caller < spec->components) { /* that is no fault of the component */
    g_string_append_printf(text, "were waiting for a message lost between %s and %s%s",
                           spec->component[caller].name, name,
                           which == FOLLOWED_UNDER_WAY ? ""
                           : f->for_ever               ? ", for ever"
                                                       : " when the time was up");
    return;
  }
  if (f->cause == OUTCOME_TIMEOUT) {
    const char *until = which == FOLLOWED_UNDER_WAY ? ""
                        : f->for_ever               ? ", for ever"
                                                    : " when the time was up";
    g_string_append_printf(text, "%s %s%s", part_defs[f->part].was, name, until);
  } else if (f->cause == OUTCOME_REFUSED && f->part == PART_SESSION) {
    say_no_session(results, name, text);
  } else if (f->cause == OUTCOME_REFUSED && f->part == PART_POOL) {
    g_string_append_printf(text, "were refused by the full pool of %s", name);
  } else if (f->cause == OUTCOME_REFUSED && f->part == PART_FAULT) {
    g_string_append(text, "were refused because ");
    bool several = not_up_say(results, f->component, text);
    if (killed_for_memory(results, f->component)) {
      g_string_append_printf(text, ", killed for the memory that %s took", several ? "they" : "it");
    }
  } else if (f->cause == OUTCOME_DENIED && f->part == PART_NETWORK) {
    g_string_append_printf(text, "were not allowed to reach %s", name);
  } else if (f->cause == OUTCOME_DENIED && f->part == PART_CONNECT) {
    g_string_append_printf(text, "met %s on the way to %s",
                           any_hard_check(spec)
                               ? "a certificate that was expired or not vouched for"
                               : "an expired certificate",
                           name);
  } else {
    double failed = client_of(results, client).failed;
    g_string_append_printf(
        text, "%s%s%s", happened[f->cause].before, name,
        f->cause == OUTCOME_REFUSED ? why_refused(results, f, failed) : happened[f->cause].after);
  }
}

/* "; api waits for db, which hung", of those in a queue that is no fault of its own. */
static void append_held(const struct results *results, const struct failure_share *f,
                        GString *text) {
  if (f->part != PART_QUEUE) return;
  char *by = held_by(results, f->component, true);
  if (by == NULL) return;
  g_string_append_printf(text, "; %s waits for %s",
                         results->scenario->spec.component[f->component].name, by);
  g_free(by);
}

/* "; of the followed ones 97 % were refused by db, 3 % were waiting for a worker of web when the
 * time was up" */
static void append_origins(const struct results *results, uint32_t client, enum followed which,
                           GString *text) {
  if (results->blame == NULL) return;
  const struct blame *blame = &results->blame[client];
  if (breakdown_followed(blame, which) < FOLLOWED_LEAST) return;
  uint32_t n;
  struct failure_share *list = breakdown_origins(blame, which, false, &n);
  for (uint32_t i = 0; i < n && i < 3; i++) {
    if (i > 0 && list[i].share < SHARE_LEAST) break;
    g_string_append(text, i > 0 ? ", " : ": ");
    append_origin(results, client, &list[i], which, text);
  }
  if (which == FOLLOWED_UNDER_WAY && n > 0) append_held(results, &list[0], text);
  free(list);
}

/* --- which ---------------------------------------------------------------------------------- */

/* A mean that no run has is told as what it is made of. */
static void append_kinds(const struct results *results, const char *name, GString *text) {
  const struct result *r = results_find_of(results, name, "availability");
  const struct populations *p = r != NULL ? &r->populations : NULL;
  if (p == NULL || p->low == 0) return;
  g_string_append_printf(text, "%sabout %s in %u replications and %s in %u; none is like the mean",
                         text->len > 0 ? "; " : "", ratio(1 - p->low_mean).text, p->low,
                         ratio(1 - p->high_mean).text, p->high);
}

/* " (timeout)", or with shares where there are several causes. */
static void append_causes(const struct results *results, const char *name, double failed,
                          GString *text) {
  GString *causes = g_string_new(NULL);
  for (int i = OUTCOME_OK + 1; i < OUTCOMES; i++) {
    gchar *metric = g_strdup_printf("errors.%s", outcome_name[i]);
    double share = results_value_of(results, name, metric) / failed;
    g_free(metric);
    if (!(share >= 0.01)) continue;
    if (causes->len > 0) g_string_append(causes, ", ");
    if (share < 0.995) {
      double all = failed * results->replications;
      g_string_append_printf(causes, "%s ", format_share(share, all).text);
    }
    g_string_append(causes, i == OUTCOME_FAILED ? "errors" : outcome_name[i]);
  }
  append_kinds(results, name, causes);
  if (causes->len > 0) g_string_append_printf(text, " (%s)", causes->str);
  g_string_free(causes, TRUE);
}

/* Which operation it was, where nearly all failures are of one that few requests are of. */
static void say_operation(const struct results *results, const struct client *c, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  const char *name = spec->component[c->id].name;
  for (uint32_t op = 0; op < spec->ops; op++) {
    gchar *whose = g_strdup_printf("%s.op.%s", name, spec->op[op]);
    double requests = results_value_of(results, whose, "requests");
    double lost = 1 - results_value_of(results, whose, "availability");
    g_free(whose);
    if (!(requests <= OPERATION_MOST * c->requests)) continue;
    if (!(requests * lost >= OPERATION_LEAST * c->failed)) continue;
    struct label share =
        format_share(fmin(requests * lost / c->failed, 1), c->failed * results->replications);
    share.text[0] = (char)g_ascii_toupper(share.text[0]); /* "over 99 %" */
    g_string_append_printf(text,
                           " %s of the failed ones were of the operation %s, %s of which failed.",
                           share.text, spec->op[op], lost >= 1 ? "all" : ratio(lost).text);
    return;
  }
}

/* Requests that succeed may end in nothing, and those that fail be optional. */
static void say_journeys(const struct results *results, const struct client *c, GString *text) {
  const char *name = results->scenario->spec.component[c->id].name;
  double reached = results_value_of(results, name, "journey.availability");
  if (isnan(reached)) return;
  g_string_append_printf(text, " Of the journeys of %s %s reached their end.", name,
                         ratio(reached).text);
}

/* Past a number of things: "all ", "over 99 % ". */
static const char *past_number(const char *text) {
  for (;;) {
    const char *from = text;
    text += strspn(text, "0123456789.% ");
    if (strncmp(text, "all ", 4) == 0) text += 4;
    if (strncmp(text, "over ", 5) == 0) text += 5;
    if (text == from) return text;
  }
}

/* Two clients whose requests fail alike differ in numbers only. */
static bool is_alike(const char *one, const char *other) {
  for (;;) {
    one = past_number(one);
    other = past_number(other);
    if (*one != *other) return false;
    if (*one == '\0') return true;
    one++, other++;
  }
}

/* What follows "... of the requests of users failed". */
static GString *why_of(const struct results *results, const struct client *c) {
  GString *text = g_string_new(NULL);
  append_causes(results, results->scenario->spec.component[c->id].name, c->failed, text);
  append_origins(results, c->id, FOLLOWED_FAILED, text);
  failure_cause_say(results, c->id, text);
  g_string_append_c(text, '.');
  say_operation(results, c, text);
  say_journeys(results, c, text);
  return text;
}

static void say_client(const struct results *results, const struct client *c, const char *why,
                       GString *text) {
  const char *name = results->scenario->spec.component[c->id].name;
  if (text->len > 0) g_string_append_c(text, ' ');
  if (c->failed >= c->requests) {
    g_string_append_printf(text, "All requests of %s failed", name);
  } else {
    g_string_append_printf(text, "%s of the requests of %s failed",
                           ratio(c->failed / c->requests).text, name);
  }
  g_string_append(text, why);
}

/* The clients that failed most, the worst first; one that fails as the one before is only named. */
static void say_clients(const struct results *results, const struct client *list, uint32_t n,
                        GString *text) {
  const struct spec *spec = &results->scenario->spec;
  GString *before = NULL;
  uint32_t told = 0, alike = 0;
  for (uint32_t i = 0; i < n && told < CLIENTS_TOLD; i++) {
    if (!(list[i].failed > 0)) continue;
    GString *why = why_of(results, &list[i]);
    told++;
    if (before != NULL && is_alike(before->str, why->str)) {
      g_string_truncate(text, text->len - (alike > 0));
      g_string_append_printf(text, "%s%s (%s).", alike++ > 0 ? ", " : " The same happened to ",
                             spec->component[list[i].id].name,
                             ratio(list[i].failed / list[i].requests).text);
      g_string_free(why, TRUE);
      continue;
    }
    alike = 0;
    say_client(results, &list[i], why->str, text);
    if (before != NULL) g_string_free(before, TRUE);
    before = why;
  }
  if (before != NULL) g_string_free(before, TRUE);
}

/* The calls that most failures are of, made by who has something at hand instead: ", since 20 % of
 * the calls from web to a failed and 19 % of those from web to b". */
static void append_in_vain(const struct results *results, uint32_t client, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  if (results->blame == NULL) return;
  const struct blame *blame = &results->blame[client];
  uint32_t n;
  struct traffic_share *edge = breakdown_calls(blame, &n);
  for (uint32_t told = 0; told < FALLBACKS_TOLD; told++) {
    struct traffic_share *most = NULL;
    for (uint32_t i = 0; i < n; i++) {
      const char *from = spec->component[edge[i].from].name;
      bool at_hand = results_value_of(results, from, "fallbacks") > 0;
      if (at_hand && edge[i].failed > (most != NULL ? most->failed : 0)) most = &edge[i];
    }
    if (most == NULL) break;
    g_string_append_printf(
        text, "%s %s of %s from %s to %s%s", told == 0 ? ", since" : " and",
        format_share(most->failed / most->calls, most->calls * blame->samples).text,
        told == 0 ? "the calls" : "those", spec->component[most->from].name,
        spec->component[most->to].name, told == 0 ? " failed" : "");
    most->failed = 0;
  }
  free(edge);
}

/* Nobody came, and nobody who had come before still waits. */
static bool is_silent(const struct results *results, const char *client) {
  return results_value_of(results, client, "offered") <= 0 &&
         results_value_of(results, client, "in_flight.end") <= 0;
}

/* What else became of a client's requests; false: nothing else. A fallback is told of where none
 * failed. */
static bool say_unfinished(const struct results *results, const struct client *c, GString *text) {
  const char *name = results->scenario->spec.component[c->id].name;
  double degraded = results_value_of(results, name, "degraded");
  const char *space = text->len > 0 ? " " : "";
  if (isnan(c->failed) && is_silent(results, name)) {
    g_string_append_printf(text, "%s%s sent no request in the measured time.", space, name);
  } else if (isnan(c->failed)) {
    g_string_append_printf(text, "%sNo request of %s had ended when the run did", space, name);
    append_origins(results, c->id, FOLLOWED_UNDER_WAY, text);
    g_string_append_c(text, '.');
  } else if (unfinished_of(results, name) > 0) {
    g_string_append_printf(
        text, "%s%s requests of %s, %s of those sent, had not ended when the run did", space,
        format_count(results_value_of(results, name, "in_flight.end")).text, name,
        ratio(unfinished_of(results, name)).text);
    append_origins(results, c->id, FOLLOWED_UNDER_WAY, text);
    g_string_append_c(text, '.');
  } else if (degraded > 0 && !(c->failed > 0)) {
    g_string_append_printf(text, "%s%s of the requests of %s were answered with a fallback", space,
                           ratio(degraded).text, name);
    append_in_vain(results, c->id, text);
    g_string_append_c(text, '.');
  } else {
    return false;
  }
  return true;
}

/* The largest part of the time for which requests keep a client's users busy: ", 84 % of it service
 * at db". */
static void say_what_keeps(const struct results *results, uint32_t client, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  if (results->blame == NULL) return;
  struct composition c = breakdown_at(&results->blame[client], NAN, NAN);
  if (c.requests > 0 && c.n > 0) {
    const struct path_spec *path = breakdown_path(spec, &c.share[0]);
    char *owner = breakdown_owner(spec, &c.share[0]);
    char *said = part_said(&part_defs[c.share[0].part], owner,
                           path != NULL ? spec_path_from(spec, path) : NULL,
                           path != NULL ? spec_path_to(spec, path) : NULL);
    g_string_append_printf(text, " for %s each on average, %.0f %% of it %s",
                           format_value(UNIT_SECONDS, c.latency_s).text,
                           100 * c.share[0].seconds / c.latency_s, said);
    g_free(said);
    g_free(owner);
  }
  composition_free(&c);
}

static double dropped_of(const struct results *results, uint32_t client) {
  const char *name = results->scenario->spec.component[client].name;
  return results_value_of(results, name, "dropped_ratio");
}

static bool say_dropped(const struct results *results, const struct client *c, GString *text) {
  const char *name = results->scenario->spec.component[c->id].name;
  double dropped = dropped_of(results, c->id);
  if (!(dropped > 0)) return false;
  g_string_append_printf(text,
                         "%s%s of the requests that were due at %s were never sent, since as many "
                         "were under way as it may have (`most`),",
                         text->len > 0 ? " " : "", ratio(dropped).text, name);
  say_what_keeps(results, c->id, text);
  g_string_truncate(text, text->str[text->len - 1] == ',' ? text->len - 1 : text->len);
  g_string_append(text, "; no figure of the requests that were sent shows this.");
  return true;
}

/* --- all ------------------------------------------------------------------------------------- */

static int by_failed(const void *left, const void *right) {
  const struct client *a = left, *b = right;
  if (a->failed != b->failed) return a->failed > b->failed ? -1 : 1;
  return a->id < b->id ? -1 : 1;
}

struct total {
  double requests, failed;
  uint32_t failing; /* clients */
};

static void add_client(struct total *total, struct client client) {
  if (isnan(client.failed)) return;
  total->requests += client.requests;
  total->failed += client.failed;
  total->failing += client.failed > 0;
}

/* The totals first, where there are several clients. */
static void say_total(const struct spec *spec, const struct client *list, uint32_t n,
                      GString *text) {
  struct total all = {0};
  for (uint32_t i = 0; i < n; i++) add_client(&all, list[i]);
  if (!(all.requests > 0)) {
    g_string_append(text, "No request ended.");
  } else if (all.failed > 0) {
    gchar *whose = all.failing == n ? g_strdup_printf("some of each of the %u clients", n)
                   : all.failing == 1
                       ? g_strdup_printf("all of them of %s", spec->component[list[0].id].name)
                       : g_strdup_printf("all of them of %u of the %u clients", all.failing, n);
    g_string_append_printf(text, "%s of all requests failed, %s.",
                           ratio(all.failed / all.requests).text, whose);
    g_free(whose);
  }
}

bool failures_any(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) continue;
    if (!(client_of(results, i).failed <= 0) || dropped_of(results, i) > FAILED_NEGLIGIBLE ||
        unfinished_of(results, spec->component[i].name) > 0) {
      return true;
    }
  }
  return gone_say_all(results, NULL);
}

double failures_share(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  struct total all = {0};
  for (uint32_t i = 0; i < spec->components; i++) {
    if (spec->component[i].kind->is_source) add_client(&all, client_of(results, i));
  }
  return all.requests > 0 ? all.failed / all.requests : NAN;
}

/* From this share on, what failed is told first. */
#define MANY 0.01

static bool misses_degraded(const struct results *results) {
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    if (g->verdict == VERDICT_FAIL && g_str_has_suffix(g->goal->metric, ".degraded")) return true;
  }
  return false;
}

/* A goal on what is answered is missed. */
static bool goals_miss_answers(const struct results *results) {
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    if (g->verdict != VERDICT_FAIL) continue;
    if (g_str_has_suffix(g->goal->metric, ".availability")) return true;
    if (strstr(g->goal->metric, ".errors.") != NULL) return true;
  }
  return false;
}

bool failures_are_many(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  if (failures_share(results) > FAILED_NEGLIGIBLE && goals_miss_answers(results)) return true;
  if (misses_degraded(results)) return true;
  if (!(failures_share(results) <= MANY) || gone_say_all(results, NULL)) return true;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) continue;
    if (unfinished_of(results, spec->component[i].name) > MANY) return true;
  }
  return false;
}

/* What is gone comes first unless many failed: it is worse. */
static void add_gone(const struct results *results, GString *text) {
  GString *gone = g_string_new(NULL);
  if (gone_say_all(results, gone)) {
    if (failures_share(results) <= MANY) {
      g_string_append_c(gone, ' ');
      g_string_prepend(text, gone->str + 1);
    } else {
      g_string_append(text, gone->str);
    }
  }
  g_string_free(gone, TRUE);
}

char *failures_say(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  struct client *list = g_new0(struct client, spec->components + 1);
  uint32_t n = 0, failing = 0, ended = 0;
  double requests = 0;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) continue;
    list[n] = client_of(results, i);
    failing += list[n].failed > 0;
    ended += !isnan(list[n].failed);
    requests += isnan(list[n].failed) ? 0 : list[n].requests * results->replications;
    n++;
  }
  GString *text = g_string_new(NULL);
  if (n > 0) qsort(list, n, sizeof *list, by_failed);
  if (n > 1 && failing > 0) say_total(spec, list, n, text);
  say_clients(results, list, n, text);
  if (failing > CLIENTS_TOLD) {
    g_string_append_printf(text, " Requests of %u other client%s failed, too.",
                           failing - CLIENTS_TOLD, failing - CLIENTS_TOLD == 1 ? "" : "s");
  }
  bool told = failing > 0, dropped = false;
  for (uint32_t i = 0, more = 0; i < n && more < CLIENTS_TOLD; i++) {
    bool here = say_unfinished(results, &list[i], text);
    told |= here;
    more += here;
  }
  for (uint32_t i = 0; i < n && i < CLIENTS_TOLD; i++) {
    dropped |= say_dropped(results, &list[i], text);
  }
  if (!told && n > 0 && ended == n) {
    GString *whose = g_string_new(NULL);
    if (n == 1) {
      g_string_printf(whose, "of %s", spec->component[list[0].id].name);
    } else {
      g_string_printf(whose, "of %u clients", n);
    }
    gchar *good = g_strdup_printf("%s %s requests %s were answered ok.",
                                  dropped                       ? "Of those sent, all"
                                  : gone_say_all(results, NULL) ? "No request failed: all"
                                                                : "Nothing failed: all",
                                  format_count(requests).text, whose->str);
    if (dropped) {
      g_string_append_printf(text, " %s", good);
    } else {
      g_string_prepend(text, text->len > 0 ? " " : "");
      g_string_prepend(text, good);
    }
    g_free(good);
    g_string_free(whose, TRUE);
  }
  g_free(list);
  if (text->len > 0 || n == 0) add_gone(results, text);
  if (text->len > 0 && text->str[0] == ' ') g_string_erase(text, 0, 1);
  return g_string_free(text, FALSE);
}

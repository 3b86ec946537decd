#include "failure_cause.h"

#include <math.h>
#include <stdlib.h>

#include "answer.h"
#include "arena.h"
#include "breakdown.h"
#include "format.h"
#include "held_up.h"
#include "limiter.h"
#include "part_said.h"
#include "recovery.h"
#include "sim.h"
#include "standstill.h"
#include "timeline.h"
#include "way.h"

/* Failures come so many times as often while a fault holds that explains them. */
#define MORE_DURING 2.0

/* Marks the windows of a fault's time and `after_ns` more. */
static void mark(const struct timeline *t, const struct fault_spec *fault, uint64_t after_ns,
                 bool *held) {
  for (uint32_t k = 0; k < t->periods; k++) {
    const struct fault_period *p = &t->period[k];
    if (p->fault != fault) continue;
    uint64_t w = p->from_ns / t->window_ns;
    bool for_ever = p->until_ns == TIME_NEVER;
    for (; w < t->looks && (for_ever || p->until_ns + after_ns > w * t->window_ns); w++) {
      held[w] = true;
    }
  }
}

static bool *marked(const struct timeline *t, const struct fault_spec *fault, uint64_t after_ns) {
  bool *held = mem_zeroed(t->looks + 1, sizeof *held);
  mark(t, fault, after_ns, held);
  return held;
}

static uint32_t first_window(const struct results *results) {
  return (uint32_t)(results->warmup.ns / results->timeline->window_ns);
}

/* For how many of the measured windows it held. */
static uint32_t windows_held(const struct results *results, const struct fault_spec *fault) {
  const struct timeline *t = results->timeline;
  bool *held = marked(t, fault, t->window_ns);
  uint32_t n = 0;
  for (uint32_t w = first_window(results); w < t->looks; w++) n += held[w];
  free(held);
  return n;
}

static bool held_always(const struct results *results, const struct fault_spec *fault) {
  const struct timeline *t = results->timeline;
  uint32_t first = first_window(results);
  return t->looks > 0 && (t->looks <= first || windows_held(results, fault) == t->looks - first);
}

/* A client's failures in windows of which `held` says so, and how many windows these are. */
static double failures_while(const struct results *results, uint32_t client, const bool *held,
                             uint32_t *windows) {
  const struct timeline *t = results->timeline;
  uint32_t first = first_window(results);
  double sum = 0;
  *windows = 0;
  for (uint32_t w = first; w < t->looks; w++) *windows += held[w];
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != client || s->what != SERIES_ERRORS) continue;
    for (uint32_t w = first; w < t->looks; w++) sum += held[w] ? (double)s->value[w] : 0;
  }
  return sum;
}

/* How much later than its fault a failure shows: a request takes a while until it fails, such as
 * its timeout; and the window after it. */
static uint64_t shows_after(const struct results *results, uint32_t client) {
  if (results->blame == NULL) return results->timeline->window_ns;
  struct composition failed = breakdown_failed(&results->blame[client]);
  double ns = failed.requests > 0 ? failed.latency_s * 1e9 : 0;
  composition_free(&failed);
  return results->timeline->window_ns + (uint64_t)ns;
}

/* The share of the failures in replication 1 that fell into the time of the fault; 0 where there
 * are hardly more of them in a while than in as long a while without it: of a fault that holds all
 * the time that says nothing. */
static double share_during(const struct results *results, uint32_t client,
                           const struct fault_spec *fault, uint64_t after_ns) {
  const struct timeline *t = results->timeline;
  bool *held = marked(t, fault, after_ns);
  uint32_t in, out;
  double during = failures_while(results, client, held, &in);
  for (uint32_t w = 0; w < t->looks; w++) held[w] = !held[w];
  double beside = failures_while(results, client, held, &out);
  free(held);
  bool more = out > 0 && during * out >= MORE_DURING * beside * in;
  return during > 0 && more ? during / (during + beside) : 0;
}

/* The share of the measured time for which it held: so much of the failures would fall in it
 * anyway.
 */
static double share_of_time(const struct results *results, const struct fault_spec *fault) {
  uint32_t looks = results->timeline->looks, first = first_window(results);
  return looks > first ? (double)windows_held(results, fault) / (looks - first) : 0;
}

/* Whether a fault has been met among the first periods. */
static bool is_met(const struct timeline *t, uint32_t periods, const struct fault_spec *fault) {
  for (uint32_t i = 0; i < periods; i++) {
    if (t->period[i].fault == fault) return true;
  }
  return false;
}

/* Faults that a client's requests can meet. */
struct cause {
  const struct fault_spec *best; /* in its time most of the failures fall, by more than its time is
                                    long than of any other; NULL: of none */
  double share;
  uint32_t alike;                  /* others that explain as much, such as those of the same time */
  const struct fault_spec *always; /* it held all the time; NULL: none did */
  const struct fault_spec *before; /* it was over when the warm-up ended; NULL: none was */
};

static struct cause cause_of(const struct results *results, uint32_t client) {
  const struct timeline *t = results->timeline;
  struct cause out = {0};
  double best_more = 0;
  struct arena *arena = arena_new();
  struct way way = way_of(&results->scenario->spec, client, arena);
  for (uint32_t i = 0; t != NULL && i < t->periods; i++) {
    const struct fault_spec *fault = t->period[i].fault;
    if (!way_meets(&way, fault)) continue;
    bool over = t->period[i].until_ns <= results->warmup.ns;
    if (over) out.before = fault;
    if (is_met(t, i, fault)) continue;
    if (out.always == NULL && held_always(results, fault)) out.always = fault;
    double share = share_during(results, client, fault, shows_after(results, client));
    if (share <= 0.5) continue;
    double more = share - share_of_time(results, fault);
    if (out.best != NULL && share == out.share) out.alike++;
    if (out.best != NULL && more <= best_more) continue;
    if (share != out.share) out.alike = 0;
    out.share = share;
    out.best = fault;
    best_more = more;
  }
  arena_free(arena);
  return out;
}

/* Several faults that together explain what each of them does only in part. */
struct together {
  uint32_t faults;
  bool recurring; /* one of them, so that its times are those of one replication */
  double share;   /* of the failures, in their times */
  const struct fault_spec *most;
  double most_share;
};

/* Fewer failures are not put down to several faults, nor where one explains nearly as many. */
#define TOGETHER_LEAST 0.9
#define TOGETHER_MORE 0.05

/* Faults whose time the client's failures come at least twice as often in as while none held. */
static struct together together_of(const struct results *results, uint32_t client) {
  const struct timeline *t = results->timeline;
  struct together out = {0};
  if (t == NULL || t->looks == 0) return out;
  struct arena *arena = arena_new();
  struct way way = way_of(&results->scenario->spec, client, arena);
  uint64_t after_ns = shows_after(results, client);
  bool *any = arena_alloc(arena, t->looks), *calm = arena_alloc(arena, t->looks);
  bool *meets = arena_alloc(arena, t->periods + 1);
  for (uint32_t i = 0; i < t->periods; i++) {
    const struct fault_spec *fault = t->period[i].fault;
    meets[i] = !is_met(t, i, fault) && way_meets(&way, fault) && !held_always(results, fault);
    if (meets[i]) mark(t, fault, after_ns, any);
  }
  for (uint32_t w = 0; w < t->looks; w++) calm[w] = !any[w];
  uint32_t without, held;
  double outside = failures_while(results, client, calm, &without);
  double inside = failures_while(results, client, any, &held);
  for (uint32_t i = 0; without > 0 && inside > 0 && i < t->periods; i++) {
    if (!meets[i]) continue;
    bool *one = arena_alloc(arena, t->looks);
    mark(t, t->period[i].fault, after_ns, one);
    double during = failures_while(results, client, one, &held);
    if (!(during > 0) || during * without < MORE_DURING * outside * held) continue;
    out.faults++;
    out.recurring |= t->period[i].fault->recurring;
    if (during <= out.most_share * (inside + outside)) continue;
    out.most_share = during / (inside + outside);
    out.most = t->period[i].fault;
  }
  if (out.faults > 0) out.share = inside / (inside + outside);
  arena_free(arena);
  return out;
}

/* "; all failures fall in the times of 3 faults, 67 % in that of 'x'" */
static bool say_together(const struct results *results, const struct together *together,
                         double alone, GString *text) {
  if (together->faults < 2 || together->share < TOGETHER_LEAST) return false;
  if (together->share < alone + TOGETHER_MORE) return false;
  g_string_append(text, "; ");
  if (together->share == 1) {
    g_string_append(text, "all failures");
  } else {
    g_string_append_printf(text, "%.0f %% of the failures", fmin(100 * together->share, 99));
  }
  g_string_append_printf(
      text, "%s fall in the times of %u faults, %.0f %% in that of '%s'",
      together->recurring && results->replications > 1 ? " of replication 1" : "", together->faults,
      100 * together->most_share, together->most->name);
  return true;
}

/* How long the fault holds at a time, on average; NaN: not known, or to the end. */
static double spell_ns(const struct timeline *t, const struct fault_spec *fault) {
  double sum = 0, n = 0;
  for (uint32_t i = 0; i < t->periods; i++) {
    const struct fault_period *p = &t->period[i];
    if (p->fault != fault) continue;
    if (p->until_ns == TIME_NEVER) return NAN;
    sum += (double)(p->until_ns - p->from_ns);
    n++;
  }
  return n > 0 ? sum / n : NAN;
}

/* "; 87 % of the failures fall in the time of the fault 'x'"; where a window is longer than the
 * fault, it is only known that they came near it. */
static void say_when(const struct results *results, const struct cause *cause, GString *text) {
  const struct timeline *t = results->timeline;
  bool near = (double)t->window_ns > 2 * spell_ns(t, cause->best);
  g_string_append(text, "; ");
  if (cause->share == 1) {
    g_string_append(text, "all failures");
  } else {
    g_string_append_printf(text, "%.0f %% of the failures", fmin(100 * cause->share, 99));
  }
  if (cause->best->recurring && results->replications > 1) {
    g_string_append(text, " of replication 1");
  }
  if (near) {
    g_string_append_printf(text, " fall within %s of the fault '%s'",
                           format_value(UNIT_SECONDS, (double)t->window_ns / 1e9).text,
                           cause->best->name);
  } else {
    g_string_append_printf(text, " fall in the time of the fault '%s'", cause->best->name);
  }
}

/* Where a client's failures of replication 1 begin and end, in windows from `begin` on; false:
 * there are none. */
static bool span_of_failures(const struct timeline *t, uint32_t client, uint32_t begin,
                             uint32_t *from, uint32_t *to) {
  *from = *to = t->looks;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != client || s->what != SERIES_ERRORS) continue;
    for (uint32_t w = begin; w < t->looks; w++) {
      if (!(s->value[w] > 0)) continue;
      if (*from == t->looks || w < *from) *from = w;
      if (*to == t->looks || w > *to) *to = w;
    }
  }
  return *from < t->looks;
}

/* The only fault may be felt for long after it, as where a cache comes back empty: it explains
 * failures of which none came before it, for a while at least, and the last a fraction of the run
 * after its end. */
#define FELT_MOST (1.0 / 3)
#define CALM_LEAST 0.1

static bool say_strike(const struct results *results, uint32_t client, GString *text) {
  const struct timeline *t = results->timeline;
  if (t == NULL || t->periods != 1 || t->period[0].until_ns >= results->duration_ns) return false;
  const struct fault_period *fault = &t->period[0];
  struct arena *arena = arena_new();
  struct way way = way_of(&results->scenario->spec, client, arena);
  bool meets = way_meets(&way, fault->fault);
  arena_free(arena);
  uint32_t first = (uint32_t)(results->warmup.ns / t->window_ns), from, to;
  uint32_t struck = (uint32_t)(fault->from_ns / t->window_ns);
  uint32_t over = (uint32_t)(fault->until_ns / t->window_ns);
  double measured = t->looks - first;
  if (!meets || !span_of_failures(t, client, first, &from, &to) || from < struck) return false;
  if (struck < first + CALM_LEAST * measured || to + 1 > over + FELT_MOST * measured) return false;
  double felt_s = (double)((to + 1) * t->window_ns - fault->from_ns) / 1e9;
  g_string_append_printf(text, "; all failures%s came in the %s after the fault '%s'%s",
                         results->replications > 1 ? " of replication 1" : "",
                         format_value(UNIT_SECONDS, felt_s).text, fault->fault->name,
                         fault->until_ns > fault->from_ns ? " began" : "");
  return true;
}

/* Of the time until they failed; NULL: no standstill explains that. */
static char *standstill_of(const struct results *results, uint32_t client) {
  if (results->blame == NULL) return NULL;
  struct composition failed = breakdown_failed(&results->blame[client]);
  char *said = standstill_said(results, &failed);
  composition_free(&failed);
  return said;
}

/* "; of the time until then 94 % was waiting for locks of etcd", where most of those whose time was
 * up were being worked on at last, but had spent it elsewhere. Where most failed it is told of
 * these. */
static void say_where_spent(const struct results *results, uint32_t client, GString *text) {
  const struct blame *blame = results->blame != NULL ? &results->blame[client] : NULL;
  if (blame == NULL || breakdown_followed(blame, FOLLOWED_FAILED) < FOLLOWED_LEAST ||
      breakdown_mostly_failed(blame)) {
    return;
  }
  uint32_t n;
  struct failure_share *at = breakdown_origins(blame, FOLLOWED_FAILED, false, &n);
  struct composition failed = breakdown_failed(blame);
  const struct share *most = failed.n > 0 ? &failed.share[0] : NULL;
  bool at_work = n > 0 && at[0].cause == OUTCOME_TIMEOUT && at[0].part == PART_SERVICE;
  if (at_work && most != NULL && most->seconds > 0.5 * failed.latency_s &&
      (most->part != PART_SERVICE || most->component != at[0].component)) {
    const struct spec *spec = &results->scenario->spec;
    const struct path_spec *path = breakdown_path(spec, most);
    char *owner = breakdown_owner(spec, most);
    char *said =
        part_said(&part_defs[most->part], owner, path != NULL ? spec_path_from(spec, path) : NULL,
                  path != NULL ? spec_path_to(spec, path) : NULL);
    g_string_append_printf(text, "; of the time until then %.0f %% was %s",
                           100 * most->seconds / failed.latency_s, said);
    g_free(said);
    g_free(owner);
  }
  composition_free(&failed);
  free(at);
}

/* From this share of the new requests on retries are told where something is saturated: they may be
 * what saturates it. */
#define RETRIES_TOLD 0.2

/* ", and 193/s retries come on top of 100/s new requests", of a client's own, or the most of ", and
 * 67 % of its calls are retries of web", or hedges. */
static void say_retries(const struct results *results, uint32_t client,
                        const struct limiter *limiter, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  const char *name = spec->component[client].name;
  double measured_s = (double)(results->duration_ns - results->warmup.ns) / 1e9;
  double offered = results_value_of(results, name, "offered");
  double retries = results_value_of(results, name, "retries") / measured_s;
  if (retries >= RETRIES_TOLD * offered) {
    g_string_append_printf(text, ", and %s retries come on top of %s new requests",
                           format_value(UNIT_PER_SECOND, retries).text,
                           format_value(UNIT_PER_SECOND, offered).text);
    return;
  }
  static const char *const what[] = {"retries", "hedges"};
  double calls = results_value_of(results, limiter->name, "arrivals"), share = RETRIES_TOLD;
  const char *whose = NULL, *kind = NULL;
  for (uint32_t i = 0; i < 2 * spec->components; i++) {
    const struct component_spec *c = &spec->component[i / 2];
    gchar *metric = g_strdup_printf("%s.%s", limiter->name, what[i % 2]);
    double again = c->kind->is_source ? 0 : results_value_of(results, c->name, metric);
    g_free(metric);
    if (!(again >= share * (calls - again))) continue;
    share = again / (calls - again);
    whose = c->name;
    kind = what[i % 2];
  }
  if (whose == NULL) return;
  g_string_append_printf(text, ", and %s of its calls are %s of %s",
                         format_share(share / (1 + share), calls * results->replications).text,
                         kind, whose);
}

bool failure_cause_known(const struct results *results, uint32_t client) {
  struct cause cause = cause_of(results, client);
  struct together together = together_of(results, client);
  GString *text = g_string_new(NULL);
  bool known =
      cause.best != NULL || cause.always != NULL || say_together(results, &together, 0, text);
  g_string_free(text, TRUE);
  return known;
}

void failure_cause_say(const struct results *results, uint32_t client, GString *text) {
  struct recovery recovery = recovery_of(results, client);
  if (recovery.stuck) {
    if (recovery.fault != NULL) {
      g_string_append_printf(text, "; they still fail long after the fault '%s' ended",
                             recovery.fault->name);
    } else {
      g_string_append_printf(text,
                             "; they still fail long after the load has come down from %s to %s",
                             format_value(UNIT_PER_SECOND, recovery.peak).text,
                             format_value(UNIT_PER_SECOND, recovery.level).text);
    }
    return;
  }
  struct cause cause = cause_of(results, client);
  struct together together = together_of(results, client);
  if (say_together(results, &together, cause.best != NULL ? cause.share : 0, text)) return;
  if (cause.best != NULL) {
    say_when(results, &cause, text);
    if (cause.alike > 0) {
      g_string_append_printf(text, " and of %u other%s", cause.alike, cause.alike == 1 ? "" : "s");
    }
    return;
  }
  if (say_strike(results, client, text)) return;
  if (cause.always != NULL) {
    g_string_append_printf(text, "; the fault '%s' held all the time", cause.always->name);
    return;
  }
  struct limiter first = limiter_find(results, client);
  char *still = standstill_of(results, client);
  if (first.deadlocked || first.utilization >= BUSY_SATURATED) {
    char *by = first.deadlocked ? NULL : held_by(results, first.component, false);
    char *name = limiter_name(&first);
    g_string_append_printf(text, "; %s %s%s", name,
                           first.deadlocked ? "is deadlocked"
                           : by != NULL     ? "waits for "
                                            : "is saturated",
                           by != NULL ? by : "");
    if (!first.deadlocked && by == NULL) say_retries(results, client, &first, text);
    g_free(name);
    g_free(by);
  } else if (still != NULL) {
    g_string_append_printf(text, "; %s", still);
  } else if (cause.before != NULL) {
    g_string_append_printf(text, "; the fault '%s' was over when the measured time began",
                           cause.before->name);
  } else {
    say_where_spent(results, client, text);
  }
  g_free(still);
}

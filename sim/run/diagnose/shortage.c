#include "shortage.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "answer.h"
#include "format.h"
#include "held_up.h"
#include "limiter.h"
#include "peak.h"
#include "sim.h"
#include "tenancy.h"

/* Workers that are busy for this share of the time are near their limit. */
#define BUSY_NEAR 0.8
/* So many calls ended while they waited, before it is told that waits are those of the others. */
#define GAVE_UP_TOLD 0.01
/* A host whose cores are busy for so much of the time that one of its tenants was saturated. */
#define HOST_LEAST 0.8

static struct label seconds(double value) {
  return format_value(UNIT_SECONDS, value);
}

double shortage_limit(const struct component_spec *c, const char *name) {
  for (const struct param *p = c->kind->params; p != NULL && p->name != NULL; p++) {
    if (p->type != PARAM_COUNT || strcmp(p->name, name) != 0) continue;
    uint64_t value;
    memcpy(&value, (const char *)c->config + p->offset, sizeof value);
    return value == PARAM_UNLIMITED ? NAN : (double)value;
  }
  return NAN;
}

/* --- for a time ----------------------------------------------------------------------------- */

/* What its workers waited for while all of them were busy; NULL: nothing that is known. To be
 * freed.
 */
static gchar *peak_waits(const struct results *results, uint32_t id, struct peak peak) {
  gchar *by = peak_behind(results, id, peak);
  return by != NULL || peak.member > 0 ? by : held_by(results, id, true);
}

/* "14 s", "14 s, waiting for ssd" */
static gchar *peak_brief(struct peak peak, const char *by) {
  if (by == NULL) return g_strdup(peak_length(peak).text);
  return g_strdup_printf("%s, waiting for %.*s", peak_length(peak).text, (int)strcspn(by, ","), by);
}

/* "; the cores of h, which jobs and shop share, are busy 71.4 % of the time", where others on its
 * host may have kept them busy all that while; "". To be freed. */
static gchar *peak_on_host(const struct results *results, uint32_t id, struct peak peak) {
  uint32_t host = tenancy_host(&results->scenario->spec.component[id]);
  if (host == REF_NONE) return g_strdup("");
  const char *name = results->scenario->spec.component[host].name;
  double busy = results_value_of(results, name, "utilization");
  char *shared = held_shared(results, host);
  bool told = shared[0] != '\0' && busy >= HOST_LEAST * peak.share;
  gchar *said = told ? g_strdup_printf("; the cores of %s%s are busy %s of the time", name, shared,
                                       format_busy(busy).text)
                     : g_strdup("");
  g_free(shared);
  return said;
}

/* "; so was web[4] for about 60 s", of another member that was saturated for about as long, or
 * "; so were 3 other members"; "". To be freed. */
static gchar *peak_others(const struct results *results, uint32_t id, struct peak peak) {
  const struct component_spec *c = &results->scenario->spec.component[id];
  uint32_t n = 0;
  struct peak other = {NAN, NAN, 0};
  for (uint32_t m = 1; peak.member > 0 && m <= c->instances; m++) {
    struct peak one = m == peak.member ? other : peak_of_member(results, id, m);
    if (m == peak.member || !(one.share >= PEAK_TOLD) || !(2 * one.share >= peak.share)) continue;
    other = one;
    n++;
  }
  if (n == 0) return g_strdup("");
  if (n > 1) return g_strdup_printf("; so were %u other members", n);
  return g_strdup_printf("; so was %s[%u] for about %s", c->name, other.member,
                         peak_length(other).text);
}

/* Not busy on the whole, but for some time more than it could be. */
static void look_at_peak(const struct results *results, uint32_t id, const char *component,
                         struct finding_list *list) {
  struct peak peak = peak_of_any(results, id);
  if (!(peak.share >= PEAK_TOLD)) return;
  char *name = peak_name(results, id, peak.member);
  struct finding *f = finding_add(list, RULE_PEAK, SEVERITY_SATURATED, component, name);
  gchar *by = peak_waits(results, id, peak);
  gchar *why =
      by != NULL ? g_strdup_printf("; it waited for %s", by) : peak_sender(results, id, peak);
  gchar *brief = peak_brief(peak, by), *more = peak_others(results, id, peak);
  gchar *host = by != NULL ? g_strdup("") : peak_on_host(results, id, peak);
  f->victim = by != NULL;
  f->effect = peak.full_s;
  if (peak.share >= 0.5) {
    finding_say(f, brief, "for %s, %s of its time%s%s%s", peak_said(results, peak).text,
                format_value(UNIT_RATIO, peak.share).text, more, why, host);
  } else {
    /* A peak is of replication 1, and so is what it is set against. */
    const struct result *busy = results_find_of(results, name, "utilization");
    const char *only = busy->replication[0] < BUSY_NEAR ? "only " : "";
    finding_say(f, brief, "for %s, though over %s its %s are busy %s%s of the time%s%s%s",
                peak_said(results, peak).text,
                results->replications > 1 ? "all of it" : "the whole run",
                limiter_places(results, component), only, format_busy(busy->replication[0]).text,
                more, why, host);
  }
  g_free(host);
  g_free(more);
  g_free(brief);
  g_free(why);
  g_free(by);
  g_free(name);
}

/* --- for most of it ------------------------------------------------------------------------- */

/* Of a component, or of its member from 1 on. */
struct station_said {
  const struct component_spec *c;
  uint32_t member;
  char *name;
};

/* "the 4 workers of app" where another one was named just before, else "its 4 workers". */
static gchar *whose_workers(const struct results *results, const struct station_said *s,
                            bool named) {
  bool all_there = results_find_of(results, s->c->name, "instances") == NULL;
  double each = shortage_limit(s->c, "workers");
  double workers = s->member > 0 ? each : all_there ? each * s->c->instances : NAN;
  bool in_all = !isnan(workers) && s->c->instances > 1 && s->member == 0;
  GString *text = g_string_new(!named ? "its " : in_all ? "all " : "the ");
  const char *places = limiter_places(results, s->c->name);
  if (!isnan(workers)) g_string_append_printf(text, "%.0f ", workers);
  char *shared = held_shared(results, (uint32_t)(s->c - results->scenario->spec.component));
  g_string_append_printf(text, "%.*s%s", (int)strlen(places) - 1, places, workers == 1 ? "" : "s");
  if (named) g_string_append_printf(text, " of %s", s->name);
  if (in_all && !named) g_string_append(text, " in all");
  g_string_append_printf(text, "%s %s", shared, workers == 1 ? "is" : "are");
  g_free(shared);
  return g_string_free(text, FALSE);
}

/* "its 4 workers in all are busy 96 % of the time, and a call waits 4.72 s for one (p99 5.53 s)" */
static gchar *how_busy(const struct results *results, const struct station_said *s, bool named) {
  double wait = results_value_of(results, s->name, "wait.mean");
  gchar *whose = whose_workers(results, s, named);
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "%s busy %s of the time", whose,
                         format_busy(results_value_of(results, s->name, "utilization")).text);
  g_free(whose);
  if (wait > 0) {
    /* Waits are of calls that got a worker: of those that gave up before, none is known. */
    double gone = results_value_of(results, s->c->name, "cancelled");
    bool some = gone > GAVE_UP_TOLD * results_value_of(results, s->c->name, "arrivals");
    g_string_append_printf(text, ", and a call %swaits %s for one", some ? "that gets one " : "",
                           seconds(wait).text);
    g_string_append_printf(text, " (p99 %s)",
                           seconds(results_value_of(results, s->name, "wait.p99")).text);
  }
  return g_string_free(text, FALSE);
}

/* What is busy for most of the time. A caller whose workers wait for a saturated callee is its
 * victim. */
static void say_workers(const struct results *results, const struct station_said *s, double busy,
                        struct finding_list *list) {
  uint32_t id = (uint32_t)(s->c - results->scenario->spec.component);
  double queue = results_value_of(results, s->name, "queue.mean");
  gchar *by = s->member > 0 ? NULL : held_by(results, id, false);
  struct peak peak = s->member > 0 ? (struct peak){NAN, NAN, 0} : peak_of(results, id);
  bool full_most = peak.share >= 0.5;
  /* No room is left in a time in which all are busy, however much there is in the rest. */
  if (by == NULL && busy < BUSY_SATURATED && peak.share >= PEAK_TOLD && !full_most) {
    look_at_peak(results, id, s->c->name, list);
    return;
  }
  enum severity severity = busy >= BUSY_SATURATED || full_most ? SEVERITY_SATURATED : SEVERITY_NEAR;
  struct finding *f =
      finding_add(list, by != NULL ? RULE_HELD_UP : RULE_WORKERS, severity, s->c->name, s->name);
  f->effect = isnan(queue) ? 0 : queue;
  f->second = busy;
  gchar *how = how_busy(results, s, by != NULL);
  gchar *full =
      peak.share >= PEAK_TOLD && busy < BUSY_SATURATED
          ? g_strdup_printf(
                "; for %s %s busy all the time", peak_said(results, peak).text,
                shortage_limit(s->c, "workers") * s->c->instances == 1 ? "it is" : "they are")
          : g_strdup("");
  finding_say(f, format_busy(busy).text, "%s%s%s%s%s", by != NULL ? "by " : "",
              by != NULL ? by : "", by != NULL ? ": " : "", how, full);
  g_free(by);
  g_free(full);
  g_free(how);
}

void shortage_look(const struct results *results, uint32_t id, bool grows,
                   struct finding_list *list) {
  const struct component_spec *c = &results->scenario->spec.component[id];
  double busy = results_value_of(results, c->name, "utilization");
  uint32_t member = busy >= BUSY_NEAR ? 0 : limiter_member(results, id);
  if (!(busy >= BUSY_NEAR) && member == 0) {
    look_at_peak(results, id, c->name, list);
    return;
  }
  struct station_said s = {c, member, peak_name(results, id, member)};
  if (member > 0) busy = results_value_of(results, s.name, "utilization");
  if (member > 0 || !grows || busy >= BUSY_SATURATED) say_workers(results, &s, busy, list);
  g_free(s.name);
}

#include "held_up.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "fault_def.h"
#include "format.h"
#include "leak.h"
#include "limiter.h"
#include "recovery.h"
#include "sim.h"
#include "tenancy.h"
#include "way.h"

/* From this share of the time on a pool is full, cores are busy. */
#define FULL 0.9
/* From here on it is the limit where nothing else is as busy. */
#define NEARLY_FULL 0.8
/* From this share of the time on what hangs, or is down, holds up who waits for it. */
#define AWAY_LEAST 0.5

/* Whether it keeps who waits for the component waiting: as that hangs, or, of messages, as it is
 * down with all its members. */
static bool keeps_waiting(const struct component_spec *c, const struct fault_spec *fault,
                          bool down) {
  if (!down) return fault->type->stalls;
  bool all = c->instances == 1 || fault->target.kind == TARGET_COMPONENT;
  return fault->type->refuses && all;
}

/* For how long such faults held in replication 1, of the time from `from_ns` on. */
static double out_of_use(const struct results *results, uint32_t component, uint64_t from_ns,
                         bool down) {
  const struct spec *spec = &results->scenario->spec;
  const struct timeline *t = results->timeline;
  uint64_t sum_ns = 0, until_ns = from_ns;
  bool *on = g_new0(bool, spec->components);
  on[component] = true;
  const struct way here = {spec, on};
  for (uint32_t i = 0; t != NULL && i < t->periods; i++) {
    const struct fault_period *p = &t->period[i];
    uint64_t from = p->from_ns > until_ns ? p->from_ns : until_ns;
    uint64_t to = p->until_ns < results->duration_ns ? p->until_ns : results->duration_ns;
    if (!keeps_waiting(&spec->component[component], p->fault, down) || to <= from ||
        !way_meets(&here, p->fault)) {
      continue;
    }
    sum_ns += to - from;
    until_ns = to;
  }
  g_free(on);
  return (double)sum_ns / (double)(results->duration_ns - from_ns);
}

/* The first that hangs, or is down, of those that calls from this one lead to, in the order of
 * names. */
static const char *away_behind(const struct results *results, uint32_t component, bool at_end,
                               bool down) {
  const struct spec *spec = &results->scenario->spec;
  struct arena *arena = arena_new();
  struct way way = way_of(spec, component, arena);
  uint64_t measured = results->duration_ns - results->warmup.ns;
  uint64_t from_ns = at_end ? results->duration_ns - measured / 4 : results->warmup.ns;
  const char *found = NULL;
  for (uint32_t i = 0; i < spec->components && found == NULL; i++) {
    if (i == component || !way.on[i]) continue;
    if (!(out_of_use(results, i, from_ns, down) >= AWAY_LEAST)) continue;
    found = spec->component[i].name;
  }
  arena_free(arena);
  return found;
}

/* The fullest of its pools, in use for *most of the time or more: of "api.db.pool.used.mean" the
 * "db"; to be freed, with its places. */
static char *full_pool(const struct results *results, const char *name, double *most,
                       double *places) {
  gchar *prefix = g_strdup_printf("%s.", name), *found = NULL;
  static const char tail[] = ".pool.used.mean";
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    if (!g_str_has_prefix(r->name, prefix) || !g_str_has_suffix(r->name, tail)) continue;
    gchar *pool = g_strndup(r->name, strlen(r->name) - strlen(".used.mean"));
    double size = results_value_of(results, pool, "size");
    if (r->estimate.value / size >= *most) {
      *most = r->estimate.value / size;
      *places = size;
      g_free(found);
      found = g_strndup(r->name + strlen(prefix), strlen(r->name) - strlen(prefix) - strlen(tail));
    }
    g_free(pool);
  }
  g_free(prefix);
  return found;
}

static const char *busy_host(const struct results *results, uint32_t component, bool at_end) {
  uint32_t host = tenancy_host(&results->scenario->spec.component[component]);
  if (host == REF_NONE) return NULL;
  const char *name = results->scenario->spec.component[host].name;
  double busy = results_value_of(results, name, "utilization");
  if (at_end) busy = fmax(busy, recovery_level(results, host, SERIES_UTILIZATION));
  return busy >= FULL ? name : NULL;
}

char *held_by(const struct results *results, uint32_t component, bool at_end) {
  const char *name = results->scenario->spec.component[component].name, *by;
  char *lost = leak_holds(results, component);
  if (lost != NULL) return lost;
  char *behind = limiter_behind(results, component, at_end);
  if (behind != NULL) {
    char *said = g_strdup_printf("%s, which is saturated", behind);
    g_free(behind);
    return said;
  }
  if ((by = away_behind(results, component, at_end, false)) != NULL) {
    return g_strdup_printf("%s, which hung", by);
  }
  /* Calls are refused, and wait for nobody. */
  bool keeps = results->scenario->spec.component[component].kind->keeps_messages;
  if (keeps && (by = away_behind(results, component, at_end, true)) != NULL) {
    return g_strdup_printf("%s, which was down", by);
  }
  double places = NAN, most = FULL;
  char *callee = full_pool(results, name, &most, &places);
  if (callee != NULL) {
    char *said =
        g_strdup_printf("its %s connection%s to %s, which %s in use",
                        places == 1 ? "only" : format_count(places).text, places == 1 ? "" : "s",
                        callee, places == 1 ? "is always" : "are all");
    g_free(callee);
    return said;
  }
  by = busy_host(results, component, at_end);
  return by != NULL ? g_strdup_printf("the cores of %s, which are all busy", by) : NULL;
}

char *held_shared(const struct results *results, uint32_t host) {
  const struct spec *spec = &results->scenario->spec;
  const char *name[2] = {NULL, NULL};
  uint32_t n = 0;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (tenancy_host(&spec->component[i]) != host) continue;
    if (n < 2) name[n] = spec->component[i].name;
    n++;
  }
  if (n < 2) return g_strdup("");
  return n == 2 ? g_strdup_printf(", which %s and %s share,", name[0], name[1])
                : g_strdup_printf(", which %u components share,", n);
}

char *held_fullest(const struct results *results, const char **caller, double *share) {
  const struct spec *spec = &results->scenario->spec;
  char *said = NULL;
  *share = NEARLY_FULL;
  for (uint32_t i = 0; i < spec->components; i++) {
    double places = NAN;
    char *callee = full_pool(results, spec->component[i].name, share, &places);
    if (callee == NULL) continue;
    g_free(said);
    *caller = spec->component[i].name;
    said = g_strdup_printf("the %s connection%s of %s to %s",
                           places == 1 ? "only" : format_count(places).text, places == 1 ? "" : "s",
                           *caller, callee);
    g_free(callee);
  }
  return said;
}

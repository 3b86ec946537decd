#include "leak.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "format.h"
#include "limiter.h"
#include "shortage.h"
#include "sim.h"

/* From this share of the places on they are why others wait. */
#define HOLDS 0.5

static const char pool_tail[] = ".pool.leaked";

/* "10 of its 10 workers", "0.8 of its workers" where members come and go. */
static gchar *workers_said(const struct results *results, const struct component_spec *c,
                           double leaked) {
  const char *places = limiter_places(results, c->name);
  bool all_there = results_find_of(results, c->name, "instances") == NULL;
  double workers = all_there ? shortage_limit(c, "workers") * c->instances : NAN;
  if (isnan(workers)) return g_strdup_printf("%s of its %s", format_count(leaked).text, places);
  return g_strdup_printf("%s of its %s %.*s%s", format_count(leaked).text,
                         format_count(workers).text, (int)strlen(places) - 1, places,
                         workers == 1 ? "" : "s");
}

static void add(const struct results *results, enum rule rule, const char *component,
                const char *name, const gchar *said, double leaked, struct finding_list *list) {
  struct finding *f = finding_add(list, rule, SEVERITY_SATURATED, component, name);
  f->effect = leaked;
  finding_say(f, format_count(leaked).text,
              "when the run ended %s were held by calls whose message was lost%s; they have no "
              "timeout, so that nobody gives them up",
              said, results->replications > 1 ? " (averaged over replications)" : "");
}

void leak_look(const struct results *results, uint32_t component, struct finding_list *list) {
  const struct component_spec *c = &results->scenario->spec.component[component];
  double leaked = results_value_of(results, c->name, "leaked");
  if (!(leaked > 0)) return;
  gchar *said = workers_said(results, c, leaked);
  add(results, RULE_LEAK, c->name, NULL, said, leaked, list);
  g_free(said);
}

/* Of "api.db.pool.leaked" how many places there are. */
static double size_of(const struct results *results, const char *metric) {
  gchar *pool = g_strndup(metric, strlen(metric) - strlen(".leaked"));
  double size = results_value_of(results, pool, "size.end");
  g_free(pool);
  return size;
}

void leak_look_at_pools(const struct results *results, struct finding_list *list) {
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    if (!g_str_has_suffix(r->name, pool_tail) || !(r->estimate.value > 0)) continue;
    gchar *pool = g_strndup(r->name, strlen(r->name) - strlen(pool_tail));
    gchar **ends = g_strsplit(pool, ".", 2);
    gchar *name = g_strdup_printf("of %s for its calls of %s", ends[0], ends[1]);
    gchar *said = g_strdup_printf("%s of its %s places", format_count(r->estimate.value).text,
                                  format_count(size_of(results, r->name)).text);
    add(results, RULE_POOL_LEAK, ends[0], name, said, r->estimate.value, list);
    g_free(said);
    g_free(name);
    g_strfreev(ends);
    g_free(pool);
  }
}

/* "its 10 connections to db, 10 of which are held by calls whose message was lost" */
static char *pool_holds(const struct results *results, const char *name) {
  gchar *prefix = g_strdup_printf("%s.", name), *found = NULL;
  for (uint32_t i = 0; i < results->n && found == NULL; i++) {
    const struct result *r = &results->list[i];
    if (!g_str_has_prefix(r->name, prefix) || !g_str_has_suffix(r->name, pool_tail)) continue;
    double size = size_of(results, r->name);
    if (!(r->estimate.value >= HOLDS * size)) continue;
    const char *callee = r->name + strlen(prefix);
    found = g_strdup_printf(
        "its %s connection%s to %.*s, %s of which %s lost for good", format_count(size).text,
        size == 1 ? "" : "s", (int)(strlen(callee) - strlen(pool_tail)), callee,
        format_count(r->estimate.value).text, r->estimate.value == 1 ? "is" : "are");
  }
  g_free(prefix);
  return found;
}

char *leak_holds(const struct results *results, uint32_t component) {
  const struct component_spec *c = &results->scenario->spec.component[component];
  double leaked = results_value_of(results, c->name, "leaked");
  double workers = shortage_limit(c, "workers") * c->instances;
  if (!(leaked > 0) || !(leaked >= HOLDS * workers)) return pool_holds(results, c->name);
  gchar *said = workers_said(results, c, leaked);
  char *holds = g_strdup_printf("answers that were lost, with %s", said);
  g_free(said);
  return holds;
}

#include "places.h"

#include <glib.h>
#include <math.h>

#include "format.h"
#include "sim.h"
#include "way.h"

/* Where a member has so many waiting on average, no place is left for long. */
#define WAITING_FULL 1.0

struct places places_of(const struct results *results, uint32_t component) {
  const struct component_spec *c = &results->scenario->spec.component[component];
  double waiting = results_value_of(results, c->name, "waiting") / c->instances;
  if (c->kind->is_source || isnan(waiting) || results_find_of(results, c->name, "batch") == NULL) {
    return (struct places){.component = REF_NONE};
  }
  return (struct places){component, waiting, waiting >= WAITING_FULL};
}

struct places places_worst(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  struct places worst = {.component = REF_NONE};
  struct arena *arena = arena_new();
  struct way way = way_of(spec, client, arena);
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!way.on[i]) continue;
    struct places here = places_of(results, i);
    if (here.component == REF_NONE) continue;
    if (worst.component == REF_NONE || here.waiting > worst.waiting) worst = here;
  }
  arena_free(arena);
  return worst;
}

char *places_said(const struct results *results, const struct places *places) {
  const char *name = results->scenario->spec.component[places->component].name;
  double mean = results_value_of(results, name, "waiting"),
         end = results_value_of(results, name, "waiting.end");
  if (!(mean > 0)) return g_strdup("no call waits for a place in its batch");
  GString *text = g_string_new(NULL);
  g_string_printf(text, "%s calls wait for a place in its batch on average",
                  format_count(mean).text);
  if (end > 1.2 * mean && end >= 1) {
    g_string_append_printf(text, ", and %s when the run ended", format_count(end).text);
  }
  return g_string_free(text, FALSE);
}

#include "standstill.h"

#include <glib.h>

#include "answer.h"
#include "format.h"
#include "sim.h"

/* A wait that is longer by more than this factor has other reasons, too. */
#define EXPLAINS_MOST 2.0

char *standstill_said(const struct results *results, const struct composition *made_of) {
  const struct spec *spec = &results->scenario->spec;
  if (made_of->n == 0 || breakdown_path(spec, &made_of->share[0]) != NULL) return NULL;
  const struct share *most = &made_of->share[0];
  if (most->part != PART_QUEUE && most->part != PART_PAUSE) return NULL;
  const struct component_spec *c = &spec->component[most->component];
  double level = results_value_of(results, c->name, "paused");
  double longest = results_value_of(results, c->name, "pause.max");
  if (!(level > 0) || !(most->seconds <= EXPLAINS_MOST * longest)) return NULL;
  if (results_value_of(results, c->name, "utilization") >= BUSY_SATURATED) return NULL;
  return g_strdup_printf(
      "%s%s stood still for %s of the time, %s at a time",
      c->instances > 1 ? "each member of " : "", c->name, format_value(UNIT_RATIO, level).text,
      format_value(UNIT_SECONDS, results_value_of(results, c->name, "pause.mean")).text);
}

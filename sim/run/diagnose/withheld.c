#include "withheld.h"

#include <glib.h>
#include <stdlib.h>

#include "arena.h"
#include "format.h"
#include "outline.h"
#include "sim.h"
#include "tenancy.h"

#define WITHHELD_SHARE 0.1
#define FAILS_LEAST 0.01

/* Whether a fault of the scenario may be about the component: those of places and the ways between
 * them count, wherever they are. */
static bool is_hit(const struct results *results, uint32_t id) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (fault->on_path || !target_is_component(fault->target)) return true;
    if (fault->target.id == id || fault->target.id == tenancy_host(&spec->component[id])) {
      return true;
    }
  }
  return results_value_of(results, spec->component[id].name, "uptime") < 1;
}

/* The first, by name, that a fault has hit of what a backend calls, directly or through others;
 * REF_NONE. */
static uint32_t hit_behind(const struct results *results, uint32_t backend) {
  const struct spec *spec = &results->scenario->spec;
  bool *reached = mem_zeroed(spec->components, sizeof *reached);
  uint32_t found = REF_NONE;
  outline_reach(spec, backend, false, reached);
  for (uint32_t i = 0; i < spec->components && found == REF_NONE; i++) {
    if (i != backend && reached[i] && is_hit(results, i)) found = i;
  }
  free(reached);
  return found;
}

/* Whether what the balancer gives calls to fails them with no fault of its own to blame; and one
 * that a fault has hit further down. */
static bool fails_unhit(const struct results *results, const struct component_spec *balancer,
                        uint32_t *behind) {
  const struct spec *spec = &results->scenario->spec;
  struct arena *arena = arena_new();
  struct outline outline;
  outline_begin(&outline, arena);
  balancer->kind->outline(spec, balancer, OP_DEFAULT, &outline);
  bool fails = false, hit = false;
  *behind = REF_NONE;
  for (uint32_t k = 0; k < outline.calls; k++) {
    uint32_t to = outline.call[k].to;
    const char *name = spec->component[to].name;
    double errors = results_value_of(results, name, "errors");
    fails |= errors > FAILS_LEAST * results_value_of(results, name, "arrivals");
    hit |= is_hit(results, to);
    if (*behind == REF_NONE) *behind = hit_behind(results, to);
  }
  arena_free(arena);
  return fails && !hit;
}

void withheld_look(const struct results *results, const struct component_spec *balancer,
                   struct finding_list *list) {
  double out = results_value_of(results, balancer->name, "withheld_backends");
  double there = out + results_value_of(results, balancer->name, "healthy_backends");
  uint32_t behind;
  if (!(out >= WITHHELD_SHARE * there) || !fails_unhit(results, balancer, &behind)) return;
  struct finding *f = finding_add(list, RULE_WITHHELD, SEVERITY_SATURATED, balancer->name, NULL);
  f->effect = out / there;
  struct label n = format_count(out), of = format_count(there);
  gchar *why = behind == REF_NONE
                   ? g_strdup("no fault had hit them, and the others had their load to bear")
                   : g_strdup_printf("no fault had hit them, but one had hit %s, which they call",
                                     results->scenario->spec.component[behind].name);
  finding_say(f, n.text, "%s of the %s that were there on average, for failed checks or calls; %s",
              n.text, of.text, why);
  g_free(why);
}

#include "withheld.h"

#include "arena.h"
#include "format.h"
#include "outline.h"
#include "sim.h"

#define WITHHELD_SHARE 0.1
#define FAILS_LEAST 0.01

/* Whether a fault of the scenario may be about the component: those of places, hosts and the ways
 * between them count, wherever they are. */
static bool is_hit(const struct spec *spec, uint32_t id) {
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (fault->on_path || !target_is_component(fault->target)) return true;
    if (fault->target.id == id) return true;
  }
  return false;
}

/* Whether what the balancer gives calls to fails them with no fault to blame. */
static bool fails_by_itself(const struct results *results, const struct component_spec *balancer) {
  const struct spec *spec = &results->scenario->spec;
  struct arena *arena = arena_new();
  struct outline outline;
  outline_begin(&outline, arena);
  balancer->kind->outline(spec, balancer, OP_DEFAULT, &outline);
  bool fails = false, hit = false;
  for (uint32_t k = 0; k < outline.calls; k++) {
    const char *name = spec->component[outline.call[k].to].name;
    double errors = results_value_of(results, name, "errors");
    fails |= errors > FAILS_LEAST * results_value_of(results, name, "arrivals");
    hit |= is_hit(spec, outline.call[k].to) || results_value_of(results, name, "uptime") < 1;
  }
  arena_free(arena);
  return fails && !hit;
}

void withheld_look(const struct results *results, const struct component_spec *balancer,
                   struct finding_list *list) {
  double out = results_value_of(results, balancer->name, "withheld_backends");
  double there = out + results_value_of(results, balancer->name, "healthy_backends");
  if (!(out >= WITHHELD_SHARE * there) || !fails_by_itself(results, balancer)) return;
  struct finding *f = finding_add(list, RULE_WITHHELD, SEVERITY_SATURATED, balancer->name, NULL);
  f->effect = out / there;
  struct label n = format_count(out), of = format_count(there);
  finding_say(
      f, n.text,
      "%s of the %s that were there on average, for failed checks or calls; no fault had hit "
      "them, and the others had their load to bear",
      n.text, of.text);
}

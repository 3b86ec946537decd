#include "limiter.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "call_graph.h"
#include "recovery.h"
#include "sim.h"
#include "tenancy.h"
#include "way.h"

#define SATURATED 0.9
/* A member that is busier than all others by so much of the time is named. */
#define STANDS_OUT 0.2

static double of_member(const struct results *results, const struct component_spec *c, uint32_t i,
                        const char *metric) {
  gchar *name = g_strdup_printf("%s[%u]", c->name, i);
  double value = results_value_of(results, name, metric);
  g_free(name);
  return value;
}

static double busiest_member(const struct results *results, const struct component_spec *c) {
  double most = results_value_of(results, c->name, "utilization");
  for (uint32_t i = 1; c->instances > 1 && i <= c->instances; i++) {
    double value = of_member(results, c, i, "utilization");
    if (!isnan(value) && (isnan(most) || value > most)) most = value;
  }
  return most;
}

/* The one member that stands out, from 1 on; 0: none does. */
static uint32_t outstanding_member(const struct results *results, const struct component_spec *c) {
  double most = -1, next = -1;
  uint32_t found = 0;
  for (uint32_t i = 1; c->instances > 1 && i <= c->instances; i++) {
    double value = of_member(results, c, i, "utilization");
    if (value > most) {
      next = most;
      most = value;
      found = i;
    } else if (value > next) {
      next = value;
    }
  }
  return next >= 0 && most - next >= STANDS_OUT ? found : 0;
}

static char *name_of(const char *component, uint32_t member) {
  return member > 0 ? g_strdup_printf("%s[%u]", component, member) : g_strdup(component);
}

char *limiter_name(const struct limiter *limiter) {
  return name_of(limiter->name, limiter->member);
}

uint32_t limiter_member(const struct results *results, uint32_t component) {
  const struct component_spec *c = &results->scenario->spec.component[component];
  uint32_t member = outstanding_member(results, c);
  return member > 0 && of_member(results, c, member, "utilization") >= SATURATED ? member : 0;
}

/* Marks what can be reached from a component by calls, the component itself only through a circle.
 */
static void mark_reached(const struct call_pair *edge, uint32_t edges, uint32_t from, bool *reached,
                         uint32_t components) {
  memset(reached, 0, components * sizeof *reached);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 0; i < edges; i++) {
      if ((edge[i].from != from && !reached[edge[i].from]) || reached[edge[i].to]) continue;
      reached[edge[i].to] = changed = true;
    }
  }
}

/* The component in whose queues most calls can never go on; REF_NONE: there is none. */
static uint32_t most_deadlocked(const struct results *results, const struct way *way) {
  const struct spec *spec = &results->scenario->spec;
  uint32_t best = REF_NONE;
  double most = 0;
  for (uint32_t i = 0; i < spec->components; i++) {
    double stuck = results_value_of(results, spec->component[i].name, "deadlocked");
    if (!way->on[i] || !(stuck > most)) continue;
    most = stuck;
    best = i;
  }
  return best;
}

/* Who waits for whom: callers for callees, and what runs on a host for its cores, which then are on
 * the way, too. */
static const struct call_pair *who_waits(const struct spec *spec, struct way *way,
                                         struct arena *arena, uint32_t *n) {
  uint32_t calls;
  const struct call_pair *call = call_pairs(spec, arena, &calls);
  struct call_pair *all = arena_alloc(arena, (calls + spec->components + 1) * sizeof *all);
  if (calls > 0) memcpy(all, call, calls * sizeof *all);
  for (uint32_t i = 0; i < spec->components; i++) {
    uint32_t host = tenancy_host(&spec->component[i]);
    if (host == REF_NONE) continue;
    all[calls++] = (struct call_pair){i, host};
    way->on[host] |= way->on[i];
  }
  *n = calls;
  return all;
}

struct limiter limiter_find(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  struct arena *arena = arena_new();
  uint32_t edges = 0, n = spec->components, best = REF_NONE;
  struct way way = way_of(spec, client, arena);
  const struct call_pair *edge = who_waits(spec, &way, arena, &edges);
  double *busy = arena_alloc(arena, (n + 1) * sizeof *busy);
  bool *reached = arena_alloc(arena, (n + 1) * sizeof *reached);
  bool *waits = arena_alloc(arena, (n + 1) * sizeof *waits); /* for another saturated one */
  for (uint32_t i = 0; i < n; i++) {
    bool counts = way.on[i] && !spec->component[i].kind->is_source;
    busy[i] = counts ? busiest_member(results, &spec->component[i]) : NAN;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (!(busy[i] >= SATURATED)) continue;
    mark_reached(edge, edges, i, reached, n);
    for (uint32_t k = 0; k < n; k++) waits[i] |= k != i && reached[k] && busy[k] >= SATURATED;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (isnan(busy[i])) continue;
    bool better = best == REF_NONE || (waits[best] && !waits[i] && busy[i] >= SATURATED) ||
                  (waits[best] == waits[i] && busy[i] > busy[best]);
    if (better) best = i;
  }
  uint32_t deadlocked = most_deadlocked(results, &way);
  if (deadlocked != REF_NONE) best = deadlocked;
  struct limiter out = {.component = REF_NONE, .utilization = NAN, .queue = NAN};
  if (best != REF_NONE) {
    const struct component_spec *c = &spec->component[best];
    out = (struct limiter){.name = c->name,
                           .component = best,
                           .group = c->instances > 1,
                           .member = outstanding_member(results, c),
                           .deadlocked = deadlocked != REF_NONE,
                           .utilization = busy[best],
                           .queue = results_value_of(results, c->name, "queue.mean")};
    if (out.member > 0) out.queue = of_member(results, c, out.member, "queue.mean");
  }
  arena_free(arena);
  return out;
}

char *limiter_behind(const struct results *results, uint32_t component, bool at_end) {
  const struct spec *spec = &results->scenario->spec;
  struct arena *arena = arena_new();
  uint32_t edges = 0, n = spec->components;
  const struct call_pair *edge = call_pairs(spec, arena, &edges);
  bool *reached = arena_alloc(arena, (n + 1) * sizeof *reached);
  uint32_t found = REF_NONE;
  double most = SATURATED;
  mark_reached(edge, edges, component, reached, n);
  for (uint32_t i = 0; i < n; i++) {
    double busy = i != component && reached[i] ? busiest_member(results, &spec->component[i]) : NAN;
    if (at_end && !isnan(busy)) {
      busy = fmax(busy, recovery_level(results, i, SERIES_UTILIZATION));
    }
    if (!(busy >= most)) continue;
    most = busy;
    found = i;
  }
  arena_free(arena);
  if (found == REF_NONE) return NULL;
  return name_of(spec->component[found].name, limiter_member(results, found));
}

const char *limiter_places(const struct results *results, const char *name) {
  return results_find_of(results, name, "cores") != NULL ? "cores" : "workers";
}

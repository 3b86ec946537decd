#include "wire.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "answer.h"
#include "format.h"
#include "way.h"

/* A wire that is in use for this share of the time is near its limit. */
#define NEAR_LIMIT 0.8
/* Of the p99, what a full buffer takes to send before it is told. */
#define BUFFER_TELLS 0.1

struct wire wire_of(const struct results *results, uint32_t path, bool backwards) {
  const struct spec *spec = &results->scenario->spec;
  const struct path_spec *p = &spec->path[path];
  struct wire wire = {spec_place_name(spec, backwards ? p->to : p->from),
                      spec_place_name(spec, backwards ? p->from : p->to),
                      p->bits_per_s,
                      NAN,
                      NAN,
                      (double)p->buffer};
  gchar *owner = g_strdup_printf("path.%s.%s", wire.from, wire.to);
  wire.busy = results_value_of(results, owner, "utilization");
  wire.dropped = results_value_of(results, owner, "dropped");
  g_free(owner);
  return wire;
}

struct wire wire_busiest(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  struct wire best = {.busy = NAN};
  struct arena *arena = arena_new();
  struct way way = way_of(spec, client, arena);
  for (uint32_t i = 0; i < 2 * spec->paths; i++) {
    if (!way_has_path(&way, &spec->path[i / 2])) continue;
    struct wire wire = wire_of(results, i / 2, i % 2 == 1);
    if (wire.busy > best.busy || (isnan(best.busy) && !isnan(wire.busy))) best = wire;
  }
  arena_free(arena);
  return best;
}

static double full_s(const struct wire *w) {
  return w->bits_per_s > 0 ? 8 * w->buffer / w->bits_per_s : 0;
}

static void look_at_wire(const struct wire *w, struct finding_list *list) {
  enum severity severity = w->busy >= BUSY_SATURATED ? SEVERITY_SATURATED : SEVERITY_NEAR;
  gchar *component = g_strdup_printf("path.%s.%s", w->from, w->to);
  gchar *name = g_strdup_printf("from %s to %s", w->from, w->to);
  struct finding *f = finding_add(list, RULE_WIRE, severity, component, name);
  f->effect = w->busy;
  GString *more = g_string_new(NULL);
  if (w->dropped > 0) {
    g_string_append_printf(more, ", and %s of what came was dropped for want of room",
                           format_value(UNIT_RATIO, w->dropped).text);
  }
  if (full_s(w) > 0) {
    g_string_append_printf(more, "; what its full buffer of %s holds takes %s to send",
                           format_value(UNIT_BYTES, w->buffer).text,
                           format_value(UNIT_SECONDS, full_s(w)).text);
  }
  finding_say(f, format_busy(w->busy).text, "its %.4g Mbit/s are in use %s of the time%s",
              w->bits_per_s / 1e6, format_busy(w->busy).text, more->str);
  g_string_free(more, TRUE);
  g_free(component);
  g_free(name);
}

void wires_look(const struct results *results, struct finding_list *list) {
  for (uint32_t i = 0; i < 2 * results->scenario->spec.paths; i++) {
    struct wire w = wire_of(results, i / 2, i % 2 == 1);
    bool told = w.busy >= NEAR_LIMIT || w.dropped > 0;
    if (told && (i % 2 == 0 || strcmp(w.from, w.to) != 0)) look_at_wire(&w, list);
  }
}

char *wire_buffer_helps(const struct results *results, uint32_t client) {
  if (client == REF_NONE) return g_strdup("");
  struct wire w = wire_busiest(results, client);
  const char *name = results->scenario->spec.component[client].name;
  double p99 = results_value_of(results, name, "latency.p99");
  if (!(w.busy >= NEAR_LIMIT || w.dropped > 0) || !(full_s(&w) >= BUFFER_TELLS * p99)) {
    return g_strdup("");
  }
  return g_strdup_printf(
      "A smaller buffer from %s to %s helps, too: when it is full, its %s take %s to send.", w.from,
      w.to, format_value(UNIT_BYTES, w.buffer).text, format_value(UNIT_SECONDS, full_s(&w)).text);
}

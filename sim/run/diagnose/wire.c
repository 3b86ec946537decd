#include "wire.h"

#include <glib.h>
#include <math.h>

#include "way.h"

struct wire wire_of(const struct results *results, uint32_t path, bool backwards) {
  const struct spec *spec = &results->scenario->spec;
  const struct path_spec *p = &spec->path[path];
  struct wire wire = {spec_place_name(spec, backwards ? p->to : p->from),
                      spec_place_name(spec, backwards ? p->from : p->to), p->bits_per_s, NAN, NAN};
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

#include "way.h"

#include <string.h>

#include "call_graph.h"

struct way way_of(const struct spec *spec, uint32_t client, struct arena *arena) {
  uint32_t pairs, n = spec->components;
  struct way way = {spec, arena_alloc(arena, n + 1)};
  if (client == REF_NONE) {
    memset(way.on, true, n);
    return way;
  }
  const struct call_pair *pair = call_pairs(spec, arena, &pairs);
  way.on[client] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 0; i < pairs; i++) {
      if (!way.on[pair[i].from] || way.on[pair[i].to]) continue;
      way.on[pair[i].to] = changed = true;
    }
  }
  return way;
}

/* Some member of a component that is on the way lives in the zone, or in a zone of the region. */
static bool has_zone(const struct way *way, uint32_t zone, uint32_t region) {
  const struct spec *spec = way->spec;
  for (uint32_t c = 0; c < spec->components; c++) {
    const struct component_spec *component = &spec->component[c];
    for (uint32_t i = 0; way->on[c] && i < component->zones && i < component->instances; i++) {
      uint32_t its = component->zone[i];
      if (its == REF_NONE) continue;
      uint32_t in = spec->zone[its].region;
      if (its == zone || (in == region && in != REF_NONE)) return true;
    }
  }
  return false;
}

static bool has_target(const struct way *way, const struct fault_target *target) {
  switch (target->kind) {
    case TARGET_COMPONENT:
    case TARGET_MEMBER:
    case TARGET_EACH:
    case TARGET_RANDOM:
      return way->on[target->id];
    case TARGET_ZONE:
      return has_zone(way, target->id, REF_NONE);
    case TARGET_REGION:
      return has_zone(way, REF_NONE, target->id);
    case TARGET_GROUP:
      return false; /* see way_meets */
  }
  return false;
}

bool way_meets(const struct way *way, const struct fault_spec *fault) {
  if (fault->target.kind == TARGET_GROUP) {
    const struct target_group *group = &way->spec->group[fault->target.id];
    for (uint32_t i = 0; i < group->n; i++) {
      if (has_target(way, &group->target[i])) return true;
    }
    return false;
  }
  bool between = fault->on_path;
  return has_target(way, &fault->target) && (!between || has_target(way, &fault->other));
}

static bool has_place(const struct way *way, struct place place) {
  switch (place.kind) {
    case PLACE_COMPONENT:
      return way->on[place.id];
    case PLACE_ZONE:
      return has_zone(way, place.id, REF_NONE);
    case PLACE_REGION:
      return has_zone(way, REF_NONE, place.id);
  }
  return false;
}

bool way_has_path(const struct way *way, const struct path_spec *path) {
  return has_place(way, path->from) && has_place(way, path->to);
}

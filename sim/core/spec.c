#include "spec.h"

#include <string.h>

#include "dist_bounds.h"
#include "kind.h"
#include "tenancy.h"

uint32_t spec_find(const struct spec *spec, const char *name) {
  uint32_t low = 0, high = spec->components;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = strcmp(spec->component[middle].name, name);
    if (order == 0) return middle;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return REF_NONE;
}

const struct composed_spec *spec_composed(const struct component_spec *component) {
  const struct composed_spec *of = component->of;
  return of != NULL && strcmp(of->name, component->name) == 0 ? of : NULL;
}

bool spec_states(const struct component_spec *component, const char *key) {
  for (uint32_t i = 0; i < component->givens; i++) {
    if (!strcmp(component->given[i], key)) return true;
  }
  return false;
}

int spec_find_op(const struct spec *spec, const char *name) {
  for (uint32_t i = 0; i < spec->ops; i++) {
    if (!strcmp(spec->op[i], name)) return (int)i;
  }
  return -1;
}

/* --- which of the declared paths a message takes -------------------------------------------- */

/* 0: the place does not hold the site; else the more specific, the larger. */
static int place_match(const struct spec *spec, struct place place, struct site site) {
  switch (place.kind) {
    case PLACE_COMPONENT:
      return site.component == place.id ? 3 : 0;
    case PLACE_ZONE:
      return site.zone == place.id ? 2 : 0;
    case PLACE_REGION:
      return site.zone != REF_NONE && spec->zone[site.zone].region == place.id ? 1 : 0;
  }
  return 0;
}

/* Component beats zone beats region; of two ends the sum counts, then the more specific end. */
static int path_rank(const struct spec *spec, struct place a, struct place b, struct site from,
                     struct site to) {
  int at_a = place_match(spec, a, from);
  int at_b = place_match(spec, b, to);
  if (!at_a || !at_b) return 0;
  int greater = at_a > at_b ? at_a : at_b;
  return (at_a + at_b) * 4 + greater;
}

uint32_t spec_path_between(const struct spec *spec, struct site from, struct site to,
                           bool *backwards) {
  uint32_t best = REF_NONE;
  int best_rank = 0;
  for (uint32_t p = 0; p < spec->paths; p++) {
    const struct path_spec *path = &spec->path[p];
    int forth = path_rank(spec, path->from, path->to, from, to);
    int back = path->one_way ? 0 : path_rank(spec, path->to, path->from, from, to);
    if (forth > best_rank) {
      best_rank = forth;
      best = p;
      *backwards = false;
    }
    if (back > best_rank) {
      best_rank = back;
      best = p;
      *backwards = true;
    }
  }
  return best;
}

bool path_is_constant(const struct path_spec *path) {
  return path->latency.kind == DIST_CONSTANT && path->jitter.kind == DIST_CONSTANT &&
         path->loss <= 0 && path->bits_per_s <= 0 && path->reorder <= 0;
}

double path_least_ns(const struct path_spec *path) {
  return path->fixed_ns + dist_least(&path->latency) + dist_least(&path->jitter);
}

double path_mean_ns(const struct path_spec *path) {
  return path->fixed_ns + dist_mean(&path->latency) + dist_mean(&path->jitter) +
         path->reorder * (double)path->behind_ns;
}

const char *spec_place_name(const struct spec *spec, struct place place) {
  switch (place.kind) {
    case PLACE_COMPONENT:
      return spec->component[place.id].name;
    case PLACE_ZONE:
      return spec->zone[place.id].name;
    case PLACE_REGION:
      return spec->region[place.id];
  }
  return "";
}

const char *spec_path_from(const struct spec *spec, const struct path_spec *path) {
  return spec_place_name(spec, path->swapped ? path->to : path->from);
}

const char *spec_path_to(const struct spec *spec, const struct path_spec *path) {
  return spec_place_name(spec, path->swapped ? path->from : path->to);
}

uint32_t tenancy_host(const struct component_spec *component) {
  if (component->kind->tenancy == NULL) return REF_NONE;
  return component->kind->tenancy(component->config).host;
}

bool spec_plans_fault(const struct spec *spec) {
  for (uint32_t i = 0; i < spec->faults; i++) {
    if (!spec->fault[i].recurring) return true;
  }
  return false;
}

#include "placement.h"

#include <assert.h>
#include <stdlib.h>

#include "arena.h"

/* Walks over the places of all groups, twice the same way: to count them by disk, and to fill in.
 */
struct walk {
  struct placement *placement;
  bool fills;
};

static void put(const struct walk *walk, uint32_t group, uint32_t disk) {
  struct placement *p = walk->placement;
  if (walk->fills) {
    p->group[p->first[disk]++] = group;
  } else {
    p->first[disk + 1]++;
  }
}

static void permute(struct draws *draws, uint32_t *order, uint32_t n) {
  for (uint32_t i = n; i > 1; i--) {
    uint32_t k = (uint32_t)draws_below(draws, i), other = order[k];
    order[k] = order[i - 1];
    order[i - 1] = other;
  }
}

static void walk_sets(const struct walk *walk, struct stream stream) {
  const struct placement *p = walk->placement;
  uint32_t *order = mem_alloc(p->disks * sizeof *order);
  uint32_t in_a_cut = p->disks / p->copies;
  for (uint32_t g = 0; g < p->groups; g++) {
    uint32_t cut = g / in_a_cut, at = g % in_a_cut * p->copies;
    if (at == 0) {
      for (uint32_t d = 0; d < p->disks; d++) order[d] = d;
      struct draws draws = draws_begin(stream, cut, 0);
      if (cut > 0) permute(&draws, order, p->disks);
    }
    for (uint32_t i = 0; i < p->copies; i++) put(walk, g, order[at + i]);
  }
  free(order);
}

/* --- at random ------------------------------------------------------------------------------ */

static uint32_t zone_of(const struct component_spec *spec, uint32_t disk) {
  return spec->zones ? spec->zone[disk % spec->zones] : 0;
}

static uint32_t zones_with_disks(const struct component_spec *spec, uint32_t disks) {
  uint32_t n = 0, entries = spec->zones < disks ? spec->zones : disks;
  for (uint32_t i = 0; i < entries; i++) {
    uint32_t before = 0;
    while (spec->zone[before] != spec->zone[i]) before++;
    n += before == i;
  }
  return n;
}

static bool taken(const struct component_spec *spec, bool apart, const uint32_t *chosen, uint32_t n,
                  uint32_t disk) {
  for (uint32_t i = 0; i < n; i++) {
    if (chosen[i] == disk || (apart && zone_of(spec, chosen[i]) == zone_of(spec, disk)))
      return true;
  }
  return false;
}

static void walk_random(const struct walk *walk, const struct component_spec *spec,
                        struct stream stream) {
  const struct placement *p = walk->placement;
  bool apart = zones_with_disks(spec, p->disks) >= p->copies;
  uint32_t chosen[64];
  assert(p->copies <= 64);
  for (uint32_t g = 0; g < p->groups; g++) {
    struct draws draws = draws_begin(stream, g, 0);
    for (uint32_t i = 0; i < p->copies; i++) {
      do {
        chosen[i] = (uint32_t)draws_below(&draws, p->disks);
      } while (taken(spec, apart, chosen, i, chosen[i]));
      put(walk, g, chosen[i]);
    }
  }
}

static void walk_all(const struct walk *walk, const struct component *component,
                     enum placement_rule rule, struct stream stream) {
  if (rule == PLACE_RANDOM) {
    walk_random(walk, component->spec, stream);
  } else {
    walk_sets(walk, stream);
  }
}

void placement_init(struct placement *p, struct sim *sim, const struct component *component,
                    enum placement_rule rule, uint32_t copies, uint64_t groups, uint64_t scatter) {
  uint32_t n = component->members;
  if (rule == PLACE_SETS) groups = placement_cuts(scatter, copies) * (n / copies);
  assert(groups <= PLACEMENT_GROUPS_MAX && copies <= n);
  *p = (struct placement){.disks = n, .copies = copies, .groups = (uint32_t)groups};
  p->first = mem_zeroed(n + 2, sizeof *p->first);
  p->group = mem_alloc((size_t)groups * copies * sizeof *p->group);
  struct stream stream = sim_stream(sim, component, "placement");
  walk_all(&(struct walk){p, false}, component, rule, stream);
  for (uint32_t d = 0; d < n; d++) p->first[d + 1] += p->first[d];
  /* Filling moves each beginning on to the next one's, where it is moved back from. */
  walk_all(&(struct walk){p, true}, component, rule, stream);
  for (uint32_t d = n; d > 0; d--) p->first[d] = p->first[d - 1];
  p->first[0] = 0;
}

void placement_free(struct placement *p) {
  free(p->first);
  free(p->group);
}

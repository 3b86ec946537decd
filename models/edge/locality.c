#include "locality.h"

#include "arena.h"

/* The entry of a zone, which is added when new. */
static uint32_t entry(uint32_t *zone, uint32_t *zones, uint32_t of) {
  for (uint32_t i = 0; i < *zones; i++) {
    if (zone[i] == of) return i;
  }
  zone[*zones] = of;
  return (*zones)++;
}

void locality_init(struct sim *sim, const struct member *member, struct locality *locality,
                   struct member *const *to, uint32_t n) {
  const struct component *self = member->component;
  uint32_t *zone = arena_alloc(sim->arena, (n + self->members) * sizeof *zone), zones = 0;
  locality->of = arena_alloc(sim->arena, (n + 1) * sizeof *locality->of);
  locality->mine = arena_alloc(sim->arena, (n + self->members) * sizeof *locality->mine);
  for (uint32_t i = 0; i < n; i++) locality->of[i] = entry(zone, &zones, to[i]->zone);
  for (uint32_t i = 0; i < self->members; i++) {
    locality->mine[entry(zone, &zones, self->member[i].zone)] += 1.0 / self->members;
  }
  locality->own = entry(zone, &zones, member->zone);
  locality->zones = zones;
  locality->in_use = arena_alloc(sim->arena, zones * sizeof *locality->in_use);
  locality->share = arena_alloc(sim->arena, zones * sizeof *locality->share);
  locality->next = arena_alloc(sim->arena, zones * sizeof *locality->next);
  locality->draw = sim_stream(sim, self, "zone");
}

/* What other zones have to spare, as shares of what leaves this one. */
static void spill_over(struct locality *l, double leaves) {
  double spare = 0;
  for (uint32_t z = 0; z < l->zones; z++) {
    bool spares = z != l->own && l->in_use[z] > l->mine[z];
    l->share[z] = spares ? l->in_use[z] - l->mine[z] : 0;
    spare += l->share[z];
  }
  double part = spare > 0 ? leaves / spare : 0;
  for (uint32_t z = 0; z < l->zones; z++) l->share[z] *= part;
  l->share[l->own] = 1 - leaves;
}

void locality_share(struct locality *l, const struct locality_config *config, const uint32_t *which,
                    uint32_t n) {
  l->on = n >= config->least && n > 0;
  for (uint32_t z = 0; z < l->zones; z++) l->in_use[z] = 0;
  for (uint32_t i = 0; i < n; i++) l->in_use[l->of[which[i]]] += 1.0 / n;
  double here = l->in_use[l->own], mine = l->mine[l->own];
  if (config->spill == SPILL_LAST) {
    for (uint32_t z = 0; z < l->zones; z++) {
      l->share[z] = here == 0 ? l->in_use[z] : z == l->own ? 1 : 0;
    }
  } else {
    /* Sums of equal parts: what is even has to count as even. */
    spill_over(l, here >= mine - 1e-9 ? 0 : 1 - here / mine);
  }
}

uint32_t locality_draw(const struct locality *l, uint64_t key) {
  struct draws draws = draws_begin(l->draw, key, 0);
  double u = draws_unit(&draws);
  uint32_t last = l->own;
  for (uint32_t z = 0; z < l->zones; z++) {
    if (l->share[z] <= 0) continue;
    last = z;
    u -= l->share[z];
    if (u < 0) break;
  }
  return last;
}

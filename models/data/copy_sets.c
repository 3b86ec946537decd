#include "copy_sets.h"

#include <stddef.h>
#include <stdio.h>

#include "arena.h"
#include "metric.h"

/* --- which set ------------------------------------------------------------------------------ */

struct copy_sets *copy_sets_new(struct sim *sim, struct component *component,
                                const struct copies_config *config, const struct sharding *rule) {
  struct copy_sets *sets = arena_alloc(sim->arena, sizeof *sets);
  sets->members = copies_members(config);
  sets->n = component->members / sets->members;
  sets->group = arena_alloc(sim->arena, sets->n * sizeof(struct group *));
  sets->quorum = arena_alloc(sim->arena, sets->n * sizeof(struct quorum *));
  if (sets->n > 1) sets->shards = shards_of_sets(sim, component, rule, sets->n);
  return sets;
}

/* A call without a data key goes to any: not by the draw that chooses among the set's members. */
static uint32_t set_of(const struct copy_sets *sets, const struct component *component,
                       const struct frame *call) {
  if (sets->n == 1) return 0;
  if (call->item != 0) return shards_where(sets->shards, call->item);
  struct draws draws = draws_begin(component->pick, call->key, 1);
  return (uint32_t)draws_below(&draws, sets->n);
}

struct member *copy_sets_pick(const struct component *component, const struct frame *call) {
  const struct copy_sets *sets = component->shared;
  uint32_t i = set_of(sets, component, call);
  return sets->group[i] ? route_pick(sets->group[i], call) : quorum_pick(sets->quorum[i], call);
}

/* --- primaries ------------------------------------------------------------------------------ */

static struct group *group_of(const struct member *member) {
  const struct copy_sets *sets = member->component->shared;
  return sets->group[(member->index - 1) / sets->members];
}

struct member *copy_sets_primary(const struct member *of) {
  const struct group *group = group_of(of);
  return group->copy[group->primary].member;
}

bool copy_sets_promote(struct sim *sim, struct member *of, const bool *except) {
  struct group *group = group_of(of);
  return promote(sim, group, except + group->first);
}

/* Times of the copies of one shard. */
static void put_times(const struct group *group, size_t at, const char *shard, const char *what,
                      struct metrics *out) {
  double sum = 0, n = 0, most = 0;
  for (uint32_t i = 0; i < group->n; i++) {
    const struct hist *times = (const void *)((const char *)group->copy[i].meters + at);
    double longest = hist_count(times) ? (double)hist_max(times) : 0;
    sum += (double)hist_sum(times);
    n += (double)hist_count(times);
    most = longest > most ? longest : most;
  }
  metric_quotient(out, UNIT_SECONDS, sum / 1e9, n, "%s.%s.mean", shard, what);
  metric_extreme(out, METRIC_MAX, UNIT_SECONDS, n > 0, most / 1e9, "%s.%s.max", shard, what);
}

void copy_sets_collect(const struct component *component, struct metrics *out) {
  const struct copy_sets *sets = component->shared;
  for (uint32_t s = 0; sets->n > 1 && s < sets->n && sets->group[s]; s++) {
    const struct group *group = sets->group[s];
    char shard[128];
    snprintf(shard, sizeof shard, "%s.shard.%u", component->spec->name, s + 1);
    double promotions = 0, lost = 0;
    for (uint32_t i = 0; i < group->n; i++) {
      promotions += (double)group->copy[i].meters->promotions;
      lost += (double)group->copy[i].meters->lost;
    }
    metric_counted(out, UNIT_COUNT, promotions, 1, "%s.promotions", shard);
    metric_counted(out, UNIT_COUNT, lost, 1, "%s.lost_writes", shard);
    put_times(group, offsetof(struct copy_meters, recovery_time), shard, "recovery_time", out);
    put_times(group, offsetof(struct copy_meters, recovery_point), shard, "recovery_point", out);
  }
}

/* --- places --------------------------------------------------------------------------------- */

void copy_sets_place(struct component_spec *component, const struct copies_config *config,
                     struct arena *arena) {
  if (!config->given) return;
  uint32_t members = copies_members(config), n = config->zone.n;
  bool several = component->instances > 1;
  component->instances *= members;
  component->copies = members;
  if (n == 0) return;
  component->zones = n;
  component->zone = config->zone.id;
  if (!several || members % n == 0) return;
  uint32_t *zone = arena_alloc(arena, members * sizeof *zone);
  for (uint32_t i = 0; i < members; i++) zone[i] = config->zone.id[i % n];
  component->zones = members;
  component->zone = zone;
}

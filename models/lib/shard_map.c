#include "shard_map.h"

#include <assert.h>
#include <string.h>

static struct ring *ring_of(struct arena *arena, const struct shard_map *map,
                            const uint64_t *identity) {
  struct ring *ring = ring_new(arena, map->n * map->rule.points);
  for (uint32_t i = 0; i < map->n; i++) {
    ring_add(ring, map->which[i], identity[map->which[i]], map->rule.points);
  }
  ring_close(ring);
  return ring;
}

struct shard_map *shard_map_new(struct arena *arena, const struct sharding *rule,
                                const uint32_t *which, uint32_t n, const uint64_t *identity,
                                uint64_t keys) {
  struct shard_map *map = arena_alloc(arena, sizeof *map);
  uint32_t *all = arena_alloc(arena, n * sizeof *all);
  memcpy(all, which, n * sizeof *all);
  *map = (struct shard_map){.rule = *rule, .n = n, .which = all};
  if (rule->rule == SHARDS_RING) map->ring = ring_of(arena, map, identity);
  if (rule->rule != SHARDS_RANGE) return map;
  struct shard_range *range = arena_alloc(arena, n * sizeof *range);
  for (uint32_t i = 0; i < n; i++) {
    range[i] = (struct shard_range){(uint32_t)(keys * i / n) + 1, which[i]};
  }
  map->range = range;
  return map;
}

struct shard_map *shard_map_join(struct arena *arena, const struct shard_map *before, uint32_t one,
                                 const uint64_t *identity, uint32_t from, uint32_t low) {
  struct shard_map *map = arena_alloc(arena, sizeof *map);
  uint32_t n = before->n, *all = arena_alloc(arena, (n + 1) * sizeof *all);
  memcpy(all, before->which, n * sizeof *all);
  all[n] = one;
  *map = (struct shard_map){.rule = before->rule, .n = n + 1, .which = all};
  if (map->rule.rule == SHARDS_RING) map->ring = ring_of(arena, map, identity);
  if (map->rule.rule != SHARDS_RANGE) return map;
  struct shard_range *range = arena_alloc(arena, (n + 1) * sizeof *range);
  uint32_t k = 0;
  for (uint32_t i = 0; i < n; i++) {
    range[k++] = before->range[i];
    if (before->range[i].which == from) range[k++] = (struct shard_range){low, one};
  }
  assert(k == n + 1);
  map->range = range;
  return map;
}

/* The last one that begins at a key or before it. */
static uint32_t find_range(const struct shard_map *map, uint32_t key) {
  uint32_t low = 0, high = map->n;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (map->range[middle].low <= key) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

struct shard_range shard_map_range(const struct shard_map *map, uint32_t which, uint32_t end,
                                   uint32_t *behind) {
  uint32_t i = 0;
  while (map->range[i].which != which) i++;
  *behind = i + 1 < map->n ? map->range[i + 1].low : end;
  return map->range[i];
}

uint32_t shard_map_owner(const struct shard_map *map, uint32_t key, uint64_t hash) {
  switch ((enum sharding_rule)map->rule.rule) {
    case SHARDS_UNSAID: { /* as component_holder */
      __extension__ typedef unsigned __int128 u128;
      return map->which[(uint64_t)(((u128)hash * map->n) >> 64)];
    }
    case SHARDS_HASH:
      return map->which[hash % map->n];
    case SHARDS_RANGE:
      return map->range[find_range(map, key)].which;
    case SHARDS_RING:
      break;
  }
  return map->ring->point[ring_find(map->ring, hash)].which;
}

/* Which shard a data key lives on.
 *
 *   not said         the high end of the hash: equal parts of it, as of members that keep data
 *   hash             the key's hash modulo the number of shards: even, but most keys move when one
 *                    comes
 *   range            each has the keys from one to the next bound; one that comes takes the upper
 *                    part of another one's
 *   consistent_hash  the first point behind the key's hash on a ring (ring.h): one that comes takes
 *                    its share from all, and nothing else moves
 *
 * A map never changes: when a shard comes there is another one. It lives in the arena. */
#ifndef SHARD_MAP_H
#define SHARD_MAP_H

#include "param.h"
#include "ring.h"

struct shard_range {
  uint32_t low; /* its first key; it ends where the next range begins */
  uint32_t which;
};

struct shard_map {
  struct sharding rule;
  uint32_t n;            /* shards, */
  const uint32_t *which; /* their numbers, in the order in which they came */
  struct ring *ring;
  const struct shard_range *range; /* n of them, by key */
};

/* Shards with these numbers; `identity` by number: no other one has it. `keys`: 1 to that are
 * divided, where it is by range. */
struct shard_map *shard_map_new(struct arena *arena, const struct sharding *rule,
                                const uint32_t *which, uint32_t n, const uint64_t *identity,
                                uint64_t keys);

/* The same and one more. By range it takes what lies in the range of `from` at `low` or behind. */
struct shard_map *shard_map_join(struct arena *arena, const struct shard_map *before, uint32_t one,
                                 const uint64_t *identity, uint32_t from, uint32_t low);

/* The range of a shard: its first key, and the first one behind it (`end` where there is none). */
struct shard_range shard_map_range(const struct shard_map *map, uint32_t which, uint32_t end,
                                   uint32_t *behind);

uint32_t shard_map_owner(const struct shard_map *map, uint32_t key, uint64_t hash);

#endif

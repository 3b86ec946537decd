/* The shards of a database: members of which each has a part of the data keys (shard_map.h).
 *
 * When a member enters the register that has none, the map changes, and keys move, each from the
 * shard that has it (the giver) to the one that will (the taker). Each giver moves one key at a
 * time, in their order: reading it holds one of its workers, then writing it one of the taker's. A
 * call goes to where its key is at that instant. Who comes while keys still move waits for that. If
 * moving takes no time all move at once.
 *
 * A shard that leaves or crashes keeps its keys, and calls for them are refused meanwhile; moving
 * goes on when both are there again. Invariant: a key is on one shard, that of the map before while
 * it still has to move, that of the present map otherwise. */
#ifndef SHARDS_H
#define SHARDS_H

#include "quorum.h"
#include "shard_map.h"
#include "timer.h"

/* With keys that move one by one; the share that moves at once, and how even the shards are, are
 * estimated from so many where there are more. */
#define SHARDS_MOST_KEYS UINT64_C(1000000)
#define SHARDS_SAMPLE UINT64_C(100000)

/* Keys that were asked for last: where the busiest range is split. */
#define SHARDS_RECENT 63u

struct shard_meters {
  uint64_t moved;         /* keys that have left for another shard; at once: an estimate */
  uint64_t moves, stays;  /* at each change of the map, of all keys of this shard */
  struct level remaining; /* keys that still have to leave */
};

struct shard;

struct shards {
  struct sim *sim;
  struct component *component;
  uint32_t n, width; /* shards, and the members that keep the keys of each, side by side */
  const struct sharding *rule;
  const struct dist *move; /* ns */
  uint64_t keys;
  uint64_t *identity;             /* by number, from 0, */
  struct shard **shard;           /* as these; where width is 1 */
  struct shard_map *now, *before; /* before: NULL unless keys move */
  uint32_t *key;                  /* those that move: each giver's own, rising */
  uint32_t givers;                /* that are not done */
};

struct shard {
  struct shards *shards;
  struct member *member;
  struct shard_meters *meters;
  struct stream give, take;
  uint32_t first, end;  /* into shards->key: those that still have to move */
  uint64_t left, leave; /* keys that have moved since time 0, and that had to */
  uint64_t asked;       /* calls since the map changed */
  uint32_t recent[SHARDS_RECENT];
  struct timer again;
};

/* In the order of the kind's messages. */
enum { SHARDS_GIVE = QUORUM_MESSAGES, SHARDS_TAKE };

bool shards_move_in_time(const struct dist *move); /* or all at once */

/* `n`: of how many shards. */
bool shards_validate(const struct spec *spec, const struct sharding *rule, const struct dist *move,
                     uint32_t n, struct error *err);

/* `n` of them, of which each is a set of members that keep copies of the same keys (copy_sets.h):
 * no key ever moves. */
struct shards *shards_of_sets(struct sim *sim, struct component *component,
                              const struct sharding *rule, uint32_t n);
/* The number of the shard that has a key, from 0. */
uint32_t shards_where(const struct shards *s, uint32_t key);

/* Of a member; the last one makes the first map. */
struct shard *shard_new(struct sim *sim, struct member *member, const struct sharding *rule,
                        const struct dist *move, struct shard_meters *meters);

struct member *shards_pick(const struct component *component, const struct frame *call);

/* A member entered the register, or left it. */
void shards_on_peer(struct sim *sim, struct shard *shard, const struct member *about);

/* A message that moves a key: how long it holds a worker; it has. */
uint64_t shard_move_ns(const struct sim *sim, const struct shard *shard,
                       const struct frame *message);
void shard_on_answer(struct sim *sim, struct shard *shard, struct frame *message,
                     enum outcome outcome);
/* Goes on with moving: after a pause, or a crash. */
void shard_go_on(struct sim *sim, struct shard *shard);

void shard_check(const struct shard *shard, struct checks *out);

/* How even keys and calls are: `calls` of each member, in their order. */
extern const struct metric_def shards_metrics[];
void shards_collect(const struct shards *s, uint64_t (*calls)(const struct member *),
                    struct metrics *out);

#endif

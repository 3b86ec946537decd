/* Shards that have copies: the members of a database in sets side by side, of which each keeps the
 * copies of its own part of the data keys, and knows nothing of the others: a group with a primary
 * (copies.h), or a quorum without one (quorum.h). So what one set loses, or how long it is without
 * a primary, is about its keys alone (as in MongoDB's sharded clusters, whose shards are replica
 * sets; Vitess; ranges of CockroachDB). Without `shards` all members are one set.
 *
 * Keys do not move. Invariant: a call with a data key goes to a member of the set that has it. */
#ifndef COPY_SETS_H
#define COPY_SETS_H

#include "quorum.h"
#include "shards.h"

struct copy_sets {
  struct shards *shards;  /* NULL: one set */
  uint32_t n, members;    /* sets, and members of each, coordinators among them */
  struct group **group;   /* by set; with a primary, */
  struct quorum **quorum; /* and without one */
};

/* What all members share. */
struct copy_sets *copy_sets_new(struct sim *sim, struct component *component,
                                const struct copies_config *config, const struct sharding *rule);

/* The member that a call goes to. */
struct member *copy_sets_pick(const struct component *component, const struct frame *call);

/* The member that callers take for the primary of a member's set; another one of that set becomes
 * it, as kind.h says. */
struct member *copy_sets_primary(const struct member *of);
bool copy_sets_promote(struct sim *sim, struct member *of, const bool *except);

/* What became of the primary of each shard; nothing where there is one set, or no primary. */
struct metrics;
void copy_sets_collect(const struct component *component, struct metrics *out);

/* Where the members live: each set begins its list of zones from the front. */
void copy_sets_place(struct component_spec *component, const struct copies_config *config,
                     struct arena *arena);

#endif

/* A shard: one of n parts of a sweep, to be run by one of n jobs. Counted from 1.
 *
 * Points are dealt out in turn (point p belongs to shard (p - 1) mod n + 1), because neighbours
 * cost alike. `auto` asks the environment which part this job is to do:
 *
 *   ARCHSIM_SHARD=i/n                      set by the user
 *   CI_NODE_INDEX, CI_NODE_TOTAL           GitLab CI, parallel: n
 *   SLURM_ARRAY_TASK_ID                    Slurm job arrays from 1 to n; n is stated: auto/n
 *   JOB_COMPLETION_INDEX                   Kubernetes indexed jobs, from 0; n is stated: auto/n
 *
 * Slurm does tell a count, but a wrong one when only some tasks of an array are run again. */
#ifndef SHARD_H
#define SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#define SHARDS_MAX 100000u

struct shard {
  uint32_t i, n; /* 1 <= i <= n; the whole is 1 of 1 */
};

/* Understands "i/n", "auto", "auto/n"; NULL is the whole. On a mistake, contradictory variables
 * among them, false and a sentence. */
bool shard_parse(const char *text, struct shard *out, struct error *err);

/* The shard, of n, that makes a point (counted from 1). */
uint32_t shard_of(uint32_t point, uint32_t n);

#endif

/* The results of an earlier `run --json`, read back to compare a new run with them. */
#ifndef BASE_H
#define BASE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"

struct base_metric {
  const char *name;
  double value, lo, hi; /* NaN: undefined */
  uint32_t n;
  uint32_t values; /* entries of `replication`; 0: the file does not have them */
  const double *replication;
};

struct base {
  struct arena *arena;
  const char *scenario; /* "" if unknown */
  uint64_t seed, duration_ns, warmup_ns;
  uint32_t replications;
  const char *params; /* "rate=600/s, servers=2", or "" */
  uint32_t n;
  const struct base_metric *metric; /* sorted by name */
};

/* False and one sentence if the file cannot be read or is no such result. Release with base_free.
 */
bool base_read(const char *path, struct base *base, struct error *err);

/* The same from a tree; `path` is for messages. */
bool base_from_tree(const json_t *tree, const char *path, struct base *base, struct error *err);

/* The metric of that name, or NULL. */
const struct base_metric *base_find(const struct base *base, const char *name);

void base_free(struct base *base);

#endif

/* How a balancer chooses among its backends: one file and one row in models/meson.build each.
 *
 * What a choice may look at is here. It must depend on nothing else, and draw from `draws` alone,
 * which begins with the call's own key. */
#ifndef ALGORITHM_H
#define ALGORITHM_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "rng.h"

/* What every choice looks at: few lines even of many backends. */
struct busy {
  struct member *member;
  uint64_t active; /* calls that it was chosen for and that have not ended */
};

/* Those that a call may go to: at least one. */
struct candidates {
  const uint32_t *which; /* their numbers, ascending */
  uint32_t n;
  uint32_t first; /* position at which to begin, where choices take turns */
};

#define ALGORITHM_MAX_CHOICES 16

struct choosing {
  const struct busy *busy; /* by number */
  uint64_t choices;        /* at most ALGORITHM_MAX_CHOICES */
  uint64_t hashed;         /* the key or the user of the request, where the algorithm hashes */
};

enum turns {
  TURNS_NONE,
  TURNS_ALL,  /* each call goes to the backend behind the last one */
  TURNS_TIES, /* among equal ones they do: looking begins one further with each call */
};

enum compares { COMPARES_NONE, COMPARES_CHOICES, COMPARES_ALL };

struct algorithm {
  const char *name;
  enum turns turns;
  bool hashes;            /* chooses by a property of the request: `by` is read */
  enum compares compares; /* the calls under way of how many backends */
  /* One of c->which. NULL: c->which[c->first]. */
  uint32_t (*pick)(const struct choosing *from, const struct candidates *c,
                   const struct frame *call, struct draws *draws);
};

/* NULL-terminated, with their names in the same order. */
extern const struct algorithm *const algorithms[];
extern const char *const algorithm_names[];

#endif

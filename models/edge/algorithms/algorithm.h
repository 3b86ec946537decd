/* How a balancer chooses among its backends: one file and one row in models/meson.build each.
 *
 * What a choice may look at is here. It must depend on nothing else, and draw from `draws` alone,
 * which begins with the call's own key. */
#ifndef ALGORITHM_H
#define ALGORITHM_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "frame.h"
#include "rng.h"

/* What every choice looks at: few lines even of many backends. */
struct busy {
  struct member *member;
  uint64_t active; /* calls that it was chosen for and that have not ended */
};

/* Backends as an algorithm that prepares something is told of them, once. */
struct backends {
  uint32_t n;
  const uint64_t *identity; /* no other backend has it; the same for every balancer */
  const double *weight;     /* NULL: all are equal */
  uint64_t points;          /* consistent_hash: on the ring, of a weight of 1 */
  uint32_t levels;          /* priority: components, one behind the other */
};

/* Those that a call may go to: at least one. */
struct candidates {
  const uint32_t *which; /* their numbers, ascending */
  uint32_t n;
  uint32_t first; /* position at which to begin, where choices take turns */
};

#define ALGORITHM_MAX_CHOICES 16

struct levels;

struct choosing {
  const struct busy *busy;      /* by number */
  uint64_t choices;             /* at most ALGORITHM_MAX_CHOICES */
  uint64_t hashed;              /* what of the request `by` names, where the algorithm hashes */
  const double *weight;         /* by number, that of each candidate above 0; NULL: all are equal */
  void *memory;                 /* what `prepare` made */
  const struct candidates *all; /* those in use, candidates or not, */
  uint64_t version;             /* which changed so many times */
  double bounded;               /* consistent_hash: see there; 0: it is not */
  uint64_t now_ns;
  const struct levels *levels; /* priority; else NULL */
  const double *distance_ns;   /* nearest: by number */
  uint64_t *diverted;          /* with a bound: calls that went past a backend */
};

static inline double weight_of(const double *weight, uint32_t which) {
  return weight ? weight[which] : 1;
}

/* As many different candidates as there are choices, by weight if there are any; how many. Choices
 * that are drawn one after the other, never the same twice (Envoy and HAProxy draw each by itself,
 * and may draw one twice). */
uint32_t draw_choices(const struct choosing *from, const struct candidates *c, struct draws *draws,
                      uint32_t *which);

/* Whether a backend is one of the candidates. */
bool candidates_have(const struct candidates *c, uint32_t which);

/* The candidate at `u` of [0, 1), when they lie in a row, each as long as its weight. */
uint32_t candidates_at(const struct candidates *c, const double *weight, double u);

/* Of n (at least one) backends the one whose turn it is by weight, spread as evenly as possible.
 * `gained`, by number, is what each has gained in earlier turns; 0 at first. */
uint32_t turn_by_weight(double *gained, const double *weight, const uint32_t *which, uint32_t n);

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
  bool weighs;            /* `weights` are read, */
  bool ramps;             /* at each choice, so that they may change: `slow_start` is read */
  bool by_level;          /* the components among the backends are priority levels */
  bool by_distance;       /* it looks at what messages take on the way */
  enum compares compares; /* the calls under way of how many backends */
  /* What it keeps, for one balancer; NULL: nothing. */
  void *(*prepare)(struct arena *arena, const struct backends *backends);
  /* A try at a backend ended, whatever its outcome. NULL: it does not listen. */
  void (*hear)(void *memory, uint32_t which, uint64_t took_ns, uint64_t now_ns);
  /* The balancer starts again and knows nothing of that. NULL: there is nothing to forget. */
  void (*forget)(void *memory, uint32_t n);
  /* One of c->which. NULL: c->which[c->first]. */
  uint32_t (*pick)(const struct choosing *from, const struct candidates *c,
                   const struct frame *call, struct draws *draws);
};

/* NULL-terminated, with their names in the same order. */
extern const struct algorithm *const algorithms[];
extern const char *const algorithm_names[];

#endif

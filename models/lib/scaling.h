/* How many members there should be: the rules of the horizontal autoscaler of Kubernetes, as plain
 * arithmetic.
 *
 * From a reading a number is wanted (scaling_wanted). It is not followed at once: up to the least
 * number wanted within one window, down to the largest wanted within another (stabilisation), and
 * no faster than the paces allow (scaling_next). Sources: kubernetes.io, Horizontal Pod
 * Autoscaling; KEP-853, configurable scale velocity. */
#ifndef SCALING_H
#define SCALING_H

#include "control.h"
#include "reading.h"

struct arena;

struct scale_rule {
  uint64_t from, to;
  struct scale_pace up, down; /* wait_ns: the windows */
};

struct scale_load {
  double value, target, tolerance;
  enum reading_sort sort; /* OF_MEMBERS: of the `ready` ones */
  uint64_t members;       /* that are wanted now */
  uint64_t ready, unready;
};

/* Without bounds. A value of NaN wants as many as there are; of no members any load wants one. */
uint64_t scaling_wanted(const struct scale_load *load);

struct scaling {
  uint32_t n, next, room; /* numbers that were wanted, in a ring */
  struct scale_entry {
    uint64_t at_ns, n;
    bool up; /* of a change: so many more; else fewer */
  } * entry;
  uint32_t changes, next_change, change_room;
  struct scale_entry *change; /* in another ring */
};

/* Room for one decision every `every_ns`. */
void scaling_init(struct scaling *scaling, const struct scale_rule *rule, uint64_t every_ns,
                  struct arena *arena);

/* How many there should be from now on. `wanted`: before the bounds; what is returned is taken to
 * be done. */
uint64_t scaling_next(struct scaling *scaling, const struct scale_rule *rule, uint64_t now_ns,
                      uint64_t members, uint64_t wanted);

#endif

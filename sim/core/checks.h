/* Checks of a run against what must hold: a list that the engine and kinds add to. */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "metric.h"

struct checks {
  uint32_t n, capacity;
  struct check *list;
};

/* Adds a check whose name and detail the caller fills in. */
struct check *check_add(struct checks *checks, bool pass);

struct member;
struct sim;

/* "entries:redis[2]": a check of a kind's own about a member. The detail is printf-style. */
void check_member(struct checks *checks, const struct member *member, const char *what, bool pass,
                  const char *detail, ...) __attribute__((format(printf, 5, 6)));

/* Checks the run against physics (conservation of calls, Little's law as an identity, utilisation
 * within bounds). Returns a malloc'd list. */
struct check *sim_checks(struct sim *sim, uint32_t *n);

#endif

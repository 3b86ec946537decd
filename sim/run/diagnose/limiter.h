/* Which component limits a system: the one that is busiest, or, where several are nearly always
 * busy, the one that the others wait for. */
#ifndef LIMITER_H
#define LIMITER_H

#include "results.h"

/* Workers that are less busy than this are not what limits. */
#define BUSY_LIMITS 0.5

struct limiter {
  const char *name;   /* the scenario's; NULL: nothing has a utilization */
  uint32_t component; /* its index; REF_NONE */
  bool group;         /* of several members */
  uint32_t member;    /* from 1: none of the others is nearly as busy; 0: several are */
  bool deadlocked;    /* calls in its queue can never go on */
  double utilization; /* of its busiest member */
  double queue;       /* calls that wait there, on average; NaN: unknown */
};

/* A worker that waits for an answer is busy, so a slow database keeps those who call it busy, too.
 * Of the components above 90 % the one counts from which no other of them can be reached by calls;
 * else the busiest, and among equals the first by name. A deadlock comes before all that. Only what
 * the requests of `client` reach counts; REF_NONE: all. */
struct limiter limiter_find(const struct results *results, uint32_t client);

/* "web[3]" where one member stands out, else "web"; release with g_free. */
char *limiter_name(const struct limiter *limiter);

/* What of a component is busy: its "workers", or "cores" where it is these that it measures. */
const char *limiter_places(const struct results *results, const char *name);

/* The saturated member, from 1 on, that stands out of its component; 0: none does. */
uint32_t limiter_member(const struct results *results, uint32_t component);

/* The saturated component that calls from this one lead to, which waits for it then, by the name of
 * the member that stands out; NULL: none. Over the whole run, or `at_end`: also one that is so in
 * the last tenth of replication 1. To be released with g_free. */
char *limiter_behind(const struct results *results, uint32_t component, bool at_end);

#endif

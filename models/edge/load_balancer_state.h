/* What one instance of a balancer knows of its backends and of the calls that it has sent them. */
#ifndef LOAD_BALANCER_STATE_H
#define LOAD_BALANCER_STATE_H

#include <assert.h>
#include <stddef.h>

#include "bound.h"
#include "divide.h"
#include "levels.h"
#include "limit_gates.h"
#include "load_balancer_config.h"
#include "locality.h"
#include "meter.h"
#include "outbound.h"
#include "outlier.h"
#include "sim.h"
#include "sticky.h"
#include "timer.h"
#include "tried.h"

/* What its timers are for. */
enum due {
  DUE_CHECK,
  DUE_CHECK_NOW, /* when all else of this instant is done */
  DUE_RETURN,    /* an ejection ends */
  DUE_REPORT,    /* what the backends have to do is told */
};

struct backend {
  struct member *member;
  struct outbound *out;         /* NULL: the timeout is all there is to the policy */
  uint32_t failures, successes; /* checks in a row */
  bool healthy;
  bool listed; /* member->listed, as last told */
  bool in_use;
  uint64_t in_use_since_ns;
  bool quiet;      /* no check is planned until something changes; */
  uint64_t due_ns; /* the next one would come then */
  struct outlier outlier;
  struct timer check, back; /* the next check is due; an ejection ends */
  uint64_t checks, probes;  /* the key of its first check; how many were sent */
};

/* Where the calls of an operation go, past the backends. */
struct lb_route {
  struct component *to;
  struct outbound *out; /* NULL: the timeout is all there is to the policy */
};

struct load_balancer_state {
  /* What every call touches fills the first line; what choosing does, the next. */
  struct busy *busy; /* by backend */
  uint32_t *healthy; /* indices of healthy backends, ascending */
  uint32_t healthy_n;
  uint32_t next; /* round robin, and where looking for the least busy begins */
  const struct algorithm *algorithm;
  bool has_policy, listens; /* listens: to how calls end */
  bool has_front;           /* limits, routes or a division */
  bool is_choosy;     /* a policy, zones or a division: not every backend in use may get a call */
  bool by_connection; /* layer 4 */
  bool sticks;        /* users stay: `sessions` */
  uint32_t choices;   /* of the config */
  uint64_t timeout_ns;
  struct stream pick;
  /* What algorithms look at beside the calls under way; NULL or void where they do not. */
  double bounded;         /* of the config */
  double *weight;         /* by backend; NULL: all are equal */
  void *memory;           /* what the algorithm keeps */
  uint64_t version;       /* counts how often those in use changed */
  uint64_t ramp_until_ns; /* the last slow start ends then; 0: there is none */
  struct busy *seen;      /* with `reports`: in place of `busy`, the calls at each as last told */
  double *distance_ns;    /* by backend */
  /* The rest. */
  const struct load_balancer_config *config;
  uint32_t n;
  struct backend *backend;
  uint32_t again;     /* the same for further tries, by index */
  uint32_t *others;   /* those that a further try may go to, ascending */
  struct tried tried; /* which of them each call has been given to */
  struct outbound *
      *group; /* the policy towards each component; no breaker is open while all admit */
  uint32_t groups;
  double *whole;        /* weights without slow start */
  struct levels levels; /* n = 0: there are none, and no panic */
  struct sticky sessions;
  const struct outbound_config *policy;
  struct limits limits;
  struct division division;
  struct lb_route *route, **route_of; /* all, and by operation; NULL: there are none */
  uint32_t routes;
  struct bound bound;     /* connections of layer 4, */
  uint64_t *open, *calls; /* how many each backend has; calls under way meanwhile */
  uint64_t unrouted, connections;
  uint64_t fallbacks;
  uint32_t second_best; /* after which causes there is something instead: a bit set */
  uint64_t no_backend, reconnects, given_up, probes_failed, ejections, outliers;
  uint64_t diverted; /* see struct choosing */
  struct locality locality;
  struct timer report; /* the next one is due */
  uint64_t reports;
  struct level in_use, withheld; /* backends; those that may be used, but for checks */
  struct level panicking;        /* levels that panic */
};

static_assert(offsetof(struct load_balancer_state, config) <= 128,
              "what each call needs fills two cache lines");

#endif

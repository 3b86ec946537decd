/* Which zone a call goes to: the balancer's own one as far as that keeps the load even.
 *
 * Envoy's zone aware routing: a zone in which the share of the backends in use is at least the
 * share of the balancers keeps all calls of its balancers; another one keeps upstream / own of
 * them, and the rest go to zones with a share to spare, in proportion to that. So each backend gets
 * the same, whatever the zones, if each balancer gets the same. Or (Kubernetes' trafficDistribution
 * = PreferClose) calls leave the zone only when none of its backends is in use.
 *
 * The shares follow those in use, so that they are made when these change. */
#ifndef LOCALITY_H
#define LOCALITY_H

#include "rng.h"
#include "sim.h"

enum spill { SPILL_EVEN, SPILL_LAST };

struct locality_config {
  bool given;
  uint32_t spill; /* enum spill */
  uint64_t least; /* backends in use below which zones do not matter */
};

struct locality {
  bool on;        /* zones matter now */
  uint32_t zones; /* that have backends or balancers; 0: they never matter */
  uint32_t own;
  uint32_t *of;   /* by backend */
  double *mine;   /* by zone: share of the balancers, */
  double *in_use; /* of the backends in use, */
  double *share;  /* and of the calls that go there */
  uint32_t *next; /* by zone: the backend behind the last one chosen */
  struct stream draw;
  uint64_t local, crossed; /* calls */
};

/* to: the n backends. */
void locality_init(struct sim *sim, const struct member *member, struct locality *locality,
                   struct member *const *to, uint32_t n);

/* `which`: the n that are in use. */
void locality_share(struct locality *locality, const struct locality_config *config,
                    const uint32_t *which, uint32_t n);

/* The zone of the call with this key; zones matter. */
uint32_t locality_draw(const struct locality *locality, uint64_t key);

#endif

/* Two components behind a balancer that are versions of one, and the share of its calls that one of
 * them gets, whatever the algorithm does within it (Envoy's weighted clusters, nginx's
 * split_clients). Each call draws its side, and its further tries stay there. When no backend of
 * that side is in use the call is refused: the other side does not help out. One that gets nothing
 * is out of use, also for sessions and connections that had been bound to it. */
#ifndef DIVIDE_H
#define DIVIDE_H

#include "rng.h"
#include "sim.h"

struct load_balancer_state;

struct division {
  const struct component *from, *to; /* NULL: there is none */
  double share;                      /* of the calls, that goes to `to` */
  struct stream sides;
  uint32_t next[2]; /* where going round has got to among the backends of `from`, of `to` */
};

/* kind.divide. */
void divide(struct sim *sim, struct member *balancer, const struct component *from,
            const struct component *to, double share);

/* Of a member of one side, while all calls go to the other. */
bool divide_leaves_out(const struct division *division, const struct member *backend);

/* The side that a call goes to; NULL: any. */
const struct component *divide_side(const struct division *division, const struct frame *call);

/* Whether some backend in use is of the call's side. */
bool divide_has_backend(const struct load_balancer_state *lb, const struct frame *call);

/* Of n backends those of the call's side remain, in the same order; how many. */
uint32_t divide_keep(const struct load_balancer_state *lb, const struct frame *call,
                     uint32_t *which, uint32_t n);

#endif

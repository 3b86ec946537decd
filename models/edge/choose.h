/* Which backend a call goes to: those in use, less those whose breaker is open, less those that
 * have had the call, as the balancer's algorithm says. */
#ifndef CHOOSE_H
#define CHOOSE_H

#include "load_balancer_state.h"

/* What the balancer's algorithm needs to know and keeps; after its backends are known. */
void choose_init(struct sim *sim, struct member *member);

/* Which backends are in use may have changed. */
void list_healthy(struct sim *sim, struct load_balancer_state *lb);

/* Backends that may get calls but for checks: those in the register that a rollout does not leave
 * out and whose weight is not 0; and those of them that are ejected. */
struct eligible {
  uint32_t n, ejected;
};
struct eligible count_eligible(const struct load_balancer_state *lb);

/* At least one backend is in use. */
uint32_t choose_first(const struct sim *sim, struct load_balancer_state *lb,
                      const struct frame *call);

/* For a further try of the call. */
uint32_t choose_again(const struct sim *sim, struct load_balancer_state *lb, struct frame *call,
                      const struct frame *forwarded);

#endif

/* Health checks of a balancer: each backend is asked at intervals, and leaves use or comes back
 * after so many answers in a row. While a check would find what the last one found, none is
 * planned. */
#ifndef HEALTH_H
#define HEALTH_H

#include "load_balancer_state.h"

/* The first checks are planned. */
void health_start(struct sim *sim, struct member *member);

/* It is time to look at a backend. */
void health_check(struct sim *sim, struct member *member, uint32_t which);

/* A check was answered, or was not in time. */
void health_answer(struct sim *sim, struct member *member, struct frame *parent,
                   struct frame *probe, enum outcome outcome);

/* Something may change: checks go on when the next one is due. */
void health_wake(struct sim *sim, struct member *member, uint32_t which);

/* Those left out since then were good, and have their numbers. False: none was to be left out. */
bool health_end_quiet(struct sim *sim, struct backend *b, uint64_t interval_ns);

/* Of the draws of one member's checks of one backend. Each member of a group checks each backend
 * with draws of its own; none depends on what else is there. */
uint64_t health_key(const struct member *from, const struct member *to);

#endif

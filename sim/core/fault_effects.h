/* What a crash, a hang or a slowdown does to the members that it hits, all at the same instant, and
 * to the calls that are there. */
#ifndef FAULT_EFFECTS_H
#define FAULT_EFFECTS_H

#include "sim.h"

/* `list`: ids of the members, rising. They break at once: a call that one of them loses is not
 * taken up by another that breaks at the same time. */
void members_crash(struct sim *sim, const uint32_t *list, uint32_t n, bool begins);
void members_hang(struct sim *sim, const uint32_t *list, uint32_t n, bool begins);
void members_slow(struct sim *sim, const uint32_t *list, uint32_t n, double factor, bool begins);

/* What the member has and does is lost, as in a crash; it is off already (life.h). */
void member_lose_all(struct sim *sim, struct member *m);

/* Tells the member of a fault. */
void member_tell(struct sim *sim, struct member *m, const struct fault_def *fault, bool begins);

/* After a change of the member's faults: the flag for the fast path, and its time down. */
void member_update_impaired(struct sim *sim, struct member *m);

#endif

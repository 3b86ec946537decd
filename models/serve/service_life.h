/* How a member of a service begins and ends: its plan, its station, and what its handlers keep. */
#ifndef SERVICE_LIFE_H
#define SERVICE_LIFE_H

#include "sim.h"

void service_init(struct sim *sim, struct member *member);
void service_start(struct sim *sim, struct member *member);
void service_check(struct sim *sim, struct member *member, struct checks *out);
/* kind.paid_s: of instances that come with the calls, the time of all of them. */
double service_paid_s(const struct sim *sim, const struct member *member);
void service_destroy(struct sim *sim, struct member *member);

#endif

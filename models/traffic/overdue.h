/* Requests that had not ended when the run did. One that has waited for longer than a limit by then
 * has missed it, however it ends: who waits for ever is not left out of the share that is answered
 * in time. Those that will never end are not among them: they count as failed (stranded.h). */
#ifndef OVERDUE_H
#define OVERDUE_H

#include "sim.h"

struct overdue {
  uint32_t n, capacity;
  struct overdue_request {
    uint64_t key, age_ns;
    uint32_t member;
    uint32_t op, tier; /* positions in the client's stats; tier: UINT32_MAX if it has none */
  } * request;
};

/* Those of a client; none before the run ends, since they would count again, and none of journeys
 * and sessions. To be freed. */
struct overdue overdue_requests(struct sim *sim, const struct component *client);
void overdue_free(struct overdue *overdue);

#define OVERDUE_ALL UINT32_MAX

/* How many have waited for longer; those at one position of the client's stats, or all. */
double overdue_count(const struct overdue *overdue, uint32_t part, uint64_t limit_ns);

#endif

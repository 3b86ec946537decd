/* Money: what a system costs an hour, and for each request.
 *
 * A price is one of two sorts, or both: of a member for the time it is there, and of what is used
 * of it. Used are calls that it answers, well or with `failed`, `timeout` or what it passes on: not
 * those that it turns away (refused, shed, rate_limited, denied) or that are lost with it; the time
 * for which a call has an instance, each rounded up to whole units of 100 ms as functions are
 * billed; and the bytes of the answers that it gives, in GB of 10^9. Of a kind whose instances come
 * with calls the time an hour is that of those instances (kind.paid_s).
 *
 * The cost of a request is the cost divided by the requests that clients had answered well, of a
 * component too, so that components add up to the total. Messages among members and health checks
 * cost nothing. Where nothing has a price nothing is counted. A path costs for the time, all of it,
 * and for the bytes that cross it, whosever they are. */
#ifndef PRICE_H
#define PRICE_H

#include "sim.h"

#define PRICE_MONTH_H 730.0 /* of a year, as clouds quote prices */
#define PRICE_UNIT_NS (100 * NS_PER_S / 1000)

/* What was used of a member since the warm-up. */
struct bill {
  uint64_t calls, units; /* units of PRICE_UNIT_NS */
  double bytes;
};

/* Whether something that is used has a price, so that answers are looked at. */
bool prices_are_for_use(const struct spec *spec);

/* --- for kinds with `bills_time` ------------------------------------------------------------ */

/* The component has a price for the time of calls. */
static inline bool price_is_for_time(const struct component *component) {
  return component->spec->price != NULL && component->spec->price->per_100ms > 0;
}

/* A call had an instance for so long. */
static inline void price_worked(struct sim *sim, const struct member *member, uint64_t held_ns) {
  uint64_t units = (held_ns + PRICE_UNIT_NS - 1) / PRICE_UNIT_NS;
  sim->bill[member->id].units += units > 0 ? units : 1;
}

/* --- for the engine ------------------------------------------------------------------------- */

void prices_init(struct sim *sim);
void prices_reset(struct sim *sim);
bool prices_are_for_bytes(const struct sim *sim);
/* A call goes to somebody who may have a price for bytes: how many its answer will have is known
 * now, and not once its caller is gone. */
void price_sent(struct sim *sim, const struct member *to, struct frame *call);
void price_answered(struct sim *sim, struct frame *call, enum outcome outcome);
void price_collect(struct sim *sim, struct component *component, struct metrics *out);
void prices_collect(struct sim *sim, struct metrics *out); /* all together */

extern const struct metric_def price_metrics[]; /* of all together, as they are called */

#endif

/* Timers of a member: they go off once, can be set again and stopped, and die with the member's
 * present life (life.h), so that none of a former one is ever heard of.
 *
 * A timer lies in the member's state, zeroed at first, as many as the kind wants; it stays where it
 * is as long as the simulation. Setting one that is set moves it. When it is due, kind.on_due comes
 * with it; while the member hangs, that waits until the hang is over. A timer that was stopped or
 * moved leaves its event behind, which comes to nothing when due and is swept out of the event list
 * when there are many: memory stays bounded by the timers that are set. */
#ifndef TIMER_H
#define TIMER_H

#include "sim.h"

/* `what` and `data` are the kind's, for on_due. Delay 0: after all events of this instant. */
void timer_set(struct sim *sim, struct member *member, struct timer *timer, uint64_t delay_ns,
               uint16_t what, uint32_t data);
void timer_stop(struct timer *timer);

static inline bool timer_is_set(const struct sim *sim, const struct timer *timer) {
  return timer->set && timer->epoch == sim->member[timer->member].epoch;
}

/* --- for the engine ------------------------------------------------------------------------- */

void timer_event(struct sim *sim, const struct event *event);
bool timer_event_is_dead(const struct sim *sim, const struct event *event);
void timers_free(struct sim *sim);

#endif

#include "timer.h"

#include <stdlib.h>

#include "arena.h"
#include "engine.h"
#include "fault.h"

/* A timer gets a number when it is first set; its events have that and its stamp. */
static void enter(struct sim *sim, const struct member *member, struct timer *timer) {
  struct timers *all = &sim->timers;
  if (all->n == all->capacity) {
    all->capacity = all->capacity ? 2 * all->capacity : 16;
    all->list = mem_resize(all->list, all->capacity * sizeof(struct timer *));
  }
  all->list[all->n++] = timer;
  timer->number = all->n;
  timer->member = member->id;
}

static struct timer *timer_of(const struct sim *sim, const struct event *event) {
  return sim->timers.list[(event_ref(event) >> 4) - 1];
}

void timer_set(struct sim *sim, struct member *member, struct timer *timer, uint64_t delay_ns,
               uint16_t what, uint32_t data) {
  if (__builtin_expect(timer->number == 0, 0)) enter(sim, member, timer);
  sim_assert(sim, member->id, timer->member == member->id, "a timer belongs to one member");
  timer->stamp++;
  timer->epoch = member->epoch;
  timer->set = true;
  timer->what = what;
  timer->data = data;
  fel_push(&sim->fel,
           event_make(sim->now_ns + delay_ns, timer->number << 4 | EVENT_DUE, timer->stamp));
}

void timer_stop(struct timer *timer) {
  timer->set = false;
}

bool timer_event_is_dead(const struct sim *sim, const struct event *event) {
  const struct timer *timer = timer_of(sim, event);
  return timer->stamp != event_arg(event) || !timer_is_set(sim, timer);
}

void timer_event(struct sim *sim, const struct event *event) {
  if (timer_event_is_dead(sim, event)) return;
  struct timer *timer = timer_of(sim, event);
  struct member *member = &sim->member[timer->member];
  if (__builtin_expect(member->hung, 0)) {
    faults_defer(sim, member, *event);
    return;
  }
  timer->set = false;
  member->kind->on_due(sim, member, timer);
}

void timers_free(struct sim *sim) {
  free(sim->timers.list);
}

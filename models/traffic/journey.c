#include "journey.h"

#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "detmath.h"

enum { FIRST_SLOTS = 64 };

void journeys_init(struct sim *sim, struct member *member, struct journeys *j,
                   const struct journey *what, uint64_t base) {
  j->what = what;
  j->base = base;
  if (what->n == 0) return;
  j->pauses = sim_stream(sim, member->component, "pauses");
  j->times = sim_stream(sim, member->component, "times");
  column_want(sim, COLUMN_JOURNEY);
}

void journeys_free(struct journeys *j) {
  free(j->slot);
}

void journeys_reset(struct sim *sim, struct journeys *j) {
  level_reset(&j->under_way, sim->now_ns);
  j->waited_ns = j->ok = 0;
}

static uint32_t take_slot(struct journeys *j) {
  if (j->free) {
    uint32_t slot = j->free - 1;
    j->free = j->slot[slot].next_free;
    return slot;
  }
  if (j->slots == j->capacity) {
    j->capacity = j->capacity ? 2 * j->capacity : FIRST_SLOTS;
    j->slot = mem_resize(j->slot, j->capacity * sizeof *j->slot);
  }
  return j->slots++;
}

uint32_t journey_begin(struct sim *sim, struct journeys *j, uint64_t number) {
  uint32_t slot = take_slot(j);
  j->slot[slot] = (struct journey_state){.number = number, .began_ns = sim->now_ns};
  level_up(&j->under_way, sim->now_ns);
  j->begun++;
  return slot;
}

/* The number of a step's requests: that, or 1 + the failures before a success of chance 1/mean. */
static uint32_t draw_times(const struct journeys *j, struct journey_state *s,
                           const struct journey_step *step) {
  if (!step->geometric || step->times <= 1) return (uint32_t)step->times;
  struct draws draws = draws_begin(j->times, j->base + s->number, s->drawn++);
  double more = det_log(draws_unit(&draws)) / det_log1p(-1 / (double)step->times);
  return more < 4e9 ? 1 + (uint32_t)more : UINT32_MAX;
}

static uint64_t draw_pause(const struct journeys *j, struct journey_state *s,
                           const struct dist *pause) {
  struct draws draws = draws_begin(j->pauses, j->base + s->number, s->drawn++);
  return dist_draw_whole(pause, &draws);
}

/* Moves on to the next request, over the pauses before it; false: there is none. */
static bool advance(const struct journeys *j, struct journey_state *s, uint64_t *pause_ns) {
  *pause_ns = 0;
  if (s->left > 0 && --s->left == 0) s->step++;
  if (s->left > 0) {
    *pause_ns = draw_pause(j, s, &j->what->step[s->step].pause);
    return true;
  }
  for (; s->step < j->what->n; s->step++) {
    const struct journey_step *step = &j->what->step[s->step];
    if (step->is_pause) {
      *pause_ns += draw_pause(j, s, &step->pause);
      continue;
    }
    s->left = draw_times(j, s, step);
    return true;
  }
  return false;
}

struct frame *journey_next(struct sim *sim, struct member *member, struct journeys *j,
                           uint32_t slot, uint64_t *pause_ns) {
  struct journey_state *s = &j->slot[slot];
  if (!advance(j, s, pause_ns)) return NULL;
  struct frame *call = call_new(sim, member, NULL);
  uint64_t first = j->base + s->number; /* the key that a request without a journey would have */
  call->key = s->sent == 0 ? first : rng_mix(first + s->sent * UINT64_C(0x9e3779b97f4a7c15));
  call->op = j->what->step[s->step].op;
  s->sent++;
  column_set(sim, call, COLUMN_JOURNEY, slot + 1u);
  return call;
}

uint32_t journey_of(const struct sim *sim, const struct frame *call) {
  return (uint32_t)column_get(sim, call, COLUMN_JOURNEY) - 1;
}

bool journey_is_optional(const struct journeys *j, uint32_t slot) {
  return j->what->step[j->slot[slot].step].optional;
}

void journey_end(struct sim *sim, struct journeys *j, uint32_t slot, enum outcome outcome) {
  struct journey_state *s = &j->slot[slot];
  if (outcome == OUTCOME_OK) {
    j->waited_ns += s->waited_ns;
    j->ok++;
  }
  level_down(&j->under_way, sim->now_ns);
  j->over++;
  s->next_free = j->free;
  j->free = slot + 1;
}

void journeys_check(const struct journeys *j, const struct member *member, uint64_t in_flight,
                    struct checks *out) {
  uint64_t under_way = j->begun - j->over;
  check_member(out, member, "journeys", in_flight + j->pausing == under_way,
               "%llu journeys are under way, with %llu requests in flight and %llu in pauses",
               (unsigned long long)under_way, (unsigned long long)in_flight,
               (unsigned long long)j->pausing);
}

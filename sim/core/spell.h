/* What a client experiences while a fault holds, and how long after it until it is as before: goals
 * with `during`, and with `recovers` and `after`.
 *
 * Only what a goal asks for is watched, from the counts that a client keeps anyway, in the measured
 * time. While any part of the fault holds (each member of crash "web[*]" is one), what is counted
 * belongs to the spell. Recovery is looked for in steps of a twentieth of the time that is allowed:
 * the client is as before from the first step on after which, over SPELL_STEPS steps, its goodput
 * or availability is at least SPELL_AS_BEFORE of what it was from the warm-up to the fault's first
 * beginning. */
#ifndef SPELL_H
#define SPELL_H

#include "since.h"
#include "spec.h"

#define SPELL_PARTS 20u /* steps in the time that is allowed */
#define SPELL_STEPS 4u
#define SPELL_AS_BEFORE 0.9

struct spell {
  const struct spell_spec *spec;
  const struct component *client;
  uint32_t holds;   /* parts of the fault that do */
  uint64_t from_ns; /* holds: since when, measured */
  uint64_t held_ns; /* before that */
  struct since since;
  struct watch sum;
  struct hist latency;
  /* Recovery. */
  bool begun, ended;
  double before; /* the level; NaN: it is not known */
  uint64_t ended_ns;
  uint32_t steps;
  struct watch step[SPELL_STEPS + 1]; /* counts at the last steps, in a ring */
  struct timer timer;                 /* set: it is looked for */
  double worst_s;                     /* the longest so far; INFINITY: it was hit again before */
};

void spells_init(struct sim *sim);
void spells_free(struct sim *sim);
void spells_reset(struct sim *sim, bool after); /* before and after the end of the warm-up */
void spells_fault(struct sim *sim, const struct fault_spec *fault, bool begins);

/* Of a client's timer that is one of a spell. */
void spell_due(struct sim *sim, struct timer *timer);

/* The spell of the number in spec.wanted, up to now. */
struct spell *spell_now(struct sim *sim, uint32_t number);

/* In seconds; INFINITY: it did not recover, NaN: there was nothing to recover from. Of the last
 * steps less than SPELL_STEPS are enough. */
double spell_recovery_s(struct sim *sim, const struct spell *spell);

#endif

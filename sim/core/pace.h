/* The pace of a station's work: what makes it take longer than was drawn.
 *
 * slows:  by how much is worked on at once, the whole time and exactly: when the number changes,
 * all that is under way gets slower or faster at that instant. usl is Gunther's universal
 *         scalability law: n calls at once take 1 + sigma (n - 1) + kappa n (n - 1) times as long,
 *         so that X(n) = n X(1) / (1 + sigma (n - 1) + kappa n (n - 1)) (N. Gunther, Guerrilla
 *         Capacity Planning, 2007). curve: by the share of the workers that are busy.
 * pauses: now and then everything stands still, as while a garbage collector stops the world.
 * warm:   work takes longer for a while after a start, as before a JIT compiler has seen it. */
#ifndef PACE_H
#define PACE_H

#include "meter.h"
#include "param.h"
#include "sim.h"

struct station;

struct pause_config {
  bool given;
  struct dist every, lasts; /* ns */
  double per_load;
};

struct warm_config {
  bool given;
  uint64_t lasts_ns;
  double factor;
};

struct pace_config {
  struct slows slows;
  struct pause_config pauses;
  struct warm_config warm;
};

extern const struct param pause_params[], warm_params[];

struct pace {
  const struct pace_config *config;
  uint64_t workers;
  struct stream stream; /* of pauses; entity: the member */
  uint64_t number;      /* of the next draw */
  bool paused;
  uint64_t started_ns; /* TIME_NEVER: long ago */
  struct timer timer;
  uint64_t pauses;      /* begun */
  struct level pausing; /* 1 in a pause */
  struct hist pause;    /* how long they lasted */
};

/* Whether there is anything to do. */
bool pace_is_given(const struct pace_config *config);

/* The station keeps to it; the member's `start` and its timers go through pace_start and
 * station_due. After station_init. */
void pace_init(struct sim *sim, struct pace *pace, const struct pace_config *config,
               struct member *member, struct station *st);
void pace_start(struct sim *sim, struct member *member, struct station *st);

/* How many times as long work takes with so many calls at work. */
double slows_factor(const struct slows *slows, uint64_t calls, uint64_t workers);

/* --- for station.c --------------------------------------------------------------------------- */

uint64_t pace_work(const struct sim *sim, const struct pace *pace, uint64_t work_ns);
void pace_due(struct sim *sim, struct member *member, struct station *st);
/* The member's life ends, or another one begins. */
void pace_life(struct sim *sim, struct member *member, struct station *st, bool ends);

#endif

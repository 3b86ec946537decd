/* Meters: what the members of a kind count, declared once.
 *
 * A kind keeps plain variables in the state of its members and has a table that says which they are
 * and what they mean. The engine does the rest: it clears them at the end of the warm-up, adds them
 * up over the members of a component, emits them, describes them, and shows them over time. So
 * counting stays one instruction, and no kind has code for its results.
 *
 * A meter emits one metric or several: a level its mean over time and its last value, times their
 * mean, quantiles and greatest. */
#ifndef METER_H
#define METER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hist.h"
#include "metric.h"

struct sim;
struct member;
struct component;
struct kind;

/* A number over time, such as entries held. Invariant: its integral over the time measured, up to
 * the instant t, is sum + value * t; so a step up at t subtracts t and a step down adds it. */
struct level {
  uint64_t value;
  uint64_t from_ns; /* measured since then */
  hist_wide sum;    /* modulo 2^128 */
};

static inline void level_up(struct level *level, uint64_t at_ns) {
  level->value++;
  level->sum -= at_ns;
}

static inline void level_down(struct level *level, uint64_t at_ns) {
  level->value--;
  level->sum += at_ns;
}

static inline void level_set(struct level *level, uint64_t at_ns, uint64_t value) {
  level->sum += (hist_wide)level->value * at_ns - (hist_wide)value * at_ns;
  level->value = value;
}

/* Measured from now on. */
static inline void level_reset(struct level *level, uint64_t at_ns) {
  level->from_ns = at_ns;
  level->sum = -(hist_wide)level->value * at_ns;
}

/* Its integral over the time measured, up to `at_ns`. */
static inline double level_integral_ns(const struct level *level, uint64_t at_ns) {
  hist_wide integral = level->sum + (hist_wide)level->value * at_ns;
  assert(integral >> 127 == 0);
  return (double)integral;
}

enum meter_type {
  METER_COUNT,      /* uint64_t: how often it happened */
  METER_RATIO,      /* two uint64_t: the first as a share of both */
  METER_MEAN,       /* two uint64_t: the mean of numbers, their sum and how many they are */
  METER_LEVEL,      /* struct level, of all members together */
  METER_MEAN_LEVEL, /* struct level, of one member on average, while it is there (life.h) */
  METER_BYTES,      /* struct level of bytes, of all members together */
  METER_MEAN_BYTES, /* struct level of bytes, the same */
  METER_TIMES,      /* struct hist of ns, which the engine makes */
  METER_SIZES,      /* struct hist of bytes, shown the same way */
  METER_COST,       /* double: money */
};

struct meter {
  const char *name; /* what follows "<component>." */
  enum meter_type type;
  size_t at;       /* where in the member's state */
  size_t rest;     /* RATIO, MEAN: where the second is */
  const char *doc; /* a sentence, of LEVEL and what is more than one metric without its end */
};

/* A metric of a kind, for describe, the manual and reports. */
struct metric_text {
  char name[64];
  const char *unit;
  char doc[512];
};

/* The i-th metric that a kind emits beside those of every component: the ones it emits itself, then
 * those of its meters. False: it has no more. */
bool kind_metric(const struct kind *kind, uint32_t i, struct metric_text *out);

/* --- for the engine ------------------------------------------------------------------------- */

void meters_init(struct sim *sim, struct member *member);
void meters_free(struct member *member);
void meters_reset(struct sim *sim, struct member *member);
/* The member came, or left: means over members are over the time that they are there. */
void meters_there(struct sim *sim, struct member *member, bool there);
void meters_collect(struct sim *sim, struct component *component, struct metrics *out);

/* What a meter has come to since the warm-up, in seconds where it is about time. A window's value
 * is the quotient of the differences; of one over time (counts, levels of all, cost) the difference
 * of `num` divided by the seconds of the window. */
struct quotient {
  double num, den;
};
struct quotient meter_read(struct sim *sim, struct component *component, const struct meter *meter);
bool meter_is_of(const struct component *component, const struct meter *meter);
bool meter_is_over_time(const struct meter *meter);
/* A number of things, or of bytes, that are there. */
bool meter_is_level(const struct meter *meter);
/* How many there are now; of a mean without members that are there NaN. */
double meter_level(const struct component *component, const struct meter *meter);

#endif

#include "offered.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "memory.h"
#include "outline.h"
#include "sim.h"
#include "timeline.h"

/* A run is looked at in so many parts; one whose load is so many times that of the end is above. */
#define PARTS 60u
#define ABOVE 1.25
/* In standard deviations of a number of arrivals that is its own variance (Poisson). */
#define CHANCE 5.0

static bool asks_as_answered(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  const struct component_spec *c = &spec->component[client];
  if (c->kind->outline == NULL) return false;
  struct arena *arena = arena_new();
  struct outline outline;
  outline_begin(&outline, arena);
  c->kind->outline(spec, c, OP_DEFAULT, &outline);
  bool waits = outline.source.users > 0 && !outline.source.crowd_varies;
  arena_free(arena);
  return waits;
}

/* In each window, summed up; to be freed. */
static double *offered_all(const struct results *results) {
  const struct timeline *t = results->timeline;
  double *sum = mem_zeroed(t->looks + 1, sizeof *sum);
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->member > 0 || s->what != SERIES_OFFERED) continue;
    if (asks_as_answered(results, s->component)) continue;
    for (uint32_t w = 0; w < t->looks; w++) sum[w] += (double)s->value[w];
  }
  return sum;
}

static double mean_of(const double *value, uint32_t from, uint32_t to) {
  double sum = 0;
  for (uint32_t w = from; w < to; w++) sum += value[w];
  return to > from ? sum / (to - from) : 0;
}

double offered_in(const struct results *results, uint32_t from, uint32_t to) {
  if (results->timeline == NULL) return 0;
  double *all = offered_all(results);
  double mean = mean_of(all, from, to);
  free(all);
  return mean;
}

struct offered_peak offered_peak(const struct results *results, uint32_t end) {
  const struct timeline *t = results->timeline;
  struct offered_peak peak = {0};
  if (t == NULL || end >= t->looks) return peak;
  double *all = offered_all(results), sum = 0;
  double level = mean_of(all, end, t->looks);
  uint32_t parts = end < PARTS ? end : PARTS, windows = 0;
  for (uint32_t k = 0; level > 0 && k < parts; k++) {
    uint32_t from = end * k / parts, to = end * (k + 1) / parts;
    double rate = mean_of(all, from, to);
    double seconds = (double)(to - from) * (double)t->window_ns / 1e9;
    bool above = rate >= ABOVE * level && (rate - level) * seconds > CHANCE * sqrt(level * seconds);
    if (!above) continue;
    if (!peak.found) peak.from = from;
    peak.found = true;
    peak.until = to;
    sum += rate * (to - from);
    windows += to - from;
  }
  if (peak.found) peak.most = sum / windows;
  free(all);
  return peak;
}

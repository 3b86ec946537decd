#include "recovery.h"

#include <math.h>

#include "offered.h"
#include "way.h"

#define LAST_PART 10u     /* the run's last tenth */
#define FAILING_LEAST 0.1 /* of the requests */
#define OVERLOADED 0.95   /* workers that are busy for so much of the time */
#define FLOAT_DIGITS 1e-6 /* series are kept as floats, whose sums are no more exact */

/* The mean of a series over windows [from, to); errors of all causes are added up. */
static double mean_of(const struct timeline *t, uint32_t component, enum series_what what,
                      uint32_t from, uint32_t to) {
  double sum = 0;
  bool any = what == SERIES_ERRORS; /* causes that never happened have no series */
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0 || s->what != what) continue;
    any = true;
    for (uint32_t w = from; w < to; w++) sum += (double)s->value[w];
  }
  return any && to > from ? sum / (to - from) : NAN;
}

static uint32_t last_part(const struct timeline *t) {
  return t->looks - t->looks / LAST_PART;
}

double recovery_level(const struct results *results, uint32_t component, enum series_what what) {
  const struct timeline *t = results->timeline;
  return t != NULL ? mean_of(t, component, what, last_part(t), t->looks) : NAN;
}

bool recovery_overloaded(const struct results *results, uint32_t client) {
  const struct timeline *t = results->timeline;
  struct arena *arena = arena_new();
  struct way way = way_of(&results->scenario->spec, client, arena);
  bool any = false;
  for (uint32_t i = 0; t != NULL && i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->what != SERIES_UTILIZATION || !way.on[s->component]) continue;
    double sum = 0;
    for (uint32_t w = last_part(t); w < t->looks; w++) sum += (double)s->value[w];
    any |= sum >= OVERLOADED * (t->looks - last_part(t));
  }
  arena_free(arena);
  return any;
}

static double failing(const struct timeline *t, uint32_t client, uint32_t from, uint32_t to) {
  double ended = mean_of(t, client, SERIES_ENDED, from, to);
  double share = ended > 0 ? mean_of(t, client, SERIES_ERRORS, from, to) / ended : NAN;
  return share > 1 - FLOAT_DIGITS ? 1 : share;
}

/* From the beginning of the first fault that such requests can meet to the end of the last. */
struct span {
  uint64_t from_ns, until_ns; /* TIME_NEVER: one never ends */
  const struct fault_spec *last;
};

static struct span span_of_faults(const struct results *results, uint32_t client) {
  const struct timeline *t = results->timeline;
  struct span span = {.from_ns = TIME_NEVER};
  struct arena *arena = arena_new();
  struct way way = way_of(&results->scenario->spec, client, arena);
  for (uint32_t i = 0; i < t->periods; i++) {
    const struct fault_period *p = &t->period[i];
    if (!way_meets(&way, p->fault)) continue;
    span.from_ns = p->from_ns < span.from_ns ? p->from_ns : span.from_ns;
    if (p->until_ns < span.until_ns) continue;
    span.until_ns = p->until_ns;
    span.last = p->fault;
  }
  arena_free(arena);
  return span;
}

/* How it went on from window `undisturbed` to the end, after what was over at `last_ns`. */
static void look_after(const struct timeline *t, uint32_t client, uint32_t undisturbed,
                       uint64_t last_ns, struct recovery *r) {
  uint64_t end_ns = t->looks * t->window_ns;
  if (last_ns > end_ns - 2 * (end_ns / LAST_PART)) return;
  r->ended_s = (double)last_ns / 1e9;
  r->after_s = (double)(end_ns - last_ns) / 1e9;
  r->failing_before = failing(t, client, 0, undisturbed);
  r->offered_before = mean_of(t, client, SERIES_OFFERED, 0, undisturbed);
  r->failing_after = failing(t, client, last_part(t), t->looks);
  r->offered = mean_of(t, client, SERIES_OFFERED, last_part(t), t->looks);
  r->retries = mean_of(t, client, SERIES_RETRIES, last_part(t), t->looks);
  r->stuck = r->failing_after >= FAILING_LEAST &&
             r->failing_after >= r->failing_before + FAILING_LEAST &&
             r->failing_after >= 2 * r->failing_before;
}

/* As much must have come before the peak as comes at the end, and been served. */
#define AS_MUCH 0.9

static struct recovery after_peak(const struct results *results, uint32_t client) {
  const struct timeline *t = results->timeline;
  struct recovery r = {0};
  if (!(failing(t, client, last_part(t), t->looks) >= FAILING_LEAST)) return r;
  struct offered_peak peak = offered_peak(results, last_part(t));
  if (!peak.found || peak.from == 0) return r;
  r.peak = peak.most;
  r.level = offered_in(results, last_part(t), t->looks);
  look_after(t, client, peak.from, peak.until * t->window_ns, &r);
  r.stuck &= offered_in(results, 0, peak.from) >= AS_MUCH * r.level;
  return r;
}

struct recovery recovery_of(const struct results *results, uint32_t client) {
  const struct timeline *t = results->timeline;
  struct recovery r = {0};
  if (t == NULL || t->looks < LAST_PART) return r;
  struct span span = span_of_faults(results, client);
  r.fault = span.last;
  if (r.fault == NULL) return after_peak(results, client);
  if (span.until_ns == TIME_NEVER) return (struct recovery){0};
  look_after(t, client, (uint32_t)(span.from_ns / t->window_ns), span.until_ns, &r);
  return r;
}

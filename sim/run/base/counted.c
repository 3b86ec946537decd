#include "counted.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "detmath.h"

#define Z975 1.959963984540054
#define MISSED 0.05 /* the chance to see nothing at the upper end */

/* The least expected number with which `seen` or more have a chance of 5 %, seen = 1, 2, 3. */
static const double poisson_least[] = {0.051293294387550516, 0.35536151069866184,
                                       0.817691447163953};

struct interval {
  double lo, hi;
};

static double least_of(double seen, double lo) {
  if (seen < 1) return 0;
  return seen < 4 ? fmin(lo, poisson_least[(int)seen - 1]) : lo;
}

/* Of `seen` in `trials`, as numbers of trials; INFINITY of them make it Poisson's law. */
static struct interval score(double seen, double trials) {
  double z2 = Z975 * Z975, shrink = isinf(trials) ? 1 : 1 / (1 + z2 / trials);
  double variance = seen * (isinf(trials) ? 1 : 1 - seen / trials) + z2 / 4;
  double middle = seen + z2 / 2, half = Z975 * sqrt(variance);
  return (struct interval){least_of(seen, (middle - half) * shrink), (middle + half) * shrink};
}

static double most_of_none(double trials) {
  return isinf(trials) ? -det_log(MISSED) : -trials * det_expm1(det_log(MISSED) / trials);
}

static struct interval of_trials(double seen, double trials) {
  double missing = trials - seen;
  if (seen <= 0) return (struct interval){0, most_of_none(trials)};
  if (missing <= 0) return (struct interval){trials - most_of_none(trials), trials};
  struct interval of_seen = score(seen, trials), of_missing = score(missing, trials);
  return (struct interval){of_seen.lo, trials - of_missing.lo};
}

static struct interval of_events(double seen) {
  return seen <= 0 ? (struct interval){0, most_of_none(INFINITY)} : score(seen, INFINITY);
}

/* Whether events are many enough to be left to the replications, or the same in each of them. */
static bool told_by_replications(const struct estimate *e, double count) {
  return count >= COUNTED_RARE || (count > 0 && e->lo == e->hi);
}

void counted_widen(struct estimate *e, double count, double of, enum metric_unit unit) {
  if (!(of > 0) || isnan(e->value)) return;
  bool share = unit == UNIT_RATIO;
  if (!share && told_by_replications(e, count)) return;
  struct interval least = share ? of_trials(count, of) : of_events(count);
  /* fmin and fmax pass over what is not there. The value lies within, whatever was rounded. */
  e->lo = fmin(fmin(e->lo, least.lo / of), e->value);
  e->hi = fmax(fmax(e->hi, least.hi / of), e->value);
}

struct estimate counted_share(const double *part, const double *whole, uint32_t count) {
  double *share = mem_alloc((count + 1) * sizeof *share), parts = 0, wholes = 0;
  for (uint32_t i = 0; i < count; i++) {
    share[i] = whole[i] > 0 ? part[i] / whole[i] : NAN;
    parts += part[i];
    wholes += whole[i];
  }
  struct estimate e = estimate_make(wholes > 0 ? parts / wholes : NAN, share, count, UNIT_RATIO);
  if (e.n > 1) counted_widen(&e, parts, wholes, UNIT_RATIO);
  free(share);
  return e;
}

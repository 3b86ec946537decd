#include "dist_bounds.h"

#include <math.h>

#include "detmath.h"

static double least_of(uint32_t n, const double *values) {
  double least = values[0];
  for (uint32_t i = 1; i < n; i++) least = fmin(least, values[i]);
  return least;
}

static double least_part(const struct dist *dist) {
  double least = dist_least(&dist->parts[0]);
  for (uint32_t i = 1; i < dist->n; i++) least = fmin(least, dist_least(&dist->parts[i]));
  return least;
}

double dist_least(const struct dist *dist) {
  switch (dist->kind) {
    case DIST_CONSTANT:
    case DIST_UNIFORM:
      return dist->a;
    case DIST_PARETO:
      return dist->b;
    case DIST_EMPIRICAL:
      return dist->points[0].value;
    case DIST_SAMPLES:
      return least_of(dist->n, dist->samples);
    case DIST_MIXTURE:
      return least_part(dist);
    case DIST_SHIFTED:
      return dist->a + dist_least(&dist->parts[0]);
    case DIST_EXPONENTIAL:
    case DIST_NORMAL:
    case DIST_LOGNORMAL:
    case DIST_GAMMA:
    case DIST_WEIBULL:
    case DIST_HYPEREXP:
      return 0;
  }
  return 0;
}

static double empirical_quantile(const struct dist *dist, double p) {
  uint32_t i = 1;
  while (i + 1 < dist->n && dist->points[i].p < p) i++;
  const struct dist_point *low = &dist->points[i - 1], *high = &dist->points[i];
  return low->value + (high->value - low->value) * (p - low->p) / (high->p - low->p);
}

/* P(X > x) >= w P(part > x): a part of weight w that exceeds x with (1 - p) / w is enough. */
static double mixture_quantile(const struct dist *dist, double p) {
  double best = dist->kind == DIST_MIXTURE ? least_part(dist) : 0;
  for (uint32_t i = 0; i < dist->n; i++) {
    double weight = dist->cumulative[i] - (i ? dist->cumulative[i - 1] : 0);
    double of_part = 1 - (1 - p) / weight;
    if (of_part > 0) best = fmax(best, dist_quantile_least(&dist->parts[i], of_part));
  }
  return best;
}

double dist_quantile_least(const struct dist *dist, double p) {
  switch (dist->kind) {
    case DIST_UNIFORM:
      return dist->a + (dist->b - dist->a) * p;
    case DIST_EXPONENTIAL:
      return -dist->a * det_log1p(-p);
    case DIST_NORMAL: /* drawing again below 0 makes every quantile larger */
      return fmax(0, dist->a + dist->b * det_normal_quantile(p));
    case DIST_LOGNORMAL:
      return det_exp(dist->a + dist->b * det_normal_quantile(p));
    case DIST_WEIBULL:
      return dist->b * det_pow(-det_log1p(-p), 1 / dist->a);
    case DIST_PARETO: {
      double cut = isfinite(dist->c) ? det_pow(dist->b / dist->c, dist->a) : 0;
      return dist->b * det_pow(1 - p * (1 - cut), -1 / dist->a);
    }
    case DIST_EMPIRICAL:
      return empirical_quantile(dist, p);
    case DIST_MIXTURE:
    case DIST_HYPEREXP:
      return mixture_quantile(dist, p);
    case DIST_SHIFTED:
      return dist->a + dist_quantile_least(&dist->parts[0], p);
    case DIST_CONSTANT:
    case DIST_GAMMA:
    case DIST_SAMPLES:
      return dist_least(dist);
  }
  return 0;
}

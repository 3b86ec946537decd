#include "dist.h"

#include <assert.h>
#include <math.h> /* sqrt and constants: the same bits everywhere */
#include <stdio.h>

#include "detmath.h"

/* Draws. */

/* In a pair by inversion, because z and -z are not kept together: of the 1 - cut above 0 the share
 * 1 - u lies above the value. */
static double invert_normal(double mean, double sd, struct draws *draws) {
  double above = (1.0 - draws_unit(draws)) * (1.0 - det_normal_cdf(-mean / sd));
  double value = mean - sd * det_normal_quantile(above);
  return value > 0 ? value : 0;
}

static double draw_normal(double mean, double sd, struct draws *draws) {
  if (draws->paired && sd > 0) return invert_normal(mean, sd, draws);
  /* The mean is not negative, so a draw is kept with probability 1/2 or more and the limit is
   * reached with probability below 2^-64. */
  for (int i = 0; i < 64; i++) {
    double value = mean + sd * zig_normal(draws);
    if (value >= 0) return value;
  }
  return mean;
}

/* Gamma with the given shape and scale 1. G. Marsaglia and W. W. Tsang, "A simple method for
 * generating gamma variables", ACM TOMS 26(3), 2000: a cubed normal, rejected less than 5 % of the
 * time, for shape >= 1; below, gamma(shape + 1) times U^(1/shape). */
static double draw_gamma(double shape, struct draws *draws) {
  double boost = 1.0;
  if (shape < 1) {
    boost = det_exp(det_log(draws_unit(draws)) / shape);
    shape += 1.0;
  }
  double d = shape - 1.0 / 3, c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    double x = zig_normal(draws);
    double v = 1.0 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    /* As it is in both halves of a pair (ziggurat.h), so that they mostly keep x and -x. */
    double u = rng_unit(draws_next(draws)), square = x * x;
    if (u < 1.0 - 0.0331 * square * square) return boost * d * v;
    if (det_log(u) < 0.5 * square + d * (1.0 - v + det_log(v))) return boost * d * v;
  }
}

static double draw_pareto(const struct dist *dist, struct draws *draws) {
  /* P(X > x) = ((minimum/x)^shape - r) / (1 - r), r = (minimum/maximum)^shape. */
  double u = draws_unit(draws);
  if (dist->c == INFINITY) return dist->b * det_exp(-det_log(u) / dist->a);
  double r = det_pow(dist->b / dist->c, dist->a);
  double value = dist->b * det_exp(-det_log(r + u * (1.0 - r)) / dist->a);
  return value < dist->c ? value : dist->c;
}

/* The first part whose cumulative weight exceeds a uniform draw. */
static uint32_t draw_part(const struct dist *dist, struct draws *draws) {
  double u = draws_unit(draws);
  uint32_t low = 0, high = dist->n - 1;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (u < dist->cumulative[middle])
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static double draw_empirical(const struct dist *dist, struct draws *draws) {
  double u = draws_unit(draws);
  /* points[low].p <= u < points[high].p */
  uint32_t low = 0, high = dist->n - 1;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (u < dist->points[middle].p)
      high = middle;
    else
      low = middle;
  }
  struct dist_point from = dist->points[low], to = dist->points[high];
  return from.value + (to.value - from.value) * ((u - from.p) / (to.p - from.p));
}

double dist_draw(const struct dist *dist, struct draws *draws) {
  switch (dist->kind) {
    case DIST_CONSTANT:
      return dist->a;
    case DIST_UNIFORM:
      return dist->a + (dist->b - dist->a) * draws_unit(draws);
    case DIST_EXPONENTIAL:
      return dist->a * zig_exponential(draws);
    case DIST_NORMAL:
      return draw_normal(dist->a, dist->b, draws);
    case DIST_LOGNORMAL:
      return det_exp(dist->a + dist->b * zig_normal(draws));
    case DIST_GAMMA:
      return dist->b * draw_gamma(dist->a, draws);
    case DIST_WEIBULL:
      return dist->b * det_pow(zig_exponential(draws), 1.0 / dist->a);
    case DIST_PARETO:
      return draw_pareto(dist, draws);
    case DIST_HYPEREXP: {
      double mean = dist->parts[draw_part(dist, draws)].a;
      return mean * zig_exponential(draws);
    }
    case DIST_EMPIRICAL:
      return draw_empirical(dist, draws);
    case DIST_SAMPLES:
      return dist->samples[draws_below(draws, dist->n)];
    case DIST_MIXTURE:
      return dist_draw(&dist->parts[draw_part(dist, draws)], draws);
    case DIST_SHIFTED:
      return dist->a + dist_draw(&dist->parts[0], draws);
  }
  assert(!"a known kind of distribution");
  return 0;
}

/* Moments. Where a law can be narrow, the variance is taken about the mean, not as a difference. */

struct moments {
  double mean, cv2; /* INFINITY where they do not exist */
};

static struct moments moments_of(const struct dist *dist);

static struct moments from_variance(double mean, double variance) {
  if (variance == 0) return (struct moments){mean, 0};
  if (variance == INFINITY) return (struct moments){mean, INFINITY};
  return (struct moments){mean, variance / mean / mean};
}

static double variance_of(struct moments moments) {
  return moments.cv2 == 0 ? 0 : moments.cv2 * moments.mean * moments.mean;
}

static struct moments normal_moments(double mean, double sd) {
  if (sd == 0) return (struct moments){mean, 0};
  /* The normal law truncated below 0, with m = mean / sd and lambda = phi(m) / Phi(m) (Johnson,
   * Kotz, Balakrishnan, Continuous Univariate Distributions 1, section 13.10.1). */
  double m = mean / sd;
  double lambda = det_exp(-0.5 * m * m) / (2.5066282746310005 * det_normal_cdf(m));
  return from_variance(mean + sd * lambda, sd * sd * (1.0 - lambda * (m + lambda)));
}

static struct moments weibull_moments(double shape, double scale) {
  double x = 1.0 / shape;
  double first = det_lgamma(1.0 + x);
  /* log(cv2 + 1); its series in x (from that of log gamma(1 + x), DLMF 5.7.3) once the difference
   * would cancel: x^2 pi^2/6 - 2 zeta(3) x^3 + 7 zeta(4)/2 x^4. */
  double spread = det_lgamma(1.0 + 2.0 * x) - 2.0 * first;
  if (x < 1e-3) {
    spread = x * x * (1.6449340668482264 - x * (2.4041138063191886 - x * 3.7881313179889836));
  }
  return (struct moments){scale * det_exp(first), det_expm1(spread)};
}

/* E(X^k) / minimum^k of the Pareto law: shape / (shape - k) for maximum = infinity, else
 * shape (1 - r^((shape - k) / shape)) / ((shape - k) (1 - r)); log_ratio = log(minimum/maximum). */
static double pareto_moment(double shape, double log_ratio, double k) {
  double excess = shape - k;
  if (log_ratio == -INFINITY) return excess > 0 ? shape / excess : INFINITY;
  double body = excess == 0 ? -log_ratio : -det_expm1(excess * log_ratio) / excess;
  return shape * body / -det_expm1(shape * log_ratio);
}

static struct moments pareto_moments(const struct dist *dist) {
  double a = dist->a, log_ratio = det_log(dist->b / dist->c);
  double first = pareto_moment(a, log_ratio, 1), second = pareto_moment(a, log_ratio, 2);
  double mean = dist->b * first;
  if (second == INFINITY) return (struct moments){mean, INFINITY};
  if (log_ratio == -INFINITY) return (struct moments){mean, 1.0 / (a * (a - 2.0))};
  double cv2 = second / (first * first) - 1.0;
  return (struct moments){mean, cv2 > 0 ? cv2 : 0};
}

static struct moments empirical_moments(const struct dist *dist) {
  double mean = 0, variance = 0;
  for (uint32_t i = 1; i < dist->n; i++) {
    const struct dist_point *p = &dist->points[i];
    mean += (p[0].p - p[-1].p) * 0.5 * (p[0].value + p[-1].value);
  }
  for (uint32_t i = 1; i < dist->n; i++) {
    /* Within a piece the value is uniform from mean + low to mean + high. */
    const struct dist_point *p = &dist->points[i];
    double low = p[-1].value - mean, high = p[0].value - mean;
    variance += (p[0].p - p[-1].p) * (low * low + low * high + high * high) / 3.0;
  }
  return from_variance(mean, variance);
}

static struct moments sample_moments(const struct dist *dist) {
  double mean = 0, variance = 0;
  for (uint32_t i = 0; i < dist->n; i++) mean += dist->samples[i];
  mean /= dist->n;
  for (uint32_t i = 0; i < dist->n; i++) {
    variance += (dist->samples[i] - mean) * (dist->samples[i] - mean);
  }
  return from_variance(mean, variance / dist->n);
}

/* Also of HYPEREXP. */
static struct moments mixture_moments(const struct dist *dist) {
  double mean = 0, variance = 0, before = 0;
  for (uint32_t i = 0; i < dist->n; i++) {
    double weight = dist->cumulative[i] - before;
    before = dist->cumulative[i];
    if (weight > 0) mean += weight * moments_of(&dist->parts[i]).mean;
  }
  if (mean == INFINITY) return (struct moments){INFINITY, INFINITY};
  before = 0;
  for (uint32_t i = 0; i < dist->n; i++) {
    double weight = dist->cumulative[i] - before;
    before = dist->cumulative[i];
    if (!(weight > 0)) continue;
    struct moments part = moments_of(&dist->parts[i]);
    variance += weight * (variance_of(part) + (part.mean - mean) * (part.mean - mean));
  }
  return from_variance(mean, variance);
}

static struct moments moments_of(const struct dist *dist) {
  double a = dist->a, b = dist->b;
  switch (dist->kind) {
    case DIST_CONSTANT:
      return (struct moments){a, 0};
    case DIST_UNIFORM:
      return from_variance(0.5 * (a + b), (b - a) * (b - a) / 12.0);
    case DIST_EXPONENTIAL:
      return (struct moments){a, 1};
    case DIST_NORMAL:
      return normal_moments(a, b);
    case DIST_LOGNORMAL:
      return (struct moments){det_exp(a + 0.5 * b * b), det_expm1(b * b)};
    case DIST_GAMMA:
      return (struct moments){a * b, 1.0 / a};
    case DIST_WEIBULL:
      return weibull_moments(a, b);
    case DIST_PARETO:
      return pareto_moments(dist);
    case DIST_HYPEREXP:
    case DIST_MIXTURE:
      return mixture_moments(dist);
    case DIST_EMPIRICAL:
      return empirical_moments(dist);
    case DIST_SAMPLES:
      return sample_moments(dist);
    case DIST_SHIFTED: {
      struct moments inner = moments_of(&dist->parts[0]);
      return from_variance(a + inner.mean, variance_of(inner));
    }
  }
  assert(!"a known kind of distribution");
  return (struct moments){0, 0};
}

double dist_mean(const struct dist *dist) {
  return moments_of(dist).mean;
}

double dist_cv2(const struct dist *dist) {
  return moments_of(dist).cv2;
}

/* Descriptions. */

struct quantity {
  char text[32];
};

/* "10ms" if it is a time, else "10". */
static struct quantity quantity(bool is_time, double value) {
  struct quantity out;
  const char *unit = "";
  if (is_time && value > 0 && value < INFINITY) {
    /* Chosen after rounding to four digits, lest 999.99 us read "1000us". */
    if (value < 999.95)
      unit = "ns";
    else if (value < 999.95e3)
      value /= 1e3, unit = "us";
    else if (value < 999.95e6)
      value /= 1e6, unit = "ms";
    else
      value /= 1e9, unit = "s";
  }
  snprintf(out.text, sizeof out.text, "%.4g%s", value, unit);
  return out;
}

void dist_describe(const struct dist *dist, bool is_time, char *out, size_t size) {
  struct quantity a = quantity(is_time, dist->a), b = quantity(is_time, dist->b);
  struct quantity c = quantity(is_time, dist->c), mean = quantity(is_time, dist_mean(dist));
  switch (dist->kind) {
    case DIST_CONSTANT:
      snprintf(out, size, "constant(%s)", a.text);
      return;
    case DIST_UNIFORM:
      snprintf(out, size, "uniform(%s to %s)", a.text, b.text);
      return;
    case DIST_EXPONENTIAL:
      snprintf(out, size, "exponential(mean %s)", a.text);
      return;
    case DIST_NORMAL:
      snprintf(out, size, "normal(mean %s, sd %s)", a.text, b.text);
      return;
    case DIST_LOGNORMAL:
      snprintf(out, size, "lognormal(mean %s, cv %.4g)", mean.text, sqrt(dist_cv2(dist)));
      return;
    case DIST_GAMMA:
      snprintf(out, size, "gamma(mean %s, shape %.4g)", mean.text, dist->a);
      return;
    case DIST_WEIBULL:
      snprintf(out, size, "weibull(scale %s, shape %.4g)", b.text, dist->a);
      return;
    case DIST_PARETO:
      if (dist->c == INFINITY) {
        snprintf(out, size, "pareto(minimum %s, shape %.4g)", b.text, dist->a);
      } else {
        snprintf(out, size, "pareto(minimum %s, shape %.4g, maximum %s)", b.text, dist->a, c.text);
      }
      return;
    case DIST_HYPEREXP:
      snprintf(out, size, "hyperexp(mean %s, cv2 %.4g)", mean.text, dist_cv2(dist));
      return;
    case DIST_EMPIRICAL:
      snprintf(out, size, "empirical(%u points, mean %s)", dist->n, mean.text);
      return;
    case DIST_SAMPLES:
      snprintf(out, size, "samples(%u values, mean %s)", dist->n, mean.text);
      return;
    case DIST_MIXTURE:
      snprintf(out, size, "mixture(%u parts, mean %s)", dist->n, mean.text);
      return;
    case DIST_SHIFTED: {
      char inner[160];
      dist_describe(&dist->parts[0], is_time, inner, sizeof inner);
      snprintf(out, size, "shifted(%s + %s)", a.text, inner);
      return;
    }
  }
  assert(!"a known kind of distribution");
}

uint64_t dist_draw_keyed_slow(const struct dist *dist, const struct stream *stream, uint64_t entity,
                              uint64_t first) {
  struct draws draws = draws_begin(*stream, entity, first);
  return dist_draw_whole(dist, &draws);
}

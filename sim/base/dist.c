#include "dist.h"

#include <assert.h>
#include <math.h> /* sqrt and constants: the same bits everywhere */
#include <stdio.h>
#include <string.h>

#include "detmath.h"

/* Checks of arguments. Each returns false with a sentence. */

static bool positive(struct error *err, const char *law, const char *name, double value) {
  if (value > 0 && value < INFINITY) return true;
  return error_set(err, "%s: %s must be greater than 0%s, got %g", law, name,
                   value > 0 ? " and finite" : "", value);
}

static bool not_negative(struct error *err, const char *law, const char *name, double value) {
  if (value >= 0 && value < INFINITY) return true;
  return error_set(err, "%s: %s must be at least 0%s, got %g", law, name,
                   value > 0 ? " and finite" : "", value);
}

static bool between(struct error *err, const char *law, const char *name, double value, double low,
                    double high) {
  if (value >= low && value <= high) return true;
  return error_set(err, "%s: %s must be from %g to %g, got %g", law, name, low, high, value);
}

/* `greater` must be finite and above `less`; both have been found positive. */
static bool above(struct error *err, const char *law, const char *name, double greater,
                  const char *than, double less) {
  if (greater > less) return true;
  return error_set(err, "%s: %s must be greater than %s, got %s = %g and %s = %g", law, name, than,
                   name, greater, than, less);
}

static bool not_empty(struct error *err, const char *law, const char *name, uint32_t n) {
  if (n > 0) return true;
  return error_set(err, "%s: %s must not be empty", law, name);
}

/* Simple laws. */

struct dist dist_constant(double value) {
  assert(value >= 0 && value < INFINITY);
  return (struct dist){.kind = DIST_CONSTANT, .a = value};
}

bool dist_uniform(struct dist *out, double low, double high, struct error *err) {
  if (!not_negative(err, "uniform", "low", low)) return false;
  if (!not_negative(err, "uniform", "high", high)) return false;
  if (high < low) {
    return error_set(err, "uniform: high must be at least low, got low = %g and high = %g", low,
                     high);
  }
  *out = (struct dist){.kind = DIST_UNIFORM, .a = low, .b = high};
  return true;
}

bool dist_exponential(struct dist *out, double mean, struct error *err) {
  if (!positive(err, "exponential", "mean", mean)) return false;
  *out = (struct dist){.kind = DIST_EXPONENTIAL, .a = mean};
  return true;
}

bool dist_normal(struct dist *out, double mean, double sd, struct error *err) {
  /* A negative mean would make most draws be redrawn. */
  if (!not_negative(err, "normal", "mean", mean)) return false;
  if (!not_negative(err, "normal", "sd", sd)) return false;
  *out = (struct dist){.kind = DIST_NORMAL, .a = mean, .b = sd};
  return true;
}

/* Lognormal: log X is normal with mean mu and standard deviation sigma, so that the mean is
 * exp(mu + sigma^2/2), the median exp(mu) and the p-quantile exp(mu + z_p sigma). */

#define SIGMA_MAX 20.0 /* the mean is then e^200 times the median: surely a mistake beyond */

static bool lognormal(struct dist *out, double mu, double sigma, struct error *err) {
  if (!between(err, "lognormal", "the sigma that follows from the arguments", sigma, 0,
               SIGMA_MAX)) {
    return false;
  }
  *out = (struct dist){.kind = DIST_LOGNORMAL, .a = mu, .b = sigma};
  return true;
}

bool dist_lognormal_mean_cv(struct dist *out, double mean, double cv, struct error *err) {
  if (!positive(err, "lognormal", "mean", mean)) return false;
  if (!between(err, "lognormal", "cv", cv, 0, 1e6)) return false;
  double variance = det_log1p(cv * cv);
  return lognormal(out, det_log(mean) - 0.5 * variance, sqrt(variance), err);
}

bool dist_lognormal_mean_sigma(struct dist *out, double mean, double sigma, struct error *err) {
  if (!positive(err, "lognormal", "mean", mean)) return false;
  if (!between(err, "lognormal", "sigma", sigma, 0, SIGMA_MAX)) return false;
  return lognormal(out, det_log(mean) - 0.5 * sigma * sigma, sigma, err);
}

static bool lognormal_from_median(struct dist *out, double p50, double p, const char *name,
                                  double value, struct error *err) {
  if (!positive(err, "lognormal", "p50", p50)) return false;
  if (!positive(err, "lognormal", name, value)) return false;
  if (!above(err, "lognormal", name, value, "p50", p50)) return false;
  double mu = det_log(p50);
  return lognormal(out, mu, (det_log(value) - mu) / det_normal_quantile(p), err);
}

bool dist_lognormal_p50_p99(struct dist *out, double p50, double p99, struct error *err) {
  return lognormal_from_median(out, p50, 0.99, "p99", p99, err);
}

bool dist_lognormal_p50_p95(struct dist *out, double p50, double p95, struct error *err) {
  return lognormal_from_median(out, p50, 0.95, "p95", p95, err);
}

bool dist_lognormal_p50_mean(struct dist *out, double p50, double mean, struct error *err) {
  if (!positive(err, "lognormal", "p50", p50)) return false;
  if (!positive(err, "lognormal", "mean", mean)) return false;
  if (!above(err, "lognormal", "mean", mean, "p50", p50)) return false;
  double mu = det_log(p50);
  return lognormal(out, mu, sqrt(2.0 * (det_log(mean) - mu)), err);
}

bool dist_lognormal_mean_p99(struct dist *out, double mean, double p99, struct error *err) {
  if (!positive(err, "lognormal", "mean", mean)) return false;
  if (!positive(err, "lognormal", "p99", p99)) return false;
  if (!above(err, "lognormal", "p99", p99, "mean", mean)) return false;
  /* log(p99 / mean) = z sigma - sigma^2 / 2. Of the two solutions the smaller is meant: the other
   * has sigma > z = 2.3, that is a cv above 15. */
  double z = det_normal_quantile(0.99);
  double ratio = det_log(p99) - det_log(mean);
  if (ratio > 0.5 * z * z) {
    return error_set(err,
                     "lognormal: p99 must be at most %.4g times mean (no lognormal law has more), "
                     "got p99 = %g and mean = %g",
                     det_exp(0.5 * z * z), p99, mean);
  }
  /* z - sqrt(z^2 - 2 ratio) without cancellation. */
  double sigma = 2.0 * ratio / (z + sqrt(z * z - 2.0 * ratio));
  return lognormal(out, det_log(mean) - 0.5 * sigma * sigma, sigma, err);
}

bool dist_gamma(struct dist *out, double mean, double shape, struct error *err) {
  if (!positive(err, "gamma", "mean", mean)) return false;
  if (!between(err, "gamma", "shape", shape, 1e-3, 1e9)) return false;
  double scale = mean / shape;
  if (!positive(err, "gamma", "mean / shape", scale)) return false;
  *out = (struct dist){.kind = DIST_GAMMA, .a = shape, .b = scale};
  return true;
}

bool dist_weibull_scale(struct dist *out, double scale, double shape, struct error *err) {
  if (!positive(err, "weibull", "scale", scale)) return false;
  if (!between(err, "weibull", "shape", shape, 0.05, 1e9)) return false;
  *out = (struct dist){.kind = DIST_WEIBULL, .a = shape, .b = scale};
  return true;
}

bool dist_weibull_mean(struct dist *out, double mean, double shape, struct error *err) {
  if (!positive(err, "weibull", "mean", mean)) return false;
  if (!between(err, "weibull", "shape", shape, 0.05, 1e9)) return false;
  return dist_weibull_scale(out, mean / det_exp(det_lgamma(1.0 + 1.0 / shape)), shape, err);
}

bool dist_pareto(struct dist *out, double minimum, double shape, double maximum,
                 struct error *err) {
  if (!positive(err, "pareto", "minimum", minimum)) return false;
  if (!between(err, "pareto", "shape", shape, 0.01, 1e9)) return false;
  if (!above(err, "pareto", "maximum", maximum, "minimum", minimum)) return false;
  /* So that minimum / maximum is an ordinary number. */
  if (maximum < INFINITY && minimum / maximum < 1e-300) {
    return error_set(err, "pareto: maximum must be infinite or at most 1e300 times minimum, got %g",
                     maximum);
  }
  *out = (struct dist){.kind = DIST_PARETO, .a = shape, .b = minimum, .c = maximum};
  return true;
}

/* Composed laws. */

/* Cumulative weights scaled such that the last is 1. A part of weight 0 is never chosen, because
 * its cumulative weight is that of its predecessor. */
static const double *cumulate(struct arena *arena, const char *law, uint32_t n,
                              const double *weights, struct error *err) {
  double total = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!not_negative(err, law, "weight", weights[i])) return NULL;
    total += weights[i];
  }
  if (!positive(err, law, "the sum of the weights", total)) return NULL;
  double *cumulative = arena_alloc(arena, n * sizeof cumulative[0]);
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    sum += weights[i];
    cumulative[i] = sum / total;
  }
  return cumulative;
}

bool dist_hyperexp(struct dist *out, struct arena *arena, uint32_t n, const double *weights,
                   const double *means, struct error *err) {
  if (!not_empty(err, "hyperexp", "means", n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (!positive(err, "hyperexp", "mean", means[i])) return false;
  }
  const double *cumulative = cumulate(arena, "hyperexp", n, weights, err);
  if (cumulative == NULL) return false;
  struct dist *parts = arena_alloc(arena, n * sizeof parts[0]);
  for (uint32_t i = 0; i < n; i++) {
    parts[i] = (struct dist){.kind = DIST_EXPONENTIAL, .a = means[i]};
  }
  *out = (struct dist){.kind = DIST_HYPEREXP, .n = n, .parts = parts, .cumulative = cumulative};
  return true;
}

bool dist_hyperexp_cv2(struct dist *out, struct arena *arena, double mean, double cv2,
                       struct error *err) {
  if (!positive(err, "hyperexp", "mean", mean)) return false;
  if (!between(err, "hyperexp", "cv2", cv2, 1, 1e9)) return false;
  /* Balanced means (each phase contributes half of the mean): p1 = (1 + s) / 2 with
   * s = sqrt((cv2 - 1) / (cv2 + 1)); p2 = (1 - s) / 2 written without cancellation. */
  double s = sqrt((cv2 - 1.0) / (cv2 + 1.0));
  const double weights[2] = {0.5 * (1.0 + s), 1.0 / ((cv2 + 1.0) * (1.0 + s))};
  const double means[2] = {0.5 * mean / weights[0], 0.5 * mean / weights[1]};
  return dist_hyperexp(out, arena, 2, weights, means, err);
}

static bool check_point(const struct dist_point *points, uint32_t i, struct error *err) {
  if (!between(err, "empirical", "probability", points[i].p, 0, 1)) return false;
  if (!not_negative(err, "empirical", "value", points[i].value)) return false;
  if (i == 0) return true;
  if (points[i].p <= points[i - 1].p) {
    return error_set(
        err, "empirical: each probability must be greater than the one before, got %g after %g",
        points[i].p, points[i - 1].p);
  }
  if (points[i].value < points[i - 1].value) {
    return error_set(err,
                     "empirical: a value must not be less than the one before, got %g after %g",
                     points[i].value, points[i - 1].value);
  }
  return true;
}

bool dist_empirical(struct dist *out, struct arena *arena, uint32_t n,
                    const struct dist_point *points, struct error *err) {
  if (!not_empty(err, "empirical", "points", n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (!check_point(points, i, err)) return false;
  }
  struct dist_point *table = arena_alloc(arena, (n + (size_t)2) * sizeof table[0]);
  uint32_t used = 0;
  if (points[0].p > 0) table[used++] = (struct dist_point){0.0, points[0].value};
  memcpy(table + used, points, n * sizeof table[0]);
  used += n;
  struct dist_point last = points[n - 1];
  if (last.p < 1) {
    double slope = 0;
    if (n > 1) slope = (last.value - points[n - 2].value) / (last.p - points[n - 2].p);
    double top = last.value + slope * (1.0 - last.p);
    if (!not_negative(err, "empirical", "the value continued to probability 1", top)) return false;
    table[used++] = (struct dist_point){1.0, top};
  }
  /* A single point at p = 1 or 0 has got its partner above, so there are at least two. */
  *out = (struct dist){.kind = DIST_EMPIRICAL, .n = used, .points = table};
  return true;
}

bool dist_samples(struct dist *out, struct arena *arena, uint32_t n, const double *samples,
                  struct error *err) {
  if (!not_empty(err, "samples", "the list", n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (!not_negative(err, "samples", "value", samples[i])) return false;
  }
  double *copy = arena_alloc(arena, n * sizeof copy[0]);
  memcpy(copy, samples, n * sizeof copy[0]);
  *out = (struct dist){.kind = DIST_SAMPLES, .n = n, .samples = copy};
  return true;
}

bool dist_mixture(struct dist *out, struct arena *arena, uint32_t n, const double *weights,
                  const struct dist *parts, struct error *err) {
  if (!not_empty(err, "mixture", "parts", n)) return false;
  const double *cumulative = cumulate(arena, "mixture", n, weights, err);
  if (cumulative == NULL) return false;
  struct dist *copy = arena_alloc(arena, n * sizeof copy[0]);
  memcpy(copy, parts, n * sizeof copy[0]);
  *out = (struct dist){.kind = DIST_MIXTURE, .n = n, .parts = copy, .cumulative = cumulative};
  return true;
}

bool dist_shifted(struct dist *out, struct arena *arena, double shift, const struct dist *of,
                  struct error *err) {
  if (!not_negative(err, "shifted", "shift", shift)) return false;
  struct dist *copy = arena_alloc(arena, sizeof copy[0]);
  *copy = *of;
  *out = (struct dist){.kind = DIST_SHIFTED, .a = shift, .n = 1, .parts = copy};
  return true;
}

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

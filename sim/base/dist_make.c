#include "dist_make.h"

#include <assert.h>
#include <math.h> /* sqrt and constants: the same bits everywhere */
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

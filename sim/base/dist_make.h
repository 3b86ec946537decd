/* Makers of distributions.
 *
 * Each checks its arguments; on a mistake it returns false with a sentence that names the argument
 * and its range. Tables are copied into the arena. */
#ifndef DIST_MAKE_H
#define DIST_MAKE_H

#include "arena.h"
#include "dist.h"
#include "error.h"

struct dist dist_constant(double value);
bool dist_uniform(struct dist *out, double low, double high, struct error *err);
bool dist_exponential(struct dist *out, double mean, struct error *err);
bool dist_normal(struct dist *out, double mean, double sd, struct error *err);
bool dist_lognormal_mean_cv(struct dist *out, double mean, double cv, struct error *err);
bool dist_lognormal_mean_sigma(struct dist *out, double mean, double sigma, struct error *err);
bool dist_lognormal_p50_p99(struct dist *out, double p50, double p99, struct error *err);
bool dist_lognormal_p50_p95(struct dist *out, double p50, double p95, struct error *err);
bool dist_lognormal_p50_mean(struct dist *out, double p50, double mean, struct error *err);
bool dist_lognormal_mean_p99(struct dist *out, double mean, double p99, struct error *err);
bool dist_gamma(struct dist *out, double mean, double shape, struct error *err);
bool dist_weibull_scale(struct dist *out, double scale, double shape, struct error *err);
bool dist_weibull_mean(struct dist *out, double mean, double shape, struct error *err);
/* maximum may be INFINITY */
bool dist_pareto(struct dist *out, double minimum, double shape, double maximum, struct error *err);
/* Two-phase hyperexponential with balanced means for the given squared coefficient of variation. */
bool dist_hyperexp_cv2(struct dist *out, struct arena *arena, double mean, double cv2,
                       struct error *err);
bool dist_hyperexp(struct dist *out, struct arena *arena, uint32_t n, const double *weights,
                   const double *means, struct error *err);
/* `points` need not hold p = 0 and p = 1: the first and last value are then continued flat to 0
 * resp. by the slope of the last two points to p = 1. */
bool dist_empirical(struct dist *out, struct arena *arena, uint32_t n,
                    const struct dist_point *points, struct error *err);
bool dist_samples(struct dist *out, struct arena *arena, uint32_t n, const double *samples,
                  struct error *err);
bool dist_mixture(struct dist *out, struct arena *arena, uint32_t n, const double *weights,
                  const struct dist *parts, struct error *err);
bool dist_shifted(struct dist *out, struct arena *arena, double shift, const struct dist *of,
                  struct error *err);

#endif

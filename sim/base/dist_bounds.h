/* What a distribution is certain to exceed, for checks that draw nothing. */
#ifndef DIST_BOUNDS_H
#define DIST_BOUNDS_H

#include "dist.h"

/* No draw is below it: 0 where nothing better is known. */
double dist_least(const struct dist *dist);

/* The quantile p, 0 < p < 1, is not below it; exact for CONSTANT, UNIFORM, EXPONENTIAL, LOGNORMAL,
 * WEIBULL, PARETO and EMPIRICAL, else at least dist_least. */
double dist_quantile_least(const struct dist *dist, double p);

#endif

/* The binomial law, exactly, for what a test may expect of random results.
 *
 * Of n independent values, the number below the true q-quantile is binomial(n, q), whatever their
 * law. So the r-th and the s-th smallest are a distribution-free confidence interval of the
 * quantile (David and Nagaraja, "Order Statistics", 3rd ed., 7.1). So is the number of 95 %
 * intervals that cover the truth is binomial(n, 0.95). Sums over the probabilities; n up to some
 * 1e6. */
#ifndef BINOMIAL_H
#define BINOMIAL_H

#include <stdint.h>

double binomial_cdf(uint64_t k, uint64_t n, double p); /* P(X <= k) */

struct ranks {
  uint64_t lower, upper; /* of order statistics, from 1; 0: no sample is low enough, n + 1: high */
  double coverage;       /* P(X(lower) <= quantile < X(upper)) */
};

/* The narrowest with at most (1 - confidence) / 2 in each tail. */
struct ranks quantile_ranks(uint64_t n, double q, double confidence);

/* The least n for which the largest of n values is an upper bound of the q-quantile. */
uint64_t quantile_bound_samples(double q, double confidence);

/* The shares of successes k / n that n trials of chance p keep to with probability 1 - alpha: from
 * the alpha / 2 to the 1 - alpha / 2 quantile of the binomial law. */
struct band {
  double low, high;
};
struct band binomial_band(uint64_t n, double p, double alpha);

#endif

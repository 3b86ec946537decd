#include "binomial.h"

#include <math.h>

double binomial_cdf(uint64_t k, uint64_t n, double p) {
  if (k >= n) return 1;
  double sum = 0, odds = log(p) - log1p(-p);
  double term = (double)n * log1p(-p); /* log P(X = i) */
  for (uint64_t i = 0; i <= k; i++) {
    sum += exp(term);
    term += odds + log((double)(n - i)) - log((double)(i + 1));
  }
  return sum < 1 ? sum : 1;
}

/* The smallest k with P(X <= k) >= level. */
static uint64_t quantile(uint64_t n, double p, double level) {
  uint64_t low = 0, high = n;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (binomial_cdf(middle, n, p) >= level) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/* X(r) <= quantile means that at least r values lie below it: P = 1 - P(X <= r - 1). */
struct ranks quantile_ranks(uint64_t n, double q, double confidence) {
  double tail = (1 - confidence) / 2;
  uint64_t low = quantile(n, q, tail); /* P(X <= low - 1) < tail */
  uint64_t high = quantile(n, q, 1 - tail);
  double below = low > 0 ? binomial_cdf(low - 1, n, q) : 0;
  return (struct ranks){low, high + 1, binomial_cdf(high, n, q) - below};
}

uint64_t quantile_bound_samples(double q, double confidence) {
  return (uint64_t)ceil(log(1 - confidence) / log(q));
}

struct band binomial_band(uint64_t n, double p, double alpha) {
  return (struct band){(double)quantile(n, p, alpha / 2) / (double)n,
                       (double)quantile(n, p, 1 - alpha / 2) / (double)n};
}

/* What algorithms ask of candidates. */
#include "algorithm.h"

bool candidates_have(const struct candidates *c, uint32_t which) {
  uint32_t low = 0, high = c->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (c->which[middle] < which) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < c->n && c->which[low] == which;
}

uint32_t candidates_at(const struct candidates *c, const double *weight, double u) {
  if (!weight) return c->which[(uint32_t)(u * c->n)];
  double all = 0;
  for (uint32_t i = 0; i < c->n; i++) all += weight[c->which[i]];
  double at = u * all;
  for (uint32_t i = 0; i + 1 < c->n; i++) {
    at -= weight[c->which[i]];
    if (at < 0) return c->which[i];
  }
  return c->which[c->n - 1];
}

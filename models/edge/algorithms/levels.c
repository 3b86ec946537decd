#include "levels.h"

static double in_use(const struct levels *levels, uint32_t level) {
  return levels->total[level] ? (double)levels->in_use[level] / levels->total[level] : 0;
}

static uint32_t percent(double share) {
  return share >= 1 ? 100 : (uint32_t)(100 * share + 1e-9);
}

/* Shares of 100 in proportion to `part`, as whole numbers; what rounding leaves over goes to those
 * that lost most by it, as in the tables of Envoy's documentation. */
static void round_shares(const uint32_t *part, uint32_t n, uint32_t all, uint32_t *share) {
  uint32_t given = 0;
  for (uint32_t i = 0; i < n; i++) given += share[i] = part[i] * 100 / all;
  for (; given < 100; given++) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++) {
      /* In units of 1 / all; less than 0 once it was rounded up. */
      int64_t lost = (int64_t)part[i] * 100 - (int64_t)share[i] * all;
      if (lost > (int64_t)part[best] * 100 - (int64_t)share[best] * all) best = i;
    }
    share[best]++;
  }
}

void levels_share(struct levels *levels, double overprovisioning, double panic) {
  uint32_t whole = 0, left = 100;
  for (uint32_t i = 0; i < levels->n; i++) {
    levels->part[i] = percent(overprovisioning * in_use(levels, i));
    whole += levels->part[i];
  }
  for (uint32_t i = 0; i < levels->n; i++) {
    levels->panics[i] = whole < 100 && levels->total[i] > 0 && in_use(levels, i) < panic;
    levels->load[i] = levels->part[i] < left ? levels->part[i] : left;
    left -= levels->load[i];
  }
  if (whole > 0 && whole < 100) round_shares(levels->part, levels->n, whole, levels->load);
  if (whole == 0) levels->load[0] = 100; /* nothing is in use */
}

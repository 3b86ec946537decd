#include "upper_end.h"

#include <math.h>

#include "detmath.h"

#define POINTS 16

/* The mean of values at equal steps of rank beyond the quantile, less the quantile. */
static double mean_excess(const struct hist *whole, double q, double value) {
  double sum = 0;
  for (int i = 0; i < POINTS; i++) {
    sum += hist_quantile(whole, 1 - (1 - q) * (i + 0.5) / POINTS) / 1e9 - value;
  }
  return sum / POINTS;
}

void upper_end_raise(struct estimate *e, const struct hist *whole, double q) {
  double half = e->hi - e->value;
  if (q < 0.5 || q >= 1 || !(half > 0) || !isfinite(half)) return;
  double excess = mean_excess(whole, q, e->value), most = (double)hist_max(whole) / 1e9;
  double raised = half < excess ? e->value - excess * det_log(1 - half / excess) : most;
  e->hi = fmax(e->hi, fmin(raised, most));
}

#include "plot_knee.h"

#include <math.h>

uint32_t plot_knee(const double *x, const double *y, uint32_t n) {
  if (n < 4 || !(y[n - 1] > y[0]) || !(x[n - 1] > x[0])) return KNEE_NONE;
  uint32_t knee = KNEE_NONE;
  double farthest = KNEE_LEAST;
  for (uint32_t i = 1; i + 1 < n; i++) {
    double across = (x[i] - x[0]) / (x[n - 1] - x[0]);
    double up = (y[i] - y[0]) / (y[n - 1] - y[0]);
    /* In the stretched square the distance below the chord is proportional to across - up. */
    if (across - up > farthest) {
      farthest = across - up;
      knee = i;
    }
  }
  return knee;
}

bool plot_is_flat(const double *lo, const double *hi, uint32_t n) {
  double highest = -INFINITY, lowest = INFINITY;
  for (uint32_t i = 0; i < n; i++) {
    highest = fmax(highest, lo[i]);
    lowest = fmin(lowest, hi[i]);
  }
  return highest <= lowest;
}

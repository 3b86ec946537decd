#include "plot_knee.h"

uint32_t plot_knee(const struct knee_curve *c) {
  uint32_t n = c->n, knee = KNEE_NONE;
  if (n < 4 || !(c->y[n - 1] > c->y[0]) || !(c->x[n - 1] > c->x[0])) return KNEE_NONE;
  double farthest = KNEE_LEAST;
  for (uint32_t i = 1; i + 1 < n; i++) {
    double across = (c->x[i] - c->x[0]) / (c->x[n - 1] - c->x[0]);
    double up = (c->y[i] - c->y[0]) / (c->y[n - 1] - c->y[0]);
    double lowest_chord = c->lo[0] + across * (c->lo[n - 1] - c->lo[0]);
    /* In the stretched square the distance below the chord is proportional to across - up. */
    if (across - up > farthest && c->hi[i] < lowest_chord) {
      farthest = across - up;
      knee = i;
    }
  }
  return knee;
}

#include "zipf.h"

#include <assert.h>
#include <math.h>

#include "detmath.h"

/* W. Hoermann and G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
 * distributions", ACM TOMACS 6(3), 1996. Notation of the paper: the weights are h(x) = x^-s, H is
 * an integral of h, and a uniform point under h, found by inverting H, is rounded to the next rank
 * k. It is kept if it lies under the part of h that stands for rank k, which has area h(k).
 *
 * H is chosen as (x^(1-s) - 1) / (1 - s), written so that s = 1 (where it is log x) is approached
 * smoothly. */

static double weight(const struct zipf *zipf, double x) {
  return det_exp(-zipf->s * det_log(x));
}

/* (exp(x) - 1) / x */
static double expm1_ratio(double x) {
  return x == 0 ? 1.0 : det_expm1(x) / x;
}

/* log(1 + x) / x */
static double log1p_ratio(double x) {
  return x == 0 ? 1.0 : det_log1p(x) / x;
}

static double integral(const struct zipf *zipf, double x) {
  double log_x = det_log(x);
  return expm1_ratio((1.0 - zipf->s) * log_x) * log_x;
}

static double integral_inverse(const struct zipf *zipf, double h) {
  double t = h * (1.0 - zipf->s);
  /* Rounding may carry it beyond the pole at -1, which stands for x = infinity. */
  if (t < -1.0 + 0x1p-53) t = -1.0 + 0x1p-53;
  return det_exp(log1p_ratio(t) * h);
}

void zipf_init(struct zipf *zipf, uint64_t n, double s) {
  assert(n >= 1);
  assert(s >= 0 && s < INFINITY);
  *zipf = (struct zipf){.n = n, .s = s};
  zipf->h_x1 = integral(zipf, 1.5) - 1.0;
  zipf->h_n = integral(zipf, (double)n + 0.5);
  /* Within this distance below k a point is always under rank k's part; 2 and its neighbours are
   * the worst case (the paper's equation for s). */
  zipf->shortcut = 2.0 - integral_inverse(zipf, integral(zipf, 2.5) - weight(zipf, 2.0));
}

uint64_t zipf_draw(const struct zipf *zipf, struct draws *draws) {
  if (zipf->s == 0) return 1 + draws_below(draws, zipf->n);
  /* More than half of the points are kept for every n and s, so the loop ends. */
  for (;;) {
    double h = zipf->h_n + draws_unit(draws) * (zipf->h_x1 - zipf->h_n);
    double x = integral_inverse(zipf, h);
    double k = floor(x + 0.5);
    if (!(k >= 1)) k = 1;
    if (k > (double)zipf->n) k = (double)zipf->n;
    if (k - x <= zipf->shortcut || h >= integral(zipf, k + 0.5) - weight(zipf, k)) {
      uint64_t rank = (uint64_t)k;
      return rank < zipf->n ? rank : zipf->n; /* (double)n may be above n */
    }
  }
}

#include "detmath.h"

#include <math.h> /* sqrt, fabs and constants: exact everywhere */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* ln 2 = LN2_HIGH + LN2_LOW; the last 21 bits of LN2_HIGH are 0, so that its product with any
 * binary exponent is exact. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define LOG2_E 0x1.71547652b82fep+0
#define SQRT_2 0x1.6a09e667f3bcdp+0
#define SQRT_2PI 0x1.40d931ff62706p+1     /* sqrt(2 pi) */
#define HALF_LOG_2PI 0x1.d67f1c864beb5p-1 /* log(2 pi) / 2 */
#define HALF_LOG_PI 0x1.250d048e7a1bdp-1  /* log(pi) / 2 */

/* Adding and subtracting it rounds a double below 2^51 to a whole number. */
#define ROUNDER 0x1.8p52

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* 2^k for -1022 <= k <= 1023. */
static double power_of_two(int k) {
  return from_bits((uint64_t)(k + 1023) << 52);
}

/* x * 2^k for -1100 <= k <= 1100, in two steps so that neither factor leaves the range. */
static double scaled(double x, int k) {
  return x * power_of_two(k / 2) * power_of_two(k - k / 2);
}

/* x > 0 and finite: returns m in [sqrt(1/2), sqrt 2] and sets k such that x = m * 2^k. */
static double split(double x, int *k) {
  int shift = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    shift = -54;
  }
  uint64_t bits = bits_of(x);
  *k = (int)(bits >> 52) - 1023 + shift;
  double m = from_bits((bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
  if (m > SQRT_2) {
    m *= 0.5;
    *k += 1;
  }
  return m;
}

/* log(1 + f) + k ln 2 + correction for 1 + f in [sqrt(1/2), sqrt 2].
 *
 * With s = f / (2 + f), log(1 + f) = 2 artanh(s) = 2s + s R(s^2), and R is the artanh series. As
 * 2s = f - s f, and s f = f^2/2 - s f^2/2, only the small terms suffer rounding when f is left for
 * the last addition (the method of fdlibm's e_log.c). |s| < 0.172, so the terms to s^23 suffice. */
static double log_reduced(double f, int k, double correction) {
  double s = f / (2.0 + f);
  double z = s * s;
  double r = 2.0 / 23;
  r = r * z + 2.0 / 21;
  r = r * z + 2.0 / 19;
  r = r * z + 2.0 / 17;
  r = r * z + 2.0 / 15;
  r = r * z + 2.0 / 13;
  r = r * z + 2.0 / 11;
  r = r * z + 2.0 / 9;
  r = r * z + 2.0 / 7;
  r = r * z + 2.0 / 5;
  r = r * z + 2.0 / 3;
  r *= z;
  double half_square = 0.5 * f * f;
  double small = s * (half_square + r) + (k * LN2_LOW + correction);
  return k * LN2_HIGH - ((half_square - small) - f);
}

double det_log(double x) {
  if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
  if (x == INFINITY) return x;
  int k;
  double m = split(x, &k);
  return log_reduced(m - 1.0, k, 0.0);
}

double det_log1p(double x) {
  if (!(x > -1)) return x == -1 ? -INFINITY : NAN;
  if (x == INFINITY) return x;
  if (x > -0.29 && x < 0.41) return log_reduced(x, 0, 0.0);
  double u = 1.0 + x;
  /* What rounding took from 1 + x; log(u + lost) = log u + lost / u nearly. */
  double lost = x < 1 ? x - (u - 1.0) : 1.0 - (u - x);
  int k;
  double m = split(u, &k);
  return log_reduced(m - 1.0, k, lost / u);
}

/* x = k ln 2 + high - low with whole k and |high - low| <= ln(2) / 2 (a little more when rounded).
 * |x| < 1100. */
struct reduced {
  int k;
  double high, low, r;
};

static struct reduced reduce(double x) {
  double k = (x * LOG2_E + ROUNDER) - ROUNDER;
  struct reduced out = {.k = (int)k, .high = x - k * LN2_HIGH, .low = k * LN2_LOW};
  out.r = out.high - out.low;
  return out;
}

/* exp(r) - 1 by Taylor's series to r^13, whose rest is below 4e-18 for |r| < 0.35. The coefficients
 * of r^2 and above are summed in pairs (Estrin), which is shorter than Horner's chain. */
static double expm1_reduced(struct reduced x) {
  double r = x.r, r2 = r * r, r4 = r2 * r2;
  double q0 = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  double q4 = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  double q8 =
      (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800.0));
  double q = q0 + r4 * (q4 + r4 * q8);
  return x.high - (x.low - r2 * q);
}

double det_exp(double x) {
  if (x != x) return x;
  if (x > 710) return INFINITY;
  if (x < -746) return 0;
  struct reduced reduced = reduce(x);
  double y = 1.0 + expm1_reduced(reduced);
  if (reduced.k > -1021 && reduced.k < 1023) return y * power_of_two(reduced.k);
  return scaled(y, reduced.k);
}

double det_expm1(double x) {
  if (x != x) return x;
  if (x > 40) return det_exp(x);
  if (x < -40) return -1.0;
  struct reduced reduced = reduce(x);
  double y = expm1_reduced(reduced);
  if (reduced.k == 0) return y;
  return power_of_two(reduced.k) * (y + (1.0 - power_of_two(-reduced.k)));
}

double det_pow(double x, double y) {
  if (y == 0 || x == 1) return 1.0;
  if (x == 0) return y > 0 ? 0.0 : y < 0 ? INFINITY : NAN;
  return det_exp(y * det_log(x));
}

/* Stirling's series for x >= 10: log gamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + sum of
 * B_2k / (2k (2k - 1) x^(2k-1)) (DLMF 5.11.1); the first term left out is below 2e-17. */
static double stirling(double x) {
  double z = 1.0 / (x * x);
  double sum = 1.0 / 156;
  sum = sum * z - 691.0 / 360360;
  sum = sum * z + 1.0 / 1188;
  sum = sum * z - 1.0 / 1680;
  sum = sum * z + 1.0 / 1260;
  sum = sum * z - 1.0 / 360;
  sum = sum * z + 1.0 / 12;
  return ((x - 0.5) * det_log(x) - x) + (HALF_LOG_2PI + sum / x);
}

double det_lgamma(double x) {
  if (!(x > 0)) return x == 0 ? INFINITY : NAN;
  if (x == INFINITY) return x;
  /* gamma(x + n) = gamma(x) x (x + 1) ... (x + n - 1) */
  double product = 1.0;
  while (x < 10) {
    product *= x;
    x += 1.0;
  }
  return product == 1.0 ? stirling(x) : stirling(x) - det_log(product);
}

/* Up to here the normal law is summed from the middle, beyond from the tail. */
#define CENTRAL 1.5

static double normal_density(double z) {
  return det_exp(-0.5 * z * z) / SQRT_2PI;
}

/* (Phi(z) - 1/2) / phi(z) = z + z^3/3 + z^5/(3 5) + ... (Abramowitz and Stegun 26.2.11); all terms
 * have one sign. For |z| below CENTRAL. */
static double central_ratio(double z) {
  double term = z, sum = z;
  for (int i = 3; i < 103; i += 2) {
    term *= z * z / i;
    sum += term;
  }
  return sum;
}

/* Mills ratio (1 - Phi(z)) / phi(z) by Laplace's continued fraction (Abramowitz and
 * Stegun 26.2.14). For z >= CENTRAL, where 200 levels are more than double precision needs. */
static double mills_ratio(double z) {
  double fraction = z;
  for (int i = 200; i >= 1; i--) fraction = z + i / fraction;
  return 1.0 / fraction;
}

double det_normal_cdf(double z) {
  if (z != z) return z;
  if (z > 40) return 1.0;
  if (z < -40) return 0.0;
  if (fabs(z) < CENTRAL) return 0.5 + normal_density(z) * central_ratio(z);
  double tail = normal_density(z) * mills_ratio(fabs(z));
  return z < 0 ? tail : 1.0 - tail;
}

/* z > 0 beyond which `tail` (0 < tail < 1/2) of the standard normal law lies. */
static double normal_upper_quantile(double tail) {
  /* Start within 4.5e-4 (Abramowitz and Stegun 26.2.23), then Halley's method, which cubes the
   * error, on Q(z) - tail with Q' = -phi and Q'' = z phi. */
  double log_tail = det_log(tail);
  double t = sqrt(-2.0 * log_tail);
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 3; i++) {
    double excess; /* (Q(z) - tail) / phi(z) */
    if (z < CENTRAL) {
      excess = (0.5 - tail) / normal_density(z) - central_ratio(z);
    } else {
      excess = mills_ratio(z) - SQRT_2PI * det_exp(0.5 * z * z + log_tail);
    }
    z += excess / (1.0 - 0.5 * z * excess);
  }
  return z;
}

double det_normal_quantile(double p) {
  if (!(p > 0 && p < 1)) return NAN;
  if (p == 0.5) return 0.0;
  return p < 0.5 ? -normal_upper_quantile(p) : normal_upper_quantile(1.0 - p);
}

/* log(gamma(a + 1/2) / gamma(a)); for large a by its asymptotic series, because the difference of
 * two large logarithms would lose digits. */
static double log_gamma_half_step(double a) {
  if (a < 20) return det_lgamma(a + 0.5) - det_lgamma(a);
  double z = 1.0 / (a * a);
  return 0.5 * det_log(a) - (1.0 / 8 - z * (1.0 / 192 - z * (1.0 / 640 - z * (17.0 / 14336)))) / a;
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method, without
 * the leading factor. Needs x < (a + 1) / (a + b + 2); takes O(sqrt(max(a, b))) steps. */
static double beta_fraction(double a, double b, double x) {
  const double tiny = 1e-300;
  double c = 1.0;
  double d = 1.0 - (a + b) * x / (a + 1.0);
  d = 1.0 / (fabs(d) < tiny ? tiny : d);
  double value = d;
  for (int i = 1; i < 20000; i++) {
    double m = i;
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1.0;
    const double terms[2] = {even, odd};
    for (int j = 0; j < 2; j++) {
      d = 1.0 + terms[j] * d;
      c = 1.0 + terms[j] / c;
      d = 1.0 / (fabs(d) < tiny ? tiny : d);
      if (fabs(c) < tiny) c = tiny;
      step = c * d;
      value *= step;
    }
    if (fabs(step - 1.0) < 1e-16) break;
  }
  return value;
}

/* log(1 + exp(v)) */
static double softplus(double v) {
  return v > 0 ? v + det_log1p(det_exp(-v)) : det_log1p(det_exp(v));
}

/* Regularized incomplete beta function I_x(a, b) at x = 1 / (1 + exp(-v)), and its derivative by v
 * (which is x^a (1-x)^b / B(a, b)). */
static double beta_at(double a, double b, double log_beta, double v, double *slope) {
  double log_x = -softplus(-v), log_rest = -softplus(v);
  *slope = det_exp(a * log_x + b * log_rest - log_beta);
  double x = det_exp(log_x);
  if (x < (a + 1) / (a + b + 2)) return *slope / a * beta_fraction(a, b, x);
  return 1.0 - *slope / b * beta_fraction(b, a, det_exp(log_rest));
}

/* Solves I_x(a, b) = target for v = log(x / (1 - x)) by Newton's method on log I. As log I is a
 * concave rising function of v, any step lands at or left of the root and the next ones rise to
 * it. */
static double beta_solve(double a, double b, double log_beta, double target, double v) {
  double log_target = det_log(target);
  for (int i = 0; i < 200; i++) {
    double slope;
    double value = beta_at(a, b, log_beta, v, &slope);
    double step = (det_log(value) - log_target) * value / slope;
    v -= step;
    if (fabs(step) < 1e-14 * (1.0 + fabs(v))) break;
  }
  return v;
}

/* For many degrees of freedom: Fisher's expansion about the normal (Abramowitz and Stegun 26.7.5);
 * beyond 1e6 degrees the first term left out is below 1e-12 for every p. */
static double student_near_normal(double p, double n) {
  double z = det_normal_quantile(p), s = z * z;
  double g1 = z * (s + 1) / 4;
  double g2 = z * ((5 * s + 16) * s + 3) / 96;
  double g3 = z * (((3 * s + 19) * s + 17) * s - 15) / 384;
  return z + (g1 + (g2 + g3 / n) / n) / n;
}

double det_student_quantile(double p, double degrees) {
  if (!(p > 0 && p < 1 && degrees > 0)) return NAN;
  if (p == 0.5) return 0.0;
  if (degrees > 1e6) return student_near_normal(p, degrees);

  double tail = p < 0.5 ? p : 1.0 - p;
  double half = 0.5 * degrees;
  double log_beta = HALF_LOG_PI - log_gamma_half_step(half);
  double z = normal_upper_quantile(tail);
  double start = det_log(z * z / degrees);
  double v; /* log(t^2 / degrees) */
  if (tail > 0.25) {
    /* P(0 < T < t) = I_y(1/2, degrees/2) / 2 with y = t^2 / (degrees + t^2) */
    v = beta_solve(0.5, half, log_beta, 1.0 - 2.0 * tail, start);
  } else {
    /* P(T > t) = I_x(degrees/2, 1/2) / 2 with x = degrees / (degrees + t^2) */
    v = -beta_solve(half, 0.5, log_beta, 2.0 * tail, -start);
  }
  double t = det_exp(0.5 * v) * sqrt(degrees);
  return p < 0.5 ? -t : t;
}

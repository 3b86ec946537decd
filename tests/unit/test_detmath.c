/* Aim: the functions of detmath are as accurate as detmath.h says, keep the conventions of libm at
 * the ends of their domains, and give the very bits that earlier versions gave.
 *
 * The oracle is libm in long double, whose own error (about 1e-19) is negligible here; for the
 * Student quantile it is numerical integration of the density. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <float.h>
#include <math.h>

#include "detmath.h"
#include "rng.h"

#define SEED UINT64_C(20250101)
#define POINTS 300000

static struct draws seeded(const char *purpose) {
  print_message("seed %llu, purpose %s\n", (unsigned long long)SEED, purpose);
  return draws_begin(rng_stream(SEED, 0, "test_detmath", purpose), 0, 0);
}

static double uniform(struct draws *draws, double low, double high) {
  return low + (high - low) * draws_unit(draws);
}

static double relative_error(double got, long double want) {
  if (want == 0) return got == 0 ? 0 : INFINITY;
  return (double)fabsl(((long double)got - want) / want);
}

/* Keeps the greatest error and where it was. */
struct worst {
  double error, at;
};

static void note(struct worst *worst, double error, double at) {
  if (error > worst->error || error != error) *worst = (struct worst){error, at};
}

static void judge(const char *name, struct worst worst, double bound) {
  print_message("  %-16s worst error %.3g at %.17g, bound %.3g\n", name, worst.error, worst.at,
                bound);
  assert_true(worst.error < bound);
}

/* Aim: det_log is within 2.5e-16 over all magnitudes and close to 1, where cancellation threatens.
 */
static void test_log(void **state) {
  (void)state;
  struct draws draws = seeded("log");
  struct worst all = {0}, near = {0}, tiny = {0};
  for (int i = 0; i < POINTS; i++) {
    double x = ldexp(1.0 + draws_unit(&draws), (int)draws_below(&draws, 2046) - 1022);
    note(&all, relative_error(det_log(x), logl(x)), x);
    x = 1.0 + ldexp(uniform(&draws, -1, 1), -(int)draws_below(&draws, 50));
    if (x > 0) note(&near, relative_error(det_log(x), logl(x)), x);
    x = ldexp(draws_unit(&draws), -1022);
    note(&tiny, relative_error(det_log(x), logl(x)), x);
  }
  judge("log", all, 2.5e-16);
  judge("log near 1", near, 2.5e-16);
  judge("log of subnormal", tiny, 2.5e-16);
  assert_true(det_log(1) == 0 && !signbit(det_log(1)));
  assert_true(det_log(0) == -INFINITY && det_log(INFINITY) == INFINITY);
  assert_true(isnan(det_log(-1)) && isnan(det_log(NAN)));
}

/* Aim: det_exp is within 2.5e-16 over its whole range, and rounds once into the subnormals. */
static void test_exp(void **state) {
  (void)state;
  struct draws draws = seeded("exp");
  struct worst all = {0}, small = {0}, subnormal = {0};
  for (int i = 0; i < POINTS; i++) {
    double x = uniform(&draws, -708, 709.7);
    note(&all, relative_error(det_exp(x), expl(x)), x);
    x = uniform(&draws, -2, 2);
    note(&small, relative_error(det_exp(x), expl(x)), x);
    x = uniform(&draws, -750, -708);
    double ulps = (double)(fabsl((long double)det_exp(x) - expl(x)) / 0x1p-1074L);
    note(&subnormal, det_exp(x) < DBL_MIN ? ulps : 0, x);
  }
  judge("exp", all, 2.5e-16);
  judge("exp near 0", small, 2.5e-16);
  judge("exp subnormal, in ulps", subnormal, 1.01);
  assert_true(det_exp(0) == 1 && det_exp(-INFINITY) == 0 && det_exp(INFINITY) == INFINITY);
  assert_true(det_exp(709.7827128933840) < INFINITY && det_exp(709.7827128933841) == INFINITY);
  assert_true(det_exp(-745.1) > 0 && det_exp(-745.2) == 0 && isnan(det_exp(NAN)));
}

/* Aim: log1p and expm1 keep a relative accuracy of 2.5e-16 down to the smallest arguments. */
static void test_log1p_expm1(void **state) {
  (void)state;
  struct draws draws = seeded("log1p");
  struct worst log1p_worst = {0}, expm1_worst = {0};
  for (int i = 0; i < POINTS; i++) {
    double size = ldexp(1.0 + draws_unit(&draws), -(int)draws_below(&draws, 80));
    double x = draws_below(&draws, 2) ? size : -0.5 * size;
    if (x > -1) note(&log1p_worst, relative_error(det_log1p(x), log1pl(x)), x);
    note(&expm1_worst, relative_error(det_expm1(x), expm1l(x)), x);
    x = ldexp(1.0 + draws_unit(&draws), (int)draws_below(&draws, 1000));
    note(&log1p_worst, relative_error(det_log1p(x), log1pl(x)), x);
    x = uniform(&draws, -1, 1);
    note(&log1p_worst, relative_error(det_log1p(x), log1pl(x)), x);
    x = uniform(&draws, -60, 700);
    note(&expm1_worst, relative_error(det_expm1(x), expm1l(x)), x);
    x = uniform(&draws, -3, 3);
    note(&expm1_worst, relative_error(det_expm1(x), expm1l(x)), x);
  }
  judge("log1p", log1p_worst, 1.8e-16);
  judge("expm1", expm1_worst, 2.5e-16);
  assert_true(det_log1p(0) == 0 && det_expm1(0) == 0);
  assert_true(det_log1p(-1) == -INFINITY && isnan(det_log1p(-1.5)));
  assert_true(det_log1p(INFINITY) == INFINITY && isnan(det_log1p(NAN)));
  assert_true(det_expm1(-INFINITY) == -1 && det_expm1(INFINITY) == INFINITY);
  assert_true(isnan(det_expm1(NAN)));
}

/* Aim: the error of det_pow is below (4 + 2.5 |y log x|) 1e-16. */
static void test_pow(void **state) {
  (void)state;
  struct draws draws = seeded("pow");
  struct worst worst = {0};
  for (int i = 0; i < POINTS; i++) {
    double x = ldexp(1.0 + draws_unit(&draws), (int)draws_below(&draws, 80) - 40);
    double y = uniform(&draws, -1, 1) * ldexp(1, (int)draws_below(&draws, 12) - 6);
    if (fabs(y * log(x)) > 700) continue;
    double bound = 4e-16 + 2.5e-16 * fabs(y * log(x));
    note(&worst, relative_error(det_pow(x, y), powl(x, y)) / bound, x);
  }
  judge("pow / its bound", worst, 1.0);
  assert_true(det_pow(0, 2) == 0 && det_pow(0, -1) == INFINITY && det_pow(0, 0) == 1);
  assert_true(det_pow(7, 0) == 1 && det_pow(1, INFINITY) == 1 && isnan(det_pow(-1, 2)));
  assert_true(det_pow(2, INFINITY) == INFINITY && det_pow(0.5, INFINITY) == 0);
}

/* Aim: lgamma has an absolute error below 1e-13 for x <= 100 and a relative one of 1e-15 beyond;
 * factorials come out right. */
static void test_lgamma(void **state) {
  (void)state;
  struct draws draws = seeded("lgamma");
  struct worst small = {0}, large = {0};
  for (int i = 0; i < POINTS; i++) {
    double x = exp(uniform(&draws, -40, log(100)));
    note(&small, fabs((double)(det_lgamma(x) - lgammal(x))), x);
    x = exp(uniform(&draws, log(100), 300));
    note(&large, relative_error(det_lgamma(x), lgammal(x)), x);
  }
  judge("lgamma, absolute", small, 1e-13);
  judge("lgamma, relative", large, 1e-15);
  long double factorial = 1;
  for (int n = 1; n <= 20; n++) {
    factorial *= n;
    assert_true(relative_error(exp(det_lgamma(n + 1)), factorial) < 1e-13);
  }
  assert_true(det_lgamma(0) == INFINITY && isnan(det_lgamma(-0.5)) && isnan(det_lgamma(NAN)));
  assert_true(det_lgamma(INFINITY) == INFINITY);
}

/* Aim: the normal distribution function and its quantile agree with erfc. */
static void test_normal(void **state) {
  (void)state;
  struct draws draws = seeded("normal");
  struct worst cdf = {0}, quantile = {0};
  const long double root_half = sqrtl(0.5L), root_two_pi = sqrtl(2 * acosl(-1));
  for (int i = 0; i < POINTS / 10; i++) {
    double z = uniform(&draws, -37, 8);
    double bound = 1e-14 + 2e-16 * z * z;
    note(&cdf, relative_error(det_normal_cdf(z), erfcl(-z * root_half) / 2) / bound, z);

    /* Half of the probabilities uniform, half spread over the magnitudes of a tail. */
    double p = i % 2 ? draws_unit(&draws) : exp(uniform(&draws, -34, log(0.5)));
    if (i % 4 == 2) p = 1 - p;
    double x = det_normal_quantile(p);
    long double tail = erfcl(fabsl(x) * root_half) / 2, wanted = p < 0.5 ? p : 1 - (long double)p;
    long double density = expl(-0.5L * x * x) / root_two_pi;
    note(&quantile, (double)fabsl((tail - wanted) / density), p);
    assert_true((x < 0) == (p < 0.5));
  }
  judge("cdf / its bound", cdf, 1.0);
  judge("normal quantile", quantile, 1e-13);
  assert_true(det_normal_cdf(0) == 0.5 && det_normal_quantile(0.5) == 0);
  assert_true(det_normal_cdf(-INFINITY) == 0 && det_normal_cdf(INFINITY) == 1);
  assert_true(isnan(det_normal_quantile(0)) && isnan(det_normal_quantile(1)));
  assert_true(isnan(det_normal_quantile(NAN)) && isnan(det_normal_cdf(NAN)));
  /* Far out the documented bound does not hold, but the value must still make sense. */
  double far = det_normal_quantile(1e-300);
  assert_true(fabs(far + 37.0471) < 1e-4);
}

/* The integral of sin(u)^power over (0, end) by the tanh-sinh rule, which bears the singularity at
 * 0 for power > -1. */
static long double sine_power_integral(long double power, long double end) {
  const long double step = 1.0L / 64, half_pi = acosl(0);
  long double sum = 0;
  for (int i = -64 * 6; i <= 64 * 6; i++) {
    long double s = half_pi * sinhl(i * step);
    /* The share of the interval below the abscissa, 1 / (1 + exp(-2 s)), and its derivative. */
    long double share = 1 / (1 + expl(-2 * s));
    long double slope = half_pi * coshl(i * step) * 2 * share * (1 / (1 + expl(2 * s)));
    long double u = end * share;
    if (u > 0 && slope > 0) sum += expl(power * logl(sinl(u))) * slope;
  }
  return sum * step * end;
}

/* Aim: the Student quantile is within 1e-9 (absolute up to |t| = 1, relative beyond). With
 * t = sqrt(n) cot(u), the mass beyond t is the integral of sin(u)^(n-1). */
static void test_student(void **state) {
  (void)state;
  const double degrees[] = {0.3, 0.9, 1, 1.5, 2, 3, 4.2, 9, 19, 39, 41, 99, 1000.5, 1e5, 1e6, 3e6};
  const double ps[] = {1e-12,     1e-6, 0.001, 0.02, 0.2,   0.24,  0.26,   0.4,     0.499,
                       0.4999999, 0.6,  0.76,  0.9,  0.975, 0.995, 0.9999, 1 - 1e-9};
  struct worst worst = {0};
  for (size_t i = 0; i < sizeof degrees / sizeof degrees[0]; i++) {
    double n = degrees[i];
    long double whole = 2 * sine_power_integral(n - 1, acosl(0));
    for (size_t j = 0; j < sizeof ps / sizeof ps[0]; j++) {
      double t = det_student_quantile(ps[j], n);
      assert_true((t < 0) == (ps[j] < 0.5));
      long double wanted = ps[j] < 0.5 ? ps[j] : 1 - (long double)ps[j];
      long double u = atan2l(sqrtl(n), fabsl(t));
      long double tail = sine_power_integral(n - 1, u) / whole;
      long double density = expl((n + 1) * logl(sinl(u))) / (sqrtl(n) * whole);
      long double error = fabsl((tail - wanted) / density) / fmaxl(1, fabsl(t));
      note(&worst, (double)error, ps[j] * 1e9 + n);
    }
  }
  judge("student quantile", worst, 1e-9);

  /* Closed forms for 1 (Cauchy) and 2 degrees of freedom. */
  for (double p = 0.01; p < 1; p += 0.01) {
    double cauchy = tan(acos(-1) * (p - 0.5)), two = (2 * p - 1) * sqrt(0.5 / (p * (1 - p)));
    assert_true(fabs(det_student_quantile(p, 1) - cauchy) < 1e-11 * fmax(1, fabs(cauchy)));
    assert_true(fabs(det_student_quantile(p, 2) - two) < 1e-11 * fmax(1, fabs(two)));
  }
  assert_true(det_student_quantile(0.5, 7) == 0);
  assert_true(isnan(det_student_quantile(0.9, 0)) && isnan(det_student_quantile(1, 5)));
  /* The two methods meet at 1e6 degrees. */
  assert_true(fabs(det_student_quantile(0.999, 1e6) - det_student_quantile(0.999, 1e6 + 1)) < 1e-9);
}

/* Aim: results stay the same bits for ever, since scenarios' fingerprints hang on them. These were
 * printed by this code; a difference on some machine means that its arithmetic is not the plain
 * IEEE one that detmath relies on (contraction, extended precision, fast-math). */
static void test_pinned_bits(void **state) {
  (void)state;
  assert_true(det_log(3.0) == 0x1.193ea7aad030ap+0);
  assert_true(det_log(0.1) == -0x1.26bb1bbb55515p+1);
  assert_true(det_log(1e300) == 0x1.5963447f87fb5p+9);
  assert_true(det_exp(1.0) == 0x1.5bf0a8b14576ap+1);
  assert_true(det_exp(-0.7) == 0x1.fc80db9dd5542p-2);
  assert_true(det_exp(123.456) == 0x1.1428e1cbc0143p+178);
  assert_true(det_log1p(1e-5) == 0x1.4f8aea9ae7317p-17);
  assert_true(det_log1p(0.7) == 0x1.0fae81914a991p-1);
  assert_true(det_expm1(-0.3) == -0x1.0966f2c7907f6p-2);
  assert_true(det_expm1(2.5) == 0x1.65d6fd931e0bbp+3);
  assert_true(det_pow(1.7, 3.3) == 0x1.70b0a6f6eccfap+2);
  assert_true(det_lgamma(0.5) == 0x1.250d048e7a1bp-1);
  assert_true(det_lgamma(12.25) == 0x1.21d9c84482c3bp+4);
  assert_true(det_normal_cdf(-1.5) == 0x1.11a46d89647efp-4);
  assert_true(det_normal_cdf(-6.25) == 0x1.c34c28f35ea26p-33);
  assert_true(det_normal_quantile(0.975) == 0x1.f5c0331eeff83p+0);
  assert_true(det_normal_quantile(1e-9) == -0x1.7fdc11f44b5a7p+2);
  assert_true(det_student_quantile(0.975, 9.0) == 0x1.218e5dac50b28p+1);
  assert_true(det_student_quantile(0.6, 4.0) == 0x1.153839a844d28p-2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_log),         cmocka_unit_test(test_exp),
      cmocka_unit_test(test_log1p_expm1), cmocka_unit_test(test_pow),
      cmocka_unit_test(test_lgamma),      cmocka_unit_test(test_normal),
      cmocka_unit_test(test_student),     cmocka_unit_test(test_pinned_bits),
  };
  return cmocka_run_group_tests_name("detmath", tests, NULL, NULL);
}

/* Logarithm, exponential and friends that give the same bits on every machine.
 *
 * The C library picks variants of log, exp and pow by processor (with and without fused
 * multiply-add), and their last bits differ. These use only additions, multiplications, divisions
 * and square roots in a fixed order (the project is compiled with -ffp-contract=off), so a run's
 * fingerprint depends on nothing but scenario and seed. Relative error of each is below
 * 2.5e-16 unless stated. Domain errors return NaN, as in libm. */
#ifndef DETMATH_H
#define DETMATH_H

double det_log(double x);
double det_exp(double x);
double det_log1p(double x);
double det_expm1(double x);
double det_pow(double x, double y); /* x >= 0; relative error: (4 + 2.5 |y log x|) * 1e-16 */
/* x > 0; absolute error below 1e-13 for x <= 100, relative error below 1e-15 beyond */
double det_lgamma(double x);
double det_normal_cdf(double z);      /* relative error below 1e-14 + z * z * 2e-16 */
double det_normal_quantile(double p); /* 0 < p < 1; absolute error below 1e-13 for |z| < 8 */
/* 0 < p < 1, degrees > 0; error below 1e-9 max(1, |t|) */
double det_student_quantile(double p, double degrees);

#endif

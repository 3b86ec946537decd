/* Aim: the ziggurat draws the exponential and the normal law, in their tails too, from tables that
 * are what their definition says. Fixed seeds; bounds are 4.5 standard errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "law_kit.h"
#include "rng.h"
#include "ziggurat.h"

/* Chi-square over `n` equally likely cells as a z score (Wilson and Hilferty). */
static double even_cells_z(const uint64_t *counts, int n, double draws) {
  double chi = 0, freedom = n - 1.0, expected = draws / n, v = 2 / (9 * freedom);
  for (int i = 0; i < n; i++) {
    chi += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
  }
  return (cbrt(chi / freedom) - (1 - v)) / sqrt(v);
}

/* Aim: the ziggurat's laws in detail: 4 million draws, chi-square over 2000 equally likely cells
 * (finer than the layers), signs even, the tails beyond the last layer of the right mass and shape
 * (by Kolmogorov-Smirnov). */
static void test_ziggurat(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)SEED);
  enum { N = 4000000, CELLS = 2000 };
  const double starts[2] = {0x1p53 * zig_exponential_layers[1].scale,
                            0x1p53 * zig_normal_layers[1].scale};
  double *tail = malloc(100000 * sizeof tail[0]);
  assert_non_null(tail);
  for (int law = 0; law < 2; law++) {
    static uint64_t cells[CELLS];
    memset(cells, 0, sizeof cells);
    struct draws draws = draws_begin(named_stream(law ? "normal" : "exponential"), 0, 0);
    double beyond = law ? 2 * gsl_cdf_ugaussian_Q(starts[1]) : exp(-starts[0]), negative = 0;
    size_t in_tail = 0;
    for (int i = 0; i < N; i++) {
      double x = law ? zig_normal(&draws) : zig_exponential(&draws);
      double u = law ? gsl_cdf_ugaussian_P(x) : -expm1(-x);
      cells[u < 1 ? (int)(u * CELLS) : CELLS - 1]++;
      negative += x < 0;
      if (fabs(x) <= starts[law]) continue;
      /* The share of the tail that lies beyond x: uniform. */
      tail[in_tail++] = (law ? 2 * gsl_cdf_ugaussian_Q(fabs(x)) : exp(-x)) / beyond;
      assert_true(in_tail < 100000);
    }
    double z = even_cells_z(cells, CELLS, N);
    double z_tail = ((double)in_tail - N * beyond) / sqrt(N * beyond);
    const struct law flat = {.cdf = uniform_cdf, .arguments = {0, 1}};
    qsort(tail, in_tail, sizeof tail[0], compare_doubles);
    double ks = ks_statistic(&flat, tail, in_tail);
    print_message("  %s: cells z = %+.2f, %zu in the tail, z = %+.2f, KS %.2f\n",
                  law ? "normal" : "exponential", z, in_tail, z_tail, ks);
    assert_true(fabs(z) < Z_MAX && fabs(z_tail) < Z_MAX && ks < KS_MAX);
    if (law)
      assert_true(fabs(negative - N / 2.0) < Z_MAX * sqrt(N / 4.0));
    else
      assert_true(negative == 0);
  }
  free(tail);
}

/* Aim: the laws beyond the last layer, by Kolmogorov-Smirnov. The word that is handed to the slow
 * path has layer 0 and the greatest abscissa, so that every draw is one of the tail. */
static void test_ziggurat_tails(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)SEED);
  enum { N = 400000 };
  double *tail = malloc(N * sizeof tail[0]);
  assert_non_null(tail);
  for (int law = 0; law < 2; law++) {
    double start = 0x1p53 * (law ? zig_normal_layers : zig_exponential_layers)[1].scale;
    double beyond = law ? gsl_cdf_ugaussian_Q(start) : exp(-start);
    struct draws draws = draws_begin(named_stream("tails"), (uint64_t)law, 0);
    for (int i = 0; i < N; i++) {
      uint64_t word = ~UINT64_C(0x7ff) | (i % 2 ? ZIG_LAYERS : 0); /* bit 8: the normal's sign */
      double x = law ? zig_normal_slow(&draws, word) : zig_exponential_slow(&draws, word);
      assert_true((x < 0) == (law && i % 2));
      tail[i] = (law ? gsl_cdf_ugaussian_Q(fabs(x)) : exp(-x)) / beyond;
    }
    const struct law flat = {.cdf = uniform_cdf, .arguments = {0, 1}};
    qsort(tail, N, sizeof tail[0], compare_doubles);
    double ks = ks_statistic(&flat, tail, N);
    print_message("  %s tail: KS %.2f\n", law ? "normal" : "exponential", ks);
    assert_true(ks < KS_MAX);
  }
  free(tail);
}

/* Aim: the tables are what the method demands: all layers have the area of the base with the tail,
 * and `inside` is the inner width over the outer one. */
static void test_ziggurat_tables(void **state) {
  (void)state;
  for (int law = 0; law < 2; law++) {
    const struct zig_layer *layers = law ? zig_normal_layers : zig_exponential_layers;
    double x[ZIG_LAYERS + 1] = {0}, f[ZIG_LAYERS + 1];
    for (int i = 0; i < ZIG_LAYERS; i++) x[i] = layers[i].scale * 0x1p53;
    for (int i = 0; i <= ZIG_LAYERS; i++) f[i] = exp(law ? -x[i] * x[i] / 2 : -x[i]);
    double tail = law ? gsl_cdf_ugaussian_Q(x[1]) * sqrt(2 * acos(-1)) : f[1];
    double area = x[1] * f[1] + tail;
    assert_true(fabs(x[0] * f[1] / area - 1) < 1e-13);
    for (int i = 0; i < ZIG_LAYERS; i++) {
      if (i > 0) assert_true(fabs(x[i] * (f[i + 1] - f[i]) / area - 1) < 1e-11);
      assert_true(fabs((double)layers[i].inside * 0x1p-53 - x[i + 1] / x[i]) < 1e-15);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ziggurat),
      cmocka_unit_test(test_ziggurat_tails),
      cmocka_unit_test(test_ziggurat_tables),
  };
  return cmocka_run_group_tests_name("ziggurat", tests, NULL, NULL);
}

/* Aim: each law has the distribution function, the mean and the squared coefficient of variation
 * that its maker promised; each maker rejects each bad argument with a sentence that names it; and
 * the shortcuts (whole numbers, ziggurat) draw the same law.
 *
 * Oracles are GSL's distribution functions, closed forms and numerical integration. Seeds are
 * fixed; bounds are 4.5 standard errors or a probability of 1e-5. */
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

#include "arena.h"
#include "dist.h"
#include "dist_make.h"
#include "law_kit.h"
#include "rng.h"
#include "ziggurat.h"

static double exponential_cdf(const double *a, double x) {
  return gsl_cdf_exponential_P(x, a[0]);
}
static double truncated_normal_cdf(const double *a, double x) {
  double below = gsl_cdf_gaussian_P(-a[0], a[1]);
  return (gsl_cdf_gaussian_P(x - a[0], a[1]) - below) / (1 - below);
}
static double lognormal_cdf(const double *a, double x) {
  return gsl_cdf_lognormal_P(x, a[0], a[1]);
}
static double gamma_cdf(const double *a, double x) {
  return gsl_cdf_gamma_P(x, a[0], a[1]);
}
static double weibull_cdf(const double *a, double x) {
  return gsl_cdf_weibull_P(x, a[0], a[1]);
}
static double pareto_cdf(const double *a, double x) { /* shape, minimum, maximum */
  return gsl_cdf_pareto_P(x, a[0], a[1]) / gsl_cdf_pareto_P(a[2], a[0], a[1]);
}
static double hyperexp_cdf(const double *a, double x) { /* p1, mean1, mean2 */
  return a[0] * gsl_cdf_exponential_P(x, a[1]) + (1 - a[0]) * gsl_cdf_exponential_P(x, a[2]);
}
/* Points (0.1, 1), (0.5, 2), (0.9, 6), continued to (0, 1) and (1, 7). */
static double empirical_cdf(const double *a, double x) {
  (void)a;
  if (x < 1) return 0;
  if (x < 2) return 0.1 + 0.4 * (x - 1);
  return fmin(1, 0.5 + (x - 2) / 10);
}
static double shifted_exponential_cdf(const double *a, double x) {
  return x < a[0] ? 0 : gsl_cdf_exponential_P(x - a[0], a[1]);
}
static double mixture_cdf(const double *a, double x) { /* of uniform(0, a1) and exponential(a2) */
  return a[0] * gsl_cdf_flat_P(x, 0, a[1]) + (1 - a[0]) * gsl_cdf_exponential_P(x, a[2]);
}

/* Mean and cv2 of the normal law truncated below 0, by Simpson's rule. */
static void truncated_normal_moments(double mean, double sd, double *out_mean, double *out_cv2) {
  const int steps = 200000;
  long double top = mean + 12 * (long double)sd, sums[3] = {0};
  for (int i = 0; i <= steps; i++) {
    long double x = top * i / steps, z = (x - mean) / sd;
    long double weight = (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2) * expl(-z * z / 2);
    sums[0] += weight, sums[1] += weight * x, sums[2] += weight * x * x;
  }
  long double first = sums[1] / sums[0];
  *out_mean = (double)first;
  *out_cv2 = (double)(sums[2] / sums[0] / first / first - 1);
}

#define MAX_LAWS 48

struct laws {
  size_t n;
  struct law at[MAX_LAWS];
};

static void add_law(struct laws *laws, bool made, const struct error *err, struct law law) {
  if (!made) fail_msg("%s: %s", law.name, err->text);
  assert_true(laws->n < MAX_LAWS);
  laws->at[laws->n++] = law;
}

static void add_simple_laws(struct laws *laws) {
  struct error err;
  struct dist d;
  bool ok;
  add_law(laws, true, &err,
          (struct law){.name = "constant", .dist = dist_constant(7.25), .mean = 7.25, .cv2 = 0});
  ok = dist_uniform(&d, 2, 5, &err);
  add_law(laws, ok, &err, (struct law){"uniform", d, uniform_cdf, {2, 5}, 3.5, 0.75 / 12.25});
  ok = dist_exponential(&d, 3e6, &err);
  add_law(laws, ok, &err, (struct law){"exponential", d, exponential_cdf, {3e6}, 3e6, 1});
  const double normals[][2] = {{10, 2}, {1, 1}, {0, 3}, {0.5, 4}};
  for (size_t i = 0; i < 4; i++) {
    double mean, cv2;
    truncated_normal_moments(normals[i][0], normals[i][1], &mean, &cv2);
    ok = dist_normal(&d, normals[i][0], normals[i][1], &err);
    add_law(
        laws, ok, &err,
        (struct law){"normal", d, truncated_normal_cdf, {normals[i][0], normals[i][1]}, mean, cv2});
  }
}

static void add_lognormal_laws(struct laws *laws) {
  struct error err;
  struct dist d;
  const double z99 = gsl_cdf_ugaussian_Pinv(0.99), z95 = gsl_cdf_ugaussian_Pinv(0.95);
  bool ok = dist_lognormal_mean_cv(&d, 5e6, 1.5, &err);
  double sigma = sqrt(log(1 + 1.5 * 1.5)), mu = log(5e6) - sigma * sigma / 2;
  add_law(laws, ok, &err,
          (struct law){"lognormal mean cv", d, lognormal_cdf, {mu, sigma}, 5e6, 2.25});
  ok = dist_lognormal_mean_sigma(&d, 40, 0.3, &err);
  add_law(laws, ok, &err,
          (struct law){
              "lognormal mean sigma", d, lognormal_cdf, {log(40) - 0.045, 0.3}, 40, expm1(0.09)});
  ok = dist_lognormal_p50_p99(&d, 2, 30, &err);
  sigma = log(15) / z99;
  add_law(laws, ok, &err,
          (struct law){"lognormal p50 p99",
                       d,
                       lognormal_cdf,
                       {log(2), sigma},
                       2 * exp(sigma * sigma / 2),
                       expm1(sigma * sigma)});
  ok = dist_lognormal_p50_p95(&d, 2, 3, &err);
  sigma = log(1.5) / z95;
  add_law(laws, ok, &err,
          (struct law){"lognormal p50 p95",
                       d,
                       lognormal_cdf,
                       {log(2), sigma},
                       2 * exp(sigma * sigma / 2),
                       expm1(sigma * sigma)});
  ok = dist_lognormal_p50_mean(&d, 2, 3, &err);
  add_law(
      laws, ok, &err,
      (struct law){"lognormal p50 mean", d, lognormal_cdf, {log(2), sqrt(2 * log(1.5))}, 3, 1.25});
  ok = dist_lognormal_mean_p99(&d, 10, 50, &err);
  sigma = z99 - sqrt(z99 * z99 - 2 * log(5));
  add_law(laws, ok, &err,
          (struct law){"lognormal mean p99",
                       d,
                       lognormal_cdf,
                       {log(10) - sigma * sigma / 2, sigma},
                       10,
                       expm1(sigma * sigma)});
}

static void add_gamma_weibull_pareto_laws(struct laws *laws) {
  struct error err;
  struct dist d;
  const double shapes[] = {0.2, 0.7, 1, 2.5, 40};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    double k = shapes[i];
    bool ok = dist_gamma(&d, 6, k, &err);
    add_law(laws, ok, &err, (struct law){"gamma", d, gamma_cdf, {k, 6 / k}, 6, 1 / k});
    double g1 = tgamma(1 + 1 / k), cv2 = tgamma(1 + 2 / k) / (g1 * g1) - 1;
    ok = dist_weibull_scale(&d, 3, k, &err);
    add_law(laws, ok, &err, (struct law){"weibull scale", d, weibull_cdf, {3, k}, 3 * g1, cv2});
    ok = dist_weibull_mean(&d, 3, k, &err);
    add_law(laws, ok, &err, (struct law){"weibull mean", d, weibull_cdf, {3 / g1, k}, 3, cv2});
  }
  /* The two ways to the cv2 of a Weibull law agree where they meet. */
  struct dist narrow, narrower;
  dist_weibull_scale(&narrow, 1, 999.999, &err);
  dist_weibull_scale(&narrower, 1, 1000.001, &err);
  assert_true(fabs(dist_cv2(&narrow) / dist_cv2(&narrower) - 1.000004) < 1e-8);
  const double inf = INFINITY;
  bool ok = dist_pareto(&d, 2, 3.5, inf, &err);
  add_law(laws, ok, &err,
          (struct law){"pareto", d, pareto_cdf, {3.5, 2, inf}, 2.8, 1 / (3.5 * 1.5)});
  ok = dist_pareto(&d, 2, 1.5, inf, &err);
  add_law(laws, ok, &err, (struct law){"pareto", d, pareto_cdf, {1.5, 2, inf}, 6, inf});
  ok = dist_pareto(&d, 2, 2, inf, &err);
  add_law(laws, ok, &err, (struct law){"pareto", d, pareto_cdf, {2, 2, inf}, 4, inf});
  ok = dist_pareto(&d, 2, 1, inf, &err);
  add_law(laws, ok, &err, (struct law){"pareto", d, pareto_cdf, {1, 2, inf}, inf, inf});
  const double bounded[] = {0.5, 1, 1.5, 2, 3.25};
  for (size_t i = 0; i < sizeof bounded / sizeof bounded[0]; i++) {
    /* Moments by the integral of x^(k-1-a) over 2 .. 500. */
    double a = bounded[i], norm = a * pow(2, a) / (1 - pow(2.0 / 500, a)), m[3];
    for (int k = 1; k <= 2; k++) {
      m[k] = norm * (k == a ? log(250) : (pow(500, k - a) - pow(2, k - a)) / (k - a));
    }
    ok = dist_pareto(&d, 2, a, 500, &err);
    add_law(
        laws, ok, &err,
        (struct law){"pareto bounded", d, pareto_cdf, {a, 2, 500}, m[1], m[2] / m[1] / m[1] - 1});
  }
}

static void add_composed_laws(struct laws *laws, struct arena *arena) {
  struct error err;
  struct dist d, parts[3];
  bool ok = dist_hyperexp_cv2(&d, arena, 10, 6, &err);
  double p1 = 0.5 * (1 + sqrt(5.0 / 7));
  add_law(laws, ok, &err,
          (struct law){"hyperexp cv2", d, hyperexp_cdf, {p1, 5 / p1, 5 / (1 - p1)}, 10, 6});
  ok = dist_hyperexp_cv2(&d, arena, 10, 1, &err);
  add_law(laws, ok, &err, (struct law){"hyperexp cv2 = 1", d, hyperexp_cdf, {0.5, 10, 10}, 10, 1});
  ok = dist_hyperexp(&d, arena, 3, (double[]){3, 0, 1}, (double[]){2, 1e9, 8}, &err);
  add_law(
      laws, ok, &err,
      (struct law){"hyperexp", d, hyperexp_cdf, {0.75, 2, 8}, 3.5, 2 * (3 + 16) / (3.5 * 3.5) - 1});
  ok = dist_empirical(&d, arena, 3, (struct dist_point[]){{0.1, 1}, {0.5, 2}, {0.9, 6}}, &err);
  double square = 0.1 + 0.4 * 7 / 3 + 0.4 * 52 / 3 + 0.1 * 127 / 3; /* pieces of E(X^2) */
  double mean = 0.1 + 0.4 * 1.5 + 0.4 * 4 + 0.1 * 6.5;
  add_law(laws, ok, &err, (struct law){"empirical", d, NULL, {0}, mean, square / mean / mean - 1});
  ok = dist_samples(&d, arena, 4, (double[]){1, 5, 5, 9}, &err);
  add_law(laws, ok, &err, (struct law){"samples", d, NULL, {0}, 5, 8.0 / 25});
  dist_uniform(&parts[0], 0, 8, &err);
  dist_exponential(&parts[1], 2, &err);
  ok = dist_mixture(&d, arena, 2, (double[]){1, 3}, parts, &err);
  square = 0.25 * 64.0 / 3 + 0.75 * 8;
  add_law(laws, ok, &err,
          (struct law){"mixture", d, mixture_cdf, {0.25, 8, 2}, 2.5, square / 6.25 - 1});
  ok = dist_shifted(&d, arena, 4, &parts[1], &err);
  add_law(laws, ok, &err, (struct law){"shifted", d, shifted_exponential_cdf, {4, 2}, 6, 4.0 / 36});
}

static struct arena *make_laws(struct laws *laws) {
  struct arena *arena = arena_new();
  laws->n = 0;
  add_simple_laws(laws);
  add_lognormal_laws(laws);
  add_gamma_weibull_pareto_laws(laws);
  add_composed_laws(laws, arena);
  return arena;
}

/* Aim: dist_mean and dist_cv2 equal the closed forms. */
static void test_moments(void **state) {
  (void)state;
  static struct laws laws;
  struct arena *arena = make_laws(&laws);
  for (size_t i = 0; i < laws.n; i++) {
    const struct law *law = &laws.at[i];
    double mean = dist_mean(&law->dist), cv2 = dist_cv2(&law->dist);
    bool mean_right = mean == law->mean || fabs(mean - law->mean) <= 1e-12 * law->mean;
    bool cv2_right = cv2 == law->cv2 || fabs(cv2 - law->cv2) <= 1e-11 * (1 + law->cv2);
    if (!mean_right || !cv2_right) {
      fail_msg("%s (%g, %g, %g): mean %.17g, not %.17g, or cv2 %.17g, not %.17g", law->name,
               law->arguments[0], law->arguments[1], law->arguments[2], mean, law->mean, cv2,
               law->cv2);
    }
  }
  arena_free(arena);
}

/* Aim: draws follow the distribution function (Kolmogorov-Smirnov), their mean is right, and their
 * variance is right where its standard error can be estimated from the draws. Each value is drawn
 * for an entity of its own, as in the simulator. */
static void draws_follow_their_law(enum rng_half half, size_t n) {
  print_message("seed %llu\n", (unsigned long long)SEED);
  static struct laws laws;
  struct arena *arena = make_laws(&laws);
  double *values = malloc(n * sizeof values[0]);
  assert_non_null(values);
  for (size_t i = 0; i < laws.n; i++) {
    const struct law *law = &laws.at[i];
    double (*cdf)(const double *, double) = law->cdf;
    struct stream stream = stream_half(rng_stream(SEED, i, "test_dist", law->name), half);
    double sum = 0, squares = 0, fourths = 0;
    for (uint64_t k = 0; k < n; k++) {
      struct draws draws = draws_begin(stream, k, 0);
      values[k] = dist_draw(&law->dist, &draws);
      assert_true(values[k] >= 0 && values[k] < INFINITY);
      double centred = values[k] - law->mean;
      sum += centred, squares += centred * centred, fourths += pow(centred, 4);
    }
    double sd = law->mean * sqrt(law->cv2), z_mean = 0, z_variance = 0, ks = 0;
    if (law->cv2 > 0 && law->cv2 < INFINITY) {
      z_mean = sum / sd / sqrt((double)n);
      double error = sqrt((fourths / (double)n - sd * sd * sd * sd) / (double)n);
      /* A heavy tail makes the estimated error useless. */
      if (law->cv2 < 3) z_variance = (squares / (double)n - sd * sd) / error;
    }
    if (cdf != NULL) {
      qsort(values, n, sizeof values[0], compare_doubles);
      ks = ks_statistic(law, values, n);
    }
    print_message("  %-20s KS %.2f, mean z = %+.2f, variance z = %+.2f\n", law->name, ks, z_mean,
                  z_variance);
    assert_true(ks < KS_MAX && fabs(z_mean) < Z_MAX && fabs(z_variance) < Z_MAX);
  }
  free(values);
  arena_free(arena);
}

static void test_draws(void **state) {
  (void)state;
  draws_follow_their_law(HALF_NONE, DRAWS);
}

/* Aim: so do those of both halves of an antithetic pair. */
static void test_draws_of_halves(void **state) {
  (void)state;
  draws_follow_their_law(HALF_FIRST, DRAWS / 2);
  draws_follow_their_law(HALF_SECOND, DRAWS / 2);
}

static double correlation(const double *a, const double *b, size_t n) {
  double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < n; i++) mean_a += a[i] / (double)n, mean_b += b[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : -1;
}

/* Aim: in an antithetic pair, where one half draws a value x of rank F(x), the other draws the
 * value of rank 1 - F(x), for every law that is drawn by one monotone transformation of u or of a
 * symmetric normal; the ranks of a gamma law and of a mixture, which reject or choose first, are
 * clearly negatively correlated. And the keyed shortcut draws the same values. */
static void test_halves_are_complementary(void **state) {
  (void)state;
  static struct laws laws;
  enum { N = 2000 };
  static double rank[2][N];
  struct arena *arena = make_laws(&laws);
  for (size_t i = 0; i < laws.n; i++) {
    const struct law *law = &laws.at[i];
    if (law->cdf == NULL) continue;
    double worst = 0;
    for (uint64_t k = 0; k < N; k++) {
      for (int h = 0; h < 2; h++) {
        struct stream stream = stream_half(named_stream("halves"), h ? HALF_SECOND : HALF_FIRST);
        struct draws draws = draws_begin(stream, k, 0);
        double x = dist_draw(&law->dist, &draws);
        rank[h][k] = law->cdf(law->arguments, x);
        assert_true(dist_draw_keyed(&law->dist, &stream, k, 0) == dist_whole(x));
      }
      worst = fmax(worst, fabs(rank[0][k] + rank[1][k] - 1));
    }
    enum dist_kind kind = law->dist.kind;
    double most = kind == DIST_HYPEREXP || kind == DIST_MIXTURE ? -0.3
                  : kind == DIST_GAMMA                          ? -0.6
                                                                : -0.999;
    double together = correlation(rank[0], rank[1], N);
    print_message("  %-20s F(x) + F(x') is off 1 by %.2g, correlation of ranks %.3f\n", law->name,
                  worst, together);
    assert_true(together < most);
    assert_true(most > -0.999 || worst < 1e-9);
  }
  arena_free(arena);
}

/* Aim: the laws with atoms: the empirical law has the atom at its first value that stands for the
 * probabilities below the first point, is linear beyond, and samples are chosen equally often. */
static void test_atoms(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct arena *arena = arena_new();
  struct error err;
  struct dist empirical, samples;
  assert_true(dist_empirical(&empirical, arena, 3,
                             (struct dist_point[]){{0.1, 1}, {0.5, 2}, {0.9, 6}}, &err));
  assert_true(dist_samples(&samples, arena, 4, (double[]){1, 5, 5, 9}, &err));
  const double cuts[] = {1, 1.25, 1.5, 2, 3, 5, 6, 6.5, 7}; /* P(X <= cut) */
  double below[9] = {0}, fives = 0, ones = 0;
  for (uint64_t k = 0; k < DRAWS; k++) {
    struct draws draws = draws_begin(named_stream("atoms"), k, 0);
    double value = dist_draw(&empirical, &draws);
    for (int i = 0; i < 9; i++) below[i] += value <= cuts[i];
    value = dist_draw(&samples, &draws);
    fives += value == 5, ones += value == 1;
    assert_true(value == 1 || value == 5 || value == 9);
  }
  for (int i = 0; i < 8; i++) {
    double p = empirical_cdf(NULL, cuts[i]);
    double z = (below[i] - p * DRAWS) / sqrt(p * (1 - p) * DRAWS);
    print_message("  P(X <= %g): z = %+.2f\n", cuts[i], z);
    assert_true(fabs(z) < Z_MAX);
  }
  assert_true(below[8] == DRAWS);
  assert_true(fabs(fives - DRAWS / 2.0) < Z_MAX * sqrt(DRAWS / 4.0));
  assert_true(fabs(ones - DRAWS / 4.0) < Z_MAX * sqrt(DRAWS * 3 / 16.0));
  arena_free(arena);
}

/* Aim: a law fitted to quantiles has these quantiles, and weighted means follow the arguments. */
static void test_fits(void **state) {
  (void)state;
  struct error err;
  struct dist d;
  assert_true(dist_lognormal_p50_p99(&d, 3, 17, &err));
  assert_true(fabs(gsl_cdf_lognormal_P(3, d.a, d.b) - 0.5) < 1e-14);
  assert_true(fabs(gsl_cdf_lognormal_P(17, d.a, d.b) - 0.99) < 1e-14);
  assert_true(dist_lognormal_p50_p95(&d, 3, 17, &err));
  assert_true(fabs(gsl_cdf_lognormal_P(17, d.a, d.b) - 0.95) < 1e-14);
  for (double ratio = 1.0001; ratio < 14.9; ratio *= 1.1) {
    assert_true(dist_lognormal_mean_p99(&d, 3, 3 * ratio, &err));
    assert_true(fabs(gsl_cdf_lognormal_P(3 * ratio, d.a, d.b) - 0.99) < 1e-12);
    assert_true(fabs(dist_mean(&d) - 3) < 1e-13);
    assert_true(d.b < 2.33);
  }
  assert_true(dist_lognormal_mean_cv(&d, 3, 0, &err));
  struct draws draws = draws_begin(named_stream("fits"), 0, 0);
  assert_true(fabs(dist_draw(&d, &draws) - 3) < 1e-14 && dist_cv2(&d) == 0);
}

/* Aim: dist_draw_whole is dist_draw rounded to nearest, for each law with the same key, so that it
 * makes no difference which one a model uses. */
static void test_whole(void **state) {
  (void)state;
  static struct laws laws;
  struct arena *arena = make_laws(&laws);
  for (size_t i = 0; i < laws.n; i++) {
    for (uint64_t k = 0; k < 2000; k++) {
      struct draws a = draws_begin(named_stream("whole"), k, 0), b = a;
      double value = dist_draw(&laws.at[i].dist, &a);
      assert_true(dist_draw_whole(&laws.at[i].dist, &b) == (uint64_t)floor(value + 0.5));
      assert_true(draws_next(&a) == draws_next(&b));
    }
  }
  arena_free(arena);
  struct draws none = {.key = 1};
  const double values[] = {0, 0.4, 0.6, 2.4, 2.6, 1e15 + 0.25};
  const uint64_t rounded[] = {0, 0, 1, 2, 3, 1000000000000000};
  for (size_t i = 0; i < 6; i++) {
    struct dist d = dist_constant(values[i]);
    assert_true(dist_draw_whole(&d, &none) == rounded[i]);
  }
  const double large[] = {0x1p62, 0x1p63, 0x1p64, 1e300};
  for (size_t i = 0; i < 4; i++) {
    struct dist d = dist_constant(large[i]);
    assert_true(dist_draw_whole(&d, &none) == UINT64_C(1) << 62);
  }
  assert_true(dist_whole(INFINITY) == UINT64_C(1) << 62);
  assert_true(dist_whole(0x1.fffffffffffffp61) == 0x1.fffffffffffffp61);
}

/* Aim: extreme but allowed arguments give values that are not negative and not NaN. */
static void test_extremes(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct arena *arena = arena_new();
  struct error err;
  struct dist d[10];
  assert_true(dist_lognormal_mean_sigma(&d[0], 1e300, 20, &err));
  assert_true(dist_gamma(&d[1], 1e-300, 1e-3, &err));
  assert_true(dist_gamma(&d[2], 1e300, 1e9, &err));
  assert_true(dist_weibull_scale(&d[3], 1e300, 0.05, &err));
  assert_true(dist_weibull_mean(&d[4], 1, 1e9, &err));
  assert_true(dist_pareto(&d[5], 1e-150, 0.01, 1e149, &err));
  assert_true(dist_pareto(&d[6], 1, 1e9, 1 + 1e-12, &err));
  assert_true(dist_pareto(&d[7], 1e300, 0.01, INFINITY, &err));
  assert_true(dist_hyperexp_cv2(&d[8], arena, 1, 1e9, &err));
  assert_true(dist_normal(&d[9], 0, 0, &err));
  for (int i = 0; i < 10; i++) {
    double mean = dist_mean(&d[i]), cv2 = dist_cv2(&d[i]);
    if (!(mean >= 0 && cv2 >= 0)) fail_msg("law %d has mean %g and cv2 %g", i, mean, cv2);
    for (uint64_t k = 0; k < 20000; k++) {
      struct draws draws = draws_begin(named_stream("extremes"), k, (uint64_t)i << 32);
      double value = dist_draw(&d[i], &draws);
      if (!(value >= 0)) fail_msg("law %d drew %g", i, value);
      assert_true(dist_whole(value) <= UINT64_C(1) << 62);
    }
  }
  /* A narrow Weibull law is nearly a Gumbel law: cv = pi / (sqrt 6 shape). */
  assert_true(fabs(dist_cv2(&d[4]) * 1e18 - 1.6449340668482264) < 1e-8);
  assert_true(dist_cv2(&d[8]) > 0.999e9 && dist_cv2(&d[8]) < 1.001e9);
  arena_free(arena);
}

/* Aim: descriptions read well, with and without units, and are cut at the end of the buffer. */
static void test_describe(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct error err;
  struct dist d, inner;
  char text[128];
  dist_exponential(&d, 1e7, &err);
  dist_describe(&d, true, text, sizeof text);
  assert_string_equal(text, "exponential(mean 10ms)");
  dist_describe(&d, false, text, sizeof text);
  assert_string_equal(text, "exponential(mean 1e+07)");
  dist_describe(&d, true, text, 8);
  assert_string_equal(text, "exponen");
  inner = d;
  dist_shifted(&d, arena, 250, &inner, &err);
  dist_describe(&d, true, text, sizeof text);
  assert_string_equal(text, "shifted(250ns + exponential(mean 10ms))");
  dist_lognormal_mean_cv(&d, 999999999, 2, &err);
  dist_describe(&d, true, text, sizeof text);
  assert_string_equal(text, "lognormal(mean 1s, cv 2)");
  dist_pareto(&d, 1500, 1.2, 3e9, &err);
  dist_describe(&d, true, text, sizeof text);
  assert_string_equal(text, "pareto(minimum 1.5us, shape 1.2, maximum 3s)");
  d = dist_constant(0);
  dist_describe(&d, true, text, sizeof text);
  assert_string_equal(text, "constant(0)");
  arena_free(arena);
}

/* Aim: keyed draws of each law stay the same bits for ever (printed by this code). */
static void test_pinned(void **state) {
  (void)state;
  static struct laws laws;
  struct arena *arena = make_laws(&laws);
  uint64_t hash = 0;
  for (size_t i = 0; i < laws.n; i++) {
    for (uint64_t k = 0; k < 5000; k++) {
      struct draws draws = draws_begin((struct stream){.key = i}, k, 0);
      double value = dist_draw(&laws.at[i].dist, &draws);
      uint64_t bits;
      memcpy(&bits, &value, sizeof bits);
      hash = rng_mix(hash ^ bits) + i;
    }
  }
  print_message("  hash of %zu laws: 0x%016llx\n", laws.n, (unsigned long long)hash);
  assert_true(hash == UINT64_C(0xdc30b147755cf0e7));
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_moments),         cmocka_unit_test(test_draws),
      cmocka_unit_test(test_draws_of_halves), cmocka_unit_test(test_halves_are_complementary),
      cmocka_unit_test(test_atoms),           cmocka_unit_test(test_fits),
      cmocka_unit_test(test_whole),           cmocka_unit_test(test_extremes),
      cmocka_unit_test(test_describe),        cmocka_unit_test(test_pinned),
  };
  return cmocka_run_group_tests_name("dist", tests, NULL, NULL);
}

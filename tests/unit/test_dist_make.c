/* Aim: each maker rejects each bad argument with a sentence that names it, and copies its tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "dist_make.h"

static void expect_error(bool made, const char *text, const char *law, const char *argument) {
  if (made) fail_msg("%s: bad %s was accepted", law, argument);
  if (strncmp(text, law, strlen(law)) != 0 || strstr(text, argument) == NULL) {
    fail_msg("the sentence \"%s\" does not name %s and %s", text, law, argument);
  }
}

/* Aim: each bad argument of each maker gives false and a sentence that names law and argument. */
static void test_maker_errors(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct error e;
  struct dist d, part = dist_constant(1);
  /* Runs the maker, then judges its sentence. */
#define BAD(law, argument, call)               \
  do {                                         \
    e.text[0] = '\0';                          \
    bool made = call;                          \
    expect_error(made, e.text, law, argument); \
  } while (0)
  const double bad[] = {-3, NAN, INFINITY}; /* for any positive argument, with 0 added below */
  for (int i = 0; i < 4; i++) {
    double x = i < 3 ? bad[i] : 0;
    BAD("exponential", "mean", dist_exponential(&d, x, &e));
    BAD("lognormal", "mean", dist_lognormal_mean_cv(&d, x, 1, &e));
    BAD("lognormal", "mean", dist_lognormal_mean_sigma(&d, x, 1, &e));
    BAD("lognormal", "p50", dist_lognormal_p50_p99(&d, x, 1, &e));
    BAD("lognormal", "p99", dist_lognormal_p50_p99(&d, 1, x, &e));
    BAD("lognormal", "p50", dist_lognormal_p50_p95(&d, x, 1, &e));
    BAD("lognormal", "p95", dist_lognormal_p50_p95(&d, 1, x, &e));
    BAD("lognormal", "p50", dist_lognormal_p50_mean(&d, x, 1, &e));
    BAD("lognormal", "mean", dist_lognormal_p50_mean(&d, 1, x, &e));
    BAD("lognormal", "mean", dist_lognormal_mean_p99(&d, x, 1, &e));
    BAD("lognormal", "p99", dist_lognormal_mean_p99(&d, 1, x, &e));
    BAD("gamma", "mean", dist_gamma(&d, x, 1, &e));
    BAD("gamma", "shape", dist_gamma(&d, 1, x, &e));
    BAD("weibull", "scale", dist_weibull_scale(&d, x, 1, &e));
    BAD("weibull", "shape", dist_weibull_scale(&d, 1, x, &e));
    BAD("weibull", "mean", dist_weibull_mean(&d, x, 1, &e));
    BAD("weibull", "shape", dist_weibull_mean(&d, 1, x, &e));
    BAD("pareto", "minimum", dist_pareto(&d, x, 1, 9, &e));
    BAD("pareto", "shape", dist_pareto(&d, 1, x, 9, &e));
    BAD("hyperexp", "mean", dist_hyperexp_cv2(&d, arena, x, 2, &e));
    BAD("hyperexp", "cv2", dist_hyperexp_cv2(&d, arena, 1, x, &e));
    BAD("hyperexp", "mean", dist_hyperexp(&d, arena, 2, (double[]){1, 1}, (double[]){1, x}, &e));
  }
  for (int i = 0; i < 3; i++) { /* arguments that may be 0 */
    double x = bad[i];
    BAD("uniform", "low", dist_uniform(&d, x, 1, &e));
    BAD("uniform", "high", dist_uniform(&d, 0, x, &e));
    BAD("normal", "mean", dist_normal(&d, x, 1, &e));
    BAD("normal", "sd", dist_normal(&d, 1, x, &e));
    BAD("lognormal", "cv", dist_lognormal_mean_cv(&d, 1, x, &e));
    BAD("lognormal", "sigma", dist_lognormal_mean_sigma(&d, 1, x, &e));
    BAD("hyperexp", "weight", dist_hyperexp(&d, arena, 1, &x, (double[]){1}, &e));
    BAD("empirical", "value", dist_empirical(&d, arena, 1, &(struct dist_point){0.5, x}, &e));
    BAD("empirical", "probability", dist_empirical(&d, arena, 1, &(struct dist_point){x, 1}, &e));
    BAD("samples", "value", dist_samples(&d, arena, 1, &x, &e));
    BAD("mixture", "weight", dist_mixture(&d, arena, 1, &x, &part, &e));
    BAD("shifted", "shift", dist_shifted(&d, arena, x, &part, &e));
  }
  const double zeros[] = {0, 0};
  BAD("uniform", "high", dist_uniform(&d, 3, 2, &e));
  BAD("lognormal", "p99", dist_lognormal_p50_p99(&d, 5, 5, &e));
  BAD("lognormal", "p95", dist_lognormal_p50_p95(&d, 5, 4, &e));
  BAD("lognormal", "mean", dist_lognormal_p50_mean(&d, 5, 5, &e));
  BAD("lognormal", "p99", dist_lognormal_mean_p99(&d, 5, 5, &e));
  BAD("lognormal", "p99", dist_lognormal_mean_p99(&d, 1, 15.1, &e));
  BAD("lognormal", "sigma", dist_lognormal_p50_p99(&d, 1e-100, 1e100, &e));
  BAD("pareto", "maximum", dist_pareto(&d, 5, 1, 5, &e));
  BAD("pareto", "maximum", dist_pareto(&d, 5, 1, NAN, &e));
  BAD("pareto", "maximum", dist_pareto(&d, 1e-200, 1, 1e200, &e));
  BAD("hyperexp", "cv2", dist_hyperexp_cv2(&d, arena, 1, 0.99, &e));
  BAD("hyperexp", "means", dist_hyperexp(&d, arena, 0, NULL, NULL, &e));
  BAD("hyperexp", "weights", dist_hyperexp(&d, arena, 2, zeros, (double[]){1, 2}, &e));
  BAD("empirical", "points", dist_empirical(&d, arena, 0, NULL, &e));
  BAD("empirical", "probability", dist_empirical(&d, arena, 1, &(struct dist_point){1.5, 1}, &e));
  BAD("empirical", "probability",
      dist_empirical(&d, arena, 2, (struct dist_point[]){{0.5, 1}, {0.5, 2}}, &e));
  BAD("empirical", "value",
      dist_empirical(&d, arena, 2, (struct dist_point[]){{0.5, 2}, {0.7, 1}}, &e));
  BAD("samples", "empty", dist_samples(&d, arena, 0, NULL, &e));
  BAD("mixture", "parts", dist_mixture(&d, arena, 0, NULL, NULL, &e));
  BAD("mixture", "weights", dist_mixture(&d, arena, 2, zeros, (struct dist[]){part, part}, &e));
#undef BAD
  assert_false(dist_exponential(&d, -3, &e));
  assert_string_equal(e.text, "exponential: mean must be greater than 0, got -3");
  assert_false(dist_exponential(&d, -3, NULL));
  arena_free(arena);
}

/* Aim: tables are copied, so the caller may change or free his own. */
static void test_tables_are_copied(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct error err;
  struct dist samples, mixture, part;
  double values[2] = {3, 3}, weights[2] = {1, 1};
  dist_samples(&samples, arena, 2, values, &err);
  part = dist_constant(4);
  dist_mixture(&mixture, arena, 1, weights, &part, &err);
  values[0] = values[1] = 100;
  part = dist_constant(100);
  weights[0] = 0;
  assert_true(dist_mean(&samples) == 3 && dist_mean(&mixture) == 4);
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_maker_errors),
      cmocka_unit_test(test_tables_are_copied),
  };
  return cmocka_run_group_tests_name("dist_make", tests, NULL, NULL);
}

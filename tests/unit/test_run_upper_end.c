/* Aim: the upper end of a quantile's interval goes as far as an exponential tail says; where the
 * interval is narrow, absent or of a low quantile, nothing changes; no end lies above what was
 * ever seen; latencies have it, with and without failed requests. How often such intervals cover
 * the truth is measured in tests/theory/intervals.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "results_kit.h"
#include "upper_end.h"

#define SCALE 1e7 /* ns; mean excess 10 ms */

/* The quantiles at equal ranks of an exponential law. */
static void fill(struct hist *hist, uint32_t n) {
  hist_init(hist, 0, NULL);
  for (uint32_t i = 0; i < n; i++) {
    hist_add(hist, (uint64_t)(-log(1 - (i + 0.5) / n) * SCALE));
  }
  hist_settle(hist);
}

static struct estimate raised(const struct hist *hist, double q, double half) {
  double value = hist_quantile(hist, q) / 1e9;
  struct estimate e = {value, value - half, value + half, 10};
  upper_end_raise(&e, hist, q);
  assert_true(e.value == value && e.lo == value - half);
  return e;
}

static void ends_where_the_tail_says(void **state) {
  (void)state;
  struct hist hist;
  fill(&hist, 100000);
  for (double part = 0.1; part < 0.85; part += 0.1) {
    struct estimate e = raised(&hist, 0.99, part * SCALE / 1e9);
    double wanted = -log(1 - part) * SCALE / 1e9;
    assert_true(fabs(e.hi - e.value - wanted) < 0.06 * wanted);
  }
  struct estimate narrow = raised(&hist, 0.99, 1e-5);
  assert_true(fabs(narrow.hi - narrow.value - 1e-5) < 1e-7);
  hist_free(&hist);
}

static void not_above_what_was_seen(void **state) {
  (void)state;
  struct hist hist;
  fill(&hist, 100000);
  double most = (double)hist_max(&hist) / 1e9;
  assert_true(raised(&hist, 0.99, 0.02).hi == most);
  assert_true(raised(&hist, 0.99, 0.00999).hi <= most);
  struct estimate wide = raised(&hist, 0.99, 1);
  assert_true(wide.hi == wide.value + 1);
  hist_free(&hist);
}

static void else_unchanged(void **state) {
  (void)state;
  struct hist hist;
  fill(&hist, 1000);
  double half = 0.005;
  struct estimate low = raised(&hist, 0.1, half);
  assert_true(low.hi == low.value + half);
  struct estimate sure = raised(&hist, 0.99, 0);
  assert_true(sure.hi == sure.value);
  struct estimate none = {0.1, NAN, NAN, 1};
  upper_end_raise(&none, &hist, 0.99);
  assert_true(isnan(none.lo) && isnan(none.hi));
  struct estimate endless = {INFINITY, 1, INFINITY, 10};
  upper_end_raise(&endless, &hist, 0.99);
  assert_true(endless.lo == 1 && isinf(endless.hi));
  hist_free(&hist);
}

/* Of a busy server. */
static void used_for_latencies(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"80/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
      "run { duration = \"300s\", warmup = \"10s\", replications = 5 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  const struct result *p99 = results_find(&r, "c.latency.p99");
  struct estimate e = p99->estimate;
  assert_true(e.hi - e.value > 1.02 * (e.value - e.lo));
  assert_true(p99->judged.hi == e.hi && p99->failed == 0);
  results_free(&r);
  scenario_free(s);
}

/* What is judged counts failed requests, and is raised by itself. */
static void used_where_requests_fail(void **state) {
  (void)state;
  struct scenario *s = kit_scenario(
      "client \"c\" { arrivals = poisson \"80/s\", target = \"s\" }\n"
      "service \"s\" { workers = 1, queue = 25, work = exponential \"10ms\" }\n"
      "run { duration = \"300s\", warmup = \"10s\", replications = 5 }\n");
  struct results r = kit_run(s, (struct experiment_options){0});
  const struct result *p95 = results_find(&r, "c.latency.p95");
  struct estimate e = p95->judged;
  assert_true(p95->failed > 0 && p95->failed < 0.01);
  assert_true(e.hi - e.value > 1.02 * (e.value - e.lo));
  results_free(&r);
  scenario_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ends_where_the_tail_says), cmocka_unit_test(not_above_what_was_seen),
      cmocka_unit_test(else_unchanged),           cmocka_unit_test(used_for_latencies),
      cmocka_unit_test(used_where_requests_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

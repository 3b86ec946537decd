/* Aim: a latency told of all requests counts those that failed as endless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "metric.h"

static const struct metric *find(const struct metrics *m, const char *name) {
  for (uint32_t i = 0; i < m->n; i++) {
    if (strcmp(m->list[i].name, name) == 0) return &m->list[i];
  }
  fail_msg("no metric %s", name);
  return NULL;
}

/* 1, 2 .. n ms, kept exactly, and so many that failed. */
static void make(struct metrics *m, struct hist *hist, uint32_t n, double failed) {
  *m = (struct metrics){0};
  hist_init(hist, 20000, NULL);
  for (uint64_t k = 1; k <= n; k++) hist_add(hist, k * 1000000);
  metric_latencies(m, hist, failed, "c");
  assert_int_equal(m->n, 10);
}

static void drop(struct metrics *m, struct hist *hist) {
  metrics_free(m);
  hist_free(hist);
}

static void assert_all(const struct metrics *m, const char *name, double seconds) {
  double value = metric_value_of_all(find(m, name));
  if (value == seconds || fabs(value - seconds) < 1e-12) return;
  fail_msg("%s of all requests is %.17g, not %.17g", name, value, seconds);
}

/* Of 100 requests 10 failed: the 50th of all is the 50th of those answered, the 90th the last of
 * these, and the 95th never came. */
static void failed_requests_are_endless(void **state) {
  (void)state;
  struct metrics m;
  struct hist hist;
  make(&m, &hist, 90, 10);
  assert_true(metric_value(find(&m, "c.latency.p50")) == 0.045);
  assert_all(&m, "c.latency.p50", 0.050);
  assert_all(&m, "c.latency.p90", 0.090);
  assert_all(&m, "c.latency.p95", INFINITY);
  assert_all(&m, "c.latency.p99", INFINITY);
  assert_all(&m, "c.latency.max", INFINITY);
  assert_all(&m, "c.latency.mean", INFINITY);
  assert_all(&m, "c.latency.min", 0.001);
  assert_all(&m, "c.latency.sd", metric_value(find(&m, "c.latency.sd")));
  drop(&m, &hist);
}

static void nothing_changes_where_none_failed(void **state) {
  (void)state;
  struct metrics m;
  struct hist hist;
  make(&m, &hist, 1000, 0);
  for (uint32_t i = 0; i < m.n; i++) {
    assert_true(metric_value_of_all(&m.list[i]) == metric_value(&m.list[i]));
  }
  drop(&m, &hist);
}

/* One of 10,000 is too few to make a mean meaningless, and enough for the largest. */
static void one_failure_of_many(void **state) {
  (void)state;
  struct metrics m;
  struct hist hist;
  make(&m, &hist, 9999, 1);
  assert_all(&m, "c.latency.mean", 5.0);
  assert_all(&m, "c.latency.p999", 9.990);
  assert_all(&m, "c.latency.p9999", 9.999);
  assert_all(&m, "c.latency.max", INFINITY);
  drop(&m, &hist);
}

static void all_failed(void **state) {
  (void)state;
  struct metrics m;
  struct hist hist;
  make(&m, &hist, 0, 5);
  assert_true(isnan(metric_value(find(&m, "c.latency.p50"))));
  assert_all(&m, "c.latency.p50", INFINITY);
  assert_all(&m, "c.latency.mean", INFINITY);
  drop(&m, &hist);
  make(&m, &hist, 0, 0);
  assert_true(isnan(metric_value_of_all(find(&m, "c.latency.p50"))));
  drop(&m, &hist);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(failed_requests_are_endless),
      cmocka_unit_test(nothing_changes_where_none_failed),
      cmocka_unit_test(one_failure_of_many),
      cmocka_unit_test(all_failed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Aim: what exists only where a goal asks for it is what its name says: any percentile, the worst
 * of all members, the time at a component, time lost a year. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results_kit.h"

#define YEAR_OF_DAYS (365.0 * 86400)

static struct results run(const char *text) {
  struct scenario *s = kit_scenario(text);
  struct results r = kit_run_seed(s, 1);
  return r;
}

static void end(struct results *r) {
  struct scenario *s = (struct scenario *)r->scenario;
  results_free(r);
  scenario_free(s);
}

/* Exponential times of 10 ms without a queue: p97.5 is 10 ms * ln 40 = 36.9 ms, of 2 * 200,000
 * requests known to 0.5 % (five standard errors of 0.1 %). */
static void percentiles(void **state) {
  (void)state;
  struct results r =
      run("client \"c\" { arrivals = poisson \"1000/s\", target = \"s\", mix = { a = 1 } }\n"
          "service \"s\" { instances = 2, work = exponential \"10ms\" }\n"
          "goal \"c.latency.p97.5 < 1s\"\n"
          "goal \"c.op.a.latency.p97.5 < 1s\"\n"
          "goal \"c.latency.p99.9 < 1s\"\n"
          "goal \"s[2].wait.p75 < 1s\"\n"
          "run { duration = \"200s\", warmup = \"0s\", replications = 2 }\n");
  assert_float_equal(results_value(&r, "c.latency.p97.5"), 0.01 * log(40), 0.01 * log(40) * 0.02);
  assert_true(results_value(&r, "c.latency.p97.5") == results_value(&r, "c.op.a.latency.p97.5"));
  assert_true(results_value(&r, "c.latency.p99.9") == results_value(&r, "c.latency.p999"));
  assert_true(results_value(&r, "s[2].wait.p75") == 0);
  assert_null(results_find(&r, "s[1].wait.p75"));
  const struct estimate *e = &results_find(&r, "c.latency.p97.5")->estimate;
  assert_true(e->lo < e->value && e->value < e->hi);
  assert_int_equal(results_verdict(&r), VERDICT_PASS);
  end(&r);
}

/* In each replication that member which is worst then; of one instance that one. */
static void worst_member(void **state) {
  (void)state;
  struct results r =
      run("client \"c\" { arrivals = poisson \"100/s\", target = \"s\" }\n"
          "service \"s\" { instances = 3, workers = 1, work = exponential \"10ms\" }\n"
          "client \"d\" { arrivals = poisson \"10/s\", target = \"one\" }\n"
          "service \"one\" { workers = 1, work = \"1ms\" }\n"
          "goal \"s[*].utilization < 70%\"\n"
          "goal \"s[*].utilization > 1%\"\n"
          "goal \"s[*].wait.p97.5 < 10s\"\n"
          "goal \"s[*].queue.max < 1000\"\n"
          "goal \"one[*].utilization < 70%\"\n"
          "goal \"s[*].availability > 99%\"\n"
          "run { duration = \"20s\", warmup = \"0s\", replications = 4 }\n");
  const struct result *most = results_find(&r, "s[*].utilization.most");
  const struct result *least = results_find(&r, "s[*].utilization.least");
  double sum = 0, highest = 0;
  for (uint32_t i = 0; i < r.replications; i++) {
    double high = 0, low = 1;
    for (int member = 1; member <= 3; member++) {
      char name[64];
      snprintf(name, sizeof name, "s[%d].utilization", member);
      high = fmax(high, results_find(&r, name)->replication[i]);
      low = fmin(low, results_find(&r, name)->replication[i]);
      snprintf(name, sizeof name, "s[%d].queue.max", member);
      highest = fmax(highest, results_value(&r, name));
    }
    assert_true(most->replication[i] == high && least->replication[i] == low);
    sum += high;
  }
  assert_float_equal(most->estimate.value, sum / 4, 1e-12);
  assert_true(most->estimate.lo < most->estimate.value);
  assert_true(results_value(&r, "s[*].queue.max.most") == highest);
  assert_true(results_value(&r, "s[*].wait.p97.5.most") >= results_value(&r, "s[1].wait.p97.5"));
  assert_true(results_value(&r, "one[*].utilization.most") == results_value(&r, "one.utilization"));
  /* That no call failed is as sure as the calls of one member make it, 667 in each replication. */
  const struct estimate *ok = &results_find(&r, "s[*].availability.least")->estimate;
  assert_true(ok->value == 1 && ok->hi == 1 && ok->lo < 1 - 2.5 / 2800 && ok->lo > 1 - 3.5 / 2400);
  end(&r);
}

/* A tenth of the time, and of the requests, is lost: 36.5 days a year. */
static void downtime(void **state) {
  (void)state;
  struct results r =
      run("client \"c\" { arrivals = constant \"10/s\", target = \"s\" }\n"
          "client \"d\" { arrivals = constant \"10/s\", target = \"t\" }\n"
          "service \"s\" { work = \"1ms\" }\n"
          "service \"t\" { work = \"1ms\" }\n"
          "fault { crash \"s\", at = \"10050ms\", lasts = \"2500ms\" }\n"
          "fault { crash \"s\", at = \"20050ms\", lasts = \"2500ms\" }\n"
          "goal \"c.downtime < 40d\"\n"
          "goal \"d.downtime < 1d\"\n"
          "run { duration = \"50s\", warmup = \"0s\", replications = 4 }\n");
  const struct estimate *c = &results_find(&r, "c.downtime")->estimate;
  const struct estimate *of = &results_find(&r, "c.availability")->estimate;
  assert_float_equal(c->value, 0.1 * YEAR_OF_DAYS, 1e-3);
  assert_float_equal(c->lo, (1 - of->hi) * YEAR_OF_DAYS, 1);
  assert_float_equal(c->hi, (1 - of->lo) * YEAR_OF_DAYS, 1);
  assert_float_equal(results_value(&r, "s.downtime"), 0.1 * YEAR_OF_DAYS, 1e-3);
  assert_float_equal(results_value(&r, "s.mtbf"), 22.5, 1e-9);
  assert_true(isnan(results_value(&r, "t.mtbf")));
  /* That none of 2000 failed does not show that less than a day a year is lost: up to 3 / 2000. */
  const struct estimate *d = &results_find(&r, "d.downtime")->estimate;
  assert_true(d->value == 0 && d->lo == 0);
  assert_float_equal(d->hi, (1 - pow(0.05, 1 / 2000.0)) * YEAR_OF_DAYS, 100);
  end(&r);
}

static void time_at(void **state) {
  (void)state;
  struct results r =
      run("client \"c\" { arrivals = constant \"10/s\", target = \"web\" }\n"
          "service \"web\" { on = { default = { work \"3ms\", call \"db\", call \"db\" } } }\n"
          "service \"db\" { work = \"5ms\" }\n"
          "goal \"c.part.web < 1s\"\n"
          "goal \"c.part.db < 9ms\"\n"
          "run { duration = \"50s\", warmup = \"0s\", replications = 2 }\n");
  assert_float_equal(results_value(&r, "c.part.web"), 0.003, 1e-9);
  assert_float_equal(results_value(&r, "c.part.db"), 0.010, 1e-9);
  assert_int_equal(results_verdict(&r), VERDICT_FAIL);
  end(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(percentiles), cmocka_unit_test(worst_member),
                                     cmocka_unit_test(downtime), cmocka_unit_test(time_at)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

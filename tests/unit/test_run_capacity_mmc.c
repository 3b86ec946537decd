/* Aim: archsim capacity agrees with queueing theory: the load at which the 99th percentile of the
 * response time of M/M/c reaches a limit, within 1 %, inside of its own interval, limited by the
 * right component. All runs have seed 1 unless stated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capacity_study.h"

/* --- the closed form ------------------------------------------------------------------------- */

/* Erlang's C: the probability to wait at load a = lambda / mu, by the recursion for his B. */
static double erlang_c(uint32_t servers, double a) {
  double b = 1;
  for (uint32_t k = 1; k <= servers; k++) b = a * b / (k + a * b);
  double rho = a / servers;
  return b / (1 - rho * (1 - b));
}

/* P(response > t): exponential service of rate mu, after a wait that is 0 or exponential of rate
 * theta = c mu - lambda. */
static double tail(uint32_t servers, double mu, double lambda, double t) {
  double theta = servers * mu - lambda, c = erlang_c(servers, lambda / mu);
  if (fabs(theta - mu) < 1e-9 * mu) return (1 + c * mu * t) * exp(-mu * t);
  return (1 - c) * exp(-mu * t) + c * (theta * exp(-mu * t) - mu * exp(-theta * t)) / (theta - mu);
}

/* The load at which P(response > limit) = 0.01. */
static double closed_form(uint32_t servers, double mu, double limit) {
  double low = 0, high = servers * mu;
  for (int i = 0; i < 200; i++) {
    double middle = (low + high) / 2;
    *(tail(servers, mu, middle, limit) < 0.01 ? &low : &high) = middle;
  }
  return low;
}

/* M/M/1: the response time is exponential of rate mu - lambda. */
static void closed_form_of_one_server(void **state) {
  (void)state;
  assert_true(fabs(closed_form(1, 100, 0.1) - (100 - log(100) / 0.1)) < 1e-6);
}

/* --- simulated ------------------------------------------------------------------------------- */

static void search(const char *text, const struct options *options, struct capacity_study *study) {
  char path[] = "/tmp/archsim-test-XXXXXX";
  const char *argument[] = {path};
  struct options own = *options;
  struct error err;
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  size_t size = strlen(text);
  assert_true(write(fd, text, size) == (ssize_t)size);
  close(fd);
  own.arguments = 1;
  own.argument = argument;
  own.jobs = 2;
  bool ok = capacity_study_load(study, &own, &err) && capacity_study_run(study, &own, NULL, &err);
  unlink(path);
  if (!ok) fail_msg("%s", err.text);
}

static void one_case(uint32_t servers, double limit, const char *text, const char *over) {
  struct capacity_study study;
  search(text, &(struct options){.over = over}, &study);
  const struct situation *s = &study.situation[0];
  double truth = closed_form(servers, 100, limit);
  print_message("%u servers: %.3f, closed form %.3f (%+.2f %%), %.3f .. %.3f, %u loads\n", servers,
                s->capacity.value, truth, 100 * (s->capacity.value / truth - 1), s->capacity.lo,
                s->capacity.hi, s->capacity.probes);
  assert_int_equal(s->capacity.status, CAPACITY_FOUND);
  assert_true(fabs(s->capacity.value / truth - 1) < 0.01);
  assert_true(s->capacity.lo <= truth && truth <= s->capacity.hi);
  assert_true(s->capacity.hi - s->capacity.lo < 0.04 * truth);
  assert_string_equal(s->limited_by, "s");
  capacity_study_free(&study);
}

#define RATE "local rate = param { \"rate\", \"60/s\" }\n"
#define CLIENT "client \"c\" { arrivals = poisson(rate), target = \"s\" }\n"
#define RUN(DURATION) "run { duration = \"" DURATION "\", warmup = \"10s\", replications = 8 }\n"

static void agrees_with_theory(void **state) {
  (void)state;
  one_case(1, 0.2,
           RATE CLIENT
           "service \"s\" { workers = 1, work = exponential \"10ms\" }\n"
           "goal \"c.latency.p99 < 200ms\"\n" RUN("300s"),
           "rate=10..99/s");
  one_case(4, 0.1,
           RATE CLIENT
           "service \"s\" { workers = 4, work = exponential \"10ms\" }\n"
           "goal \"c.latency.p99 < 100ms\"\n" RUN("150s"),
           NULL);
}

/* Two servers that share the load evenly take twice of what one takes; with one of them down, once.
 * The balancer notices at the first check and the run's first tenth is left out. */
static void one_of_two_down_halves_it(void **state) {
  (void)state;
  struct capacity_study study;
  search(
      "local rate = param { \"rate\", \"60/s\" }\n"
      "client \"c\" { arrivals = poisson(rate), target = \"lb\" }\n"
      "load_balancer \"lb\" { backends = \"s\", algorithm = \"random\",\n"
      "  health_check = { interval = \"100ms\", timeout = \"100ms\", fall = 1 } }\n"
      "service \"s\" { instances = 2, workers = 1, work = exponential \"10ms\", zone = { \"a\", "
      "\"b\" } }\n"
      "goal \"c.latency.p99 < 200ms\"\n"
      "goal \"c.availability == 100%\"\n"
      "run { duration = \"60s\", replications = 4 }\n",
      &(struct options){.n_1 = true, .zones = true}, &study);
  static const char *const labels[] = {"all up", "one of s down", "zone a down", "zone b down"};
  double one = closed_form(1, 100, 0.2);
  assert_int_equal(study.situations, 4);
  for (uint32_t i = 0; i < 4; i++) {
    const struct situation *s = &study.situation[i];
    print_message("%s: %.3f, %.3f .. %.3f\n", s->label, s->capacity.value, s->capacity.lo,
                  s->capacity.hi);
    assert_string_equal(s->label, labels[i]);
    assert_int_equal(s->capacity.status, CAPACITY_FOUND);
    double truth = i == 0 ? 2 * one : one;
    assert_true(fabs(s->capacity.value / truth - 1) < 0.03);
    assert_string_equal(s->limited_by, "s");
  }
  capacity_study_free(&study);
}

/* Threads of "web" are held while "db" works: both are busy all the time, and it is db that limits.
 */
static void blames_what_the_others_wait_for(void **state) {
  (void)state;
  struct capacity_study study;
  search(
      "local rate = param { \"rate\", \"20/s\" }\n"
      "client \"c\" { arrivals = poisson(rate), target = \"web\" }\n"
      "service \"web\" { workers = 4, on = { default = { work \"1ms\", call \"db\" } } }\n"
      "database \"db\" { workers = 1, read = exponential \"10ms\" }\n"
      "goal \"c.latency.p99 < 60s\"\n"
      "run { duration = \"100s\", warmup = \"10s\", replications = 2 }\n",
      &(struct options){.over = NULL}, &study);
  assert_int_equal(study.situation[0].capacity.status, CAPACITY_FOUND);
  assert_string_equal(study.situation[0].limited_by, "db");
  assert_true(study.situation[0].utilization > 0.99);
  capacity_study_free(&study);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed_form_of_one_server),
      cmocka_unit_test(agrees_with_theory),
      cmocka_unit_test(one_of_two_down_halves_it),
      cmocka_unit_test(blames_what_the_others_wait_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

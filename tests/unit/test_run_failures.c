/* Aim: sentences on what failed name the right cause, in as many digits as the requests that were
 * followed carry. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "diagnosis_kit.h"

static bool has_finding(const struct seen *s, enum rule rule) {
  for (uint32_t i = 0; i < s->diagnosis.findings.n; i++) {
    if (s->diagnosis.findings.list[i].rule == rule) return true;
  }
  return false;
}

static void assert_said(const char *text, const char *what) {
  if (strstr(text, what) == NULL) fail_msg("\"%s\" is not in \"%s\"", what, text);
}

static void assert_not_said(const char *text, const char *what) {
  if (strstr(text, what) != NULL) fail_msg("\"%s\" is in \"%s\"", what, text);
}

/* A server without a queue that five workers can never fill lies crashed for 10 of 50 s: it refused
 * because it was down, and neither queue nor load has to do with it. */
static void refused_by_nobody(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '35/s', target = 'front' }\n"
          "service 'front' { workers = 5, on = { call 'back' } }\n"
          "service 'back' { workers = 5, queue = 0, work = exponential '100ms' }\n"
          "fault { crash 'back', at = '20s', lasts = '10s' }\n"
          "run { duration = '60s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "% were refused because back was not up");
  assert_said(s.diagnosis.failed, "all failures fall in the time of the fault");
  assert_false(has_finding(&s, RULE_NO_QUEUE));
  assert_not_said(s.diagnosis.saturates, "fail already");
  forget(&s);
}

/* Aim: a group that is down as a whole is that, and no mean over its members: 10 of 50 s. */
static void all_of_them_were_down(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '35/s', target = 'web' }\n"
          "service 'web' { instances = 2, workers = 5, work = '10ms' }\n"
          "fault { crash 'web', at = '20s', lasts = '10s' }\n" RUN);
  assert_said(s.diagnosis.failed, "were refused because web was not up");
  assert_string_equal(group_of(&s, RULE_DOWN)->sentence,
                      "web was down for 20.0 % of the measured time.");
  forget(&s);
  s =
      see("client 'users' { arrivals = poisson '35/s', target = 'web' }\n"
          "service 'web' { instances = 2, workers = 5, work = '10ms' }\n"
          "fault { crash 'web[1]', at = '20s', lasts = '10s' }\n"
          "fault { crash 'web[2]', at = '35s', lasts = '10s' }\n" RUN);
  assert_said(s.diagnosis.failed, "were refused because members of web were not up");
  assert_string_equal(group_of(&s, RULE_DOWN)->sentence,
                      "web was down for 20.0 % of the measured time, averaged over its members.");
  forget(&s);
}

/* Aim: a cache asks a slow origin once for all who want the same, and gives up after 200 ms: who
 * joined the one that asked waited in the cache, and is not on the way back with its answer. */
static void who_waits_for_the_answer_of_another(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '100/s', target = 'c', keys = uniform_keys { n = 1 } }\n"
          "cache 'c' { origin = 's', single_flight = true, timeout = '200ms' }\n"
          "service 's' { work = '1s' }\n"
          "path { from = 'u', to = 'c', latency = '5ms' }\n" RUN);
  assert_said(s.diagnosis.failed, " % were waiting in c when the time was up, ");
  assert_said(s.diagnosis.failed, " % were being worked on at s when the time was up");
  assert_not_said(s.diagnosis.failed, "on their way back");
  forget(&s);
}

/* Aim: users who get no session are told as that, with what had no place for them. */
static void who_has_no_session(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = closed { users = 30, think = exponential '1s' }, target = 'g',\n"
          "  session = { lasts = '1h', attempts = 3, backoff = '100ms' } }\n"
          "service 'g' { workers = 4, sessions = 10, work = '5ms' }\n" RUN);
  assert_said(s.diagnosis.failed, ": all had no session, since all places of g were taken");
  assert_said(s.diagnosis.time, "% is waiting for a session of u");
  forget(&s);
}

/* Of two servers one was down, and the other never; or both, one after the other. */
static void which_of_them_was_down(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '35/s', target = 'web' }\n"
          "service 'web' { instances = 2, workers = 5, work = '10ms' }\n"
          "fault { crash 'web[2]', at = '20s', lasts = '10s' }\n"
          "run { duration = '60s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "were refused because web[2] was not up");
  forget(&s);
  s =
      see("client 'users' { arrivals = poisson '35/s', target = 'web' }\n"
          "service 'web' { instances = 2, workers = 5, work = '10ms' }\n"
          "fault { crash 'web[1]', mttf = '10s', mttr = '3s' }\n"
          "fault { crash 'web[2]', mttf = '17s', mttr = '3s' }\n"
          "run { duration = '60s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "were refused because members of web were not up");
  forget(&s);
}

/* Faults that are drawn come at other times in each replication, of which one is looked at. */
static void in_the_times_of_drawn_faults(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '35/s', target = 'web' }\n"
          "service 'web' { workers = 5, on = { work '1ms', call 'db' } }\n"
          "database 'db' { workers = 5, read = '1ms', write = '1ms' }\n"
          "fault { crash 'web', mttf = exponential '20s', mttr = '3s' }\n"
          "fault { crash 'db', mttf = exponential '20s', mttr = '3s' }\n"
          "run { duration = '100s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "all failures of replication 1 fall in the times of 2 faults");
  forget(&s);
}

/* Half of a load of twice the capacity is refused by a queue that is full. */
static void refused_by_what_is_full(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '200/s', target = 'back' }\n"
          "service 'back' { workers = 1, queue = 0, work = exponential '10ms' }\n"
          "run { duration = '60s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "(refused): all were refused by back");
  assert_true(has_finding(&s, RULE_NO_QUEUE));
  forget(&s);
}

/* Three of four failures are of the one kind: of 60 requests that were followed that is 75 %, and
 * not 74.58 %. */
static void digits_of_shares(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = constant '10/s', target = 's' }\n"
          "service 's' { on = { call 'a', call 'b' } }\n"
          "service 'a' { on = { fail { p = '3%' } } }\n"
          "service 'b' { on = { fail { p = '1%' } } }\n"
          "run { duration = '160s', warmup = '10s', replications = 2 }\n");
  const char *shares = strchr(s.diagnosis.failed, ':'), *dot = strchr(shares, '.');
  assert_said(s.diagnosis.failed, "% were answered with an error by a");
  assert_string_equal(dot, "."); /* the one at the end */
  forget(&s);
}

/* The hang is over when the measured time begins; who waited through it fails in that time. */
static void a_fault_of_the_warmup(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '80/s', target = 's', timeout = '1s' }\n"
          "service 's' { workers = 1, cancel = 'queued', work = exponential '10ms' }\n"
          "fault { hang 's', at = '50s', lasts = '10s' }\n"
          "run { duration = '80s', warmup = '60s', replications = 20 }\n");
  assert_said(s.diagnosis.failed, "the fault 'hang s' was over when the measured time began.");
  assert_not_said(s.diagnosis.failed, "fall in the time");
  forget(&s);
}

static void all_are_not_most(void **state) {
  (void)state;
  static const char *const share[] = {"100%", "80%"}, *const said[] = {"All requests of c failed",
                                                                       "Most requests of c failed"};
  for (int i = 0; i < 2; i++) {
    char text[300];
    snprintf(text, sizeof text,
             "client 'c' { arrivals = poisson '10/s', target = 's' }\n"
             "service 's' { on = { work '1ms', fail { p = '%s' } } }\n"
             "run { duration = '60s', warmup = '0s', replications = 2 }\n",
             share[i]);
    struct seen s = see(text);
    assert_said(s.diagnosis.time, said[i]);
    forget(&s);
  }
}

/* Users give up after a second; the balancer, which has no timeout, waits for ever for calls that
 * were lost on the way: that is no warm-up that is too short. */
static void calls_that_pile_up(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '50/s', target = 'lb', timeout = '1s' }\n"
          "load_balancer 'lb' { backends = 's' }\n"
          "service 's' { }\n"
          "path { from = 'lb', to = 's', loss = '20%', one_way = true }\n"
          "run { duration = '100s', warmup = '5s', replications = 5 }\n");
  bool told = false;
  for (uint32_t i = 0; i < s.results.warnings; i++) {
    assert_not_said(s.results.warning[i], "too short");
    told |= strstr(s.results.warning[i], "calls pile up that wait for ever") != NULL;
  }
  assert_true(told);
  forget(&s);
}

/* Messages vanish for 100 ms, and who sent them finds out 100 ms later. */
static void failures_that_show_later(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { target = 'lb', arrivals = constant '1000/s', timeout = '100ms' }\n"
          "load_balancer 'lb' { backends = 'db' }\nservice 'db' { work = '8ms' }\n"
          "fault { partition { 'users', 'lb' }, at = '499ms', lasts = '100ms' }\n"
          "run { duration = '1s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.failed, "could not reach lb; all failures fall in the time of the fault");
  forget(&s);
}

/* All failures also fall in the time of a fault that holds to the end: that of a short one says
 * more. */
static void the_fault_that_explains(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { target = 's', arrivals = poisson '100/s' }\n"
          "service 's' { work = '1ms' }\n"
          "fault { slow { 's', factor = 1.1 }, at = '10s' }\n"
          "fault { crash 's', at = '40s', lasts = '5s' }\n"
          "run { duration = '60s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.failed, "all failures fall in the time of the fault 'crash s'");
  forget(&s);
}

/* Eight instances that leak are killed one after the other, and no fault that is declared does it;
 * a crash that is declared may have been it. */
static void killed_for_memory(void **state) {
  (void)state;
  static const char text[] =
      "client 'users' { arrivals = poisson '50/s', target = 'web' }\n"
      "service 'web' { instances = 2, workers = 8, work = exponential '10ms', start = '5s',\n"
      "  memory = { request = '10MB', leak = '300kB', limit = '200MB' } }\n"
      "control 'alive' { probe = 'web', every = '2s', timeout = '1s', fails = 2,\n"
      "  act = restart { 'web', takes = '5s' } }\n"
      "%srun { duration = '200s', warmup = '10s', replications = 2 }\n";
  for (int crash = 0; crash < 2; crash++) {
    char file[1024];
    snprintf(file, sizeof file, text,
             crash ? "fault { crash 'web[1]', at = '100s', lasts = '5s' }\n" : "");
    struct seen s = see(file);
    const char *said =
        "refused because members of web were not up, killed for the memory that they took";
    if (crash) assert_not_said(s.diagnosis.failed, said);
    if (!crash) assert_said(s.diagnosis.failed, said);
    forget(&s);
  }
}

/* A balancer that refuses since its backends fail their checks is not what is broken. */
static void no_backend_left(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '50/s', target = 'lb' }\n"
          "load_balancer 'lb' { backends = 'web',\n"
          "  health_check = { interval = '1s', timeout = '500ms', fall = 1, rise = 1 } }\n"
          "service 'web' { instances = 2, workers = 8, work = exponential '10ms' }\n"
          "fault { crash 'web', at = '20s', lasts = '20s' }\n"
          "run { duration = '100s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "were refused by lb, which had no backend left");
  forget(&s);
}

/* Of six calls a second five miss for a while after the cache was emptied, which is more than the
 * database can take; what a fault that is over as it begins does is felt after it. */
static void felt_after_it(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '900/s', target = 'c', timeout = '500ms',\n"
          "  keys = zipf { n = 20000, s = 1.0 } }\n"
          "cache 'c' { capacity = 5000, origin = 'db', warm = true }\n"
          "database 'db' { workers = 4, read = exponential '12ms' }\n"
          "fault { flush 'c', at = '40s' }\n"
          "run { duration = '120s', warmup = '10s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "; all failures of replication 1 came in the ");
  assert_said(s.diagnosis.failed, " after the fault 'flush c'");
  forget(&s);
  /* One that lasts is felt after its end, too: the cache comes back empty. */
  s =
      see("client 'users' { arrivals = poisson '500/s', target = 'c', timeout = '400ms',\n"
          "  keys = zipf { n = 5000, s = 0.9 } }\n"
          "cache 'c' { capacity = 4000, origin = 'db' }\n"
          "database 'db' { workers = 4, connections = 200, read = exponential '25ms' }\n"
          "fault { crash 'c', at = '100s', lasts = '2s' }\n"
          "run { duration = '260s', warmup = '60s', replications = 2 }\n");
  assert_said(s.diagnosis.failed, "; all failures of replication 1 came in the ");
  assert_said(s.diagnosis.failed, " after the fault 'crash c' began");
  forget(&s);
}

/* Last in, first out, and those who give up leave the queue: who gets a worker has hardly waited,
 * while half of all wait for a second in vain. */
static void waits_of_those_that_got_one(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '200/s', target = 's', timeout = '1s' }\n"
          "service 's' { workers = 1, work = exponential '10ms', discipline = 'lifo', cancel = "
          "'queued' }\n"
          "run { duration = '60s', warmup = '5s', replications = 2 }\n");
  const struct finding *f = find(&s, "s", "workers");
  assert_non_null(f);
  assert_said(f->sentence, ", and a call that gets one waits ");
  forget(&s);
  s =
      see("client 'c' { arrivals = poisson '95/s', target = 's' }\n"
          "service 's' { workers = 1, work = exponential '10ms' }\n"
          "run { duration = '60s', warmup = '5s', replications = 2 }\n");
  f = find(&s, "s", "workers");
  assert_non_null(f);
  assert_said(f->sentence, ", and a call waits ");
  forget(&s);
}

/* A fifth of the calls of a fail, and all of b while it is down; calls of c have nothing at hand.
 */
static void what_fallbacks_stand_for(void **state) {
  (void)state;
#define AT_HAND(goal)                                                                          \
  "client 'u' { arrivals = poisson '100/s', target = 'web', timeout = '1s' }\n"                \
  "service 'web' { workers = 50, on = { call { 'lb', fallback = {} }, call { 'b', fallback = " \
  "{} }, call 'c' } }\n"                                                                       \
  "load_balancer 'lb' { backends = 'a' }\n"                                                    \
  "service 'a' { on = { fail { p = '20%' } } }\n"                                              \
  "service 'b' { work = '5ms' }\n"                                                             \
  "service 'c' { work = '5ms' }\n"                                                             \
  "fault { crash 'b', at = '30s', lasts = '5s' }\n"                                            \
  "goal 'u.degraded < " goal "'\n" RUN
  struct seen s = see(AT_HAND("1%"));
  assert_said(s.diagnosis.failed, " of the requests of u were answered with a fallback, since ");
  assert_said(s.diagnosis.failed, " % of the calls from web to lb failed and ");
  assert_said(s.diagnosis.failed, " % of those from web to b.");
  assert_not_said(s.diagnosis.failed, "from lb");
  assert_true(s.diagnosis.failed_first); /* it is what was asked */
  forget(&s);
  s = see(AT_HAND("50%"));
  assert_false(s.diagnosis.failed_first);
  forget(&s);
}

/* Where something is saturated it is told what of its load is tries of the same. */
static void retries_on_top(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '150/s', target = 'web', timeout = '100ms',\n"
          "  retry = { attempts = 3, backoff = '10ms' } }\n"
          "service 'web' { workers = 1, work = exponential '10ms' }\n" RUN);
  assert_said(s.diagnosis.failed, "; web is saturated, and 30");
  assert_said(s.diagnosis.failed, "/s retries come on top of 1");
  forget(&s);
  s =
      see("client 'u' { arrivals = poisson '100/s', target = 'web', timeout = '1s' }\n"
          "service 'web' { workers = 64, cancel = 'queued', on = { call { 'db', timeout = '50ms',\n"
          "  retry = { attempts = 5, backoff = '1ms' } } } }\n"
          "service 'db' { workers = 2, queue = 200, work = exponential '17ms' }\n" RUN);
  assert_said(s.diagnosis.failed, "; db is saturated, and 80.0 % of its calls are retries of web.");
  forget(&s);
  /* Two of three workers would do for those alone; those of 20 ms and more are asked again. */
  s =
      see("client 'u' { arrivals = poisson '105/s', target = 'web', timeout = '1s' }\n"
          "service 'web' { workers = 64, on = { call { 'b', hedge = { after = '20ms' } } } }\n"
          "service 'b' { workers = 3, work = exponential '20ms' }\n" RUN);
  assert_said(s.diagnosis.failed, "; b is saturated, and ");
  assert_said(s.diagnosis.failed, " % of its calls are hedges of web.");
  forget(&s);
  s =
      see("client 'u' { arrivals = poisson '150/s', target = 'web', timeout = '100ms' }\n"
          "service 'web' { workers = 1, work = exponential '10ms' }\n" RUN);
  assert_said(s.diagnosis.failed, "; web is saturated.");
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_fallbacks_stand_for),
      cmocka_unit_test(retries_on_top),
      cmocka_unit_test(the_fault_that_explains),
      cmocka_unit_test(refused_by_nobody),
      cmocka_unit_test(which_of_them_was_down),
      cmocka_unit_test(all_of_them_were_down),
      cmocka_unit_test(who_waits_for_the_answer_of_another),
      cmocka_unit_test(who_has_no_session),
      cmocka_unit_test(in_the_times_of_drawn_faults),
      cmocka_unit_test(refused_by_what_is_full),
      cmocka_unit_test(digits_of_shares),
      cmocka_unit_test(a_fault_of_the_warmup),
      cmocka_unit_test(all_are_not_most),
      cmocka_unit_test(calls_that_pile_up),
      cmocka_unit_test(failures_that_show_later),
      cmocka_unit_test(killed_for_memory),
      cmocka_unit_test(no_backend_left),
      cmocka_unit_test(felt_after_it),
      cmocka_unit_test(waits_of_those_that_got_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

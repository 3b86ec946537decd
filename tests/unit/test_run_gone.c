/* Aim: what was acknowledged and is gone is told first, with how much of it, and is no good health,
 * though no request failed; of failures that are of one operation, or end journeys, it is told
 * which, and of faults that all explain them the shortest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis_kit.h"
#include "failures.h"
#include "gone.h"
#include "results_kit.h"

static void assert_said(const struct seen *s, const char *text) {
  if (strstr(s->diagnosis.failed, text) == NULL)
    fail_msg("no '%s' in: %s", text, s->diagnosis.failed);
}

/* Two leaders take edits of three keys; the later one wins, and the other is gone. */
static void updates_that_another_overwrote(void **state) {
  (void)state;
  struct seen s =
      see("path { from = 'a', to = 'b', latency = '50ms' }\n"
          "for _, z in ipairs { 'a', 'b' } do\n"
          "  client('u-' .. z) { arrivals = poisson '20/s', zone = z, target = 'db',\n"
          "    mix = { write = 1 }, keys = uniform_keys { n = 3 } }\n"
          "end\n"
          "database 'db' { copies = { n = 2, zone = { 'a', 'b' }, leaders = 'all',\n"
          "  read = 'nearest' } }\n"
          "run { duration = '20s', warmup = '0s', replications = 2 }\n");
  assert_true(gone_say_all(&s.results, NULL) && gone_say(&s.results, "db", NULL));
  assert_false(gone_say(&s.results, "u-a", NULL));
  assert_true(failures_are_many(&s.results));
  assert_false(s.diagnosis.healthy);
  assert_said(&s, " acknowledged updates in a replication on average. No request failed: all ");
  assert_int_equal(strncmp(s.diagnosis.failed, "db lost ", 8), 0);
  forget(&s);
}

/* The consumer takes 1 s, may take 500 ms, and begins with the message once more every second. */
static void a_consumer_that_takes_too_long(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = burst { 1, at = '1s' }, target = 'q' }\n"
          "topic 'q' { partitions = 1 }\n"
          "service 'w' { workers = 1, work = '1s', subscribe = { 'q', poll = '500ms' } }\n"
          "run { duration = '100s', warmup = '0s', replications = 2 }\n");
  assert_false(s.diagnosis.healthy);
  assert_said(&s,
              "Consumers of q left their group 99 times in a replication on average, as they had "
              "a message for longer than their poll: what they had was done again.");
  forget(&s);
}

static void nothing_is_gone(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '20/s', target = 'db' }\n"
          "database 'db' {}\n"
          "run { duration = '20s', warmup = '0s', replications = 2 }\n");
  assert_false(gone_say_all(&s.results, NULL));
  assert_true(s.diagnosis.healthy);
  assert_said(&s, "Nothing failed: all ");
  forget(&s);
}

/* Every advertisement fails, and no journey for it; one basket in ten does. */
static void which_operation_failed(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '5/s', target = 'shop', journey = {\n"
          "  request { 'browse', times = 4 }, request { 'advert', optional = true },\n"
          "  request 'basket' } }\n"
          "service 'shop' { on = { advert = { work '1ms', fail() },\n"
          "  basket = { work '1ms', branch { p = '10%', fail() } }, default = { work '1ms' } } }\n"
          "run { duration = '200s', warmup = '0s', replications = 2 }\n");
  assert_said(&s, " of the failed ones were of the operation advert, all of which failed.");
  assert_said(&s, "Of the journeys of u ");
  assert_said(&s, " reached their end.");
  forget(&s);
  /* Where all operations fail alike none is named. */
  s =
      see("client 'u' { arrivals = poisson '50/s', target = 'shop', mix = { a = 0.5, b = 0.5 } }\n"
          "service 'shop' { on = { default = { work '1ms', branch { p = '10%', fail() } } } }\n"
          "run { duration = '100s', warmup = '0s', replications = 2 }\n");
  assert_null(strstr(s.diagnosis.failed, "of the operation"));
  assert_null(strstr(s.diagnosis.failed, "journeys"));
  forget(&s);
}

/* No word of the busiest workers being near a limit where a goal is missed for another reason. */
static void no_limit_where_a_goal_is_missed(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '20/s', target = 's' }\n"
          "service 's' { workers = 4, work = exponential '2ms' }\n"
          "goal 'u.latency.p50 < 1us'\n"
          "run { duration = '20s', warmup = '0s', replications = 2 }\n");
  assert_non_null(strstr(s.diagnosis.saturates, "On average workers are not short"));
  forget(&s);
}

/* Of two faults that hold while all requests fail, the one that is over sooner is named. */
static void the_shorter_fault_is_named(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '50/s', target = 's' }\n"
          "service 's' { workers = 4, work = exponential '2ms' }\n"
          "fault { slow { 's', factor = 1.1 }, at = '20s', lasts = '30s' }\n"
          "fault { crash 's', at = '30s', lasts = '4s' }\n"
          "run { duration = '100s', warmup = '0s', replications = 2 }\n");
  assert_said(&s, "all failures fall in the time of the fault 'crash s' and of 1 other.");
  forget(&s);
}

/* What follows a verdict that all goals are met: of one client among several its own share, and
 * that requests were turned away where that is what a limit is for; a fallback; what is gone. */
static void besides_the_verdict(void **state) {
  (void)state;
  static const struct {
    const char *text, *said;
  } cases[] = {
      {"client 'people' { arrivals = constant '10/s', target = 's' }\n"
       "client 'bots' { arrivals = constant '100/s', target = 's', users = 1 }\n"
       "service 's' { on = { limit { '50/s', burst = 1, per = 'user' }, work '1ms' } }\n",
       " of the requests of bots turned away"},
      {"client 'u' { arrivals = constant '10/s', target = 's' }\n"
       "service 's' { on = { fail() } }\n",
       "100 % of all requests failed"},
      {"client 'u' { arrivals = constant '10/s', target = 's' }\n"
       "service 's' { on = { call { 'd', fallback = { work '1ms' } } } }\n"
       "service 'd' { on = { fail() } }\n",
       "100 % of all requests answered with a fallback"},
      {"client 'u' { arrivals = constant '10/s', target = 's' }\n"
       "service 's' { work = '1ms' }\n",
       ""},
      {"client 'u' { arrivals = constant '10/s', target = 's', most = 1 }\n"
       "service 's' { work = '150ms' }\n",
       "% of the requests due at u never sent"},
      {"for _, z in ipairs { 'a', 'b' } do\n"
       "  client('u-' .. z) { arrivals = poisson '20/s', zone = z, target = 'db',\n"
       "    mix = { write = 1 }, keys = uniform_keys { n = 3 } }\n"
       "end\n"
       "path { from = 'a', to = 'b', latency = '50ms' }\n"
       "database 'db' { copies = { n = 2, zone = { 'a', 'b' }, leaders = 'all',\n"
       "  read = 'nearest' } }\n",
       "acknowledged updates lost"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char file[1024];
    snprintf(file, sizeof file, "%srun { duration = '20s', warmup = '0s', replications = 2 }\n",
             cases[i].text);
    struct seen s = see(file);
    const char *said = s.diagnosis.besides;
    bool right = cases[i].said[0] == '\0' ? said[0] == '\0' : strstr(said, cases[i].said) != NULL;
    if (!right) fail_msg("'%s' in place of '%s'", said, cases[i].said);
    forget(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(updates_that_another_overwrote),
      cmocka_unit_test(nothing_is_gone),
      cmocka_unit_test(a_consumer_that_takes_too_long),
      cmocka_unit_test(which_operation_failed),
      cmocka_unit_test(no_limit_where_a_goal_is_missed),
      cmocka_unit_test(the_shorter_fault_is_named),
      cmocka_unit_test(besides_the_verdict),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

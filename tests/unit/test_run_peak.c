/* Aim: what is so for a part of the run alone, a queue that grows and is worked off, a load that
 * rises, workers that are all busy for a time, is told as that, with whose load it was. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "diagnosis_kit.h"

static void a_queue_that_grows(void **state) {
  (void)state;
  assert_found(SHOP("300/s", "workers = 10000", "workers = 1"), "db", "queue", SEVERITY_SATURATED);
}

/* Five times the load for a quarter of the run leaves 7500 calls, of which 50 a second are worked
 * off afterwards: what is long in the last quarter grows no more. Where still more comes it does.
 */
static void a_queue_that_is_worked_off(void **state) {
  (void)state;
  for (int grows = 0; grows < 2; grows++) {
    char text[512];
    snprintf(text, sizeof text,
             "client 'c' { arrivals = poisson '%d/s', target = 's' }\n"
             "service 's' { workers = 1, work = '10ms' }\n"
             "fault { surge { 'c', factor = %d }, at = '100s', lasts = '50s' }\n"
             "run { duration = '200s', warmup = '10s', replications = 2 }\n",
             grows ? 150 : 50, grows ? 2 : 5);
    struct seen s = see(text);
    bool said = false;
    for (uint32_t i = 0; i < s.diagnosis.groups.n; i++) {
      said |= s.diagnosis.groups.list[i].rule == RULE_QUEUE_GROWS;
    }
    assert_true(said == (grows == 1));
    forget(&s);
  }
}

/* Aim: where more requests come later in the run, a queue that grows is no sign of one that never
 * ends: the sentence tells of both. */
static void a_rate_that_rises(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson(profile { { '0s', '40/s' }, { '60s', '150/s' } }),"
          "  target = 'web' }\n"
          "service 'web' { workers = 2, work = exponential '15ms' }\n"
          "run { duration = '60s', warmup = '0s', replications = 2 }\n");
  const struct finding *queue = find(&s, "web", "queue");
  assert_non_null(queue);
  assert_int_equal(queue->severity, SEVERITY_NEAR);
  assert_non_null(strstr(queue->sentence, "while new requests rose from"));
  forget(&s);
}

/* Users who wait for their answers ask more when more of them give up: the load has not risen, and
 * the queue that their retries keep up grows by itself. */
static void users_who_give_up_are_no_load_that_rises(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = closed { users = 200, think = uniform { '6s', '8s' } }, target "
          "= 's',\n"
          "  timeout = '500ms', retry = { attempts = 20, backoff = '50ms' } }\n"
          "service 's' { workers = 1, work = '20ms' }\n"
          "fault { partition { 'c', 's' }, at = '20s', lasts = '10s' }\n"
          "run { duration = '100s', warmup = '5s', replications = 2 }\n");
  const struct finding *queue = find(&s, "s", "queue");
  assert_non_null(queue);
  assert_int_equal(queue->rule, RULE_QUEUE_GROWS);
  assert_null(strstr(queue->sentence, "rose"));
  forget(&s);
}

/* More and more users are load that rises, though each waits for the answer. */
static void users_who_come_are_load_that_rises(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { target = 's', arrivals = closed { think = '1s',\n"
          "  users = profile { { '0s', 20 }, { '60s', 200 } } } }\n"
          "service 's' { workers = 1, work = '10ms' }\n" RUN);
  const struct finding *queue = find(&s, "s", "queue");
  assert_non_null(queue);
  assert_int_equal(queue->rule, RULE_LOAD_ROSE);
  forget(&s);
}

/* What grew in the last quarter alone, and was worked off or will be, does not grow for ever. */
static void a_queue_that_was_long_once(void **state) {
  (void)state;
  static const char *const at[] = {"48s", "56s"};
  for (int i = 0; i < 2; i++) {
    gchar *text = g_strdup_printf(
        "client 'c' { arrivals = poisson '50/s', target = 's' }\n"
        "service 's' { workers = 1, work = '10ms' }\n"
        "fault { slow { 's', factor = 4 }, at = '%s', lasts = '3s' }\n" RUN,
        at[i]);
    struct seen s = see(text);
    assert_null(find(&s, "s", "queue"));
    g_free(text);
    forget(&s);
  }
}

/* 56 % busy in all, but the queue grew for five seconds of sixty: no room is promised. */
static void a_time_in_which_nothing_was_left(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '500/s', target = 'db' }\n"
          "service 'db' { workers = 10, work = '10ms' }\n"
          "fault { slow { 'db', factor = 3 }, at = '20s', lasts = '5s' }\n" RUN);
  const struct finding *f = find(&s, "db", "workers");
  assert_non_null(f);
  assert_int_equal(f->severity, SEVERITY_SATURATED);
  /* 500/s come and 333/s go for 5 s; the 833 that wait then take 1.67 s more. */
  assert_non_null(strstr(f->sentence,
                         "db was saturated for about 6.6 s of replication 1, though over all of it "
                         "its workers are busy only "));
  assert_null(strstr(s.diagnosis.saturates, "times this load"));
  forget(&s);
}

/* Saturated for a time because what it calls is: the sentence names that. */
static void a_time_of_waiting_for_others(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '80/s', target = 'web' }\n"
          "service 'web' { workers = 20, on = { work '10ms', call 'app' } }\n"
          "service 'app' { workers = 10, on = { work '20ms', call 'search' } }\n"
          "service 'search' { workers = 1, work = exponential '12ms' }\n"
          "run { duration = '120s', warmup = '10s', replications = 2 }\n");
  assert_non_null(strstr(group_of(&s, RULE_PEAK)->sentence, "web was saturated for about "));
  assert_non_null(strstr(group_of(&s, RULE_PEAK)->sentence, "; it waits for "));
  forget(&s);
}

/* Aim: whose load rose with it, and not whose did not, or who is not served there. */
static void a_time_in_which_one_client_sent_more(void **state) {
  (void)state;
  static const char text[] =
      "client 'users' { arrivals = poisson '50/s', target = 'api' }\n"
      "client 'batch' { arrivals = %s, target = 'api' }\n"
      "client 'others' { arrivals = burst { 900, at = '60s' }, target = 'elsewhere' }\n"
      "service 'api' { workers = 4, queue = 4000, work = exponential '20ms' }\n"
      "service 'elsewhere' { workers = 1000 }\n"
      "run { duration = '120s', warmup = '0s', replications = 2 }\n";
  gchar *burst = g_strdup_printf(text, "burst { 3000, at = '60s' }");
  struct seen s = see(burst);
  assert_non_null(strstr(group_of(&s, RULE_PEAK)->sentence, "; in that time batch sent 14"));
  assert_non_null(strstr(group_of(&s, RULE_PEAK)->sentence, "/s, and nothing otherwise."));
  g_free(burst);
  forget(&s);
  s =
      see("client 'users' { arrivals = constant '100/s', target = 'api' }\n"
          "service 'api' { workers = 4, work = '20ms' }\n"
          "fault { slow { 'api', factor = 4 }, at = '50s', lasts = '10s' }\n"
          "run { duration = '120s', warmup = '0s', replications = 2 }\n");
  assert_null(strstr(group_of(&s, RULE_PEAK)->sentence, " sent "));
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_queue_that_grows),
      cmocka_unit_test(a_queue_that_is_worked_off),
      cmocka_unit_test(a_rate_that_rises),
      cmocka_unit_test(users_who_give_up_are_no_load_that_rises),
      cmocka_unit_test(users_who_come_are_load_that_rises),
      cmocka_unit_test(a_queue_that_was_long_once),
      cmocka_unit_test(a_time_in_which_nothing_was_left),
      cmocka_unit_test(a_time_of_waiting_for_others),
      cmocka_unit_test(a_time_in_which_one_client_sent_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

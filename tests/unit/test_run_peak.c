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
  assert_non_null(strstr(group_of(&s, RULE_PEAK)->sentence,
                         "; it waited for search, which was saturated, too."));
  forget(&s);
}

/* Aim: what was so in the warm-up alone is not told beside figures that leave it out. */
static void a_time_that_is_not_measured(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '500/s', target = 'db' }\n"
          "service 'db' { workers = 10, work = '10ms' }\n"
          "fault { slow { 'db', factor = 3 }, at = '1s', lasts = '5s' }\n" RUN);
  assert_null(find(&s, "db", "workers"));
  assert_null(strstr(s.diagnosis.saturates, "all of the time"));
  forget(&s);
}

/* Aim: five workers that are busy for three quarters of two seconds are all busy at times; that is
 * chance. */
static void a_time_that_comes_by_chance(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '180/s', target = 'db' }\n"
          "database 'db' { workers = 5, read = exponential '20ms' }\n"
          "run { duration = '2s', warmup = '0s', replications = 2, seed = 540 }\n");
  assert_null(find(&s, "db", "workers"));
  assert_null(strstr(s.diagnosis.saturates, "all of the time"));
  forget(&s);
}

/* Aim: one of three shards is slow; its callers are all busy waiting for it. The shard is named,
 * and told before who waits. */
static void a_member_that_all_wait_for(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '100/s', target = 'app', timeout = '1s',\n"
          "  keys = uniform_keys { n = 10000 } }\n"
          "service 'app' { workers = 20, on = { call 'db' } }\n"
          "database 'db' { instances = 3, workers = 2, read = exponential '10ms' }\n"
          "fault { slow { 'db[2]', factor = 20 }, at = '20s', lasts = '15s' }\n" RUN);
  const struct finding_group *g = group_of(&s, RULE_PEAK);
  assert_int_equal(g->n, 2);
  assert_string_equal(g->list[0]->name, "db[2]");
  assert_non_null(strstr(g->sentence, " s, waiting for db[2])."));
  assert_non_null(strstr(g->list[1]->sentence, "; it waited for db[2], which was saturated, too."));
  forget(&s);
}

/* Aim: what hangs keeps busy who calls it. */
static void a_time_of_waiting_for_what_hung(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '100/s', target = 'app', timeout = '1s' }\n"
          "service 'app' { workers = 20, on = { call 'db' } }\n"
          "service 'db' { workers = 20, work = exponential '10ms' }\n"
          "fault { hang 'db', at = '20s', lasts = '5s' }\n" RUN);
  assert_non_null(strstr(group_of(&s, RULE_PEAK)->sentence, "; it waited for db, which hung."));
  forget(&s);
}

/* Aim: a shard whose key most ask for is saturated though the four are not, and it is named
 * wherever somebody waits for it; whose workers are busy is said, too. */
static void a_member_that_is_always_busy(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '800/s', target = 'app', timeout = '1s',\n"
          "  keys = zipf { n = 10000, s = 1.4 } }\n"
          "service 'app' { instances = 2, workers = 200, on = { call 'db' } }\n"
          "database 'db' { instances = 4, workers = 2, read = exponential '5ms' }\n" RUN);
  const struct finding *f = group_of(&s, RULE_WORKERS)->list[0];
  assert_string_equal(f->component, "db");
  assert_non_null(strstr(f->sentence, "db[4] is saturated: its 2 workers are busy 100 % of the "));
  f = group_of(&s, RULE_HELD_UP)->list[0];
  assert_non_null(strstr(f->sentence,
                         "app is held up by db[4], which is saturated: all 400 workers of app are "
                         "busy 100 % of the time"));
  assert_non_null(strstr(group_of(&s, RULE_QUEUE_GROWS)->sentence, "it waits for db[4], which"));
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

/* Aim: 85 % busy, then for a third of the run 170 %: that is no little room, but none. */
static void a_busy_one_with_a_time_of_none(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson(profile { { '0s', '80/s' }, { '200s', '160/s' },\n"
          "  steps = true }), target = 'web', timeout = '2s' }\n"
          "service 'web' { workers = 1, work = exponential '10ms' }\n"
          "run { duration = '300s', warmup = '10s', replications = 2 }\n");
  const struct finding *f = find(&s, "web", "workers");
  assert_non_null(f);
  assert_int_equal(f->rule, RULE_PEAK);
  assert_non_null(strstr(f->sentence,
                         "web was saturated for about 100 s of replication 1, though "
                         "over all of it its workers are busy 8"));
  assert_non_null(strstr(f->sentence, "; in that time c sent 1"));
  forget(&s);
}

/* Aim: five calls that wait for ever for lost answers hold all places of a pool for ever. Retries
 * come, but keep nothing up. */
static void places_that_are_held_for_ever(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '100/s', target = 'web', timeout = '1s',\n"
          "  retry = { attempts = 3, backoff = '50ms' } }\n"
          "service 'web' { on = { call { 'db', pool = { size = 5 } } } }\n"
          "database 'db' { workers = 20, read = '20ms' }\n"
          "fault { partition { 'web', 'db' }, at = '20s', lasts = '5s' }\n" RUN);
  const struct finding_group *g = group_of(&s, RULE_RECOVERY);
  assert_non_null(strstr(g->sentence, "/s retries come on top of "));
  assert_null(strstr(g->sentence, "overload"));
  assert_string_equal(g->list[0]->limit, "none");
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
      cmocka_unit_test(a_time_that_is_not_measured),
      cmocka_unit_test(a_time_that_comes_by_chance),
      cmocka_unit_test(a_member_that_all_wait_for),
      cmocka_unit_test(a_time_of_waiting_for_what_hung),
      cmocka_unit_test(a_member_that_is_always_busy),
      cmocka_unit_test(a_busy_one_with_a_time_of_none),
      cmocka_unit_test(places_that_are_held_for_ever),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

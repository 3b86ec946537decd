/* Aim: reads that miss their user's own write, or go back behind what the user has read, are
 * counted exactly, and of nobody else: by hand, two caches in front of one database that is written
 * past them, and users told by a trace. */
#include "metric.h"
#include "session.h"
#include "test_script_load.h"

static double measured(const struct metrics *metrics, const char *name) {
  for (uint32_t i = 0; i < metrics->n; i++) {
    if (!strcmp(metrics->list[i].name, name)) return metric_value(&metrics->list[i]);
  }
  fail_msg("no metric %s", name);
  return 0;
}

/* `origin`: of both caches, the database or a service that asks it. */
static void check_two_caches(const char *origin) {
  write_file("t.csv",
             "time,op,user,key\n"
             "0,one,ann,k\n" /* keeps the first version in one */
             "1,put,ann,k\n" /* the second, past both */
             "2,one,ann,k\n" /* misses her own */
             "3,one,bob,k\n" /* stale, but not his */
             "4,two,bob,k\n" /* fetches the second */
             "5,one,bob,k\n" /* back to the first */
             "6,one,ann,k\n" /* misses her own again */
             "6,one,ann,m\n" /* another datum */
             "7,two,ann,k\n" /* sees it */
             "8,one,eve,k\n");
  char text[1024];
  snprintf(
      text, sizeof text,
      "client \"c\" { arrivals = trace { csv = \"t.csv\" }, target = \"s\" }\n"
      "service \"s\" { on = { one = { call { \"one\", op = \"read\" } },\n"
      "  two = { call { \"two\", op = \"read\" } }, put = { call { \"db\", op = \"write\" } } } }\n"
      "cache \"one\" { origin = \"%s\" }\n"
      "cache \"two\" { origin = \"%s\" }\n"
      "service \"api\" { on = { default = { call \"db\" } } }\n"
      "client \"d\" { arrivals = burst { 1, at = \"0s\" }, target = \"api\" }\n"
      "database \"db\" { read = \"1ms\", write = \"1ms\" }\n",
      origin, origin);
  struct scenario *s = load(text);
  struct sim *sim = sim_new(&s->spec, 1, 0, 0, 20 * NS_PER_S, true);
  assert_true(sim_run(sim, 20 * NS_PER_S));
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  assert_true(measured(&metrics, "one.stale_reads") == 5);
  assert_true(measured(&metrics, "one.own_write_missed") == 2);
  assert_true(measured(&metrics, "one.not_monotonic") == 1);
  assert_true(measured(&metrics, "two.own_write_missed") == 0);
  assert_true(measured(&metrics, "two.not_monotonic") == 0);
  metrics_free(&metrics);
  sim_free(sim);
  scenario_free(s);
}

static void test_two_caches(void **state) {
  (void)state;
  check_two_caches("db");
  check_two_caches("api");
}

/* Aim: what is under way at the same time breaks nothing, and thousands of users keep apart. */
static void test_sessions(void **state) {
  (void)state;
  struct sessions *sessions = sessions_new();
  for (uint64_t user = 1; user <= 5000; user++) {
    session_wrote(sessions, user, (uint32_t)(user % 7), (uint32_t)user, 100);
  }
  for (uint64_t user = 1; user <= 5000; user++) {
    uint32_t datum = (uint32_t)(user % 7), version = (uint32_t)user;
    struct session_breach at_once = session_read(sessions, user, datum, version - 1, 100, 200);
    assert_false(at_once.own_missed || at_once.went_back);
    assert_true(session_read(sessions, user, datum, version - 1, 101, 200).own_missed);
    struct session_breach fine = session_read(sessions, user, datum, version, 300, 400);
    assert_false(fine.own_missed || fine.went_back);
    assert_false(session_read(sessions, user, datum, version - 1, 400, 500).went_back);
    assert_true(session_read(sessions, user, datum, version - 1, 401, 500).went_back);
    assert_false(session_read(sessions, user, datum + 1, 0, 401, 500).own_missed);
  }
  sessions_free(sessions);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_two_caches),
                                     cmocka_unit_test(test_sessions)};
  return cmocka_run_group_tests_name("session", tests, folder_make, folder_remove);
}

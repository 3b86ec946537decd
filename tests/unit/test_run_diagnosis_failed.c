/* Aim: what failed is told with where it began and why: in a fault, by an overload, by what the
 * scenario says; and not by what happens elsewhere. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "diagnosis_kit.h"
#include "topology.h"

/* What failed is told first where more than one in a hundred of all requests did, whatever the
 * first goal is about. */
static void failures_that_are_many_come_first(void **state) {
  (void)state;
  for (int many = 0; many < 2; many++) {
    char text[512];
    snprintf(text, sizeof text,
             "client 'users' { arrivals = constant '95/s', target = 'web' }\n"
             "client 'jobs' { arrivals = constant '5/s', target = 'job' }\n"
             "service 'web' { work = '1ms' }\n"
             "service 'job' { on = { fail { p = %s }, work '1ms' } }\n"
             "goal 'users.latency.p99 < 100ms'\n"
             "run { duration = '100s', warmup = '0s', replications = 2 }\n",
             many ? "0.4" : "0.1");
    struct seen s = see(text);
    assert_int_equal(s.diagnosis.failed_first, many);
    forget(&s);
  }
}

/* Half a per cent fails: that is what a goal of 99.9 % is missed by, and one of 99 % is not. */
static void failures_that_miss_a_goal_come_first(void **state) {
  (void)state;
  for (int missed = 0; missed < 2; missed++) {
    char text[512];
    snprintf(text, sizeof text,
             "client 'users' { arrivals = constant '100/s', target = 'web' }\n"
             "service 'web' { on = { fail { p = 0.005 }, work '1ms' } }\n"
             "goal 'users.availability >= %s'\n"
             "goal 'users.latency.p50 < 0.1ms'\n"
             "run { duration = '100s', warmup = '0s', replications = 9 }\n",
             missed ? "99.9%" : "99%");
    struct seen s = see(text);
    assert_int_equal(s.diagnosis.failed_first, missed);
    forget(&s);
  }
}

/* A fault that holds all the time has all failures in its time, which says nothing; of one that
 * holds for most of it, it does where the rest is free of them. */
static void failures_in_the_time_of_a_fault(void **state) {
  (void)state;
#define FAILS(at, lasts)                                     \
  "client 'c' { arrivals = poisson '20/s', target = 's' }\n" \
  "service 's' { on = { work '1ms', fail { p = '5%' } } }\n" \
  "fault { slow { 's', factor = 2 }, at = '" at "', lasts = '" lasts "' }\n" RUN
  struct seen s = see(FAILS("0s", "60s"));
  assert_non_null(strstr(s.diagnosis.failed, "; the fault 'slow s' held all the time."));
  assert_null(strstr(s.diagnosis.failed, "fall in"));
  assert_string_equal(group_of(&s, RULE_FAULT)->sentence,
                      "The fault 'slow s' held all of the measured time.");
  forget(&s);
  s = see(FAILS("15s", "42s"));
  assert_null(strstr(s.diagnosis.failed, "fault"));
  forget(&s);
  s =
      see("client 'c' { arrivals = poisson '20/s', target = 's' }\nservice 's' { work = '1ms' }\n"
          "fault { error { 's', ratio = '5%' }, at = '15s', lasts = '42s' }\n" RUN);
  assert_non_null(strstr(s.diagnosis.failed, "all failures fall in the time of the fault"));
  assert_null(strstr(s.diagnosis.failed, "other"));
  forget(&s);
  /* Several at the same time: none of them alone is the cause. */
  s =
      see("client 'c' { arrivals = poisson '20/s', target = 's' }\n"
          "service 's' { instances = 3, work = '1ms' }\n"
          "fault { crash 's[1]', at = '20s', lasts = '10s' }\n"
          "fault { crash 's[2]', at = '20s', lasts = '10s' }\n"
          "fault { crash 's[3]', at = '20s', lasts = '10s' }\n" RUN);
  assert_non_null(strstr(s.diagnosis.failed, "of the fault 'crash s[1]' and of 2 others"));
  forget(&s);
}

/* What none of several faults explains alone, all of them do. */
static void failures_in_the_times_of_several_faults(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = constant '100/s', target = 's' }\n"
          "service 's' { work = '1ms' }\n"
          "fault { crash 's', at = '15s', lasts = '5s' }\n"
          "fault { error { 's', ratio = '100%' }, at = '30s', lasts = '10s' }\n"
          "fault { crash 's', at = '50s', lasts = '5s' }\n" RUN);
  assert_non_null(strstr(s.diagnosis.failed,
                         "all failures fall in the times of 3 faults, 50 % in that of 'error s'"));
  forget(&s);
}

/* No mean stands for two kinds of runs. */
static void failures_of_two_kinds_of_runs(void **state) {
  (void)state;
  struct scenario *scenario = kit_scenario(
      "client 'c' { arrivals = poisson '40/s', target = 'lb', timeout = '1s',\n"
      "  retry = { attempts = 3 } }\n"
      "load_balancer 'lb' { backends = 's' }\n"
      "service 's' { workers = 1, work = exponential '20ms' }\n"
      "fault { hang 's', at = '12s', lasts = exponential '2s' }\n"
      "run { duration = '60s', warmup = '10s', replications = 24 }\n");
  struct seen s = {.scenario = scenario};
  s.results = kit_run(scenario, (struct experiment_options){.jobs = 2, .timeline = true});
  s.diagnosis = diagnose(&s.results);
  const struct result *r = results_find(&s.results, "c.availability");
  assert_true(r->populations.low > 0); /* else the scenario is no example */
  assert_non_null(strstr(s.diagnosis.failed, "; none is like the mean)"));
  forget(&s);
}

/* A member that joins is no harm; a hang is told from a crash. */
static void words_of_faults(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '20/s', target = 's' }\n"
          "service 's' { instances = 3, work = '1ms' }\n"
          "fault { join 's[3]', at = '20s' }\n" RUN);
  assert_int_equal(s.diagnosis.findings.n, 0);
  assert_true(s.diagnosis.healthy);
  forget(&s);
  s =
      see("client 'c' { arrivals = poisson '20/s', target = 's' }\n"
          "service 's' { work = '1ms' }\nfault { hang 's', at = '20s', lasts = '5s' }\n" RUN);
  assert_non_null(find(&s, "s", "none"));
  assert_string_equal(find(&s, "s", "none")->sentence, "s hung for 10.0 % of the measured time.");
  forget(&s);
}

/* Where no fault explains the failures, the component that is overloaded does. */
static void failures_of_overload(void **state) {
  (void)state;
  struct seen s = see(SHOP("400/s", "workers = 1, queue = 10", "workers = 20"));
  assert_non_null(strstr(s.diagnosis.failed, "users failed (refused): "));
  assert_non_null(strstr(s.diagnosis.failed, "all were refused by web; web is saturated."));
  forget(&s);
}

/* Of the users, whose requests are refused by a full queue: what happens on the way of the jobs,
 * their saturated server and its crash, is no answer about them. */
static void what_happens_elsewhere_is_no_cause(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = bursts { '1/s', size = 40 }, target = 'web' }\n"
          "service 'web' { workers = 1, queue = 20, work = '10ms' }\n"
          "client 'jobs' { arrivals = poisson '20/s', target = 'store' }\n"
          "service 'store' { workers = 1, queue = 5, work = '100ms' }\n"
          "goal 'users.availability > 99%'\n"
          "fault { crash 'store', at = '11s', lasts = '45s' }\n" RUN);
  assert_string_equal(s.diagnosis.client, "users");
  const char *users =
      strstr(s.diagnosis.failed, "of users failed (refused): all were refused by web.");
  assert_non_null(users);
  assert_non_null(strstr(s.diagnosis.failed, "of jobs failed"));
  assert_non_null(strstr(s.diagnosis.saturates, "web"));
  assert_null(strstr(s.diagnosis.saturates, "store"));
  assert_non_null(find(&s, "store", "none"));
  forget(&s);
}

/* A queue that was full explains the errors of its component alone where nothing else made any
 * there or below it; what fails elsewhere does not count. */
static void other_errors_are_not_of_the_queue(void **state) {
  (void)state;
  static const char *const db[] = {"fail { p = 0.1 }, ", ""};
  for (int other = 0; other < 2; other++) {
    char text[640];
    snprintf(text, sizeof text,
             "client 'users' { arrivals = bursts { '1/s', size = 40 }, target = 'web' }\n"
             "service 'web' { workers = 1, queue = 20, on = { work '10ms', call 'db' } }\n"
             "service 'db' { on = { %s work '1ms' } }\n"
             "client 'jobs' { arrivals = poisson '20/s', target = 'job' }\n"
             "service 'job' { on = { fail { p = 0.1 }, work '1ms' } }\n" RUN,
             db[other]);
    struct seen s = see(text);
    const struct finding *f = find(&s, "web", "queue");
    assert_non_null(f);
    assert_int_equal(strstr(f->detail, ", for this cause or another") != NULL, other == 0);
    forget(&s);
  }
}

/* A balancer whose ejections leave the load to the others is named, unless a fault hit those that
 * are out, or nothing failed there. */
static void backends_out_of_use_are_told(void **state) {
  (void)state;
  static const char *const cases[][3] = {
      {"400/s", "", "told"},
      {"400/s", "fault { crash 'web[1]', at = '20s', lasts = '5s' }\n", NULL},
      {"20/s", "", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    char text[640];
    snprintf(text, sizeof text,
             "client 'users' { arrivals = poisson '%s', target = 'lb' }\n"
             "load_balancer 'lb' { backends = 'web', outlier = { most = '50%%' } }\n"
             "service 'web' { instances = 4, workers = 1, queue = 9, work = '30ms' }\n%s" RUN,
             cases[k][0], cases[k][1]);
    struct seen s = see(text);
    bool told = false;
    for (uint32_t i = 0; i < s.diagnosis.findings.n; i++) {
      told |= s.diagnosis.findings.list[i].rule == RULE_WITHHELD;
    }
    assert_int_equal(told, cases[k][2] != NULL);
    forget(&s);
  }
}

/* A member that was stopped was not down, and the other ones up; of a cache it gets the calls of
 * its keys all the same. */
static void a_member_that_had_left(void **state) {
  (void)state;
  struct seen s =
      see("client 'users' { arrivals = poisson '200/s', target = 'kv', mix = { read = 1 },\n"
          "  keys = uniform_keys { n = 500 } }\n"
          "cache 'kv' { instances = 4, origin = 'db', capacity = 1000 }\n"
          "database 'db' { workers = 8, read = '5ms' }\n"
          "fault { stop 'kv[2]', at = '20s', lasts = '20s' }\n" RUN);
  assert_non_null(strstr(s.diagnosis.failed, "refused because kv[2] was not there, and no other"));
  forget(&s);
}

/* What a fault further down has the backends fail is told of that. */
static void backends_fail_for_another(void **state) {
  (void)state;
  for (int crash = 0; crash <= 1; crash++) {
    char text[640];
    snprintf(text, sizeof text,
             "client 'users' { arrivals = poisson '200/s', target = 'lb' }\n"
             "load_balancer 'lb' { backends = 'web', outlier = { most = '50%%' } }\n"
             "service 'web' { instances = 4, on = { %s call 'db' } }\n"
             "service 'db' { work = '1ms' }\n"
             "fault { %s, at = '20s', lasts = '30s' }\n" RUN,
             crash ? "" : "fail { p = 0.5 },", crash ? "crash 'db'" : "slow { 'db', factor = 2 }");
    struct seen s = see(text);
    const struct finding_group *lb = group_of(&s, RULE_WITHHELD);
    assert_non_null(strstr(lb->sentence, "no fault had hit them, but one had hit db, which they"));
    forget(&s);
  }
}

#define THREE(web, db, timeout)                                                     \
  "client 'users' { arrivals = poisson '20/s', target = 'web', timeout = '" timeout \
  "' }\nservice 'web' { workers = 500, " web                                        \
  "on = { work '1ms', call 'db' } }\n"                                              \
  "service 'db' { " db " }\n" RUN

/* The failure is followed down to where it began, whatever passes it on. */
static void failures_are_followed_to_where_they_began(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {THREE("", "on = { work '1ms', fail { p = '20%' } }", "5s"),
       "users failed (errors): all were answered with an error by db."},
      {THREE("", "workers = 1, work = '100ms'", "300ms"),
       "% were waiting for a worker of db when the time was up"},
      {THREE("", "workers = 500, work = exponential '200ms'", "300ms"),
       "users failed (timeout): all were being worked on at db when the time was up."},
      {THREE("", "workers = 1, queue = 0, work = '10ms'", "5s"),
       "users failed (errors): all were refused by db."},
      {THREE("", "work = '1ms'", "500ms") "path { from = 'web', to = 'db', loss = '20%' }\n",
       "all were waiting for a message lost between web and db when the time was up."},
      {"fault { hang { 'db' }, at = '20s', lasts = '10s' }\n" THREE("", "work = '1ms'", "500ms"),
       "were held up by a fault of db when the time was up; "},
      {"client 'users' { arrivals = poisson '200/s', target = 'web' }\n"
       "service 'web' { on = { call { 'db', pool = { size = 1, queue = 0 } } } }\n"
       "service 'db' { work = '10ms' }\n" RUN,
       "users failed (errors): all were refused by the full pool of web."},
      {"client 'users' { arrivals = poisson '200/s', target = 'web' }\n"
       "service 'web' { on = { call { 'db', breaker = { ratio = '50%', least = 3, open = '1h' } } "
       "} }\n"
       "service 'db' { on = { fail() } }\n" RUN,
       " were turned away by the open breaker of web"},
      {"allow { from = 'users', to = 'web' }\n" THREE("", "work = '1ms'", "5s"),
       "users failed (errors): all were not allowed to reach db."},
      {"fault { expire 'db', at = '0s' }\n" THREE(
           "", "work = '1ms'", "5s") "path { from = 'web', to = 'db', transport = 'tcp', latency = "
                                     "'1ms', connect = { tls = "
                                     "'1.3' } }\n",
       "users failed (errors): all met an expired certificate on the way to db; "},
      {"fault { partition { 'web', 'db' }, at = '20s', lasts = '10s' }\n" THREE("", "work = '1ms'",
                                                                                "500ms"),
       "were waiting for a message lost between web and db when the time was up; "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seen s = see(cases[i][0]);
    if (strstr(s.diagnosis.failed, cases[i][1]) == NULL) {
      fail_msg("case %zu: \"%s\" is not in \"%s\"", i, cases[i][1], s.diagnosis.failed);
    }
    assert_false(s.diagnosis.healthy);
    forget(&s);
  }
}

/* Totals first; then the client all of whose requests fail, though another one has more. */
static void a_second_client_that_fails(void **state) {
  (void)state;
  struct seen s =
      see("client 'many' { arrivals = poisson '20/s', target = 'good' }\n"
          "client 'rare' { arrivals = poisson '10/s', target = 'bad' }\n"
          "service 'good' { work = '1ms' }\nservice 'bad' { on = { work '1ms', fail() } }\n" RUN);
  assert_false(s.diagnosis.healthy);
  assert_string_equal(s.diagnosis.client, "rare");
  assert_non_null(strstr(s.diagnosis.failed,
                         "% of all requests failed, all of them of rare. All "
                         "requests of rare failed (errors)"));
  assert_null(strstr(s.diagnosis.failed, "Nothing failed"));
  forget(&s);
}

/* Half fails, and no limit is near: nothing is said about more load, nor that all is well. */
static void failures_without_a_limit(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '20/s', target = 's' }\n"
          "service 's' { workers = 100, on = { work '1ms', fail { p = '50%' } } }\n" RUN);
  assert_false(s.diagnosis.healthy);
  assert_non_null(strstr(s.diagnosis.saturates, "On average workers are not short"));
  forget(&s);
}

/* Aim: the topology says over which call failures began, and not only that they passed there: a
 * database that two call fails for one alone. */
static void edges_where_failures_begin(void **state) {
  (void)state;
  struct seen s = see(
      "client 'one' { arrivals = poisson '60/s', target = 'a', mix = { read = 1 } }\n"
      "client 'two' { arrivals = poisson '30/s', target = 'b', mix = { write = 1 } }\n"
      "service 'a' { on = { read = { call 'store' } } }\n"
      "service 'b' { on = { write = { call 'store' } } }\n"
      "service 'store' { on = { read = { work '1ms' }, write = { fail { p = '50%' } } } }\n" RUN);
  json_t *topology = topology_tree(&s.results), *edges = json_object_get(topology, "edges");
  uint32_t found = 0;
  for (size_t i = 0; i < json_array_size(edges); i++) {
    json_t *edge = json_array_get(edges, i), *begin = json_object_get(edge, "failures_begin");
    if (begin == NULL) continue;
    found++;
    assert_string_equal(json_string_value(json_object_get(edge, "from")), "b");
    assert_string_equal(json_string_value(json_object_get(edge, "to")), "store");
    assert_float_equal(json_real_value(begin), 1, 1e-12);
  }
  assert_int_equal(found, 1);
  json_decref(topology);
  forget(&s);
}

#define FOUR "4, backoff = '10ms'"

/* A server that can do 100/s hangs, before users who make so many attempts. */
#define HANG(rate, attempts, lasts)                                          \
  "client 'users' { arrivals = poisson '" rate                               \
  "', target = 'api', timeout = '300ms', retry = { attempts = " attempts     \
  " } }\n"                                                                   \
  "service 'api' { workers = 1, queue = 1000, work = exponential '10ms' }\n" \
  "fault { hang 'api', at = '20s', lasts = '" lasts                          \
  "' }\nrun { duration = '100s', warmup = '5s', replications = 2 }\n"

/* Aim: an overload that four attempts a request keep up long after the hang is told from one that
 * ends with it (one attempt), from a fault that lasts, and from an overload that was there before.
 * 60/s times four attempts exceed what the server can do, 60/s do not. */
static void an_overload_that_outlives_its_fault(void **state) {
  (void)state;
  struct seen s =
      see("client 'others' { arrivals = poisson '60/s', target = 'way', timeout = '300ms',"
          "  retry = { attempts = 4, backoff = '10ms' } }\nservice 'way' { on = { call 'api' } "
          "}\n" HANG("10/s", FOUR, "5s"));
  assert_int_equal(group_of(&s, RULE_RECOVERY)->n, 2); /* of every client */
  assert_non_null(find(&s, "others", "retries"));
  forget(&s);
  s = see(HANG("60/s", FOUR, "5s"));
  assert_non_null(find(&s, "users", "retries"));
  assert_non_null(strstr(s.diagnosis.saturates, "api stays saturated after the faults are over"));
  assert_non_null(
      strstr(s.diagnosis.failed, "they still fail long after the fault 'hang api' ended"));
  forget(&s);
  const char *const others[] = {HANG("60/s", "1", "5s"), HANG("60/s", FOUR, "75s"),
                                HANG("200/s", FOUR, "5s")};
  for (size_t i = 0; i < 3; i++) {
    s = see(others[i]);
    assert_null(find(&s, "users", "retries"));
    assert_null(find(&s, "users", "none"));
    assert_null(strstr(s.diagnosis.saturates, "stays"));
    assert_null(strstr(s.diagnosis.failed, "still fail"));
    forget(&s);
  }
}

/* Aim: a rate that a bounded pool of users cannot keep up is not healthy, and is said before what
 * went well. */
static void requests_that_are_never_sent(void **state) {
  (void)state;
  struct seen s =
      see("client 'vus' { arrivals = constant '50/s', target = 'api', most = 20 }\n"
          "service 'api' { workers = 30, work = '600ms' }\n"
          "run { duration = '60s', warmup = '0s', replications = 2 }\n");
  assert_false(s.diagnosis.healthy);
  assert_null(strstr(s.diagnosis.failed, "Nothing failed"));
  assert_non_null(strstr(s.diagnosis.failed,
                         "33.3 % of the requests that were due at vus were never sent, since as "
                         "many were under way as it may have (`most`), for 600 ms each on average, "
                         "100 % of it service at api"));
  assert_non_null(strstr(s.diagnosis.failed, "Of those sent, all 3960 requests of vus"));
  forget(&s);
}

/* Aim: messages that end as dead letters fail no request, and are no sign of health. */
static void messages_that_die(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = constant '20/s', target = 'shop' }\n"
          "service 'shop' { on = { publish 'orders' } }\n"
          "topic 'orders' {}\ntopic 'dead' {}\n"
          "service 'billing' { workers = 4, on = { work '1ms', fail() }, subscribe = { 'orders', "
          "deliveries = 2, dead_letter = 'dead' } }\n"
          "run { duration = '20s', warmup = '1s', replications = 2 }\n");
  assert_false(s.diagnosis.healthy);
  assert_non_null(
      strstr(s.diagnosis.failed, "100 % of the messages of orders became dead letters."));
  forget(&s);
}

/* Aim: money that was taken and not given is told, whatever else failed. */
static void transactions_that_stay_half_applied(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = constant '1/s', target = 'bank', mix = { transfer = 1 } }\n"
          "service 'bank' { on = { transaction { call { 'from', op = 'write' }, "
          "call { 'to', op = 'write' } } } }\n"
          "database 'from' { write = '400ms' }\ndatabase 'to' {}\n"
          "fault { crash 'bank', at = '10.1s', lasts = '500ms' }\n"
          "run { duration = '20s', warmup = '0s', replications = 2 }\n");
  assert_false(s.diagnosis.healthy);
  assert_non_null(strstr(s.diagnosis.failed,
                         "bank left transactions half applied: 1 in a replication on average."));
  forget(&s);
}

/* Aim: of five topics that lose what they have, those whose goals are missed are told first, and
 * how many others there are. Each has the 30 messages of 3 s more than the one before. */
static void what_misses_a_goal_is_told_first(void **state) {
  (void)state;
  GString *text = g_string_new(NULL);
  for (int i = 1; i <= 5; i++) {
    g_string_append_printf(text,
                           "client 'c%d' { arrivals = constant '10/s', target = 'p%d' }\n"
                           "service 'p%d' { on = { publish 't%d' } }\n"
                           "topic 't%d' { durable = false }\n"
                           "fault { crash 't%d', at = '%d.05s', lasts = '1ms' }\n",
                           i, i, i, i, i, i, 3 * i);
  }
  g_string_append(text,
                  "goal 't1.lost < 1000'\ngoal 't5.lost == 0'\ngoal 't4.lost == 0'\n"
                  "run { duration = '20s', warmup = '0s', replications = 2 }\n");
  struct seen s = see(text->str);
  const char *said = strstr(s.diagnosis.failed, "t4 lost 12");
  if (said == NULL) fail_msg("%s", s.diagnosis.failed);
  const char *next = strstr(said, "t5 lost 15"), *last = strstr(said, "t1 lost 3");
  if (next == NULL || last < next) fail_msg("%s", s.diagnosis.failed);
  assert_non_null(strstr(last, "So did 2 more components."));
  assert_null(strstr(s.diagnosis.failed, "t2 lost"));
  g_string_free(text, TRUE);
  forget(&s);
}

/* Aim: what a request's time is made of is told of the client whose goal is missed, not of one
 * whose goal is undecided or met. */
static void the_client_that_misses_its_goal(void **state) {
  (void)state;
  struct seen s =
      see("client 'met' { arrivals = constant '10/s', target = 'a' }\n"
          "client 'open' { arrivals = constant '10/s', target = 'b' }\n"
          "client 'missed' { arrivals = constant '10/s', target = 'a' }\n"
          "service 'a' { workers = 20, work = '50ms' }\n"
          "service 'b' { workers = 20, work = exponential '50ms' }\n"
          "goal 'met.latency.p50 < 60ms'\ngoal 'open.latency.mean < 50ms'\n"
          "goal 'missed.latency.p50 < 20ms'\n"
          "run { duration = '20s', warmup = '0s', replications = 3 }\n");
  assert_int_equal(s.results.goal[1].verdict, VERDICT_UNDECIDED);
  assert_string_equal(s.scenario->spec.component[answer_client(&s.results)].name, "missed");
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(failures_that_are_many_come_first),
      cmocka_unit_test(failures_that_miss_a_goal_come_first),
      cmocka_unit_test(transactions_that_stay_half_applied),
      cmocka_unit_test(what_misses_a_goal_is_told_first),
      cmocka_unit_test(the_client_that_misses_its_goal),
      cmocka_unit_test(failures_in_the_time_of_a_fault),
      cmocka_unit_test(failures_in_the_times_of_several_faults),
      cmocka_unit_test(failures_of_two_kinds_of_runs),
      cmocka_unit_test(words_of_faults),
      cmocka_unit_test(failures_of_overload),
      cmocka_unit_test(what_happens_elsewhere_is_no_cause),
      cmocka_unit_test(other_errors_are_not_of_the_queue),
      cmocka_unit_test(backends_out_of_use_are_told),
      cmocka_unit_test(a_member_that_had_left),
      cmocka_unit_test(backends_fail_for_another),
      cmocka_unit_test(failures_are_followed_to_where_they_began),
      cmocka_unit_test(a_second_client_that_fails),
      cmocka_unit_test(failures_without_a_limit),
      cmocka_unit_test(messages_that_die),
      cmocka_unit_test(requests_that_are_never_sent),
      cmocka_unit_test(edges_where_failures_begin),
      cmocka_unit_test(an_overload_that_outlives_its_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

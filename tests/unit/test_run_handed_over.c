/* Aim: the report tells who took over from whom and after how long, what storage and balancers lost
 * for ever, where no place in a batch is left, and clients that fail alike together. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <string.h>

#include "diagnosis_kit.h"

static void assert_said(const char *text, const char *what) {
  if (strstr(text, what) == NULL) fail_msg("\"%s\" is not in \"%s\"", what, text);
}

/* A manager that asks every second promotes after three misses and 5 s: 7 s and more. */
static void a_new_primary(void **state) {
  (void)state;
  struct seen s =
      see("client 'shop' { arrivals = poisson '20/s', target = 'pg', mix = { set = 1 } }\n"
          "database 'pg' { workers = 4, write = '2ms', write_ops = { 'set' },\n"
          "  copies = { n = 3, write = 'async', fence = true } }\n"
          "control 'ha' { heartbeat = 'pg', every = '1s', timeout = '500ms', fails = 3,\n"
          "  act = promote { 'pg', takes = '5s' } }\n"
          "fault { crash 'pg[1]', at = '20s', lasts = '30s' }\n"
          "run { duration = '60s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.scaled,
              "pg got a new primary once; from the failure of the old one to the "
              "first write of the new one it took 7.");
  forget(&s);
}

/* Of four shards the second one fails while it reaches no copy: what it alone has is lost. */
static void a_new_primary_of_one_shard(void **state) {
  (void)state;
  struct seen s =
      see("client 'shop' { arrivals = poisson '200/s', target = 'pg', mix = { set = 1 },\n"
          "  keys = uniform_keys { n = 1000 } }\n"
          "database 'pg' { instances = 4, shards = 'hash', write = '2ms', write_ops = { 'set' },\n"
          "  copies = { n = 2, write = 'async', fence = true } }\n"
          "control 'ha' { heartbeat = 'pg', every = '1s', timeout = '500ms', fails = 3,\n"
          "  act = promote { 'pg', takes = '5s' } }\n"
          "fault { partition { 'pg[3]', 'pg[4]' }, at = '18s', lasts = '2s' }\n"
          "fault { crash 'pg[3]', at = '20s', lasts = '30s' }\n"
          "run { duration = '60s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.scaled, "pg got a new primary once, in shard 2; from the failure");
  assert_said(s.diagnosis.scaled, "; acknowledged writes of up to 1.9");
  assert_said(s.diagnosis.scaled, " before the failure were lost.");
  forget(&s);
}

/* Half of the new version's calls fail, and it is looked at after 30 s. */
static void a_release_that_is_taken_back(void **state) {
  (void)state;
  struct seen s = see(
      "client 'c' { arrivals = poisson '50/s', target = 'lb' }\n"
      "load_balancer 'lb' { backends = { 'old', 'new' } }\n"
      "service 'old' { work = '1ms' }\n"
      "service 'new' { on = { work '1ms', fail { p = '50%' } } }\n"
      "control 'canary' { at = '20s', act = rollout { 'old', to = 'new', by = { '5%', '100%' },\n"
      "  every = '5min', look = '30s', back_when = 'new.error_ratio > 5%' } }\n"
      "run { duration = '100s', warmup = '0s', replications = 1 }\n");
  assert_said(
      s.diagnosis.scaled,
      "canary took its release back once, 30.0 s after the new version got its first calls.");
  forget(&s);
}

/* One copy of everything: what a disk loses is gone. */
static void storage_that_loses(void **state) {
  (void)state;
  struct seen s =
      see("storage 'disks' { instances = 10, copies = 1, need = 1, life = exponential '100d',\n"
          "  rebuild = '1h' }\n"
          "run { duration = '1000d', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.failed, "disks lost data for ever: ");
  assert_false(s.diagnosis.healthy);
  assert_string_equal(s.diagnosis.saturates, ""); /* nothing is asked of anything */
  forget(&s);
}

#define MODEL(rate)                                                           \
  "client 'c' { arrivals = poisson '" rate                                    \
  "', target = 'm' }\n"                                                       \
  "inference 'm' { batch = 4, memory = 100000, prompt = 100, output = 100,\n" \
  "  step = '10ms', per_token = '10us', per_sequence = '10us' }\n"            \
  "run { duration = '100s', warmup = '10s', replications = 1 }\n"

/* A hundred tokens for four at a time take a second: 4/s is all that it can do. */
static void places_in_a_batch(void **state) {
  (void)state;
  struct seen s = see(MODEL("8/s"));
  assert_said(s.diagnosis.saturates, "m is saturated: ");
  assert_said(s.diagnosis.saturates, " calls wait for a place in its batch on average, and ");
  assert_string_equal(s.diagnosis.root, "m");
  assert_int_equal(s.diagnosis.findings.n, 1);
  forget(&s);
  s = see(MODEL("1/s"));
  assert_said(s.diagnosis.saturates, "`archsim capacity` finds how much more load a goal allows");
  assert_true(s.diagnosis.healthy);
  forget(&s);
}

/* Three clients of the same broken server are one sentence, one of another is its own. */
static void clients_that_fail_alike(void **state) {
  (void)state;
  struct seen s =
      see("client 'a' { arrivals = poisson '40/s', target = 'bad' }\n"
          "client 'b' { arrivals = poisson '30/s', target = 'bad' }\n"
          "client 'c' { arrivals = poisson '20/s', target = 'worse' }\n"
          "service 'bad' { on = { work '1ms', fail { p = '50%' } } }\n"
          "service 'worse' { on = { work '1ms', fail { p = '60%' } } }\n"
          "run { duration = '60s', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.failed,
              " of the requests of a failed (errors): all were answered with an "
              "error by bad. The same happened to b (");
  assert_said(s.diagnosis.failed,
              " of the requests of c failed (errors): all were answered with an "
              "error by worse.");
  forget(&s);
}

/* Crashes of seconds in a run of days: windows are far longer than they. */
static void faults_shorter_than_a_window(void **state) {
  (void)state;
  struct seen s =
      see("client 'c' { arrivals = poisson '1/s', target = 's' }\n"
          "service 's' { work = '1ms' }\n"
          "fault { crash 's', mttf = exponential '12h', mttr = '1min' }\n"
          "run { duration = '4d', warmup = '0s', replications = 1 }\n");
  assert_said(s.diagnosis.failed, "all failures fall within 1728 s of the fault 'crash s'");
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_primary),
      cmocka_unit_test(a_new_primary_of_one_shard),
      cmocka_unit_test(a_release_that_is_taken_back),
      cmocka_unit_test(storage_that_loses),
      cmocka_unit_test(places_in_a_batch),
      cmocka_unit_test(clients_that_fail_alike),
      cmocka_unit_test(faults_shorter_than_a_window),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

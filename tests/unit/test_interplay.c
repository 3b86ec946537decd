/* Aim: two mechanisms of the path of a request that meet: each scenario has a handful of requests,
 * and its figures were worked out by hand. */
#include <math.h>

#include "test_script_load.h"

/* In a run of 10 s. */
static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (!(fabs(got - value) < 1e-9))
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
}

/* --- nobody waits any more ------------------------------------------------------------------ */

/* Ten calls a second, each given up after 50 ms, at a database that takes 200 ms for one. */
#define GIVEN_UP(POLICY)                                                                  \
  "client \"c\" { arrivals = constant \"10/s\", target = \"api\", timeout = \"50ms\" }\n" \
  "service \"api\" { workers = 100, cancel = \"queued\", on = { call { \"db\", " POLICY   \
  " } } }\n"                                                                              \
  "service \"db\" { workers = 1, cancel = \"queued\", work = \"200ms\" }\n"

/* Aim: a call that was taken out of the queue of its callee, since those it was made for are gone,
 * says nothing of the callee: no breaker opens, no pool shrinks, no budget is used. */
static void test_taken_out_is_no_failure(void **state) {
  (void)state;
  const char *breaker = GIVEN_UP("breaker = { failures = 1, open = \"100s\" }");
  expect(breaker, "db.cancelled", 50);
  expect(breaker, "api.db.breaker_opened", 0);
  expect(GIVEN_UP("pool = { size = aimd { start = 20, most = 20, least = 1 } }"),
         "api.db.pool.size.end", 20);
  expect(GIVEN_UP("throttle = { threshold = \"100%\" }"), "api.db.throttled", 0);
}

/* Aim: what a handler does behind its answer it does for nobody, also if its caller gave up before
 * the answer: the mail of 100 ms is sent. */
static void test_behind_the_answer_of_one_given_up(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"api\", timeout = \"5ms\" }\n"
      "service \"api\" { workers = 9, cancel = \"queued\", on = { work \"10ms\", reply(), call "
      "\"mail\" } }\n"
      "service \"mail\" { workers = 9, cancel = \"queued\", work = \"100ms\" }\n";
  expect(text, "mail.cancelled", 0);
  expect(text, "mail.busy.mean", 0.01);
}

/* Aim: a crash ends the connections of a caller, and its callees hear of that as of a timeout: of
 * five calls in line, a second each, the first is finished and the others are taken out. */
static void test_caller_crashed(void **state) {
  (void)state;
#define CRASH(CANCEL, CALLS)                                                 \
  "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"api\" }\n" \
  "service \"api\" { workers = 10, on = { " CALLS                            \
  " } }\n"                                                                   \
  "service \"db\" { workers = 1, cancel = \"" CANCEL                         \
  "\", work = \"1s\" }\n"                                                    \
  "fault { crash \"api\", at = \"1500ms\", lasts = \"100ms\" }\n"
  expect(CRASH("queued", "call \"db\""), "db.busy.mean", 0.1);
  expect(CRASH("queued", "call \"db\""), "db.cancelled", 4);
  expect(CRASH("running", "call \"db\""), "db.busy.mean", 0.05);
  expect(CRASH("never", "call \"db\""), "db.busy.mean", 0.5);
  expect(CRASH("queued", "call { \"db\", retry = { attempts = 3 } }"), "db.busy.mean", 0.1);
  expect(CRASH("queued", "call \"lb\"") "load_balancer \"lb\" { backends = \"db\" }\n",
         "db.busy.mean", 0.1);
}

/* Aim: a call of an event loop that waits for a worker again has begun, and gives back what it
 * holds when it is taken out: a lock from 1 s to 1.15 s, not to the end of its lease. */
static void test_lock_of_one_taken_out(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"api\", timeout = \"150ms\",\n"
      "  mix = { locked = 1 } }\n"
      "client \"d\" { arrivals = burst { 1, at = \"1005ms\" }, target = \"api\", mix = { busy = 1 "
      "} "
      "}\n"
      "service \"api\" { workers = 1, io = \"async\", cancel = \"queued\", on = {\n"
      "  locked = { lock { \"l\", lease = \"60s\" }, sleep \"10ms\", work \"100ms\" },\n"
      "  busy = { work \"500ms\" } } }\n"
      "lock_service \"l\" { }\n";
  expect(text, "api.cancelled", 1);
  expect(text, "l.held", 0.015);
  expect(text, "l.held.end", 0);
}

/* --- memory --------------------------------------------------------------------------------- */

#define MEMORY(MORE) "memory = { request = \"1MB\", limit = \"1GB\" }, " MORE " }\n"

/* Aim: a call takes memory until all is done for it: ten of 1 MB for a second behind their answers;
 * and none from when it is taken out of the queue. */
static void test_memory(void **state) {
  (void)state;
  expect(
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\" }\n"
      "service \"s\" { workers = 100, " MEMORY("on = { reply(), work \"1s\" }"),
      "s.memory", 1e6);
  expect(
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\" }\n"
      "host \"vm\" { cpus = 100, memory = \"1GB\", swap = 20 }\n"
      "service \"s\" { workers = 100, host = \"vm\", memory = { base = \"2MB\", request = \"1MB\" "
      "},\n"
      "  on = { reply(), work \"1s\" } }\n",
      "vm.memory", 3e6);
  /* One is worked on for 2 s, nine wait for 1 s. */
  expect(
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\", timeout = \"1s\" }\n"
      "service \"s\" { workers = 1, cancel = \"queued\", " MEMORY("work = \"2s\""),
      "s.memory", 1.1e6);
  /* Of two that wait the one of the lower class makes room; then one is worked on and one waits. */
  expect(
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"s\", mix = { low = 1 } }\n"
      "client \"d\" { arrivals = burst { 1, at = \"2s\" }, target = \"s\", mix = { high = 1 } }\n"
      "service \"s\" { workers = 1, queue = 1, evict = \"lowest\", priority = { \"high\", \"low\" "
      "}, " MEMORY("work = \"3s\""),
      "s.memory", (2 * 3 + 3) * 1e5);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_taken_out_is_no_failure),
                                     cmocka_unit_test(test_behind_the_answer_of_one_given_up),
                                     cmocka_unit_test(test_caller_crashed),
                                     cmocka_unit_test(test_lock_of_one_taken_out),
                                     cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

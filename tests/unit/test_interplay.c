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

/* Aim: what waits to be sent is not sent when those it is for are gone: the hedge that was due, the
 * retry behind its pause, the calls in the queue of a pool. */
static void test_nothing_more_is_sent(void **state) {
  (void)state;
#define ONCE(N, TIMEOUT, POLICY, WORK)                                                           \
  "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"a\", timeout = \"" TIMEOUT \
  "\" }\n"                                                                                       \
  "service \"a\" { workers = 9, cancel = \"queued\", on = { call { \"b\", " POLICY               \
  " } } }\n"                                                                                     \
  "service \"b\" { workers = 9, on = { " WORK " } }\n"
  const char *hedge = ONCE("1", "100ms", "hedge = { after = \"200ms\" }", "work \"1s\"");
  expect(hedge, "a.b.hedges", 0);
  expect(hedge, "b.busy.mean", 0.1);
  const char *retry = ONCE("1", "100ms", "retry = { attempts = 2, backoff = constant \"500ms\" }",
                           "work \"50ms\", fail()");
  expect(retry, "a.b.tries", 1);
  expect(retry, "a.busy.mean", 0.01);
  expect(retry, "b.busy.mean", 0.005);
  const char *again = ONCE("1", "20ms", "retry = { attempts = 2, backoff = constant \"500ms\" }",
                           "work \"50ms\", fail()");
  expect(again, "a.b.retries", 0);
  expect(again, "b.busy.mean", 0.005);
  const char *pool = ONCE("5", "500ms", "pool = { size = 1, queue = 10 }", "work \"1s\"");
  expect(pool, "a.b.pool.gave_up", 4);
  expect(pool, "a.b.pool.used.mean", 0.1);
  expect(pool, "a.busy.mean", (1 + 4 * 0.5) / 10);
  const char *batch =
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"a\", timeout = \"500ms\" }\n"
      "service \"a\" { workers = 9, cancel = \"queued\",\n"
      "  on = { publish { \"t\", batch = { size = 9, linger = \"2s\" } } } }\n"
      "topic \"t\" {}\n"
      "service \"b\" { workers = 9, work = \"1s\", subscribe = { \"t\", group = \"g\" } }\n";
  expect(batch, "a.t.batches", 0);
  expect(batch, "a.busy.mean", 2 * 0.5 / 10);
}

/* Aim: the news that nobody waits takes the way of the call, also where a name stood for the
 * callee: sent at 1 s and 100 ms under way, given up at 1.5 s, stopped at 1.6 s; and not over a
 * cut. */
static void test_news_by_name(void **state) {
  (void)state;
#define NAMED(TO, MORE)                                                    \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"a\" }\n" \
  "service \"a\" { on = { call { \"" TO                                    \
  "\", timeout = \"500ms\" } } }\n"                                        \
  "service \"b\" { workers = 9, cancel = \"running\", work = \"60s\" }\n"  \
  "path { from = \"a\", to = \"b\", latency = \"100ms\" }\n" MORE
#define BY_NAME "dns \"n\" { backends = { \"b\" }, ttl = \"1h\" }\n"
#define CUT "fault { partition { \"a\", \"b\" }, at = \"1200ms\", lasts = \"3s\" }\n"
  expect(NAMED("b", ""), "b.busy.mean", 0.05);
  expect(NAMED("n", BY_NAME), "b.busy.mean", 0.05);
  expect(NAMED("b", CUT), "b.busy.mean", 0.89);
  expect(NAMED("n", BY_NAME CUT), "b.busy.mean", 0.89);
}

/* Aim: when a parallel step is decided nobody waits for the calls that are still under way: of
 * three with one worker, a second each, the last is taken out when the first is answered, as the
 * second begins. What a quorum asks of each is done. */
static void test_step_is_decided(void **state) {
  (void)state;
#define STEP(CANCEL, CALLS)                                                \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"a\" }\n" \
  "service \"a\" { workers = 9, on = { " CALLS                             \
  ", work \"2s\" } }\n"                                                    \
  "service \"b\" { workers = 1, cancel = \"" CANCEL "\", work = \"1s\" }\n"
  const char *need = STEP("queued", "parallel { call { \"b\", times = 3 }, need = 1 }");
  expect(need, "b.cancelled", 1);
  expect(need, "b.busy.mean", 0.2);
  expect(need, "c.latency.mean", 3);
  expect(STEP("never", "parallel { call { \"b\", times = 3 }, need = 1 }"), "b.busy.mean", 0.3);
  const char *fails = STEP("running", "parallel { call \"b\", call \"f\" }")
      "service \"f\" { workers = 9, on = { work \"500ms\", fail() } }\n";
  expect(fails, "b.stopped", 1);
  expect(fails, "b.busy.mean", 0.05);
  const char *each = STEP("queued", "call { \"e\", each = true, need = 1 }, call \"b\"")
      "service \"e\" { instances = 2, workers = 1, cancel = \"running\", on = { work \"10ms\" } }\n"
      "fault { slow { \"e[1]\", factor = 10 }, at = \"0s\", lasts = \"9s\" }\n";
  expect(each, "e.stopped", 0);
}

/* Aim: a call to each member goes to those that are in the register, as other calls to the group
 * do; a third one that joins after 5.5 s is called from then on, and what needs three fails before.
 * Of disks each is needed, also one that is stopped. */
static void test_each_of_those_there(void **state) {
  (void)state;
#define EACH(NEED)                                                 \
  "client \"c\" { arrivals = constant \"1/s\", target = \"a\" }\n" \
  "service \"a\" { on = { call { \"e\", each = true" NEED          \
  " } } }\n"                                                       \
  "service \"e\" { instances = 3, work = \"1ms\" }\n"              \
  "fault { join \"e[3]\", at = \"5500ms\" }\n"
  expect(EACH(""), "c.availability", 1);
  expect(EACH(""), "e.arrivals", 6 * 2 + 4 * 3);
  expect(EACH(", need = 3"), "c.availability", 0.4);
  const char *stripe =
      "client \"c\" { arrivals = constant \"1/s\", target = \"a\" }\n"
      "service \"a\" { on = { call { \"d\", each = true } } }\n"
      "disk \"d\" { instances = 2, access = \"1ms\" }\n"
      "fault { stop \"d[2]\", at = \"4500ms\" }\n";
  expect(stripe, "c.availability", 0.5);
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

/* Aim: calls that were given up while their callee hung are done all the same when that is over:
 * they cost what they cost, and what is called for them is for nobody. */
static void test_done_after_a_hang(void **state) {
  (void)state;
#define HUNG(SECONDS)                                                                           \
  "client \"c\" { arrivals = burst { 4, at = \"1s\" }, target = \"f\", timeout = \"500ms\" }\n" \
  "service \"f\" { workers = 9, price = { per_call = 1 }, on = { call \"b\" } }\n"              \
  "service \"b\" { workers = 9, work = \"1s\" }\n"                                              \
  "fault { hang \"f\", at = \"" SECONDS "\", lasts = \"1s\" }\n"
  const char *texts[] = {HUNG("900ms"), HUNG("5s")};
  for (int i = 0; i < 2; i++) {
    expect(texts[i], "f.cost.hour", 4 * 360);
    expect(texts[i], "b.late", 4);
  }
}

/* Aim: when a balancer crashes the sessions that go over it are over, on both sides: their users
 * find places when it is back, of as many as there are users. */
static void test_sessions_over_a_crashed_balancer(void **state) {
  (void)state;
  const char *text =
      "client \"u\" { arrivals = closed { users = 5, think = \"1s\" }, target = \"lb\",\n"
      "  timeout = \"1s\", session = { lasts = \"8h\" } }\n"
      "load_balancer \"lb\" { backends = \"db\" }\n"
      "service \"db\" { workers = 9, sessions = 5, work = \"10ms\" }\n"
      "fault { crash \"lb\", at = \"4s\", lasts = \"2s\" }\n";
  expect(text, "u.sessions.lost", 5);
  expect(text, "db.sessions.refused", 0);
  expect(text, "u.sessions.end", 5);
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

/* --- answers that come late ----------------------------------------------------------------- */

/* Aim: an answer that comes after the next try was sent took as long as it took since its own was:
 * with answers after 160 ms nobody hedges a try that has 100 ms. */
static void test_late_answer_of_an_earlier_attempt(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"50/s\", target = \"a\" }\n"
      "service \"a\" { on = { call { \"b\", timeout = \"100ms\", deadline = \"5s\",\n"
      "  retry = { attempts = 2, backoff = constant \"50ms\", late = \"accept\" },\n"
      "  hedge = { after = \"p50\" } } } }\n"
      "service \"b\" { work = \"160ms\" }\n";
  expect(text, "a.b.hedges", 0);
  expect(text, "c.latency.max", 0.16);
}

/* Aim: a try that has had its time takes a token before the budget is asked, whether its answer
 * would still count or not: of four one is left above the half, and that is for one retry. */
static void test_late_try_takes_its_token(void **state) {
  (void)state;
#define LATE(WHAT)                                                                             \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"b\", timeout = \"100ms\",\n" \
  "  retry = { attempts = 10, backoff = constant \"1ms\", late = \"" WHAT                      \
  "\",\n"                                                                                      \
  "    budget = { per_success = 0.1, burst = 4 } } }\n"                                        \
  "service \"b\" { work = \"5s\" }\n"
  const char *late[] = {LATE("ignore"), LATE("accept")};
  for (int i = 0; i < 2; i++) {
    expect(late[i], "c.b.retries", 1);
    expect(late[i], "c.b.over_budget", 1);
    expect(late[i], "c.requests", 1);
  }
}

/* --- deadlines ------------------------------------------------------------------------------ */

/* Aim: a fetch that ended with the deadline of the one who asked tells others nothing. Who joined
 * it asks in its place, and it is not kept as an error of the origin. The origin takes 300 ms. */
static void test_fetch_out_of_time(void **state) {
  (void)state;
#define FETCH(AT, CACHE)                                                                         \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"k\", deadline = \"100ms\" }\n" \
  "client \"d\" { arrivals = burst { 1, at = \"" AT                                              \
  "\" }, target = \"k\", deadline = \"1s\" }\n"                                                  \
  "cache \"k\" { capacity = 9, origin = \"db\", " CACHE                                          \
  " }\n"                                                                                         \
  "database \"db\" { workers = 8, read = \"300ms\" }\n"
  expect(FETCH("1050ms", "single_flight = true"), "c.errors.timeout", 1);
  expect(FETCH("1050ms", "single_flight = true"), "d.latency.mean", 0.35);
  expect(FETCH("1150ms", "negative = \"5s\""), "k.negative_hits", 0);
  expect(FETCH("1150ms", "negative = \"5s\""), "d.latency.mean", 0.3);
}

/* --- instances on demand -------------------------------------------------------------------- */

/* Aim: an instance goes on starting when nobody waits for it any more, and is idle then: the first
 * of all calls waits in vain for half of 800 ms, the others find it ready. */
static void test_start_that_nobody_waits_for(void **state) {
  (void)state;
#define COLD(CLIENTS)                                                                      \
  CLIENTS                                                                                  \
  "service \"f\" { instances = on_demand { cold = \"800ms\", idle = \"2s\", most = 9 },\n" \
  "  cancel = \"running\", work = \"10ms\" }\n"
#define ONE(NAME, AT)                                      \
  "client \"" NAME "\" { arrivals = burst { 1, at = \"" AT \
  "\" }, target = \"f\", timeout = \"500ms\" }\n"
  const char *ready = COLD(ONE("c", "1s") ONE("d", "2s"));
  expect(ready, "f.cold_starts", 1);
  expect(ready, "d.latency.mean", 0.01);
  expect(ready, "f.environments", (1.01 + 2) / 10);
  /* One that comes before it is ready waits for the rest. */
  const char *starting = COLD(ONE("c", "1s") ONE("d", "1600ms"));
  expect(starting, "f.cold_starts", 2);
  expect(starting, "d.latency.mean", 0.21);
  expect(starting, "f.environments", (0.81 + 2) / 10);
  /* It goes when it was idle for long enough. */
  expect(COLD(ONE("c", "1s")), "f.environments", (0.8 + 2) / 10);
}

/* --- pauses --------------------------------------------------------------------------------- */

/* Aim: in a pause from 1.05 to 1.55 s nothing is answered, an error neither. */
static void test_failing_in_a_pause(void **state) {
  (void)state;
#define PAUSE(IO, CALLS)                                                   \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"a\" }\n" \
  "service \"a\" { workers = 9, io = \"" IO                                \
  "\", pauses = { every = \"1050ms\", lasts = \"500ms\" },\n"              \
  "  on = { " CALLS                                                        \
  " } }\n"                                                                 \
  "service \"b\" { workers = 9, on = { work \"100ms\", fail() } }\n"       \
  "goal \"c.availability >= 0%\"\n"
  expect(PAUSE("blocking", "call \"b\""), "a.busy.mean", 0.055);
  expect(PAUSE("blocking", "call \"b\""), "c.errors.failed", 1);
  expect(PAUSE("blocking", "parallel { call \"b\", call \"b\" }"), "a.busy.mean", 0.055);
  expect(PAUSE("async", "call \"b\""), "c.in_flight", 0.055);
}

/* --- a model -------------------------------------------------------------------------------- */

/* Aim: a hang and a slowdown meet a step of a model in the middle. A prompt of 4000 tokens takes a
 * step of 4.001 s from 1 s on. */
static void test_step_of_a_model(void **state) {
  (void)state;
#define MODEL                                                              \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"m\" }\n" \
  "inference \"m\" { prompt = 4000, output = 1, per_token = \"1ms\", step = \"1ms\" }\n"
  expect(MODEL, "c.latency.mean", 4.001);
  expect(MODEL "fault { hang \"m\", at = \"2s\", lasts = \"1s\" }\n", "c.latency.mean", 5.001);
  expect(MODEL "fault { slow { \"m\", factor = 3 }, at = \"2s\", lasts = \"3s\" }\n",
         "c.latency.mean", 6.001);
  /* Slow and hung from 2 s on, for half a second. */
  expect(MODEL
         "fault { slow { \"m\", factor = 2 }, at = \"2s\", lasts = \"60s\" }\n"
         "fault { hang \"m\", at = \"2s\", lasts = \"500ms\" }\n",
         "c.latency.mean", 1 + 0.5 + 2 * 3.001);
}

/* --- the network ---------------------------------------------------------------------------- */

/* Aim: a request that is on its way when its server crashes is answered by the server's host, over
 * the way back. The connection takes 20 ms, the first call 30, and the second, 10 ms there and 10
 * back on the same connection, meets a crash of when it was half there. */
static void test_crash_under_a_request(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"a\" }\n"
      "service \"a\" { on = { call \"b\", call { \"b\", fallback = {} } } }\n"
      "service \"b\" { work = \"10ms\" }\n"
      "path { from = \"a\", to = \"b\", latency = \"10ms\", transport = \"tcp\",\n"
      "  connect = { keep = \"10s\" } }\n"
      "fault { crash \"b\", at = \"1055ms\", lasts = \"100ms\" }\n";
  expect(text, "c.latency.mean", 0.07);
  expect(text, "c.degraded", 1);
}

/* Aim: what is lost behind the wire was on it: ten messages of 50 ms. */
static void test_lost_behind_the_wire(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\", timeout = \"1s\",\n"
      "  request = \"1MB\" }\n"
      "service \"s\" { work = \"1ms\" }\n"
      "path { from = \"c\", to = \"s\", bandwidth = \"160Mbit/s\", loss = \"50%\" }\n";
  expect(text, "path.c.s.utilization", 0.05);
}

/* --- members that come and go --------------------------------------------------------------- */

/* Aim: what is told of one member on average is over the time that members were there. Of four
 * callers the third comes after 5 s and the fourth never: each pool has five places. Each breaker
 * opens at the first call, for good. */
static void test_means_of_those_there(void **state) {
  (void)state;
#define COMES(WHAT)        \
  "fault { join \"" WHAT   \
  "[3]\", at = \"5s\" }\n" \
  "fault { join \"" WHAT "[4]\", at = \"60s\" }\n"
  const char *pools =
      "client \"users\" { arrivals = constant \"10/s\", target = \"web\" }\n"
      "service \"web\" { instances = 4, on = { call { \"db\", pool = { size = 5 } } } }\n"
      "service \"db\" { work = \"1ms\" }\n" COMES("web");
  expect(pools, "web.db.pool.size", 12.5);
  expect(pools, "web.db.pool.size.end", 15);
  const char *breakers =
      "client \"users\" { arrivals = constant \"10/s\", target = \"lb\" }\n"
      "load_balancer \"lb\" { backends = \"web\" }\n"
      "service \"web\" { instances = 4, on = { call { \"db\", breaker = { failures = 1, open = "
      "\"1h\" } } } }\n"
      "service \"db\" { on = { fail() } }\n" COMES("web");
  expect(breakers, "web.db.breaker_opened", 3);
  /* The first two are called at 0 and 0.1 s, the third, whose turn comes after theirs, at 5.2 s
   * at the latest. */
  double open = metric_of(breakers, "web.db.breaker_open", 10);
  assert_true(open > 1 - 0.3 / 25 - 1e-9 && open < 1);
  const char *pauses =
      "client \"users\" { arrivals = constant \"10/s\", target = \"web\" }\n"
      "service \"web\" { instances = 4, pauses = { every = \"900ms\", lasts = "
      "\"100ms\" }, work = \"1ms\" }\n" COMES("web");
  expect(pauses, "web.paused", 0.1);
  const char *hosts =
      "client \"users\" { arrivals = constant \"10/s\", target = \"web\" }\n"
      "host \"vm\" { instances = 4, cpus = 1 }\n"
      "service \"web\" { instances = 4, host = \"vm\", work = \"100ms\" }\n" COMES("vm");
  expect(hosts, "vm.cpu", 10.0 / 25);
  expect(hosts, "vm.cores", 10.0 / 25);
  expect(hosts, "vm.utilization", 10.0 / 25);
  const char *balancers =
      "client \"users\" { arrivals = constant \"10/s\", target = \"lb\" }\n"
      "load_balancer \"lb\" { instances = 4, backends = \"web\" }\n"
      "service \"web\" { instances = 2, work = \"1ms\" }\n"
      "fault { stop \"web[2]\", at = \"5s\" }\n" COMES("lb");
  /* Two for 5 s and one for 5 s, then three that know of one: 2 * 10 + 3 * 5. */
  expect(balancers, "lb.healthy_backends", (2 * 10 + 3 * 5) / 25.0);
  expect(balancers, "lb.healthy_backends.end", 1);
}

/* Aim: a process that starts again knows nothing of what the one before had found out: of fewer
 * than a hundred answers no quantile, of two backends not which is slow, and no name. */
static void test_new_process_knows_nothing(void **state) {
  (void)state;
#define AGAIN(WHAT, WHOM) "fault { " WHAT " \"" WHOM "\", at = \"5005ms\", lasts = \"1ms\" }\n"
#define HEDGES                                                                  \
  "client \"u\" { arrivals = constant \"15/s\", target = \"web\" }\n"           \
  "service \"web\" { on = { call { \"db\", hedge = { after = \"p40\" } } } }\n" \
  "service \"db\" { work = mixture { { 0.5, \"10ms\" }, { 0.5, \"90ms\" } } }\n"
  assert_true(metric_of(HEDGES, "web.db.hedges", 10) > 5);
  expect(HEDGES AGAIN("crash", "web"), "web.db.hedges", 0);
  expect(HEDGES AGAIN("stop", "web"), "web.db.hedges", 0);
#define BACKENDS                                                                           \
  "client \"u\" { arrivals = constant \"1/s\", target = \"lb\" }\n"                        \
  "load_balancer \"lb\" { backends = { \"quick\", \"slow\" }, algorithm = \"latency\" }\n" \
  "service \"quick\" { work = \"10ms\" }\n"                                                \
  "service \"slow\" { work = \"100ms\" }\n"
  expect(BACKENDS, "slow.arrivals", 1);
  expect(BACKENDS AGAIN("crash", "lb"), "slow.arrivals", 2);
#define REMEMBERS                                                     \
  "client \"u\" { arrivals = constant \"10/s\", target = \"web\" }\n" \
  "service \"web\" { on = { call \"name\" } }\n"                      \
  "dns \"name\" { backends = { \"a\", \"b\" }, ttl = \"1h\" }\n"      \
  "service \"a\" { work = \"1ms\" }\nservice \"b\" { work = \"1ms\" }\n"
  expect(REMEMBERS, "name.lookups", 1);
  expect(REMEMBERS AGAIN("crash", "web"), "name.lookups", 2);
  expect(REMEMBERS AGAIN("stop", "web"), "b.arrivals", 49);
}

/* Aim: who asks for a name lets its further calls wait for that answer: of a hundred a second the
 * first ten, 100 ms to 10 ms. Who remembers nothing asks for each. */
static void test_calls_wait_for_a_name(void **state) {
  (void)state;
#define ASKS(TTL)                                                       \
  "client \"u\" { arrivals = constant \"100/s\", target = \"name\" }\n" \
  "dns \"name\" { backends = \"web\", lookup = \"100ms\"" TTL " }\nservice \"web\" { }\n"
  expect(ASKS(", ttl = \"1h\""), "u.latency.mean", 0.55 / 1000);
  expect(ASKS(", ttl = \"1h\""), "name.lookups", 1);
  expect(ASKS(""), "u.latency.min", 0.1);
  expect(ASKS(""), "name.remembered", 0);
}

/* Aim: who goes at the same instant as another gets nothing of it. Both consumers have worked on a
 * message that waits for its acknowledgement, and one of them on the next for half a second, when
 * both crash: all three are delivered again at 3.5 s, and none to the second one in between. And of
 * three brokers that crash together none sends what the others' consumer has room for: all 100
 * messages are worked on in the end. */
static void test_gone_together(void **state) {
  (void)state;
  static const char *const consumers =
      "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"t\" }\n"
      "topic \"t\" {}\n"
      "service \"w\" { instances = 2, workers = 1, work = \"1s\", subscribe = { \"t\", "
      "prefetch = 2, ack_every = 2 } }\n"
      "fault { crash \"w\", at = \"2500ms\", lasts = \"1s\" }\n";
  expect(consumers, "t.deliveries", 6);
  expect(consumers, "w.completions", 5);
  expect(consumers, "w.end_to_end.max", 4.5 - 1);
  static const char *const brokers =
      "client \"c\" { arrivals = burst { 100, at = \"1s\" }, target = \"t\" }\n"
      "topic \"t\" { partitions = 3, copies = { n = 3, session = \"1s\" } }\n"
      "service \"w\" { workers = 1, work = \"50ms\", subscribe = { \"t\", deadline = \"2s\", "
      "retry = { attempts = 3 } } }\n"
      "fault { crash \"t\", at = \"1525ms\", lasts = \"2s\" }\n";
  expect(brokers, "t.published", 100);
  expect(brokers, "w.backlog.end", 0);
  expect(brokers, "t.acknowledged", 100);
}

/* Aim: who asks by a name is who it is there for. Reads of the nearest copy go to the one in the
 * caller's zone, also where no copy leads. And the answer for a caller that gave up while the name
 * hung is that caller's, though another one has its place now: each asks once. */
static void test_who_asks_by_a_name(void **state) {
  (void)state;
#define NEAREST(COPIES)                                                                        \
  "client \"u\" { zone = \"y\", arrivals = burst { 5, at = \"1s\" }, target = \"w\" }\n"       \
  "service \"w\" { zone = \"y\", on = { call { \"name\", op = \"read\" } } }\n"                \
  "dns \"name\" { backends = \"db\", ttl = \"10s\" }\n"                                        \
  "database \"db\" { read = \"1ms\", write = \"1ms\", copies = { n = 3, read = \"nearest\",\n" \
  "  zone = { \"x\", \"y\", \"z\" }, " COPIES                                                  \
  " } }\n"                                                                                     \
  "path { from = \"x\", to = \"y\", latency = \"30ms\" }\n"                                    \
  "path { from = \"x\", to = \"z\", latency = \"30ms\" }\n"                                    \
  "path { from = \"y\", to = \"z\", latency = \"30ms\" }\n"
  expect(NEAREST("write = \"async\""), "db[2].arrivals", 5);
  expect(NEAREST("leaders = \"all\", write = \"async\""), "db[2].arrivals", 5);
  const char *gave_up =
      "client \"u1\" { arrivals = burst { 1, at = \"1s\" }, target = \"w\" }\n"
      "client \"u2\" { arrivals = burst { 1, at = \"1500ms\" }, target = \"v\" }\n"
      "service \"w\" { on = { call { \"name\", timeout = \"300ms\" } } }\n"
      "service \"v\" { on = { sleep \"500ms\", call \"name\" } }\n"
      "dns \"name\" { backends = \"db\", ttl = \"10s\" }\n"
      "database \"db\" { read = \"1ms\" }\n"
      "fault { hang \"name\", at = \"500ms\", lasts = \"1300ms\" }\n";
  expect(gave_up, "name.lookups", 2);
  expect(gave_up, "name.remembered", 0);
}

/* Aim: a pool has one place. Of two calls the second waits for it, and so do the hedges of both,
 * until their calls are answered: none of them is sent, and none counts. */
static void test_hedge_that_is_not_sent(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"a\" }\n"
      "service \"a\" { on = { call { \"b\", hedge = { after = \"100ms\" },\n"
      "  pool = { size = 1, queue = 10 } } } }\n"
      "service \"b\" { work = \"1s\" }\n";
  expect(text, "b.arrivals", 2);
  expect(text, "a.b.hedges", 0);
}

/* Aim: two first requests of one user at once are told two backends, and the later answer counts:
 * two sessions began, and none is lost. The crash of where it is kept loses one. */
static void test_first_requests_at_once(void **state) {
  (void)state;
#define AT_ONCE                                                                               \
  "client \"u\" { arrivals = burst { 2, at = \"1s\" }, users = 1, target = \"lb\" }\n"        \
  "client \"u2\" { arrivals = constant \"1/s\", users = 1, target = \"lb\" }\n"               \
  "load_balancer \"lb\" { backends = \"s\", algorithm = \"round_robin\", sticky = \"1h\" }\n" \
  "service \"s\" { instances = 2, workers = 9, work = \"100ms\" }\n"
  expect(AT_ONCE, "lb.sessions_lost", 0);
  expect(AT_ONCE
         "fault { crash { group = { \"s[1]\", \"s[2]\" } }, at = \"4500ms\", lasts = \"10ms\" }\n",
         "lb.sessions_lost", 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_taken_out_is_no_failure),
                                     cmocka_unit_test(test_nothing_more_is_sent),
                                     cmocka_unit_test(test_news_by_name),
                                     cmocka_unit_test(test_step_is_decided),
                                     cmocka_unit_test(test_each_of_those_there),
                                     cmocka_unit_test(test_behind_the_answer_of_one_given_up),
                                     cmocka_unit_test(test_caller_crashed),
                                     cmocka_unit_test(test_lock_of_one_taken_out),
                                     cmocka_unit_test(test_done_after_a_hang),
                                     cmocka_unit_test(test_sessions_over_a_crashed_balancer),
                                     cmocka_unit_test(test_memory),
                                     cmocka_unit_test(test_late_answer_of_an_earlier_attempt),
                                     cmocka_unit_test(test_late_try_takes_its_token),
                                     cmocka_unit_test(test_fetch_out_of_time),
                                     cmocka_unit_test(test_start_that_nobody_waits_for),
                                     cmocka_unit_test(test_failing_in_a_pause),
                                     cmocka_unit_test(test_step_of_a_model),
                                     cmocka_unit_test(test_crash_under_a_request),
                                     cmocka_unit_test(test_lost_behind_the_wire),
                                     cmocka_unit_test(test_means_of_those_there),
                                     cmocka_unit_test(test_new_process_knows_nothing),
                                     cmocka_unit_test(test_calls_wait_for_a_name),
                                     cmocka_unit_test(test_gone_together),
                                     cmocka_unit_test(test_who_asks_by_a_name),
                                     cmocka_unit_test(test_hedge_that_is_not_sent),
                                     cmocka_unit_test(test_first_requests_at_once)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

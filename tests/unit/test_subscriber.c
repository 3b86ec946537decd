/* Aim: what a subscriber does about its messages by the keys of the call policy: when it gives one
 * up, tries it again, takes none and how many it has at once; worked out by hand for each case. */
#include "test_script_load.h"

#define BURST(N) "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"q\" }\n"
#define TOPIC "topic \"q\" {}\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (got > value + 1e-9 || got < value - 1e-9) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: work that takes too long has failed for the topic, and goes on: it ends at 4 s, when the
 * second delivery is at work. */
static void test_timeout(void **state) {
  (void)state;
  const char *text = BURST("1") TOPIC
      "service \"a\" { workers = 2, work = \"3s\",\n"
      "  subscribe = { \"q\", timeout = \"2s\", deliveries = 2 } }\n";
  expect(text, "q.deliveries", 2);
  expect(text, "q.dead_letters", 1);
  expect(text, "a.consumed", 1);
  expect(text, "a.end_to_end.max", 3);
  expect(text, "a.duplicates", 1);
  /* The consumer is told, though nobody else in the scenario gives anything up. */
  const char *stopped = BURST("1") TOPIC
      "service \"a\" { workers = 1, work = \"3s\", cancel = \"running\",\n"
      "  subscribe = { \"q\", timeout = \"2s\", deliveries = 2 } }\n";
  expect(stopped, "q.dead_letters", 1);
  expect(stopped, "a.consumed", 0);
  expect(stopped, "a.busy.mean", 2 * 2 / 100.0);
}

/* Aim: the tries of one delivery end 4.5 s after it: work that takes too long is given up at 3 s,
 * and a second time, from 4 s on, at 5.5 s; each of two deliveries has as long. A try that would
 * begin when the time is over does not begin. */
static void test_deadline(void **state) {
  (void)state;
#define SLOW \
  "service \"a\" { workers = 9, work = \"50s\",\n  subscribe = { \"q\", timeout = \"2s\", "
  const char *text = BURST("1") TOPIC SLOW
      "deadline = \"4500ms\", deliveries = 2, retry = { attempts = 9, backoff = \"1s\" } } }\n";
  expect(text, "a.tried_again", 2);
  expect(text, "q.deliveries", 2);
  expect(text, "q.dead_letters", 1);
  expect(text, "q.in_delivery", 9 / 100.0);
  const char *sharp = BURST("1") TOPIC SLOW
      "deadline = \"5s\", deliveries = 1, retry = { attempts = 9, backoff = \"1s\" } } }\n";
  expect(sharp, "a.tried_again", 1);
  expect(sharp, "q.in_delivery", 5 / 100.0);
  const char *alone = BURST("1") TOPIC
      "service \"a\" { work = \"50s\", subscribe = { \"q\", deadline = \"3s\", prefetch = 1,\n"
      "  deliveries = 1 } }\n";
  expect(alone, "q.in_delivery", 3 / 100.0);
}

#define FAILS "service \"a\" { workers = 1, on = { work \"1s\", fail() },\n  subscribe = { \"q\", "

/* Aim: three tries of 1 s with pauses of 1 s between them are one delivery, and the instance has
 * nothing else meanwhile: 5 s each. */
static void test_retry(void **state) {
  (void)state;
  const char *text =
      BURST("2") TOPIC FAILS "deliveries = 2, retry = { attempts = 3, backoff = \"1s\" } } }\n";
  expect(text, "a.failed_work", 12);
  expect(text, "a.tried_again", 8);
  expect(text, "q.deliveries", 4);
  expect(text, "q.redeliveries", 2);
  expect(text, "q.dead_letters", 2);
  expect(text, "q.in_delivery", 20 / 100.0);
  expect(text, "q.backlog.max", 2); /* one that comes back, and the other */
  const char *cause = BURST("1") TOPIC FAILS
      "deliveries = 1, retry = { attempts = 3, backoff = \"1s\", on = { \"timeout\" } } } }";
  expect(cause, "a.tried_again", 0);
  const char *late = BURST("1") TOPIC
      "service \"a\" { workers = 9, work = \"3s\",\n"
      "  subscribe = { \"q\", timeout = \"2s\", deliveries = 1,\n"
      "    retry = { attempts = 2, backoff = \"0ms\" } } }\n";
  expect(late, "a.tried_again", 1);
  expect(late, "a.consumed", 1);
  expect(late, "a.duplicates", 1);
  const char *budget = BURST("10") TOPIC FAILS
      "deliveries = 1, retry = { attempts = 3, backoff = \"0ms\", budget = \"50%\" } } }";
  expect(budget, "a.tried_again", 5);
}

/* Aim: a message that becomes visible again while its instance pauses is no longer the instance's,
 * which has room for another one: at 4 s and 7 s it is taken away. */
static void test_taken_away(void **state) {
  (void)state;
  const char *text = BURST("1") TOPIC
      "client \"d\" { arrivals = burst { 1, at = \"50s\" }, target = \"q\" }\n" FAILS
      "deliveries = 2, visibility = \"3s\", retry = { attempts = 3, backoff = \"5s\" } } }\n";
  expect(text, "q.reappeared", 4);
  expect(text, "q.deliveries", 4);
  expect(text, "a.failed_work", 4);
  expect(text, "q.dead_letters", 2);
  expect(text, "q.to_delivery.max", 0); /* at 50 s there was room */
}

/* Aim: who breaks while it pauses has the message no more; nor has anybody when the topic breaks.
 */
static void test_breaks(void **state) {
  (void)state;
#define PAUSES(WHO)                                                                   \
  BURST("1")                                                                          \
  TOPIC FAILS                                                                         \
      "retry = { attempts = 2, backoff = \"4s\" }, deliveries = 3, backoff = \"1s\" " \
      "} }\n"                                                                         \
      "fault { crash \"" WHO "\", at = \"3s\", lasts = \"1s\" }\n"
  /* By the crash of the topic at 3 s delivered again at 4 s: 5 s, 10 s, then twice more. */
  expect(PAUSES("q"), "q.dead_letters", 1);
  expect(PAUSES("q"), "q.deliveries", 3);
  expect(PAUSES("q"), "a.failed_work", 1 + 2 + 2);
  /* Also where the crash is over when it would have tried again: it has gone back to the topic at 3
   * s, which sends it at 4 s; the pauses end at 6, 9 and 15 s. */
  expect(PAUSES("a"), "a.failed_work", 1 + 2 + 2);
  expect(PAUSES("a"), "q.in_delivery", (2 + 6 + 6) / 100.0);
  const char *down = BURST("1") TOPIC FAILS
      "retry = { attempts = 2, backoff = \"4s\" }, deliveries = 3, backoff = \"1s\" } }\n"
      "fault { crash \"a\", at = \"3s\", lasts = \"10s\" }\n";
  expect(down, "a.failed_work", 1 + 2 + 2);
  /* In the middle of the work, from 1 s to 2 s: that delivery has no further try, the others have.
   */
  const char *amid = BURST("1") TOPIC FAILS
      "retry = { attempts = 2, backoff = \"4s\" }, deliveries = 3, backoff = \"1s\" } }\n"
      "fault { crash \"a\", at = \"1.5s\", lasts = \"100ms\" }\n";
  expect(amid, "a.tried_again", 2);
}

/* Aim: after two failures in a row an instance takes nothing for 10 s, and what comes waits; then
 * one on trial. */
static void test_breaker(void **state) {
  (void)state;
  const char *one =
      BURST("3") TOPIC FAILS "breaker = { failures = 2, open = \"10s\" }, deliveries = 1 } }\n";
  /* 1 to 3 s: two; the third on trial from 13 s to 14 s. */
  expect(one, "a.failed_work", 3);
  expect(one, "q.to_delivery.max", 12);
  expect(one, "a.breaker_opened", 2);
  const char *two = "client \"c\" { arrivals = constant \"1/s\", target = \"q\" }\n" TOPIC
                    "service \"a\" { workers = 1, work = \"100ms\", instances = 2,\n"
                    "  subscribe = { \"q\", breaker = { failures = 2, open = \"1h\" } } }\n"
                    "fault { error \"a[1]\", at = \"0s\" }\n";
  expect(two, "a.breaker_opened", 1);
  expect(two, "a[1].errors", 2);
  expect(two, "q.redeliveries", 2);
  expect(two, "q.backlog.end", 0);
  /* A try that finds it open fails, too, and the message goes back: 1 to 2 s, 3 s to 4 s open. */
  const char *both = BURST("1") TOPIC FAILS
      "breaker = { failures = 1, open = \"10s\" }, retry = { attempts = 2, backoff = \"1s\" } } "
      "}\n";
  expect(both, "a.failed_work", 9); /* at 1 s, and each 11 s from then on */
}

/* Aim: no more at once than the pool has places, also where they adapt: 1, 2, 3 ... */
static void test_pool(void **state) {
  (void)state;
  const char *fixed = BURST("8") TOPIC
      "service \"a\" { workers = 4, work = \"1s\", subscribe = { \"q\", pool = { size = 2 } } }\n";
  expect(fixed, "a.end_to_end.max", 4);
  const char *more = BURST("8") TOPIC
      "service \"a\" { workers = 4, work = \"1s\", subscribe = { \"q\", pool = { size = 9 } } }\n";
  expect(more, "a.end_to_end.max", 2);
  const char *grows = BURST("7") TOPIC
      "service \"a\" { workers = 9, work = \"1s\",\n"
      "  subscribe = { \"q\", pool = { size = aimd { start = 1 } } } }\n";
  expect(grows, "a.end_to_end.max", 3); /* 1, then 2, then 4 */
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *says, *message;
  } cases[] = {
      {"ack = \"before\", retry = {}", "retry and ack = \"before\" do not go together"},
      {"timeout = \"1s\", retry = { late = \"accept\" }", "leave retry.late out"},
      {"pool = { size = 3, queue = 5 }", "leave pool.queue out"},
      {"prefetch = 8, ack_every = 4, pool = { size = 3 }", "it would wait for more for ever"},
      {"prefetch = 8, ack_every = 2, pool = { size = aimd { start = 4, least = 1, most = 9 } }",
       "as few as 1 messages at once"},
      {"breaker = { open = \"1s\" }", "breaker"},
      {"hedge = { after = \"1s\" }", "which is a duplicate; hedge the calls of the handler"},
      {"throttle = {}",
       "key 'throttle' of subscribe of service \"a\": a message that is not taken"},
      {"fallback = {}", "give the calls of the handler a fallback"},
      {"batch = { size = 10 }", "ack_every = 500 acknowledges them together"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, BURST("1") TOPIC "service \"a\" { subscribe = { \"q\", %s } }\n",
             cases[i].says);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].message)) fail_msg("%s: %s", cases[i].says, got);
  }
}

/* Two clients publish at the same time; each may have one message an hour worked on. */
#define TWO(TO)                                                        \
  "client \"a\" { arrivals = burst { 3, at = \"1s\" }, target = \"" TO \
  "\", mix = { slow = 1 } }\n"                                         \
  "client \"b\" { arrivals = burst { 3, at = \"1s\" }, target = \"" TO \
  "\", mix = { quick = 1 } }\n"
#define ONE_EACH \
  "on = { limit { \"1/h\", burst = 1, per = \"client\" }, work \"1s\" },\n  subscribe = { "

/* Aim: a message is of the client, the tier and the user of the request that published it, and
 * comes to its consumer as that, however it went: through copies, an outbox, or as a dead letter.
 * Of six messages one of each client passes. */
static void test_whose(void **state) {
  (void)state;
  const char *plain = TWO("q") TOPIC "service \"s\" { " ONE_EACH "\"q\", deliveries = 2 } }\n";
  expect(plain, "s.consumed", 2);
  const char *copies = TWO("q") "topic \"q\" { partitions = 1, copies = { n = 3 } }\n"
                                "service \"s\" { " ONE_EACH "\"q\", deliveries = 2 } }\n";
  expect(copies, "s.consumed", 2);
  const char *outbox = TWO("db") TOPIC
      "database \"db\" { outbox = { \"q\" }, write_ops = { \"slow\", \"quick\" }, write = \"1ms\" "
      "}\n"
      "service \"s\" { " ONE_EACH "\"q\", deliveries = 1 } }\n";
  expect(outbox, "s.consumed", 2);
  const char *dead = TWO("q") TOPIC
      "topic \"dead\" {}\n"
      "service \"bad\" { on = { fail() },\n"
      "  subscribe = { \"q\", deliveries = 1, dead_letter = \"dead\" } }\n"
      "service \"s\" { " ONE_EACH "\"dead\", deliveries = 1 } }\n";
  expect(dead, "s.consumed", 2);
  /* Ten closed users are users by themselves; all that came after their first message fails. */
  const char *users =
      "client \"c\" { arrivals = closed { users = 10, think = \"1s\" }, target = \"q\" }\n" TOPIC
      "service \"s\" { on = { limit { \"1/h\", burst = 1, per = \"user\" } },\n"
      "  subscribe = { \"q\", deliveries = 1 } }\n";
  expect(users, "s.consumed", 10);
  const char *tier =
      "client \"c\" { arrivals = constant \"10/s\", target = \"q\", users = 1000,\n"
      "  tier = { free = 0.5, paid = 0.5 } }\n" TOPIC
      "service \"s\" { on = { limit { \"1/h\", burst = 1, per = \"tier\" } },\n"
      "  subscribe = { \"q\", deliveries = 1 } }\n";
  expect(tier, "s.consumed", 2);
}

/* Aim: a consumer serves the messages of the client that comes first in its list first: one of `a`
 * is at work, 4 s; then those of `b`, until 7 s, and those of `a`, until 15 s. */
static void test_whose_priority(void **state) {
  (void)state;
  const char *text = TWO("q") TOPIC
      "service \"s\" { workers = 1, discipline = \"priority\", priority = { \"b\", \"a\" },\n"
      "  by = \"client\", on = { slow = { work \"4s\" }, quick = { work \"1s\" } },\n"
      "  subscribe = { \"q\", prefetch = 10 } }\n";
  expect(text, "s.end_to_end.mean", (4 + 5 + 6 + 7 + 11 + 15) / 6.0);
}

/* Aim: a web server writes and publishes 1 s later; the consumer reads the copy near to it, which
 * has that write after 3 s: its user's own write is missing there. */
static void test_whose_write(void **state) {
  (void)state;
  const char *text =
      "client \"u\" { arrivals = burst { 1, at = \"1s\" }, users = 10, target = \"w\",\n"
      "  keys = uniform_keys { n = 100 } }\n"
      "service \"w\" { zone = \"x\", on = { call { \"db\", op = \"write\" }, sleep \"1s\",\n"
      "  publish { \"q\", key = true, op = \"read\" } } }\n" TOPIC
      "service \"s\" { zone = \"y\", on = { call { \"db\", op = \"read\" } }, subscribe = \"q\" }\n"
      "database \"db\" { write_ops = { \"write\" }, read = \"1ms\", write = \"1ms\",\n"
      "  copies = { n = 2, zone = { \"x\", \"y\" }, write = \"async\", read = \"nearest\" } }\n"
      "path { from = \"x\", to = \"y\", latency = \"3s\" }\n";
  expect(text, "db.stale_reads", 1);
  expect(text, "db.own_write_missed", 1);
}

/* Aim: one message is at work, one waits, and the third finds no room. Its publisher gives up after
 * 500 ms; what it has sent is taken at 4 s all the same. With a pool that lets one message go at a
 * time the third is dropped before it is sent. */
static void test_publisher_gave_up(void **state) {
  (void)state;
#define BLOCKED(POLICY)                                                    \
  "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"w\" }\n" \
  "service \"w\" { on = { publish { \"q\", timeout = \"500ms\"" POLICY     \
  " } } }\n"                                                               \
  "topic \"q\" { capacity = 1, full = \"block\", write = \"100ms\" }\n"    \
  "service \"a\" { workers = 1, work = \"3s\", subscribe = { \"q\", prefetch = 1 } }\n"
  expect(BLOCKED(""), "c.availability", 2 / 3.0);
  expect(BLOCKED(""), "a.consumed", 3);
  expect(BLOCKED(", pool = { size = 1, queue = 9, wait = \"150ms\" }"), "a.consumed", 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_timeout),     cmocka_unit_test(test_deadline),
      cmocka_unit_test(test_retry),       cmocka_unit_test(test_taken_away),
      cmocka_unit_test(test_breaks),      cmocka_unit_test(test_breaker),
      cmocka_unit_test(test_pool),        cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_whose),       cmocka_unit_test(test_whose_priority),
      cmocka_unit_test(test_whose_write), cmocka_unit_test(test_publisher_gave_up),
  };
  return cmocka_run_group_tests_name("subscriber", tests, folder_make, folder_remove);
}

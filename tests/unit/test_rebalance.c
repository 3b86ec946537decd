/* Aim: with rebalance = "eager" a whole group stands still until its slowest instance has joined,
 * and what comes meanwhile waits: worked out by hand; the time that heartbeats take has the mean of
 * the greatest of uniform times. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value, double within) {
  double got = metric_of(text, name, 100);
  if (got > value + within || got < value - within) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* One message goes to the first of three instances at 5 s. The third hangs at 10 s, and is gone at
 * 20 s. 30 messages come at 21 s, with which nobody has anything to do until then. */
#define HELD(LONG, RULE, REST)                                                                    \
  "client \"l\" { arrivals = burst { 1, at = \"5s\" }, target = \"q\", mix = { long = 1 } }\n"    \
  "client \"c\" { arrivals = burst { 30, at = \"21s\" }, target = \"q\", mix = { brief = 1 } }\n" \
  "region \"r\" { zones = { \"x\", \"y\" } }\n"                                                   \
  "topic \"q\" { partitions = 3, zone = \"x\" }\n"                                                \
  "service \"a\" { instances = 3, zone = { \"x\", \"y\" }, workers = 9, subscribe = { \"q\", "    \
  "prefetch = 99, session = \"10s\"" RULE " }, on = { long = { work \"" LONG                      \
  "\" }, "                                                                                        \
  "brief = { work \"1ms\" } } }\n"                                                                \
  "fault { hang \"a[3]\", at = \"10s\", lasts = \"1h\" }\n" REST
#define EAGER ", rebalance = \"eager\", heartbeat = \"1ms\""

static void test_stands_still(void **state) {
  (void)state;
  /* From 20 s until the long one has ended at 35 s; then all that wait are delivered. */
  const char *eager = HELD("30s", EAGER, "");
  expect(eager, "q.rebalancing", (35 - 20) / 100.0, 1e-9);
  expect(eager, "q.rebalances", 1, 0);
  expect(eager, "q.backlog", 30 * (35 - 21) / 100.0, 1e-9);
  expect(eager, "q.backlog.max", 30, 0);
  expect(eager, "q.to_delivery.mean", 30 * 14 / 31.0, 1e-6);
  expect(eager, "q.consumed", 31, 0);
  expect(eager, "q.redeliveries", 0, 0);
  /* Those who go on with what stays theirs. */
  expect(HELD("30s", "", ""), "q.rebalancing", 0, 0);
  expect(HELD("30s", "", ""), "q.backlog", 0, 0);
  expect(HELD("30s", ", rebalance = \"cooperative\"", ""), "q.backlog", 0, 0);
  /* Nobody has anything to end: it takes a heartbeat. */
  expect(HELD("1s", EAGER, ""), "q.rebalancing", 0, 1e-5);
}

/* Aim: of six partitions of three instances only the two of the third move when it is gone, as with
 * Kafka's CooperativeStickyAssignor: each has a message that takes until 35 s, and the 5 that come
 * to it at 21 s are delivered at once. When it is back at 40 s it gets one of each of the others,
 * and nothing else moves; with eager all are given out from the first on again. */
static void test_few_move(void **state) {
  (void)state;
#define SIX(BACK)                                                                                 \
  "client \"l\" { arrivals = burst { 6, at = \"5s\" }, target = \"q\", mix = { long = 1 } }\n"    \
  "client \"c\" { arrivals = burst { 30, at = \"21s\" }, target = \"q\", mix = { brief = 1 } }\n" \
  "client \"d\" { arrivals = burst { 6, at = \"39s\" }, target = \"q\", mix = { long = 1 } }\n"   \
  "client \"e\" { arrivals = burst { 30, at = \"41s\" }, target = \"q\", mix = { brief = 1 } }\n" \
  "topic \"q\" { partitions = 6 }\n"                                                              \
  "service \"a\" { instances = 3, workers = 99, subscribe = { \"q\", prefetch = 99, "             \
  "session = \"10s\" }, on = { long = { work \"30s\" }, brief = { work \"1ms\" } } }\n"           \
  "fault { crash \"a[3]\", at = \"10s\", lasts = \"" BACK "\" }\n"
  /* The two that the third had wait from 10 s until its session is over. */
  const double session = 2 * (20 - 10) / 100.0;
  expect(SIX("1h"), "q.backlog", session, 1e-3);
  /* The second long ones of the two that moved end at 69 s: only these keep their 5 waiting. */
  expect(SIX("30s"), "q.backlog", session + 10 * (69 - 41) / 100.0, 1e-3);
  expect(SIX("30s"), "q.backlog.max", 10, 0);
}

/* Aim: who gives a partition back acknowledges what it has worked on, and what it still works on
 * then, however seldom it does else: nothing of it keeps its next owner waiting. The second of two
 * dies at 5 s, is missed at 15 s, and is back at 60 s. */
static void test_gives_up_cleanly(void **state) {
  (void)state;
#define MOVES(RULE)                                                                     \
  "client \"c\" { arrivals = constant \"1/s\", target = \"q\", mix = { write = 1 } }\n" \
  "topic \"q\" { partitions = 2 }\n"                                                    \
  "service \"a\" { instances = 2, workers = 9, work = \"3s\", subscribe = { \"q\", "    \
  "prefetch = 2000, session = \"10s\", ack_every = 1000, ack = \"after\"" RULE          \
  " } }\n"                                                                              \
  "fault { crash \"a[2]\", at = \"5s\", lasts = \"55s\" }\n"
  static const char *const rules[] = {MOVES(""), MOVES(", rebalance = \"eager\"")};
  for (size_t i = 0; i < 2; i++) {
    expect(rules[i], "q.rebalances", 2, 0);
    expect(rules[i], "q.backlog.end", 0, 0);
    expect(rules[i], "a[2].arrivals", (5 + 100 - 60) / 2.0, 3);
    expect(rules[i], "q.backlog.max", i ? 12 : 6, i ? 4 : 2);
  }
}

/* Aim: a topic that is down when the run begins knows of nobody yet, and looks at all when it
 * starts: of one that came back meanwhile, and of one that hangs by then. It starts at 2 s; the
 * second hangs, so that it is missed at 12 s, and the first has all from then on. */
static void test_begins_later(void **state) {
  (void)state;
  const char *later =
      "client \"c\" { arrivals = burst { 20, at = \"15s\" }, target = \"q\", mix = { write = 1 } "
      "}\n"
      "topic \"q\" { partitions = 2 }\n"
      "service \"a\" { instances = 2, workers = 9, work = \"1ms\", subscribe = { \"q\", "
      "session = \"10s\" } }\n"
      "fault { crash \"q\", at = \"0s\", lasts = \"2s\" }\n"
      "fault { crash \"a[1]\", at = \"0s\", lasts = \"1s\" }\n"
      "fault { hang \"a[2]\", at = \"1s\", lasts = \"1h\" }\n";
  expect(later, "q.rebalances", 1, 0);
  expect(later, "a[1].arrivals", 20, 0);
  expect(later, "q.backlog.end", 0, 0);
}

/* Aim: the session of an instance that is down, hangs or is cut off, if only one way, ends whether
 * there is anything to do or not: who has nothing is gone at 15 s, and what comes at 60 s goes to
 * the other at once; of who has worked and not acknowledged, the other does it again then. What a
 * topic loses in a crash does not take the end of a session with it. */
static void test_silent_and_idle(void **state) {
  (void)state;
#define SILENT(MORE, AT, FAULT)                                                             \
  "client \"c\" { arrivals = burst { 3, at = \"" AT                                         \
  "\" }, target = \"q\" }\n"                                                                \
  "region \"r\" { zones = { \"x\", \"y\", \"z\" } }\n"                                      \
  "topic \"q\" { zone = \"x\", partitions = 1" MORE                                         \
  " }\n"                                                                                    \
  "service \"a\" { instances = 2, zone = { \"y\", \"z\" }, workers = 1, work = \"100ms\", " \
  "subscribe = { \"q\", session = \"10s\", prefetch = 4, ack_every = 4 } }\n"               \
  "fault { " FAULT ", at = \"5s\", lasts = \"80s\" }\n"
#define CRASH "crash \"a[1]\""
#define HANG "hang \"a[1]\""
#define CUT "partition { \"x\", \"y\" }"
#define THERE "partition { \"x\", \"y\", one_way = true }"
#define BACK "partition { \"y\", \"x\", one_way = true }"
#define TOPIC_TOO "fault { crash \"q\", at = \"6s\", lasts = \"1s\" }\n"
  static const char *const idle[] = {
      SILENT("", "60s", CRASH),
      SILENT("", "60s", HANG),
      SILENT("", "60s", CUT),
      SILENT("", "60s", THERE),
      SILENT("", "60s", BACK),
      SILENT(", durable = false", "60s", CRASH) TOPIC_TOO,
      SILENT(", durable = false", "60s", HANG) TOPIC_TOO,
      SILENT(", durable = false", "60s", CUT) TOPIC_TOO,
  };
  for (size_t i = 0; i < sizeof idle / sizeof *idle; i++) {
    expect(idle[i], "a.end_to_end.max", 0.3, 1e-9);
    expect(idle[i], "q.redeliveries", 0, 0);
    expect(idle[i], "q.rebalances", 2, 0); /* it is back at 85 s */
  }
  /* The same of who collects garbage for that long, from 5 s to 93 s. */
  const char *pauses =
      "client \"c\" { arrivals = burst { 3, at = \"60s\" }, target = \"q\" }\n"
      "topic \"q\" { partitions = 1 }\n"
      "service \"a\" { workers = 1, work = \"100ms\", pauses = { every = \"5s\", lasts = \"88s\" "
      "}, "
      "subscribe = { \"q\", group = \"g\", session = \"10s\" } }\n"
      "service \"b\" { workers = 1, work = \"100ms\", subscribe = { \"q\", group = \"g\", session "
      "= "
      "\"10s\" } }\n";
  expect(pauses, "b.end_to_end.max", 0.3, 1e-9);
  expect(pauses, "q.redeliveries", 0, 0);
  expect(pauses, "q.rebalances", 2, 0);
  static const char *const worked[] = {SILENT("", "1s", CRASH), SILENT("", "1s", HANG),
                                       SILENT("", "1s", CUT)};
  for (size_t i = 0; i < 3; i++) {
    expect(worked[i], "q.redeliveries", 3, 0);
    expect(worked[i], "q.duplicates", 3, 0);
    expect(worked[i], "q.lost", 0, 0);
  }
  /* Without partitions it is the connection that ends: of the three the first two are with who is
   * cut off at 5 s, until 15 s; two from 1 s, one after the other. */
  const char *shared =
      "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"q\" }\n"
      "region \"r\" { zones = { \"x\", \"y\", \"z\" } }\n"
      "topic \"q\" { zone = \"x\" }\n"
      "service \"a\" { instances = 2, zone = { \"y\", \"z\" }, workers = 1, work = \"6s\", "
      "subscribe = { \"q\", session = \"10s\", prefetch = 3 } }\n"
      "fault { partition { \"x\", \"y\" }, at = \"5s\", lasts = \"80s\" }\n";
  expect(shared, "q.redeliveries", 2, 0);
  expect(shared, "q.duplicates", 2, 0);
  expect(shared, "q.in_delivery", (2 * 14 + 6 + 6 + 12) / 100.0, 1e-9);
}

/* Aim: the group waits for one of which nothing is heard until its session is over, or it is back.
 */
static void test_waits_for_the_missing(void **state) {
  (void)state;
#define MISSING(FAULT) HELD("1s", EAGER, "fault { " FAULT ", at = \"19500ms\", lasts = \"1h\" }\n")
#define AWAY(FAULT) HELD("1s", EAGER, "fault { " FAULT ", at = \"19500ms\", lasts = \"5s\" }\n")
  static const char *const lost[] = {MISSING("hang \"a[2]\""), MISSING("crash \"a[2]\""),
                                     MISSING("partition { \"x\", \"y\" }")};
  static const char *const back[] = {AWAY("hang \"a[2]\""), AWAY("crash \"a[2]\""),
                                     AWAY("partition { \"x\", \"y\" }")};
  static const double until = 29.5;
  /* What vanished on its way at 21 s is missed after a session. */
  static const double again[] = {24.5, 24.5, 31};
  static const double wait[] = {20, 30, 20}; /* who has not heard of it is sent its part */
  for (size_t i = 0; i < 3; i++) {
    expect(lost[i], "q.rebalancing", (until - 20) / 100, 2e-5);
    expect(lost[i], "q.backlog", wait[i] * (until - 21) / 100, 1e-3);
    expect(lost[i], "q.consumed", 31, 0);
    expect(back[i], "q.rebalancing", (again[i] - 20) / 100, 2e-5);
    expect(back[i], "q.rebalances", 1, 0);
    expect(back[i], "q.consumed", 31, 0);
  }
  /* A crash of the topic itself: all are asked once more. */
  const char *broken = HELD("30s", EAGER, "fault { crash \"q\", at = \"25s\", lasts = \"1s\" }\n");
  expect(broken, "q.rebalances", 1, 0);
  expect(broken, "q.rebalancing", (26 - 20) / 100.0, 2e-5); /* it knows of nobody who works */
}

/* Aim: n instances learn of it at heartbeats every 3 s, each at a time of its own: the last of them
 * after 3 s n / (n + 1) in the mean (the greatest of n uniform times, of variance
 * 9 n / ((n + 1)^2 (n + 2))). */
static void test_heartbeats(void **state) {
  (void)state;
  enum { N = 4, SECONDS = 40000 };
  const char *text =
      "client \"c\" { arrivals = constant \"1/s\", target = \"q\" }\n"
      "topic \"q\" { partitions = 10 }\n"
      "service \"a\" { instances = 5, workers = 1, work = \"1us\", subscribe = { \"q\", session = "
      "\"10s\", rebalance = \"eager\" } }\n"
      "fault { hang \"a[5]\", mttf = \"20s\", mttr = \"20s\" }\n";
  double times = metric_of(text, "q.rebalances", SECONDS);
  double mean = metric_of(text, "q.rebalancing", SECONDS) * SECONDS / times;
  double error = 3 * sqrt(N / ((N + 1.0) * (N + 1) * (N + 2)) / times);
  assert_true(times > 1900 && times < 2100);
  if (fabs(mean - 3.0 * N / (N + 1)) > 4 * error) {
    fail_msg("a rebalance takes %g s in the mean of %g, not %g +- %g", mean, times,
             3.0 * N / (N + 1), error);
  }
}

static void test_mistakes(void **state) {
  (void)state;
#define ASKS(TOPIC, RULE) \
  "topic \"q\" { " TOPIC " }\nservice \"a\" { subscribe = { \"q\", " RULE " } }\n"
  static const struct {
    const char *text, *says;
  } cases[] = {
      {ASKS("", "rebalance = \"eager\""), "\"q\" has no partitions"},
      {ASKS("partitions = 2", "heartbeat = \"1s\""), "is for rebalance = \"eager\""},
      {ASKS("partitions = 2", "rebalance = \"cooperative\", heartbeat = \"1s\""),
       "is for rebalance = \"eager\""},
      {ASKS("partitions = 2", "rebalance = \"eager\", session = \"1s\", heartbeat = \"1s\""),
       "not shorter than session"},
      {ASKS("partitions = 2", "rebalance = \"sticky\""), "cooperative"},
      {"topic \"q\" { partitions = 2 }\n"
       "service \"a\" { subscribe = { \"q\", group = \"g\", rebalance = \"eager\" } }\n"
       "service \"b\" { subscribe = { \"q\", group = \"g\" } }\n",
       "rebalance differ from those of \"a\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[600];
    snprintf(text, sizeof text, "client \"c\" { arrivals = constant \"1/s\", target = \"q\" }\n%s",
             cases[i].text);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].text, got);
  }
}

/* Aim: who has had a message for longer than `poll` leaves the group, works on for nothing and
 * joins again. Ten messages come to one consumer at 1 s, 1 s of work each: at 6.5 s five are done;
 * the others end at 7 to 11 s for nothing, come again at 11 s, and are acknowledged by 16 s. */
static void test_poll(void **state) {
  (void)state;
#define BURST(N) "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"q\" }\n"
#define SLOW(MORE, POLL)                                                                        \
  "service \"w\" { workers = 1, work = \"1s\"" MORE ", subscribe = { \"q\", prefetch = 10" POLL \
  " } }\n"
#define ONE "topic \"q\" { partitions = 1 }\n"
  static const char *const alone = BURST("10") ONE SLOW("", ", poll = \"5500ms\"");
  expect(alone, "q.polls_missed", 1, 1e-9);
  expect(alone, "q.rebalances", 2, 1e-9);
  expect(alone, "q.deliveries", 15, 1e-9);
  expect(alone, "q.acknowledged", 10, 1e-9);
  expect(alone, "w.duplicates", 5, 1e-9);
  expect(alone, "q.backlog", 5 * 4.5 / 100, 1e-9);
  /* Long enough: nothing of it. */
  static const char *const enough = BURST("10") ONE SLOW("", ", poll = \"10500ms\"");
  expect(enough, "q.polls_missed", 0, 1e-9);
  expect(enough, "q.deliveries", 10, 1e-9);
  /* For ever: at 1, 2, ... 99 s. */
  static const char *const never = BURST("1") ONE SLOW("", ", poll = \"500ms\"");
  expect(never, "q.polls_missed", 99, 1e-9);
  expect(never, "q.acknowledged", 0, 1e-9);
  /* Another instance has nothing to do: it gets the partition at 6.5 s, and does the five by 11.5
   * s. The first one is done with them at 11 s, and joins. */
  static const char *const two = BURST("10") ONE SLOW(", instances = 2", ", poll = \"5500ms\"");
  expect(two, "q.polls_missed", 1, 1e-9);
  expect(two, "w.duplicates", 5, 1e-9);
  expect(two, "q.backlog.max", 5, 1e-9);
  expect(two, "q.backlog", 0, 1e-9);
  expect(two, "w.completions", 15, 1e-9);
  /* It hangs, and cannot tell that it leaves before it is heard again. */
  static const char *const hangs = BURST("10") ONE SLOW(
      "", ", poll = \"5500ms\"") "fault { hang \"w\", at = \"3200ms\", lasts = \"20s\" }\n";
  /* Two are done by then. At 6.5 s and every 3 s nothing is heard, and at 24.5 s three are done.
   * The others end at 31 s for nothing, and of the seven two are late again. */
  expect(hangs, "q.polls_missed", 2, 1e-9);
  expect(hangs, "q.deliveries", 10 + 7 + 2, 1e-9);
  /* Down, and up again: it has nothing, and is in the group. */
  static const char *const breaks = BURST("10") ONE SLOW("", ", session = \"1s\", poll = \"5500ms\"")
      "fault { crash \"w\", at = \"7500ms\", lasts = \"500ms\" }\n";
  expect(breaks, "q.acknowledged", 10, 1e-9);
  expect(breaks, "w.duplicates", 1, 1e-9);
  expect(breaks, "q.backlog.end", 0, 1e-9);
}

static void test_poll_refused(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {BURST("1") "topic \"q\" {}\n" SLOW("", ", poll = \"1s\""), "has no partitions"},
      {BURST("1") ONE SLOW("", ", poll = \"1s\", ack = \"before\""), "do not go together"},
      {BURST("1") ONE SLOW("", ", poll = \"0s\""), "poll"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const char *message = mistake(bad[i][0]);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, bad[i][0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stands_still),
      cmocka_unit_test(test_few_move),
      cmocka_unit_test(test_gives_up_cleanly),
      cmocka_unit_test(test_begins_later),
      cmocka_unit_test(test_waits_for_the_missing),
      cmocka_unit_test(test_silent_and_idle),
      cmocka_unit_test(test_heartbeats),
      cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_poll),
      cmocka_unit_test(test_poll_refused),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

/* Aim: a topic keeps each message until each group has done with it, delivers it again after
 * whatever went wrong, and what it reports about lost and doubled messages is true: worked out by
 * hand for each case. */
#include "test_script_load.h"

#define EVERY(TIME, REST) \
  "client \"c\" { arrivals = constant \"" TIME "\", target = \"q\"" REST " }\n"
#define BURST(N, REST) \
  "client \"c\" { arrivals = burst { " N ", at = \"1s\" }, target = \"q\"" REST " }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (got > value + 1e-9 || got < value - 1e-9) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: a topic that comes late gives what it gets to those who subscribe. */
static void test_joins(void **state) {
  (void)state;
  const char *text = EVERY("10/s", "") "topic \"q\" {}\n"
                                       "service \"a\" { subscribe = { \"q\" } }\n"
                                       "fault { join \"q\", at = \"9.95s\" }\n";
  double published = metric_of(text, "q.published", 100);
  assert_true(published >= 899 && published <= 901);
  expect(text, "a.consumed", published);
  expect(text, "q.backlog.end", 0);
}

/* Aim: each group gets every message; components of one group share them. */
static void test_groups(void **state) {
  (void)state;
  const char *text = BURST("12", "")
      "topic \"q\" {}\n"
      "service \"a\" { workers = 1, work = \"1s\", subscribe = { \"q\" } }\n"
      "service \"b\" { workers = 2, work = \"1s\", subscribe = { topic = \"q\", group = \"x\" } }\n"
      "service \"d\" { workers = 1, work = \"1s\", subscribe = { \"q\", group = \"x\" } }\n";
  expect(text, "q.published", 12);
  expect(text, "q.consumed", 24);
  expect(text, "a.consumed", 12);
  expect(text, "b.consumed", 8);
  expect(text, "d.consumed", 4);
  expect(text, "a.end_to_end.max", 12);
  expect(text, "a.out_of_order", 0);
  /* 11 wait at 1 s, then one less each second; of the other group 9, 6, 3. */
  expect(text, "a.backlog", (11 * 12 / 2) / 100.0);
  expect(text, "b.backlog", (9 + 6 + 3) / 100.0);
  expect(text, "q.backlog", (66 + 18) / 100.0);
  expect(text, "q.in_delivery", (12 + 12) / 100.0);
  expect(text, "q.backlog.max", 11 + 9);
  expect(text, "q.oldest.max", 11);
  expect(text, "q.oldest", (11 * 11 / 2.0) / 100);
}

/* Aim: messages without subscribers wait; the publisher waits for the acknowledgement alone. */
static void test_publish(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"web\" }\n"
      "service \"web\" { on = { publish { \"q\", delay = \"10s\" }, work \"2s\" } }\n"
      "topic \"q\" { write = \"1s\", delay = \"5s\" }\n"
      "service \"a\" { work = \"1s\", subscribe = { \"q\" } }\n"
      "topic \"r\" {}\n"
      "client \"d\" { arrivals = burst { 5, at = \"1s\" }, target = \"r\" }\n";
  expect(text, "c.latency.max", 3);
  expect(text, "a.end_to_end.mean", 1 + 15 + 1);
  expect(text, "a.out_of_order", 0);
  expect(text, "r.backlog.end", 5);
  expect(text, "r.backlog", 5 * 0.99);
}

/* Aim: of messages with different delays that comes first whose delay is over first. Both wait for
 * the one worker, which has something to do until 30 s. */
static void test_delay_order(void **state) {
  (void)state;
#define SENDS(NAME, AT)                                                                          \
  "client \"" NAME "\" { arrivals = burst { 1, at = \"" AT "\" }, target = \"p\", mix = { " NAME \
  " = 1 } }\n"
#define DELAYED(ORDER)                                                                             \
  SENDS("first", "0s")                                                                             \
  SENDS("long", "1s")                                                                              \
  SENDS("short", "2s")                                                                             \
  "service \"p\" { on = { first = { publish \"q\" }, long = { publish { \"q\", delay = \"20s\" } " \
  "},"                                                                                             \
  "  short = { publish { \"q\", delay = \"5s\" } } } }\n"                                          \
  "topic \"q\" { " ORDER                                                                           \
  " }\n"                                                                                           \
  "service \"a\" { workers = 1, subscribe = { \"q\" }, on = { first = { work \"30s\" },"           \
  "  long = { work \"1s\" }, short = { work \"3s\" } } }\n"
  static const char *const texts[] = {DELAYED("order = \"fifo\""), DELAYED("order = \"delay\""),
                                      DELAYED("partitions = 1, order = \"delay\"")};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    expect(texts[i], "a.end_to_end.max", 30 + 3 + 1 - 1);
    expect(texts[i], "a.end_to_end.mean", (30 + (33 - 2) + (34 - 1)) / 3.0);
  }
}

/* Aim: a full topic refuses, lets the oldest go, or lets publishers wait, one in for one out. */
static void test_full(void **state) {
  (void)state;
#define FULL(WHAT)                  \
  BURST("10", "")                   \
  "topic \"q\" { capacity = 4" WHAT \
  " }\n"                            \
  "service \"a\" { workers = 1, work = \"1s\", subscribe = { \"q\" } }\n"
  const char *refuse = FULL("");
  expect(refuse, "q.refused", 5);
  expect(refuse, "c.errors.refused", 5);
  expect(refuse, "a.consumed", 5);
  const char *drop = FULL(", full = \"drop_oldest\"");
  expect(drop, "c.availability", 1);
  expect(drop, "q.dropped", 5);
  expect(drop, "a.consumed", 5);
  expect(drop, "q.lost", 0);
  const char *block = FULL(", full = \"block\"");
  expect(block, "c.availability", 1);
  expect(block, "a.consumed", 10);
  expect(block, "c.latency.max", 5); /* the tenth gets in when five are done */
  expect(block, "q.blocked", (5 * 6 / 2) / 100.0);
  expect(block, "a.end_to_end.max", 10);
}

/* Aim: by client or caller, by hand: three messages come at 1 s by `p`, one half a second later by
 * `q`; each takes a second. */
static void test_who_publishes(void **state) {
  (void)state;
#define TWO(BY)                                                                \
  "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"p\" }\n"     \
  "client \"d\" { arrivals = burst { 1, at = \"1500ms\" }, target = \"q\" }\n" \
  "service \"p\" { on = { publish \"t\" } }\n"                                 \
  "service \"q\" { on = { publish \"t\" } }\n"                                 \
  "topic \"t\" { order = \"priority\", " BY                                    \
  " }\n"                                                                       \
  "service \"s\" { workers = 1, work = \"1s\", subscribe = { \"t\" } }\n"
  expect(TWO("by = \"caller\", priority = { \"q\" }"), "t.class.q.to_delivery.mean", 0.5);
  expect(TWO("by = \"caller\", priority = { \"q\" }"), "t.class.other.to_delivery.mean", 5.0 / 3);
  expect(TWO("by = \"client\", priority = { \"c\" }"), "t.class.other.to_delivery.mean", 2.5);
}

/* Aim: priority by class; those of one key one after the other, others meanwhile. */
static void test_order(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 20, at = \"1s\" }, target = \"q\", "
      "mix = { low = 0.5, high = 0.5 } }\n"
      "topic \"q\" { order = \"priority\", priority = { \"high\" } }\n"
      "service \"a\" { workers = 1, on = { high = { work \"1s\", call \"h\" }, "
      "low = { work \"1s\", call \"l\" } }, subscribe = { \"q\" } }\n"
      "service \"h\" {} service \"l\" {}\n";
  double high = metric_of(text, "h.arrivals", 100), low = metric_of(text, "l.arrivals", 100);
  assert_true(high + low == 20 && high > 2 && low > 2);
  /* At most one low one came first. */
  assert_true(metric_of(text, "a.out_of_order", 100) >= low - 10);
  assert_true(metric_of(text, "q.reordered", 100) == metric_of(text, "a.out_of_order", 100));
  const char *keys =
      "client \"c\" { arrivals = burst { 40, at = \"1s\" }, target = \"web\", "
      "keys = uniform_keys { n = 4 } }\n"
      "service \"web\" { on = { publish { \"q\", key = true } } }\n"
      "topic \"q\" { order = \"by_key\" }\n"
      "service \"a\" { instances = 10, workers = 1, work = exponential \"1s\", "
      "subscribe = { \"q\" } }\n";
  expect(keys, "a.consumed", 40);
  expect(keys, "a.out_of_order", 0);
  assert_true(metric_of(keys, "q.in_delivery", 100) * 100 > 20);
  /* When the one before is done, the next one of the key need not wait for anything. */
  const char *apart =
      "client \"c\" { arrivals = constant \"1/s\", target = \"web\", "
      "keys = uniform_keys { n = 1 } }\n"
      "service \"web\" { on = { publish { \"q\", key = true } } }\n"
      "topic \"q\" { order = \"by_key\" }\n"
      "service \"a\" { workers = 1, work = \"10ms\", subscribe = { \"q\" } }\n";
  assert_true(metric_of(apart, "a.consumed", 100) >= 99);
}

/* Aim: a consumer that crashes while it has n messages leads to n redeliveries, and to none of work
 * done twice; with one acknowledgement for several those it had done are. */
static void test_consumer_crash(void **state) {
  (void)state;
#define CRASH(SUBSCRIBE)                                                      \
  BURST("50", "")                                                             \
  "topic \"q\" {}\n"                                                          \
  "service \"a\" { workers = 1, work = \"1s\", subscribe = { \"q\"" SUBSCRIBE \
  " } }\n"                                                                    \
  "fault { crash \"a\", at = \"6500ms\", lasts = \"10s\" }\n"
  expect(CRASH(""), "q.redeliveries", 1);
  expect(CRASH(""), "q.duplicates", 0);
  expect(CRASH(""), "a.consumed", 50);
  expect(CRASH(""), "a.out_of_order", 0);
  expect(CRASH(", prefetch = 20"), "q.redeliveries", 20);
  expect(CRASH(", prefetch = 20"), "q.lost", 0);
  expect(CRASH(", prefetch = 20"), "a.out_of_order", 0);
  expect(CRASH(", prefetch = 20, ack_every = 10"), "q.redeliveries", 20);
  expect(CRASH(", prefetch = 20, ack_every = 10"), "q.duplicates", 5);
  expect(CRASH(", prefetch = 20, ack_every = 10"), "a.duplicates", 5);
  /* Acknowledged before the work: the one in work and those in front of it are gone. */
  expect(CRASH(", ack = \"before\""), "q.lost", 1);
  expect(CRASH(", ack = \"before\""), "a.consumed", 49);
  expect(CRASH(", prefetch = 20, ack = \"before\""), "q.lost", 20);
  expect(CRASH(", prefetch = 20, ack = \"before\""), "q.redeliveries", 0);
}

/* Aim: what is not acknowledged in time is delivered again, although the work goes on: twice the
 * work, and the second end of it is a duplicate. */
static void test_visibility(void **state) {
  (void)state;
  const char *text = BURST("3", "")
      "topic \"q\" {}\n"
      "service \"a\" { workers = 10, work = \"5s\", subscribe = { \"q\", visibility = \"3s\" } }\n";
  /* 1 s: 3 sent; 4 s: again; 6 s: the first end, but others have them, whose time is over at 7 s:
   * sent a third time, and so on until 9 s, when the second ones end, and 10 s. Never acknowledged:
   * each delivery is overtaken by the next. */
  assert_true(metric_of(text, "q.duplicates", 20) >= 6);
  const char *hang = BURST("3", "")
      "topic \"q\" {}\n"
      "service \"a\" { instances = 2, workers = 3, work = \"1s\", subscribe = { \"q\", "
      "visibility = \"3s\" } }\n"
      "fault { hang \"a[1]\", at = \"1500ms\", lasts = \"20s\" }\n";
  double redelivered = metric_of(hang, "q.redeliveries", 100);
  assert_true(redelivered >= 1);
  expect(hang, "q.consumed", 3);
  /* The hung one wakes up and ends its work, too. */
  expect(hang, "q.duplicates", redelivered);
  /* What was delivered again after a crash at 2 s has its own time: until 5 s, not until 4 s. */
  const char *own_time = BURST("1", "")
      "topic \"q\" {}\n"
      "service \"a\" { instances = 2, workers = 1, work = \"2500ms\", subscribe = { \"q\", "
      "visibility = \"3s\" } }\n"
      "fault { crash \"a\", at = \"2s\", lasts = \"1us\" }\n";
  expect(own_time, "q.redeliveries", 1);
  expect(own_time, "q.reappeared", 0);
  /* The acknowledgement comes late, but nobody else has the message: it counts. */
  const char *late = BURST("2", "")
      "topic \"q\" {}\n"
      "service \"a\" { workers = 1, work = \"5s\", subscribe = { \"q\", visibility = \"3s\" } }\n";
  expect(late, "q.duplicates", 0);
  expect(late, "q.reappeared", 2);
  expect(late, "q.redeliveries", 0);
  expect(late, "q.backlog.end", 0);
}

/* Aim: what is acknowledged when it is sent does not go to an instance whose connection is closed:
 * one that was idle when it crashed has lost nothing. */
static void test_idle_crash(void **state) {
  (void)state;
#define IDLE(TOPIC)                                                            \
  EVERY("1/s", ", keys = uniform_keys { n = 1 }")                              \
  "topic \"q\" {" TOPIC                                                        \
  "}\n"                                                                        \
  "service \"a\" { workers = 1, work = \"100ms\", subscribe = { \"q\", ack = " \
  "\"before\" } }\n"                                                           \
  "fault { crash \"a\", at = \"10.5s\", lasts = \"5s\" }\n"
  expect(IDLE(""), "q.lost", 0);
  expect(IDLE(""), "a.consumed", 100);
  expect(IDLE("partitions = 2"), "q.lost", 0);
  expect(IDLE("partitions = 2"), "a.consumed", 100);
}

/* Aim: what an instance has worked on and not acknowledged when it breaks, with nothing to do, is
 * done again: by the next one after the session, or by itself when it is back. */
static void test_idle_crash_worked(void **state) {
  (void)state;
  const char *text = EVERY("1/s", "")
      "topic \"q\" { partitions = 1 }\n"
      "service \"a\" { instances = 2, workers = 1, work = \"100ms\", subscribe = { \"q\", session = "
      "\"10s\", prefetch = 5, ack_every = 5 } }\n"
      "fault { crash \"a[1]\", at = \"8.5s\", lasts = \"60s\" }\n";
  expect(text, "q.duplicates", 4);
  expect(text, "q.lost", 0);
  expect(text, "q.rebalances", 2);
  /* Ten seconds after the crash four are worked on again, and then the next one, of 9 s. */
  expect(text, "a.end_to_end.max", 18.5 + 0.1 * (4 + 1) - 9);
#define BACK(TOPIC)                                                                                \
  BURST("3", "")                                                                                   \
  "topic \"q\" { " TOPIC                                                                           \
  " }\n"                                                                                           \
  "service \"a\" { workers = 1, work = \"100ms\", subscribe = { \"q\", prefetch = 5, ack_every = " \
  "5 } }\n"                                                                                        \
  "fault { crash \"a\", at = \"5s\", lasts = \"2s\" }\n"
  expect(BACK(""), "q.duplicates", 3);
  expect(BACK("partitions = 2"), "q.duplicates", 3);
  expect(BACK("partitions = 2"), "q.rebalances", 0);
}

/* Aim: an instance that is stopped and drains asks for no more, so that nothing is refused, ends
 * what it has, and acknowledges what it has worked on before it leaves: nothing comes twice. */
static void test_drains(void **state) {
  (void)state;
#define STOPS(N, AT, TOPIC, RULE)                                                              \
  BURST_AT(N, AT)                                                                              \
  "topic \"q\" { " TOPIC                                                                       \
  " }\n"                                                                                       \
  "service \"a\" { instances = 2, workers = 1, work = \"1s\", subscribe = { \"q\", session = " \
  "\"3s\"" RULE " }"
#define BURST_AT(N, AT) \
  "client \"c\" { arrivals = burst { " N ", at = \"" AT "\" }, target = \"q\" }\n"
#define STOP " }\nfault { stop \"a[1]\", at = \"5s\", lasts = \"50s\" }\n"
#define DRAIN ", drain = \"10s\"" STOP
  /* From 5 s on all go to the other one. */
  expect(STOPS("4", "7s", "", "") DRAIN, "a.end_to_end.max", 4);
  expect(STOPS("4", "7s", "", "") DRAIN, "a.errors", 0);
  expect(STOPS("4", "7s", "", "") DRAIN, "a.arrivals", 4);
  /* A partition is its own until it has been away for a session. */
  expect(STOPS("1", "7s", "partitions = 1", "") DRAIN, "a.end_to_end.max", 5 + 10 + 3 + 1 - 7);
  expect(STOPS("1", "7s", "partitions = 1", "") DRAIN, "a.arrivals", 1);
  /* Three are worked on by 5 s; who has no time to drain acknowledges nothing. */
#define WORKED ", prefetch = 5, ack_every = 5"
  expect(STOPS("3", "1s", "partitions = 1", WORKED) DRAIN, "q.duplicates", 0);
  expect(STOPS("3", "1s", "partitions = 1", WORKED) DRAIN, "q.acknowledged", 3);
  expect(STOPS("3", "1s", "partitions = 1", WORKED) STOP, "q.duplicates", 3);
}

/* Aim: the connection of a consumer that hangs is closed after a session: what it has comes again,
 * and is done twice when it goes on; with a visibility each message comes when that says. */
static void test_hangs(void **state) {
  (void)state;
#define HUNG(RULE, REST)                                                                        \
  BURST("10", "")                                                                               \
  "topic \"q\" {}\n"                                                                            \
  "service \"a\" { instances = 2, workers = 1, work = \"1s\", subscribe = { \"q\", prefetch = " \
  "5, session = \"10s\"" RULE                                                                   \
  " } }\n"                                                                                      \
  "fault { hang \"a[1]\", at = \"3.5s\", lasts = \"60s\" }\n" REST
  /* Two of five are done. The others come at 13.5 s, and go on at 63.5 s. */
  expect(HUNG("", ""), "q.redeliveries", 3);
  expect(HUNG("", ""), "q.duplicates", 3);
  expect(HUNG("", ""), "a.end_to_end.max", 13.5 + 3 - 1);
  expect(HUNG("", ""), "q.rebalances", 0);
  expect(HUNG("", ""), "q.in_delivery.end", 0);
  /* With that it stays connected, and is sent some of them again. */
  expect(HUNG(", visibility = \"40s\"", ""), "q.reappeared", 3);
  assert_true(metric_of(HUNG(", visibility = \"40s\"", ""), "a.end_to_end.max", 100) > 41);
  /* Nothing is sent there, not even when the topic was away. */
  const char *more = HUNG("",
                          "client \"d\" { arrivals = burst { 4, at = \"30s\" }, target = \"q\" }\n"
                          "fault { crash \"q\", at = \"25s\", lasts = \"1s\" }\n");
  expect(more, "q.redeliveries", 3);
  expect(more, "a.end_to_end.max", 13.5 + 3 - 1);
  /* Shorter than a session: nobody notices. */
  const char *brief = BURST("10", "")
      "topic \"q\" {}\n"
      "service \"a\" { instances = 2, workers = 1, work = \"1s\", subscribe = { \"q\", prefetch = "
      "5, session = \"10s\" } }\n"
      "fault { hang \"a[1]\", at = \"3.5s\", lasts = \"9s\" }\n";
  expect(brief, "q.redeliveries", 0);
  expect(brief, "a.end_to_end.max", 5 + 9);
}

/* Aim: a message that vanishes on its way is not waited for for ever, nor is the place that it had
 * with its consumer: they come back when it is visible again, or when the connection has been
 * silent for a session. */
static void test_vanished(void **state) {
  (void)state;
#define VANISHED(MORE)                                                                    \
  "client \"c\" { arrivals = constant \"1/s\", target = \"q\" }\n"                        \
  "topic \"q\" { zone = \"x\" }\n"                                                        \
  "service \"a\" { zone = \"y\", workers = 1, work = \"100ms\", subscribe = { \"q\"" MORE \
  " } }\n"                                                                                \
  "fault { partition { \"x\", \"y\" }, at = \"10.5s\", lasts = \"2s\" }\n"
  const char *session = VANISHED(", session = \"20s\""), *seen = VANISHED(", visibility = \"5s\"");
  const char *texts[] = {session, seen};
  for (int i = 0; i < 2; i++) {
    expect(texts[i], "q.redeliveries", 1);
    expect(texts[i], "q.lost", 0);
    expect(texts[i], "q.duplicates", 0);
    expect(texts[i], "a.consumed", 100);
  }
  /* Sent at 11 s. */
  expect(session, "a.end_to_end.max", 20.1);
  expect(seen, "a.end_to_end.max", 5.1);
  expect(VANISHED(", ack = \"before\", session = \"20s\""), "q.lost", 1);
  expect(VANISHED(", ack = \"before\", session = \"20s\""), "a.consumed", 99);
}

/* Aim: work that fails is tried again, after a pause, so many times; then it is a dead letter. */
static void test_dead_letters(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 4, at = \"1s\" }, target = \"q\", mix = { bad = 1 } }\n"
      "topic \"q\" {}\n"
      "topic \"dlq\" { capacity = 3 }\n"
      "service \"a\" { workers = 1, on = { bad = { work \"1s\", fail() } }, subscribe = { \"q\", "
      "deliveries = 3, dead_letter = \"dlq\", backoff = \"30s\" } }\n";
  expect(text, "q.deliveries", 12);
  expect(text, "q.redeliveries", 8);
  expect(text, "a.failed_work", 12);
  expect(text, "q.dead_letters", 4);
  expect(text, "q.undelivered_dead", 1);
  expect(text, "dlq.published", 3);
  expect(text, "q.lost", 0);
  expect(text, "q.backlog.end", 0);
}

/* Aim: old messages are thrown away, and those only. */
static void test_retention(void **state) {
  (void)state;
  const char *text = BURST("10", "")
      "topic \"q\" { retention = \"5500ms\" }\n"
      "service \"a\" { workers = 1, work = \"2s\", subscribe = { \"q\" } }\n";
  expect(text, "a.consumed", 3);
  expect(text, "q.expired", 7);
  expect(text, "q.oldest.max", 5.5);
#define LATER(N, REST, WORK, SUBSCRIBE)         \
  "client \"c\" { arrivals = burst { " N        \
  ", at = \"1s\" }, target = \"p\" }\n"         \
  "service \"p\" { on = { publish { \"q\"" REST \
  " } } }\n"                                    \
  "topic \"q\" { retention = \"5500ms\" }\n"    \
  "service \"a\" { workers = 1, work = \"" WORK "\", subscribe = { \"q\"" SUBSCRIBE " } }\n"
  /* From 4 s to 6.5 s: at 4 s and 6 s. */
  expect(LATER("10", ", delay = \"3s\"", "2s", ""), "a.consumed", 2);
  expect(LATER("10", ", delay = \"3s\"", "2s", ""), "q.expired", 8);
  expect(LATER("10", ", delay = \"3s\"", "2s", ""), "q.oldest.max", 2.5);
  /* Its consumer has it until 7 s. */
  expect(LATER("1", ", delay = \"3s\"", "9s", ", visibility = \"3s\""), "q.expired", 1);
  expect(LATER("1", ", delay = \"3s\"", "9s", ", visibility = \"3s\""), "q.deliveries", 1);
  /* It never comes. */
  expect(LATER("1", ", delay = \"9s\"", "1s", ""), "q.expired", 1);
  expect(LATER("1", ", delay = \"9s\"", "1s", ""), "q.deliveries", 0);
}

/* Aim: a crash of the topic: durable messages stay, and what consumers finish meanwhile is done
 * twice; without that all is lost but what a consumer had in work. */
static void test_topic_crash(void **state) {
  (void)state;
#define BREAK(TOPIC)                                                      \
  BURST("10", "")                                                         \
  "topic \"q\" { " TOPIC                                                  \
  " }\n"                                                                  \
  "service \"a\" { workers = 1, work = \"4s\", subscribe = { \"q\" } }\n" \
  "fault { crash \"q\", at = \"2s\", lasts = \"1s\" }\n"
  expect(BREAK(""), "q.redeliveries", 1);
  expect(BREAK(""), "q.duplicates", 1);
  expect(BREAK(""), "q.consumed", 10);
  expect(BREAK(""), "q.lost", 0);
  expect(BREAK("durable = false"), "q.consumed", 1);
  expect(BREAK("durable = false"), "q.lost", 9);
  expect(BREAK("durable = false"), "q.backlog.end", 0);
}

/* Aim: consumers that come later, or leave, take their part and lose nothing. */
static void test_members(void **state) {
  (void)state;
  const char *text = BURST("20", "")
      "topic \"q\" {}\n"
      "service \"a\" { instances = 2, workers = 1, work = \"1s\", subscribe = { \"q\" } }\n"
      "fault { join \"a[2]\", at = \"6500ms\" }\n";
  expect(text, "a.consumed", 20);
  expect(text, "q.lost", 0);
  /* 5 by 6 s; from 6.5 s on two: the last one ends at 14 s. */
  expect(text, "a.end_to_end.max", 13);
}

/* Aim: a group that remembers what it has done does nothing twice, as long as it remembers; a topic
 * that does takes nothing twice from a publisher who has not heard of the first time. */
static void test_dedup(void **state) {
  (void)state;
#define AGAIN(DEDUP)                                                                \
  BURST("10", "")                                                                   \
  "topic \"q\" {}\n"                                                                \
  "service \"a\" { workers = 1, work = \"1s\", subscribe = { \"q\", prefetch = 8, " \
  "ack_every = 8, dedup = \"" DEDUP                                                 \
  "\" } }\n"                                                                        \
  "fault { crash \"a\", at = \"5500ms\", lasts = \"10s\" }\n"
  expect(AGAIN("0s"), "q.duplicates", 4);
  expect(AGAIN("1min"), "q.duplicates", 0);
  expect(AGAIN("1min"), "a.deduplicated", 4);
  expect(AGAIN("1min"), "q.consumed", 10);
  expect(AGAIN("1s"), "q.duplicates", 4); /* too short */
  /* Two at work at once: the result of the second is thrown away. */
  const char *both = BURST("1", "")
      "topic \"q\" {}\n"
      "service \"a\" { workers = 2, work = \"5s\", subscribe = { \"q\", visibility = \"3s\", "
      "dedup = \"1min\" } }\n";
  /* 1 s, 4 s, and 7 s, when the first one has ended: that is acknowledged at once. */
  expect(both, "q.deliveries", 3);
  expect(both, "q.consumed", 1);
  expect(both, "q.duplicates", 0);
  expect(both, "a.deduplicated", 2);
#define RETRIED(DEDUP)                                                                         \
  "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"w\" }\n"                     \
  "service \"w\" { on = { publish { \"q\", timeout = \"1s\", retry = { attempts = 3 } } } }\n" \
  "topic \"q\" { write = \"1500ms\", dedup = \"" DEDUP                                         \
  "\" }\n"                                                                                     \
  "service \"a\" { work = \"1s\", subscribe = { \"q\" } }\n"
  expect(RETRIED("0s"), "q.published", 9);
  expect(RETRIED("0s"), "q.consumed", 3);
  expect(RETRIED("0s"), "q.duplicates", 6);
  expect(RETRIED("1min"), "q.published", 3);
  expect(RETRIED("1min"), "q.deduplicated", 6);
  expect(RETRIED("1min"), "q.duplicates", 0);
}

/* Aim: a partition is one instance's, and in order; when that breaks the others take it over after
 * the session, and give it back when it returns. */
static void test_partitions(void **state) {
  (void)state;
#define LOG(N, INSTANCES, REST)                                           \
  "client \"c\" { arrivals = burst { 40, at = \"1s\" }, target = \"w\", " \
  "keys = uniform_keys { n = 1000000 } }\n"                               \
  "service \"w\" { on = { publish { \"q\", key = true } } }\n"            \
  "topic \"q\" { partitions = " N                                         \
  " }\n"                                                                  \
  "service \"a\" { instances = " INSTANCES                                \
  ", workers = 1, work = \"1s\", subscribe = { \"q\", "                   \
  "prefetch = 5, session = \"10s\" } }\n" REST
  expect(LOG("1", "4", ""), "a.end_to_end.max", 40); /* three have nothing to do */
  expect(LOG("1", "4", ""), "a.out_of_order", 0);
  double of_two = metric_of(LOG("2", "4", ""), "a.end_to_end.max", 100);
  assert_true(of_two >= 20 && of_two < 32);
  const char *broken = LOG("2", "2", "fault { crash \"a[1]\", at = \"3500ms\", lasts = \"1h\" }");
  expect(broken, "a.consumed", 40);
  expect(broken, "q.lost", 0);
  expect(broken, "q.rebalances", 1);
  expect(broken, "a.end_to_end.max", 38); /* a[1] did 2; a[2] is busy all the time */
  const char *returns = LOG("2", "2", "fault { crash \"a[1]\", at = \"3500ms\", lasts = \"2s\" }");
  expect(returns, "q.rebalances", 0); /* it was back within its session */
  expect(returns, "a.consumed", 40);
}

/* Aim: reply() acknowledges, and the work ends at its end. */
static void test_reply(void **state) {
  (void)state;
  const char *text = BURST("4", "")
      "topic \"q\" {}\n"
      "service \"a\" { workers = 1, on = { work \"1s\", reply(), work \"2s\" }, "
      "subscribe = { \"q\" } }\n"
      "fault { crash \"a\", at = \"5500ms\", lasts = \"1s\" }\n";
  expect(text, "q.redeliveries", 1); /* of the one that waited for its worker */
  expect(text, "q.lost", 1);         /* 4 s to 7 s: acknowledged at 5 s */
  expect(text, "q.consumed", 3);
}

/* Aim: an instance that hangs, or is cut off, loses its partition after a session of 10 s: what it
 * has, and what came for it meanwhile, waits so long and no longer; without a session until it is
 * back. What it had is done twice. */
static void test_silent(void **state) {
  (void)state;
#define SILENT(SESSION, FAULT)                                                              \
  EVERY("2/s", "")                                                                          \
  "region \"r\" { zones = { \"x\", \"y\" } }\n"                                             \
  "topic \"q\" { partitions = 2, zone = \"x\" }\n"                                          \
  "service \"a\" { instances = 2, zone = { \"x\", \"y\" }, workers = 1, work = \"100ms\", " \
  "subscribe = { \"q\", session = \"" SESSION "\" } }\nfault { " FAULT                      \
  ", at = \"10.05s\", lasts = \"60s\" }\n"
  const char *hangs = SILENT("10s", "hang \"a[2]\"");
  double most = metric_of(hangs, "a.end_to_end.max", 100);
  if (most < 9 || most > 12) fail_msg("what waits for a hung instance takes %g s", most);
  expect(hangs, "q.rebalances", 2);
  expect(hangs, "q.redeliveries", 1);
  expect(hangs, "q.duplicates", 1);
  expect(hangs, "q.lost", 0);
  expect(hangs, "q.backlog.end", 0);
  const char *late = SILENT("80s", "hang \"a[2]\"");
  assert_true(metric_of(late, "a.end_to_end.max", 100) > 59);
  expect(late, "q.rebalances", 0);
  expect(late, "q.duplicates", 0);
  const char *cut = SILENT("10s", "partition { \"x\", \"y\" }");
  most = metric_of(cut, "a.end_to_end.max", 100);
  if (most < 9 || most > 12) fail_msg("what waits for an instance cut off takes %g s", most);
  expect(cut, "q.rebalances", 2);
  expect(cut, "q.duplicates", 0);
  expect(cut, "q.lost", 0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } cases[] = {
      {"topic \"q\" {} service \"a\" { subscribe = { \"p\" } }", "there is no component \"p\""},
      {"service \"b\" {} service \"a\" { subscribe = { \"b\" } } topic \"q\" {}",
       "\"b\" is a service; name a topic"},
      {"topic \"q\" {} service \"a\" { subscribe = {} }", "key 'topic' is missing"},
      {"topic \"q\" {} service \"a\" { subscribe = { \"q\", topic = \"q\" } }", "given twice"},
      {"topic \"q\" {} service \"a\" { subscribe = { \"q\", ack = \"never\" } }", "after"},
      {"topic \"q\" {} service \"a\" { subscribe = { \"q\", dead_letter = \"q\", deliveries = 1 } "
       "}",
       "come back to it"},
      {"topic \"q\" {} topic \"r\" {} service \"a\" { subscribe = { \"q\", deliveries = 2, "
       "dead_letter = \"r\" } } service \"b\" { subscribe = { \"r\", deliveries = 2, "
       "dead_letter = \"q\" } }",
       "would go round for ever"},
      {"topic \"q\" {} topic \"r\" {} service \"a\" { subscribe = { \"q\", dead_letter = \"r\" } }",
       "deliveries"},
      {"topic \"q\" {} service \"a\" { workers = 2, queue = 1, subscribe = { \"q\", prefetch = 4 } "
       "}",
       "has room for 3"},
      {"topic \"q\" {} service \"a\" { workers = 2, subscribe = { \"q\", ack_every = 4 } }",
       "at most 2 messages"},
      {"topic \"q\" {} service \"a\" { subscribe = { \"q\", group = \"g\", visibility = \"1s\" } } "
       "service \"b\" { subscribe = { \"q\", group = \"g\" } }",
       "differ from those of \"a\""},
      {"topic \"q\" { partitions = 0 }", "partitions"},
      {"topic \"q\" { partitions = 2, order = \"by_key\" }", "partitions are logs"},
      {"topic \"q\" { instances = 2 }", "a topic is one instance"},
      {"topic \"q\" { full = \"block\" }", "capacity"},
      {"topic \"q\" { delay = \"5s\", retention = \"5s\" }", "retention is not longer than delay"},
      {"topic \"q\" { order = \"priority\" }", "needs 'priority'"},
      {"topic \"q\" { order = \"by_key\", capacity = 1, full = \"drop_oldest\" }",
       "gap in the order"},
      {"topic \"q\" {} service \"a\" { on = { call \"q\" } }", "write publish \"q\""},
      {"topic \"q\" {} service \"a\" { on = { publish \"b\" } } service \"b\" {}",
       "messages are published to a topic"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[600];
    snprintf(text, sizeof text, "%s\n%s\n", EVERY("1/s", ""), cases[i].text);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].text, got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_groups),         cmocka_unit_test(test_publish),
      cmocka_unit_test(test_who_publishes),  cmocka_unit_test(test_delay_order),
      cmocka_unit_test(test_full),           cmocka_unit_test(test_order),
      cmocka_unit_test(test_consumer_crash), cmocka_unit_test(test_visibility),
      cmocka_unit_test(test_idle_crash),     cmocka_unit_test(test_idle_crash_worked),
      cmocka_unit_test(test_drains),         cmocka_unit_test(test_hangs),
      cmocka_unit_test(test_vanished),       cmocka_unit_test(test_dead_letters),
      cmocka_unit_test(test_retention),      cmocka_unit_test(test_joins),
      cmocka_unit_test(test_topic_crash),    cmocka_unit_test(test_members),
      cmocka_unit_test(test_partitions),     cmocka_unit_test(test_dedup),
      cmocka_unit_test(test_reply),          cmocka_unit_test(test_silent),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("topic", tests, folder_make, folder_remove);
}

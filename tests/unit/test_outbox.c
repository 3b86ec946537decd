/* Aim: each write leaves one message, which comes to the topic whatever crashes, at the time worked
 * out by hand; one that is published again is known to be the same. */
#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (got > value + 1e-9 || got < value - 1e-9) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Ten orders, at 0.05, 1.05 s and so on, which take 0.1 s; the relay looks each second. */
#define ORDERS ", ops = { \"order\" }"
#define SHOP(OUTBOX, MORE)                                                                        \
  "client \"c\" { arrivals = trace { csv = \"t.csv\" }, target = \"db\" }\n"                      \
  "database \"db\" { write = \"100ms\", write_ops = { \"order\", \"note\" }, outbox = { topic = " \
  "\"q\", every = \"1s\"" OUTBOX                                                                  \
  " } }\n"                                                                                        \
  "topic \"q\" { write = \"10ms\" }\n"                                                            \
  "service \"r\" { subscribe = { \"q\"" MORE " } }\n"

static int orders(void **state) {
  char text[512];
  int n = snprintf(text, sizeof text, "time,op\n");
  for (int i = 0; i < 10; i++) {
    n += snprintf(text + n, sizeof text - (size_t)n, "%d.05,order\n", i);
  }
  snprintf(text + n, sizeof text - (size_t)n, "60,note\n");
  if (folder_make(state) != 0) return -1;
  write_file("t.csv", text);
  return 0;
}

/* Aim: a message is published when the relay looks next, and the topic has it 10 ms later. */
static void test_relayed(void **state) {
  (void)state;
  const char *text = SHOP(ORDERS, "");
  expect(text, "db.relayed", 10);
  expect(text, "db.relayed_again", 0);
  expect(text, "db.relay_delay.mean", 1 - 0.15 + 0.01);
  expect(text, "db.outbox.end", 0);
  expect(text, "r.consumed", 10);
  expect(SHOP("", ""), "db.relayed", 11);
  expect(SHOP(", ops = { \"note\" }", ""), "db.relayed", 1);
}

/* Aim: while the topic is away messages wait, and come when it is back, each once; a batch that is
 * full is followed by the next one at once. The topic is down from 2.5 to 7.5 s: what was written
 * at 2.15 to 6.15 s is published at 8 s, of which the last two wait 10 ms more. */
static void test_waits(void **state) {
  (void)state;
  const char *text = SHOP(ORDERS, "") "fault { crash \"q\", at = \"2.5s\", lasts = \"5s\" }\n";
  expect(text, "db.relayed", 10);
  expect(text, "db.relay_delay.max", 8.01 - 2.15);
  expect(text, "q.published", 10);
  expect(text, "r.duplicates", 0);
  expect(text, "db.relayed_again", 5); /* one message asks each second if it is back */
  const char *few =
      SHOP(ORDERS ", batch = 2", "") "fault { crash \"q\", at = \"2.5s\", lasts = \"5s\" }\n";
  expect(few, "db.relayed", 10);
  expect(few, "db.relay_delay.max", 8.01 - 2.15);
  expect(few, "db.outbox.end", 0);
  /* One message at 8.01 s, two at 8.02, two at 8.03, and one; the other four 0.86 s each. */
  expect(few, "db.relay_delay.mean", (5.86 + 4.87 + 3.87 + 2.88 + 1.88 + 0.89 + 4 * 0.86) / 10);
}

/* Aim: the database crashes while the topic writes down the second message: the relay does not know
 * that it is there, and publishes it again. The consumer does it twice, unless it, or the topic,
 * remembers. */
static void test_again(void **state) {
  (void)state;
#define CRASH "fault { crash \"db\", at = \"2.005s\", lasts = \"0.03s\" }\n"
  const char *text = SHOP(ORDERS, "") CRASH;
  expect(text, "db.relayed", 10);
  expect(text, "db.relayed_again", 1);
  expect(text, "q.published", 11);
  expect(text, "r.duplicates", 1);
  expect(text, "q.duplicates", 1);
  const char *remembers = SHOP(ORDERS, ", dedup = \"1h\"") CRASH;
  expect(remembers, "r.duplicates", 0);
  expect(remembers, "r.consumed", 10);
  expect(remembers, "r.deduplicated", 1);
}

/* Aim: a topic that has a message and takes its time is waited for, however long that is: it is
 * written down for 3 s, or the topic hangs. What vanished is sent again when the relay looks a
 * second later. */
static void test_slow_topic(void **state) {
  (void)state;
#define SLOW(WRITE, FAULT)                                                                       \
  "region \"site\" { zones = { \"a\", \"b\" } }\n"                                               \
  "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"db\", mix = { write = 1 } }\n" \
  "database \"db\" { zone = \"a\", outbox = { topic = \"q\", every = \"1500ms\" } }\n"           \
  "topic \"q\" { zone = \"b\", write = \"" WRITE "\" }\n" FAULT
  const char *slow = SLOW("3s", "");
  expect(slow, "db.relay_delay.max", 1.5 - 1 + 3);
  expect(slow, "db.relayed_again", 0);
  expect(slow, "q.published", 3);
  const char *hangs = SLOW("0ms", "fault { hang \"q\", at = \"500ms\", lasts = \"10s\" }\n");
  expect(hangs, "db.relay_delay.max", 10.5 - 1);
  expect(hangs, "db.relayed_again", 0);
  expect(hangs, "q.published", 3);
  const char *cut =
      SLOW("0ms", "fault { partition { \"a\", \"b\" }, at = \"500ms\", lasts = \"2s\" }\n");
  expect(cut, "db.relay_delay.max", 3 - 1);
  expect(cut, "db.relayed_again", 3);
  expect(cut, "q.published", 3);
}

/* Aim: a topic that takes a message in no time answers before the next one is sent: while half of
 * the messages and answers are lost the relay goes on all the same, and none waits in the end. */
static void test_at_once(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant(profile { { \"0s\", \"60/s\" }, { \"15s\", \"0/s\" }, "
      "steps = true }), target = \"db\" }\n"
      "database \"db\" { write_ops = { \"default\" }, outbox = { topic = \"q\" } }\n"
      "topic \"q\" {}\n"
      "service \"r\" { subscribe = { \"q\" } }\n"
      "fault { drop { \"db\", \"q\", ratio = \"50%\" }, at = \"2s\", lasts = \"5s\" }\n";
  expect(text, "db.relayed", 900);
  expect(text, "db.outbox.end", 0);
}

/* --- with copies ---------------------------------------------------------------------------- */

#define COPIED(MORE)                                                                            \
  "region \"site\" { zones = { \"a\", \"b\" } }\n"                                              \
  "path { from = \"a\", to = \"b\", latency = \"200ms\" }\n"                                    \
  "client \"c\" { arrivals = constant(profile { { \"0s\", \"100/s\" }, { \"20s\", \"0/s\" }, "  \
  "steps = true }), target = \"db\", mix = { write = 1 }, keys = uniform_keys { n = 1000 } }\n" \
  "database \"db\" { outbox = { topic = \"q\", every = \"50ms\" }, copies = { n = 3, zone = { " \
  "\"a\", \"b\", \"b\" }" MORE                                                                  \
  "topic \"q\" {}\n"                                                                            \
  "service \"r\" { subscribe = { \"q\", dedup = \"1h\" } }\n"                                   \
  "fault { crash \"db[1]\", at = \"10s\", lasts = \"40s\" }\n"
#define PROMOTED                                                                               \
  "control \"ha\" { heartbeat = \"db\", every = \"10ms\", timeout = \"5ms\", act = promote { " \
  "\"db\" } }\n"

static double of(const char *text, const char *name) {
  return metric_of(text, name, 100);
}

/* Aim: copies in sync lose no write and no message, and the topic has none of a lost write: all
 * that were answered are there, and those on their way when the primary crashed may be. */
static void test_copied(void **state) {
  (void)state;
  static const char *const copies[] = {
      ", write = 2 } }\n" PROMOTED, ", elect = { timeout = \"2s\" } } }\n",
      ", write = 2 }, instances = 2, shards = \"hash\" }\n" PROMOTED};
  for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
    char text[4096];
    snprintf(text, sizeof text, COPIED("%s"), copies[i]);
    double answered = of(text, "c.availability") * 2000, there = of(text, "r.consumed");
    if (!(there >= answered - 0.5 && there <= answered + 100 * 0.4 + 2)) {
      fail_msg("%g answered, %g there:\n%s", answered, there, text);
    }
    expect(text, "db.relayed_lost", 0);
    expect(text, "db.lost_writes", 0);
    expect(text, "db.outbox.end", 0);
  }
}

/* Aim: while the topic is away messages wait at the primary; who takes over has them, and publishes
 * them when it is back. */
static void test_inherited(void **state) {
  (void)state;
  const char *text =
      COPIED(", write = 2 } }\n" PROMOTED) "fault { crash \"q\", at = \"5s\", lasts = \"20s\" }\n";
  double answered = of(text, "c.availability") * 2000, there = of(text, "r.consumed");
  assert_true(answered > 1900 && there >= answered - 0.5 && there <= answered + 42);
  expect(text, "db.outbox.end", 0);
  assert_true(of(text, "db.relay_delay.max") > 20);
}

/* Aim: of asynchronous writes those are lost that were on their way, 100/s for the 200 ms less the
 * time until the promotion; the topic has their messages, but for those of the last 50 ms. A topic
 * that was away has none of them. */
static void test_lost(void **state) {
  (void)state;
  const char *text = COPIED(" } }\n" PROMOTED);
  double lost = of(text, "db.lost_writes");
  assert_true(lost > 13 && lost < 20);
  double told = of(text, "db.relayed_lost");
  assert_true(told >= lost - 6 && told <= lost && told > 8);
  expect(text, "db.outbox.end", 0);
  const char *away =
      COPIED(" } }\n" PROMOTED) "fault { crash \"q\", at = \"5s\", lasts = \"20s\" }\n";
  expect(away, "db.lost_writes", lost);
  expect(away, "db.relayed_lost", 0);
  expect(away, "r.consumed", of(away, "db.writes") - lost);
}

static void test_mistakes(void **state) {
  (void)state;
  const char *message = mistake(
      "client \"c\" { arrivals = constant \"1/s\", target = \"db\" }\n"
      "database \"db\" { outbox = { topic = \"s\" } }\nservice \"s\" {}\n");
  assert_non_null(strstr(message, "messages go to a topic"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_relayed),   cmocka_unit_test(test_waits),
      cmocka_unit_test(test_again),     cmocka_unit_test(test_slow_topic),
      cmocka_unit_test(test_at_once),   cmocka_unit_test(test_copied),
      cmocka_unit_test(test_inherited), cmocka_unit_test(test_lost),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, orders, folder_remove);
}

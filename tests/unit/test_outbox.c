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

static void test_mistakes(void **state) {
  (void)state;
  const char *message = mistake(
      "client \"c\" { arrivals = constant \"1/s\", target = \"db\" }\n"
      "database \"db\" { outbox = { topic = \"s\" } }\nservice \"s\" {}\n");
  assert_non_null(strstr(message, "messages go to a topic"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_relayed), cmocka_unit_test(test_waits),    cmocka_unit_test(test_again),
      cmocka_unit_test(test_at_once), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, orders, folder_remove);
}

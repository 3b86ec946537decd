/* Aim: messages that are published in batches wait for others as long as the batch says, go
 * together, and cost a topic with writers one write; against what is known of batches of a Poisson
 * process, and on schedules computed by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect_within(const char *text, double until_s, const char *name, double value,
                          double by) {
  double got = metric_of(text, name, until_s);
  if (!(fabs(got - value) <= by)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

static void expect(const char *text, const char *name, double value) {
  expect_within(text, 20, name, value, 1e-9 * (1 + fabs(value)));
}

#define PUBLISHES(ARRIVALS, KEYS)                 \
  "client \"c\" { arrivals = " ARRIVALS           \
  ", target = \"s\" }\n"                          \
  "service \"s\" { on = { publish { \"t\", " KEYS \
  " } } }\n"                                      \
  "service \"w\" { subscribe = { \"t\" } }\n"

/* Aim: the first of a batch opens it, and all that come within `linger` go with it: 1 + rate x
 * linger on average, of which the first waits for all of it and the others for half of it. */
static void test_poisson(void **state) {
  (void)state;
  const char *text = PUBLISHES("poisson \"1000/s\"",
                               "batch = { size = 1000, linger = \"20ms\" }") "topic \"t\" {}\n";
  double others = 1000 * 0.02;
  /* About 19,000 batches; their sizes vary by sqrt(20). */
  expect_within(text, 400, "s.t.batch.size", 1 + others, 4 * sqrt(others / 19000));
  double wait = 0.02 * (1 + others / 2) / (1 + others);
  expect_within(text, 400, "s.t.batch.wait.mean", wait, 0.003 * wait);
}

/* Aim: a full batch goes at once; what is left over goes when its time is over; each message is
 * answered by itself. */
static void test_full(void **state) {
  (void)state;
  const char *text = PUBLISHES("burst { 7, at = \"1s\" }",
                               "batch = { size = 3, linger = \"50ms\" }") "topic \"t\" {}\n";
  expect(text, "s.t.batches", 3);
  expect(text, "s.t.batch.size", 7.0 / 3);
  expect(text, "c.latency.max", 0.05);
  expect(text, "c.latency.mean", 0.05 / 7);
  expect(text, "t.published", 7);
}

/* Aim: one writer writes one batch, or one message, in 10 ms; of a batch each takes its part. */
static void test_writes(void **state) {
  (void)state;
#define WRITER "topic \"t\" { write = \"10ms\", writers = 1 }\n"
  const char *alone =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"s\" }\n"
      "service \"s\" { on = { publish \"t\" } }\n"
      "service \"w\" { subscribe = { \"t\" } }\n" WRITER;
  expect(alone, "c.latency.max", 0.05);
  expect(alone, "c.latency.min", 0.01);
  expect(alone, "t.utilization", 0.05 / 20);
  const char *together =
      PUBLISHES("burst { 5, at = \"1s\" }", "batch = { size = 5, linger = \"1s\" }") WRITER;
  expect(together, "c.latency.max", 0.01);
  expect(together, "c.latency.min", 0.002);
  expect(together, "t.utilization", 0.01 / 20);
}

/* Aim: what a writer can do is batches: 400/s of single messages are four times too many for one
 * that takes 10 ms, and in batches of 20 a fifth of it. */
static void test_capacity(void **state) {
  (void)state;
  const char *alone = PUBLISHES("constant \"400/s\"", "timeout = \"1s\"") WRITER;
  expect_within(alone, 20, "t.published", 2000, 1);
  const char *together =
      PUBLISHES("constant \"400/s\"", "batch = { size = 20, linger = \"1s\" }") WRITER;
  expect_within(together, 20, "t.utilization", 0.2, 0.001);
  expect_within(together, 20, "c.availability", 1, 0);
}

/* Aim: a message that its publisher gives up leaves its batch, and the others go when they would
 * have. */
static void test_given_up(void **state) {
  (void)state;
  const char *text =
      "client \"early\" { arrivals = burst { 1, at = \"1s\" }, target = \"s\", timeout = \"20ms\" "
      "}\n"
      "client \"late\" { arrivals = burst { 1, at = \"1010ms\" }, target = \"s\" }\n"
      "service \"s\" { cancel = \"running\", on = { publish { \"t\", batch = { size = 3, linger = "
      "\"50ms\" } } } }\n"
      "service \"w\" { subscribe = { \"t\" } }\ntopic \"t\" {}\n";
  expect(text, "early.errors.timeout", 1);
  expect(text, "late.latency.max", 0.04);
  expect(text, "t.published", 1);
  expect(text, "s.t.batch.size", 1);
}

/* Aim: a crash of the publisher takes the messages that wait, and the next batch is a new one. */
static void test_crash(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"100/s\", target = \"s\" }\n"
      "service \"s\" { on = { publish { \"t\", batch = { size = 10, linger = \"1s\" } "
      "} } }\n"
      "service \"w\" { subscribe = { \"t\" } }\ntopic \"t\" {}\n"
      "fault { crash \"s\", at = \"10045ms\", lasts = \"1ms\" }\n";
  expect(text, "c.errors.reset", 5); /* those of 10 s to 10.04 s */
  expect(text, "t.published", 1990); /* and 1,995 less the last five, which still wait */
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } cases[] = {
      {PUBLISHES("poisson \"1/s\"", "batch = { size = 1 }") "topic \"t\" {}\n", "size"},
      {PUBLISHES("poisson \"1/s\"", "batch = { linger = \"1s\" }") "topic \"t\" {}\n",
       "'size' is missing"},
      {PUBLISHES("poisson \"1/s\"",
                 "batch = { size = 2, linger = \"1s\" }, deadline = \"1s\"") "topic \"t\" {}\n",
       "make linger shorter than deadline"},
      {PUBLISHES("poisson \"1/s\"", "key = true") "topic \"t\" { writers = 1 }\n",
       "means nothing without write"},
      {PUBLISHES("poisson \"1/s\"", "key = true") "topic \"t\" {}\ngoal \"t.utilization < 1\"\n",
       "this topic has no workers"},
      {PUBLISHES("poisson \"1/s\"", "key = true") "topic \"t\" {}\ncontrol \"k\" { watch = "
                                                  "\"t.queue\", above = 1, act = alert() }\n",
       "has no workers and no queue"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *got = mistake(cases[i].text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].text, got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_poisson),  cmocka_unit_test(test_full),
      cmocka_unit_test(test_writes),   cmocka_unit_test(test_capacity),
      cmocka_unit_test(test_given_up), cmocka_unit_test(test_crash),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

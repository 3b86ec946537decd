/* Aim: writes that lock rows, of `row_locks` or of a transaction, are written down, sent again,
 * fenced off and compared as any others are, by one database and by copies: counted by hand. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 60);
  if (!(fabs(got - value) < 1e-9))
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
}

static const char *const copies[] = {"", "copies = { n = 3, write = 2 },"};
#define EACH(I) for (size_t I = 0; I < sizeof copies / sizeof *copies; I++)

/* Aim: each try of 15 ms is given up, and its write is done at 20 ms: three writes of one, which a
 * database that remembers its key does once. */
static void test_sent_again(void **state) {
  (void)state;
  char text[800];
  EACH(i) {
    for (int keeps = 0; keeps < 2; keeps++) {
      snprintf(text, sizeof text,
               "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"db\", mix = { write "
               "= 1 }, keys = uniform_keys { n = 1 }, timeout = \"15ms\", retry = { attempts = 3, "
               "backoff = \"1s\" } }\n"
               "client \"d\" { arrivals = burst { 1, at = \"9s\" }, target = \"db\", mix = { write "
               "= 1 }, keys = uniform_keys { n = 1 } }\n"
               "database \"db\" { %s write = \"20ms\", row_locks = true, idempotency = { keep = "
               "\"%s\" } }\n",
               copies[i], keeps ? "1h" : "0s");
      expect(text, "db.writes", keeps ? 2 : 4);
      expect(text, "db.repeated", keeps ? 2 : 0);
      expect(text, "db.duplicates", keeps ? 0 : 2);
      expect(text, "d.latency.max", 0.02); /* the row is free */
    }
  }
}

/* Aim: a write that is sent again while the log is not there yet frees its row when it is. */
static void test_sent_again_early(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"db\", mix = { write = 1 }, "
      "keys = uniform_keys { n = 1 }, timeout = \"15ms\", retry = { attempts = 3, backoff = "
      "\"1s\" } }\n"
      "client \"o\" { arrivals = constant \"100/s\", target = \"db\", mix = { write = 1 }, keys = "
      "uniform_keys { n = 1000000 } }\n"
      "client \"d\" { arrivals = burst { 1, at = \"9s\" }, target = \"db\", mix = { write = 1 }, "
      "keys = uniform_keys { n = 1 } }\n"
      "region \"r\" { zones = { \"x\", \"y\" } }\n"
      "path { from = \"x\", to = \"y\", latency = \"50ms\" }\n"
      "database \"db\" { write = \"20ms\", row_locks = true, idempotency = { keep = \"1h\" }, "
      "copies = { n = 3, zone = { \"x\", \"y\", \"y\" }, write = 2 } }\n";
  expect(text, "db.repeated", 2);
  expect(text, "db.lock_waiting.end", 0);
  expect(text, "d.latency.max", 0.12);
}

/* Aim: a message of each write, and of none that is aborted. */
static void test_outbox(void **state) {
  (void)state;
  char text[1000];
  EACH(i) {
    snprintf(
        text, sizeof text,
        "client \"c\" { arrivals = constant \"1/s\", target = \"db\", mix = { read = 0.5, write "
        "= 0.5 }, keys = uniform_keys { n = 1 } }\n"
        "topic \"t\" {}\nservice \"s\" { subscribe = \"t\" }\n"
        "database \"db\" { %s row_locks = true, outbox = { topic = \"t\", every = \"1ms\" } "
        "}\n",
        copies[i]);
    expect(text, "db.relayed", metric_of(text, "db.writes", 60));
    assert_true(metric_of(text, "db.reads", 60) > 0);
    for (int fails = 0; fails < 2; fails++) {
      snprintf(
          text, sizeof text,
          "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"a\", keys = "
          "uniform_keys { n = 9 } }\n"
          "service \"a\" { on = { transaction { call { \"db\", op = \"write\" }, call { \"o\", "
          "op = \"write\" }, commit = \"2pc\" } } }\n"
          "topic \"t\" {}\nservice \"s\" { subscribe = \"t\" }\ndatabase \"o\" {}\n"
          "database \"db\" { %s write = \"1ms\", outbox = { topic = \"t\", every = \"1ms\" } "
          "}\n%s",
          copies[i], fails ? "fault { crash \"o\", at = \"0s\", lasts = \"60s\" }\n" : "");
      expect(text, "db.writes", fails ? 0 : 5);
      expect(text, "db.relayed", fails ? 0 : 5);
      expect(text, "a.half_applied", 0);
    }
  }
}

/* Aim: a read under a lock is an entry of the log, and no message. */
static void test_reads_leave_no_message(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"a\", keys = uniform_keys { n "
      "= 1 } }\n"
      "service \"a\" { on = { lock { \"l\", lease = \"5s\" }, call { \"db\", op = \"read\" }, call "
      "{ \"db\", op = \"write\" }, unlock() } }\n"
      "lock_service \"l\" {}\ntopic \"t\" {}\nservice \"s\" { subscribe = \"t\" }\n"
      "database \"db\" { copies = { n = 3, write = 2 }, fencing = true, outbox = { topic = \"t\" } "
      "}\n";
  expect(text, "db.reads", 3);
  expect(text, "db.writes", 3);
  expect(text, "db.relayed", 3);
}

/* Aim: of five who read the same version one writes, and who comes later has the row. */
static void test_compared(void **state) {
  (void)state;
  char text[800];
  EACH(i) {
    snprintf(
        text, sizeof text,
        "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"a\", keys = "
        "uniform_keys { n = 1 } }\n"
        "service \"a\" { on = { call { \"db\", op = \"read\" }, call { \"db\", op = \"write\", "
        "if_unchanged = true } } }\n"
        "client \"d\" { arrivals = burst { 1, at = \"9s\" }, target = \"a\", keys = "
        "uniform_keys { n = 1 } }\n"
        "database \"db\" { %s read = \"1ms\", write = \"1ms\", row_locks = true }\n",
        copies[i]);
    expect(text, "db.changed", 4);
    expect(text, "db.writes", 2);
    expect(text, "d.latency.max", 0.002);
  }
}

/* Aim: of one lock that was held twice what its first holder writes late is turned away, though it
 * has the row; the second holder's write is done. */
static void test_fenced(void **state) {
  (void)state;
  write_file("at.csv", "time\n1\n1.5\n");
  char text[900];
  EACH(i) {
    snprintf(
        text, sizeof text,
        "client \"c\" { arrivals = trace { csv = \"at.csv\" }, target = \"a\", keys = "
        "uniform_keys { n = 1 } }\n"
        "service \"a\" { on = { lock { \"l\", lease = \"2s\", renew = false, timeout = "
        "\"20s\" }, call { \"db\", op = \"read\" }, work \"8s\", call { \"db\", op = \"write\" "
        "} } }\n"
        "lock_service \"l\" {}\n"
        "database \"db\" { %s write = \"10ms\", row_locks = true, fencing = true }\n",
        copies[i]);
    expect(text, "db.fenced", 1);
    expect(text, "db.writes", 1);
    expect(text, "l.stale_writes", 0);
  }
}

/* Aim: what was not shipped when the data were lost is lost: the writes of 6 and 7 s, as the
 * transfer of 5 s had those before, and that of 8 s was not done. */
static void test_shipped(void **state) {
  (void)state;
  write_file("each.csv",
             "time,op\n1,write\n2,write\n3,write\n4,write\n6,write\n7,write\n8,write\n");
  char text[800];
  EACH(i) {
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = trace { csv = \"each.csv\" }, target = \"db\", keys = "
             "uniform_keys { n = 1 } }\n"
             "client \"d\" { arrivals = burst { 1, at = \"20s\" }, target = \"db\", mix = { write "
             "= 1 }, keys = uniform_keys { n = 1 } }\n"
             "database \"db\" { %s write = \"10ms\", row_locks = true, ship = { every = \"5s\" } "
             "}\n"
             "fault { lose \"db\", at = \"8.005s\", lasts = \"1s\" }\n",
             copies[i]);
    expect(text, "db.lost_writes", 2);
    expect(text, "d.latency.max", 0.01); /* nobody has the row */
  }
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"ship = { every = \"1s\" }", "takes part in a transaction and has ship"},
      {"idempotency = { keep = \"1h\" }, copies = { n = 3 }",
       "takes part in a transaction and has idempotency and copies"},
      {"fencing = true", "takes part in a transaction and has fencing"},
      {"copies = { n = 3 }, fencing = true", "takes part in a transaction and has fencing"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[600];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = constant \"1/s\", target = \"a\", keys = uniform_keys { n "
             "= 9 } }\n"
             "service \"a\" { on = { transaction { call { \"db\", op = \"write\" }, call { \"o\", "
             "op = \"write\" }, commit = \"2pc\" } } }\n"
             "database \"o\" {}\ndatabase \"db\" { %s }\n",
             bad[i][0]);
    const char *got = mistake(text);
    if (!strstr(got, bad[i][1])) fail_msg("%s\n%s", got, text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sent_again), cmocka_unit_test(test_sent_again_early),
      cmocka_unit_test(test_outbox),     cmocka_unit_test(test_reads_leave_no_message),
      cmocka_unit_test(test_compared),   cmocka_unit_test(test_fenced),
      cmocka_unit_test(test_shipped),    cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("row_locks", tests, folder_make, folder_remove);
}

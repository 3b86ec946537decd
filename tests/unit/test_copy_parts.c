/* Aim: transactions over databases that have copies: a vote and a decision are as durable as a
 * write of the database, and cost a round to its copies; a lock that is not of a prepared write
 * ends with the primary that had it. */
#include <math.h>

#include "test_script_load.h"

#define PLACE(WAY)                       \
  "region \"r\" { zones = { \"z\" } }\n" \
  "path { from = \"z\", to = \"z\", latency = \"" WAY "\" }\n"
#define CLIENT                                                                                   \
  "client \"c\" { arrivals = constant \"1/s\", target = \"app\", keys = uniform_keys { n = 1 } " \
  "}\n"
#define APP(MORE)                                                                          \
  "service \"app\" { zone = \"z\", on = { transaction { call { \"from\", op = \"debit\", " \
  "timeout = \"20s\" }, call { \"to\", op = \"credit\", timeout = \"20s\" }, " MORE " } } }\n"
#define STORE(NAME, OP, WRITE, COPIES)                                               \
  "database \"" NAME "\" { zone = \"z\", write = \"" WRITE "\", write_ops = { \"" OP \
  "\" }, "                                                                           \
  "copies = { n = 3, " COPIES " } }\n"
#define ELECT "elect = { timeout = \"300ms\" }"
#define CRASH(WHO, AT, LASTS) \
  "fault { crash \"" WHO "\", at = \"" AT "\", lasts = \"" LASTS "\" }\n"

#define TWO_PHASE                                                                    \
  PLACE("10ms")                                                                      \
  CLIENT APP("commit = \"2pc\", log = \"1ms\"") STORE("from", "debit", "5ms", ELECT) \
      STORE("to", "credit", "5ms", ELECT)

static void expect_near(const char *text, const char *name, double value, double tolerance) {
  double got = metric_of(text, name, 30);
  if (!(fabs(got - value) <= tolerance)) {
    fail_msg("%s is %.12g instead of %.12g +- %.3g:\n%s", name, got, value, tolerance, text);
  }
}

static void expect(const char *text, const char *name, double value) {
  expect_near(text, name, value, 1e-9);
}

/* Aim: a way takes 10 ms, and so a round to the copies 20 ms. A vote comes after the way there, 5
 * ms of work, a round and the way back: 45 ms. The decision takes 1 ms on the disk of who makes it,
 * and is heard after two ways and a round: 40 ms. The row is kept from the work until then, but for
 * the way back: 76 - 15 ms. */
static void test_no_fault(void **state) {
  (void)state;
  expect(TWO_PHASE, "app.committed", 30);
  expect(TWO_PHASE, "app.half_applied", 0);
  expect(TWO_PHASE, "c.latency.max", 0.086);
  expect(TWO_PHASE, "c.latency.mean", 0.086);
  expect(TWO_PHASE, "from.prepared", 0.061);
  expect(TWO_PHASE, "from.writes", 30);
  expect(TWO_PHASE, "to.writes", 30);
  /* A vote is an entry of the log that readers do not see. */
  expect(TWO_PHASE, "to.applied", 120);
  expect(TWO_PHASE, "from.behind.end", 0);
  const char *alone = PLACE("10ms") CLIENT APP("commit = \"none\"")
      STORE("from", "debit", "5ms", ELECT) STORE("to", "credit", "5ms", ELECT);
  expect(alone, "c.latency.max", 0.09);
  expect(alone, "from.writes", 30);
}

/* Aim: the coordinator is down from 10.05 to 20.05 s, when both have voted and nobody has decided;
 * at 11 s a primary crashes, too. Who is elected in its place keeps the row: a write of it at 14 s
 * waits until the coordinator is back, and for the way, a round, and its own work and round. */
static void test_in_doubt(void **state) {
  (void)state;
#define OTHER(AT)                                   \
  "client \"d\" { arrivals = burst { 1, at = \"" AT \
  "\" }, target = \"from\", timeout = \"20s\", "    \
  "mix = { debit = 1 }, keys = uniform_keys { n = 1 } }\n"
  const char *text =
      TWO_PHASE OTHER("14s") CRASH("app", "10.046s", "10s") CRASH("from[1]", "11s", "8s");
  expect(text, "from.promotions", 1);
  expect(text, "app.in_doubt", 1);
  expect(text, "app.half_applied", 0);
  expect_near(text, "d.latency.max", 20.046 + 0.01 + 0.02 - 14 + 0.005 + 0.02, 1e-6);
  expect(text, "from.prepared.end", 0);
  expect(text, "from.lost_writes", 0);
  /* The same where a copy that had nothing to say has the row only in its log. */
  const char *twice = TWO_PHASE OTHER("17s") CRASH("app", "10.046s", "10s")
      CRASH("from[1]", "11s", "3s") CRASH("from[2]", "15s", "3s") CRASH("from[3]", "15s", "0.5s");
  expect(twice, "app.half_applied", 0);
  expect_near(twice, "d.latency.max", 20.076 - 17 + 0.025, 0.01);
}

/* Aim: a write of a locked row holds it until its copies have it (10 ms of work and a round of
 * 10 ms): an M/D/1 queue with rho = 0.5, in which a write waits 10 ms on average (Pollaczek and
 * Khinchine). */
static void test_hot_row(void **state) {
  (void)state;
  const char *text = PLACE("5ms")
      "client \"c\" { arrivals = poisson \"25/s\", target = \"db\", mix = { write = 1 }, "
      "keys = uniform_keys { n = 1 } }\n"
      "database \"db\" { workers = 64, write = \"10ms\", row_locks = true, zone = \"z\", "
      "copies = { n = 2, write = \"all\" } }\n";
  double mean = metric_of(text, "c.latency.mean", 40000);
  if (!(fabs(mean - 0.03) < 0.0005)) fail_msg("a write of the hot row takes %.6g s", mean);
}

/* Aim: a lock is in the memory of the primary: one that crashes takes it along, and what waited for
 * it. A write of 8 s holds the row from 1 s on; one of 5 s, by which time another copy leads,
 * takes its own 8 s. */
static void test_lock_lost(void **state) {
  (void)state;
#define LONG(MORE)                                                                             \
  PLACE("0ms")                                                                                 \
  "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"db\", mix = { write = 1 }, " \
  "keys = uniform_keys { n = 1 } }\n"                                                          \
  "client \"d\" { arrivals = burst { 1, at = \"5s\" }, target = \"db\", mix = { write = 1 }, " \
  "keys = uniform_keys { n = 1 } }\n"                                                          \
  "database \"db\" { write = \"8s\", row_locks = true, zone = \"z\", "                         \
  "copies = { n = 3, " ELECT " } }\n" MORE
  expect(LONG(""), "d.latency.max", 20);
  expect(LONG("") CRASH("db[1]", "2s", "1s"), "d.latency.max", 8);
  expect(LONG("") CRASH("db[1]", "2s", "1s"), "c.errors.reset", 2);
  /* One that is only cut off leads no more after a while, and answers what waited there. */
  const char *cut = LONG("fault { partition \"db[1]\", at = \"2s\", lasts = \"60s\" }\n");
  expect(cut, "db.promotions", 1);
  expect(cut, "db.lock_waiting.end", 0);
}

/* Aim: a way to the copies takes 400 ms, and writes do not wait for them. A primary that crashes
 * when it has voted takes its vote along: whoever decided on it half applies the transaction. With
 * copies that have the vote it does not. */
static void test_vote_lost(void **state) {
  (void)state;
#define LOSES(WRITE)                                                                              \
  "region \"r\" { zones = { \"a\", \"b\" } }\n"                                                   \
  "path { from = \"a\", to = \"b\", latency = \"400ms\" }\n"                                      \
  "client \"c\" { arrivals = burst { 1, at = \"10s\" }, target = \"app\", "                       \
  "keys = uniform_keys { n = 1 } }\n"                                                             \
  "service \"app\" { on = { transaction { call { \"from\", op = \"debit\", timeout = \"20s\" }, " \
  "call { \"to\", op = \"credit\", timeout = \"20s\" }, commit = \"2pc\", log = \"5s\" } } }\n"   \
  "database \"to\" { write_ops = { \"credit\" } }\n"                                              \
  "database \"from\" { write_ops = { \"debit\" }, "                                               \
  "copies = { n = 2, zone = { \"a\", \"b\" }, write = " WRITE                                     \
  ", fence = true } }\n"                                                                          \
  "control \"ha\" { heartbeat = \"from\", every = \"100ms\", timeout = \"50ms\", "                \
  "act = promote { \"from\" } }\n"
#define CUT "fault { partition { \"from[1]\", \"from[2]\" }, at = \"9s\", lasts = \"3s\" }\n"
  const char *lost = LOSES("\"async\"") CUT CRASH("from[1]", "11s", "100s");
  expect(lost, "app.committed", 1);
  expect(lost, "app.half_applied", 1);
  expect(lost, "to.writes", 1);
  expect(lost, "from.writes", 0);
  expect(lost, "from.lost_writes", 0); /* it was never decided there */
  expect(LOSES("\"async\"") CRASH("from[1]", "11s", "100s"), "app.half_applied", 0);
  expect(LOSES("\"all\"") CRASH("from[1]", "11s", "100s"), "app.half_applied", 0);
  expect(LOSES("\"all\"") CRASH("from[1]", "11s", "100s"), "from.writes", 1);
  /* A decision that was heard and is lost is a write that is lost. */
  const char *decision = LOSES("\"async\"")
      "fault { partition { \"from[1]\", \"from[2]\" }, at = \"13s\", lasts = \"9s\" }\n" CRASH(
          "from[1]", "15.1s", "100s");
  expect(decision, "app.half_applied", 1);
  expect(decision, "from.lost_writes", 1);
}

/* Aim: the second step of a saga is refused for 5 s: what the first one did is undone there, by as
 * many writes. A primary that is replaced meanwhile leaves nothing half done. */
static void test_saga(void **state) {
  (void)state;
#define SAGA                                                                                      \
  PLACE("1ms")                                                                                    \
  "client \"c\" { arrivals = constant \"10/s\", target = \"app\", keys = uniform_keys { n = 100 " \
  "} "                                                                                            \
  "}\n"                                                                                           \
  "service \"app\" { zone = \"z\", on = { transaction { call { \"from\", op = \"debit\", "        \
  "compensate = \"back\", timeout = \"1s\" }, call { \"to\", op = \"credit\", compensate = "      \
  "\"take\", timeout = \"1s\" }, commit = \"saga\" } } }\n" STORE(                                \
      "from", "debit\", \"back", "5ms",                                                           \
      ELECT) "database \"to\" { write_ops = { \"credit\", \"take\" } }\n"
  const char *refused = SAGA CRASH("to", "10.05s", "5s");
  expect(refused, "app.compensated", 50);
  expect(refused, "app.half_applied", 0);
  expect(refused, "from.writes", 300 + 50);
  const char *moved = SAGA CRASH("to", "10.05s", "5s") CRASH("from[1]", "12s", "3s");
  expect(moved, "app.half_applied", 0);
  expect(moved, "from.promotions", 1);
  double writes = metric_of(moved, "to.writes", 30),
         undone = metric_of(moved, "app.compensated", 30);
  assert_true(writes >= 240 && undone > 20 && undone < 50);
}

/* Aim: what is kept of a log is what a copy lacks: of twenty thousand transactions none is open at
 * the end, and no record of one stays behind. */
static void test_forgets(void **state) {
  (void)state;
  const char *text =
      PLACE("1ms") "client \"c\" { arrivals = poisson(profile { { \"0s\", \"1000/s\" }, { \"20s\", "
                   "\"0/s\" }, steps = true }), target = \"app\", keys = uniform_keys { n = 100000 } "
                   "}\n" APP("commit = \"2pc\"") STORE("from", "debit", "1ms", ELECT)
                       STORE("to", "credit", "1ms", "write = \"all\"");
  double made = metric_of(text, "app.committed", 30);
  assert_true(made > 19000);
  expect(text, "from.writes", made);
  expect(text, "to.writes", made);
  expect(text, "app.half_applied", 0);
  expect(text, "to.prepared.end", 0);
}

/* Aim: whatever a part is, the copy that leads takes part: a read, too, where any copy may answer
 * those outside of transactions. */
static void test_reads_there(void **state) {
  (void)state;
  const char *text = PLACE("1ms")
      "client \"c\" { arrivals = constant \"10/s\", target = \"app\", keys = uniform_keys { n = 100 } }\n"
      "service \"app\" { zone = \"z\", on = { transaction { call { \"from\", op = \"read\", "
      "timeout = \"1s\" }, call { \"to\", op = \"credit\", timeout = \"1s\" }, commit = \"2pc\" } } }\n"
      "database \"from\" { copies = { n = 3, read = \"any\", " ELECT " } }\n"
      "database \"to\" { write_ops = { \"credit\" } }\n";
  expect(text, "app.committed", 300);
  expect(text, "from[1].arrivals", 600);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"row_locks = true, copies = { n = 3, read = 2, write = 2 }", "copies without a primary"},
      {"rows = { n = 2, keys = uniform_keys { n = 9 } }, copies = { n = 3 }", "copies"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[512];
    snprintf(
        text, sizeof text,
        "client \"c\" { arrivals = constant \"1/s\", target = \"db\", mix = { write = 1 }, keys "
        "= uniform_keys { n = 9 } }\ndatabase \"db\" { %s }\n",
        bad[i][0]);
    const char *message = mistake(text);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_fault),  cmocka_unit_test(test_in_doubt),
      cmocka_unit_test(test_hot_row),   cmocka_unit_test(test_lock_lost),
      cmocka_unit_test(test_vote_lost), cmocka_unit_test(test_saga),
      cmocka_unit_test(test_forgets),   cmocka_unit_test(test_reads_there),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("copy_parts", tests, folder_make, folder_remove);
}

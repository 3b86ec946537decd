/* Aim: what becomes of writes to two databases that belong together: without a protocol a crash
 * between them leaves half; with two-phase commit nothing ever does, and a crash of the coordinator
 * leaves locks behind until it is back. */
#include <math.h>

#include "rng.h"
#include "test_script_load.h"

#define CLIENT                                                                                   \
  "client \"c\" { arrivals = constant \"1/s\", target = \"app\", keys = uniform_keys { n = 1 } " \
  "}\n"
#define APP(MORE)                                                                                 \
  "service \"app\" { on = { transaction { call { \"from\", op = \"debit\", timeout = \"20s\" }, " \
  "call { \"to\", op = \"credit\", timeout = \"20s\" }, " MORE " } } }\n"
#define STORES(FROM, TO)                \
  "database \"from\" { write = \"" FROM \
  "\", write_ops = { \"debit\" } }\n"   \
  "database \"to\" { write = \"" TO "\", write_ops = { \"credit\" } }\n"
#define CRASH(WHO, AT, LASTS) \
  "fault { crash \"" WHO "\", at = \"" AT "\", lasts = \"" LASTS "\" }\n"

#define TWO_PHASE CLIENT APP("commit = \"2pc\", log = \"400ms\"") STORES("0ms", "0ms")

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 30);
  if (!(fabs(got - value) < 1e-9)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

static void expect_writes(const char *text, double from, double to) {
  expect(text, "from.writes", from);
  expect(text, "to.writes", to);
}

/* Aim: of thirty transactions, at 0, 1 .. 29 s, all are made; each holds its rows for 0.4 s. */
static void test_no_fault(void **state) {
  (void)state;
  expect(TWO_PHASE, "app.committed", 30);
  expect(TWO_PHASE, "app.half_applied", 0);
  expect(TWO_PHASE, "c.latency.max", 0.4);
  expect(TWO_PHASE, "from.prepared", 0.4);
  expect(TWO_PHASE, "to.prepared.end", 0);
  expect_writes(TWO_PHASE, 30, 30);
}

/* Aim: the coordinator is down from 10.1 to 15.1 s: the transaction of 10 s was prepared and not
 * decided. It is in doubt for 5 s, and then it is aborted. Those of 11 to 15 s are refused. */
static void test_in_doubt(void **state) {
  (void)state;
  const char *text = TWO_PHASE CRASH("app", "10.1s", "5s");
  expect(text, "app.in_doubt", 1);
  expect(text, "app.in_doubt_time.mean", 5);
  expect(text, "app.doubtful_crashes", 1);
  expect(text, "app.aborted", 1);
  expect(text, "app.half_applied", 0);
  expect(text, "from.prepared.end", 0);
  expect_writes(text, 24, 24);
  /* Of one that crashes between two none is. */
  expect(TWO_PHASE CRASH("app", "10.5s", "5s"), "app.in_doubt", 0);
  expect(TWO_PHASE CRASH("app", "10.5s", "5s"), "app.doubtful_crashes", 0);
}

/* Aim: what waits for a row that is in doubt waits until the coordinator is back, from 12.5 to
 * 15.1 s; a crash of the database in between does not free it. */
static void test_lock_survives(void **state) {
  (void)state;
#define OTHER                                                                  \
  "client \"d\" { arrivals = burst { 1, at = \"12.5s\" }, target = \"from\", " \
  "mix = { debit = 1 }, keys = uniform_keys { n = 1 } }\n"
  const char *text = TWO_PHASE OTHER CRASH("app", "10.1s", "5s");
  expect(text, "d.latency.max", 2.6);
  expect(text, "from.lock_wait.max", 2.6);
  expect(TWO_PHASE OTHER CRASH("app", "10.1s", "5s") CRASH("from", "11.2s", "1s"), "d.latency.max",
         2.6);
  expect(TWO_PHASE OTHER, "d.latency.max", 0);
}

/* Aim: with locks of rows 50 writes a second of one row, of 10 ms each, are an M/D/1 queue,
 * whatever the number of workers: rho = 0.5, so a write waits 5 ms on average (Pollaczek and
 * Khinchine). Other rows do not wait, nor do reads. */
static void test_hot_row(void **state) {
  (void)state;
#define HOT(KEYS, OP, MORE)                                                  \
  "client \"c\" { arrivals = poisson \"50/s\", target = \"db\", mix = { " OP \
  " = 1 }, keys = "                                                          \
  "uniform_keys { n = " KEYS                                                 \
  " } }\n"                                                                   \
  "database \"db\" { workers = 64, write = \"10ms\", read = \"10ms\"" MORE " }\n"
  double mean = metric_of(HOT("1", "write", ", row_locks = true"), "c.latency.mean", 20000);
  if (!(fabs(mean - 0.015) < 0.0002)) fail_msg("a write of the hot row takes %.6g s", mean);
  expect(HOT("1", "write", ""), "c.latency.max", 0.01);
  expect(HOT("1", "read", ", row_locks = true"), "c.latency.max", 0.01);
  expect(HOT("1000000", "write", ", row_locks = true"), "db.lock_waiting", 0);
  const char *message = mistake(
      HOT("1", "write", ", row_locks = true, copies = { n = 3, read = 2, write = \"quorum\" }"));
  assert_non_null(strstr(message, "locks rows"));
}

/* Aim: a participant is down from 10.1 to 15.1 s. It had voted at 10 s, so at 10.4 s the
 * transaction is committed, and the user answered; it is told again each second, at 15.4 s with
 * success. Those of 11 to 15 s are aborted: nothing of them stays at the other database. */
static void test_participant_crash(void **state) {
  (void)state;
  const char *text = TWO_PHASE CRASH("to", "10.1s", "5s");
  expect(text, "app.committed", 25);
  expect(text, "app.aborted", 5);
  expect(text, "app.half_applied", 0);
  expect(text, "app.in_doubt", 0);
  expect(text, "c.latency.max", 0.4);
  expect(text, "to.prepared.end", 0);
  expect_writes(text, 25, 25);
}

/* Aim: a participant is cut off after its vote, from 10.1 to 15.1 s. It is told when it is reached
 * again; what it never heard of is given up after 20 s, and at the other one nothing stays of it.
 */
static void test_cut_off(void **state) {
  (void)state;
  const char *text =
      TWO_PHASE "fault { partition { \"app\", \"to\" }, at = \"10.1s\", lasts = \"5s\" }\n";
  assert_true(metric_of(text, "app.half_applied", 100) == 0);
  assert_true(metric_of(text, "app.aborted", 100) == 5);
  assert_true(metric_of(text, "app.committed", 100) == 95);
  assert_true(metric_of(text, "from.writes", 100) == 95);
  assert_true(metric_of(text, "to.writes", 100) == 95);
  assert_true(metric_of(text, "from.prepared.end", 100) == 0);
  assert_true(metric_of(text, "to.prepared.end", 100) == 0);
}

/* Aim: two transactions of one row at once: the second waits for the first one's decision. */
static void test_row(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"app\", "
      "keys = uniform_keys { n = 1 } }\n" APP("commit = \"2pc\", log = \"150ms\"")
          STORES("10ms", "20ms");
  expect(text, "c.latency.max", 0.34);
  expect(text, "from.lock_wait.max", 0.17);
  expect(text, "to.lock_wait.max", 0.17);
  expect_writes(text, 2, 2);
}

/* Aim: without a protocol. The first write takes 0.4 s. Of a crash during it the write comes all
 * the same, and the second one never does: half applied. During the second write both come. If the
 * second database is down, the first write stays. */
static void test_alone(void **state) {
  (void)state;
#define ALONE CLIENT APP("commit = \"none\"") STORES("400ms", "300ms")
  expect(ALONE, "app.half_applied", 0);
  expect(ALONE, "app.committed", 30);
  expect_writes(ALONE, 30, 30);
  const char *first = ALONE CRASH("app", "10.1s", "0.5s");
  expect(first, "app.half_applied", 1);
  expect_writes(first, 30, 29);
  const char *second = ALONE CRASH("app", "10.5s", "0.3s");
  expect(second, "app.half_applied", 0);
  expect_writes(second, 30, 30);
  const char *refused = ALONE CRASH("to", "10.2s", "4s");
  expect(refused, "app.half_applied", 4);
  expect(refused, "app.aborted", 4);
  expect_writes(refused, 30, 26);
}

/* Aim: the first try of a request writes to one database and is refused by the other, which is back
 * when the second one comes. A database that knows the first write by its key makes the request
 * whole; one that does not, or no more, has the write twice where the other has it once. */
static void test_tries(void **state) {
  (void)state;
#define RETRIES                                                                                  \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"app\", keys = uniform_keys { " \
  "n = 1 }, retry = { attempts = 2, backoff = \"2s\" } }\n"
#define KEEPS(FROM, TO)                                                   \
  "database \"from\" { write = \"100ms\", write_ops = { \"debit\" }" FROM \
  "}\n"                                                                   \
  "database \"to\" { write = \"100ms\", write_ops = { \"credit\" }" TO    \
  "}\n" CRASH("to", "0.5s", "1s")
#define KEYS(KEEP) ", idempotency = { keep = \"" KEEP "\" }"
  static const struct {
    const char *stores;
    double half, from, repeated;
  } rows[] = {{KEEPS("", ""), 1, 2, -1},
              {KEEPS(KEYS("1h"), KEYS("1h")), 0, 1, 1},
              {KEEPS(KEYS("1h"), ""), 0, 1, 1},
              {KEEPS("", KEYS("1h")), 1, 2, -1},
              {KEEPS(KEYS("1s"), KEYS("1s")), 1, 2, 0},
              {KEEPS(KEYS("0s"), KEYS("0s")), 1, 2, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[2048];
    snprintf(text, sizeof text, "%s%s", RETRIES APP("commit = \"none\""), rows[i].stores);
    expect(text, "app.committed", 1);
    expect(text, "app.aborted", 1);
    expect(text, "app.half_applied", rows[i].half);
    expect_writes(text, rows[i].from, 1);
    if (rows[i].repeated >= 0) expect(text, "from.repeated", rows[i].repeated);
  }
}

/* Aim: the answer to a transaction in two phases comes too late, and it is tried again: prepared
 * and committed again, but not done again. */
static void test_two_phase_again(void **state) {
  (void)state;
#define LATE                                                                                     \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"app\", keys = uniform_keys { " \
  "n = 1 }, timeout = \"300ms\", retry = { attempts = 2, backoff = \"0s\" } }\n" APP(            \
      "commit = \"2pc\", log = \"400ms\"")
#define BOTH(MORE)                                     \
  "database \"from\" { write_ops = { \"debit\" }" MORE \
  "}\n"                                                \
  "database \"to\" { write_ops = { \"credit\" }" MORE "}\n"
  expect_writes(LATE BOTH(""), 2, 2);
  const char *text = LATE BOTH(KEYS("1h"));
  expect_writes(text, 1, 1);
  expect(text, "app.committed", 2);
  expect(text, "app.half_applied", 0);
  expect(text, "from.repeated", 1);
  expect(text, "to.repeated", 1);
  expect(text, "from.lock_wait.max", 0.1);
  /* One of them is down for the second try, which is given up: all is there from the first. */
  const char *down = LATE BOTH(KEYS("1h")) CRASH("to", "1.25s", "1s");
  expect_writes(down, 1, 1);
  expect(down, "app.committed", 1);
  expect(down, "app.aborted", 1);
  expect(down, "app.half_applied", 0);
}

enum { METRICS = 6 };

static void measure(const char *text, const char *const *name, double *value) {
  struct scenario *scenario = load(text);
  struct sim *sim = sim_new(&scenario->spec, 1, 0, 0, 60 * UINT64_C(1000000000), true);
  if (!sim_run(sim, 60 * UINT64_C(1000000000))) fail_msg("%s\n%s", sim->failure, text);
  checks_pass(sim, text);
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  for (int i = 0; i < METRICS; i++) {
    const struct metric *metric = metrics_find(&metrics, name[i]);
    assert_non_null(metric);
    value[i] = metric_value(metric);
  }
  metrics_free(&metrics);
  sim_free(sim);
  scenario_free(scenario);
}

/* Aim: under random crashes, hangs, cuts and losses of messages of everybody in it, with rows that
 * many want, no transaction is ever half applied; when all is well again and the last has ended,
 * both databases have made the same writes and nothing is locked. */
#define SEED UINT64_C(20261129)
#define SCHEDULES 100

static void test_random_faults(void **state) {
  (void)state;
  static const char *const who[] = {"app[1]", "app[2]", "from", "to"};
  for (uint64_t i = 0; i < SCHEDULES; i++) {
    struct draws draws = draws_begin(rng_stream(SEED, i, "schedule", "faults"), 0, 0);
    char text[4096];
    int n =
        snprintf(text, sizeof text,
                 "client \"c\" { arrivals = trace { csv = \"arrivals.csv\" }, target = \"app\", "
                 "keys = zipf { n = 50, s = 0.8 }, timeout = \"3s\" }\n"
                 "service \"app\" { instances = 2, on = { transaction { call { \"from\", op = "
                 "\"write\", timeout = \"2s\" }, call { \"to\", op = \"write\", timeout = "
                 "\"2s\" }, commit = \"2pc\", log = exponential \"20ms\" } } }\n"
                 "database \"from\" { workers = 2, write = exponential \"5ms\" }\n"
                 "database \"to\" { workers = 2, write = exponential \"5ms\" }\n"
                 "path { from = \"app\", to = \"from\", latency = exponential \"5ms\" }\n"
                 "path { from = \"app\", to = \"to\", latency = exponential \"5ms\" }\n");
    for (int k = 0; k < 8; k++) {
      const char *whom = who[draws_below(&draws, 4)];
      double at = 2 + 20 * draws_unit(&draws), lasts = 4 * draws_unit(&draws);
      uint64_t what = draws_below(&draws, 4);
      const char *store = draws_below(&draws, 2) ? "from" : "to";
      if (what < 2) {
        n += snprintf(text + n, sizeof text - (size_t)n, "fault { %s \"%s\"",
                      what ? "crash" : "hang", whom);
      } else if (what == 2) {
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "fault { partition { \"app[%d]\", \"%s\" }", 1 + k % 2, store);
      } else {
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "fault { drop { \"app[%d]\", \"%s\", ratio = 0.3 }", 1 + k % 2, store);
      }
      n += snprintf(text + n, sizeof text - (size_t)n, ", at = \"%.6fs\", lasts = \"%.6fs\" }\n",
                    at, lasts);
    }
    FILE *arrivals = fopen("arrivals.csv", "w");
    fputs("time\n", arrivals);
    for (int k = 0; k < 2500; k++) fprintf(arrivals, "%.3f\n", k * 0.01);
    fclose(arrivals);
    static const char *const names[METRICS] = {"app.half_applied",  "app.committed",
                                               "from.writes",       "to.writes",
                                               "from.prepared.end", "to.prepared.end"};
    double got[METRICS];
    measure(text, names, got);
    if (got[0] != 0 || got[2] != got[1] || got[3] != got[1] || got[4] != 0 || got[5] != 0) {
      fail_msg(
          "schedule %d: %g half applied, %g committed, %g and %g written, %g and %g locked:\n%s",
          (int)i, got[0], got[1], got[2], got[3], got[4], got[5], text);
    }
  }
}

static void test_mistakes(void **state) {
  (void)state;
#define CALL(WHAT) \
  CLIENT "service \"app\" { on = { transaction { " WHAT " } } }\n" STORES("0ms", "0ms")
  static const char *const bad[][2] = {
      {CALL("call \"from\""), "2 to 8 calls"},
      {CALL("call \"from\", call \"from\""), "twice"},
      {CALL("call \"from\", call { \"to\", retry = { attempts = 2 } }"), "timeout, and nothing"},
      {CALL("call \"from\", call { \"to\", fallback = {} }"), "no fallback"},
      {CALL("call \"from\", call \"to\", log = \"1ms\""), "commit"},
      {CALL("call \"from\", call \"to\", commit = \"3pc\""), "2pc"},
      {CALL("call \"from\", work \"1ms\""), "call"},
      {CALL("call \"from\", call \"s\"") "service \"s\" {}\n", "cannot take part"},
      {CLIENT APP("commit = \"2pc\"") KEEPS(", ship = { every = \"5min\" }", ""),
       "takes part in a transaction and has ship"},
      {CLIENT APP("commit = \"2pc\"") KEEPS(", fencing = true", ""), "a decision has no token"},
      {CLIENT APP("commit = \"2pc\"") KEEPS(KEYS("1h") ", copies = { n = 3 }", ""),
       "has idempotency and copies"},
      {CLIENT
       "service \"app\" { on = { transaction { call { \"from\", op = \"debit\", compensate = "
       "\"back\" }, call { \"to\", op = \"credit\", compensate = \"back\" }, commit = "
       "\"saga\" } } }\n" KEEPS(KEYS("1h"), ""),
       "in a saga a key would stay known"},
      {CLIENT "service \"app\" { on = { transaction { call { \"from\", op = \"write\" }, call { "
              "\"to\", op = \"write\" } } } }\n"
              "database \"from\" {}\n"
              "database \"to\" { copies = { n = 3, leaders = \"all\" } }\n",
       "has copies without a primary"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const char *message = mistake(bad[i][0]);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, bad[i][0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_fault),
      cmocka_unit_test(test_in_doubt),
      cmocka_unit_test(test_lock_survives),
      cmocka_unit_test(test_hot_row),
      cmocka_unit_test(test_participant_crash),
      cmocka_unit_test(test_cut_off),
      cmocka_unit_test(test_row),
      cmocka_unit_test(test_alone),
      cmocka_unit_test(test_tries),
      cmocka_unit_test(test_two_phase_again),
      cmocka_unit_test(test_random_faults),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("transaction", tests, folder_make, folder_remove);
}

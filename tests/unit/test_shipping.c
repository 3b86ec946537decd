/* Aim: what is left of a database that loses its data is what had arrived in a safe place, to the
 * write and the second. */
#include "test_script_load.h"

#define DB(SHIP, FAULTS)                                                                 \
  "client \"c\" { arrivals = constant \"1/s\", target = \"db\", mix = { write = 1 } }\n" \
  "database \"db\" { ship = { " SHIP " } }\n" FAULTS
#define LOSE(AT) "fault { lose \"db\", at = \"" AT "\", lasts = \"5s\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (got > value + 1e-9 || got < value - 1e-9) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: writes at 0, 1, 2 ... s; shipped at 10.1, 20.2, 30.3 s and there 4 s later. At 33.5 s the
 * safe place has those up to 20 s, at 34.5 those up to 30 s. */
static void test_lost(void **state) {
  (void)state;
#define SHIP "every = \"10.1s\", takes = \"4s\""
  expect(DB(SHIP, LOSE("33.5s")), "db.lost_writes", 13);
  expect(DB(SHIP, LOSE("33.5s")), "db.recovery_point.max", 13.3);
  expect(DB(SHIP, LOSE("34.5s")), "db.lost_writes", 4);
  expect(DB(SHIP, LOSE("34.5s")), "db.recovery_point.max", 4.2);
  expect(DB(SHIP, LOSE("5.5s")), "db.lost_writes", 6);
  expect(DB(SHIP, ""), "db.lost_writes", 0);
  expect(DB(SHIP, ""), "db.shipped", 9);
  /* It is down for 5 s, and refuses. */
  expect(DB(SHIP, LOSE("34.5s")), "c.errors.refused", 5);
}

/* Aim: what was restored is not lost again: after 34.5 + 5 s only what came since is. */
static void test_lost_again(void **state) {
  (void)state;
  const char *text = DB(SHIP, LOSE("34.5s") LOSE("46.5s"));
  expect(text, "db.lost_writes", 4 + 7);
  expect(text, "db.recovery_point.max", 7);
  expect(text, "db.recovery_point.mean", (4.2 + 7) / 2);
  text = DB(SHIP " }, copies = { n = 3", LOSE("34.5s") LOSE("46.5s"));
  expect(text, "db.lost_writes", 4 + 7);
  expect(text, "db.recovery_point.max", 7);
  expect(text, "db.recovery_point.mean", (4.2 + 7) / 2);
}

/* Aim: a crash keeps the data and breaks the transfer off; shipping begins again after it. */
static void test_crash(void **state) {
  (void)state;
  const char *crash = "fault { crash \"db\", at = \"31.5s\", lasts = \"1s\" }\n";
  char text[1024];
  snprintf(text, sizeof text, "%s%s%s", DB(SHIP, ""), crash, LOSE("45.5s"));
  /* At 42.6 a transfer began; in the safe place is what was there at 20 s. The write of 32 s was
   * refused. */
  expect(text, "db.lost_writes", 24);
  expect(text, "db.recovery_point.max", 25.3);
}

/* Aim: one transfer at a time: the next one waits for one that takes longer, and has all that was
 * acknowledged by then. From 10.1 to 35.1, then to 60.1 s. */
static void test_slow_transfer(void **state) {
  (void)state;
#define SLOW "every = \"10.1s\", takes = \"25s\""
  expect(DB(SLOW, LOSE("59.5s")), "db.lost_writes", 49);
  expect(DB(SLOW, LOSE("60.5s")), "db.lost_writes", 25);
}

/* Aim: what stands in the database beside a write is lost with it, or restored with it. The key of
 * a write of 3 s, which comes again at 6.5 s as its client had given up: it is done again unless it
 * was shipped. Messages of three writes, of 1.01 s, that a relay publishes at 2 s: none if they are
 * lost before; of lost writes; or a second time, at 5.9 s, if they had been shipped before that. */
static void test_goes_with_it(void **state) {
  (void)state;
#define KEYS(SHIP)                                                                             \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"db\", mix = { write = 1 }, " \
  "timeout = \"1500ms\", retry = { attempts = 2, backoff = \"4s\" } }\n"                       \
  "database \"db\" { write = \"2s\", idempotency = { keep = \"1h\" }, ship = \"" SHIP          \
  "\" }\nfault { lose \"db\", at = \"4s\", lasts = \"1s\" }\n"
  expect(KEYS("100s"), "db.lost_writes", 1);
  expect(KEYS("100s"), "db.writes", 2);
  expect(KEYS("100s"), "db.repeated", 0);
  expect(KEYS("100s"), "db.duplicates", 0);
  expect(KEYS("3500ms"), "db.writes", 1);
  expect(KEYS("3500ms"), "db.repeated", 1);
#define MESSAGES(SHIP, AT)                                                                         \
  "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"db\", mix = { write = 1 } "      \
  "}\n"                                                                                            \
  "database \"db\" { write = \"10ms\", outbox = { topic = \"q\", every = \"2s\" }, ship = \"" SHIP \
  "\" }\n"                                                                                         \
  "topic \"q\" {}\nservice \"a\" { subscribe = \"q\" }\n"                                          \
  "fault { lose \"db\", at = \"" AT "\", lasts = \"1s\" }\n"
  expect(MESSAGES("100s", "1900ms"), "q.published", 0);
  expect(MESSAGES("100s", "1900ms"), "db.outbox.end", 0);
  expect(MESSAGES("100s", "2900ms"), "q.published", 3);
  expect(MESSAGES("100s", "2900ms"), "db.relayed_lost", 3);
  expect(MESSAGES("100s", "2900ms"), "db.relayed_again", 0);
  expect(MESSAGES("1500ms", "2900ms"), "db.relayed", 3);
  expect(MESSAGES("1500ms", "2900ms"), "db.relayed_lost", 0);
  expect(MESSAGES("1500ms", "2900ms"), "db.relayed_again", 3);
  expect(MESSAGES("1500ms", "2900ms"), "a.duplicates", 3);
  expect(MESSAGES("2500ms", "2900ms"), "db.relayed_again", 0); /* as published */
}

/* Aim: what ships nothing, or never, loses all that it has: writes at 0, 1 .. 34 s, and after it
 * was down from 34.5 to 39.5 s those at 40 .. 46 s. Of several members the one that is hit. */
static void test_all(void **state) {
  (void)state;
#define ALONE(SAYS, FAULTS)                                                            \
  "client \"c\" { arrivals = constant \"1/s\", target = \"db\", mix = { write = 1 }, " \
  "keys = uniform_keys { n = 9 } }\ndatabase \"db\" { " SAYS " }\n" FAULTS
  static const char *const says[] = {ALONE("", LOSE("34.5s")),
                                     ALONE("ship = \"never\"", LOSE("34.5s")),
                                     ALONE("copies = { n = 2 }, ship = \"never\"", LOSE("34.5s"))};
  for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
    expect(says[i], "db.lost_writes", 35);
    expect(says[i], "db.recovery_point.max", 34.5);
    expect(says[i], "c.errors.refused", 5);
  }
  expect(ALONE("", LOSE("34.5s") LOSE("46.5s")), "db.lost_writes", 42);
  const char *one =
      ALONE("instances = 2", "fault { lose \"db[2]\", at = \"50.5s\", lasts = \"1s\" }\n");
  double before = metric_of(ALONE("instances = 2", ""), "db[2].arrivals", 51);
  assert_true(before > 10 && before < 40);
  expect(one, "db.lost_writes", before);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"database \"db\" { copies = { n = 2 } }\n" LOSE("1s"), "give it ship"},
      {"database \"db\" { row_locks = true }\n" LOSE("1s"), "give it ship"},
      {"database \"db\" { ship = { takes = \"1s\" } }\n", "every"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text, "client \"c\" { arrivals = constant \"1/s\", target = \"db\" }\n%s",
             bad[i][0]);
    const char *message = mistake(text);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lost),         cmocka_unit_test(test_lost_again),
      cmocka_unit_test(test_crash),        cmocka_unit_test(test_slow_transfer),
      cmocka_unit_test(test_goes_with_it), cmocka_unit_test(test_all),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("shipping", tests, folder_make, folder_remove);
}

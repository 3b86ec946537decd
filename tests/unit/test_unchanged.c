/* Aim: a write with `if_unchanged` is done only if its datum has not been written since its handler
 * read it, also through a balancer and another service; whoever fails may read and try again. */
#include <math.h>

#include "test_script_load.h"

static void near(const char *text, const char *name, uint64_t seconds, double value) {
  double got = metric_of(text, name, seconds);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

#define CAS(CONDITION) \
  "{ call { \"db\", op = \"read\" }, call { \"db\", op = \"write\"" CONDITION " } }"
#define USERS(N, KEYS, REST)                                \
  "client \"c\" { arrivals = burst { " N                    \
  ", at = \"1s\" }, target = \"app\", keys = uniform_keys " \
  "{ n = " KEYS " }" REST " }\n"
#define STORE "database \"db\" { workers = 100, read = \"1ms\", write = \"1ms\" }\n"

/* Aim: of five who read the same version one writes; without the condition all do. */
static void test_one_wins(void **state) {
  (void)state;
  const char *text =
      USERS("5", "1", "") "service \"app\" { on = " CAS(", if_unchanged = true") " }\n" STORE;
  near(text, "db.writes", 10, 1);
  near(text, "db.changed", 10, 4);
  near(text, "c.errors.failed", 10, 4);
  const char *plain = USERS("5", "1", "") "service \"app\" { on = " CAS("") " }\n" STORE;
  near(plain, "db.writes", 10, 5);
}

/* Aim: who tries again from the beginning reads the new version: one more in each round, so that n
 * clients need n (n + 1) / 2 writes and n rounds of 2 ms. */
static void test_again(void **state) {
  (void)state;
  const char *text = USERS("5", "1", ", retry = { attempts = 9, backoff = \"0ms\" }")
      "service \"app\" { on = " CAS(", if_unchanged = true") " }\n" STORE;
  near(text, "db.writes", 10, 5);
  near(text, "db.changed", 10, 4 + 3 + 2 + 1);
  near(text, "c.availability", 10, 1);
  near(text, "c.latency.max", 10, 0.010);
}

/* Aim: each datum has a version of its own, and what one has read in a former request counts for
 * nothing. */
static void test_apart(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"100/s\", target = \"app\", keys = uniform_keys { n = 2 "
      "} }\n"
      "service \"app\" { on = " CAS(", if_unchanged = true") " }\n" STORE;
  near(text, "db.changed", 10, 0); /* 10 ms apart, and done within 2 */
  near(text, "db.writes", 10, 1000);
}

/* Aim: without a read the write is for a datum that was never written. */
static void test_unread(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"1/s\", target = \"app\", keys = uniform_keys { n = 1 } "
      "}\n"
      "service \"app\" { on = { call { \"db\", op = \"write\", if_unchanged = true } } }\n" STORE;
  near(text, "db.writes", 10, 1);
  near(text, "db.changed", 10, 9);
}

/* Aim: the version comes back, and the condition goes on, over a balancer and a service in
 * between, which may have other stores. */
static void test_through(void **state) {
  (void)state;
  const char *text =
      USERS("4", "1", "")
      "service \"app\" { on = { call { \"lb\", op = \"read\" },\n"
      "  call { \"lb\", op = \"write\", if_unchanged = true } } }\n"
      "load_balancer \"lb\" { backends = \"api\" }\n"
      "service \"api\" { instances = 2, on = {\n"
      "  read = { call { \"log\", op = \"write\" }, call \"db\" },\n"
      "  write = { call { \"log\", op = \"write\" }, call \"db\" } } }\n"
      "database \"log\" { workers = 100, write = \"0ms\", read = \"0ms\" }\n"
      STORE;
  near(text, "db.writes", 10, 1);
  near(text, "db.changed", 10, 3);
  near(text, "log.writes", 10, 8);
}

/* Two copies, 10.5 ms apart; who has no zone is beside either. */
#define COPIES(HOW)                                                                       \
  "path { from = \"a\", to = \"b\", latency = \"10.5ms\" }\n"                             \
  "database \"db\" { workers = 100, read = \"1ms\", write = \"1ms\", copies = { n = 2,\n" \
  "  zone = { \"a\", \"b\" }, " HOW " } }\n"

/* Aim: the primary compares with what it has taken, also before a copy has it and anybody may see
 * it: of five one writes. Who fails reads the old version again, in rounds of 2 ms, until the write
 * is answered, a round trip after it was made; the next one writes in the round after that. So a
 * client is done each 24 ms, and those who are not fail twelve times in that. */
static void test_copies(void **state) {
  (void)state;
  static const char *const writes[] = {"write = \"async\"", "write = \"all\""};
  for (int i = 0; i < 2; i++) {
    char text[2048];
    snprintf(text, sizeof text, "%s" COPIES("%s"),
             USERS("5", "1", "") "service \"app\" { on = " CAS(", if_unchanged = true") " }\n",
             writes[i]);
    near(text, "db.writes", 10, 1);
    near(text, "db.changed", 10, 4);
    near(text, "c.latency.max", 10, i == 0 ? 0.002 : 0.023);
  }
  const char *again =
      USERS("5", "1", ", retry = { attempts = 60, backoff = \"0ms\" }")
      "service \"app\" { on = " CAS(", if_unchanged = true") " }\n" COPIES("write = \"all\"");
  near(again, "db.writes", 10, 5);
  near(again, "db.changed", 10, 12 * (4 + 3 + 2 + 1));
  near(again, "c.latency.max", 10, 0.023 + 4 * 0.024);
}

/* Aim: who reads a copy that has not applied his last write yet expects what is gone: every other
 * time. */
static void test_old_copy(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = closed { users = 1 }, target = \"app\", keys = uniform_keys { n "
      "= 1 } }\n"
      "service \"app\" { zone = \"b\", on = " CAS(", if_unchanged = true") " }\n" COPIES(
          "read = \"nearest\", apply = \"5ms\"");
  double writes = metric_of(text, "db.writes", 100), changed = metric_of(text, "db.changed", 100);
  assert_true(writes > 2100 && writes < 2200); /* 23 ms each, and 100 s */
  assert_true(fabs(writes - changed) <= 1);
}

/* Aim: what elected copies answered is on the version that it was for, whoever leads: each datum is
 * written as often as there are versions of it, and none that was answered is lost. */
static void test_elected(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = closed { users = 8, think = exponential \"20ms\" }, target = "
      "\"app\", keys = uniform_keys { n = 3 }, timeout = \"500ms\",\n"
      "  retry = { attempts = 3, backoff = \"50ms\" } }\n"
      "service \"app\" { workers = 64, on = " CAS(
          ", if_unchanged = true") " }\n"
                                  "path { from = \"z\", to = \"z\", latency = exponential "
                                  "\"3ms\" }\n"
                                  "database \"db\" { read = \"1ms\", write = \"1ms\", zone = "
                                  "\"z\", copies = { n = 3, elect = { timeout = \"300ms\" } } "
                                  "}\n"
                                  "fault { crash \"db[*]\", mttf = exponential \"8s\", mttr = "
                                  "exponential \"1s\" }\n";
  near(text, "db.lost_writes", 100, 0);
  assert_true(metric_of(text, "db.promotions", 100) > 5);
  assert_true(metric_of(text, "db.changed", 100) > 50);
  assert_true(metric_of(text, "db.writes", 100) > 3000);
}

static void test_mistakes(void **state) {
  (void)state;
  const char *message = mistake(USERS("1", "1", "") "service \"app\" { on = " CAS(
      ", if_unchanged = true") " }\ndatabase \"db\" { copies = { n = 3, read = 2, write = 2 } }\n");
  assert_non_null(strstr(message, "if_unchanged"));
  assert_non_null(strstr(message, "copies without a primary"));
  message = mistake(
      "client \"c\" { arrivals = constant \"1/s\", target = \"app\" }\nservice \"app\" { on "
      "= " CAS(", if_unchanged = true") " }\ndatabase \"db\" { copies = { n = 2 } }\n");
  assert_non_null(strstr(message, "no client has keys"));
  message =
      mistake(USERS("1", "1", "") "service \"app\" { on = " CAS(", if_unchanged = 3") " }\n" STORE);
  assert_non_null(strstr(message, "if_unchanged"));
  message = mistake(USERS(
      "1", "1", "") "service \"app\" { on = { call { \"d\", if_unchanged = true } "
                    "} }\ndisk \"d\" { access = \"1ms\" }\n");
  assert_non_null(strstr(message, "no versions"));
}

/* Aim: a datum is written at 0.5 s and read at 1.5 s; its data are lost at 3 s, and who has read it
 * writes at 6.5 s. If the write was shipped by then, it is there again as it was read; if not, the
 * datum is another one, and the writer fails. One who has read nothing finds it never written. */
static void test_lost(void **state) {
  (void)state;
  static const struct {
    const char *ship, *reads;
    double changed;
  } rows[] = {{", ship = { every = \"1s\" }", "call { \"db\", op = \"read\" }, ", 0},
              {", ship = { every = \"5s\" }", "call { \"db\", op = \"read\" }, ", 1},
              {"", "call { \"db\", op = \"read\" }, ", 1},
              {", ship = { every = \"1s\" }", "", 1},
              {"", "", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[1200];
    snprintf(text, sizeof text,
             "client \"w\" { arrivals = burst { 1, at = \"500ms\" }, target = \"db\", mix = { "
             "write = 1 }, keys = uniform_keys { n = 1 } }\n"
             "client \"c\" { arrivals = burst { 1, at = \"1.5s\" }, target = \"app\", keys = "
             "uniform_keys { n = 1 } }\n"
             "service \"app\" { on = { %ssleep \"5s\", call { \"db\", op = \"write\", "
             "if_unchanged = true } } }\n"
             "database \"db\" { write = \"1ms\", read = \"1ms\"%s }\n"
             "fault { lose \"db\", at = \"3s\", lasts = \"1s\" }\n",
             rows[i].reads, rows[i].ship);
    double changed = metric_of(text, "db.changed", 10);
    if (changed != rows[i].changed) {
      fail_msg("%g writes failed instead of %g:\n%s", changed, rows[i].changed, text);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lost),    cmocka_unit_test(test_one_wins),
      cmocka_unit_test(test_again),   cmocka_unit_test(test_apart),
      cmocka_unit_test(test_unread),  cmocka_unit_test(test_through),
      cmocka_unit_test(test_copies),  cmocka_unit_test(test_old_copy),
      cmocka_unit_test(test_elected), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}

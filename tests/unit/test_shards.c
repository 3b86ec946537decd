/* Aim: keys that move to a shard that comes move one by one, cost both shards their time, are found
 * where they are meanwhile, and all arrive, also when a shard crashes on the way. */
#include "test_script_load.h"

#define CLIENT(RATE, KEYS)                                                         \
  "client \"c\" { arrivals = constant \"" RATE "\", target = \"db\", keys = " KEYS \
  ", mix = { read = 1 } }\n"
#define DB(MORE) "database \"db\" { " MORE " }\n"
#define JOIN(WHO, AT) "fault { join \"db[" WHO "]\", at = \"" AT "\" }\n"

static void expect_near(const char *text, uint64_t seconds, const char *name, double value,
                        double tolerance) {
  double got = metric_of(text, name, seconds);
  if (!(got <= value + tolerance && got >= value - tolerance)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: of shards without work, each giver moves one key in 10 + 10 ms: with M keys of one giver
 * those that still have to move come, over time, to 20 ms * M (M + 1) / 2. */
static void test_pace(void **state) {
  (void)state;
  static const char *const rules[] = {"\"hash\"", "\"range\"", "consistent_hash { points = 50 }"};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             CLIENT("1/h", "uniform_keys { n = 1000 }")
                 DB("instances = 2, workers = 1, shards = %s, move = \"10ms\"") JOIN("2", "1s"),
             rules[i]);
    double moved = metric_of(text, "db.keys_moved", 100);
    assert_true(moved > (i == 1 ? 50 : 350) && moved < (i == 1 ? 950 : 650));
    expect_near(text, 100, "db.moved_share", moved / 1000, 1e-9);
    expect_near(text, 100, "db.keys_to_move.end", 0, 0);
    expect_near(text, 100, "db.keys_to_move", 0.02 * moved * (moved + 1) / 2 / 100, 1e-6);
    /* In the middle of it: the 9 s from 1 to 10 s are 450 keys. */
    if (moved > 451) expect_near(text, 10, "db.keys_moved", 450, 1);
  }
}

/* Aim: nobody is refused while keys move, and the one that came is asked for what it has: range 1
 * to 1000 of one shard is split at the median of its last 63 calls, of keys asked for equally. */
static void test_found(void **state) {
  (void)state;
  const char *text = CLIENT("100/s", "uniform_keys { n = 1000 }")
      DB("instances = 2, workers = 1, read = \"1ms\", shards = \"range\", move = \"1ms\"")
          JOIN("2", "10s");
  expect_near(text, 200, "c.errors.refused", 0, 0);
  double moved = metric_of(text, "db.keys_moved", 200);
  assert_true(moved > 300 && moved < 700);
  expect_near(text, 200, "db[2].arrivals", 189 * 100 * moved / 1000, 300);
  expect_near(text, 200, "db.shard_keys.most", 2 * (moved > 500 ? moved : 1000 - moved) / 1000,
              1e-9);
}

/* Aim: moving 500 keys in 1 ms of a worker each holds half of a worker for a second, on either
 * side, and calls wait behind it; moving goes on after a crash of either. */
static void test_crash(void **state) {
  (void)state;
  static const char *const whom[] = {"db[1]", "db[2]"};
  for (int i = 0; i < 2; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             CLIENT("10/s", "uniform_keys { n = 1000 }")
                 DB("instances = 2, workers = 1, shards = \"hash\", move = \"10ms\"")
                     JOIN("2", "1s") "fault { crash \"%s\", at = \"4.005s\", lasts = \"5s\" }\n",
             whom[i]);
    expect_near(text, 8, "db.keys_moved", 150, 1);
    /* The one that came is asked for what it has by then: 10/s times 0 to 15 % of the keys for 3 s,
     * and times 15 % for 4 s. */
    expect_near(text, 8, "db[2].arrivals", 8, 8);
    expect_near(text, 100, "db.keys_to_move.end", 0, 0);
    double moved = metric_of(text, "db.keys_moved", 100);
    assert_true(moved > 450 && moved < 550);
  }
}

/* Aim: who comes while keys move waits until they have: after both each has a third. */
static void test_two(void **state) {
  (void)state;
  const char *text = CLIENT("10/s", "uniform_keys { n = 3000 }")
      DB("instances = 3, workers = 1, shards = \"hash\", move = \"1ms\"") JOIN("2", "1s")
          JOIN("3", "2s");
  expect_near(text, 100, "db.keys_to_move.end", 0, 0);
  expect_near(text, 100, "db.shard_keys.most", 1, 0.1);
  expect_near(text, 100, "db.moved_share", (1.0 / 2 + 2.0 / 3) / 2, 0.02);
  /* 1500 keys in 2 ms each from 1 to 4 s: only then the third one is asked. */
  expect_near(text, 3, "db[3].arrivals", 0, 0);
}

/* Aim: what takes no time moves at once, whatever the number of keys. */
static void test_at_once(void **state) {
  (void)state;
  const char *text = CLIENT("1/h", "uniform_keys { n = 50000000 }")
      DB("instances = 10, shards = \"hash\"") JOIN("10", "1s");
  expect_near(text, 10, "db.moved_share", 0.9, 0.005);
  expect_near(text, 10, "db.keys_moved", 45e6, 0.25e6);
  expect_near(text, 10, "db.keys_to_move", 0, 0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {CLIENT("1/s", "uniform_keys { n = 100 }") DB("shards = \"hash\""), "one instance"},
      {CLIENT("1/s", "nil") DB("instances = 2, shards = \"hash\""), "no client has keys"},
      {CLIENT("1/s", "uniform_keys { n = 100 }") DB("instances = 2, move = \"1ms\""),
       "means nothing without shards"},
      {CLIENT("1/s", "uniform_keys { n = 100 }") DB("instances = 2, shards = \"hush\""), "hash"},
      {CLIENT("1/s", "uniform_keys { n = 2000000 }")
           DB("instances = 2, shards = \"hash\", move = \"1ms\""),
       "one by one"},
      {CLIENT("1/s", "uniform_keys { n = 3 }") DB("instances = 4, shards = \"range\""),
       "would have none"},
      {CLIENT("1/s", "uniform_keys { n = 100 }")
           DB("instances = 2, shards = consistent_hash { points = 0 }"),
       "points"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const char *message = mistake(bad[i][0]);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, bad[i][0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pace), cmocka_unit_test(test_found),   cmocka_unit_test(test_crash),
      cmocka_unit_test(test_two),  cmocka_unit_test(test_at_once), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("shards", tests, folder_make, folder_remove);
}

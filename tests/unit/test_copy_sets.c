/* Aim: shards that have copies each are databases of their own: what a fault does to one of them it
 * does to its keys alone. One shard is no more than its copies. */
#include <math.h>

#include "fault_def.h"
#include "test_script_load.h"

#define CLIENT(RATE, MIX)                                                          \
  "client \"c\" { arrivals = constant \"" RATE "\", target = \"pg\", mix = { " MIX \
  " }, keys = "                                                                    \
  "uniform_keys { n = 4000 } }\n"
#define PG(MORE) "database \"pg\" { " MORE " }\n"
#define CRASH(WHO, AT, LASTS) \
  "fault { crash \"pg[" WHO "]\", at = \"" AT "\", lasts = \"" LASTS "\" }\n"
#define PROMOTE                                                        \
  "control \"ha\" { heartbeat = \"pg\", every = \"100ms\", timeout = " \
  "\"50ms\", act = promote { \"pg\", takes = \"2s\" } }\n"
#define ZONES                                   \
  "region \"r\" { zones = { \"a\", \"b\" } }\n" \
  "path { from = \"a\", to = \"b\", latency = \"400ms\" }\n"

static void expect_near(const char *text, uint64_t seconds, const char *name, double value,
                        double tolerance) {
  double got = metric_of(text, name, seconds);
  if (!(got <= value + tolerance && got >= value - tolerance)) {
    fail_msg("%s is %.12g instead of %.12g +- %.3g:\n%s", name, got, value, tolerance, text);
  }
}

static uint64_t fingerprint_of(const char *text, uint64_t seconds) {
  struct scenario *s = load(text);
  uint64_t until_ns = seconds * UINT64_C(1000000000);
  struct sim *sim = sim_new(&s->spec, 1, 0, 0, until_ns, true);
  if (!sim_run(sim, until_ns)) fail_msg("%s\n%s", sim->failure, text);
  checks_pass(sim, text);
  uint64_t fingerprint = sim->fingerprint;
  sim_free(sim);
  scenario_free(s);
  return fingerprint;
}

/* Aim: one shard with copies runs as the copies alone do, whatever kind they are of, with faults.
 */
static void test_one_shard(void **state) {
  (void)state;
  static const char *const copies[] = {
      "copies = { n = 3, read = \"any\", apply = \"1ms\", write = 2 }",
      "copies = { n = 3, elect = { timeout = \"300ms\" } }",
      "copies = { n = 3, read = 2, write = 2, coordinators = 1, hints = true }",
      "copies = { n = 3, leaders = \"all\", read = \"any\", conflict = \"abort\" }"};
  static const char *const rules[] = {"\"hash\"", "\"range\"", "consistent_hash { points = 100 }"};
  for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
    char text[2048];
    uint64_t plain = 0;
    for (size_t k = 0; k <= sizeof rules / sizeof rules[0]; k++) {
      snprintf(text, sizeof text,
               CLIENT("200/s", "read = 0.5, write = 0.5")
                   PG("workers = 4, read = \"1ms\", write = \"2ms\", %s%s%s %s")
                       CRASH("1", "2s", "3s") CRASH("3", "6s", "1s"),
               k ? "instances = 1, shards = " : "", k ? rules[k - 1] : "", k ? "," : "", copies[i]);
      uint64_t fingerprint = fingerprint_of(text, 10);
      if (k == 0) plain = fingerprint;
      if (fingerprint != plain) fail_msg("another run than without shards:\n%s", text);
    }
  }
}

/* Aim: of S shards with equal ranges of keys that are asked for equally, a primary that is down for
 * D of T makes D / (S T) of all calls fail, whichever it is; so does one copy's crash, of reads of
 * any of n, 1 / n of that. */
static void test_one_of_several(void **state) {
  (void)state;
  static const struct {
    const char *instances, *read, *who;
    double share;
  } cases[] = {{"4", "primary", "1", 1.0 / 4},  {"4", "primary", "4", 1.0 / 4},
               {"4", "primary", "10", 1.0 / 4}, {"5", "primary", "13", 1.0 / 5},
               {"4", "primary", "5", 0},        {"4", "any", "6", 1.0 / 12},
               {"2", "nearest", "4", 1.0 / 2}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             CLIENT("1000/s", "read = 1") "database \"pg\" { instances = %s, shards = \"range\", "
                                          "copies = { n = 3, read = \"%s\" } }\n"
                                          "fault { crash \"pg[%s]\", at = \"1s\", lasts = \"4s\" }",
             cases[i].instances, cases[i].read, cases[i].who);
    double p = cases[i].share, n = 4000;
    expect_near(text, 10, "c.availability", 1 - p * 4 / 10, 4 * sqrt(n * p * (1 - p)) / 10000);
  }
}

/* Aim: of asynchronous writes those are lost that were on their way when the primary was replaced:
 * the rate of its shard times the way less the time until then. Other shards lose none. */
static void test_lost(void **state) {
  (void)state;
  static const struct {
    const char *instances;
    double shards;
  } cases[] = {{"1", 1}, {"2", 2}, {"4", 4}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             CLIENT("1000/s", "write = 1") ZONES
             "database \"pg\" { instances = %s, shards = \"range\",\n"
             "  copies = { n = 2, zone = { \"a\", \"b\" } } }\n"
             "control \"ha\" { heartbeat = \"pg\", every = \"20ms\", timeout = "
             "\"10ms\", act = promote { \"pg\" } }\n" CRASH("1", "2s", "4s"),
             cases[i].instances);
    double detected = metric_of(text, "ha.recovery.mean", 10), s = cases[i].shards;
    assert_true(detected > 0.005 && detected < 0.1);
    double way = 1000 * (0.4 - detected);
    /* Uniform keys: a binomial share of the writes on their way. */
    expect_near(text, 10, "pg.lost_writes", way / s, 4 * sqrt(way / s * (1 - 1 / s)) + 1);
    expect_near(text, 10, "pg.promotions", 1, 0);
    assert_true(metric_of(text, "pg[2].arrivals", 10) > 7000 / s);
    if (s == 1) continue;
    double lost = metric_of(text, "pg.lost_writes", 10);
    expect_near(text, 10, "pg.shard.1.lost_writes", lost, 0);
    expect_near(text, 10, "pg.shard.2.lost_writes", 0, 0);
    /* The oldest was acknowledged one way before the primary was replaced. */
    expect_near(text, 10, "pg.shard.1.recovery_point.max", 0.4 - detected, 0.01 * s);
  }
}

/* Aim: primaries of two shards that fail at one time are replaced at one time, each by a copy of
 * its own shard; a copy that fails is no reason. */
static void test_promoted(void **state) {
  (void)state;
  const char *text = CLIENT("100/s", "write = 1")
      PG("instances = 3, shards = \"hash\", copies = { n = 3 }") PROMOTE CRASH("1", "2s", "100s")
          CRASH("2", "2s", "100s") CRASH("7", "2.1s", "100s") CRASH("5", "2s", "100s");
  expect_near(text, 10, "ha.actions", 2, 0);
  expect_near(text, 10, "pg.promotions", 2, 0);
  /* The 6 s that are left of what a shard is asked for. */
  expect_near(text, 10, "pg[3].arrivals", 200, 50);
  expect_near(text, 10, "pg[8].arrivals", 200, 50);
  expect_near(text, 10, "pg[4].arrivals", 333, 60);
  expect_near(text, 10, "pg.lost_writes", 0, 0);
  /* The first and the third shard; either is as long without a primary as the control says. */
  expect_near(text, 10, "pg.shard.1.promotions", 1, 0);
  expect_near(text, 10, "pg.shard.2.promotions", 0, 0);
  expect_near(text, 10, "pg.shard.3.promotions", 1, 0);
  expect_near(text, 10, "pg.shard.1.lost_writes", 0, 0);
  double first = metric_of(text, "pg.shard.1.recovery_time.mean", 10);
  double third = metric_of(text, "pg.shard.3.recovery_time.mean", 10);
  expect_near(text, 10, "pg.recovery_time.mean", (first + third) / 2, 1e-9);
  expect_near(text, 10, "pg.recovery_time.max", first > third ? first : third, 0.01);
  expect_near(text, 10, "pg.shard.1.recovery_time.max", first, 0.01);
  /* Found out after three beats, and 2 s. */
  assert_true(metric_of(text, "ha.recovery.max", 10) < 2.5);
  assert_true(metric_of(text, "ha.recovery.mean", 10) > 2);
}

/* Aim: each shard elects for itself. */
static void test_elected(void **state) {
  (void)state;
  const char *text = CLIENT("200/s", "read = 0.5, write = 0.5")
      PG("instances = 3, shards = \"range\", copies = { n = 3, elect = { timeout = \"300ms\" } }")
          CRASH("4", "2s", "4s");
  expect_near(text, 10, "pg.elections", 1, 0);
  expect_near(text, 10, "pg.lost_writes", 0, 0);
  expect_near(text, 10, "pg.stale_reads", 0, 0);
  double fifth = metric_of(text, "pg[5].arrivals", 10);
  double sixth = metric_of(text, "pg[6].arrivals", 10);
  assert_true((fifth > 0) != (sixth > 0));
  expect_near(text, 10, "pg[8].arrivals", 0, 0);
  /* Without a leader for one to two timeouts, of a third of the keys. */
  double missed = 200 * 10 * (1 - metric_of(text, "c.availability", 10)), third = 200.0 / 3;
  assert_true(missed > 0.3 * third - 4 * 4 && missed < 0.7 * third + 4 * 6);
}

/* Aim: without a primary the copies of one shard that are away keep its calls from a quorum, and no
 * others. */
static void test_quorums(void **state) {
  (void)state;
  const char *text = CLIENT("1000/s", "read = 0.5, write = 0.5")
      PG("instances = 4, shards = \"range\",\n"
         "  copies = { n = 3, read = 2, write = 2, coordinators = 1 }") CRASH("5", "1s", "4s")
          CRASH("7", "1s", "4s");
  expect_near(text, 10, "c.availability", 1 - 0.4 / 4, 4 * sqrt(4000.0 / 4 * 3 / 4) / 10000);
  expect_near(text, 10, "pg.too_few_answers", 1000, 4 * sqrt(4000.0 / 4 * 3 / 4));
  /* The coordinators, each behind three copies, take all calls. */
  double calls = 0;
  for (int i = 4; i <= 16; i += 4) {
    char name[32];
    snprintf(name, sizeof name, "pg[%d].arrivals", i);
    calls += metric_of(text, name, 10);
  }
  expect_near(text, 10, "pg.arrivals", calls, 0);
}

/* Aim: each shard begins the list of zones from the front: callers in b find the nearest copy of
 * each shard at its second member. */
static void test_zones(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { zone = \"b\", arrivals = constant \"100/s\", target = \"pg\", mix = { read = "
      "1 }, keys = uniform_keys { n = 4000 } }\n" ZONES
      "database \"pg\" { instances = 3, shards = \"hash\",\n"
      "  copies = { n = 3, zone = { \"a\", \"b\" }, read = \"nearest\" } }\n";
  double second = 0;
  for (int i = 2; i <= 8; i += 3) {
    char name[32];
    snprintf(name, sizeof name, "pg[%d].arrivals", i);
    second += metric_of(text, name, 10);
  }
  assert_true(second > 990);
  expect_near(text, 10, "pg.arrivals", second, 0);
}

/* Aim: a key is on the shard that it is on without copies, so that both can be compared. */
static void test_same_shard(void **state) {
  (void)state;
  static const char *const rules[] = {"", "shards = \"hash\",", "shards = \"range\",",
                                      "shards = consistent_hash { points = 20 },"};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    double calls[2][3];
    for (int copied = 0; copied < 2; copied++) {
      char text[1024];
      snprintf(text, sizeof text, CLIENT("500/s", "read = 1") PG("instances = 3, %s %s"), rules[i],
               copied ? "copies = { n = 2 }" : "");
      for (int k = 0; k < 3; k++) {
        char name[32];
        snprintf(name, sizeof name, "pg[%d].arrivals", copied ? 2 * k + 1 : k + 1);
        calls[copied][k] = metric_of(text, name, 4);
      }
    }
    for (int k = 0; k < 3; k++) assert_true(calls[0][k] == calls[1][k] && calls[0][k] > 300);
  }
}

/* Aim: calls without a key go to each shard equally often. */
static void test_no_keys(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"1000/s\", target = \"pg\" }\n"
      "database \"pg\" { instances = 4, copies = { n = 3 } }\n";
  for (int i = 1; i <= 10; i += 3) {
    char name[32];
    snprintf(name, sizeof name, "pg[%d].arrivals", i);
    expect_near(text, 4, name, 1000, 4 * sqrt(4000 * 0.25 * 0.75) + 1);
  }
}

/* Aim: when all copies of one shard have lost their data, what its safe place has is left, and the
 * other shards have all of theirs. */
static void test_lose_shard(void **state) {
  (void)state;
  const char *text = CLIENT("100/s", "write = 1")
      PG("instances = 2, shards = \"range\", copies = { n = 2, ship = { every = \"10s\" } }")
          "fault { lose \"pg[3]\", at = \"15s\", lasts = \"5s\" }\n"
          "fault { lose \"pg[4]\", at = \"15s\", lasts = \"5s\" }\n";
  /* The last transfer is of 10 s: half of what was written in 5 s. */
  expect_near(text, 30, "pg.lost_writes", 250, 4 * sqrt(500 * 0.25) + 1);
  expect_near(text, 30, "pg.recovery_point.max", 5, 0.2);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {CLIENT("1/s", "read = 1") PG("instances = 2, shards = \"hash\", copies = { n = 2 }, move = "
                                    "\"1ms\""),
       "both move and copies"},
      {CLIENT("1/s", "read = 1") PG("instances = 2, copies = { n = 2 }, move = \"1ms\""),
       "means nothing without shards"},
      {CLIENT("1/s", "read = 1") PG("instances = 2, shards = \"hash\", ship = { every = \"1s\" }"),
       "shards and ship"},
      {"client \"c\" { arrivals = constant \"1/s\", target = \"pg\" }\n"
       "database \"pg\" { instances = 2, shards = \"hash\", copies = { n = 2 } }\n",
       "no client has keys"},
      {CLIENT("1/s", "read = 1") PG("instances = 5000, shards = \"hash\", copies = { n = 2 }"),
       "has 5000 shards and there are 4000 keys"},
      {CLIENT("1/s", "read = 1") PG("instances = 2, shards = \"hash\", copies = { n = 2 }")
           CRASH("5", "1s", "1s"),
       "pg[4]"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const char *message = mistake(bad[i][0]);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, bad[i][0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_shard), cmocka_unit_test(test_one_of_several),
      cmocka_unit_test(test_lost),      cmocka_unit_test(test_promoted),
      cmocka_unit_test(test_elected),   cmocka_unit_test(test_quorums),
      cmocka_unit_test(test_zones),     cmocka_unit_test(test_same_shard),
      cmocka_unit_test(test_no_keys),   cmocka_unit_test(test_lose_shard),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("copy_sets", tests, folder_make, folder_remove);
}

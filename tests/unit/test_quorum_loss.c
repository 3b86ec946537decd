/* Aim: a copy without a primary that loses its data comes back empty, and gets back what hints,
 * read repair and comparing bring, no more; until then it spoils quorums, and what no copy has is
 * lost. */
#include <math.h>

#include "test_script_load.h"

static void expect_near(const char *text, const char *name, double value, double tolerance) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) <= tolerance)) {
    fail_msg("%s is %.12g instead of %.12g +- %.3g:\n%s", name, got, value, tolerance, text);
  }
}

static void expect(const char *text, const char *name, double value) {
  expect_near(text, name, value, 1e-9);
}

/* A thousand data, each of which is written in the first 20 s, about twenty times. */
#define DATA                                                                                   \
  "client \"w\" { arrivals = poisson(profile { { \"0s\", \"1000/s\" }, { \"20s\", \"0/s\" }, " \
  "steps = "                                                                                   \
  "true }), mix = { write = 1 }, target = \"kv\", keys = uniform_keys { n = 1000 } }\n"
#define KV(MORE) \
  "database \"kv\" { copies = { n = 3, coordinators = 1, read = 2, write = 2, " MORE " } }\n"
#define READS(RATE, FROM)                                                                         \
  "client \"r\" { arrivals = poisson(profile { { \"0s\", \"0/s\" }, { \"" FROM "\", \"" RATE      \
  "\" }, steps = true }), mix = { read = 1 }, target = \"kv\", keys = uniform_keys { n = 1000 } " \
  "}\n"
#define LOSE(WHO, AT, LASTS) \
  "fault { lose \"kv[" WHO "]\", at = \"" AT "\", lasts = \"" LASTS "\" }\n"

/* Aim: behind is a mean over four members, one of which keeps no data. */
static void test_comes_back(void **state) {
  (void)state;
  expect(DATA KV("") LOSE("2", "30s", "5s"), "kv.behind.end", 1000 / 4.0);
  expect(DATA KV("") LOSE("2", "30s", "5s"), "kv.lost_writes", 0);
  /* A crash loses nothing. */
  expect(DATA KV("") "fault { crash \"kv[2]\", at = \"30s\", lasts = \"5s\" }\n", "kv.behind.end",
         0);
  /* Comparing brings all back, at once. */
  const char *compares = DATA KV("anti_entropy = \"30s\"") LOSE("2", "30s", "5s");
  expect(compares, "kv.compared", 1000);
  expect(compares, "kv.hinted", 1000);
  expect(compares, "kv.behind.end", 0);
  expect_near(compares, "kv.behind", 1000.0 * 5 / 100 / 4, 0.5);
  /* Hints are what came while it was away: of 5 s, of which each datum is in with 1 - exp(-5). */
  const char *hints = DATA KV("hints = true, timeout = \"100ms\"") LOSE("2", "10s", "5s");
  expect_near(hints, "kv.hints", 5000, 4 * sqrt(5000));
  const char *late = DATA KV("hints = true, timeout = \"100ms\"") LOSE("2", "18s", "60s");
  expect_near(late, "kv.behind.end", 1000 * exp(-2) / 4, 4 * sqrt(1000 * exp(-2)) / 4);
  /* Hints that it kept itself are gone: it coordinates what the only one that is down lacks. */
  const char *own = DATA
      "database \"kv\" { copies = { n = 2, read = 1, write = 1, hints = true, timeout = "
      "\"100ms\" } }\n"
      "fault { crash \"kv[1]\", at = \"10s\", lasts = \"30s\" }\n" LOSE("2", "30s", "1s");
  /* Of 10 s, of which every other write asks the one that is down. */
  expect_near(own, "kv.lost_writes", 1000 * (1 - exp(-5)), 4 * sqrt(1000 * exp(-5)));
  expect(own, "kv.hints_kept.end", 0);
}

/* Aim: what both copies lose that have it is not lost while a hint keeps it for the third, which
 * was away since 10 s and gets it; without hints the last write of each datum is. */
static void test_hint_keeps_it(void **state) {
  (void)state;
#define ONE(MORE) \
  "database \"kv\" { copies = { n = 3, coordinators = 1, read = 1, write = 1, " MORE " } }\n"
#define AWAY "fault { crash \"kv[3]\", at = \"10s\", lasts = \"50s\" }\n"
#define BOTH LOSE("1", "30s", "1s") LOSE("2", "40s", "1s")
  const char *hints = DATA ONE("hints = true, timeout = \"100ms\"") AWAY BOTH;
  expect(hints, "kv.lost_writes", 0);
  expect(hints, "kv.hints_kept.end", 0);
  expect(DATA ONE("timeout = \"100ms\"") AWAY BOTH, "kv.lost_writes", 1000);
}

/* Aim: read repair finds a datum when it is read: after r reads of n data chosen evenly the share
 * (1 - 1/n)^r is still lacking. */
static void test_read_repair(void **state) {
  (void)state;
  const char *text = DATA KV("repair = \"read\"") READS("40/s", "50s") LOSE("2", "30s", "5s");
  double reads = metric_of(text, "r.throughput", 100) * 100;
  double lacks = 1000 * pow(1 - 1e-3, reads);
  assert_true(lacks > 100 && lacks < 200);
  expect_near(text, "kv.behind.end", lacks / 4, 4 * sqrt(lacks) / 4);
  expect_near(text, "kv.repairs", 1000 - lacks, 4 * sqrt(lacks));
}

/* Aim: R + W > N does not hold for one that is empty. What was written while the third copy was
 * down the first two have; without the first one the second alone has it, and it is last to answer
 * one read in three. */
static void test_quorum_spoilt(void **state) {
  (void)state;
#define EVEN                                                                                  \
  "region \"place\" { zones = { \"z\" } }\n"                                                  \
  "path { from = \"z\", to = \"z\", latency = exponential \"10ms\" }\n"                       \
  "database \"kv\" { zone = \"z\", copies = { n = 3, coordinators = 1, read = 2, write = 2, " \
  "timeout = "                                                                                \
  "\"1s\" } }\n"
#define THIRD_DOWN "fault { crash \"kv[3]\", at = \"0s\", lasts = \"22s\" }\n"
  const char *text = DATA EVEN READS("100/s", "40s") THIRD_DOWN LOSE("1", "25s", "5s");
  double n = metric_of(text, "r.throughput", 100) * 100, p = 1.0 / 3;
  expect_near(text, "kv.stale_reads", p, 4 * sqrt(p * (1 - p) / n));
  /* Nothing is out of date since the first write of a datum, on average at 1 s, and is asked for
   * from 40 to 100 s. */
  expect_near(text, "kv.stale_age.mean", 69, 2);
  expect(text, "kv.lost_writes", 0);
  expect(DATA EVEN READS("100/s", "40s") THIRD_DOWN, "kv.stale_reads", 0);
  expect(DATA EVEN READS("100/s", "40s") LOSE("1", "25s", "5s"), "kv.stale_reads", 0);
}

/* Aim: copies that are lost one after the other take all along, unless somebody has brought them
 * what they lack in between. */
static void test_all_lost(void **state) {
  (void)state;
#define ONE_BY_ONE LOSE("1", "30s", "5s") LOSE("2", "50s", "6.3s") LOSE("3", "70s", "7.1s")
  expect(DATA KV("") ONE_BY_ONE, "kv.lost_writes", 1000);
  expect(DATA KV("") READS("100/s", "80s") ONE_BY_ONE, "kv.stale_reads", 0); /* of nothing */
  expect(DATA KV("anti_entropy = \"5s\"") ONE_BY_ONE, "kv.lost_writes", 0);
  expect(DATA KV("anti_entropy = \"5s\"") ONE_BY_ONE, "kv.behind.end", 0);
  expect(DATA KV("anti_entropy = \"5s\"") ONE_BY_ONE, "kv.compared", 3000);
}

/* Aim: of copies that all lead one that was cut off for 5 s loses what it alone took, and has the
 * rest from the other one. */
static void test_leaders(void **state) {
  (void)state;
#define LEADERS(MORE)                                                                              \
  "client \"c\" { arrivals = constant \"10/s\", target = \"kv\", zone = \"a\", mix = { write = 1 " \
  "}, "                                                                                            \
  "keys = uniform_keys { n = 100000000 } }\n"                                                      \
  "database \"kv\" { copies = { n = 2, zone = { \"a\", \"b\" }, leaders = \"all\" } }\n" MORE
#define CUT "fault { partition { \"kv[1]\", \"kv[2]\" }, at = \"25.05s\", lasts = \"5.5s\" }\n"
  expect(LEADERS(CUT LOSE("1", "30.05s", "10s")), "kv.lost_writes", 50);
  expect(LEADERS(CUT LOSE("1", "30.05s", "10s")), "kv.behind.end", 0);
  expect(LEADERS(CUT "fault { crash \"kv[1]\", at = \"30.05s\", lasts = \"10s\" }\n"),
         "kv.lost_writes", 0);
  expect(LEADERS(LOSE("1", "30.05s", "10s")), "kv.lost_writes", 0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"copies = { n = 3, anti_entropy = \"1min\" }", "anti_entropy"},
      {"copies = { n = 3, leaders = \"all\", anti_entropy = \"1min\" }", "anti_entropy"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = constant \"1/s\", target = \"kv\", mix = { write = 1 } }\n"
             "database \"kv\" { %s }\n",
             bad[i][0]);
    const char *message = mistake(text);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, text);
  }
}

/* Aim: disks that die one after the other, each when the one before is back and empty, take what
 * was written before the first is back and not again until the last: of 5000 data, each written
 * every 25 s, those of the first 7 s that are not written in the 23 s after that; with hints those
 * of the first 6 s, not in the 24 s after that. What is given up and written again later nobody is
 * behind by twice (a check of the run). */
static void test_in_turn(void **state) {
  (void)state;
  static const struct {
    const char *hints;
    double until, from;
  } cases[] = {{"false", 7, 7}, {"true", 6, 6}};
  for (int i = 0; i < 2; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             "client \"w\" { arrivals = poisson \"200/s\", mix = { write = 1 }, target = \"kv\", "
             "keys = uniform_keys { n = 5000 } }\n"
             "database \"kv\" { copies = { n = 3, coordinators = 1, read = 1, write = 1, hints = "
             "%s } }\n" LOSE("1", "6s", "1s") LOSE("2", "18s", "1s") LOSE("3", "30s", "1s"),
             cases[i].hints);
    double should = 5000 * (1 - exp(-cases[i].until / 25)) * exp(-(30 - cases[i].from) / 25);
    expect_near(text, "kv.lost_writes", should, 4 * sqrt(should));
  }
}

/* Aim: writes that nobody has any more are no ground that later ones stand on: leaders that lose
 * their data in turn, with writes on their way between them, are behind by what the history says (a
 * check of the run), and by nothing when all have come. */
static void test_given_up(void **state) {
  (void)state;
  const char *text =
      "client \"w\" { arrivals = poisson(profile { { \"0s\", \"75/s\" }, { \"85s\", \"0/s\" }, "
      "steps = true }), mix = { write = 1 }, target = \"kv\", keys = uniform_keys { n = 3 } }\n"
      "path { from = \"z\", to = \"z\", latency = \"1500ms\" }\n"
      "database \"kv\" { zone = \"z\", copies = { n = 2, leaders = \"all\" } }\n" LOSE(
          "2", "52s", "20s") LOSE("1", "59s", "5s") LOSE("1", "74s", "5s");
  expect(text, "kv.behind.end", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_comes_back),  cmocka_unit_test(test_hint_keeps_it),
      cmocka_unit_test(test_read_repair), cmocka_unit_test(test_quorum_spoilt),
      cmocka_unit_test(test_all_lost),    cmocka_unit_test(test_leaders),
      cmocka_unit_test(test_in_turn),     cmocka_unit_test(test_given_up),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("quorum_loss", tests, folder_make, folder_remove);
}

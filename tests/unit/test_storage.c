/* Aim: what a storage loses, to the disk and the second where nothing is drawn, and as closed forms
 * say where it is: counted, and estimated from a run in which disks fail more often. */
#include <math.h>

#include "test_script_load.h"

#define LOSE(WHOM, AT) "fault { lose \"" WHOM "\", at = \"" AT "\", lasts = \"1s\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) <= 1e-9 * (1 + fabs(value)))) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: a group is lost when fewer disks than it needs have it, once until all of them do, and what
 * is lost at one instant is one loss. A rebuild takes 10 s after the new disk is there at 1 s. */
static void test_counted(void **state) {
  (void)state;
#define THREE "storage \"d\" { instances = 6, copies = 3, rebuild = \"10s\" }\n"
  const char *two = THREE LOSE("d[1]", "10s") LOSE("d[2]", "20s");
  expect(two, "d.lost", 0);
  expect(two, "d.failures", 2);
  expect(two, "d.rebuilds", 2);
  expect(two, "d.exposed.mean", 11);
  expect(two, "d.at_risk", 0.01); /* both from 20 to 21 s */
  const char *all = THREE LOSE("d[1]", "10s") LOSE("d[2]", "15s") LOSE("d[3]", "20s");
  expect(all, "d.lost", 1);
  expect(all, "d.mttdl", (2 * 100 - 11.0)); /* one set is lost from 20 to 31 s */
  /* The third comes when the first is whole; a disk of another group; the lost one again. */
  expect(THREE LOSE("d[1]", "10s") LOSE("d[2]", "15s") LOSE("d[3]", "22s"), "d.lost", 0);
  expect(THREE LOSE("d[1]", "10s") LOSE("d[2]", "15s") LOSE("d[4]", "20s"), "d.lost", 0);
  const char *again = THREE LOSE("d[1]", "10s") LOSE("d[2]", "15s") LOSE("d[3]", "20s")
      LOSE("d[2]", "28s") LOSE("d[1]", "30s") LOSE("d[3]", "32s");
  expect(again, "d.lost", 1);
  expect(THREE LOSE("d", "10s"), "d.lost", 2);
  expect(THREE LOSE("d", "10s"), "d.losses", 2); /* of each set one */
  const char *raid =
      "storage \"d\" { instances = 4, copies = 4, need = 3, rebuild = \"10s\" }\n" LOSE(
          "d[4]", "10s") LOSE("d[2]", "20.5s") LOSE("d[1]", "50s");
  expect(raid, "d.lost", 1);
}

/* Aim: 60 MB at 8 Mbit/s to three helpers take 20 s, after 5 s; one at a time waits; a crash takes
 * no data, and has a rebuild begin once more. */
static void test_rebuilt(void **state) {
  (void)state;
#define SIZED                                                                              \
  "storage \"d\" { instances = 4, copies = 4, size = \"60MB\", bandwidth = \"8Mbit/s\",\n" \
  "  helpers = 3, after = \"5s\", at_once = 1 }\n"
  expect(SIZED LOSE("d[1]", "10s"), "d.exposed.mean", 26);
  const char *two = SIZED LOSE("d[1]", "10s") LOSE("d[2]", "20s");
  expect(two, "d.exposed.max", 41); /* from 36 to 61 s */
  expect(two, "d.waiting", 0.16);
  expect(two, "d.rebuilding", 0.5);
  const char *crash = "fault { crash \"d[1]\", at = \"30s\", lasts = \"10s\" }\n";
  char text[1024];
  snprintf(text, sizeof text, "%s%s", SIZED LOSE("d[1]", "10s"), crash);
  expect(text, "d.exposed.mean", 10 + 10 + 25 + 10);
  expect(text, "d.failures", 1);
}

/* Aim: groups at random lie on disks of different zones if there are enough, so that two of three
 * zones take none; and on any disks if there are not. */
static void test_zones(void **state) {
  (void)state;
#define ZONED(ZONES, FAULTS)                           \
  "region \"r\" { zones = { \"a\", \"b\", \"c\" } }\n" \
  "storage \"d\" { instances = 30, zone = { " ZONES    \
  " }, copies = 3, placement = \"random\",\n"          \
  "  groups = 500, rebuild = \"10s\" }\n" FAULTS
  const char *apart = ZONED("\"a\", \"b\", \"c\"", LOSE("a", "10s") LOSE("b", "10s"));
  expect(apart, "d.lost", 0);
  expect(apart, "d.at_risk", 500 * 0.11);
  /* Half of the disks are gone; 4 standard errors. */
  double lost = metric_of(ZONED("\"a\", \"c\"", LOSE("a", "10s")), "d.lost", 100);
  double p = 15.0 * 14 * 13 / (30 * 29 * 28);
  if (fabs(lost - 500 * p) > 4 * sqrt(500 * p * (1 - p))) fail_msg("%g, not %g", lost, 500 * p);
}

/* Aim: an outage that takes n of N disks takes a set of three with the chance that the closed form
 * says, and cutting them again (scatter) multiplies the sets. 40,000 outages, 4 standard errors. */
static void test_outages(void **state) {
  (void)state;
#define OUTAGES(MORE)                                                    \
  "storage \"d\" { instances = 60, copies = 3, rebuild = \"1ms\", " MORE \
  "\n"                                                                   \
  "  outage = { every = \"2.5ms\", loses = \"10%\" } }\n"
  double n = 39999, sets = 20 * 6.0 * 5 * 4 / (60 * 59 * 58);
  double outages = metric_of(OUTAGES(""), "d.outages", 100);
  expect(OUTAGES(""), "d.rebuilds", 6 * outages);
  double once = metric_of(OUTAGES(""), "d.losses", 100);
  double twice = metric_of(OUTAGES("scatter = 4,"), "d.losses", 100);
  if (fabs(once - n * sets) > 4 * sqrt(n * sets)) fail_msg("%g, not %g", once, n * sets);
  if (fabs(twice - 2 * n * sets) > 4 * sqrt(2 * n * sets)) fail_msg("%g, not twice that", twice);
}

/* --- by closed forms -------------------------------------------------------------------------- */

/* Mean time from all whole to a loss, with `copies` disks that live for `life` on average and are
 * rebuilt in `rebuild` on average, both exponential: a chain of births and deaths. */
static double markov(uint32_t copies, uint32_t need, double life, double rebuild,
                     bool one_at_once) {
  double sum = 0, step = 0; /* of the mean times to have one more gone */
  for (uint32_t gone = 0; gone <= copies - need; gone++) {
    double fails = (copies - gone) / life;
    double mends = (one_at_once && gone > 1 ? 1 : gone) / rebuild;
    step = 1 / fails + mends / fails * step;
    sum += step;
  }
  return sum;
}

/* In hours, with its standard error, over 20 replications. */
static double measured(const char *text, double *error) {
  enum { N = 20 };
  struct scenario *s = load(text);
  double time = 0, losses = 0, one[N];
  for (uint64_t r = 0; r < N; r++) {
    struct sim *sim = sim_new(&s->spec, 7, r, 0, s->run.duration_ns, true);
    if (!sim_run(sim, s->run.duration_ns)) fail_msg("%s", sim->failure);
    checks_pass(sim, text);
    struct metrics metrics = {0};
    sim_collect(sim, &metrics);
    const struct metric *m = metrics_find(&metrics, "d.mttdl");
    time += m->num / 3600;
    losses += m->den;
    one[r] = m->den / (m->num / 3600);
    metrics_free(&metrics);
    sim_free(sim);
  }
  scenario_free(s);
  double rate = losses / time, squares = 0;
  for (int r = 0; r < N; r++) squares += (one[r] - rate) * (one[r] - rate);
  *error = sqrt(squares / (N - 1) / N) / rate; /* of the rate, and of its inverse, relative */
  return 1 / rate;
}

static void expect_mttdl(const char *text, double hours, double precision) {
  double error, got = measured(text, &error);
  if (error > precision || fabs(got / hours - 1) > 4 * error) {
    fail_msg("%g h +- %.2g %% instead of %g h:\n%s", got, 100 * error, hours, text);
  }
}

#define DISKS(N, WHAT, REBUILD, DAYS)                               \
  "storage \"d\" { instances = " N ", " WHAT ", rebuild = " REBUILD \
  " }\n"                                                            \
  "run { duration = \"" DAYS "\" }\n"
#define LIFE(HOURS) "life = exponential \"" HOURS "\""

/* Aim: the four systems of the reference table, counted and estimated, which must agree. Seed 7. */
static void test_moderate(void **state) {
  (void)state;
#define H24 "exponential \"24h\""
  double mirror = markov(2, 1, 1000, 24, false), raid5 = markov(4, 3, 1000, 24, false);
  assert_true(fabs(mirror - 22333.3) < 0.1 && fabs(raid5 - 4055.56) < 0.01);
  expect_mttdl(DISKS("200", "copies = 2, " LIFE("1000h"), H24, "3650d"), mirror, 0.02);
  expect_mttdl(DISKS("200", "bias = \"50%\", copies = 2, " LIFE("1000h"), H24, "3650d"), mirror,
               0.01);
  expect_mttdl(DISKS("200", "copies = 4, need = 3, " LIFE("1000h"), H24, "1000d"), raid5, 0.02);
  expect_mttdl(DISKS("200", "bias = \"50%\", copies = 4, need = 3, " LIFE("1000h"), H24, "1000d"),
               raid5, 0.02);
  double raid6 = markov(6, 4, 1000, 24, true), three = markov(3, 1, 1000, 24, false);
  assert_true(fabs(raid6 - 18556.5) < 0.1 && fabs(three - 629148) < 1);
  expect_mttdl(DISKS("120", "bias = \"50%\", at_once = 1, copies = 6, need = 4, " LIFE("1000h"),
                     H24, "1500d"),
               raid6, 0.03);
  expect_mttdl(DISKS("300", "bias = \"50%\", copies = 3, " LIFE("1000h"), H24, "1500d"), three,
               0.03);
}

/* Aim: the same where a loss comes once in tens of billions of years, and of rebuilding that takes
 * a constant time: a mirror loses data with the chance q = 1 - exp(-r / life) in each cycle, which
 * is life (1 / (2 q) + 1). Groups anywhere, of six disks: as often as any three of them. Seed 7. */
static void test_extreme(void **state) {
  (void)state;
  double three = markov(3, 1, 1e6, 24, false);
  assert_true(fabs(three / 5.78752e14 - 1) < 1e-5);
  expect_mttdl(DISKS("1800", "bias = \"50%\", copies = 3, " LIFE("1000000h"), H24, "53000d"), three,
               0.05);
  double q = -expm1(-24 / 1e6), mirror = 1e6 * (1 / (2 * q) + 1);
  expect_mttdl(DISKS("600", "bias = \"50%\", copies = 2, " LIFE("1000000h"), "\"24h\"", "36500d"),
               mirror, 0.05);
  /* 200 groups are on every three of six disks, as good as certainly. */
  expect_mttdl(DISKS("6",
                     "placement = \"random\", groups = 200, bias = \"50%\", copies = 3, "
                     "life = exponential \"1000h\"",
                     "exponential \"1h\"", "30000d"),
               markov(6, 4, 1000, 1, false), 0.1);
}

/* Aim: bias changes the number of failures, but nothing about a scenario without any life. */
static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"copies = 3, rebuild = \"1h\"", "instances = 3 or more"},
      {"instances = 3, copies = 2, need = 3, rebuild = \"1h\"", "need is at most copies"},
      {"instances = 3, copies = 2", "rebuild = \"24h\", or size and bandwidth"},
      {"instances = 3, copies = 2, rebuild = \"1h\", size = \"1GB\", bandwidth = \"1MB/s\"",
       "twice"},
      {"instances = 3, copies = 2, size = \"1GB\"", "bandwidth"},
      {"instances = 3, copies = 2, rebuild = \"1h\", placement = \"random\"", "groups = 1000"},
      {"instances = 3, copies = 2, rebuild = \"1h\", groups = 5", "placement = \"random\""},
      {"instances = 3, copies = 2, rebuild = \"1h\", bias = \"50%\"", "life"},
      {"instances = 3, copies = 2, rebuild = \"1h\", life = \"1000h\", bias = \"50%\"",
       "exponential life"},
      {"instances = 2, copies = 2, rebuild = \"1h\", life = exponential \"9h\", bias = \"50%\", "
       "outage = { every = \"9h\", loses = \"50%\" }",
       "outages"},
      {"instances = 2, copies = 2, rebuild = \"9h\", life = exponential \"9h\", bias = \"50%\"",
       "being rebuilt at any time"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text, "storage \"d\" { %s }\n", bad[i][0]);
    const char *message = mistake(text);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, text);
  }
  const char *called = mistake(
      "client \"c\" { arrivals = constant \"1/s\", target = \"d\" }\n"
      "storage \"d\" { instances = 3, copies = 2, rebuild = \"1h\" }\n");
  if (!strstr(called, "answers no requests")) fail_msg("%s", called);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_counted),  cmocka_unit_test(test_rebuilt),
      cmocka_unit_test(test_zones),    cmocka_unit_test(test_outages),
      cmocka_unit_test(test_moderate), cmocka_unit_test(test_extreme),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("storage", tests, folder_make, folder_remove);
}
